//! Reading labelled texts: counts, stretches for training and export, and the lessons that keep a
//! model up to date. How they get in is in [`super::votes`] and [`super::uploads`].

use std::collections::HashMap;

use sqlx::any::AnyRow;
use tokio::sync::mpsc::Sender;

use crate::{
    bayes::{Label, Question},
    domain::{
        comment::CommentId,
        sample::{SampleCount, StoredSample, Vote},
        site::SiteSlug,
    },
    storage::{
        Result, Store, StoreError, questions,
        sql::{Conn, get, list, sql, values},
    },
};

/// What a change of a label teaches.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// The revision of the change.
    pub revision: i64,
    /// The label to forget.
    pub unlearn: Option<Label>,
    /// The label to learn.
    pub learn: Option<Label>,
    /// The text, and what it is now.
    pub vote: Vote,
}

/// Which lessons are wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What they teach.
    pub question: Question,
    /// The site.
    pub site: SiteSlug,
    /// Those after this revision and sample.
    pub after: (i64, String),
    /// Those up to this revision.
    pub upto: i64,
    /// Of those up to this revision, only the ones that were held out of training.
    pub trained: i64,
}

/// A stretch of lessons.
#[derive(Debug)]
pub struct Stretch {
    /// The lessons, but for those that cannot be read.
    pub lessons: Vec<Lesson>,
    /// After which revision and sample the next stretch begins, if there is one.
    pub next: Option<(i64, String)>,
}

/// Texts in one page: some hundreds of kilobytes.
const PAGE: i64 = 1_000;

/// Of a question's texts, as `s`; which question is `{question}`.
const COLUMNS: &str = "'{question}' AS question, s.site, s.id, s.label, s.provenance, s.source, s.held_out, s.text, s.name, \
                       s.email_domain, s.website, s.email_index";

impl Store {
    /// At most `limit` lessons, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lessons(&self, wanted: &Wanted, limit: i64) -> Result<Stretch> {
        let text = format!(
            "SELECT l.revision, l.unlearn, l.learn, {COLUMNS} FROM {{of}}lessons l \
             JOIN {{of}}samples s ON s.site = l.site AND s.id = l.sample \
             WHERE l.site = $1 AND (l.revision, l.sample) > ($2, $3) AND l.revision <= $4 \
             AND (l.revision > $5 OR s.held_out = 1) ORDER BY l.revision, l.sample LIMIT $6"
        );
        let question = wanted.question;
        let query = sql(
            questions::of(question, &text),
            values![
                wanted.site,
                wanted.after.0,
                wanted.after.1,
                wanted.upto,
                wanted.trained,
                limit
            ],
        );
        let mut connection = self.read.acquire().await?;
        let found = self
            .on(&mut connection)
            .gather(questions::samples(question), query, lesson)
            .await?;
        let full = i64::try_from(found.seen) == Ok(limit);
        let last = found.last.filter(|_| full);
        let next = last.map(|row| -> Result<_> { Ok((get(&row, "revision")?, get(&row, "id")?)) });
        let next = next.transpose()?;
        if full && next.is_none() {
            return Err(StoreError::Corrupt("stretch of lessons"));
        }
        Ok(Stretch {
            lessons: found.rows,
            next,
        })
    }

    /// The labels about spam that count of some comments of a site; one without any is not there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn labels_of(
        &self,
        site: &SiteSlug,
        comments: impl Iterator<Item = CommentId>,
    ) -> Result<HashMap<CommentId, Label>> {
        let text = "SELECT id, label FROM samples WHERE site = $1 AND label IS NOT NULL \
                    AND id IN {list:$2}";
        let query = sql(text, values![site, list(comments)]);
        let read = |row: &AnyRow| Ok((get(row, "id")?, get::<Option<Label>>(row, "label")?));
        let found: Vec<(CommentId, Option<Label>)> = self.gather("samples", query, read).await?;
        Ok(found
            .into_iter()
            .filter_map(|(id, label)| Some((id, label?)))
            .collect())
    }

    /// Labelled texts of a site after the one with the id `after`, a page at a time. Labels that
    /// were taken back are not there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn samples(
        &self,
        question: Question,
        site: &SiteSlug,
        after: &str,
    ) -> Result<Vec<StoredSample>> {
        let mut connection = self.read.acquire().await?;
        page(&mut self.on(&mut connection), question, site, after, "").await
    }

    /// Programs' labels of a site that wait for a person's word, after the one with the id `after`, a
    /// page at a time: each as if it counted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn waiting_samples(
        &self,
        question: Question,
        site: &SiteSlug,
        after: &str,
    ) -> Result<Vec<StoredSample>> {
        let text = format!(
            "SELECT {} FROM {{of}}samples s WHERE s.site = $1 AND s.id > $2 AND s.waits IS NOT NULL \
             ORDER BY s.id LIMIT $3",
            COLUMNS.replace("s.label", "s.waits AS label")
        );
        let query = sql(questions::of(question, &text), values![site, after, PAGE]);
        self.gather(questions::samples(question), query, stored)
            .await
    }

    /// As [`Store::samples`], but only those that no model is trained on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn held_out_samples(
        &self,
        question: Question,
        site: &SiteSlug,
        after: &str,
    ) -> Result<Vec<StoredSample>> {
        let mut connection = self.read.acquire().await?;
        page(
            &mut self.on(&mut connection),
            question,
            site,
            after,
            "AND s.held_out = 1",
        )
        .await
    }

    /// Sends every labelled text of a site, in pages, all as they were at one moment; the answer is
    /// the revision of that moment. Ends early when nobody listens any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn training_set(
        &self,
        question: Question,
        site: &SiteSlug,
        pages: Sender<Vec<StoredSample>>,
    ) -> Result<i64> {
        self.at_one_moment(async |conn| {
            let text = questions::of(
                question,
                "SELECT revision FROM {of}learning WHERE site = $1",
            );
            let row = conn.find(text, values![site]).await?;
            let revision = row.map(|row| get(&row, "revision")).transpose()?;
            let mut after = String::new();
            loop {
                let page = page(conn, question, site, &after, "").await?;
                let Some(last) = page.last() else {
                    break;
                };
                after.clone_from(&last.vote.id);
                if pages.send(page).await.is_err() {
                    break;
                }
            }
            Ok(revision.unwrap_or(0))
        })
        .await
    }

    /// How many labels there are, by site, source and class.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_samples(
        &self,
        question: Question,
        sites: &[SiteSlug],
    ) -> Result<Vec<SampleCount>> {
        let text = "SELECT '{question}' AS question, s.site, s.provenance, s.source, s.label, COUNT(*) AS count, \
                 CAST(SUM(CASE WHEN s.counted = 1 OR s.revision <= COALESCE(m.revision, 0) \
                     THEN 1 ELSE 0 END) AS BIGINT) AS counted \
             FROM {of}samples s LEFT JOIN {of}learning l ON l.site = s.site \
             LEFT JOIN models m ON m.site = l.site AND m.id = l.live \
             WHERE s.label IS NOT NULL AND s.site IN {list:$1} \
             GROUP BY s.site, s.provenance, s.source, s.label \
             ORDER BY s.site, s.provenance, s.source, s.label";
        let query = sql(questions::of(question, text), values![list(sites)]);
        self.gather(questions::samples(question), query, counted)
            .await
    }
}

