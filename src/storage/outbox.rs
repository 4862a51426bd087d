//! The outbox: mail to be sent, each row written in the transaction that caused it. What is particular
//! to mail lives here, the rest of the queue in [`super::queues`]; replies that travel in one mail in
//! [`super::gathered`]; what operators see in [`super::outbox_entries`]; what a mail says is written when
//! it is sent, in [`crate::notify`].

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

use super::{
    Result, Store, StoreError,
    engine::Engine,
    gathered, outbox_entries,
    queues::{self, Claim, End, Lease, Table},
    rows,
};
use crate::domain::{
    comment::CommentId, email::SealedEmail, mail::MailKind, moderator::ModeratorId, owner::Owner,
    site::SiteSlug, timestamp::Timestamp,
};

/// How long a mail that was sent or cancelled is remembered, so that it is not sent again.
pub const REMEMBERED: Duration = Duration::from_hours(30 * 24);

pub(super) const TABLE: Table = Table {
    name: "outbox",
    key: &["id"],
    columns: "kind, site, moderator, comment_id, about",
    // What was gathered into another mail goes with it.
    claimable: "q.gathered_into IS NULL",
    done: "sent",
    settled: "cancelled",
    looked_up: true,
    // Or its moderator would get no other mail.
    freed: ", once_key = NULL",
    remembered: REMEMBERED,
    // Until somebody looks after it.
    dead_remembered: Duration::ZERO,
};

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
    /// Where it goes, and which try this is.
    pub lease: Lease,
}

