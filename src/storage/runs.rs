//! Training runs: asked for, taken up by the one instance that holds the lease, kept up to date
//! while they go on, and ended with a model or a reason. A run whose instance was killed is taken
//! up again by whoever gets the lease next.

use sqlx::{AnyConnection, Row};

use super::{Result, Store, StoreError, acts, rows, touched};
use crate::domain::{
    model::{ModelId, Progress, Report},
    site::SiteSlug,
    timestamp::Timestamp,
};

/// Runs that were begun this often and never ended are given up.
const MAX_ATTEMPTS: i64 = 3;

/// Models kept for each site beside the one in use; older ones are forgotten.
const KEPT: i64 = 10;

/// A run that was taken up.
#[derive(Debug, Clone)]
pub struct Run {
    /// Identifier.
    pub id: ModelId,
    /// The site to train for.
    pub site: SiteSlug,
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
    /// Asks for a run; the one that is already waiting or under way for the site, if there is one,
    /// as the error.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn queue_run(
        &self,
        site: SiteSlug,
        by: String,
        now: Timestamp,
    ) -> Result<Result<ModelId, ModelId>> {
        self.write(move |connection| {
            Box::pin(async move {
                lock_lease(connection).await?;
                let text = "SELECT id FROM models WHERE site = $1 AND state IN ('queued', 'training')";
                let other = sqlx::query(text)
                    .bind(site.to_string())
                    .fetch_optional(&mut *connection)
                    .await?;
                if let Some(other) = other {
                    return Ok(Err(model_id(&other)?));
                }
                let id = ModelId::generate();
                let text = "INSERT INTO models (site, id, state, requested_by, requested_at, phase) \
                            VALUES ($1, $2, 'queued', $3, $4, 'waiting')";
                sqlx::query(text)
                    .bind(site.to_string())
                    .bind(id.to_string())
                    .bind(by)
                    .bind(now.millis())
                    .execute(&mut *connection)
                    .await?;
                let detail = serde_json::json!({ "site": site });
                acts::record(connection, "model.train", &id.to_string(), detail).await?;
                Ok(Ok(id))
            })
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
        if sqlx::query(waiting)
            .fetch_optional(&self.read)
            .await?
            .is_none()
        {
            return Ok(None);
        }
        self.write(move |connection| {
            Box::pin(async move {
                if !take_lease(connection, &lease).await? {
                    return Ok(None);
                }
                give_up(connection, lease.now).await?;
                let text = "UPDATE models SET state = 'training', started_at = $1, \
                                attempts = attempts + 1, phase = 'reading', done = 0, total = 0 \
                            WHERE id = (SELECT m.id FROM models m \
                                WHERE m.state IN ('queued', 'training') \
                                ORDER BY m.state DESC, m.id LIMIT 1) \
                            RETURNING id, site";
                let row = sqlx::query(text)
                    .bind(lease.now.millis())
                    .fetch_optional(&mut *connection)
                    .await?;
                let Some(row) = row else {
                    return Ok(None);
                };
                match run(&row) {
                    Err(error) if error.is_damage() => {
                        give_up_damaged(connection, row.try_get("id")?, lease.now).await?;
                        Ok(None)
                    }
                    read => read.map(Some),
                }
            })
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
        self.write(move |connection| {
            Box::pin(async move {
                if !prolong(connection, &lease).await? {
                    return Ok(false);
                }
                let text = "UPDATE models SET phase = $2, done = $3, total = $4 \
                            WHERE id = $1 AND state = 'training'";
                let noted = sqlx::query(text)
                    .bind(run.to_string())
                    .bind(progress.phase.as_str())
                    .bind(progress.done)
                    .bind(progress.total)
                    .execute(connection)
                    .await?;
                Ok(touched(&noted))
            })
        })
        .await
    }

    /// Keeps the model that came of a run and gives the lease back; `false` when it was this
    /// instance's no longer. Models beyond the latest few that are not in use are forgotten.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn finish_run(&self, run: Run, finished: Finished, lease: Lease) -> Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                if !release(connection, &lease).await? {
                    return Ok(false);
                }
                let text = "UPDATE models SET state = 'trained', phase = 'done', version = $2, \
                                revision = $3, report = $4, finished_at = $5 \
                            WHERE id = $1 AND state = 'training'";
                let done = sqlx::query(text)
                    .bind(run.id.to_string())
                    .bind(finished.version)
                    .bind(finished.revision)
                    .bind(serde_json::to_string(&finished.report).unwrap_or_default())
                    .bind(lease.now.millis())
                    .execute(&mut *connection)
                    .await?;
                if !touched(&done) {
                    return Ok(false);
                }
                let text = "INSERT INTO model_files (site, model, bytes) VALUES ($1, $2, $3)";
                sqlx::query(text)
                    .bind(run.site.to_string())
                    .bind(run.id.to_string())
                    .bind(finished.bytes)
                    .execute(&mut *connection)
                    .await?;
                forget_old(connection, &run.site).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Gives the lease back with the run under way unfinished: another instance goes on with it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hand_back_run(&self, lease: Lease) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move { release(connection, &lease).await.map(|_| ()) })
        })
        .await
    }

    /// Ends a run without a model and gives the lease back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn fail_run(&self, run: ModelId, failure: String, lease: Lease) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                if !release(connection, &lease).await? {
                    return Ok(());
                }
                let text = "UPDATE models SET state = 'failed', phase = 'done', failure = $2, \
                                finished_at = $3 WHERE id = $1 AND state = 'training'";
                sqlx::query(text)
                    .bind(run.to_string())
                    .bind(failure)
                    .bind(lease.now.millis())
                    .execute(connection)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

