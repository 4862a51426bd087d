//! Imports as a whole: which there were, whose ids their files have, and taking one back.

use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

use super::{
    Result, Store, acts, damage::gather, engine::Engine, erasure, rows, samples, subject_erasure,
    touched,
};
use crate::domain::{comment::CommentId, site::SiteSlug, timestamp::Timestamp};

/// Comments that one transaction takes back at most.
const BITE: i64 = 500;

pub(super) const COLUMNS: &str =
    "site, id, source, format, file, started_at, finished_at, comments, undone_at, kept";

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
        self.write(move |connection| {
            Box::pin(async move {
                let text = "INSERT INTO import_runs (site, id, source, format, file, started_at) \
                            VALUES ($1, $2, $3, $4, $5, $6)";
                sqlx::query(text)
                    .bind(run.site.to_string())
                    .bind(run.id)
                    .bind(run.source)
                    .bind(run.format)
                    .bind(run.file)
                    .bind(now.millis())
                    .execute(connection)
                    .await?;
                Ok(())
            })
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
        now: Timestamp,
    ) -> Result<()> {
        let (site, id) = (site.to_string(), id.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                let text = "UPDATE import_runs SET finished_at = $3, comments = $4 \
                            WHERE site = $1 AND id = $2";
                sqlx::query(text)
                    .bind(site)
                    .bind(id)
                    .bind(now.millis())
                    .bind(i64::try_from(comments).unwrap_or(i64::MAX))
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// The imports into some sites, the newest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn import_runs(&self, sites: &[SiteSlug]) -> Result<Vec<ImportRun>> {
        let text = format!(
            "SELECT {COLUMNS} FROM import_runs WHERE site IN (SELECT r.value->>'v' FROM {{rows:$1}}) \
             ORDER BY started_at DESC, id DESC"
        );
        let text = self.engine.dialect(&text);
        let query = sqlx::query(AssertSqlSafe(text)).bind(rows::list_json(sites));
        self.gather("import_runs", query, run).await
    }

    /// The sources of a system that comments of a site were imported from; the system's own comes first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn import_sources(&self, site: &SiteSlug, system: &str) -> Result<Vec<String>> {
        let text = "SELECT source FROM ( \
                        SELECT DISTINCT source FROM import_runs WHERE site = $1 UNION SELECT CAST($2 AS TEXT)) AS s \
                    WHERE (source = $2 OR source LIKE $2 || '/%') \
                    AND EXISTS (SELECT 1 FROM imported i WHERE i.site = $1 AND i.system = s.source) \
                    ORDER BY source";
        let query = sqlx::query(text)
            .bind(site.to_string())
            .bind(system.to_owned());
        self.gather("import_runs", query, |row: &AnyRow| {
            Ok(row.try_get("source")?)
        })
        .await
    }

    /// Takes some of an import back: comments about which nobody decided since, with what was learnt from
    /// them. Call it until nothing goes on.
    ///
    /// # Errors
    /// [`super::StoreError`]; what was taken back before is gone.
    pub async fn undo_import(&self, site: &SiteSlug, id: &str) -> Result<Undone> {
        let (engine, site, id) = (self.engine, site.to_string(), id.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                let ids = undecided(connection, &site, &id).await?;
                let list = rows::list_json(&ids);
                let learnt = learnt(connection, engine, &site, &list).await?;
                let text =
                    "DELETE FROM outbox WHERE comment_id IN (SELECT r.value->>'v' FROM {rows:$1})";
                sqlx::query(AssertSqlSafe(engine.dialect(text)))
                    .bind(list.clone())
                    .execute(&mut *connection)
                    .await?;
                let sites = rows::list_json([&site]);
                subject_erasure::erase_comments(connection, engine, &sites, &list).await?;
                // Last of all: from here on the site's learning is locked.
                erasure::forget(connection, engine, learnt).await?;
                Ok(Undone {
                    removed: ids.len() as u64,
                    goes_on: i64::try_from(ids.len()) == Ok(BITE),
                })
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
        let (site, id) = (site.to_string(), id.to_owned());
        self.write(move |connection| {
            Box::pin(async move {
                let text = "SELECT comment_id FROM imported WHERE site = $1 AND run = $2 ORDER BY comment_id";
                let query = sqlx::query(text).bind(site.clone()).bind(id.clone());
                let kept = gather(connection, "imported", query, |row| rows::comment_id(row, "comment_id"));
                let kept = kept.await?;
                let text = "UPDATE import_runs SET undone_at = $3, kept = $4 WHERE site = $1 AND id = $2";
                let noted = sqlx::query(text)
                    .bind(site.clone())
                    .bind(id)
                    .bind(now.millis())
                    .bind(i64::try_from(kept.rows.len()).unwrap_or(i64::MAX))
                    .execute(&mut *connection)
                    .await?;
                if touched(&noted) {
                    let detail = serde_json::json!({ "comments": removed });
                    acts::record(connection, "comments.import_undo", &site, detail).await?;
                }
                Ok(kept.rows)
            })
        })
        .await
    }
}

pub(super) fn run(row: &AnyRow) -> Result<ImportRun> {
    let time = |column: &str| -> Result<Option<Timestamp>> {
        let millis: Option<i64> = row.try_get(column)?;
        Ok(millis.map(Timestamp::from_millis))
    };
    Ok(ImportRun {
        run: NewRun {
            site: rows::site(row)?,
            id: row.try_get("id")?,
            source: row.try_get("source")?,
            format: row.try_get("format")?,
            file: row.try_get("file")?,
        },
        started_at: rows::timestamp(row, "started_at")?,
        finished_at: time("finished_at")?,
        comments: row.try_get("comments")?,
        undone_at: time("undone_at")?,
        kept: row.try_get("kept")?,
    })
}

/// Some comments of an import about which nobody decided.
async fn undecided(connection: &mut AnyConnection, site: &str, run: &str) -> Result<Vec<String>> {
    let text = "SELECT i.comment_id FROM imported i \
                JOIN comments c ON c.site = i.site AND c.id = i.comment_id \
                WHERE i.site = $1 AND i.run = $2 AND c.decided_at IS NULL \
                ORDER BY i.comment_id LIMIT $3";
    let found = sqlx::query(text)
        .bind(site.to_owned())
        .bind(run.to_owned())
        .bind(BITE)
        .fetch_all(connection)
        .await?;
    found
        .iter()
        .map(|row| Ok(row.try_get("comment_id")?))
        .collect()
}

/// The labelled texts of some comments.
async fn learnt(
    connection: &mut AnyConnection,
    engine: Engine,
    site: &str,
    ids: &str,
) -> Result<Vec<crate::domain::sample::StoredSample>> {
    let text = format!(
        "SELECT {} FROM samples s WHERE s.site = $1 AND s.label IS NOT NULL \
         AND s.id IN (SELECT r.value->>'v' FROM {{rows:$2}})",
        samples::COLUMNS
    );
    let query = sqlx::query(AssertSqlSafe(engine.dialect(&text)))
        .bind(site.to_owned())
        .bind(ids.to_owned());
    Ok(gather(connection, "samples", query, samples::stored)
        .await?
        .rows)
}
