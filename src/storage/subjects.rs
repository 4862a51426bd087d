//! One person's data, found by the keyed hash of their address: all of it exported, or all of it deleted.

use serde::Serialize;
use sqlx::any::AnyRow;
use utoipa::ToSchema;

use crate::{
    bayes::Question,
    domain::{
        comment::Comment, email::EmailIndex, mail::MailKind, sample::StoredSample, site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, comment_rows,
        damage::{Damaged, Gathered},
        questions, samples,
        search::ids_written_by,
        sql::{Conn, get, list, sql, values},
    },
};

/// A subscription to replies.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OwnSubscription)]
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
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OwnMail)]
pub struct HeldMail {
    /// What it is for.
    pub kind: MailKind,
    /// Where it stands.
    pub status: String,
    /// When it was caused.
    pub created_at: Timestamp,
}

/// A block rule for their address.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OwnBlockRule)]
pub struct HeldBlockRule {
    /// The site; absent: every site.
    pub site: Option<String>,
    /// What is done with what they write: `hold` or `spam`.
    pub action: String,
    /// What a moderator wrote about it.
    pub note: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// Where a comment of theirs was before it was imported.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OwnOrigin)]
pub struct HeldOrigin {
    /// The site.
    pub site: String,
    /// The comment here.
    pub comment: String,
    /// The system that it came from.
    pub system: String,
    /// Its identifier there.
    pub foreign_id: String,
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
    /// Block rules for their address.
    pub block_rules: Vec<HeldBlockRule>,
    /// Where imported comments of theirs came from.
    pub imported: Vec<HeldOrigin>,
    /// Whether they have an account as a moderator. It is not touched by erasure.
    pub is_moderator: bool,
    /// What is theirs and cannot be read.
    pub damaged: Vec<Damaged>,
}

/// Of whom, where, and up to when: what every statement here asks for.
pub(super) struct Search<'a> {
    /// The sites, as `{rows}` reads them.
    pub sites: &'a str,
    pub who: &'a EmailIndex,
    /// Nothing later than this, in milliseconds since 1970.
    pub until: i64,
}

impl Store {
    /// Everything held about a person.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn subject(&self, sites: &[SiteSlug], who: &EmailIndex) -> Result<Subject> {
        self.at_one_moment(async |conn| held(conn, sites, who).await)
            .await
    }

    /// Whether anything is held about a person that is not later than `until`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn holds_subject(&self, who: &EmailIndex, until: Timestamp) -> Result<bool> {
        let text = "SELECT CASE WHEN EXISTS (SELECT 1 FROM comments c \
                        WHERE c.id IN {ids:$3} AND c.created_at <= $2) \
                    OR EXISTS (SELECT 1 FROM sites s JOIN samples l ON l.site = s.slug \
                        WHERE l.email_index = $1 AND l.labelled_at <= $2) \
                    OR EXISTS (SELECT 1 FROM sites s JOIN abuse_samples l ON l.site = s.slug \
                        WHERE l.email_index = $1 AND l.labelled_at <= $2) \
                    OR EXISTS (SELECT 1 FROM subscriptions \
                        WHERE email_index = $1 AND asked_at <= $2) \
                    OR EXISTS (SELECT 1 FROM block_rules \
                        WHERE kind = 'email' AND pattern = $1 AND created_at <= $2) \
                    THEN CAST(1 AS BIGINT) ELSE 0 END AS held";
        self.at_one_moment(async |conn| {
            let ids = ids_written_by(conn, who).await?;
            let row = conn.one(text, values![who, until, ids]).await?;
            Ok(get::<i64>(&row, "held")? != 0)
        })
        .await
    }
}

async fn held(conn: &mut Conn<'_>, sites: &[SiteSlug], who: &EmailIndex) -> Result<Subject> {
    let sites = list(sites);
    let search = Search {
        sites: &sites,
        who,
        until: i64::MAX,
    };
    let ids = ids_written_by(conn, who).await?;
    let comments = comments(conn, &search, &ids).await?;
    let samples = labelled(conn, &search, "").await?;
    let subscriptions = subscriptions(conn, &sites, who).await?;
    let mails = mails(conn, who).await?;
    let block_rules = block_rules(conn, who).await?;
    let imported = origins(conn, &search, &ids).await?;
    let damaged = [
        comments.damaged,
        samples.damaged,
        subscriptions.damaged,
        mails.damaged,
        block_rules.damaged,
        imported.damaged,
    ];
    Ok(Subject {
        comments: comments.rows,
        samples: samples.rows,
        subscriptions: subscriptions.rows,
        mails: mails.rows,
        block_rules: block_rules.rows,
        imported: imported.rows,
        is_moderator: is_moderator(conn, who).await?,
        damaged: damaged.concat(),
    })
}

