//! Notices: which moderators have not been mailed yet about held comments on which site. Arrivals
//! write them; here a notice becomes a mail in the outbox, and the comments that it is about are
//! found. When and how often someone is mailed is in [`Due`]; the modes are the moderator's.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;
use sqlx::any::AnyRow;
use uuid::Uuid;

use crate::{
    domain::{
        comment::Comment, mail::MailKind, moderator::ModeratorId, site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, StoreError, comment_rows,
        mail_queue::{self, NewMail},
        sql::{Conn, get, list, rows, sql, to_json, to_rows, values},
    },
};

/// A mailbox that refused a queue mail for good gets the next one no sooner than this.
const DEAD_MAILBOX_PAUSE: Duration = Duration::from_hours(24);

/// The bounds at which mail becomes due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Now.
    pub now: Timestamp,
    /// Whoever was mailed after this waits.
    pub mailed_before: Timestamp,
    /// The hour that began last: hourly digests are about what came before.
    pub hour: Timestamp,
    /// The last hour of daily digests, which are about what came before.
    pub day: Timestamp,
}

/// The first comment that waits on each site.
pub type Since = BTreeMap<SiteSlug, Timestamp>;

/// What waits, for one mail.
#[derive(Debug, Clone, Default)]
pub struct Waiting {
    /// The latest of them.
    pub comments: Vec<Comment>,
    /// How many there are in all.
    pub total: i64,
}

/// The moderator's mode for the notice's site.
const MODE: &str = "COALESCE( \
     (SELECT p.mode FROM mail_preferences p WHERE p.moderator = n.moderator AND p.site = n.site), \
     (SELECT p.mode FROM mail_preferences p WHERE p.moderator = n.moderator AND p.site = ''), \
     'each')";

impl Store {
    /// Queues a mail for each moderator who is due one and has none waiting; returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn queue_due_notices(&self, due: Due) -> Result<usize> {
        let mails = self.due_moderators(due).await?;
        let count = mails.len();
        if count == 0 {
            return Ok(0);
        }
        self.write(async |tx| mail_queue::queue(tx, &mails, due.now).await)
            .await?;
        Ok(count)
    }

    async fn due_moderators(&self, due: Due) -> Result<Vec<NewMail>> {
        let text = format!(
            "SELECT DISTINCT m.id, m.email_index FROM notices n JOIN moderators m ON m.id = n.moderator \
             WHERE m.email_index IS NOT NULL \
             AND (m.last_mailed_at IS NULL OR m.last_mailed_at <= $1) \
             AND CASE {MODE} WHEN 'each' THEN 1 WHEN 'hourly' THEN CASE WHEN n.since < $2 THEN 1 END \
                 WHEN 'daily' THEN CASE WHEN n.since < $3 THEN 1 END END = 1 \
             AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.once_key = 'queue:' || m.id) \
             AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.email_index = m.email_index \
                 AND o.status = 'dead' AND o.kind = 'queue' AND o.finished_at > $4)"
        );
        let query = sql(
            text,
            values![
                due.mailed_before,
                due.hour,
                due.day,
                due.now.minus(DEAD_MAILBOX_PAUSE)
            ],
        );
        let mail = |row: &AnyRow| {
            let moderator: String = get(row, "id")?;
            Ok(NewMail {
                id: Uuid::now_v7().to_string(),
                kind: MailKind::Queue.as_str(),
                site: String::new(),
                once: Some(format!("queue:{moderator}")),
                moderator: Some(moderator),
                comment: None,
                email_index: get(row, "email_index")?,
                about: json!({ "since": {} }),
                due_at: due.now.millis(),
            })
        };
        self.gather("moderators", query, mail).await
    }

    /// Moves a moderator's due notices into a mail that is about to be written, and tells all that
    /// the mail is about. Whatever arrives later makes a new notice; what is in the mail already
    /// stays there, so that a mail tried again for hours reports everything, once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn absorb_notices(
        &self,
        mail: &str,
        moderator: &ModeratorId,
        due: Due,
    ) -> Result<Since> {
        let (mail, moderator) = (mail.to_owned(), moderator.0.clone());
        self.write(async |tx| {
            let text = "SELECT about FROM outbox WHERE id = $1";
            let known = tx.one(text, values![mail]).await?;
            let mut about: About = rows::json(&known, "about")?;
            for (site, since) in take_notices(tx, moderator, due).await? {
                let first = about.since.entry(site).or_insert(since);
                *first = since.min(*first);
            }
            let text = "UPDATE outbox SET about = $2 WHERE id = $1";
            tx.run(text, values![mail, to_json(&about)]).await?;
            about.read()
        })
        .await
    }

    /// The comments that still wait for a decision: the latest `limit`, and how many in all.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn waiting(&self, since: &Since, limit: u32) -> Result<Waiting> {
        let sites: Vec<_> = since
            .iter()
            .map(|(site, since)| json!({ "site": site, "since": since.millis() }))
            .collect();
        let text = format!(
            "SELECT {}, COUNT(*) OVER () AS total FROM {{rows:$1}} \
             JOIN comments c ON c.site = r.value->>'site' AND c.status = 'pending' \
             AND c.created_at >= CAST(r.value->>'since' AS BIGINT) ORDER BY c.id DESC LIMIT $2",
            comment_rows::COLUMNS
        );
        let query = sql(text, values![to_rows(sites), limit]);
        let mut connection = self.read.acquire().await?;
        let found = self
            .on(&mut connection)
            .gather("comments", query, comment_rows::comment)
            .await?;
        Ok(Waiting {
            total: found.last.map_or(Ok(0), |row| get(&row, "total"))?,
            comments: found.rows,
        })
    }
}

/// Takes a moderator's due notices away, and those of sites that they want no mail about; tells the
/// sites, each with its first comment's arrival.
async fn take_notices(
    tx: &mut Conn<'_>,
    moderator: String,
    due: Due,
) -> Result<Vec<(String, i64)>> {
    // The locks make a batch of arrivals that is not committed yet go first or last.
    let select = format!(
        "SELECT n.site, n.since FROM notices n WHERE n.moderator = $1 \
         AND CASE {MODE} WHEN 'hourly' THEN CASE WHEN n.since < $2 THEN 1 END \
             WHEN 'daily' THEN CASE WHEN n.since < $3 THEN 1 END ELSE 1 END = 1 \
         ORDER BY n.site {{lock}}"
    );
    let query = sql(select, values![moderator, due.hour, due.day]);
    let read = |row: &AnyRow| Ok((get(row, "site")?, get(row, "since")?));
    let taken: Vec<(String, i64)> = tx.gather("notices", query, read).await?.rows;
    if taken.is_empty() {
        return Ok(taken);
    }
    let delete = "DELETE FROM notices WHERE moderator = $1 \
                  AND site IN {list:$2}";
    tx.run(
        delete,
        values![moderator, list(taken.iter().map(|(site, _)| site))],
    )
    .await?;
    Ok(taken)
}

/// What a queue mail's `about` column holds.
#[derive(serde::Serialize, serde::Deserialize)]
struct About {
    since: BTreeMap<String, i64>,
}

impl About {
    fn read(&self) -> Result<Since> {
        let sites = self.since.iter().map(|(slug, since)| {
            let site = SiteSlug::parse(slug).map_err(|_| StoreError::Corrupt("site"))?;
            Ok((site, Timestamp::from_millis(*since)))
        });
        sites.collect()
    }
}