fn run(row: &sqlx::any::AnyRow) -> Result<Run> {
    Ok(Run {
        id: model_id(row)?,
        site: rows::site(row)?,
    })
}

/// A run whose row cannot be read would be taken up for ever, and every other wait for it.
async fn give_up_damaged(connection: &mut AnyConnection, id: String, now: Timestamp) -> Result<()> {
    let text = "UPDATE models SET state = 'failed', phase = 'done', finished_at = $2, \
                    failure = 'Its row cannot be read.' WHERE id = $1";
    let query = sqlx::query(text).bind(id).bind(now.millis());
    query.execute(connection).await?;
    Ok(())
}

fn model_id(row: &sqlx::any::AnyRow) -> Result<ModelId> {
    let id: String = row.try_get("id")?;
    ModelId::parse(&id).ok_or(StoreError::Corrupt("model id"))
}

async fn lock_lease(connection: &mut AnyConnection) -> Result<()> {
    let text = "UPDATE training_lease SET holder = holder WHERE name = 'training'";
    sqlx::query(text).execute(connection).await?;
    Ok(())
}

/// Takes the lease if nobody has it.
async fn take_lease(connection: &mut AnyConnection, lease: &Lease) -> Result<bool> {
    let text = "UPDATE training_lease SET holder = $1, expires_at = $3 \
                WHERE name = 'training' AND (expires_at <= $2 OR holder = $1)";
    let taken = sqlx::query(text)
        .bind(lease.holder.clone())
        .bind(lease.now.millis())
        .bind(lease.until.millis())
        .execute(connection)
        .await?;
    Ok(touched(&taken))
}

/// Prolongs the lease if it is still this instance's, even past its end.
async fn prolong(connection: &mut AnyConnection, lease: &Lease) -> Result<bool> {
    let text = "UPDATE training_lease SET expires_at = $2 WHERE name = 'training' AND holder = $1";
    let prolonged = sqlx::query(text)
        .bind(lease.holder.clone())
        .bind(lease.until.millis())
        .execute(connection)
        .await?;
    Ok(touched(&prolonged))
}

/// Gives the lease back if it is still this instance's.
async fn release(connection: &mut AnyConnection, lease: &Lease) -> Result<bool> {
    let text = "UPDATE training_lease SET holder = '', expires_at = 0 \
                WHERE name = 'training' AND holder = $1";
    let released = sqlx::query(text)
        .bind(lease.holder.clone())
        .execute(connection)
        .await?;
    Ok(touched(&released))
}

async fn give_up(connection: &mut AnyConnection, now: Timestamp) -> Result<()> {
    let text = "UPDATE models SET state = 'failed', phase = 'done', finished_at = $1, \
                    failure = 'It was interrupted every time it was begun.' \
                WHERE state = 'training' AND attempts >= $2";
    sqlx::query(text)
        .bind(now.millis())
        .bind(MAX_ATTEMPTS)
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets the files of models that are neither in use, nor what a rollback would bring back, nor
/// among the latest.
async fn forget_old(connection: &mut AnyConnection, site: &SiteSlug) -> Result<()> {
    let old = "SELECT m.id FROM models m WHERE m.site = $1 AND m.state = 'trained' AND NOT EXISTS \
                   (SELECT 1 FROM learning l LEFT JOIN models u ON u.site = l.site AND u.id = l.live \
                    WHERE l.site = m.site AND (l.live = m.id OR u.replaced = m.id)) \
               ORDER BY m.id DESC";
    let found = sqlx::query(old)
        .bind(site.to_string())
        .fetch_all(&mut *connection)
        .await?;
    let kept = usize::try_from(KEPT).unwrap_or(usize::MAX);
    for row in found.iter().skip(kept) {
        let id: String = row.try_get("id")?;
        for text in [
            "DELETE FROM model_files WHERE site = $1 AND model = $2",
            "DELETE FROM models WHERE site = $1 AND id = $2",
        ] {
            sqlx::query(text)
                .bind(site.to_string())
                .bind(id.clone())
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}
