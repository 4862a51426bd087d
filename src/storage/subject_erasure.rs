//! Erasing a person: everything held about them goes in one transaction, what models learnt of them included.
//! What is held is in [`super::subjects`].

use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

use super::{
    Result, Store, acts,
    damage::gather,
    engine::Engine,
    erasure, erasures, rows,
    sites::raise_revision,
    subjects::{Search, is_moderator, labelled},
};
use crate::domain::{
    decision::Actor, email::EmailIndex, page::Page, site::SiteSlug, timestamp::Timestamp,
};

/// What was erased.
#[derive(Debug, Clone, Default)]
pub struct Erased {
    /// Comments: their sites, and the pages they stood on.
    pub comments: Vec<(SiteSlug, Page)>,
    /// Labelled texts.
    pub samples: u64,
    /// Subscriptions.
    pub subscriptions: u64,
    /// Mails, sent or not.
    pub mails: u64,
    /// Block rules for their address.
    pub block_rules: u64,
    /// Whether they have an account as a moderator, which is still there.
    pub is_moderator: bool,
}

impl Erased {
    /// Adds what was erased of somebody else.
    pub fn add(&mut self, other: Self) {
        self.comments.extend(other.comments);
        self.samples += other.samples;
        self.subscriptions += other.subscriptions;
        self.mails += other.mails;
        self.block_rules += other.block_rules;
        self.is_moderator |= other.is_moderator;
    }
}

