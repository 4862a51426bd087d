//! The table of mails, as a leased queue: what a row is about, and how it comes in.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use sqlx::any::AnyRow;

use crate::{
    domain::{
        comment::CommentId, email::SealedEmail, mail::MailKind, moderator::ModeratorId,
        owner::Owner, site::SiteSlug, timestamp::Timestamp,
    },
    storage::{
        Result,
        queues::{Lease, Table},
        sql::{Conn, get, optional_site, rows, to_json, values},
    },
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

pub(super) fn claimed(row: &AnyRow, lease: Lease) -> Result<Claimed> {
    Ok(Claimed {
        id: get(row, "id")?,
        kind: get(row, "kind")?,
        site: optional_site(row)?,
        moderator: get(row, "moderator")?,
        comment: get(row, "comment_id")?,
        about: rows::json(row, "about")?,
        lease,
    })
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
pub(super) async fn queue(tx: &mut Conn<'_>, mails: &[NewMail], now: Timestamp) -> Result<()> {
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
    tx.run(text, values![to_json(mails), now]).await?;
    Ok(())
}

/// The recipient's address as it is sealed, and in which row.
pub(super) fn recipient(row: &AnyRow) -> Result<Option<(SealedEmail, Owner)>> {
    if let Some(moderator) = get::<Option<ModeratorId>>(row, "moderator_id")?
        && let Some(sealed) = get(row, "moderator_email")?
    {
        return Ok(Some((sealed, Owner::moderator(&moderator))));
    }
    let (comment, sealed): (Option<String>, Option<SealedEmail>) =
        (get(row, "comment_id")?, get(row, "comment_email")?);
    let place = optional_site(row)?.zip(comment);
    Ok(sealed.zip(place.map(|(site, comment)| Owner::comment(&site, comment))))
}
