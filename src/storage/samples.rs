//! Reading labelled texts: counts, stretches for training and export, and the lessons that keep a
//! model up to date. How they get in is in [`super::votes`] and [`super::uploads`].

use std::collections::HashMap;

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row, any::AnyRow};
use tokio::sync::mpsc::Sender;

use super::{Result, Store, StoreError, damage::gather, rows, votes::label};
use crate::{
    bayes::Label,
    domain::{
        comment::CommentId,
        sample::{Provenance, SampleCount, StoredSample, Vote},
        site::SiteSlug,
    },
};

/// Where a site's learning stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LearningState {
    /// The site.
    pub site: SiteSlug,
    /// Grows with every change of a label.
    pub revision: i64,
    /// Grows when lessons were taken out of the past.
    pub epoch: i64,
    /// The model in use; `None`: the shipped one.
    pub live: Option<String>,
}

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

pub(super) const COLUMNS: &str = "s.site, s.id, s.label, s.provenance, s.source, s.held_out, s.text, s.name, \
                       s.email_domain, s.website, s.email_index";

impl Store {
    /// Where every site's learning stands. A site without labels and models is not there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn learning_states(&self) -> Result<Vec<LearningState>> {
        let text = "SELECT site, revision, epoch, live FROM learning ORDER BY site";
        let query = sqlx::query(text);
        self.gather("learning", query, state).await
    }

    /// Where one site's learning stands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn learning_state(&self, site: &SiteSlug) -> Result<LearningState> {
        let text = "SELECT site, revision, epoch, live FROM learning WHERE site = $1";
        let row = sqlx::query(text)
            .bind(site.to_string())
            .fetch_optional(&self.read)
            .await?;
        let none = LearningState {
            site: site.clone(),
            revision: 0,
            epoch: 0,
            live: None,
        };
        row.as_ref().map_or(Ok(none), state)
    }

    /// At most `limit` lessons, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lessons(&self, wanted: &Wanted, limit: i64) -> Result<Stretch> {
        let text = format!(
            "SELECT l.revision, l.unlearn, l.learn, {COLUMNS} FROM lessons l \
             JOIN samples s ON s.site = l.site AND s.id = l.sample \
             WHERE l.site = $1 AND (l.revision, l.sample) > ($2, $3) AND l.revision <= $4 \
             AND (l.revision > $5 OR s.held_out = 1) ORDER BY l.revision, l.sample LIMIT $6"
        );
        let query = sqlx::query(AssertSqlSafe(text))
            .bind(wanted.site.to_string())
            .bind(wanted.after.0)
            .bind(wanted.after.1.clone())
            .bind(wanted.upto)
            .bind(wanted.trained)
            .bind(limit);
        let mut connection = self.read.acquire().await?;
        let found = gather(&mut connection, "samples", query, lesson).await?;
        let full = i64::try_from(found.seen) == Ok(limit);
        let last = found.last.filter(|_| full);
        let next =
            last.map(|row| -> Result<_> { Ok((row.try_get("revision")?, row.try_get("id")?)) });
        let next = next.transpose()?;
        if full && next.is_none() {
            return Err(StoreError::Corrupt("stretch of lessons"));
        }
        Ok(Stretch {
            lessons: found.rows,
            next,
        })
    }

    /// The labels that count of some comments of a site; one without any is not there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn labels_of(
        &self,
        site: &SiteSlug,
        comments: impl Iterator<Item = CommentId>,
    ) -> Result<HashMap<CommentId, Label>> {
        let text = "SELECT id, label FROM samples WHERE site = $1 AND label IS NOT NULL \
                    AND id IN (SELECT r.value->>'v' FROM {rows:$2})";
        let query = sqlx::query(AssertSqlSafe(self.engine.dialect(text)))
            .bind(site.to_string())
            .bind(rows::list_json(comments));
        let read = |row: &AnyRow| Ok((rows::comment_id(row, "id")?, label(row, "label")?));
        let found = self.gather("samples", query, read).await?;
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
    pub async fn samples(&self, site: &SiteSlug, after: &str) -> Result<Vec<StoredSample>> {
        let mut connection = self.read.acquire().await?;
        page(&mut connection, site, after, "").await
    }

    /// Programs' labels of a site that wait for a person's word, after the one with the id `after`, a
    /// page at a time: each as if it counted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn waiting_samples(&self, site: &SiteSlug, after: &str) -> Result<Vec<StoredSample>> {
        let text = format!(
            "SELECT {} FROM samples s WHERE s.site = $1 AND s.id > $2 AND s.waits IS NOT NULL \
             ORDER BY s.id LIMIT $3",
            COLUMNS.replace("s.label", "s.waits AS label")
        );
        let query = sqlx::query(AssertSqlSafe(text))
            .bind(site.to_string())
            .bind(after.to_owned())
            .bind(PAGE);
        self.gather("samples", query, stored).await
    }

    /// As [`Store::samples`], but only those that no model is trained on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn held_out_samples(
        &self,
        site: &SiteSlug,
        after: &str,
    ) -> Result<Vec<StoredSample>> {
        let mut connection = self.read.acquire().await?;
        page(&mut connection, site, after, "AND s.held_out = 1").await
    }

    /// Sends every labelled text of a site, in pages, all as they were at one moment; the answer is
    /// the revision of that moment. Ends early when nobody listens any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn training_set(
        &self,
        site: &SiteSlug,
        pages: Sender<Vec<StoredSample>>,
    ) -> Result<i64> {
        let mut connection = self.read.acquire().await?;
        let mut snapshot = connection.begin_with(self.engine.begin_snapshot()).await?;
        let row = sqlx::query("SELECT revision FROM learning WHERE site = $1")
            .bind(site.to_string())
            .fetch_optional(&mut *snapshot)
            .await?;
        let revision = row.map(|row| row.try_get("revision")).transpose()?;
        let mut after = String::new();
        loop {
            let page = page(&mut snapshot, site, &after, "").await?;
            let Some(last) = page.last() else {
                break;
            };
            after.clone_from(&last.vote.id);
            if pages.send(page).await.is_err() {
                break;
            }
        }
        snapshot.rollback().await?;
        Ok(revision.unwrap_or(0))
    }

    /// How many labels there are, by site, source and class.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_samples(&self, sites: &[SiteSlug]) -> Result<Vec<SampleCount>> {
        let text = self.sql(
            "SELECT s.site, s.provenance, s.source, s.label, COUNT(*) AS count, \
                 CAST(SUM(CASE WHEN s.counted = 1 OR s.revision <= COALESCE(m.revision, 0) \
                     THEN 1 ELSE 0 END) AS BIGINT) AS counted \
             FROM samples s LEFT JOIN learning l ON l.site = s.site \
             LEFT JOIN models m ON m.site = l.site AND m.id = l.live \
             WHERE s.label IS NOT NULL AND s.site IN (SELECT r.value->>'v' FROM {rows:$1}) \
             GROUP BY s.site, s.provenance, s.source, s.label \
             ORDER BY s.site, s.provenance, s.source, s.label",
        );
        let query = sqlx::query(text).bind(rows::list_json(sites));
        self.gather("samples", query, counted).await
    }
}

