//! Keeping what the policy let in: the comments, notices for moderators, mail for commenters.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::{Admission, Intake, NewComment, Result};
use crate::{
    domain::{
        comment::{CommentId, Status},
        evidence::{Evidence, Verdict},
        webhook::Event,
    },
    storage::{
        deliveries::{self, News},
        evidence,
        judgements::{self, Judgement},
        query::{Value, insert_rows},
        subscriptions::{self, Approved},
    },
};

/// Begins the statement that inserts [`row`]s.
pub(in crate::storage) const INSERT: &str = "INSERT INTO comments (site, id, page, page_title, parent, name, email_sealed, \
     email_index, website, text, fingerprint, status, score, verdict, evidence, model_version, \
     version, network, network_key, author_chain, wants_replies, created_at)";

impl Intake<'_> {
    /// Writes the comments that are still open, and what they cause.
    pub(super) async fn keep(&mut self) -> Result<()> {
        let mut kept = Vec::new();
        let mut rows = Vec::new();
        let mut noticed: BTreeMap<&str, i64> = BTreeMap::new();
        let mut put_aside: BTreeMap<&str, i64> = BTreeMap::new();
        let mut approved = Vec::new();
        let mut judgements = Vec::new();
        let mut news = Vec::new();
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
                news.push(News::new(&comment.site, Event::CommentReceived, &about));
            }
            let status = Status::from(ruled.verdict);
            let (verdict, score) = (ruled.verdict, ruled.score);
            rows.push(row(comment, status, verdict, score, &ruled.evidence));
            match ruled.verdict {
                Verdict::Hold => note(&mut noticed, comment),
                Verdict::Spam => note(&mut put_aside, comment),
                Verdict::Publish => approved.push(Approved::from(comment)),
            }
            kept.push((place, ruled.verdict, ruled.score));
        }
        let judgements = judgements::rows(&judgements);
        let (noticed, put_aside) = (by_site(noticed), by_site(put_aside));
        insert_rows(self.connection, self.engine, INSERT, rows).await?;
        self.insert_notices("notices", &noticed).await?;
        self.insert_notices("decoys", &put_aside).await?;
        subscriptions::on_approved(self.connection, self.engine, &approved, self.now).await?;
        judgements::insert(self.connection, self.engine, judgements).await?;
        deliveries::queue(self.connection, self.engine, &news, self.now).await?;
        for (place, verdict, score) in kept {
            let id = CommentId::parse(&self.batch[place].comment.id);
            self.outcome[place] = id.map(|id| Admission::Stored {
                id,
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
        &mut self,
        table: &'static str,
        sites: &serde_json::Value,
    ) -> Result<()> {
        if sites.as_array().is_none_or(Vec::is_empty) {
            return Ok(());
        }
        // The update locks a notice that is there, so that the mail which takes it away is written
        // before this batch, and a new notice made, or after it, and this batch is in it. A scope
        // is JSON; its slugs hold nothing that LIKE would read otherwise.
        let text = format!(
            "INSERT INTO {table} (site, moderator, since) \
                    SELECT r.value->>'site', m.id, CAST(r.value->>'since' AS BIGINT) \
                    FROM {{rows:$1}} CROSS JOIN moderators m \
                    WHERE m.email_index IS NOT NULL \
                    AND (m.scope = '\"all\"' OR m.scope LIKE '%\"' || (r.value->>'site') || '\"%') \
                    AND COALESCE( \
                        (SELECT p.mode FROM mail_preferences p \
                            WHERE p.moderator = m.id AND p.site = r.value->>'site'), \
                        (SELECT p.mode FROM mail_preferences p \
                            WHERE p.moderator = m.id AND p.site = ''), \
                        'each') <> 'none' \
                    ORDER BY 1, 2 \
                    ON CONFLICT (site, moderator) DO UPDATE SET since = \
                        CASE WHEN excluded.since < {table}.since THEN excluded.since \
                             ELSE {table}.since END"
        );
        sqlx::query(AssertSqlSafe(self.engine.dialect(&text)))
            .bind(sites.to_string())
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }
}

/// Keeps the arrival of the first comment of each site.
fn note<'a>(sites: &mut BTreeMap<&'a str, i64>, comment: &'a NewComment) {
    let first = sites.entry(&comment.site).or_insert(comment.created_at);
    *first = comment.created_at.min(*first);
}

fn by_site(sites: BTreeMap<&str, i64>) -> serde_json::Value {
    let rows = sites.into_iter();
    let rows = rows.map(|(site, since)| serde_json::json!({ "site": site, "since": since }));
    serde_json::Value::Array(rows.collect())
}

/// The values of [`INSERT`], in its order.
pub(in crate::storage) fn row(
    comment: &NewComment,
    status: Status,
    verdict: Verdict,
    score: Option<f64>,
    evidence: &Evidence,
) -> Vec<Value> {
    let model = evidence.model.as_ref();
    vec![
        comment.site.clone().into(),
        comment.id.clone().into(),
        comment.page.clone().into(),
        comment.page_title.clone().into(),
        comment.parent.clone().into(),
        comment.name.clone().into(),
        comment.email_sealed.clone().into(),
        comment.email_index.clone().into(),
        comment.website.clone().into(),
        comment.text.clone().into(),
        comment.fingerprint.into(),
        status.as_str().to_owned().into(),
        score.into(),
        verdict.as_str().to_owned().into(),
        evidence::pack(evidence).into(),
        model.map(|model| model.version.clone()).into(),
        1.into(),
        comment.network.clone().into(),
        comment.network_key.clone().into(),
        comment.author_chain.clone().into(),
        comment.wants_replies.into(),
        comment.created_at.into(),
    ]
}
