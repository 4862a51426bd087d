//! Whether a foreign id that is known names the same comment: two blogs number theirs alike, and what has
//! another comment's id must not be taken for it.

use std::collections::HashMap;

use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use xxhash_rust::xxh3::Xxh3Default;

use super::{Result, Store, damage::gather, engine::Engine, rows};
use crate::domain::site::SiteSlug;

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
    /// Whether another is the same comment: it says the same; or it is of the same moment and has something
    /// in common, as one has that was edited, moved or read by an earlier version.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let alike = [
            self.page == other.page,
            self.name == other.name,
            self.text == other.text,
        ];
        let at_once = self.at.is_some() && self.at == other.at;
        alike == [true; 3] || (at_once && alike.contains(&true))
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
        let known = known(&mut connection, self.engine, [site.as_str(), source], ids).await?;
        let mut overlap = Overlap::default();
        for (id, likeness) in comments {
            match known.get(id) {
                Some(known) if known.is_same(likeness) => overlap.same += 1,
                Some(_) => overlap.different += 1,
                None => {}
            }
        }
        Ok(overlap)
    }
}

/// Gives those an id of their own whose id is that of another comment; how many there were.
pub(super) async fn tell_apart(
    connection: &mut AnyConnection,
    engine: Engine,
    site_and_source: [&str; 2],
    comments: Vec<(&mut String, Likeness)>,
) -> Result<u64> {
    let ids = comments.iter().map(|(id, _)| &**id);
    let mut known = known(connection, engine, site_and_source, ids).await?;
    let mut doubled = 0;
    for (id, likeness) in comments {
        match known.get(id) {
            Some(known) if known.is_same(&likeness) => {}
            Some(_) => {
                *id = format!("{id}~{:032x}", likeness.digest());
                doubled += 1;
            }
            None => {
                known.insert(id.clone(), likeness);
            }
        }
    }
    Ok(doubled)
}

async fn known(
    connection: &mut AnyConnection,
    engine: Engine,
    [site, source]: [&str; 2],
    ids: impl Iterator<Item = &String>,
) -> Result<HashMap<String, Likeness>> {
    let text = "SELECT i.foreign_id, c.page, c.name, c.text, c.created_at FROM imported i \
                JOIN comments c ON c.site = i.site AND c.id = i.comment_id \
                WHERE i.site = $2 AND i.system = $3 \
                AND i.foreign_id IN (SELECT r.value->>'v' FROM {rows:$1})";
    let query = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(rows::list_json(ids))
        .bind(site.to_owned())
        .bind(source.to_owned());
    let read = |row: &AnyRow| {
        let likeness = Likeness {
            page: row.try_get("page")?,
            name: row.try_get("name")?,
            text: row.try_get("text")?,
            at: Some(row.try_get("created_at")?),
        };
        Ok((row.try_get("foreign_id")?, likeness))
    };
    Ok(gather(connection, "imported", query, read)
        .await?
        .rows
        .into_iter()
        .collect())
}