async fn page(
    connection: &mut AnyConnection,
    site: &SiteSlug,
    after: &str,
    which: &'static str,
) -> Result<Vec<StoredSample>> {
    let text = format!(
        "SELECT {COLUMNS} FROM samples s WHERE s.site = $1 AND s.id > $2 \
         AND s.label IS NOT NULL {which} ORDER BY s.id LIMIT $3"
    );
    let query = sqlx::query(AssertSqlSafe(text))
        .bind(site.to_string())
        .bind(after.to_owned())
        .bind(PAGE);
    Ok(gather(connection, "samples", query, stored).await?.rows)
}

pub(super) fn state(row: &AnyRow) -> Result<LearningState> {
    Ok(LearningState {
        site: rows::site(row)?,
        revision: row.try_get("revision")?,
        epoch: row.try_get("epoch")?,
        live: row.try_get("live")?,
    })
}

fn lesson(row: &AnyRow) -> Result<Lesson> {
    Ok(Lesson {
        revision: row.try_get("revision")?,
        unlearn: label(row, "unlearn")?,
        learn: label(row, "learn")?,
        vote: vote(row)?,
    })
}

pub(super) fn vote(row: &AnyRow) -> Result<Vote> {
    Ok(Vote {
        site: rows::site(row)?,
        id: row.try_get("id")?,
        label: label(row, "label")?,
        held_out: row.try_get::<i64, _>("held_out")? != 0,
        text: row.try_get("text")?,
        name: row.try_get("name")?,
        email_domain: row.try_get("email_domain")?,
        website: row.try_get("website")?,
        email_index: row.try_get("email_index")?,
    })
}

pub(super) fn stored(row: &AnyRow) -> Result<StoredSample> {
    Ok(StoredSample {
        vote: vote(row)?,
        provenance: provenance(row)?,
        source: row.try_get("source")?,
    })
}

fn counted(row: &AnyRow) -> Result<SampleCount> {
    Ok(SampleCount {
        site: rows::site(row)?,
        provenance: provenance(row)?,
        source: row.try_get("source")?,
        label: label(row, "label")?.ok_or(StoreError::Corrupt("label"))?,
        count: row.try_get("count")?,
        counted: row.try_get("counted")?,
    })
}

pub(super) fn provenance(row: &AnyRow) -> Result<Provenance> {
    let word: String = row.try_get("provenance")?;
    Provenance::parse(&word).ok_or(StoreError::Corrupt("provenance"))
}
