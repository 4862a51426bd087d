//! Commenters who asked to hear of replies on a site: asked by mail once a comment of theirs is
//! approved, mailed about replies only after they said yes there, and never again after they said no.

use std::{collections::HashSet, time::Duration};

use serde::Serialize;
use serde_json::json;
use sqlx::any::AnyRow;
use uuid::Uuid;

use crate::{
    domain::{
        arrival::NewComment, comment::Comment, email::EmailIndex, mail::MailKind, site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, StoreError,
        mail_queue::{self, NewMail},
        sql::{Conn, get, to_json, to_rows, values},
    },
};

/// How long mail to commenters waits after an approval, so that an undo stops it.
pub const UNDO_TIME: Duration = Duration::from_mins(2);

/// Whoever was asked to confirm is not asked again before this.
const ASK_AGAIN_AFTER: Duration = Duration::from_hours(24);

/// What a commenter said about hearing of replies on a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet.
    Asked,
    /// Yes.
    Confirmed,
    /// No more.
    Unsubscribed,
}

impl Answer {
    /// The word kept in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Confirmed => "confirmed",
            Self::Unsubscribed => "unsubscribed",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Asked, Self::Confirmed, Self::Unsubscribed]
            .into_iter()
            .find(|answer| answer.as_str() == word)
    }
}

/// A commenter's subscription to replies on a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// What links carry; it says nothing about the address.
    pub id: String,
    /// The site.
    pub site: SiteSlug,
    /// What they said.
    pub answer: Answer,
}

/// A comment that has just become public.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Approved {
    pub site: String,
    pub id: String,
    pub parent: Option<String>,
    pub email_index: String,
    pub wants_replies: bool,
}

impl From<&Comment> for Approved {
    fn from(comment: &Comment) -> Self {
        Self {
            site: comment.site.to_string(),
            id: comment.id.to_string(),
            parent: comment.parent.map(|id| id.to_string()),
            email_index: comment.email_index.0.clone(),
            wants_replies: comment.wants_replies,
        }
    }
}

impl From<&NewComment> for Approved {
    fn from(comment: &NewComment) -> Self {
        Self {
            site: comment.site.to_string(),
            id: comment.id.to_string(),
            parent: comment.parent.map(|id| id.to_string()),
            email_index: comment.email_index.0.clone(),
            wants_replies: comment.wants_replies,
        }
    }
}

/// Queues the mail that comments cause by becoming public: the question whether their authors want
/// to hear of replies, and the news of a reply to those who said yes.
pub(super) async fn on_approved(
    tx: &mut Conn<'_>,
    approved: &[Approved],
    now: Timestamp,
) -> Result<()> {
    let mut mails = ask(tx, approved, now).await?;
    mails.extend(announce(tx, approved, now).await?);
    mail_queue::queue(tx, &mails, now).await
}

/// Notes whom to ask, and makes the mails that do.
async fn ask(tx: &mut Conn<'_>, approved: &[Approved], now: Timestamp) -> Result<Vec<NewMail>> {
    let mut mailboxes = HashSet::new();
    let mut wanting: Vec<&Approved> = approved
        .iter()
        .filter(|one| one.wants_replies && mailboxes.insert((&one.site, &one.email_index)))
        .collect();
    if wanting.is_empty() {
        return Ok(Vec::new());
    }
    // Rows are touched in one order everywhere, so that instances cannot deadlock.
    wanting.sort_by(|a, b| (&a.site, &a.email_index).cmp(&(&b.site, &b.email_index)));
    let questions: Vec<_> = wanting
        .iter()
        .map(|one| {
            json!({ "site": one.site, "email_index": one.email_index, "comment": one.id,
                    "id": Uuid::now_v7().to_string() })
        })
        .collect();
    let text = "INSERT INTO subscriptions (site, email_index, email_sealed, id, status, asked_at) \
                SELECT r.value->>'site', r.value->>'email_index', '', \
                    r.value->>'id', 'asked', $2 FROM {rows:$1} WHERE true \
                ON CONFLICT (site, email_index) DO UPDATE SET asked_at = excluded.asked_at \
                WHERE subscriptions.status = 'asked' AND subscriptions.asked_at <= $3 \
                RETURNING id, site, email_index";
    let asked = tx
        .all(
            text,
            values![to_rows(questions), now, now.minus(ASK_AGAIN_AFTER)],
        )
        .await?;
    let mut mails = Vec::with_capacity(asked.len());
    for row in asked {
        let subscription: String = get(&row, "id")?;
        let (site, email_index): (String, String) = (get(&row, "site")?, get(&row, "email_index")?);
        let comment = wanting
            .iter()
            .find(|one| one.site == site && one.email_index == email_index)
            .map(|one| one.id.clone());
        mails.push(NewMail {
            id: Uuid::now_v7().to_string(),
            kind: MailKind::Confirm.as_str(),
            site,
            moderator: None,
            comment,
            email_index,
            about: json!({ "subscription": subscription }),
            once: None,
            due_at: now.plus(UNDO_TIME).millis(),
        });
    }
    Ok(mails)
}

