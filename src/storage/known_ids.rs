//! Whether a foreign id that is known names the same comment: two blogs number theirs alike, and what has
//! another comment's id must not be taken for it.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use xxhash_rust::xxh3::Xxh3Default;

use crate::{
    domain::site::SiteSlug,
    storage::{
        Result, Store,
        sql::{Conn, get, list, sql, values},
    },
};

/// What a comment is known by besides its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// Its page.
    pub page: String,
    /// Its author's name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// When it was written, in milliseconds since 1970, where that is known.
    pub at: Option<i64>,
}

impl Likeness {
    /// Whether another is the same comment: it says the same; or it is of the same moment and differs in one thing only, as
    /// one does that was edited or moved since.
    #[must_use]
    fn is_same(&self, other: &Self) -> bool {
        let at_once = self.at.is_some() && self.at == other.at;
        self.says_the_same(other) || (at_once && self.alike(other) == 2)
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.alike(other) == 3
    }

    /// In how many things two are alike, of three.
    fn alike(&self, other: &Self) -> usize {
        let alike = [
            self.page == other.page,
            self.name == other.name,
            self.text == other.text,
        ];
        alike.into_iter().filter(|alike| *alike).count()
    }

    fn digest(&self) -> u128 {
        let mut hasher = Xxh3Default::new();
        let at = self.at.unwrap_or_default().to_string();
        for part in [&self.page, &self.name, &self.text, &at] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.digest128()
    }
}

/// Of the ids of a file that are known under a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Those that name the same comment.
    pub same: u64,
    /// Those that name another one.
    pub different: u64,
}

impl std::ops::AddAssign for Overlap {
    fn add_assign(&mut self, other: Self) {
        self.same += other.same;
        self.different += other.different;
    }
}

impl Store {
    /// Compares comments of a file, by their ids, with those that are here under a source.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn overlap(
        &self,
        site: &SiteSlug,
        source: &str,
        comments: &[(String, Likeness)],
    ) -> Result<Overlap> {
        let mut connection = self.read.acquire().await?;
        let ids = comments.iter().map(|(id, _)| id);
        let mut tx = self.on(&mut connection);
        let known = known(&mut tx, [site.as_str(), source], ids).await?;
        let mut overlap = Overlap::default();
        for (id, likeness) in comments {
            match known.get(id) {
                Some((known, _)) if known.is_same(likeness) => overlap.same += 1,
                Some(_) => overlap.different += 1,
                None => {}
            }
        }
        Ok(overlap)
    }
}

/// Gives those an id of their own whose id is that of another comment; how many there were. Within one run nothing was edited
/// since: there only what says the same is the same.
pub(super) async fn tell_apart(
    tx: &mut Conn<'_>,
    site_and_source: [&str; 2],
    run: &str,
    comments: Vec<(&mut String, Likeness)>,
) -> Result<u64> {
    let ids = comments.iter().map(|(id, _)| &**id);
    let mut known = known(tx, site_and_source, ids).await?;
    let mut doubled = 0;
    for (id, likeness) in comments {
        match known.get(id) {
            Some((known, by)) if *by == run && known.says_the_same(&likeness) => {}
            Some((known, by)) if *by != run && known.is_same(&likeness) => {}
            Some(_) => {
                *id = format!("{id}~{:032x}", likeness.digest());
                doubled += 1;
            }
            None => {
                known.insert(id.clone(), (likeness, run.to_owned()));
            }
        }
    }
    Ok(doubled)
}

/// What is known under these ids, each with the run that it came with.
async fn known(
    tx: &mut Conn<'_>,
    [site, source]: [&str; 2],
    ids: impl Iterator<Item = &String>,
) -> Result<HashMap<String, (Likeness, String)>> {
    let text = "SELECT i.foreign_id, i.run, c.page, c.name, c.text, c.created_at FROM imported i \
                JOIN comments c ON c.site = i.site AND c.id = i.comment_id \
                WHERE i.site = $2 AND i.system = $3 AND i.foreign_id IN {list:$1}";
    let query = sql(text, values![list(ids), site, source]);
    let read = |row: &AnyRow| {
        let likeness = Likeness {
            page: get(row, "page")?,
            name: get(row, "name")?,
            text: get(row, "text")?,
            at: Some(get(row, "created_at")?),
        };
        let run: Option<String> = get(row, "run")?;
        Ok((
            get::<String>(row, "foreign_id")?,
            (likeness, run.unwrap_or_default()),
        ))
    };
    let found = tx.gather("imported", query, read).await?;
    Ok(found.rows.into_iter().collect())
}
