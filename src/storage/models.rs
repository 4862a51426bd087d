//! The registry of models: what there is, which one a site uses, and the files themselves. Training
//! runs, from which models come, are in [`super::runs`].

use sqlx::any::AnyRow;

use crate::{
    bayes::Question,
    domain::{
        model::{ModelEntry, ModelId, ModelStatus, Progress},
        site::SiteSlug,
        timestamp::Timestamp,
        webhook::Event,
    },
    storage::{
        Result, Store, StoreError, acts,
        deliveries::{self, News},
        learning, questions,
        sql::{Conn, get, list, rows, sql, values},
    },
};

/// What became of a wish to go back to the model before the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RolledBack {
    /// This model is in use now.
    To(ModelId),
    /// The shipped model is in use now.
    ToShipped,
    /// The shipped model was in use already, and stays.
    Nothing,
}

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
                       m.report, m.failure, m.activated_at, m.activated_by, m.question, \
                       COALESCE(l.live, a.live) AS live";

/// A model's site has one in use for each question.
pub(super) const TABLES: &str = "models m LEFT JOIN learning l ON l.site = m.site AND m.question = 'spam' \
                       LEFT JOIN abuse_learning a ON a.site = m.site AND m.question = 'abuse'";

impl Store {
    /// Runs and models of some sites that answer a question, latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn models(&self, question: Question, sites: &[SiteSlug]) -> Result<Vec<ModelEntry>> {
        let text = format!(
            "SELECT {COLUMNS} FROM {TABLES} \
             WHERE m.site IN {{list:$1}} AND m.question = $2 ORDER BY m.id DESC"
        );
        let query = sql(text, values![list(sites), question.as_str()]);
        self.gather("models", query, entry).await
    }

    /// A run or model.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn model(&self, id: ModelId) -> Result<Option<ModelEntry>> {
        let text = format!("SELECT {COLUMNS} FROM {TABLES} WHERE m.id = $1");
        let row = self.find(text, values![id]).await?;
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
        let row = self.find(text, values![site, id]).await?;
        let read = |row: AnyRow| -> Result<ModelFile> {
            Ok(ModelFile {
                bytes: get(&row, "bytes")?,
                forgotten: get(&row, "forgotten")?,
                revision: get(&row, "revision")?,
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
        question: Question,
        site: SiteSlug,
        model: Option<ModelId>,
        by: String,
        now: Timestamp,
    ) -> Result<bool> {
        let model = model.map(|model| model.to_string());
        self.write(async |tx| {
            let replaced = lock_live(tx, question, &site).await?;
            if replaced == model {
                return Ok(false);
            }
            let Some(model) = model else {
                set_live(tx, question, &site, None, now).await?;
                note(tx, "model.activate", question, &site, None).await?;
                return Ok(true);
            };
            if !mark_active(tx, question, &site, &model, by, now).await? {
                return Ok(false);
            }
            let text = "UPDATE models SET replaced = $3 WHERE site = $1 AND id = $2";
            tx.run(text, values![site, model, replaced]).await?;
            set_live(tx, question, &site, Some(model.clone()), now).await?;
            note(tx, "model.activate", question, &site, Some(&model)).await?;
            Ok(true)
        })
        .await
    }

    /// Puts the model back into use that was there before the present one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn roll_back_model(
        &self,
        question: Question,
        site: SiteSlug,
        by: String,
        now: Timestamp,
    ) -> Result<RolledBack> {
        self.write(async |tx| {
            let Some(live) = lock_live(tx, question, &site).await? else {
                return Ok(RolledBack::Nothing);
            };
            let text = "SELECT replaced FROM models WHERE site = $1 AND id = $2";
            let row = tx.find(text, values![site, live]).await?;
            let before: Option<String> =
                row.map(|row| get(&row, "replaced")).transpose()?.flatten();
            let before = match before {
                Some(before) if mark_active(tx, question, &site, &before, by, now).await? => {
                    Some(before)
                }
                _ => None,
            };
            set_live(tx, question, &site, before.clone(), now).await?;
            note(tx, "model.roll_back", question, &site, before.as_deref()).await?;
            let before = before.as_deref().and_then(ModelId::parse);
            Ok(before.map_or(RolledBack::ToShipped, RolledBack::To))
        })
        .await
    }
}

