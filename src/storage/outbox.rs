//! The outbox: mail to be sent, each row written in the transaction that caused it. Queueing,
//! claiming and finishing rows lives here; what operators see of them in [`super::outbox_entries`];
//! what a mail says is written when it is sent, in [`crate::notify`].

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

use super::{Result, Store, StoreError, damage::gather, engine::Engine, rows};
use crate::domain::{
    comment::CommentId,
    mail::{MailKind, MailStatus},
    moderator::ModeratorId,
    site::SiteSlug,
    timestamp::Timestamp,
};

/// How long a mail that was sent or cancelled is remembered, so that it is not sent again.
pub const REMEMBERED: Duration = Duration::from_hours(30 * 24);

/// A mail that this process has claimed and must send before its lease ends.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// Identifier; the mail's Message-ID is made of it.
    pub id: String,
    /// What it is for.
    pub kind: MailKind,
    /// The site, for mail to commenters.
    pub site: Option<SiteSlug>,
    /// The moderator it goes to.
    pub moderator: Option<ModeratorId>,
    /// The comment whose author it goes to.
    pub comment: Option<CommentId>,
    /// What it is about, by kind.
    pub about: Value,
    /// Tries so far, this one included.
    pub attempts: i64,
    /// When it was queued or put back.
    pub queued_at: Timestamp,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// A mail server took it.
    Sent,
    /// What it was about is no longer so.
    Cancelled,
    /// To be tried again.
    Retry {
        /// When.
        at: Timestamp,
        /// Why, without any address.
        error: String,
    },
    /// Given up.
    Dead {
        /// Why, without any address.
        error: String,
    },
}

/// The outbox at a glance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutboxPulse {
    /// Mails that wait to be sent.
    pub pending: i64,
    /// Those of them whose time has come.
    pub due: i64,
    /// Finished mails whose time to be forgotten has come.
    pub forgettable: i64,
    /// When the oldest waiting mail was queued.
    pub oldest: Option<Timestamp>,
}

impl OutboxPulse {
    /// How long the oldest mail has waited.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Duration {
        self.oldest
            .map(|oldest| now.since(oldest))
            .unwrap_or_default()
    }
}

