//! Keeping comments that came from other systems, once each, with the threads they had there.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use crate::{
    domain::{
        arrival::NewComment,
        comment::{CommentId, Status},
        sample::Source,
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store,
        comment_rows::new_row,
        engine::Engine,
        imported::{Fate, ImportedComment, STRETCH},
        imported_replies::{Parent, fates, parents, set_waiting},
        known_ids::{Likeness, tell_apart},
        sql::{Conn, Value, get, to_rows, values},
        votes,
    },
};

/// What [`Store::join_imported`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Joined {
    /// Replies that were joined to what they answer.
    pub joined: u64,
    /// Approved replies that wait for a person, because what they answer is not public.
    pub withheld: u64,
    /// Replies of one import to what is not here at all.
    pub orphans: u64,
}

/// Whose comments are imported, and by which run.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Whose ids they have: the system, and the blog where there are several.
    pub source: String,
    /// The run, as [`Store::begin_import`] noted it.
    pub run: String,
}

/// What became of some comments.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// Of each.
    pub fates: Vec<Fate>,
    /// How many had the id of another comment, and are kept as comments of their own.
    pub doubled: u64,
}

impl Store {
    /// Keeps those comments of a site that were not imported from this system before, and the labels
    /// they came with; the answer says of each what became of it. Replies are joined to what they
    /// answer, as far as that is there, and are public only if that is.
    ///
    /// # Errors
    /// [`super::StoreError`]; then none is kept.
    pub async fn import_comments(
        &self,
        site: &SiteSlug,
        origin: &Origin,
        mut batch: Vec<ImportedComment>,
        source: Source,
        now: Timestamp,
    ) -> Result<Kept> {
        let (site, system) = (site.to_string(), origin.source.as_str());
        cut_circles(&mut batch);
        self.write(async |tx| {
            let likeness = batch.iter_mut().map(likeness).collect();
            let doubled = tell_apart(tx, [&site, system], &origin.run, likeness).await?;
            let mut new = claim(tx, &site, origin, &batch).await?;
            // The first of two with one id in a batch is the one that is kept.
            let is_new: Vec<bool> = batch
                .iter()
                .map(|one| new.remove(&one.comment.id))
                .collect();
            let parents = parents(tx, &site, system, &batch).await?;
            let fates = fates(&batch, &is_new, &parents);
            let kept = batch.iter().zip(&fates);
            let kept = kept.filter(|(_, fate)| **fate != Fate::Known);
            let kept = kept.map(|(one, fate)| row(one, *fate, &parents)).collect();
            tx.insert_rows("comments", kept).await?;
            let waits = batch.iter().zip(&fates);
            let waits = waits.filter(|(_, fate)| **fate == Fate::Waits);
            let waits: Vec<&String> = waits.map(|(one, _)| &one.foreign_id).collect();
            if !waits.is_empty() {
                set_waiting(tx, [&site, system], 1, &waits).await?;
            }
            let votes = batch.into_iter().zip(&is_new);
            let votes = votes.filter(|(_, new)| **new);
            let votes = votes.filter_map(|(one, _)| one.vote).collect();
            votes::cast(tx, votes, &source, now).await?;
            Ok(Kept { fates, doubled })
        })
        .await
    }

    /// Has the database count anew what is imported into. PostgreSQL takes a site that is new since it last counted for one without comments,
    /// and would go through all of them for each of the next ones.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn count_imported_anew(&self) -> Result<()> {
        if self.engine != Engine::Postgres {
            return Ok(());
        }
        let text = "ANALYZE imported, comments, samples";
        self.write(async |tx| tx.run(text, values![]).await).await?;
        Ok(())
    }

    /// Joins replies to what they answer once all of a file is here, wherever it stands in it, and lets
    /// those be public that waited for that and may be. What is answered and not here at all is no
    /// reason to wait.
    ///
    /// # Errors
    /// [`super::StoreError`]; what was done before stays, and doing it again goes on from there.
    pub async fn join_imported(&self, site: &SiteSlug, origin: &Origin) -> Result<Joined> {
        let (mut after, mut joined) = (String::new(), 0);
        let system = origin.source.as_str();
        loop {
            let (site, from) = (site.to_string(), after);
            let stretch = self.write(async |tx| join_stretch(tx, &site, system, from).await);
            let (last, count) = stretch.await?;
            joined += count;
            match last {
                Some(last) => after = last,
                None => break,
            }
        }
        let withheld = self.settle_replies(site, system).await?;
        let text = "SELECT COUNT(*) AS count FROM imported i WHERE i.site = $1 AND i.run = $2 \
                    AND i.parent IS NOT NULL AND NOT EXISTS (SELECT 1 FROM imported p \
                        WHERE p.site = i.site AND p.system = i.system AND p.foreign_id = i.parent)";
        let found = self.all(text, values![site, origin.run]).await?;
        let orphans = found
            .first()
            .map_or(Ok(0), |row| get::<i64>(row, "count"))?;
        Ok(Joined {
            joined,
            withheld,
            orphans: u64::try_from(orphans).unwrap_or(0),
        })
    }
}

