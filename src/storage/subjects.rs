//! One person's data, found by the keyed hash of their address: all of it told, or all of it gone.

use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::{Result, Store, acts, engine::Engine, erasure, erasures, rows, samples};
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
        Ok(Subject {
            comments: comments(&mut connection, self.engine, &sites, who, "").await?,
            samples: labelled(&mut connection, self.engine, &sites, who, "").await?,
            subscriptions: subscriptions(&mut connection, self.engine, &sites, who).await?,
            mails: mails(&mut connection, who).await?,
            is_moderator: is_moderator(&mut connection, who).await?,
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
                let comments = comments(connection, engine, &sites, &who, "{lock}").await?;
                let samples = labelled(connection, engine, &sites, &who, "{lock}").await?;
                let ids = rows::list_json(comments.iter().map(|comment| comment.id));
                erase_comments(connection, engine, &sites, &ids).await?;
                let mails = erase_mails(connection, engine, &who, &ids).await?;
                let subscriptions = erase_rest(connection, engine, &sites, &who).await?;
                let erased = Erased {
                    samples: samples.len() as u64,
                    subscriptions,
                    mails,
                    is_moderator: is_moderator(connection, &who).await?,
                    comments: comments
                        .into_iter()
                        .map(|comment| (comment.site, comment.page))
                        .collect(),
                };
                erasures::record(connection, by, now, &erased).await?;
                acts::record(connection, "subject.erase", "", amounts(&erased)).await?;
                // Last of all: from here on the sites' learning is locked.
                erasure::forget(connection, engine, samples).await?;
                Ok(erased)
            })
        })
        .await
    }
}

/// How much was erased, as the record of acts tells it: never whose it was.
fn amounts(erased: &Erased) -> serde_json::Value {
    serde_json::json!({
        "comments": erased.comments.len(), "samples": erased.samples,
        "subscriptions": erased.subscriptions, "mails": erased.mails,
    })
}

async fn comments(
    connection: &mut AnyConnection,
    engine: Engine,
    sites: &str,
    who: &EmailIndex,
    lock: &str,
) -> Result<Vec<Comment>> {
    let text = format!(
        "SELECT {} FROM comments c WHERE c.site IN (SELECT r.value->>'v' FROM {{rows:$1}}) \
         AND c.email_index = $2 ORDER BY c.id {lock}",
        rows::COMMENT
    );
    let found = sqlx::query(AssertSqlSafe(engine.dialect(&text)))
        .bind(sites.to_owned())
        .bind(who.0.clone())
        .fetch_all(connection)
        .await?;
    found.iter().map(rows::comment).collect()
}

async fn labelled(
    connection: &mut AnyConnection,
    engine: Engine,
    sites: &str,
    who: &EmailIndex,
    lock: &str,
) -> Result<Vec<StoredSample>> {
    let text = format!(
        "SELECT {} FROM samples s WHERE s.site IN (SELECT r.value->>'v' FROM {{rows:$1}}) \
         AND s.email_index = $2 ORDER BY s.site, s.id {lock}",
        samples::COLUMNS
    );
    let found = sqlx::query(AssertSqlSafe(engine.dialect(&text)))
        .bind(sites.to_owned())
        .bind(who.0.clone())
        .fetch_all(connection)
        .await?;
    found.iter().map(samples::stored).collect()
}

async fn subscriptions(
    connection: &mut AnyConnection,
    engine: Engine,
    sites: &str,
    who: &EmailIndex,
) -> Result<Vec<HeldSubscription>> {
    let text = "SELECT site, status, asked_at, confirmed_at FROM subscriptions \
                WHERE site IN (SELECT r.value->>'v' FROM {rows:$1}) AND email_index = $2";
    let found = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(sites.to_owned())
        .bind(who.0.clone())
        .fetch_all(connection)
        .await?;
    let read = |row| {
        Ok(HeldSubscription {
            site: rows::site(row)?,
            status: row.try_get("status")?,
            asked_at: rows::timestamp(row, "asked_at")?,
            confirmed_at: rows::optional_timestamp(row, "confirmed_at")?,
        })
    };
    found.iter().map(read).collect()
}

async fn mails(connection: &mut AnyConnection, who: &EmailIndex) -> Result<Vec<HeldMail>> {
    let text = "SELECT kind, status, created_at FROM outbox WHERE email_index = $1 ORDER BY id";
    let found = sqlx::query(text)
        .bind(who.0.clone())
        .fetch_all(connection)
        .await?;
    let read = |row| {
        Ok(HeldMail {
            kind: super::outbox::kind(row)?,
            status: row.try_get("status")?,
            created_at: rows::timestamp(row, "created_at")?,
        })
    };
    found.iter().map(read).collect()
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