impl Store {
    /// The outbox at a glance. One cheap read, for every second.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn outbox_pulse(&self, now: Timestamp) -> Result<OutboxPulse> {
        let text = "SELECT COUNT(*) AS pending, MIN(queued_at) AS oldest, \
                        COUNT(CASE WHEN due_at <= $1 THEN 1 END) AS due, \
                        (SELECT COUNT(*) FROM outbox f WHERE f.status IN ('sent', 'cancelled') \
                            AND f.due_at <= $1) AS forgettable \
                    FROM outbox WHERE status = 'queued'";
        let row = sqlx::query(text)
            .bind(now.millis())
            .fetch_one(&self.read)
            .await?;
        Ok(OutboxPulse {
            pending: row.try_get("pending")?,
            due: row.try_get("due")?,
            forgettable: row.try_get("forgettable")?,
            // As it is: one damaged row must not keep all mail from being sent.
            oldest: row
                .try_get::<Option<i64>, _>("oldest")?
                .map(Timestamp::from_millis),
        })
    }

    /// Claims up to `limit` due mails: until `lease` no other instance takes them, and if this one
    /// dies they come up again then.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_mail(
        &self,
        limit: u32,
        now: Timestamp,
        lease: Timestamp,
    ) -> Result<Vec<Claimed>> {
        let text = self.engine.dialect(
            "UPDATE outbox SET due_at = $2, attempts = attempts + 1 WHERE id IN ( \
                 SELECT id FROM outbox WHERE status = 'queued' AND due_at <= $1 \
                 ORDER BY due_at LIMIT $3 {skip_locked}) \
             RETURNING id",
        );
        let engine = self.engine;
        self.write(move |connection| {
            Box::pin(async move {
                let query = sqlx::query(AssertSqlSafe(text))
                    .bind(now.millis())
                    .bind(lease.millis())
                    .bind(i64::from(limit));
                let id = |row: &AnyRow| Ok(row.try_get("id")?);
                let ids: Vec<String> = gather(connection, "outbox", query, id).await?.rows;
                if ids.is_empty() {
                    return Ok(Vec::new());
                }
                let mails = read_claimed(connection, engine, &ids).await?;
                let is_damaged = |id: &&String| !mails.iter().any(|mail| mail.id == **id);
                let damaged: Vec<_> = ids.iter().filter(is_damaged).collect();
                if !damaged.is_empty() {
                    bury(connection, engine, &damaged, now).await?;
                }
                Ok(mails)
            })
        })
        .await
    }

    /// Records how a try ended. A try whose lease ran out and that another instance has repeated
    /// changes nothing, unless it did send the mail.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn finish_mail(&self, mail: &Claimed, end: End, now: Timestamp) -> Result<()> {
        let mail = mail.clone();
        self.write(move |connection| {
            Box::pin(async move {
                record(connection, &mail, &end, now).await?;
                match (mail.kind, &end) {
                    (MailKind::Queue, End::Sent) => note_mailed(connection, &mail, now).await,
                    (MailKind::Confirm, End::Cancelled) => forget_question(connection, &mail).await,
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    /// Forgets finished mails whose time has come.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_mail(&self, now: Timestamp) -> Result<u64> {
        self.write(move |connection| {
            Box::pin(async move {
                let text =
                    "DELETE FROM outbox WHERE status IN ('sent', 'cancelled') AND due_at <= $1";
                let gone = sqlx::query(text)
                    .bind(now.millis())
                    .execute(connection)
                    .await?;
                Ok(gone.rows_affected())
            })
        })
        .await
    }
}

async fn read_claimed(
    connection: &mut AnyConnection,
    engine: Engine,
    ids: &[String],
) -> Result<Vec<Claimed>> {
    let text = "SELECT id, kind, site, moderator, comment_id, about, attempts, queued_at FROM outbox \
                WHERE id IN (SELECT r.value->>'v' FROM {rows:$1}) ORDER BY due_at, id";
    let query = sqlx::query(AssertSqlSafe(engine.dialect(text))).bind(rows::list_json(ids));
    Ok(gather(connection, "outbox", query, claimed).await?.rows)
}

/// Gives up mails whose rows cannot be read: another try would read the same.
async fn bury(
    connection: &mut AnyConnection,
    engine: Engine,
    ids: &[&String],
    now: Timestamp,
) -> Result<()> {
    let text = "UPDATE outbox SET status = 'dead', due_at = $2, finished_at = $2, once_key = NULL, \
                    last_error = 'its row in the outbox cannot be read' \
                WHERE id IN (SELECT r.value->>'v' FROM {rows:$1})";
    sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(rows::list_json(ids))
        .bind(now.millis())
        .execute(connection)
        .await?;
    Ok(())
}

async fn record(
    connection: &mut AnyConnection,
    mail: &Claimed,
    end: &End,
    now: Timestamp,
) -> Result<()> {
    let forgotten_at = now.plus(REMEMBERED);
    let (status, due_at, error) = match end {
        End::Sent => (MailStatus::Sent, forgotten_at, None),
        End::Cancelled => (MailStatus::Cancelled, forgotten_at, None),
        End::Retry { at, error } => (MailStatus::Queued, *at, Some(error.clone())),
        End::Dead { error } => (MailStatus::Dead, now, Some(error.clone())),
    };
    let finished_at = (status != MailStatus::Queued).then(|| now.millis());
    // A moderator may get another queue mail once this one is finished; a reply is announced once.
    let text = "UPDATE outbox SET status = $3, due_at = $4, finished_at = $5, last_error = $6, \
                    once_key = CASE WHEN kind = 'queue' AND $3 <> 'queued' THEN NULL \
                                    ELSE once_key END \
                WHERE id = $1 AND (attempts = $2 OR $3 = 'sent') AND status = 'queued'";
    sqlx::query(text)
        .bind(mail.id.clone())
        .bind(mail.attempts)
        .bind(status.as_str())
        .bind(due_at.millis())
        .bind(finished_at)
        .bind(error)
        .execute(connection)
        .await?;
    Ok(())
}

/// The moderator's interval begins when a mail was taken, not when it was queued.
async fn note_mailed(connection: &mut AnyConnection, mail: &Claimed, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE moderators SET last_mailed_at = $2 WHERE id = $1")
        .bind(mail.moderator.as_ref().map(|id| id.0.clone()))
        .bind(now.millis())
        .execute(connection)
        .await?;
    Ok(())
}

/// A confirmation that was not sent has not asked anything: the next approval may ask.
async fn forget_question(connection: &mut AnyConnection, mail: &Claimed) -> Result<()> {
    let text = "DELETE FROM subscriptions WHERE id = $1 AND status = 'asked'";
    sqlx::query(text)
        .bind(mail.about["subscription"].as_str().map(str::to_owned))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) fn claimed(row: &AnyRow) -> Result<Claimed> {
    let moderator: Option<String> = row.try_get("moderator")?;
    Ok(Claimed {
        id: row.try_get("id")?,
        kind: kind(row)?,
        site: optional_site(row)?,
        moderator: moderator.map(ModeratorId),
        comment: rows::optional_comment_id(row, "comment_id")?,
        about: rows::json(row, "about")?,
        attempts: row.try_get("attempts")?,
        queued_at: rows::timestamp(row, "queued_at")?,
    })
}

pub(super) fn kind(row: &AnyRow) -> Result<MailKind> {
    let word: String = row.try_get("kind")?;
    MailKind::parse(&word).ok_or(StoreError::Corrupt("kind of mail"))
}

/// Mail to moderators is about several sites; its site is empty.
pub(super) fn optional_site(row: &AnyRow) -> Result<Option<SiteSlug>> {
    let slug: String = row.try_get("site")?;
    if slug.is_empty() {
        return Ok(None);
    }
    rows::site(row).map(Some)
}

/// A mail on its way into the outbox.
#[derive(Debug, Clone, Serialize)]
pub(super) struct NewMail {
    pub id: String,
    pub kind: &'static str,
    pub site: String,
    pub moderator: Option<String>,
    pub comment: Option<String>,
    pub email_index: String,
    pub about: Value,
    pub once: Option<String>,
    pub due_at: i64,
}

/// Queues mails. One whose `once` key is taken is not queued again, unless the earlier one still
/// waits, which restarts its delay, or was cancelled.
pub(super) async fn queue(
    connection: &mut AnyConnection,
    engine: Engine,
    mails: &[NewMail],
    now: Timestamp,
) -> Result<()> {
    if mails.is_empty() {
        return Ok(());
    }
    let text = "INSERT INTO outbox (id, kind, site, moderator, comment_id, email_index, about, \
                    once_key, status, queued_at, due_at, created_at) \
                SELECT r.value->>'id', r.value->>'kind', r.value->>'site', r.value->>'moderator', \
                    r.value->>'comment', r.value->>'email_index', r.value->>'about', \
                    r.value->>'once', 'queued', $2, CAST(r.value->>'due_at' AS BIGINT), $2 \
                FROM {rows:$1} WHERE true \
                ON CONFLICT (once_key) DO UPDATE SET status = 'queued', attempts = 0, \
                    queued_at = excluded.queued_at, due_at = excluded.due_at, finished_at = NULL \
                WHERE outbox.kind <> 'queue' AND (outbox.status = 'cancelled' \
                    OR (outbox.status = 'queued' AND outbox.attempts = 0))";
    sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(serde_json::to_string(mails).unwrap_or_default())
        .bind(now.millis())
        .execute(connection)
        .await?;
    Ok(())
}