impl Store {
    /// Erases everything held about a person, in one transaction: their comments with their
    /// history, their texts among the labelled ones (and what models learnt from them), their
    /// subscriptions, mails, counters, block rules for their address and where imported comments came
    /// from. With `until` only what is not later than that. An account as a moderator stays. That it was
    /// done, and how much, is kept ([`Store::erasures`]).
    ///
    /// # Errors
    /// [`super::StoreError`]; then nothing has changed.
    pub async fn erase_subject(
        &self,
        sites: &[SiteSlug],
        who: EmailIndex,
        by: Actor,
        now: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<Erased> {
        let (engine, sites) = (self.engine, rows::list_json(sites));
        let until = until.map_or(i64::MAX, Timestamp::millis);
        self.write(move |connection| {
            Box::pin(async move {
                let search = Search {
                    sites: &sites,
                    who: &who,
                    until,
                };
                let comments = lock_comments(connection, engine, &search).await?;
                let samples = labelled(connection, engine, &search, "{lock}").await?;
                let ids = rows::list_json(comments.iter().map(|(id, ..)| id));
                // Before the comments, which would take some along uncounted.
                let mails = erase_mails(connection, engine, &search, &ids).await?;
                erase_comments(connection, engine, &sites, &ids).await?;
                let subscriptions = erase_rest(connection, engine, &search).await?;
                let block_rules = erase_block_rules(connection, &search).await?;
                let erased = Erased {
                    samples: samples.seen as u64,
                    subscriptions,
                    mails,
                    block_rules,
                    is_moderator: is_moderator(connection, &who).await?,
                    comments: comments
                        .into_iter()
                        .filter_map(|(_, site, page)| {
                            let site = SiteSlug::parse(&site).ok()?;
                            Some((site, Page::from_canonical(page)))
                        })
                        .collect(),
                };
                erasures::record(connection, by, now, &erased).await?;
                acts::record(connection, "subject.erase", "", amounts(&erased)).await?;
                // Last of all: from here on the sites' learning is locked.
                erasure::forget(connection, engine, samples.rows).await?;
                if !samples.damaged.is_empty() {
                    erase_unreadable(connection, engine, &search).await?;
                }
                Ok(erased)
            })
        })
        .await
    }
}

/// How much was erased, as the record of acts has it: never whose it was.
fn amounts(erased: &Erased) -> serde_json::Value {
    serde_json::json!({
        "comments": erased.comments.len(), "samples": erased.samples,
        "subscriptions": erased.subscriptions, "mails": erased.mails,
    })
}

/// Locks a person's comments, those too that cannot be read as a whole: id, site and page of each.
async fn lock_comments(
    connection: &mut AnyConnection,
    engine: Engine,
    search: &Search<'_>,
) -> Result<Vec<(String, String, String)>> {
    let text = "SELECT c.id, c.site, c.page FROM comments c \
                WHERE c.site IN (SELECT r.value->>'v' FROM {rows:$1}) \
                AND c.email_index = $2 AND c.created_at <= $3 ORDER BY c.id {lock}";
    let query = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(search.sites.to_owned())
        .bind(search.who.0.clone())
        .bind(search.until);
    let read = |row: &AnyRow| {
        let page = row.try_get("page").unwrap_or_default();
        Ok((row.try_get("id")?, row.try_get("site")?, page))
    };
    Ok(gather(connection, "comments", query, read).await?.rows)
}

/// Erases labelled texts that cannot be read. What models learnt of them is not known any more.
async fn erase_unreadable(
    connection: &mut AnyConnection,
    engine: Engine,
    search: &Search<'_>,
) -> Result<()> {
    let text = "DELETE FROM samples WHERE site IN (SELECT r.value->>'v' FROM {rows:$1}) \
                AND email_index = $2 AND labelled_at <= $3";
    sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(search.sites.to_owned())
        .bind(search.who.0.clone())
        .bind(search.until)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn erase_comments(
    connection: &mut AnyConnection,
    engine: Engine,
    sites: &str,
    ids: &str,
) -> Result<()> {
    for (table, column) in [
        ("history", "comment_id"),
        ("idempotency", "comment_id"),
        ("judgements", "id"),
        ("comments", "id"),
    ] {
        let text = format!(
            "DELETE FROM {table} WHERE site IN (SELECT r.value->>'v' FROM {{rows:$1}}) \
             AND {column} IN (SELECT r.value->>'v' FROM {{rows:$2}})"
        );
        sqlx::query(AssertSqlSafe(engine.dialect(&text)))
            .bind(sites.to_owned())
            .bind(ids.to_owned())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Mails to the person, and mails to others about what the person wrote.
async fn erase_mails(
    connection: &mut AnyConnection,
    engine: Engine,
    search: &Search<'_>,
    ids: &str,
) -> Result<u64> {
    let text = "DELETE FROM outbox WHERE (email_index = $1 AND created_at <= $3) \
                OR comment_id IN (SELECT r.value->>'v' FROM {rows:$2})";
    let erased = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(search.who.0.clone())
        .bind(ids.to_owned())
        .bind(search.until)
        .execute(connection)
        .await?;
    Ok(erased.rows_affected())
}

/// Subscriptions, and what is still on its way in or is counted by the address.
async fn erase_rest(
    connection: &mut AnyConnection,
    engine: Engine,
    search: &Search<'_>,
) -> Result<u64> {
    let mut subscriptions = 0;
    // What is on its way in and what is counted has no time of its own.
    for (table, column, time) in [
        ("counters", "counted", "0"),
        ("upload_rows", "email_index", "0"),
        ("subscriptions", "email_index", "asked_at"),
    ] {
        let text = format!(
            "DELETE FROM {table} WHERE site IN (SELECT r.value->>'v' FROM {{rows:$1}}) \
             AND {column} = $2 AND {time} <= $3"
        );
        let erased = sqlx::query(AssertSqlSafe(engine.dialect(&text)))
            .bind(search.sites.to_owned())
            .bind(search.who.0.clone())
            .bind(search.until)
            .execute(&mut *connection)
            .await?;
        subscriptions = erased.rows_affected();
    }
    Ok(subscriptions)
}

/// Rules that name nobody but this person, and what was noted about them.
async fn erase_block_rules(connection: &mut AnyConnection, search: &Search<'_>) -> Result<u64> {
    let text = "DELETE FROM block_rules WHERE kind = 'email' AND pattern = $1 AND created_at <= $2";
    let erased = sqlx::query(text)
        .bind(search.who.0.clone())
        .bind(search.until)
        .execute(&mut *connection)
        .await?;
    if erased.rows_affected() > 0 {
        raise_revision(connection).await?;
    }
    Ok(erased.rows_affected())
}
