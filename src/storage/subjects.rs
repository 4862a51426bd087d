//! One person's data, found by the keyed hash of their address: all of it told, or all of it gone.

use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

use super::{
    Result, Store,
    damage::{Damaged, Gathered, gather},
    engine::Engine,
    erasure, erasures, rows, samples,
};
use crate::domain::{
    comment::Comment, decision::Actor, email::EmailIndex, mail::MailKind, page::Page,
    sample::StoredSample, site::SiteSlug, timestamp::Timestamp,
};

/// A subscription to replies.
#[derive(Debug, Clone)]
pub struct HeldSubscription {
    /// The site.
    pub site: SiteSlug,
    /// What they said: `asked`, `confirmed` or `unsubscribed`.
    pub status: String,
    /// When they were asked.
    pub asked_at: Timestamp,
    /// When they said yes.
    pub confirmed_at: Option<Timestamp>,
}

/// A mail to them. What it says is not kept.
#[derive(Debug, Clone)]
pub struct HeldMail {
    /// What it is for.
    pub kind: MailKind,
    /// Where it stands.
    pub status: String,
    /// When it was caused.
    pub created_at: Timestamp,
}

/// Everything held about a person.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// What they wrote, on every site.
    pub comments: Vec<Comment>,
    /// Their texts among the labelled ones.
    pub samples: Vec<StoredSample>,
    /// Where they asked to hear of replies.
    pub subscriptions: Vec<HeldSubscription>,
    /// Mails to them.
    pub mails: Vec<HeldMail>,
    /// Whether they have an account as a moderator. It is not touched by erasure.
    pub is_moderator: bool,
    /// What is theirs and cannot be read.
    pub damaged: Vec<Damaged>,
}

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
    /// Whether they have an account as a moderator, which is still there.
    pub is_moderator: bool,
}

impl Store {
    /// Everything held about a person.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn subject(&self, sites: &[SiteSlug], who: &EmailIndex) -> Result<Subject> {
        let mut connection = self.read.acquire().await?;
        let sites = rows::list_json(sites);
        let comments = comments(&mut connection, self.engine, &sites, who).await?;
        let samples = labelled(&mut connection, self.engine, &sites, who, "").await?;
        let subscriptions = subscriptions(&mut connection, self.engine, &sites, who).await?;
        let mails = mails(&mut connection, who).await?;
        let damaged = [
            comments.damaged,
            samples.damaged,
            subscriptions.damaged,
            mails.damaged,
        ];
        Ok(Subject {
            comments: comments.rows,
            samples: samples.rows,
            subscriptions: subscriptions.rows,
            mails: mails.rows,
            is_moderator: is_moderator(&mut connection, who).await?,
            damaged: damaged.concat(),
        })
    }

    /// Erases everything held about a person, in one transaction: their comments with their
    /// history, their texts among the labelled ones (and what models learnt from them), their
    /// subscriptions, mails and counters. An account as a moderator stays. That it was done, and how
    /// much, is kept ([`Store::erasures`]).
    ///
    /// # Errors
    /// [`super::StoreError`]; then nothing has changed.
    pub async fn erase_subject(
        &self,
        sites: &[SiteSlug],
        who: EmailIndex,
        by: Actor,
        now: Timestamp,
    ) -> Result<Erased> {
        let (engine, sites) = (self.engine, rows::list_json(sites));
        self.write(move |connection| {
            Box::pin(async move {
                let comments = lock_comments(connection, engine, &sites, &who).await?;
                let samples = labelled(connection, engine, &sites, &who, "{lock}").await?;
                let ids = rows::list_json(comments.iter().map(|(id, ..)| id));
                erase_comments(connection, engine, &sites, &ids).await?;
                let mails = erase_mails(connection, engine, &who, &ids).await?;
                let subscriptions = erase_rest(connection, engine, &sites, &who).await?;
                let erased = Erased {
                    samples: samples.seen as u64,
                    subscriptions,
                    mails,
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
                // Last of all: from here on the sites' learning is locked.
                erasure::forget(connection, engine, samples.rows).await?;
                if !samples.damaged.is_empty() {
                    erase_unreadable(connection, engine, &sites, &who).await?;
                }
                Ok(erased)
            })
        })
        .await
    }
}

async fn comments(
    connection: &mut AnyConnection,
    engine: Engine,
    sites: &str,
    who: &EmailIndex,
) -> Result<Gathered<Comment>> {
    let text = format!(
        "SELECT {} FROM comments c WHERE c.site IN (SELECT r.value->>'v' FROM {{rows:$1}}) \
         AND c.email_index = $2 ORDER BY c.id",
        rows::COMMENT
    );
    let query = sqlx::query(AssertSqlSafe(engine.dialect(&text)))
        .bind(sites.to_owned())
        .bind(who.0.clone());
    gather(connection, "comments", query, rows::comment).await
}