/// Notes the ids of those that are new, and returns which comments these are.
async fn claim(
    tx: &mut Conn<'_>,
    site: &str,
    origin: &Origin,
    batch: &[ImportedComment],
) -> Result<HashSet<CommentId>> {
    let claims: Vec<_> = batch
        .iter()
        .map(|one| json!({ "foreign": one.foreign_id, "id": one.comment.id, "parent": one.foreign_parent }))
        .collect();
    let text = "INSERT INTO imported (site, system, foreign_id, comment_id, parent, run) \
                SELECT $2, $3, r.value->>'foreign', r.value->>'id', r.value->>'parent', $4 \
                FROM {rows:$1} WHERE true ON CONFLICT DO NOTHING RETURNING comment_id";
    let values = values![to_rows(claims), site, origin.source, origin.run];
    let claimed = tx.all(text, values).await?;
    claimed.iter().map(|row| get(row, "comment_id")).collect()
}

/// A comment's id, and what it is known by besides.
fn likeness(one: &mut ImportedComment) -> (&mut String, Likeness) {
    let comment = &one.comment;
    let likeness = Likeness {
        page: comment.page.to_string(),
        name: comment.name.clone(),
        text: comment.text.clone(),
        at: one.is_dated.then_some(comment.created_at.millis()),
    };
    (&mut one.foreign_id, likeness)
}

/// Takes the parent from one comment of every circle of a batch, the first in the file: a circle would be
/// answered by itself. One that spans batches is seen as they are joined.
fn cut_circles(batch: &mut [ImportedComment]) {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(batch.len());
    for (place, one) in batch.iter().enumerate() {
        places.entry(one.foreign_id.clone()).or_insert(place);
    }
    let up = |batch: &[ImportedComment], at: usize| {
        let parent = batch[at].foreign_parent.as_ref()?;
        places.get(parent).copied()
    };
    let mut is_done = vec![false; batch.len()];
    for start in 0..batch.len() {
        let (mut way, mut at) = (Vec::new(), Some(start));
        while let Some(here) = at.filter(|here| !is_done[*here]) {
            is_done[here] = true;
            way.push(here);
            at = up(batch, here);
        }
        if let Some(first) = at.and_then(|at| way.iter().position(|here| *here == at)) {
            let circle = way[first..].iter().min();
            if let Some(earliest) = circle {
                batch[*earliest].foreign_parent = None;
            }
        }
    }
}

fn row(
    one: &ImportedComment,
    fate: Fate,
    parents: &HashMap<String, Parent>,
) -> [(&'static str, Value); 23] {
    let status = match fate {
        Fate::Withheld | Fate::Waits => Status::Pending,
        Fate::New | Fate::Known => one.status,
    };
    let parent = one.foreign_parent.as_ref();
    let comment = NewComment {
        parent: parent
            .and_then(|parent| parents.get(parent))
            .map(|parent| parent.id),
        ..one.comment.clone()
    };
    new_row(&comment, status, status.verdict(), one.score, &one.evidence)
}

/// Joins a stretch of replies behind `after`; where the next stretch begins, and how many were joined.
async fn join_stretch(
    tx: &mut Conn<'_>,
    site: &str,
    system: &str,
    after: String,
) -> Result<(Option<String>, u64)> {
    let text = "SELECT i.foreign_id, i.comment_id, p.comment_id AS parent FROM imported i \
                LEFT JOIN imported p ON p.site = i.site AND p.system = i.system \
                    AND p.foreign_id = i.parent \
                WHERE i.site = $1 AND i.system = $2 AND i.parent IS NOT NULL AND i.foreign_id > $3 \
                ORDER BY i.foreign_id LIMIT $4";
    let found = tx.all(text, values![site, system, after, STRETCH]).await?;
    let mut joined = 0;
    for row in &found {
        let Some(parent) = get::<Option<String>>(row, "parent")? else {
            continue;
        };
        // None that answers itself, however far around.
        let text = "UPDATE comments SET parent = $3 WHERE site = $1 AND id = $2 AND parent IS NULL \
                    AND NOT EXISTS (WITH RECURSIVE up(id) AS (SELECT CAST($3 AS TEXT) UNION \
                        SELECT c.parent FROM comments c JOIN up ON c.id = up.id \
                        WHERE c.site = $1 AND c.parent IS NOT NULL) \
                    SELECT 1 FROM up WHERE up.id = $2)";
        let updated = tx
            .run(
                text,
                values![site, get::<String>(row, "comment_id")?, parent],
            )
            .await?;
        joined += updated;
    }
    let last = found
        .last()
        .filter(|_| i64::try_from(found.len()) == Ok(STRETCH));
    let last = last.map(|row| get(row, "foreign_id")).transpose()?;
    Ok((last, joined))
}