/// Records which model a site is judged with from now on.
async fn note(
    tx: &mut Conn<'_>,
    act: &'static str,
    question: Question,
    site: &SiteSlug,
    model: Option<&str>,
) -> Result<()> {
    let detail = about(question, serde_json::json!({ "site": site }));
    acts::record(tx, act, model.unwrap_or("shipped"), detail).await
}

/// What an act or news is about, with the question where it is not the usual one.
pub(super) fn about(question: Question, mut what: serde_json::Value) -> serde_json::Value {
    if question != Question::Spam {
        what["question"] = question.as_str().into();
    }
    what
}

/// Locks a site's learning until the transaction ends; the model in use.
async fn lock_live(
    tx: &mut Conn<'_>,
    question: Question,
    site: &SiteSlug,
) -> Result<Option<String>> {
    let text = "INSERT INTO {of}learning (site, revision, epoch) VALUES ($1, 0, $2) \
                ON CONFLICT (site) DO UPDATE SET revision = {of}learning.revision RETURNING live";
    let text = questions::of(question, text);
    let row = tx.one(text, values![site, learning::first_epoch()]).await?;
    get(&row, "live")
}

async fn set_live(
    tx: &mut Conn<'_>,
    question: Question,
    site: &SiteSlug,
    model: Option<String>,
    now: Timestamp,
) -> Result<()> {
    let text = "UPDATE {of}learning SET live = $2 WHERE site = $1";
    let text = questions::of(question, text);
    tx.run(text, values![site, model]).await?;
    let about = about(question, serde_json::json!({ "model": model }));
    let news = News::new(site.as_str(), Event::ModelActivated, &about);
    deliveries::queue_one(tx, news, now).await
}

/// Notes that a model goes into use; `false` when its file is not there.
async fn mark_active(
    tx: &mut Conn<'_>,
    question: Question,
    site: &SiteSlug,
    model: &str,
    by: String,
    now: Timestamp,
) -> Result<bool> {
    let text = "UPDATE models SET activated_at = $3, activated_by = $4 \
                WHERE site = $1 AND id = $2 AND question = $5 AND state = 'trained' AND EXISTS \
                (SELECT 1 FROM model_files f WHERE f.site = models.site AND f.model = models.id)";
    tx.touch(text, values![site, model, now, by, question.as_str()])
        .await
}

pub(super) fn entry(row: &AnyRow) -> Result<ModelEntry> {
    let id: String = get(row, "id")?;
    let activated_at: Option<Timestamp> = get(row, "activated_at")?;
    let has_report = get::<Option<String>>(row, "report")?.is_some();
    Ok(ModelEntry {
        status: status(row, &id, activated_at.is_some())?,
        id: get(row, "id")?,
        site: get(row, "site")?,
        question: get(row, "question")?,
        version: get(row, "version")?,
        progress: Progress {
            phase: get(row, "phase")?,
            done: get(row, "done")?,
            total: get(row, "total")?,
        },
        attempts: get(row, "attempts")?,
        requested_by: get(row, "requested_by")?,
        requested_at: get(row, "requested_at")?,
        started_at: get(row, "started_at")?,
        finished_at: get(row, "finished_at")?,
        report: has_report.then(|| rows::json(row, "report")).transpose()?,
        failure: get(row, "failure")?,
        activated_at,
        activated_by: get(row, "activated_by")?,
    })
}

fn status(row: &AnyRow, id: &str, was_active: bool) -> Result<ModelStatus> {
    let state: String = get(row, "state")?;
    let live: Option<String> = get(row, "live")?;
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
