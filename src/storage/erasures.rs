//! The record of erasures: when, by whom and how much. Nothing in it says whose data it was.

use uuid::Uuid;

use crate::{
    domain::{decision::Actor, page::Page, site::SiteSlug, timestamp::Timestamp},
    storage::{
        Result, Store,
        sql::{Conn, record, sql, values},
    },
};

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

/// An erasure that was done.
#[derive(Debug, Clone)]
pub struct Erasure {
    /// When.
    pub at: Timestamp,
    /// The name of who did it.
    pub by: String,
    /// Comments.
    pub comments: i64,
    /// Labelled texts.
    pub samples: i64,
    /// Subscriptions.
    pub subscriptions: i64,
    /// Mails, sent or not.
    pub mails: i64,
}

record! {
    COLUMNS, erasure -> Erasure {
        at: "erased_at",
        by: "actor_name",
        comments: "comments",
        samples: "samples",
        subscriptions: "subscriptions",
        mails: "mails",
    }
}

impl Store {
    /// The latest erasures, the newest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn erasures(&self, limit: u32) -> Result<Vec<Erasure>> {
        let text =
            format!("SELECT {COLUMNS} FROM erasures ORDER BY erased_at DESC, id DESC LIMIT $1");
        let query = sql(text, values![limit]);
        self.gather("erasures", query, erasure).await
    }
}

/// Keeps that it was done, within the transaction that does it.
pub(super) async fn record(
    tx: &mut Conn<'_>,
    by: Actor,
    now: Timestamp,
    erased: &Erased,
) -> Result<()> {
    let count = |many: u64| i64::try_from(many).unwrap_or(i64::MAX);
    let text = "INSERT INTO erasures (id, erased_at, actor_id, actor_name, via, comments, samples, \
                subscriptions, mails) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    tx.run(
        text,
        values![
            Uuid::now_v7(),
            now,
            by.id,
            by.name,
            by.via,
            count(erased.comments.len() as u64),
            count(erased.samples),
            count(erased.subscriptions),
            count(erased.mails)
        ],
    )
    .await?;
    Ok(())
}
