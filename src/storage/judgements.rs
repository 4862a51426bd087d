//! What programs of other systems were told about texts, what they reported later, and how much they
//! asked. A judgement is written in the transaction that judged (see [`super::arrivals`]); the text
//! itself is kept only where the site wants it as a comment, and then in `comments`.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::{
    Result, Store,
    arrivals::NewComment,
    callbacks::Callback,
    engine::Engine,
    query::{Value, insert_rows},
    rows,
};
use crate::{
    bayes::Label,
    domain::{comment::CommentId, site::SiteSlug, timestamp::Timestamp},
};

/// A program that asks for a judgement, as far as an arrival needs to know.
#[derive(Debug, Clone)]
pub struct Client {
    /// The host of the blog it asks for.
    pub blog: String,
    /// A keyed hash of the text and its author's name, by which a report finds the judgement.
    pub content: String,
    /// Whether the text is kept as a comment, to be reviewed here.
    pub keeps: bool,
    /// Where it wants to hear of decisions about that comment.
    pub callback: Option<Callback>,
}

/// A judgement on its way into the database.
pub(super) struct Judgement<'a> {
    pub client: &'a Client,
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

const SPAM: &str = "spam";
const HAM: &str = "ham";

/// The word kept in the database.
pub(super) const fn word(label: Label) -> &'static str {
    match label {
        Label::Spam => SPAM,
        Label::Ham => HAM,
    }
}

const INSERT: &str = "INSERT INTO judgements (site, id, blog, month, content, fingerprint, queued, \
                      said, created_at, callback, client_key)";

/// Rows of a batch, and what they add to the counts of their months.
#[derive(Default)]
pub(super) struct Batch {
    rows: Vec<Vec<Value>>,
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
        let month = month_of(Timestamp::from_millis(comment.created_at));
        let said = if *is_spam { SPAM } else { HAM };
        let callback = client.callback.as_ref();
        rows.push(vec![
            comment.site.clone().into(),
            comment.id.clone().into(),
            client.blog.clone().into(),
            month.clone().into(),
            client.content.clone().into(),
            comment.fingerprint.into(),
            i64::from(client.keeps).into(),
            said.to_owned().into(),
            comment.created_at.into(),
            callback.map(|callback| callback.url.clone()).into(),
            callback.map(|callback| callback.key.clone()).into(),
        ]);
        let count = counts
            .entry((&comment.site, month, &client.blog))
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
pub(super) async fn insert(
    connection: &mut AnyConnection,
    engine: Engine,
    batch: Batch,
) -> Result<()> {
    if batch.rows.is_empty() {
        return Ok(());
    }
    insert_rows(connection, engine, INSERT, batch.rows).await?;
    let text = "INSERT INTO client_usage (site, month, blog, spam, ham, missed_spam, false_positives) \
                SELECT r.value->>'site', r.value->>'month', r.value->>'blog', \
                    CAST(r.value->>'spam' AS BIGINT), CAST(r.value->>'ham' AS BIGINT), 0, 0 \
                FROM {rows:$1} WHERE true \
                ON CONFLICT (site, month, blog) DO UPDATE SET \
                    spam = client_usage.spam + excluded.spam, \
                    ham = client_usage.ham + excluded.ham";
    sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(serde_json::to_string(&batch.counts).unwrap_or_default())
        .execute(connection)
        .await?;
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
        let query = sqlx::query(text)
            .bind(site.to_string())
            .bind(id.map(|id| id.to_string()).unwrap_or_default());
        let read = |row: &sqlx::any::AnyRow| {
            Ok(Judged {
                id: rows::comment_id(row, "id")?,
                queued: row.try_get::<i64, _>("queued")? != 0,
            })
        };
        if let Some(by_id) = self.gather("judgements", query, read).await?.pop() {
            return Ok(Some(by_id));
        }
        let text = "SELECT id, queued FROM judgements WHERE site = $1 AND content = $2 \
                    ORDER BY id DESC LIMIT 1";
        let query = sqlx::query(text)
            .bind(site.to_string())
            .bind(content.to_owned());
        Ok(self.gather("judgements", query, read).await?.pop())
    }

    /// Notes what a program reported about a judgement, and counts it when it differs. Saying the
    /// same twice changes nothing; saying the opposite later counts back.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn note_report(&self, site: &SiteSlug, id: CommentId, label: Label) -> Result<()> {
        let (engine, site) = (self.engine, site.to_string());
        self.write(move |connection| {
            Box::pin(async move {
                let text = engine.dialect(
                    "SELECT blog, month, said, reported FROM judgements \
                     WHERE site = $1 AND id = $2 {lock}",
                );
                let found = sqlx::query(AssertSqlSafe(text))
                    .bind(site.clone())
                    .bind(id.to_string())
                    .fetch_optional(&mut *connection)
                    .await?;
                let Some(row) = found else {
                    return Ok(());
                };
                let said: String = row.try_get("said")?;
                let reported: Option<String> = row.try_get("reported")?;
                let (missed, wrong) = correction(&said, reported.as_deref(), label);
                let text = "UPDATE judgements SET reported = $3, told = $3 \
                            WHERE site = $1 AND id = $2";
                sqlx::query(text)
                    .bind(site.clone())
                    .bind(id.to_string())
                    .bind(word(label))
                    .execute(&mut *connection)
                    .await?;
                let text = "UPDATE client_usage SET missed_spam = missed_spam + $4, \
                                false_positives = false_positives + $5 \
                            WHERE site = $1 AND month = $2 AND blog = $3";
                sqlx::query(text)
                    .bind(site)
                    .bind(row.try_get::<String, _>("month")?)
                    .bind(row.try_get::<String, _>("blog")?)
                    .bind(missed)
                    .bind(wrong)
                    .execute(connection)
                    .await?;
                Ok(())
            })
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
        let query = sqlx::query(text).bind(site.to_string());
        let read = |row: &sqlx::any::AnyRow| {
            Ok(Usage {
                month: row.try_get("month")?,
                blog: row.try_get("blog")?,
                spam: row.try_get("spam")?,
                ham: row.try_get("ham")?,
                missed_spam: row.try_get("missed_spam")?,
                false_positives: row.try_get("false_positives")?,
            })
        };
        self.gather("client_usage", query, read).await
    }
}

/// What a report adds to missed spam and to false positives, given what was said and reported before.
fn correction(said: &str, before: Option<&str>, label: Label) -> (i64, i64) {
    let missed = |report: Option<&str>| i64::from(said == HAM && report == Some(SPAM));
    let wrong = |report: Option<&str>| i64::from(said == SPAM && report == Some(HAM));
    let now = Some(word(label));
    (missed(now) - missed(before), wrong(now) - wrong(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_once_and_counts_back_when_it_is_reversed() {
        assert_eq!(correction(HAM, None, Label::Spam), (1, 0));
        assert_eq!(correction(HAM, Some(SPAM), Label::Spam), (0, 0));
        assert_eq!(correction(HAM, Some(SPAM), Label::Ham), (-1, 0));
        assert_eq!(correction(SPAM, None, Label::Ham), (0, 1));
        assert_eq!(correction(SPAM, None, Label::Spam), (0, 0));
    }
}
