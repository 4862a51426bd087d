//! The outbox: mail to be sent, each row written in the transaction that caused it. What is particular
//! to mail lives here, the rest of the queue in [`super::queues`]; replies that travel in one mail in
//! [`super::gathered`]; what operators see in [`super::outbox_entries`]; what a mail says is written when
//! it is sent, in [`crate::notify`].

use std::time::Duration;

use serde_json::json;
use sqlx::{Row, any::AnyRow};

use crate::{
    domain::{email::SealedEmail, mail::MailKind, owner::Owner, timestamp::Timestamp},
    storage::{
        Result, Store, gathered,
        mail_queue::{self, Claimed, TABLE, claimed},
        queues::{self, Claim, End},
        sql::{Conn, get, sql, to_rows, values},
    },
};

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
        let mut front = self.front.acquire().await?;
        let row = self.on(&mut front).one(text, values![now]).await?;
        Ok(OutboxPulse {
            pending: get(&row, "pending")?,
            forgettable: get(&row, "forgettable")?,
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
        let query = sql(text, values![limit]);
        let read = |row: &AnyRow| {
            // Of one whose recipient cannot be read, the runner finds that out by itself.
            let recipient = mail_queue::recipient(row).unwrap_or_default();
            Ok((get(row, "id")?, recipient))
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
        let text = "UPDATE outbox SET destination = (SELECT r.value->>'domain' FROM {rows:$1} \
                 WHERE r.value->>'id' = outbox.id) \
             WHERE id IN (SELECT r.value->>'id' FROM {rows:$1}) AND destination = ''";
        self.write_one(text, values![to_rows(list)]).await.map(drop)
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
        self.write(async |tx| queues::postpone(tx, &TABLE, &lease, at).await)
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

    /// Records how a try ended. `told` are the replies that it reported, where that was its matter. A try
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
        let mail = mail.clone();
        self.write(async |tx| {
            let own = queues::finish(tx, &TABLE, &mail.lease, &end, now).await?;
            match (mail.kind, &end) {
                (MailKind::Queue, End::Retry { .. }) => Ok(()),
                (MailKind::Queue, _) => end_notice(tx, &mail, &end, own, now).await,
                (MailKind::Confirm, End::Settled) => forget_question(tx, &mail).await,
                (MailKind::Reply, _) if own => gathered::finish(tx, &mail, told, &end, now).await,
                _ => Ok(()),
            }
        })
        .await
    }

    /// Forgets finished mails whose time has come.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_mail(&self, now: Timestamp) -> Result<u64> {
        let text = "DELETE FROM outbox WHERE status IN ('sent', 'cancelled') AND due_at <= $1";
        self.write_one(text, values![now]).await
    }
}

/// A moderator may get another queue mail once this one is finished. The interval begins when a mail was
/// taken, not when it was queued.
async fn end_notice(
    tx: &mut Conn<'_>,
    mail: &Claimed,
    end: &End,
    own: bool,
    now: Timestamp,
) -> Result<()> {
    if own {
        let text = "UPDATE outbox SET once_key = NULL WHERE id = $1";
        tx.run(text, values![mail.id]).await?;
    }
    if *end == End::Done {
        let text = "UPDATE moderators SET last_mailed_at = $2 WHERE id = $1";
        tx.run(text, values![mail.moderator.as_ref(), now]).await?;
    }
    Ok(())
}

/// A confirmation that was not sent has not asked anything: the next approval may ask.
async fn forget_question(tx: &mut Conn<'_>, mail: &Claimed) -> Result<()> {
    let text = "DELETE FROM subscriptions WHERE id = $1 AND status = 'asked'";
    tx.run(
        text,
        values![mail.about["subscription"].as_str().map(str::to_owned)],
    )
    .await?;
    Ok(())
}
