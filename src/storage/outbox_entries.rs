//! The outbox as operators see it: lists of mails with their fate, and another try for dead letters.

use sqlx::any::AnyRow;

use crate::{
    domain::{
        email::SealedEmail,
        mail::{MailKind, MailStatus},
        owner::Owner,
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, acts,
        mail_queue::{TABLE, recipient},
        queues,
        sql::{Conn, get, optional_site, sql, values},
    },
};

/// A mail as operators see it; the recipient is still sealed.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of the outbox")]
pub struct OutboxEntry {
    pub id: String,
    pub kind: MailKind,
    pub site: Option<SiteSlug>,
    pub moderator: Option<String>,
    pub recipient: Option<(SealedEmail, Owner)>,
    pub status: MailStatus,
    pub attempts: i64,
    pub due_at: Timestamp,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    pub last_error: Option<String>,
}

impl Store {
    /// Mails of one status, or of all, latest first, from before the one with the id `before`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_mail(
        &self,
        status: Option<MailStatus>,
        before: Option<String>,
        limit: u32,
    ) -> Result<Vec<OutboxEntry>> {
        // Identifiers are hexadecimal: '~' comes after all of them.
        let text = "SELECT o.id, o.kind, o.site, o.status, o.attempts, o.due_at, o.created_at, \
                        o.finished_at, o.last_error, m.name AS moderator, \
                        m.id AS moderator_id, m.email_sealed AS moderator_email, \
                        c.id AS comment_id, c.email_sealed AS comment_email \
                    FROM outbox o LEFT JOIN moderators m ON m.id = o.moderator \
                    LEFT JOIN comments c ON c.site = o.site AND c.id = o.comment_id \
                    WHERE o.id < $1 AND ($2 = '' OR o.status = $2) ORDER BY o.id DESC LIMIT $3";
        let mut connection = self.read.acquire().await?;
        let query = |before| {
            sql(
                text,
                values![before, status.map_or("", MailStatus::as_str), limit],
            )
        };
        let before = before.unwrap_or_else(|| "~".to_owned());
        self.on(&mut connection)
            .gather_page("outbox", limit, before, query, entry)
            .await
    }

    /// Puts a dead letter back, to be tried at once and for as long as a new one; `false` when
    /// there is no such dead letter.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn retry_mail(&self, id: String, now: Timestamp) -> Result<bool> {
        self.write(async |tx| {
            let back = queues::put_back(tx, &TABLE, std::slice::from_ref(&id), now);
            let put_back = back.await?;
            if put_back {
                take_up(tx, &id).await?;
                acts::record(tx, "mail.retry", &id, serde_json::json!({})).await?;
            }
            Ok(put_back)
        })
        .await
    }
}

/// A queue mail is its moderator's one again, if they have no other; a reply that was given up with the
/// mail it was gathered into goes by itself; one that others were gathered into takes them along.
async fn take_up(tx: &mut Conn<'_>, id: &str) -> Result<()> {
    for text in [
        "UPDATE outbox SET once_key = 'queue:' || moderator WHERE id = $1 AND kind = 'queue' \
         AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.once_key = 'queue:' || outbox.moderator)",
        "UPDATE outbox SET gathered_into = NULL WHERE id = $1",
        "UPDATE outbox SET status = 'queued', finished_at = NULL \
         WHERE gathered_into = $1 AND status = 'dead'",
    ] {
        tx.run(text, values![id]).await?;
    }
    Ok(())
}

pub(super) fn entry(row: &AnyRow) -> Result<OutboxEntry> {
    Ok(OutboxEntry {
        id: get(row, "id")?,
        kind: get(row, "kind")?,
        site: optional_site(row)?,
        moderator: get(row, "moderator")?,
        recipient: recipient(row)?,
        status: get(row, "status")?,
        attempts: get(row, "attempts")?,
        due_at: get(row, "due_at")?,
        created_at: get(row, "created_at")?,
        finished_at: get(row, "finished_at")?,
        last_error: get(row, "last_error")?,
    })
}
