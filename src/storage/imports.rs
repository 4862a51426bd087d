//! Keeping comments that came from other systems, once each, with the threads they had there.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::{
    Result, Store,
    arrivals::{NewComment, keep},
    engine::Engine,
    query::insert_rows,
    rows, votes,
};
use crate::domain::{
    comment::Status,
    evidence::{Evidence, Verdict},
    page::Page,
    sample::{Source, Vote},
    site::SiteSlug,
    timestamp::Timestamp,
};

/// A comment from another system, ready to be kept.
#[derive(Debug, Clone)]
pub struct ImportedComment {
    /// The comment; its parent is not set.
    pub comment: NewComment,
    /// Where it stands.
    pub status: Status,
    /// Probability of spam, where it was judged.
    pub score: Option<f64>,
    /// Why.
    pub evidence: Evidence,
    /// Its id in its own system.
    pub foreign_id: String,
    /// The id there of the comment it answers.
    pub foreign_parent: Option<String>,
    /// What the other system's people said about it: a decision here replaces it.
    pub vote: Option<Vote>,
}

impl Store {
    /// Keeps those comments of a site that were not imported from this system before, and the labels
    /// they came with; the answer says of each whether it is new. Replies are joined to what they
    /// answer, as far as that is there.
    ///
    /// # Errors
    /// [`super::StoreError`]; then none is kept.
    pub async fn import_comments(
        &self,
        site: &SiteSlug,
        system: &'static str,
        batch: Vec<ImportedComment>,
        source: Source,
        now: Timestamp,
    ) -> Result<Vec<bool>> {
        let (engine, site) = (self.engine, site.to_string());
        self.write(move |connection| {
            Box::pin(async move {
                let mut new = claim(connection, engine, &site, system, &batch).await?;
                // The first of two with one id in a batch is the one that is kept.
                let is_new: Vec<bool> = batch
                    .iter()
                    .map(|one| new.remove(one.comment.id.as_str()))
                    .collect();
                let parents = parents(connection, engine, &site, system, &batch).await?;
                let kept = batch.iter().zip(&is_new);
                let kept = kept.filter(|(_, new)| **new);
                let kept = kept.map(|(one, _)| row(one, &parents)).collect();
                insert_rows(connection, engine, keep::INSERT, kept).await?;
                let votes = batch.into_iter().zip(&is_new);
                let votes = votes.filter(|(_, new)| **new);
                let votes = votes.filter_map(|(one, _)| one.vote).collect();
                votes::cast(connection, engine, votes, &source, now).await?;
                Ok(is_new)
            })
        })
        .await
    }

    /// Joins replies to what they answer where that came later in the file; how many there were.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn join_imported(&self, site: &SiteSlug, system: &'static str) -> Result<u64> {
        let (mut after, mut joined) = (String::new(), 0);
        loop {
            let (site, from) = (site.to_string(), after);
            let stretch = self.write(move |connection| {
                Box::pin(async move { join_stretch(connection, &site, system, from).await })
            });
            let (last, count) = stretch.await?;
            joined += count;
            match last {
                Some(last) => after = last,
                None => return Ok(joined),
            }
        }
    }

    /// The pages of a site that have comments, in order, at most `limit`, after the page `after`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn commented_pages(
        &self,
        site: &SiteSlug,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Page>> {
        let text = "SELECT DISTINCT page FROM comments WHERE site = $1 AND page > $2 \
                    ORDER BY page LIMIT $3";
        let query = sqlx::query(text)
            .bind(site.to_string())
            .bind(after.to_owned())
            .bind(i64::from(limit));
        let page = |row: &sqlx::any::AnyRow| Ok(Page::from_canonical(row.try_get("page")?));
        self.gather("comments", query, page).await
    }
}

