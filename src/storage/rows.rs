//! Rows to domain types. What cannot be read is reported as corrupt, never guessed.

use serde::de::DeserializeOwned;
use sqlx::{Row, any::AnyRow};

use super::{Result, StoreError, evidence};
use crate::domain::{
    comment::{Comment, CommentId, Status},
    decision::BatchId,
    email::{EmailIndex, SealedEmail},
    evidence::Verdict,
    page::Page,
    site::SiteSlug,
    timestamp::Timestamp,
};

/// The columns that [`comment`] reads, of a table called `c`.
pub(super) const COMMENT: &str = "c.site, c.id, c.page, c.page_title, c.parent, c.name, \
     c.email_sealed, c.email_index, c.website, c.text, c.status, c.score, c.verdict, c.evidence, \
     c.model_version, c.version, c.network, c.wants_replies, c.created_at, c.decided_at, c.decided_by";

pub(super) fn comment(row: &AnyRow) -> Result<Comment> {
    Ok(Comment {
        id: comment_id(row, "id")?,
        site: site(row)?,
        page: Page::from_canonical(row.try_get("page")?),
        page_title: row.try_get("page_title")?,
        parent: optional_comment_id(row, "parent")?,
        name: row.try_get("name")?,
        email: SealedEmail(row.try_get("email_sealed")?),
        email_index: EmailIndex(row.try_get("email_index")?),
        website: row.try_get("website")?,
        text: row.try_get("text")?,
        status: status(row, "status")?,
        score: row.try_get("score")?,
        verdict: verdict(row)?,
        evidence: evidence::read(row)?,
        version: row.try_get("version")?,
        network: row.try_get("network")?,
        wants_replies: row.try_get::<i64, _>("wants_replies")? != 0,
        created_at: timestamp(row, "created_at")?,
        decided_at: optional_timestamp(row, "decided_at")?,
        decided_by: row.try_get("decided_by")?,
    })
}

pub(super) fn site(row: &AnyRow) -> Result<SiteSlug> {
    let slug: String = row.try_get("site")?;
    SiteSlug::parse(&slug).map_err(|_| StoreError::Corrupt("site"))
}

pub(super) fn comment_id(row: &AnyRow, column: &str) -> Result<CommentId> {
    let id: String = row.try_get(column)?;
    CommentId::parse(&id).ok_or(StoreError::Corrupt("comment id"))
}

pub(super) fn optional_comment_id(row: &AnyRow, column: &str) -> Result<Option<CommentId>> {
    let id: Option<String> = row.try_get(column)?;
    let read = |id: String| CommentId::parse(&id).ok_or(StoreError::Corrupt("comment id"));
    id.map(read).transpose()
}

pub(super) fn optional_batch_id(row: &AnyRow, column: &str) -> Result<Option<BatchId>> {
    let id: Option<String> = row.try_get(column)?;
    let read = |id: String| BatchId::parse(&id).ok_or(StoreError::Corrupt("batch"));
    id.map(read).transpose()
}

pub(super) fn status(row: &AnyRow, column: &str) -> Result<Status> {
    let word: String = row.try_get(column)?;
    Status::parse(&word).ok_or(StoreError::Corrupt("status"))
}

pub(super) fn verdict(row: &AnyRow) -> Result<Verdict> {
    let word: String = row.try_get("verdict")?;
    Verdict::parse(&word).ok_or(StoreError::Corrupt("verdict"))
}

pub(super) fn timestamp(row: &AnyRow, column: &str) -> Result<Timestamp> {
    calendar(row.try_get(column)?)
}

pub(super) fn optional_timestamp(row: &AnyRow, column: &str) -> Result<Option<Timestamp>> {
    let millis: Option<i64> = row.try_get(column)?;
    millis.map(calendar).transpose()
}

/// A time that calendars have, as everything that was ever written here does.
fn calendar(millis: i64) -> Result<Timestamp> {
    let at = Timestamp::from_millis(millis);
    at.is_in_calendar()
        .then_some(at)
        .ok_or(StoreError::Corrupt("time"))
}

pub(super) fn json<T: DeserializeOwned>(row: &AnyRow, column: &'static str) -> Result<T> {
    let text: String = row.try_get(column)?;
    serde_json::from_str(&text).map_err(|_| StoreError::Corrupt(column))
}

/// A list of strings as the one JSON parameter that `{rows:$n}` reads with `r.value->>'v'`.
pub(super) fn list_json<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items = items
        .into_iter()
        .map(|item| serde_json::json!({ "v": item.to_string() }));
    serde_json::Value::Array(items.collect()).to_string()
}