/// Makes the mails to the authors of the comments that were answered.
async fn announce(
    tx: &mut Conn<'_>,
    approved: &[Approved],
    now: Timestamp,
) -> Result<Vec<NewMail>> {
    let replies: Vec<&Approved> = approved.iter().filter(|one| one.parent.is_some()).collect();
    if replies.is_empty() {
        return Ok(Vec::new());
    }
    let text = "SELECT p.site, p.id, p.email_index, r.value->>'id' AS reply, s.id AS subscription \
                FROM {rows:$1} \
                JOIN comments p ON p.site = r.value->>'site' AND p.id = r.value->>'parent' \
                JOIN subscriptions s ON s.site = p.site AND s.email_index = p.email_index \
                WHERE p.wants_replies = 1 AND p.status = 'approved' AND s.status = 'confirmed' \
                AND p.email_index <> r.value->>'email_index'";
    let told = tx.all(text, values![to_json(&replies)]).await?;
    let mail = |row: &AnyRow| {
        let reply: String = get(row, "reply")?;
        let subscription: String = get(row, "subscription")?;
        Ok(NewMail {
            id: Uuid::now_v7().to_string(),
            kind: MailKind::Reply.as_str(),
            site: get(row, "site")?,
            moderator: None,
            comment: Some(get(row, "id")?),
            email_index: get(row, "email_index")?,
            once: Some(format!("reply:{reply}")),
            about: json!({ "reply": reply, "subscription": subscription }),
            due_at: now.plus(UNDO_TIME).millis(),
        })
    };
    told.iter().map(mail).collect()
}

impl Store {
    /// A subscription by what its links carry.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn subscription(&self, id: &str) -> Result<Option<Subscription>> {
        let text = "SELECT id, site, status FROM subscriptions WHERE id = $1";
        let row = self.find(text, values![id]).await?;
        row.as_ref().map(read).transpose()
    }

    /// A mailbox's subscription on a site.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn subscription_of(
        &self,
        site: &SiteSlug,
        mailbox: &EmailIndex,
    ) -> Result<Option<Subscription>> {
        let text =
            "SELECT id, site, status FROM subscriptions WHERE site = $1 AND email_index = $2";
        let row = self.find(text, values![site, mailbox]).await?;
        row.as_ref().map(read).transpose()
    }

    /// Forgets those who were asked before this and have not answered since.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_questions(&self, asked_before: Timestamp) -> Result<u64> {
        let text = "DELETE FROM subscriptions WHERE status = 'asked' AND asked_at < $1";
        self.write_one(text, values![asked_before]).await
    }

    /// Records what a commenter said, unless they said no before; gives how it stands now, if there is such a subscription.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn answer_subscription(
        &self,
        id: String,
        answer: Answer,
        now: Timestamp,
    ) -> Result<Option<Subscription>> {
        let confirmed_at = (answer == Answer::Confirmed).then(|| now.millis());
        self.write(async |tx| {
            // Not again after a no, whatever older link is followed.
            let text = "UPDATE subscriptions SET status = $2, confirmed_at = $3 WHERE id = $1 \
                        AND (status <> 'unsubscribed' OR $2 = 'unsubscribed')";
            tx.run(text, values![id, answer.as_str(), confirmed_at])
                .await?;
            let text = "SELECT id, site, status FROM subscriptions WHERE id = $1";
            let row = tx.find(text, values![id]).await?;
            row.as_ref().map(read).transpose()
        })
        .await
    }
}

pub(super) fn read(row: &AnyRow) -> Result<Subscription> {
    let word: String = get(row, "status")?;
    Ok(Subscription {
        id: get(row, "id")?,
        site: get(row, "site")?,
        answer: Answer::parse(&word).ok_or(StoreError::Corrupt("subscription"))?,
    })
}
