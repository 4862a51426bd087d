//! Keeping comments that came from other systems, once each, with the threads they had there.

use std::collections::HashSet;

use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::{
    Result, Store,
    arrivals::{NewComment, keep},
    engine::Engine,
    query::insert_rows,
    votes,
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
                let kept = batch.iter().zip(&is_new);
                let kept = kept.filter(|(_, new)| **new).map(|(one, _)| one);
                insert_rows(connection, engine, keep::INSERT, kept.map(row).collect()).await?;
                let replies: Vec<_> = batch
                    .iter()
                    .zip(&is_new)
                    .filter(|(one, new)| **new && one.foreign_parent.is_some())
                    .map(|(one, _)| json!({ "id": one.comment.id, "parent": one.foreign_parent }))
                    .collect();
                join(connection, engine, &site, system, replies).await?;
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
        let site = site.to_string();
        self.write(move |connection| {
            Box::pin(async move {
                let text = "UPDATE comments SET parent = p.comment_id FROM imported i \
                            JOIN imported p ON p.site = i.site AND p.system = i.system \
                                AND p.foreign_id = i.parent \
                            WHERE i.site = $1 AND i.system = $2 AND i.parent IS NOT NULL \
                            AND comments.site = $1 AND comments.id = i.comment_id \
                            AND comments.parent IS NULL";
                let joined = sqlx::query(text)
                    .bind(site)
                    .bind(system)
                    .execute(connection)
                    .await?;
                Ok(joined.rows_affected())
            })
        })
        .await
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
        let found = sqlx::query(text)
            .bind(site.to_string())
            .bind(after.to_owned())
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        let page = |row| Ok(Page::from_canonical(Row::try_get(row, "page")?));
        found.iter().map(page).collect()
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

fn row(one: &ImportedComment) -> Vec<super::query::Value> {
    let verdict = match one.status {
        Status::Approved => Verdict::Publish,
        Status::Spam => Verdict::Spam,
        Status::Pending | Status::Rejected | Status::Trash => Verdict::Hold,
    };
    keep::row(&one.comment, one.status, verdict, one.score, &one.evidence)
}

async fn join(
    connection: &mut AnyConnection,
    engine: Engine,
    site: &str,
    system: &str,
    replies: Vec<serde_json::Value>,
) -> Result<()> {
    if replies.is_empty() {
        return Ok(());
    }
    let text = "UPDATE comments SET parent = p.comment_id FROM {rows:$1} \
                JOIN imported p ON p.site = $2 AND p.system = $3 \
                    AND p.foreign_id = r.value->>'parent' \
                WHERE comments.site = $2 AND comments.id = r.value->>'id'";
    sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(serde_json::Value::Array(replies).to_string())
        .bind(site.to_owned())
        .bind(system.to_owned())
        .execute(connection)
        .await?;
    Ok(())
}
