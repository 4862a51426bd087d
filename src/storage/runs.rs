//! Training runs: asked for, taken up by the one instance that holds the lease, kept up to date
//! while they go on, and ended with a model or a reason. A run whose instance was killed is taken
//! up again by whoever gets the lease next.

use sqlx::any::AnyRow;

use crate::{
    bayes::Question,
    domain::{
        model::{ModelId, Progress, Report},
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, acts, models, questions,
        sql::{Conn, get, to_json, values},
    },
};

/// Runs that were begun this often and never ended are given up.
const MAX_ATTEMPTS: i64 = 3;

/// Models kept for each site beside the one in use; older ones are forgotten.
const KEPT: i64 = 10;

/// What became of a wish for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queued {
    /// It waits for its turn.
    New(ModelId),
    /// This one waits already, or is under way, for the site.
    Already(ModelId),
}

/// A run that was taken up.
#[derive(Debug, Clone)]
pub struct Run {
    /// Identifier.
    pub id: ModelId,
    /// The site to train for.
    pub site: SiteSlug,
    /// What the model is to answer.
    pub question: Question,
}

/// Whose turn it is to train.
#[derive(Debug, Clone)]
pub struct Lease {
    /// The instance: a name it made up when it started.
    pub holder: String,
    /// Now.
    pub now: Timestamp,
    /// Until when it is to last.
    pub until: Timestamp,
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The model's version.
    pub version: String,
    /// The model's file.
    pub bytes: Vec<u8>,
    /// The labels that it knows: those up to this revision.
    pub revision: i64,
    /// Its figures.
    pub report: Report,
}

impl Store {
    /// Asks for a run, unless one already waits or is under way for the site and the question.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn queue_run(
        &self,
        question: Question,
        site: SiteSlug,
        by: String,
        now: Timestamp,
    ) -> Result<Queued> {
        self.write(async |tx| {
            lock_lease(tx).await?;
            let text = "SELECT id FROM models WHERE site = $1 AND question = $2 \
                        AND state IN ('queued', 'training')";
            let word = question.as_str();
            let other = tx.find(text, values![site, word]).await?;
            if let Some(other) = other {
                return Ok(Queued::Already(get(&other, "id")?));
            }
            let id = ModelId::generate();
            let text = "INSERT INTO models (site, id, state, requested_by, requested_at, phase, question) \
                        VALUES ($1, $2, 'queued', $3, $4, 'waiting', $5)";
            tx.run(text, values![site, id, by, now, word]).await?;
            let detail = models::about(question, serde_json::json!({ "site": site }));
            acts::record(tx, "model.train", &id.to_string(), detail).await?;
            Ok(Queued::New(id))
        })
        .await
    }

    /// Takes up the next run, if there is one and it is this instance's turn. A run found under way
    /// was left by an instance that is gone; after a few tries it is given up.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take_run(&self, lease: Lease) -> Result<Option<Run>> {
        let waiting = "SELECT 1 FROM models WHERE state IN ('queued', 'training') LIMIT 1";
        if self.find(waiting, values![]).await?.is_none() {
            return Ok(None);
        }
        self.write(async |tx| {
            if !take_lease(tx, &lease).await? {
                return Ok(None);
            }
            give_up(tx, lease.now).await?;
            let text = "UPDATE models SET state = 'training', started_at = $1, \
                            attempts = attempts + 1, phase = 'reading', done = 0, total = 0 \
                        WHERE id = (SELECT m.id FROM models m \
                            WHERE m.state IN ('queued', 'training') \
                            ORDER BY m.state DESC, m.id LIMIT 1) \
                        RETURNING id, site, question";
            let row = tx.find(text, values![lease.now]).await?;
            let Some(row) = row else {
                return Ok(None);
            };
            match run(&row) {
                Err(error) if error.is_damage() => {
                    give_up_damaged(tx, get(&row, "id")?, lease.now).await?;
                    Ok(None)
                }
                read => read.map(Some),
            }
        })
        .await
    }

    /// Notes how far a run is and prolongs the lease; `false` when another instance has it now, or
    /// the run was called off.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn report_progress(
        &self,
        run: ModelId,
        progress: Progress,
        lease: Lease,
    ) -> Result<bool> {
        self.write(async |tx| {
            if !prolong(tx, &lease).await? {
                return Ok(false);
            }
            let text = "UPDATE models SET phase = $2, done = $3, total = $4 \
                        WHERE id = $1 AND state = 'training'";
            tx.touch(
                text,
                values![run, progress.phase, progress.done, progress.total],
            )
            .await
        })
        .await
    }

    /// Keeps the model that came of a run and gives the lease back; `false` when it was this
    /// instance's no longer. Models beyond the latest few that are not in use are forgotten.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn finish_run(&self, run: Run, finished: Finished, lease: Lease) -> Result<bool> {
        self.write(async |tx| {
            if !release(tx, &lease).await? {
                return Ok(false);
            }
            let text = "UPDATE models SET state = 'trained', phase = 'done', version = $2, \
                            revision = $3, report = $4, finished_at = $5 \
                        WHERE id = $1 AND state = 'training'";
            let done = tx
                .touch(
                    text,
                    values![
                        run.id,
                        finished.version,
                        finished.revision,
                        to_json(&finished.report),
                        lease.now
                    ],
                )
                .await?;
            if !done {
                return Ok(false);
            }
            let text = "INSERT INTO model_files (site, model, bytes) VALUES ($1, $2, $3)";
            tx.run(text, values![run.site, run.id, finished.bytes])
                .await?;
            forget_old(tx, &run).await?;
            Ok(true)
        })
        .await
    }

    /// Gives the lease back with the run under way unfinished: another instance goes on with it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hand_back_run(&self, lease: Lease) -> Result<()> {
        self.write(async |tx| release(tx, &lease).await.map(|_| ()))
            .await
    }

    /// Ends a run without a model and gives the lease back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn fail_run(&self, run: ModelId, failure: String, lease: Lease) -> Result<()> {
        self.write(async |tx| {
            if !release(tx, &lease).await? {
                return Ok(());
            }
            let text = "UPDATE models SET state = 'failed', phase = 'done', failure = $2, \
                        finished_at = $3 WHERE id = $1 AND state = 'training'";
            tx.run(text, values![run, failure, lease.now]).await?;
            Ok(())
        })
        .await
    }
}