async fn comments(tx: &mut Conn<'_>, search: &Search<'_>, ids: &str) -> Result<Gathered<Comment>> {
    let text = format!(
        "SELECT {} FROM comments c WHERE c.id IN {{ids:$1}} AND c.site || '' IN {{list:$2}} \
         AND c.created_at <= $3 ORDER BY c.id",
        comment_rows::COLUMNS
    );
    let query = sql(text, values![ids, search.sites, search.until]);
    tx.gather("comments", query, comment_rows::comment).await
}

/// A person's labelled texts, of each question.
pub(super) async fn labelled(
    tx: &mut Conn<'_>,
    search: &Search<'_>,
    lock: &str,
) -> Result<Gathered<StoredSample>> {
    let mut all = Gathered {
        rows: Vec::new(),
        damaged: Vec::new(),
        seen: 0,
        last: None,
    };
    for question in Question::ALL {
        let [columns, table] = samples::selected(question);
        let text = format!(
            "SELECT {columns} FROM {table} WHERE s.site IN {{list:$1}} \
             AND s.email_index = $2 AND s.labelled_at <= $3 ORDER BY s.site, s.id {lock}"
        );
        let query = sql(text, values![search.sites, search.who, search.until]);
        let table = questions::samples(question);
        let found = tx.gather(table, query, samples::stored).await?;
        all.rows.extend(found.rows);
        all.damaged.extend(found.damaged);
        all.seen += found.seen;
    }
    Ok(all)
}

async fn subscriptions(
    tx: &mut Conn<'_>,
    sites: &str,
    who: &EmailIndex,
) -> Result<Gathered<HeldSubscription>> {
    let text = "SELECT site, status, asked_at, confirmed_at FROM subscriptions \
                WHERE site IN {list:$1} AND email_index = $2";
    let query = sql(text, values![sites, who]);
    let read = |row: &AnyRow| {
        Ok(HeldSubscription {
            site: get(row, "site")?,
            status: get(row, "status")?,
            asked_at: get(row, "asked_at")?,
            confirmed_at: get(row, "confirmed_at")?,
        })
    };
    tx.gather("subscriptions", query, read).await
}

async fn mails(tx: &mut Conn<'_>, who: &EmailIndex) -> Result<Gathered<HeldMail>> {
    let text = "SELECT id, kind, status, created_at FROM outbox WHERE email_index = $1 ORDER BY id";
    let query = sql(text, values![who]);
    let read = |row: &AnyRow| {
        Ok(HeldMail {
            kind: get(row, "kind")?,
            status: get(row, "status")?,
            created_at: get(row, "created_at")?,
        })
    };
    tx.gather("outbox", query, read).await
}

pub(super) async fn is_moderator(tx: &mut Conn<'_>, who: &EmailIndex) -> Result<bool> {
    let text = "SELECT id FROM moderators WHERE email_index = $1";
    let row = tx.find(text, values![who]).await?;
    Ok(row.is_some())
}

async fn block_rules(tx: &mut Conn<'_>, who: &EmailIndex) -> Result<Gathered<HeldBlockRule>> {
    let text = "SELECT id, site, action, note, created_at, expires_at FROM block_rules \
                WHERE kind = 'email' AND pattern = $1 ORDER BY id";
    let query = sql(text, values![who]);
    let read = |row: &AnyRow| {
        Ok(HeldBlockRule {
            site: get(row, "site")?,
            action: get(row, "action")?,
            note: get(row, "note")?,
            created_at: get(row, "created_at")?,
            expires_at: get(row, "expires_at")?,
        })
    };
    tx.gather("block_rules", query, read).await
}

async fn origins(
    tx: &mut Conn<'_>,
    search: &Search<'_>,
    ids: &str,
) -> Result<Gathered<HeldOrigin>> {
    let text = "SELECT i.site, i.comment_id, i.system, i.foreign_id FROM comments c \
                JOIN imported i ON i.site = c.site AND i.comment_id = c.id \
                WHERE c.id IN {ids:$1} AND c.site || '' IN {list:$2} \
                AND c.created_at <= $3 ORDER BY i.site, i.comment_id";
    let query = sql(text, values![ids, search.sites, search.until]);
    let read = |row: &AnyRow| {
        Ok(HeldOrigin {
            site: get(row, "site")?,
            comment: get(row, "comment_id")?,
            system: get(row, "system")?,
            foreign_id: get(row, "foreign_id")?,
        })
    };
    tx.gather("imported", query, read).await
}