/// Locks a person's comments, those too that cannot be read as a whole: id, site and page of each.
async fn lock_comments(
    connection: &mut AnyConnection,
    engine: Engine,
    sites: &str,
    who: &EmailIndex,
) -> Result<Vec<(String, String, String)>> {
    let text = "SELECT c.id, c.site, c.page FROM comments c \
                WHERE c.site IN (SELECT r.value->>'v' FROM {rows:$1}) \
                AND c.email_index = $2 ORDER BY c.id {lock}";
    let query = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(sites.to_owned())
        .bind(who.0.clone());
    let read = |row: &AnyRow| {
        let page = row.try_get("page").unwrap_or_default();
        Ok((row.try_get("id")?, row.try_get("site")?, page))
    };
    Ok(gather(connection, "comments", query, read).await?.rows)
}

/// Erases labelled texts that cannot be read. What models learnt of them cannot be told any more.
async fn erase_unreadable(
    connection: &mut AnyConnection,
    engine: Engine,
    sites: &str,
    who: &EmailIndex,
) -> Result<()> {
    let text = "DELETE FROM samples WHERE site IN (SELECT r.value->>'v' FROM {rows:$1}) \
                AND email_index = $2";
    sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(sites.to_owned())
        .bind(who.0.clone())
        .execute(connection)
        .await?;
    Ok(())
}

async fn labelled(
    connection: &mut AnyConnection,
    engine: Engine,
    sites: &str,
    who: &EmailIndex,
    lock: &str,
) -> Result<Gathered<StoredSample>> {
    let text = format!(
        "SELECT {} FROM samples s WHERE s.site IN (SELECT r.value->>'v' FROM {{rows:$1}}) \
         AND s.email_index = $2 ORDER BY s.site, s.id {lock}",
        samples::COLUMNS
    );
    let query = sqlx::query(AssertSqlSafe(engine.dialect(&text)))
        .bind(sites.to_owned())
        .bind(who.0.clone());
    gather(connection, "samples", query, samples::stored).await
}

async fn subscriptions(
    connection: &mut AnyConnection,
    engine: Engine,
    sites: &str,
    who: &EmailIndex,
) -> Result<Gathered<HeldSubscription>> {
    let text = "SELECT site, status, asked_at, confirmed_at FROM subscriptions \
                WHERE site IN (SELECT r.value->>'v' FROM {rows:$1}) AND email_index = $2";
    let query = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(sites.to_owned())
        .bind(who.0.clone());
    let read = |row: &AnyRow| {
        Ok(HeldSubscription {
            site: rows::site(row)?,
            status: row.try_get("status")?,
            asked_at: rows::timestamp(row, "asked_at")?,
            confirmed_at: rows::optional_timestamp(row, "confirmed_at")?,
        })
    };
    gather(connection, "subscriptions", query, read).await
}

async fn mails(connection: &mut AnyConnection, who: &EmailIndex) -> Result<Gathered<HeldMail>> {
    let text = "SELECT id, kind, status, created_at FROM outbox WHERE email_index = $1 ORDER BY id";
    let query = sqlx::query(text).bind(who.0.clone());
    let read = |row: &AnyRow| {
        Ok(HeldMail {
            kind: super::outbox::kind(row)?,
            status: row.try_get("status")?,
            created_at: rows::timestamp(row, "created_at")?,
        })
    };
    gather(connection, "outbox", query, read).await
}

async fn is_moderator(connection: &mut AnyConnection, who: &EmailIndex) -> Result<bool> {
    let text = "SELECT id FROM moderators WHERE email_index = $1";
    let row = sqlx::query(text)
        .bind(who.0.clone())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

async fn erase_comments(
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
    who: &EmailIndex,
    ids: &str,
) -> Result<u64> {
    let text = "DELETE FROM outbox WHERE email_index = $1 \
                OR comment_id IN (SELECT r.value->>'v' FROM {rows:$2})";
    let erased = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(who.0.clone())
        .bind(ids.to_owned())
        .execute(connection)
        .await?;
    Ok(erased.rows_affected())
}

/// Subscriptions, and what is still on its way in or is counted by the address.
async fn erase_rest(
    connection: &mut AnyConnection,
    engine: Engine,
    sites: &str,
    who: &EmailIndex,
) -> Result<u64> {
    let mut subscriptions = 0;
    for (table, column) in [
        ("counters", "counted"),
        ("upload_rows", "email_index"),
        ("subscriptions", "email_index"),
    ] {
        let text = format!(
            "DELETE FROM {table} WHERE site IN (SELECT r.value->>'v' FROM {{rows:$1}}) \
             AND {column} = $2"
        );
        let erased = sqlx::query(AssertSqlSafe(engine.dialect(&text)))
            .bind(sites.to_owned())
            .bind(who.0.clone())
            .execute(&mut *connection)
            .await?;
        subscriptions = erased.rows_affected();
    }
    Ok(subscriptions)
}
