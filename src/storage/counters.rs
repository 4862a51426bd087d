//! Counters over windows. A window begins with its first event and ends a fixed time later; the
//! next event begins a new one. Counting lives in the database so that several instances share it.

use serde::Serialize;

use crate::{
    domain::{arrival::Counted, timestamp::Timestamp},
    storage::{
        Result, Store,
        sql::{Conn, get, to_json, values},
    },
};

/// When a count that was raised is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lasting {
    /// When the transaction is.
    WithTheRest,
    /// Within a second, the statement being a transaction of its own that waits for no disk: a server that
    /// loses its power forgets what was counted in that second.
    Soon,
}

#[derive(Serialize)]
struct Raise<'a> {
    #[serde(flatten)]
    counted: &'a Counted,
    by: i64,
}

impl Store {
    /// Raises one counter by one and returns its count in the present window.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn count(&self, counted: Counted, now: Timestamp) -> Result<i64> {
        self.write(async |tx| {
            let counts = raise(tx, &[(&counted, 1)], now, Lasting::WithTheRest).await?;
            Ok(counts.first().copied().unwrap_or(0))
        })
        .await
    }

    /// Raises several counters by one and gives their counts in the present window, in the order
    /// given. All of them differ.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn count_all(&self, counted: Vec<Counted>, now: Timestamp) -> Result<Vec<i64>> {
        self.write(async |tx| {
            let raises: Vec<(&Counted, i64)> = counted.iter().map(|one| (one, 1)).collect();
            raise(tx, &raises, now, Lasting::WithTheRest).await
        })
        .await
    }

    /// What several counters stand at, in the order given, without raising them.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn counted_all(&self, counted: &[Counted], now: Timestamp) -> Result<Vec<i64>> {
        let text = "SELECT c.site, c.kind, c.counted, c.count FROM {rows:$1} \
                    JOIN counters c ON c.site = r.value->>'site' AND c.kind = r.value->>'kind' \
                        AND c.counted = r.value->>'counted' WHERE c.expires_at > $2";
        let found = self.all(text, values![to_json(counted), now]).await?;
        let mut counts = vec![0; counted.len()];
        for row in found {
            let kind: String = get(&row, "kind")?;
            let of: String = get(&row, "counted")?;
            let site: String = get(&row, "site")?;
            let same = |one: &Counted| one.kind == kind && one.counted == of && one.site == site;
            if let Some(place) = counted.iter().position(same) {
                counts[place] = get(&row, "count")?;
            }
        }
        Ok(counts)
    }

    /// What a counter stands at, without raising it.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn counted(&self, counted: &Counted, now: Timestamp) -> Result<i64> {
        let text = "SELECT count FROM counters WHERE site = $1 AND kind = $2 AND counted = $3 \
                    AND expires_at > $4";
        let row = self
            .find(
                text,
                values![counted.site, counted.kind, counted.counted, now],
            )
            .await?;
        Ok(row.map(|row| get(&row, "count")).transpose()?.unwrap_or(0))
    }
}

/// Raises distinct counters, each by its amount, in one statement; the answer has their counts in
/// the order given. Rows are touched in one order everywhere, so that instances cannot deadlock.
pub(super) async fn raise(
    tx: &mut Conn<'_>,
    raises: &[(&Counted, i64)],
    now: Timestamp,
    lasting: Lasting,
) -> Result<Vec<i64>> {
    if raises.is_empty() {
        return Ok(Vec::new());
    }
    let mut sorted: Vec<(usize, Raise<'_>)> = raises
        .iter()
        .map(|(counted, by)| Raise { counted, by: *by })
        .enumerate()
        .collect();
    sorted.sort_by(|a, b| a.1.counted.cmp(b.1.counted));
    let rows: Vec<&Raise<'_>> = sorted.iter().map(|(_, raise)| raise).collect();
    let no_wait = match lasting {
        Lasting::WithTheRest => "true",
        // Counted before the transaction that finds out whether the site is still there: a site that is gone gets no counters, for
        // nothing would take them away again.
        Lasting::Soon => {
            "set_config('synchronous_commit', 'off', true) IS NOT NULL \
             AND (r.value->>'site' = '' OR EXISTS (SELECT 1 FROM sites s \
             WHERE s.slug = r.value->>'site' AND s.removed_at IS NULL))"
        }
    };
    let text = format!(
        "INSERT INTO counters (site, kind, counted, count, expires_at) \
         SELECT r.value->>'site', r.value->>'kind', r.value->>'counted', \
                CAST(r.value->>'by' AS BIGINT), CAST(r.value->>'expires_at' AS BIGINT) \
         FROM {{rows:$1}} WHERE {no_wait} \
         ON CONFLICT (site, kind, counted) DO UPDATE SET \
            count = CASE WHEN counters.expires_at <= $2 THEN excluded.count \
                         ELSE counters.count + excluded.count END, \
            expires_at = CASE WHEN counters.expires_at <= $2 THEN excluded.expires_at \
                              ELSE counters.expires_at END \
         RETURNING site, kind, counted, count"
    );
    let found = tx.all(text, values![to_json(&rows), now]).await?;
    let mut counts = vec![0; raises.len()];
    for row in found {
        let site: String = get(&row, "site")?;
        let kind: String = get(&row, "kind")?;
        let counted: String = get(&row, "counted")?;
        let key = (site.as_str(), kind.as_str(), counted.as_str());
        let place = sorted.binary_search_by(|(_, raise)| {
            let at = raise.counted;
            (at.site.as_str(), at.kind, at.counted.as_str()).cmp(&key)
        });
        if let Ok(place) = place {
            counts[sorted[place].0] = get(&row, "count")?;
        }
    }
    Ok(counts)
}