fn run(row: &AnyRow) -> Result<Run> {
    Ok(Run {
        id: get(row, "id")?,
        site: get(row, "site")?,
        question: get(row, "question")?,
    })
}

/// A run whose row cannot be read would be taken up for ever, and every other wait for it.
async fn give_up_damaged(tx: &mut Conn<'_>, id: String, now: Timestamp) -> Result<()> {
    let text = "UPDATE models SET state = 'failed', phase = 'done', finished_at = $2, \
                failure = 'Its row cannot be read.' WHERE id = $1";
    tx.run(text, values![id, now]).await?;
    Ok(())
}

async fn lock_lease(tx: &mut Conn<'_>) -> Result<()> {
    let text = "UPDATE training_lease SET holder = holder WHERE name = 'training'";
    tx.run(text, values![]).await?;
    Ok(())
}

/// Takes the lease if nobody has it.
async fn take_lease(tx: &mut Conn<'_>, lease: &Lease) -> Result<bool> {
    let text = "UPDATE training_lease SET holder = $1, expires_at = $3 \
                WHERE name = 'training' AND (expires_at <= $2 OR holder = $1)";
    tx.touch(text, values![lease.holder, lease.now, lease.until])
        .await
}

/// Prolongs the lease if it is still this instance's, even past its end.
async fn prolong(tx: &mut Conn<'_>, lease: &Lease) -> Result<bool> {
    let text = "UPDATE training_lease SET expires_at = $2 WHERE name = 'training' AND holder = $1";
    tx.touch(text, values![lease.holder, lease.until]).await
}

/// Gives the lease back if it is still this instance's.
async fn release(tx: &mut Conn<'_>, lease: &Lease) -> Result<bool> {
    let text = "UPDATE training_lease SET holder = '', expires_at = 0 \
                WHERE name = 'training' AND holder = $1";
    tx.touch(text, values![lease.holder]).await
}

async fn give_up(tx: &mut Conn<'_>, now: Timestamp) -> Result<()> {
    let text = "UPDATE models SET state = 'failed', phase = 'done', finished_at = $1, \
                    failure = 'It was interrupted every time it was begun.' \
                WHERE state = 'training' AND attempts >= $2";
    tx.run(text, values![now, MAX_ATTEMPTS]).await?;
    Ok(())
}

/// Forgets the files of models that are neither in use, nor what a rollback would bring back, nor
/// among the latest.
async fn forget_old(tx: &mut Conn<'_>, run: &Run) -> Result<()> {
    let site = &run.site;
    let old = "SELECT m.id FROM models m WHERE m.site = $1 AND m.question = $2 \
               AND m.state = 'trained' AND NOT EXISTS \
                   (SELECT 1 FROM {of}learning l LEFT JOIN models u ON u.site = l.site AND u.id = l.live \
                    WHERE l.site = m.site AND (l.live = m.id OR u.replaced = m.id)) \
               ORDER BY m.id DESC";
    let old = questions::of(run.question, old);
    let found = tx.all(old, values![site, run.question.as_str()]).await?;
    let kept = usize::try_from(KEPT).unwrap_or(usize::MAX);
    for row in found.iter().skip(kept) {
        let id: String = get(row, "id")?;
        for text in [
            "DELETE FROM model_files WHERE site = $1 AND model = $2",
            "DELETE FROM models WHERE site = $1 AND id = $2",
        ] {
            tx.run(text, values![site, id]).await?;
        }
    }
    Ok(())
}
