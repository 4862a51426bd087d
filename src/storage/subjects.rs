//! One person's data, found by the keyed hash of their address: all of it told, or all of it gone.

use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

use super::{
    Result, Store, acts,
    damage::{Damaged, Gathered, gather},
    engine::Engine,
    erasure, erasures, rows, samples,
    sites::raise_revision,
};
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

/// A block rule for their address.
#[derive(Debug, Clone)]
pub struct HeldBlockRule {
    /// The site; `None`: every site.
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
#[derive(Debug, Clone)]
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
    /// Block rules for their address.
    pub block_rules: u64,
    /// Whether they have an account as a moderator, which is still there.
    pub is_moderator: bool,
}

impl Erased {
    /// Adds what was erased of somebody else.
    pub fn add(&mut self, other: Self) {
        self.comments.extend(other.comments);
        self.samples += other.samples;
        self.subscriptions += other.subscriptions;
        self.mails += other.mails;
        self.block_rules += other.block_rules;
        self.is_moderator |= other.is_moderator;
    }
}

/// Of whom, where, and up to when: what every statement here asks for.
struct Search<'a> {
    /// The sites, as `{rows}` reads them.
    sites: &'a str,
    who: &'a EmailIndex,
    /// Nothing later than this, in milliseconds since 1970.
    until: i64,
}

