//! Keeping what the policy let in: the comments, notices for moderators, mail for commenters.

use std::collections::BTreeMap;

use crate::{
    domain::{
        arrival::{Admission, NewComment},
        comment::Status,
        evidence::Verdict,
        site::SiteSlug,
        timestamp::Timestamp,
        webhook::Event,
    },
    storage::{
        arrivals::{Intake, Result},
        campaigns,
        comment_rows::new_row,
        deliveries::{self, News},
        engine::Engine,
        judgements::{self, Judgement},
        sql::{Conn, to_rows, values},
        subscriptions::{self, Approved},
    },
};

impl Intake {
    /// Writes the comments that are still open, and what they cause.
    pub(super) async fn keep(&mut self, tx: &mut Conn<'_>) -> Result<()> {
        let mut kept = Vec::new();
        let mut rows = Vec::new();
        let mut noticed: BTreeMap<&SiteSlug, Timestamp> = BTreeMap::new();
        let mut put_aside: BTreeMap<&SiteSlug, Timestamp> = BTreeMap::new();
        let mut approved = Vec::new();
        let mut judgements = Vec::new();
        let mut news = Vec::new();
        let mut copies = Vec::new();
        for (place, arrival) in self.open() {
            let Some(ruled) = &self.ruled[place] else {
                continue;
            };
            let comment = &arrival.comment;
            if let Some(client) = &arrival.client {
                judgements.push(Judgement {
                    client,
                    comment,
                    is_spam: ruled.verdict == Verdict::Spam,
                });
                if !client.keeps {
                    kept.push((place, ruled.verdict, ruled.score));
                    continue;
                }
            }
            if arrival.announce {
                let about = serde_json::json!({ "comment": comment.id });
                news.push(News::new(
                    comment.site.as_str(),
                    Event::CommentReceived,
                    &about,
                ));
            }
            if arrival.joined.is_some() {
                copies.push(arrival);
            }
            let status = Status::from(ruled.verdict);
            let (verdict, score) = (ruled.verdict, ruled.score);
            rows.push(new_row(comment, status, verdict, score, &ruled.evidence));
            match ruled.verdict {
                Verdict::Hold => note(&mut noticed, comment),
                Verdict::Spam => note(&mut put_aside, comment),
                Verdict::Publish => approved.push(Approved::from(comment)),
            }
            kept.push((place, ruled.verdict, ruled.score));
        }
        let judgements = judgements::rows(&judgements);
        let (noticed, put_aside) = (by_site(&noticed), by_site(&put_aside));
        tx.insert_rows("comments", rows).await?;
        campaigns::note(tx, &copies).await?;
        self.insert_notices(tx, "notices", noticed).await?;
        self.insert_notices(tx, "decoys", put_aside).await?;
        subscriptions::on_approved(tx, &approved, self.now).await?;
        judgements::insert(tx, judgements).await?;
        deliveries::queue(tx, &news, self.now).await?;
        for (place, verdict, score) in kept {
            self.outcome[place] = Some(Admission::Stored {
                id: self.batch[place].comment.id,
                verdict,
                score,
                repeated: false,
            });
        }
        Ok(())
    }

    /// Notes for every moderator of the sites, who wants mail, that something waits, and since when. What
    /// is put aside as spam is noted alike in a table that nobody reads: an answer that came sooner
    /// would say that a comment is spam.
    async fn insert_notices(
        &self,
        tx: &mut Conn<'_>,
        table: &'static str,
        sites: Option<String>,
    ) -> Result<()> {
        let Some(sites) = sites else {
            return Ok(());
        };
        tx.run(noting(tx.engine, table), values![sites]).await?;
        Ok(())
    }
}

/// Moderators of the sites in `$1` who want mail, with the arrival that they are to hear of. A scope is JSON;
/// its slugs hold nothing that LIKE would read otherwise.
const WANTING: &str = "SELECT r.value->>'site' AS site, m.id AS moderator, \
        CAST(r.value->>'since' AS BIGINT) AS since \
    FROM {rows:$1} CROSS JOIN moderators m \
    WHERE m.email_index IS NOT NULL \
    AND (m.scope = '\"all\"' OR m.scope LIKE '%\"' || (r.value->>'site') || '\"%') \
    AND COALESCE( \
        (SELECT p.mode FROM mail_preferences p \
            WHERE p.moderator = m.id AND p.site = r.value->>'site'), \
        (SELECT p.mode FROM mail_preferences p \
            WHERE p.moderator = m.id AND p.site = ''), \
        'each') <> 'none'";

/// The statement that notes what is in `$1`. A notice that is there is locked, so that the mail which takes it
/// away is written before this batch, and a new notice made, or after it, and this batch is in it.
fn noting(engine: Engine, table: &str) -> String {
    let since = format!(
        "ON CONFLICT (site, moderator) DO UPDATE SET since = \
             CASE WHEN excluded.since < {table}.since THEN excluded.since ELSE {table}.since END"
    );
    match engine {
        Engine::Sqlite => {
            format!("INSERT INTO {table} (site, moderator, since) {WANTING} ORDER BY 1, 2 {since}")
        }
        // Most are there, from an earlier arrival: these are locked together with the batches that are
        // written at the same time. An update would make each wait until the one before it is durable.
        Engine::Postgres => format!(
            "WITH wanting AS MATERIALIZED ({WANTING}), \
             noted AS MATERIALIZED (SELECT n.site, n.moderator FROM wanting w \
                 JOIN {table} n ON n.site = w.site AND n.moderator = w.moderator \
                 WHERE n.since <= w.since ORDER BY n.site, n.moderator FOR KEY SHARE OF n) \
             INSERT INTO {table} (site, moderator, since) \
             SELECT w.site, w.moderator, w.since FROM wanting w WHERE NOT EXISTS ( \
                 SELECT 1 FROM noted WHERE noted.site = w.site AND noted.moderator = w.moderator) \
             ORDER BY 1, 2 {since}"
        ),
    }
}

/// Keeps the arrival of the first comment of each site.
fn note<'a>(sites: &mut BTreeMap<&'a SiteSlug, Timestamp>, comment: &'a NewComment) {
    let first = sites.entry(&comment.site).or_insert(comment.created_at);
    *first = comment.created_at.min(*first);
}

/// The rows of notices, if there are any.
fn by_site(sites: &BTreeMap<&SiteSlug, Timestamp>) -> Option<String> {
    let rows = sites.iter();
    let rows =
        rows.map(|(site, since)| serde_json::json!({ "site": site, "since": since.millis() }));
    (!sites.is_empty()).then(|| to_rows(rows))
}
