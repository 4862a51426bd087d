//! What was answered to programs of other systems about texts, what they reported later, and how much they
//! asked. A judgement is written in the transaction that judged (see [`super::arrivals`]); the text
//! itself is kept only where the site wants it as a comment, and then in `comments`.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::any::AnyRow;

use crate::{
    bayes::Label,
    domain::{
        arrival::{NewComment, Program},
        comment::CommentId,
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store,
        sql::{Conn, ToValue, Value, get, sql, to_json, values},
    },
};

/// A judgement on its way into the database.
pub(super) struct Judgement<'a> {
    pub client: &'a Program,
    pub comment: &'a NewComment,
    pub is_spam: bool,
}

/// A judgement that a report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Its identifier; the comment's, where one was kept.
    pub id: CommentId,
    /// Whether a comment was kept.
    pub queued: bool,
}

/// What one blog asked and reported in one month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// `2026-11`.
    pub month: String,
    /// The blog's host.
    pub blog: String,
    /// Texts judged to be spam.
    pub spam: i64,
    /// Texts judged not to be.
    pub ham: i64,
    /// Those reported to be spam although they were judged not to be.
    pub missed_spam: i64,
    /// Those reported not to be spam although they were judged to be.
    pub false_positives: i64,
}

/// Rows of a batch, and what they add to the counts of their months.
#[derive(Default)]
pub(super) struct Batch {
    rows: Vec<[(&'static str, Value); 11]>,
    counts: Vec<Count>,
}

#[derive(Serialize)]
struct Count {
    site: String,
    month: String,
    blog: String,
    spam: i64,
    ham: i64,
}

/// Makes rows of judgements.
pub(super) fn rows(judgements: &[Judgement<'_>]) -> Batch {
    let mut counts: BTreeMap<(&str, String, &str), (i64, i64)> = BTreeMap::new();
    let mut rows = Vec::with_capacity(judgements.len());
    for Judgement {
        client,
        comment,
        is_spam,
    } in judgements
    {
        let month = month_of(comment.created_at);
        let said = if *is_spam { Label::Spam } else { Label::Ham };
        let callback = client.callback.as_ref();
        rows.push([
            ("site", comment.site.to_value()),
            ("id", comment.id.to_value()),
            ("blog", client.blog.to_value()),
            ("month", month.to_value()),
            ("content", client.content.to_value()),
            ("fingerprint", comment.fingerprint.to_value()),
            ("queued", client.keeps.to_value()),
            ("said", said.to_value()),
            ("created_at", comment.created_at.to_value()),
            (
                "callback",
                callback.map(|callback| &callback.url).to_value(),
            ),
            (
                "client_key",
                callback.map(|callback| &callback.key).to_value(),
            ),
        ]);
        let count = counts
            .entry((comment.site.as_str(), month, &client.blog))
            .or_default();
        if *is_spam {
            count.0 += 1;
        } else {
            count.1 += 1;
        }
    }
    let counts = counts.into_iter();
    let counts = counts.map(|((site, month, blog), (spam, ham))| Count {
        site: site.to_owned(),
        month,
        blog: blog.to_owned(),
        spam,
        ham,
    });
    Batch {
        rows,
        counts: counts.collect(),
    }
}

/// `2026-11`.
#[must_use]
pub fn month_of(time: Timestamp) -> String {
    time.to_string().chars().take(7).collect()
}

/// Writes a batch's judgements.
pub(super) async fn insert(tx: &mut Conn<'_>, batch: Batch) -> Result<()> {
    if batch.rows.is_empty() {
        return Ok(());
    }
    tx.insert_rows("judgements", batch.rows).await?;
    let text = "INSERT INTO client_usage (site, month, blog, spam, ham, missed_spam, false_positives) \
                SELECT r.value->>'site', r.value->>'month', r.value->>'blog', \
                    CAST(r.value->>'spam' AS BIGINT), CAST(r.value->>'ham' AS BIGINT), 0, 0 \
                FROM {rows:$1} WHERE true \
                ON CONFLICT (site, month, blog) DO UPDATE SET \
                    spam = client_usage.spam + excluded.spam, \
                    ham = client_usage.ham + excluded.ham";
    tx.run(text, values![to_json(&batch.counts)]).await?;
    Ok(())
}

impl Store {
    /// The judgement that a report is about: that of the id, else the latest of the content.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn find_judgement(
        &self,
        site: &SiteSlug,
        id: Option<CommentId>,
        content: &str,
    ) -> Result<Option<Judged>> {
        let text = "SELECT id, queued FROM judgements WHERE site = $1 AND id = $2";
        let query = sql(
            text,
            values![site, id.map(|id| id.to_string()).unwrap_or_default()],
        );
        let read = |row: &AnyRow| {
            Ok(Judged {
                id: get(row, "id")?,
                queued: get::<i64>(row, "queued")? != 0,
            })
        };
        if let Some(by_id) = self.gather("judgements", query, read).await?.pop() {
            return Ok(Some(by_id));
        }
        let text = "SELECT id, queued FROM judgements WHERE site = $1 AND content = $2 \
                    ORDER BY id DESC LIMIT 1";
        let query = sql(text, values![site, content]);
        Ok(self.gather("judgements", query, read).await?.pop())
    }

    /// Notes what a program reported about a judgement, and counts it when it differs. Saying the
    /// same twice changes nothing; saying the opposite later counts back.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn note_report(&self, site: &SiteSlug, id: CommentId, label: Label) -> Result<()> {
        self.write(async |tx| {
            let text = "SELECT blog, month, said, reported FROM judgements \
                     WHERE site = $1 AND id = $2 {lock}";
            let found = tx.find(text, values![site, id]).await?;
            let Some(row) = found else {
                return Ok(());
            };
            let (missed, wrong) = correction(get(&row, "said")?, get(&row, "reported")?, label);
            let text = "UPDATE judgements SET reported = $3, told = $3 \
                        WHERE site = $1 AND id = $2";
            tx.run(text, values![site, id, label]).await?;
            let text = "UPDATE client_usage SET missed_spam = missed_spam + $4, \
                            false_positives = false_positives + $5 \
                        WHERE site = $1 AND month = $2 AND blog = $3";
            tx.run(
                text,
                values![
                    site,
                    get::<String>(&row, "month")?,
                    get::<String>(&row, "blog")?,
                    missed,
                    wrong
                ],
            )
            .await?;
            Ok(())
        })
        .await
    }

    /// What the blogs of a site asked and reported, latest month first, then by blog.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn client_usage(&self, site: &SiteSlug) -> Result<Vec<Usage>> {
        let text = "SELECT month, blog, spam, ham, missed_spam, false_positives \
                    FROM client_usage WHERE site = $1 ORDER BY month DESC, blog";
        let query = sql(text, values![site]);
        let read = |row: &AnyRow| {
            Ok(Usage {
                month: get(row, "month")?,
                blog: get(row, "blog")?,
                spam: get(row, "spam")?,
                ham: get(row, "ham")?,
                missed_spam: get(row, "missed_spam")?,
                false_positives: get(row, "false_positives")?,
            })
        };
        self.gather("client_usage", query, read).await
    }
}

/// What a report adds to missed spam and to false positives, given what was said and reported before.
fn correction(said: Label, before: Option<Label>, now: Label) -> (i64, i64) {
    let is_wrong = |of: Label, report: Option<Label>| {
        i64::from(said == of && report.is_some_and(|report| report != of))
    };
    let change = |of| is_wrong(of, Some(now)) - is_wrong(of, before);
    (change(Label::Ham), change(Label::Spam))
}

#[cfg(test)]
mod tests {
    use super::{
        Label::{Ham, Spam},
        *,
    };

    #[test]
    fn a_report_counts_once_and_counts_back_when_it_is_reversed() {
        assert_eq!(correction(Ham, None, Spam), (1, 0));
        assert_eq!(correction(Ham, Some(Spam), Spam), (0, 0));
        assert_eq!(correction(Ham, Some(Spam), Ham), (-1, 0));
        assert_eq!(correction(Spam, None, Ham), (0, 1));
        assert_eq!(correction(Spam, None, Spam), (0, 0));
    }
}
