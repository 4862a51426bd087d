//! Removing a site. One short transaction takes it from everyone: its keys, webhooks and rules, its place
//! in scopes, its name in the directory. What it holds goes in bites after that, so that writers of other
//! sites never wait long, and its row last; foreign keys with `ON DELETE CASCADE` take along what belongs
//! to a row. Whatever interrupts this, the row with its `removed_at` is there until all of it is done.

use serde_json::json;

use crate::{
    domain::{moderator::Scope, site::SiteSlug, timestamp::Timestamp},
    storage::{
        Result, Store, acts,
        revision::raise_revision,
        sql::{Conn, get, rows, values},
    },
};

/// Rows that one transaction removes at most. A comment takes its history along.
const BITE: i64 = 500;

/// What may be too much for one transaction, with the columns that identify its rows within a site. Comments take
/// history, origins and mail about them along; models take their files.
const LARGE: [(&str, &str); 10] = [
    ("comments", "id"),
    ("samples", "id"),
    ("lessons", "revision, sample"),
    ("abuse_samples", "id"),
    ("abuse_lessons", "revision, sample"),
    ("judgements", "id"),
    ("idempotency", "request_key"),
    ("deliveries", "webhook, id"),
    ("upload_rows", "upload, id"),
    ("models", "id"),
];

/// What lets a site's people and programs act, and is small: gone at once.
const HOLDS: [&str; 9] = [
    "client_keys",
    "webhooks",
    "block_rules",
    "notices",
    "decoys",
    "learning",
    "learnt_sums",
    "abuse_learning",
    "abuse_learnt_sums",
];

/// What cannot refer to its site, because it may belong to none or to all of them.
const APART: [&str; 5] = [
    "counters",
    "mail_preferences",
    "outbox",
    "comment_counts",
    "search_waiting",
];

/// What became of a wish to remove a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// There is no such site.
    NotFound,
    /// It has so many comments, and was to go only without any.
    HasComments(i64),
    /// Nobody sees it any more; [`Store::remove_some`] does the rest.
    Begun,
}

impl Store {
    /// Takes a site from everyone: from now on nothing acts for it and nobody sees it. One that has
    /// comments stays unless they are to go `with_comments`.
    ///
    /// # Errors
    /// [`super::StoreError`]; then nothing has changed.
    pub async fn begin_removal(
        &self,
        slug: &SiteSlug,
        with_comments: bool,
        now: Timestamp,
    ) -> Result<Removal> {
        let slug = slug.clone();
        self.write(async |tx| {
            let text = "UPDATE sites SET removed_at = $2 WHERE slug = $1 AND removed_at IS NULL";
            let found = tx.touch(text, values![slug, now]).await?;
            if !found {
                return Ok(Removal::NotFound);
            }
            let comments = count_comments(tx, &slug).await?;
            if comments > 0 && !with_comments {
                let text = "UPDATE sites SET removed_at = NULL WHERE slug = $1";
                tx.run(text, values![slug]).await?;
                return Ok(Removal::HasComments(comments));
            }
            for table in HOLDS {
                delete_all(tx, table, &slug).await?;
            }
            take_from_scopes(tx, &slug, now).await?;
            let detail = json!({ "comments": comments });
            acts::record(tx, "site.remove", slug.as_str(), detail).await?;
            raise_revision(tx).await?;
            Ok(Removal::Begun)
        })
        .await
    }

    /// Removes some of what a site holds whose removal has begun; `false` once it and all of it is gone.
    ///
    /// # Errors
    /// [`super::StoreError`]; what was removed before stays removed.
    pub async fn remove_some(&self, slug: &SiteSlug, now: Timestamp) -> Result<bool> {
        let slug = slug.clone();
        self.write(async |tx| {
            let text = "SELECT slug FROM sites WHERE slug = $1 AND removed_at IS NOT NULL";
            let row = tx.find(text, values![slug]).await?;
            if row.is_none() {
                return Ok(false);
            }
            let mut left = BITE;
            for (table, key) in LARGE {
                left -= bite(tx, table, key, &slug, left).await?;
                if left <= 0 {
                    return Ok(true);
                }
            }
            finish(tx, &slug, now).await?;
            Ok(false)
        })
        .await
    }