/// The outbox at a glance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutboxPulse {
    /// Mails that wait to be sent.
    pub pending: i64,
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
                        (SELECT COUNT(*) FROM outbox f WHERE f.status IN ('sent', 'cancelled') \
                            AND f.due_at <= $1) AS forgettable \
                    FROM outbox WHERE status = 'queued'";
        let row = sqlx::query(text)
            .bind(now.millis())
            .fetch_one(&self.front)
            .await?;
        Ok(OutboxPulse {
            pending: row.try_get("pending")?,
            forgettable: row.try_get("forgettable")?,
            // As it is: one damaged row must not keep all mail from being sent.
            oldest: row
                .try_get::<Option<i64>, _>("oldest")?
                .map(Timestamp::from_millis),
        })
    }

    /// Mails that wait and whose destination is not known yet, each with its recipient.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unaddressed_mail(
        &self,
        limit: u32,
    ) -> Result<Vec<(String, Option<(SealedEmail, Owner)>)>> {
        let text = "SELECT o.id, o.site, m.id AS moderator_id, m.email_sealed AS moderator_email, \
                        c.id AS comment_id, c.email_sealed AS comment_email \
                    FROM outbox o LEFT JOIN moderators m ON m.id = o.moderator \
                    LEFT JOIN comments c ON c.site = o.site AND c.id = o.comment_id \
                    WHERE o.status = 'queued' AND o.destination = '' LIMIT $1";
        let query = sqlx::query(text).bind(i64::from(limit));
        let read = |row: &AnyRow| {
            // Of one whose recipient cannot be read, the runner finds that out by itself.
            let recipient = outbox_entries::recipient(row).unwrap_or_default();
            Ok((row.try_get("id")?, recipient))
        };
        self.gather("outbox", query, read).await
    }

    /// Notes where mails go.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn address_mail(&self, mut mails: Vec<(String, String)>) -> Result<()> {
        // In one order, so that two instances that do the same wait for each other.
        mails.sort();
        let mails = mails.iter();
        let list: Vec<_> = mails
            .map(|(id, domain)| json!({ "id": id, "domain": domain }))
            .collect();
        let text = self.engine.dialect(
            "UPDATE outbox SET destination = (SELECT r.value->>'domain' FROM {rows:$1} \
                 WHERE r.value->>'id' = outbox.id) \
             WHERE id IN (SELECT r.value->>'id' FROM {rows:$1}) AND destination = ''",
        );
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(AssertSqlSafe(text))
                    .bind(Value::Array(list).to_string())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// The domains, as keyed hashes, that mail is due to, those apart that are not to be looked at.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_mail(&self, except: &[String], now: Timestamp) -> Result<Vec<String>> {
        self.due_in(&TABLE, except, now).await
    }

    /// Claims due mails.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_mail(&self, claim: Claim) -> Result<Vec<Claimed>> {
        self.claim_in(&TABLE, claim, claimed).await
    }

    /// Puts a mail back that was claimed too early, as if this try had not been.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn postpone_mail(&self, mail: &Claimed, at: Timestamp) -> Result<()> {
        let lease = mail.lease.clone();
        self.write(move |connection| {
            Box::pin(async move { queues::postpone(connection, &TABLE, &lease, at).await })
        })
        .await
    }

    /// Gives up mail that has waited since before `queued_before` for domains that do not answer; gives
    /// how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn give_up_mail(
        &self,
        domains: &[String],
        queued_before: Timestamp,
        now: Timestamp,
    ) -> Result<u64> {
        self.give_up_in(&TABLE, domains, queued_before, now).await
    }

    /// Records how a try ended. `told` are the replies that it told of, where that was its matter. A try
    /// whose lease ran out and that another instance has repeated changes nothing, unless it did send
    /// the mail.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn finish_mail(
        &self,
        mail: &Claimed,
        told: Vec<String>,
        end: End,
        now: Timestamp,
    ) -> Result<()> {
        let (mail, engine) = (mail.clone(), self.engine);
        self.write(move |connection| {
            Box::pin(async move {
                let own = queues::finish(connection, &TABLE, &mail.lease, &end, now).await?;
                match (mail.kind, &end) {
                    (MailKind::Queue, End::Retry { .. }) => Ok(()),
                    (MailKind::Queue, _) => end_notice(connection, &mail, &end, own, now).await,
                    (MailKind::Confirm, End::Settled) => forget_question(connection, &mail).await,
                    (MailKind::Reply, _) if own => {
                        gathered::finish(connection, engine, &mail, told, &end, now).await
                    }
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

/// A moderator may get another queue mail once this one is finished. The interval begins when a mail was
/// taken, not when it was queued.
async fn end_notice(
    connection: &mut AnyConnection,
    mail: &Claimed,
    end: &End,
    own: bool,
    now: Timestamp,
) -> Result<()> {
    if own {
        sqlx::query("UPDATE outbox SET once_key = NULL WHERE id = $1")
            .bind(mail.id.clone())
            .execute(&mut *connection)
            .await?;
    }
    if *end == End::Done {
        sqlx::query("UPDATE moderators SET last_mailed_at = $2 WHERE id = $1")
            .bind(mail.moderator.as_ref().map(|id| id.0.clone()))
            .bind(now.millis())
            .execute(connection)
            .await?;
    }
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

pub(super) fn claimed(row: &AnyRow, lease: Lease) -> Result<Claimed> {
    let moderator: Option<String> = row.try_get("moderator")?;
    Ok(Claimed {
        id: row.try_get("id")?,
        kind: kind(row)?,
        site: optional_site(row)?,
        moderator: moderator.map(ModeratorId),
        comment: rows::optional_comment_id(row, "comment_id")?,
        about: rows::json(row, "about")?,
        lease,
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
                    queued_at = excluded.queued_at, due_at = excluded.due_at, finished_at = NULL, \
                    destination = '', gathered_into = NULL \
                WHERE outbox.kind <> 'queue' AND (outbox.status = 'cancelled' \
                    OR (outbox.status = 'queued' AND outbox.attempts = 0 \
                        AND outbox.gathered_into IS NULL))";
    sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(serde_json::to_string(mails).unwrap_or_default())
        .bind(now.millis())
        .execute(connection)
        .await?;
    Ok(())
}