impl Store {
    /// Everything held about a person.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn subject(&self, sites: &[SiteSlug], who: &EmailIndex) -> Result<Subject> {
        let mut connection = self.read.acquire().await?;
        let sites = rows::list_json(sites);
        let search = Search {
            sites: &sites,
            who,
            until: i64::MAX,
        };
        let comments = comments(&mut connection, self.engine, &search).await?;
        let samples = labelled(&mut connection, self.engine, &search, "").await?;
        let subscriptions = subscriptions(&mut connection, self.engine, &sites, who).await?;
        let mails = mails(&mut connection, who).await?;
        let block_rules = block_rules(&mut connection, who).await?;
        let imported = origins(&mut connection, self.engine, &search).await?;
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
            is_moderator: is_moderator(&mut connection, who).await?,
            damaged: damaged.concat(),
        })
    }

    /// Whether anything is held about a person that is not later than `until`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn holds_subject(&self, who: &EmailIndex, until: Timestamp) -> Result<bool> {
        let text = "SELECT CASE WHEN EXISTS (SELECT 1 FROM sites s JOIN comments c ON c.site = s.slug \
                        WHERE c.email_index = $1 AND c.created_at <= $2) \
                    OR EXISTS (SELECT 1 FROM sites s JOIN samples l ON l.site = s.slug \
                        WHERE l.email_index = $1 AND l.labelled_at <= $2) \
                    OR EXISTS (SELECT 1 FROM subscriptions \
                        WHERE email_index = $1 AND asked_at <= $2) \
                    OR EXISTS (SELECT 1 FROM block_rules \
                        WHERE kind = 'email' AND pattern = $1 AND created_at <= $2) \
                    THEN CAST(1 AS BIGINT) ELSE 0 END AS held";
        let row = sqlx::query(text)
            .bind(who.0.clone())
            .bind(until.millis())
            .fetch_one(&self.read)
            .await?;
        Ok(row.try_get::<i64, _>("held")? != 0)
    }

    /// Erases everything held about a person, in one transaction: their comments with their
    /// history, their texts among the labelled ones (and what models learnt from them), their
    /// subscriptions, mails, counters, block rules for their address and where imported comments came
    /// from. With `until` only what is not later than that. An account as a moderator stays. That it was
    /// done, and how much, is kept ([`Store::erasures`]).
    ///
    /// # Errors
    /// [`super::StoreError`]; then nothing has changed.
    pub async fn erase_subject(
        &self,
        sites: &[SiteSlug],
        who: EmailIndex,
        by: Actor,
        now: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<Erased> {
        let (engine, sites) = (self.engine, rows::list_json(sites));
        let until = until.map_or(i64::MAX, Timestamp::millis);
        self.write(move |connection| {
            Box::pin(async move {
                let search = Search {
                    sites: &sites,
                    who: &who,
                    until,
                };
                let comments = lock_comments(connection, engine, &search).await?;
                let samples = labelled(connection, engine, &search, "{lock}").await?;
                let ids = rows::list_json(comments.iter().map(|(id, ..)| id));
                // Before the comments, which would take some along uncounted.
                let mails = erase_mails(connection, engine, &search, &ids).await?;
                erase_comments(connection, engine, &sites, &ids).await?;
                let subscriptions = erase_rest(connection, engine, &search).await?;
                let block_rules = erase_block_rules(connection, &search).await?;
                let erased = Erased {
                    samples: samples.seen as u64,
                    subscriptions,
                    mails,
                    block_rules,
                    is_moderator: is_moderator(connection, &who).await?,
                    comments: comments
                        .into_iter()
                        .filter_map(|(_, site, page)| {
                            let site = SiteSlug::parse(&site).ok()?;
                            Some((site, Page::from_canonical(page)))
                        })
                        .collect(),
                };
                erasures::record(connection, by, now, &erased).await?;
                acts::record(connection, "subject.erase", "", amounts(&erased)).await?;
                // Last of all: from here on the sites' learning is locked.
                erasure::forget(connection, engine, samples.rows).await?;
                if !samples.damaged.is_empty() {
                    erase_unreadable(connection, engine, &search).await?;
                }
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
    search: &Search<'_>,
) -> Result<Gathered<Comment>> {
    let text = format!(
        "SELECT {} FROM comments c WHERE c.site IN (SELECT r.value->>'v' FROM {{rows:$1}}) \
         AND c.email_index = $2 AND c.created_at <= $3 ORDER BY c.id",
        rows::COMMENT
    );
    let query = sqlx::query(AssertSqlSafe(engine.dialect(&text)))
        .bind(search.sites.to_owned())
        .bind(search.who.0.clone())
        .bind(search.until);
    gather(connection, "comments", query, rows::comment).await
}

/// Locks a person's comments, those too that cannot be read as a whole: id, site and page of each.
async fn lock_comments(
    connection: &mut AnyConnection,
    engine: Engine,
    search: &Search<'_>,
) -> Result<Vec<(String, String, String)>> {
    let text = "SELECT c.id, c.site, c.page FROM comments c \
                WHERE c.site IN (SELECT r.value->>'v' FROM {rows:$1}) \
                AND c.email_index = $2 AND c.created_at <= $3 ORDER BY c.id {lock}";
    let query = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(search.sites.to_owned())
        .bind(search.who.0.clone())
        .bind(search.until);
    let read = |row: &AnyRow| {
        let page = row.try_get("page").unwrap_or_default();
        Ok((row.try_get("id")?, row.try_get("site")?, page))
    };
    Ok(gather(connection, "comments", query, read).await?.rows)
}

/// Erases labelled texts that cannot be read. What models learnt of them cannot be told any more.
async fn erase_unreadable(
    connection: &mut AnyConnection,
    engine: Engine,
    search: &Search<'_>,
) -> Result<()> {
    let text = "DELETE FROM samples WHERE site IN (SELECT r.value->>'v' FROM {rows:$1}) \
                AND email_index = $2 AND labelled_at <= $3";
    sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(search.sites.to_owned())
        .bind(search.who.0.clone())
        .bind(search.until)
        .execute(connection)
        .await?;
    Ok(())
}

async fn labelled(
    connection: &mut AnyConnection,
    engine: Engine,
    search: &Search<'_>,
    lock: &str,
) -> Result<Gathered<StoredSample>> {
    let text = format!(
        "SELECT {} FROM samples s WHERE s.site IN (SELECT r.value->>'v' FROM {{rows:$1}}) \
         AND s.email_index = $2 AND s.labelled_at <= $3 ORDER BY s.site, s.id {lock}",
        samples::COLUMNS
    );
    let query = sqlx::query(AssertSqlSafe(engine.dialect(&text)))
        .bind(search.sites.to_owned())
        .bind(search.who.0.clone())
        .bind(search.until);
    gather(connection, "samples", query, samples::stored).await
}

async fn subscriptions(
    connection: &mut AnyConnection,
    engine: Engine,
    sites: &str,
    who: &EmailIndex,
) -> Result<Gathered<HeldSubscription>> {
    let text = "SELECT site, status, asked_at, confirmed_at FROM subscriptions \
                WHERE site IN (SELECT r.value->>'v' FROM {rows:$1}) AND email_index = $2";
    let query = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(sites.to_owned())
        .bind(who.0.clone());
    let read = |row: &AnyRow| {
        Ok(HeldSubscription {
            site: rows::site(row)?,
            status: row.try_get("status")?,
            asked_at: rows::timestamp(row, "asked_at")?,
            confirmed_at: rows::optional_timestamp(row, "confirmed_at")?,
        })
    };
    gather(connection, "subscriptions", query, read).await
}

async fn mails(connection: &mut AnyConnection, who: &EmailIndex) -> Result<Gathered<HeldMail>> {
    let text = "SELECT id, kind, status, created_at FROM outbox WHERE email_index = $1 ORDER BY id";
    let query = sqlx::query(text).bind(who.0.clone());
    let read = |row: &AnyRow| {
        Ok(HeldMail {
            kind: super::outbox::kind(row)?,
            status: row.try_get("status")?,
            created_at: rows::timestamp(row, "created_at")?,
        })
    };
    gather(connection, "outbox", query, read).await
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
    search: &Search<'_>,
    ids: &str,
) -> Result<u64> {
    let text = "DELETE FROM outbox WHERE (email_index = $1 AND created_at <= $3) \
                OR comment_id IN (SELECT r.value->>'v' FROM {rows:$2})";
    let erased = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(search.who.0.clone())
        .bind(ids.to_owned())
        .bind(search.until)
        .execute(connection)
        .await?;
    Ok(erased.rows_affected())
}

/// Subscriptions, and what is still on its way in or is counted by the address.
async fn erase_rest(
    connection: &mut AnyConnection,
    engine: Engine,
    search: &Search<'_>,
) -> Result<u64> {
    let mut subscriptions = 0;
    // What is on its way in and what is counted has no time of its own.
    for (table, column, time) in [
        ("counters", "counted", "0"),
        ("upload_rows", "email_index", "0"),
        ("subscriptions", "email_index", "asked_at"),
    ] {
        let text = format!(
            "DELETE FROM {table} WHERE site IN (SELECT r.value->>'v' FROM {{rows:$1}}) \
             AND {column} = $2 AND {time} <= $3"
        );
        let erased = sqlx::query(AssertSqlSafe(engine.dialect(&text)))
            .bind(search.sites.to_owned())
            .bind(search.who.0.clone())
            .bind(search.until)
            .execute(&mut *connection)
            .await?;
        subscriptions = erased.rows_affected();
    }
    Ok(subscriptions)
}

/// Rules that name nobody but this person, and what was noted about them.
async fn erase_block_rules(connection: &mut AnyConnection, search: &Search<'_>) -> Result<u64> {
    let text = "DELETE FROM block_rules WHERE kind = 'email' AND pattern = $1 AND created_at <= $2";
    let erased = sqlx::query(text)
        .bind(search.who.0.clone())
        .bind(search.until)
        .execute(&mut *connection)
        .await?;
    if erased.rows_affected() > 0 {
        raise_revision(connection).await?;
    }
    Ok(erased.rows_affected())
}

async fn block_rules(
    connection: &mut AnyConnection,
    who: &EmailIndex,
) -> Result<Gathered<HeldBlockRule>> {
    let text = "SELECT id, site, action, note, created_at, expires_at FROM block_rules \
                WHERE kind = 'email' AND pattern = $1 ORDER BY id";
    let query = sqlx::query(text).bind(who.0.clone());
    let read = |row: &AnyRow| {
        Ok(HeldBlockRule {
            site: row.try_get("site")?,
            action: row.try_get("action")?,
            note: row.try_get("note")?,
            created_at: rows::timestamp(row, "created_at")?,
            expires_at: rows::optional_timestamp(row, "expires_at")?,
        })
    };
    gather(connection, "block_rules", query, read).await
}

async fn origins(
    connection: &mut AnyConnection,
    engine: Engine,
    search: &Search<'_>,
) -> Result<Gathered<HeldOrigin>> {
    let text = "SELECT i.site, i.comment_id, i.system, i.foreign_id FROM comments c \
                JOIN imported i ON i.site = c.site AND i.comment_id = c.id \
                WHERE c.site IN (SELECT r.value->>'v' FROM {rows:$1}) AND c.email_index = $2 \
                AND c.created_at <= $3 ORDER BY i.site, i.comment_id";
    let query = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(search.sites.to_owned())
        .bind(search.who.0.clone())
        .bind(search.until);
    let read = |row: &AnyRow| {
        Ok(HeldOrigin {
            site: row.try_get("site")?,
            comment: row.try_get("comment_id")?,
            system: row.try_get("system")?,
            foreign_id: row.try_get("foreign_id")?,
        })
    };
    gather(connection, "imported", query, read).await
}