    /// Sites whose removal began before `before` and is not over.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn half_removed_sites(&self, before: Timestamp) -> Result<Vec<SiteSlug>> {
        let text = "SELECT slug AS site FROM sites WHERE removed_at <= $1 ORDER BY slug";
        let found = self.all(text, values![before]).await?;
        found.iter().map(|row| get(row, "site")).collect()
    }
}

async fn count_comments(tx: &mut Conn<'_>, slug: &SiteSlug) -> Result<i64> {
    let text = "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) AS count, \
                (SELECT COUNT(*) FROM (SELECT 1 FROM comments WHERE site = $1 LIMIT 1) AS c) AS there \
                FROM comment_counts WHERE site = $1";
    let row = tx.one(text, values![slug]).await?;
    let (count, some): (i64, i64) = (get(&row, "count")?, get(&row, "there")?);
    Ok(if some == 0 { 0 } else { count.max(some) })
}

async fn delete_all(tx: &mut Conn<'_>, table: &str, slug: &SiteSlug) -> Result<()> {
    let text = format!("DELETE FROM {table} WHERE site = $1");
    tx.run(text, values![slug]).await?;
    Ok(())
}

/// Removes at most `limit` of a site's rows; how many there were.
async fn bite(
    tx: &mut Conn<'_>,
    table: &str,
    key: &str,
    slug: &SiteSlug,
    limit: i64,
) -> Result<i64> {
    let text = format!(
        "DELETE FROM {table} WHERE site = $1 AND ({key}) IN \
         (SELECT {key} FROM {table} WHERE site = $1 ORDER BY {key} LIMIT $2)"
    );
    let gone = tx.run(text, values![slug, limit]).await?;
    Ok(i64::try_from(gone).unwrap_or(i64::MAX))
}

/// The end: the site's row with what little is left, and what has no reference to it.
async fn finish(tx: &mut Conn<'_>, slug: &SiteSlug, now: Timestamp) -> Result<()> {
    let text = "DELETE FROM sites WHERE slug = $1";
    tx.run(text, values![slug]).await?;
    forget_leftovers(tx, slug, now).await?;
    raise_revision(tx).await
}

/// Forgets what bears a site's name without a reference to it. Asked again as a site is added: someone may
/// have been given the site in the moment that it went, or by an earlier version that left scopes alone.
pub(super) async fn forget_leftovers(
    tx: &mut Conn<'_>,
    slug: &SiteSlug,
    now: Timestamp,
) -> Result<()> {
    for table in APART {
        delete_all(tx, table, slug).await?;
    }
    take_from_scopes(tx, slug, now).await
}

/// Takes a site out of every scope that names it. A token whose scope is empty then is revoked; a
/// moderator's sessions end, and the account sees nothing until an operator gives it a site.
async fn take_from_scopes(tx: &mut Conn<'_>, slug: &SiteSlug, now: Timestamp) -> Result<()> {
    for table in ["tokens", "moderators"] {
        let text = format!("SELECT id, scope FROM {table} WHERE scope LIKE $1");
        let named = tx.all(text, values![format!("%\"{slug}\"%")]).await?;
        for row in named {
            let Ok(Scope::Sites(mut sites)) = rows::json(&row, "scope") else {
                continue;
            };
            sites.retain(|site| site != slug);
            let id: String = get(&row, "id")?;
            if sites.is_empty() {
                end(tx, table, &id, now).await?;
            }
            let text = format!("UPDATE {table} SET scope = $2 WHERE id = $1");
            tx.run(text, values![id, Scope::Sites(sites)]).await?;
        }
    }
    Ok(())
}

/// Ends what someone with no site left could still use.
async fn end(tx: &mut Conn<'_>, table: &str, id: &str, now: Timestamp) -> Result<()> {
    if table == "tokens" {
        let text = "UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        tx.run(text, values![id, now]).await?;
        return Ok(());
    }
    for text in [
        "UPDATE moderators SET session_epoch = session_epoch + 1 WHERE id = $1",
        "DELETE FROM sign_in_links WHERE moderator = $1",
    ] {
        tx.run(text, values![id]).await?;
    }
    Ok(())
}
