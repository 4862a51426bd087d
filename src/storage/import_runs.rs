//! Imports as a whole: which there were, whose ids their files have, and taking one back.

use sqlx::any::AnyRow;

use crate::{
    domain::{comment::CommentId, site::SiteSlug, timestamp::Timestamp},
    storage::{
        Result, Store, acts, erasure, samples,
        sql::{Conn, get, list, sql, values},
        subject_erasure,
    },
};

/// Comments that one transaction takes back at most.
const BITE: i64 = 500;

pub(super) const COLUMNS: &str =
    "site, id, source, format, file, started_at, finished_at, comments, undone_at, kept, report";

/// An import as it begins.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// The site.
    pub site: SiteSlug,
    /// Its id.
    pub id: String,
    /// Whose ids the file's are.
    pub source: String,
    /// The file's format.
    pub format: String,
    /// The file's name.
    pub file: Option<String>,
}

/// An import that was made.
#[derive(Debug, Clone)]
pub struct ImportRun {
    /// What it began with.
    pub run: NewRun,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None` while it runs, and where it was interrupted.
    pub finished_at: Option<Timestamp>,
    /// Comments that were new.
    pub comments: i64,
    /// When it was taken back.
    pub undone_at: Option<Timestamp>,
    /// Comments that stayed then.
    pub kept: i64,
    /// What became of everything in the file; none for imports that did not end, or that older versions made.
    pub report: Option<serde_json::Value>,
}

/// What a step of taking an import back did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Undone {
    /// Comments that are gone.
    pub removed: u64,
    /// Whether there may be more to take back.
    pub goes_on: bool,
}

impl Store {
    /// Notes that an import begins.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn begin_import(&self, run: NewRun, now: Timestamp) -> Result<()> {
        let text = "INSERT INTO import_runs (site, id, source, format, file, started_at) \
                    VALUES ($1, $2, $3, $4, $5, $6)";
        self.write(async |tx| {
            let values = values![run.site, run.id, run.source, run.format, run.file, now];
            tx.run(text, values).await.map(drop)
        })
        .await
    }

    /// Notes that an import is done, and how many of its comments were new.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn finish_import(
        &self,
        site: &SiteSlug,
        id: &str,
        comments: u64,
        report: &serde_json::Value,
        now: Timestamp,
    ) -> Result<()> {
        let comments = i64::try_from(comments).unwrap_or(i64::MAX);
        let text = "UPDATE import_runs SET finished_at = $3, comments = $4, report = $5 WHERE site = $1 AND id = $2";
        self.write(async |tx| {
            tx.run(text, values![site, id, now, comments, report])
                .await
                .map(drop)
        })
        .await
    }

    /// The imports into some sites, the newest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn import_runs(&self, sites: &[SiteSlug]) -> Result<Vec<ImportRun>> {
        let text = format!(
            "SELECT {COLUMNS} FROM import_runs WHERE site IN {{list:$1}} \
             ORDER BY started_at DESC, id DESC"
        );
        let query = sql(text, values![list(sites)]);
        self.gather("import_runs", query, run).await
    }

    /// The sources of a system that comments of a site were imported from; the system's own comes first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn import_sources(&self, site: &SiteSlug, system: &str) -> Result<Vec<String>> {
        let text = "SELECT source FROM ( \
                        SELECT DISTINCT source FROM import_runs WHERE site = $1 \
                        UNION SELECT CAST($2 AS TEXT)) AS s \
                    WHERE (source = $2 OR source LIKE $2 || '/%') \
                    AND EXISTS (SELECT 1 FROM imported i WHERE i.site = $1 AND i.system = s.source) \
                    ORDER BY source";
        let query = sql(text, values![site, system]);
        let read = |row: &AnyRow| get(row, "source");
        self.gather("import_runs", query, read).await
    }

    /// Takes some of an import back: comments about which nobody decided since, with what was learnt from
    /// them. Call it until nothing goes on.
    ///
    /// # Errors
    /// [`super::StoreError`]; what was taken back before is gone.
    pub async fn undo_import(&self, site: &SiteSlug, id: &str) -> Result<Undone> {
        // Reading the features of texts takes long: it is done before anybody has to wait for it.
        let mut connection = self.read.acquire().await?;
        let mut reading = self.on(&mut connection);
        let ids = undecided(&mut reading, site, id).await?;
        let prepared = samples::labelled_as(&mut reading, site, &list(&ids)).await?;
        let prepared = erasure::Prepared::of(&prepared);
        drop(connection);
        self.write(async |tx| {
            let ids = undecided(tx, site, id).await?;
            let found = list(&ids);
            let learnt = samples::labelled_as(tx, site, &found).await?;
            let text = "DELETE FROM outbox WHERE comment_id IN {list:$1}";
            tx.run(text, values![found]).await?;
            subject_erasure::erase_comments(tx, &list([site]), &found).await?;
            // Last of all: from here on the site's learning is locked.
            erasure::forget(tx, learnt, &prepared).await?;
            Ok(Undone {
                removed: ids.len() as u64,
                goes_on: i64::try_from(ids.len()) == Ok(BITE),
            })
        })
        .await
    }

    /// Notes that an import was taken back; the comments of it that stayed.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn finish_undo(
        &self,
        site: &SiteSlug,
        id: &str,
        removed: u64,
        now: Timestamp,
    ) -> Result<Vec<CommentId>> {
        self.write(async |tx| {
            let text =
                "SELECT comment_id FROM imported WHERE site = $1 AND run = $2 ORDER BY comment_id";
            let query = sql(text, values![site, id]);
            let read = |row: &AnyRow| get::<CommentId>(row, "comment_id");
            let kept = tx.gather("imported", query, read).await?.rows;
            let count = i64::try_from(kept.len()).unwrap_or(i64::MAX);
            let text =
                "UPDATE import_runs SET undone_at = $3, kept = $4 WHERE site = $1 AND id = $2";
            if tx.touch(text, values![site, id, now, count]).await? {
                let detail = serde_json::json!({ "comments": removed });
                acts::record(tx, "comments.import_undo", site.as_str(), detail).await?;
            }
            Ok(kept)
        })
        .await
    }
}

pub(super) fn run(row: &AnyRow) -> Result<ImportRun> {
    Ok(ImportRun {
        run: NewRun {
            site: get(row, "site")?,
            id: get(row, "id")?,
            source: get(row, "source")?,
            format: get(row, "format")?,
            file: get(row, "file")?,
        },
        started_at: get(row, "started_at")?,
        finished_at: get(row, "finished_at")?,
        comments: get(row, "comments")?,
        undone_at: get(row, "undone_at")?,
        kept: get(row, "kept")?,
        report: get::<Option<String>>(row, "report")?
            .and_then(|report| serde_json::from_str(&report).ok()),
    })
}

/// Some comments of an import about which nobody decided.
async fn undecided(tx: &mut Conn<'_>, site: &SiteSlug, run: &str) -> Result<Vec<String>> {
    let text = "SELECT i.comment_id FROM imported i \
                JOIN comments c ON c.site = i.site AND c.id = i.comment_id \
                WHERE i.site = $1 AND i.run = $2 AND c.decided_at IS NULL \
                ORDER BY i.comment_id LIMIT $3";
    let found = tx.all(text, values![site, run, BITE]).await?;
    found.iter().map(|row| get(row, "comment_id")).collect()
}
