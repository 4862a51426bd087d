//! Erasing a person: everything held about them goes in one transaction, what models learnt of them included.
//! What is held is in [`super::subjects`].

use std::collections::HashSet;

use sqlx::any::AnyRow;

use crate::{
    bayes::Question,
    domain::{
        decision::Actor, email::EmailIndex, page::Page, sample::StoredSample, site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, acts,
        damage::Gathered,
        erasure::{self, Prepared},
        erasures::{self, Erased},
        questions,
        revision::raise_revision,
        search::ids_written_by,
        sql::{Conn, get, list, sql, values},
        subjects::{Search, is_moderator, labelled},
    },
};

impl Store {
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
        let sites = list(sites);
        let until = until.map_or(i64::MAX, Timestamp::millis);
        let search = Search {
            sites: &sites,
            who: &who,
            until,
        };
        let prepared = self.prepare_forgetting(&search).await?;
        self.write(async |tx| {
            let comments = lock_comments(tx, &search).await?;
            let samples = labelled(tx, &search, "{lock}").await?;
            let ids = list(comments.iter().map(|(id, ..)| id));
            // Before the comments, which would take some along uncounted.
            let mails = erase_mails(tx, &search, &ids).await?;
            erase_comments(tx, &sites, &ids).await?;
            let subscriptions = erase_rest(tx, &search).await?;
            let block_rules = erase_block_rules(tx, &search).await?;
            let erased = Erased {
                samples: texts(&samples),
                subscriptions,
                mails,
                block_rules,
                is_moderator: is_moderator(tx, &who).await?,
                comments: comments
                    .into_iter()
                    .map(|(_, site, page)| (site, page))
                    .collect(),
            };
            erasures::record(tx, by, now, &erased).await?;
            acts::record(tx, "subject.erase", "", amounts(&erased)).await?;
            // Last of all: from here on the sites' learning is locked.
            erasure::forget(tx, samples.rows, &prepared).await?;
            if !samples.damaged.is_empty() {
                erase_unreadable(tx, &search).await?;
            }
            Ok(erased)
        })
        .await
    }
}

impl Store {
    /// Reads what models would have to forget, outside of the transaction that erases it.
    async fn prepare_forgetting(&self, search: &Search<'_>) -> Result<Prepared> {
        let mut connection = self.read.acquire().await?;
        let samples = labelled(&mut self.on(&mut connection), search, "").await?;
        Ok(Prepared::of(&samples.rows))
    }
}

/// How many texts there are among the labelled ones: one with a label in answer to each question is one.
fn texts(samples: &Gathered<StoredSample>) -> u64 {
    let votes = samples.rows.iter().map(|sample| &sample.vote);
    let different: HashSet<(&SiteSlug, &str)> =
        votes.map(|vote| (&vote.site, vote.id.as_str())).collect();
    (different.len() + samples.seen - samples.rows.len()) as u64
}

/// How much was erased, as the record of acts has it: never whose it was.
fn amounts(erased: &Erased) -> serde_json::Value {
    serde_json::json!({
        "comments": erased.comments.len(), "samples": erased.samples,
        "subscriptions": erased.subscriptions, "mails": erased.mails,
    })
}

/// Locks a person's comments, those too that cannot be read as a whole: id, site and page of each.
async fn lock_comments(
    tx: &mut Conn<'_>,
    search: &Search<'_>,
) -> Result<Vec<(String, SiteSlug, Page)>> {
    let text = "SELECT c.id, c.site, c.page FROM comments c \
                WHERE c.id IN {ids:$1} AND c.site || '' IN {list:$2} \
                AND c.created_at <= $3 ORDER BY c.id {lock}";
    let ids = ids_written_by(tx, search.who).await?;
    let query = sql(text, values![ids, search.sites, search.until]);
    let read = |row: &AnyRow| {
        let page = get(row, "page").unwrap_or_default();
        Ok((
            get(row, "id")?,
            get(row, "site")?,
            Page::from_canonical(page),
        ))
    };
    Ok(tx.gather("comments", query, read).await?.rows)
}

/// Erases labelled texts that cannot be read. What models learnt of them is not known any more.
async fn erase_unreadable(tx: &mut Conn<'_>, search: &Search<'_>) -> Result<()> {
    for question in Question::ALL {
        let text = "DELETE FROM {of}samples WHERE site IN {list:$1} \
                    AND email_index = $2 AND labelled_at <= $3";
        let values = values![search.sites, search.who, search.until];
        tx.run(questions::of(question, text), values).await?;
    }
    Ok(())
}

pub(super) async fn erase_comments(tx: &mut Conn<'_>, sites: &str, ids: &str) -> Result<()> {
    for (table, column) in [
        ("history", "comment_id"),
        ("idempotency", "comment_id"),
        ("judgements", "id"),
        ("comments", "id"),
    ] {
        let text = format!(
            "DELETE FROM {table} WHERE site IN {{list:$1}} \
             AND {column} IN {{list:$2}}"
        );
        tx.run(text, values![sites, ids]).await?;
    }
    Ok(())
}

/// Mails to the person, and mails to others about what the person wrote.
async fn erase_mails(tx: &mut Conn<'_>, search: &Search<'_>, ids: &str) -> Result<u64> {
    let text = "DELETE FROM outbox WHERE (email_index = $1 AND created_at <= $3) \
                OR comment_id IN {list:$2}";
    tx.run(text, values![search.who, ids, search.until]).await
}

/// Subscriptions, and what is still on its way in or is counted by the address.
async fn erase_rest(tx: &mut Conn<'_>, search: &Search<'_>) -> Result<u64> {
    let mut subscriptions = 0;
    // What is on its way in and what is counted has no time of its own.
    for (table, column, time) in [
        ("counters", "counted", "0"),
        ("upload_rows", "email_index", "0"),
        ("subscriptions", "email_index", "asked_at"),
    ] {
        let text = format!(
            "DELETE FROM {table} WHERE site IN {{list:$1}} \
             AND {column} = $2 AND {time} <= $3"
        );
        let erased = tx
            .run(text, values![search.sites, search.who, search.until])
            .await?;
        subscriptions = erased;
    }
    Ok(subscriptions)
}

/// Rules that name nobody but this person, and what was noted about them.
async fn erase_block_rules(tx: &mut Conn<'_>, search: &Search<'_>) -> Result<u64> {
    let text = "DELETE FROM block_rules WHERE kind = 'email' AND pattern = $1 AND created_at <= $2";
    let erased = tx.run(text, values![search.who, search.until]).await?;
    if erased > 0 {
        raise_revision(tx).await?;
    }
    Ok(erased)
}
