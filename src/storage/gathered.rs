//! Replies that travel in one mail. A commenter gets at most one mail about replies in an interval, on
//! whichever site: when the first is due, whatever else is due to them on its site is gathered into it,
//! and stays with it at each try, so that a mail sent again says what it said. Each reply keeps its row.

use std::time::Duration;

use sqlx::any::AnyRow;

use crate::{
    domain::{comment::CommentId, timestamp::Timestamp},
    storage::{
        Result, Store,
        mail_queue::{self, Claimed, TABLE},
        queues::{self, End},
        sql::{Conn, get, list, rows, values},
    },
};

/// A reply that a mail is to report.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its row in the outbox.
    pub mail: String,
    /// The comment that was answered.
    pub answered: Option<CommentId>,
    /// The reply.
    pub reply: Option<CommentId>,
}

impl Store {
    /// What a mail about replies is to report, earliest first. `None` when its recipient had one less
    /// than `interval` ago: then it is put off, with all others that wait for them.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn gather_replies(
        &self,
        mail: &Claimed,
        interval: Duration,
        now: Timestamp,
    ) -> Result<Option<Vec<Part>>> {
        self.write(async |tx| {
            // At a later try it has its interval already.
            if mail.lease.attempts == 1 {
                if let Some(at) = not_before(tx, mail, interval, now).await? {
                    put_off(tx, mail, at).await?;
                    return Ok(None);
                }
                gather_due(tx, mail, now).await?;
            }
            parts(tx, mail).await.map(Some)
        })
        .await
    }
}

/// When the recipient may be mailed, if that is not now; otherwise their interval begins.
async fn not_before(
    tx: &mut Conn<'_>,
    mail: &Claimed,
    interval: Duration,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let subscription = mail.about["subscription"].as_str().unwrap_or_default();
    // Locked in one order, so that two mails to one person wait for each other.
    let text = "SELECT mailed_at FROM subscriptions WHERE email_index = \
                    (SELECT s.email_index FROM subscriptions s WHERE s.id = $1) \
                ORDER BY site {lock}";
    let found = tx.all(text, values![subscription]).await?;
    let mut last: Option<Timestamp> = None;
    for row in &found {
        last = last.max(get(row, "mailed_at")?);
    }
    // A clock that ran ahead puts nobody off for longer than the interval.
    let next = last.map(|last| last.min(now).plus(interval));
    if let Some(next) = next.filter(|next| *next > now) {
        return Ok(Some(next));
    }
    let text = "UPDATE subscriptions SET mailed_at = $2 WHERE id = $1";
    tx.run(text, values![subscription, now]).await?;
    Ok(None)
}

/// Puts a mail off, and with it whatever else waits for its recipient, which would fare the same.
async fn put_off(tx: &mut Conn<'_>, mail: &Claimed, at: Timestamp) -> Result<()> {
    queues::postpone(tx, &TABLE, &mail.lease, at).await?;
    let text = "UPDATE outbox SET due_at = $2 WHERE kind = 'reply' AND status = 'queued' \
                AND attempts = 0 AND gathered_into IS NULL AND due_at < $2 \
                AND email_index = (SELECT o.email_index FROM outbox o WHERE o.id = $1)";
    tx.run(text, values![mail.id, at]).await?;
    Ok(())
}

/// Gathers what is due to the same person on the same site and was not tried yet.
async fn gather_due(tx: &mut Conn<'_>, mail: &Claimed, now: Timestamp) -> Result<()> {
    let text = "UPDATE outbox SET gathered_into = $1 WHERE kind = 'reply' AND status = 'queued' \
                AND attempts = 0 AND gathered_into IS NULL AND due_at <= $2 AND id <> $1 \
                AND email_index = (SELECT o.email_index FROM outbox o WHERE o.id = $1) \
                AND site = (SELECT o.site FROM outbox o WHERE o.id = $1)";
    tx.run(text, values![mail.id, now]).await?;
    Ok(())
}

async fn parts(tx: &mut Conn<'_>, mail: &Claimed) -> Result<Vec<Part>> {
    let text = "SELECT id, comment_id, about FROM outbox \
                WHERE status = 'queued' AND (id = $1 OR gathered_into = $1) ORDER BY id";
    let found = tx.all(text, values![mail.id]).await?;
    let read = |row: &AnyRow| {
        let about: serde_json::Value = rows::json(row, "about")?;
        Ok(Part {
            mail: get(row, "id")?,
            answered: get(row, "comment_id")?,
            reply: about["reply"].as_str().and_then(CommentId::parse),
        })
    };
    found.iter().map(read).collect()
}

/// Ends what was gathered into a mail as the mail ended. Of those in a mail that was sent, `told` are
/// the rows that it reported; the others may be announced when they are public again.
pub(super) async fn finish(
    tx: &mut Conn<'_>,
    mail: &Claimed,
    told: Vec<String>,
    end: &End,
    now: Timestamp,
) -> Result<()> {
    let (status, error, due_at) = match end {
        End::Retry { .. } => return Ok(()),
        End::Done => ("sent", None, now.plus(mail_queue::REMEMBERED)),
        End::Settled => ("cancelled", None, now.plus(mail_queue::REMEMBERED)),
        End::Dead { error } => ("dead", Some(error.clone()), now),
    };
    let text = "UPDATE outbox SET status = $2, finished_at = $3, due_at = $4, last_error = $5 \
                WHERE gathered_into = $1 AND status = 'queued'";
    tx.run(text, values![mail.id, status, now, due_at, error])
        .await?;
    if *end == End::Settled && mail.lease.attempts == 1 {
        // Nobody was mailed, so no interval began.
        let subscription = mail.about["subscription"].as_str().map(str::to_owned);
        let text = "UPDATE subscriptions SET mailed_at = NULL WHERE id = $1";
        tx.run(text, values![subscription]).await?;
    }
    if *end == End::Done {
        let text = "UPDATE outbox SET status = 'cancelled' WHERE (id = $1 OR gathered_into = $1) \
                    AND status = 'sent' AND id NOT IN {list:$2}";
        tx.run(text, values![mail.id, list(told)]).await?;
    }
    Ok(())
}
