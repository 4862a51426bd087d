//! The outbox as operators see it: lists of mails with their fate, and another try for dead letters.

use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{
    Result, Store, StoreError, acts,
    damage::gather_page,
    outbox::{TABLE, kind, optional_site},
    queues, rows,
};
use crate::domain::{
    email::SealedEmail,
    mail::{MailKind, MailStatus},
    moderator::ModeratorId,
    owner::Owner,
    site::SiteSlug,
    timestamp::Timestamp,
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
            sqlx::query(text)
                .bind(before)
                .bind(status.map_or("", MailStatus::as_str))
                .bind(i64::from(limit))
        };
        let before = before.unwrap_or_else(|| "~".to_owned());
        gather_page(&mut connection, "outbox", limit, before, query, entry).await
    }

    /// Puts a dead letter back, to be tried at once and for as long as a new one; `false` when
    /// there is no such dead letter.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn retry_mail(&self, id: String, now: Timestamp) -> Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let back = queues::put_back(connection, &TABLE, std::slice::from_ref(&id), now);
                let put_back = back.await?;
                if put_back {
                    take_up(connection, &id).await?;
                    acts::record(connection, "mail.retry", &id, serde_json::json!({})).await?;
                }
                Ok(put_back)
            })
        })
        .await
    }
}

/// A queue mail is its moderator's one again, if they have no other; a reply that was given up with the
/// mail it was gathered into goes by itself; one that others were gathered into takes them along.
async fn take_up(connection: &mut AnyConnection, id: &str) -> Result<()> {
    for text in [
        "UPDATE outbox SET once_key = 'queue:' || moderator WHERE id = $1 AND kind = 'queue' \
             AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.once_key = 'queue:' || outbox.moderator)",
        "UPDATE outbox SET gathered_into = NULL WHERE id = $1",
        "UPDATE outbox SET status = 'queued', finished_at = NULL \
             WHERE gathered_into = $1 AND status = 'dead'",
    ] {
        let query = sqlx::query(text).bind(id.to_owned());
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

pub(super) fn entry(row: &AnyRow) -> Result<OutboxEntry> {
    let status: String = row.try_get("status")?;
    Ok(OutboxEntry {
        id: row.try_get("id")?,
        kind: kind(row)?,
        site: optional_site(row)?,
        moderator: row.try_get("moderator")?,
        recipient: recipient(row)?,
        status: MailStatus::parse(&status).ok_or(StoreError::Corrupt("mail status"))?,
        attempts: row.try_get("attempts")?,
        due_at: rows::timestamp(row, "due_at")?,
        created_at: rows::timestamp(row, "created_at")?,
        finished_at: rows::optional_timestamp(row, "finished_at")?,
        last_error: row.try_get("last_error")?,
    })
}

/// The recipient's address as it is sealed, and in which row.
pub(super) fn recipient(row: &AnyRow) -> Result<Option<(SealedEmail, Owner)>> {
    let text = |column| row.try_get::<Option<String>, _>(column);
    if let Some((id, sealed)) = text("moderator_id")?.zip(text("moderator_email")?) {
        let owner = Owner::moderator(&ModeratorId(id));
        return Ok(Some((SealedEmail(sealed), owner)));
    }
    let comment = text("comment_id")?.zip(text("comment_email")?);
    let Some(((id, sealed), site)) = comment.zip(optional_site(row)?) else {
        return Ok(None);
    };
    Ok(Some((SealedEmail(sealed), Owner::comment(&site, id))))
}
