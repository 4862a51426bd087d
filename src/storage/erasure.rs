//! Taking texts out of what was learnt. A text and its lessons go; a model in the registry that was
//! trained on it keeps, beside its file, a sum of what it has to forget, in which no single text is
//! left to be told apart. Sites start over from there; a training run under way begins again.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

use super::{Result, StoreError, damage::gather, engine::Engine, rows, votes};
use crate::{
    bayes::Label,
    bayes::lessons::Lessons,
    domain::{sample::StoredSample, site::SiteSlug},
};

/// Forgets samples, site by site in the order of their slugs.
pub(super) async fn forget(
    connection: &mut AnyConnection,
    engine: Engine,
    samples: Vec<StoredSample>,
) -> Result<()> {
    let mut sites: BTreeMap<SiteSlug, Vec<StoredSample>> = BTreeMap::new();
    for sample in samples {
        let site = sites.entry(sample.vote.site.clone()).or_default();
        site.push(sample);
    }
    for (site, samples) in sites {
        let site = site.to_string();
        votes::raise(connection, &site).await?;
        unteach_models(connection, engine, &site, &samples).await?;
        remove(connection, engine, &site, &samples).await?;
        for text in [
            "UPDATE learning SET epoch = epoch + 1 WHERE site = $1",
            "UPDATE models SET state = 'queued', phase = 'waiting' \
             WHERE site = $1 AND state = 'training'",
        ] {
            sqlx::query(text)
                .bind(site.clone())
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

async fn unteach_models(
    connection: &mut AnyConnection,
    engine: Engine,
    site: &str,
    samples: &[StoredSample],
) -> Result<()> {
    let text = "SELECT f.model, f.forgotten, m.revision FROM model_files f \
                JOIN models m ON m.site = f.site AND m.id = f.model WHERE f.site = $1";
    let models = sqlx::query(text)
        .bind(site.to_owned())
        .fetch_all(&mut *connection)
        .await?;
    for model in models {
        let revision: i64 = model.try_get("revision")?;
        let forgotten: Option<Vec<u8>> = model.try_get("forgotten")?;
        let known = known_at(connection, engine, site, samples, revision).await?;
        let mut lessons = match forgotten.as_deref().map(Lessons::from_bytes) {
            Some(read) => read.map_err(|_| StoreError::Corrupt("sum of what is forgotten"))?,
            None => Lessons::default(),
        };
        for sample in samples.iter().filter(|sample| !sample.vote.held_out) {
            if let Some(label) = known.get(&sample.vote.id) {
                lessons.forget(&sample.vote.document(), *label);
            }
        }
        let bytes = lessons
            .to_bytes()
            .map_err(|_| StoreError::Corrupt("sum of what is forgotten"))?;
        let text = "UPDATE model_files SET forgotten = $3 WHERE site = $1 AND model = $2";
        sqlx::query(text)
            .bind(site.to_owned())
            .bind(model.try_get::<String, _>("model")?)
            .bind(bytes)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The labels that samples had at a revision: the present one, or the one that the first change
/// since then took back.
async fn known_at(
    connection: &mut AnyConnection,
    engine: Engine,
    site: &str,
    samples: &[StoredSample],
    revision: i64,
) -> Result<BTreeMap<String, Label>> {
    let text = "SELECT s.id, CASE WHEN s.revision <= $2 THEN s.label ELSE \
                    (SELECT l.unlearn FROM lessons l WHERE l.site = s.site AND l.sample = s.id \
                     AND l.revision > $2 ORDER BY l.revision LIMIT 1) END AS label \
                FROM samples s WHERE s.site = $1 AND s.id IN (SELECT r.value->>'v' FROM {rows:$3})";
    let query = sqlx::query(AssertSqlSafe(engine.dialect(text)))
        .bind(site.to_owned())
        .bind(revision)
        .bind(ids(samples));
    let read = |row: &AnyRow| Ok((row.try_get("id")?, votes::label(row, "label")?));
    let known = gather(connection, "samples", query, read).await?;
    let labelled = |(id, label): (String, Option<Label>)| Some((id, label?));
    Ok(known.rows.into_iter().filter_map(labelled).collect())
}

async fn remove(
    connection: &mut AnyConnection,
    engine: Engine,
    site: &str,
    samples: &[StoredSample],
) -> Result<()> {
    for (table, column) in [("lessons", "sample"), ("samples", "id")] {
        let text = format!(
            "DELETE FROM {table} WHERE site = $1 AND {column} IN (SELECT r.value->>'v' FROM {{rows:$2}})"
        );
        sqlx::query(AssertSqlSafe(engine.dialect(&text)))
            .bind(site.to_owned())
            .bind(ids(samples))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn ids(samples: &[StoredSample]) -> String {
    rows::list_json(samples.iter().map(|sample| &sample.vote.id))
}
