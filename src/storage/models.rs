//! The registry of models: what there is, which one a site uses, and the files themselves. Training
//! runs, from which models come, are in [`super::runs`].

use sqlx::{AnyConnection, Row, any::AnyRow};

use super::{
    Result, Store, StoreError, acts,
    deliveries::{self, News},
    rows, votes,
};
use crate::domain::{
    model::{ModelEntry, ModelId, ModelStatus, Phase, Progress},
    site::SiteSlug,
    timestamp::Timestamp,
    webhook::Event,
};

/// A model's file and what of it has to be forgotten.
#[derive(Debug, Clone)]
pub struct ModelFile {
    /// The file.
    pub bytes: Vec<u8>,
    /// Lessons about texts whose authors asked for erasure.
    pub forgotten: Option<Vec<u8>>,
    /// The labels that it knows: those up to this revision.
    pub revision: i64,
}

pub(super) const COLUMNS: &str = "m.site, m.id, m.state, m.version, m.requested_by, m.requested_at, \
                       m.started_at, m.finished_at, m.attempts, m.phase, m.done, m.total, \
                       m.report, m.failure, m.activated_at, m.activated_by, l.live";

pub(super) const TABLES: &str = "models m LEFT JOIN learning l ON l.site = m.site";

impl Store {
    /// Runs and models of some sites, latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn models(&self, sites: &[SiteSlug]) -> Result<Vec<ModelEntry>> {
        let text = format!(
            "SELECT {COLUMNS} FROM {TABLES} \
             WHERE m.site IN (SELECT r.value->>'v' FROM {{rows:$1}}) ORDER BY m.id DESC"
        );
        let query = sqlx::query(self.sql(&text)).bind(rows::list_json(sites));
        self.gather("models", query, entry).await
    }

    /// A run or model.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn model(&self, id: ModelId) -> Result<Option<ModelEntry>> {
        let text = format!("SELECT {COLUMNS} FROM {TABLES} WHERE m.id = $1");
        let row = sqlx::query(self.sql(&text))
            .bind(id.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(entry).transpose()
    }

    /// A trained model's file.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn model_file(&self, site: &SiteSlug, id: &str) -> Result<Option<ModelFile>> {
        let text = "SELECT f.bytes, f.forgotten, m.revision FROM model_files f \
                    JOIN models m ON m.site = f.site AND m.id = f.model \
                    WHERE f.site = $1 AND f.model = $2";
        let row = sqlx::query(text)
            .bind(site.to_string())
            .bind(id.to_owned())
            .fetch_optional(&self.read)
            .await?;
        let read = |row: AnyRow| -> Result<ModelFile> {
            Ok(ModelFile {
                bytes: row.try_get("bytes")?,
                forgotten: row.try_get("forgotten")?,
                revision: row.try_get("revision")?,
            })
        };
        row.map(read).transpose()
    }

    /// Puts a model into use on its site, or with `None` the shipped one, and remembers which one
    /// it replaces. `false` when there is no such model or it is in use already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn activate_model(
        &self,
        site: SiteSlug,
        model: Option<ModelId>,
        by: String,
        now: Timestamp,
    ) -> Result<bool> {
        let model = model.map(|model| model.to_string());
        self.write(move |connection| {
            Box::pin(async move {
                let replaced = lock_live(connection, &site).await?;
                if replaced == model {
                    return Ok(false);
                }
                let Some(model) = model else {
                    set_live(connection, &site, None, now).await?;
                    note(connection, "model.activate", &site, None).await?;
                    return Ok(true);
                };
                if !mark_active(connection, &site, &model, by, now).await? {
                    return Ok(false);
                }
                let text = "UPDATE models SET replaced = $3 WHERE site = $1 AND id = $2";
                sqlx::query(text)
                    .bind(site.to_string())
                    .bind(model.clone())
                    .bind(replaced)
                    .execute(&mut *connection)
                    .await?;
                set_live(connection, &site, Some(model.clone()), now).await?;
                note(connection, "model.activate", &site, Some(&model)).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Puts the model back into use that was there before the present one; the model now in use
    /// (`None`: the shipped one), or nothing when the shipped one was already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn roll_back_model(
        &self,
        site: SiteSlug,
        by: String,
        now: Timestamp,
    ) -> Result<Option<Option<ModelId>>> {
        self.write(move |connection| {
            Box::pin(async move {
                let Some(live) = lock_live(connection, &site).await? else {
                    return Ok(None);
                };
                let text = "SELECT replaced FROM models WHERE site = $1 AND id = $2";
                let row = sqlx::query(text)
                    .bind(site.to_string())
                    .bind(live)
                    .fetch_optional(&mut *connection)
                    .await?;
                let before: Option<String> = row
                    .map(|row| row.try_get("replaced"))
                    .transpose()?
                    .flatten();
                let before = match before {
                    Some(before) if mark_active(connection, &site, &before, by, now).await? => {
                        Some(before)
                    }
                    _ => None,
                };
                set_live(connection, &site, before.clone(), now).await?;
                note(connection, "model.roll_back", &site, before.as_deref()).await?;
                Ok(Some(before.as_deref().and_then(ModelId::parse)))
            })
        })
        .await
    }
}

/// Records which model a site is judged with from now on.
async fn note(
    connection: &mut AnyConnection,
    act: &'static str,
    site: &SiteSlug,
    model: Option<&str>,
) -> Result<()> {
    let detail = serde_json::json!({ "site": site });
    acts::record(connection, act, model.unwrap_or("shipped"), detail).await
}

/// Locks a site's learning until the transaction ends; the model in use.
async fn lock_live(connection: &mut AnyConnection, site: &SiteSlug) -> Result<Option<String>> {
    let text = "INSERT INTO learning (site, revision, epoch) VALUES ($1, 0, $2) \
                ON CONFLICT (site) DO UPDATE SET revision = learning.revision RETURNING live";
    let row = sqlx::query(text)
        .bind(site.to_string())
        .bind(votes::first_epoch())
        .fetch_one(connection)
        .await?;
    Ok(row.try_get("live")?)
}

async fn set_live(
    connection: &mut AnyConnection,
    site: &SiteSlug,
    model: Option<String>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE learning SET live = $2 WHERE site = $1")
        .bind(site.to_string())
        .bind(model.clone())
        .execute(&mut *connection)
        .await?;
    let about = serde_json::json!({ "model": model });
    let news = News::new(site.as_str(), Event::ModelActivated, &about);
    deliveries::queue_one(connection, news, now).await
}

/// Notes that a model goes into use; `false` when its file is not there.
async fn mark_active(
    connection: &mut AnyConnection,
    site: &SiteSlug,
    model: &str,
    by: String,
    now: Timestamp,
) -> Result<bool> {
    let text = "UPDATE models SET activated_at = $3, activated_by = $4 \
                WHERE site = $1 AND id = $2 AND state = 'trained' AND EXISTS \
                (SELECT 1 FROM model_files f WHERE f.site = models.site AND f.model = models.id)";
    let marked = sqlx::query(text)
        .bind(site.to_string())
        .bind(model.to_owned())
        .bind(now.millis())
        .bind(by)
        .execute(connection)
        .await?;
    Ok(super::touched(&marked))
}

pub(super) fn entry(row: &AnyRow) -> Result<ModelEntry> {
    let id: String = row.try_get("id")?;
    let phase: String = row.try_get("phase")?;
    let activated_at = rows::optional_timestamp(row, "activated_at")?;
    let has_report = row.try_get::<Option<String>, _>("report")?.is_some();
    Ok(ModelEntry {
        status: status(row, &id, activated_at.is_some())?,
        id: ModelId::parse(&id).ok_or(StoreError::Corrupt("model id"))?,
        site: rows::site(row)?,
        version: row.try_get("version")?,
        progress: Progress {
            phase: Phase::parse(&phase).ok_or(StoreError::Corrupt("phase"))?,
            done: row.try_get("done")?,
            total: row.try_get("total")?,
        },
        attempts: row.try_get("attempts")?,
        requested_by: row.try_get("requested_by")?,
        requested_at: rows::timestamp(row, "requested_at")?,
        started_at: rows::optional_timestamp(row, "started_at")?,
        finished_at: rows::optional_timestamp(row, "finished_at")?,
        report: has_report.then(|| rows::json(row, "report")).transpose()?,
        failure: row.try_get("failure")?,
        activated_at,
        activated_by: row.try_get("activated_by")?,
    })
}

fn status(row: &AnyRow, id: &str, was_active: bool) -> Result<ModelStatus> {
    let state: String = row.try_get("state")?;
    let live: Option<String> = row.try_get("live")?;
    Ok(match state.as_str() {
        "queued" => ModelStatus::Queued,
        "training" => ModelStatus::Training,
        "failed" => ModelStatus::Failed,
        "trained" if live.as_deref() == Some(id) => ModelStatus::Live,
        "trained" if was_active => ModelStatus::Retired,
        "trained" => ModelStatus::Candidate,
        _ => return Err(StoreError::Corrupt("model state")),
    })
}