/// Notes the ids of those that are new, and tells which comments these are.
async fn claim(
    connection: &mut AnyConnection,
    engine: Engine,
    site: &str,
    system: &str,
    batch: &[ImportedComment],
) -> Result<HashSet<String>> {
    let claims: Vec<_> = batch
        .iter()
        .map(|one| json!({ "foreign": one.foreign_id, "id": one.comment.id, "parent": one.foreign_parent }))
        .collect();
    let text = "INSERT INTO imported (site, system, foreign_id, comment_id, parent) \
                SELECT $2, $3, r.value->>'foreign', r.value->>'id', r.value->>'parent' \
                FROM {rows:$1} WHERE true ON CONFLICT DO NOTHING RETURNING comment_id";
    let claimed = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(serde_json::Value::Array(claims).to_string())
        .bind(site.to_owned())
        .bind(system.to_owned())
        .fetch_all(connection)
        .await?;
    claimed
        .iter()
        .map(|row| Ok(row.try_get("comment_id")?))
        .collect()
}

fn row(one: &ImportedComment, parents: &HashMap<String, String>) -> Vec<super::query::Value> {
    let verdict = match one.status {
        Status::Approved => Verdict::Publish,
        Status::Spam => Verdict::Spam,
        Status::Pending | Status::Rejected | Status::Trash => Verdict::Hold,
    };
    let parent = one.foreign_parent.as_ref();
    let comment = NewComment {
        parent: parent.and_then(|parent| parents.get(parent)).cloned(),
        ..one.comment.clone()
    };
    keep::row(&comment, one.status, verdict, one.score, &one.evidence)
}

/// What a batch's replies answer, by the ids of their own system, as far as it is here.
async fn parents(
    connection: &mut AnyConnection,
    engine: Engine,
    site: &str,
    system: &str,
    batch: &[ImportedComment],
) -> Result<HashMap<String, String>> {
    let asked = batch.iter().filter_map(|one| one.foreign_parent.as_ref());
    let asked: HashSet<&String> = asked.collect();
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    // As a join SQLite would walk through all that was ever imported, and look for each in the list.
    let text = "SELECT foreign_id, comment_id FROM imported WHERE site = $2 AND system = $3 \
                AND foreign_id IN (SELECT r.value->>'v' FROM {rows:$1})";
    let found = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(rows::list_json(asked))
        .bind(site.to_owned())
        .bind(system.to_owned())
        .fetch_all(connection)
        .await?;
    found
        .iter()
        .map(|row| Ok((row.try_get("foreign_id")?, row.try_get("comment_id")?)))
        .collect()
}

/// Imported replies that are looked through in one transaction.
const STRETCH: i64 = 1000;

/// Joins a stretch of replies behind `after`; where the next stretch begins, and how many were joined.
async fn join_stretch(
    connection: &mut AnyConnection,
    site: &str,
    system: &str,
    after: String,
) -> Result<(Option<String>, u64)> {
    let text = "SELECT i.foreign_id, i.comment_id, p.comment_id AS parent FROM imported i \
                LEFT JOIN imported p ON p.site = i.site AND p.system = i.system \
                    AND p.foreign_id = i.parent \
                WHERE i.site = $1 AND i.system = $2 AND i.parent IS NOT NULL AND i.foreign_id > $3 \
                ORDER BY i.foreign_id LIMIT $4";
    let found = sqlx::query(text)
        .bind(site.to_owned())
        .bind(system.to_owned())
        .bind(after)
        .bind(STRETCH)
        .fetch_all(&mut *connection)
        .await?;
    let mut joined = 0;
    for row in &found {
        let Some(parent) = row.try_get::<Option<String>, _>("parent")? else {
            continue;
        };
        let text = "UPDATE comments SET parent = $3 WHERE site = $1 AND id = $2 AND parent IS NULL";
        let updated = sqlx::query(text)
            .bind(site.to_owned())
            .bind(row.try_get::<String, _>("comment_id")?)
            .bind(parent)
            .execute(&mut *connection)
            .await?;
        joined += updated.rows_affected();
    }
    let last = found
        .last()
        .filter(|_| i64::try_from(found.len()) == Ok(STRETCH));
    let last = last.map(|row| row.try_get("foreign_id")).transpose()?;
    Ok((last, joined))
}