async fn page(
    tx: &mut Conn<'_>,
    question: Question,
    site: &SiteSlug,
    after: &str,
    which: &'static str,
) -> Result<Vec<StoredSample>> {
    let text = format!(
        "SELECT {COLUMNS} FROM {{of}}samples s WHERE s.site = $1 AND s.id > $2 \
         AND s.label IS NOT NULL {which} ORDER BY s.id LIMIT $3"
    );
    let query = sql(questions::of(question, &text), values![site, after, PAGE]);
    let table = questions::samples(question);
    Ok(tx.gather(table, query, stored).await?.rows)
}

fn lesson(row: &AnyRow) -> Result<Lesson> {
    Ok(Lesson {
        revision: get(row, "revision")?,
        unlearn: get(row, "unlearn")?,
        learn: get(row, "learn")?,
        vote: vote(row)?,
    })
}

pub(super) fn vote(row: &AnyRow) -> Result<Vote> {
    Ok(Vote {
        question: get(row, "question")?,
        site: get(row, "site")?,
        id: get(row, "id")?,
        label: get(row, "label")?,
        held_out: get::<i64>(row, "held_out")? != 0,
        text: get(row, "text")?,
        name: get(row, "name")?,
        email_domain: get(row, "email_domain")?,
        website: get(row, "website")?,
        email_index: get(row, "email_index")?,
    })
}

pub(super) fn stored(row: &AnyRow) -> Result<StoredSample> {
    Ok(StoredSample {
        vote: vote(row)?,
        provenance: get(row, "provenance")?,
        source: get(row, "source")?,
    })
}

fn counted(row: &AnyRow) -> Result<SampleCount> {
    Ok(SampleCount {
        question: get(row, "question")?,
        site: get(row, "site")?,
        provenance: get(row, "provenance")?,
        source: get(row, "source")?,
        label: get(row, "label")?,
        count: get(row, "count")?,
        counted: get(row, "counted")?,
    })
}

/// A question's labelled texts: what is selected of them, and from where, as `s`.
pub(super) fn selected(question: Question) -> [String; 2] {
    [COLUMNS, "{of}samples s"].map(|text| questions::of(question, text).into_owned())
}

/// The labelled texts of some comments of a site, of each question.
pub(super) async fn labelled_as(
    tx: &mut Conn<'_>,
    site: &SiteSlug,
    ids: &str,
) -> Result<Vec<StoredSample>> {
    let mut found = Vec::new();
    for question in Question::ALL {
        found.extend(labelled(tx, question, site, ids).await?);
    }
    Ok(found)
}

async fn labelled(
    tx: &mut Conn<'_>,
    question: Question,
    site: &SiteSlug,
    ids: &str,
) -> Result<Vec<StoredSample>> {
    let text = format!(
        "SELECT {COLUMNS} FROM {{of}}samples s WHERE s.site = $1 AND s.label IS NOT NULL AND s.id IN {{list:$2}}"
    );
    let query = sql(questions::of(question, &text), values![site, ids]);
    let table = questions::samples(question);
    Ok(tx.gather(table, query, stored).await?.rows)
}
