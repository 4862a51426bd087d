//! The sums of the statistics: read by day, and brought up to date behind what came and what was decided. Each step takes a
//! few more lines into the sums and notes how far it came, in one transaction; of two instances that take the same step one does
//! nothing.

use sqlx::any::AnyRow;

use crate::{
    domain::{
        comment::CommentId,
        decision::Door,
        site::SiteSlug,
        tally::{CameIn, Ledger, Settled, Tally, TallyKind, day_of},
        timestamp::Timestamp,
    },
    storage::{
        Result, Store,
        sql::{get, list, record, sql, to_rows, values},
    },
};

/// Lines that one step takes.
const BITE: usize = 1_000;
/// Pages that are listed.
const PAGES: u32 = 20;

/// Comments that are looked at of those that are in no sum yet: a page waits for it, and more are said to be more.
const UNCOUNTED: i64 = 1_000;

/// How far sums are brought up to date, of one kind of line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    at: Timestamp,
    last: String,
}

/// What is followed.
const COMMENTS: &str = "comments";
const HISTORY: &str = "history";

record! {
    COLUMNS, tally -> Tally {
        site: "site",
        kind: "kind",
        day: "day",
        word: "word",
        count: "count",
        part: "part",
    }
}

impl Store {
    /// The sums of some kinds on the sites over some days, from the first to the last of them.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn tallies(
        &self,
        sites: &[SiteSlug],
        kinds: &[TallyKind],
        (from, to): (i64, i64),
    ) -> Result<Vec<Tally>> {
        let text = format!(
            "SELECT {COLUMNS} FROM tallies WHERE site IN {{list:$1}} AND kind IN {{list:$2}} \
             AND day >= $3 AND day <= $4 ORDER BY site, kind, day, word"
        );
        let kinds = list(kinds.iter().map(|kind| kind.as_str()));
        let query = sql(text, values![list(sites), kinds, from, to]);
        self.gather("tallies", query, tally).await
    }

    /// The pages that most comments came to, with the sum of the days from the first to the last of them.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn busiest_pages(
        &self,
        sites: &[SiteSlug],
        (from, to): (i64, i64),
    ) -> Result<Vec<Tally>> {
        let text = "SELECT site, kind, MAX(day) AS day, word, CAST(SUM(count) AS BIGINT) AS count, \
                        CAST(SUM(part) AS BIGINT) AS part \
                    FROM tallies WHERE site IN {list:$1} AND kind = 'page' AND day >= $2 AND day <= $3 \
                    GROUP BY site, kind, word ORDER BY SUM(count) DESC, site, word LIMIT $4";
        let query = sql(text, values![list(sites), from, to, PAGES]);
        self.gather("tallies", query, tally).await
    }

    /// Takes a few more comments into the sums, of those that came before a time; `since` is where it begins at first.
    /// Returns whether there may be more.
    ///
    /// # Errors
    /// [`super::StoreError`]; then nothing has changed.
    pub async fn tally_comments(&self, since: Timestamp, before: Timestamp) -> Result<bool> {
        let known = self.tallied(COMMENTS).await?;
        let last = known.as_ref().map(|place| place.last.clone());
        let last = last.unwrap_or_else(|| CommentId::earliest_at(since).to_string());
        let text = "SELECT id, site, page, verdict, created_at, model_version, abuse, evidence FROM comments \
                    WHERE id > $1 ORDER BY id LIMIT $2";
        let found = self.all(text, values![last, limit()]).await?;
        let mut sums = Ledger::default();
        let mut place = None;
        let mut seen = 0;
        for row in &found {
            let at: Timestamp = get(row, "created_at")?;
            if at >= before {
                break;
            }
            seen += 1;
            let last = get(row, "id")?;
            place = Some(Place { at, last });
            // One that cannot be read is named by `hamlet doctor`; it counts for nothing.
            if let Ok(comment) = came(row, at) {
                sums.came(&comment);
            }
        }
        let Some(place) = place else {
            return Ok(false);
        };
        self.take_step(COMMENTS, known, place, sums).await?;
        Ok(seen == BITE)
    }

    /// The comments of the sites that are in no sum yet, of those that came at a time or later: by verdict, under the day of that
    /// time, and whether there may be more than are counted here.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn came_uncounted(
        &self,
        sites: &[SiteSlug],
        since: Timestamp,
    ) -> Result<(Vec<Tally>, bool)> {
        let earliest = CommentId::earliest_at(since).to_string();
        let last = self.tallied(COMMENTS).await?.map(|place| place.last);
        let last = last.map_or(earliest.clone(), |last| last.max(earliest));
        // One that was imported did not come: it was there.
        let text = "SELECT u.site, u.verdict, COUNT(*) AS seen, CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM imported i \
                        WHERE i.site = u.site AND i.comment_id = u.id) THEN 0 ELSE 1 END) AS BIGINT) AS came \
                    FROM (SELECT c.id, c.site, c.verdict FROM comments c \
                        WHERE c.id > $1 AND c.site IN {list:$2} ORDER BY c.id LIMIT $3) u \
                    GROUP BY u.site, u.verdict";
        let read = |row: &AnyRow| {
            let seen: i64 = get(row, "seen")?;
            let tally = Tally {
                site: get(row, "site")?,
                kind: TallyKind::Came,
                day: day_of(since),
                word: get(row, "verdict")?,
                count: get(row, "came")?,
                part: 0,
            };
            Ok((tally, seen))
        };
        let query = sql(text, values![last, list(sites), UNCOUNTED]);
        let found = self.gather("comments", query, read).await?;
        let seen: i64 = found.iter().map(|(_, seen)| seen).sum();
        let tallies = found.into_iter().map(|(tally, _)| tally).collect();
        Ok((tallies, seen >= UNCOUNTED))
    }

    /// Takes a few more decisions into the sums, of those that were made before a time; `since` is where it begins at
    /// first. Returns whether there may be more.
    ///
    /// # Errors
    /// [`super::StoreError`]; then nothing has changed.
    pub async fn tally_decisions(&self, since: Timestamp, before: Timestamp) -> Result<bool> {
        let known = self.tallied(HISTORY).await?;
        let from = known.clone().unwrap_or(Place {
            at: since,
            last: String::new(),
        });
        let text = "SELECT h.id, h.site, h.at, h.action, h.decision, h.reason, h.from_status, h.actor_id, h.via, \
                    c.created_at, c.verdict, \
                    (SELECT p.actor_id FROM history p WHERE p.site = h.site AND p.comment_id = h.comment_id \
                        AND p.action = 'decided' AND p.id < h.id AND (p.undone = 0 OR h.action = 'undone') \
                        ORDER BY p.id DESC LIMIT 1) AS earlier \
                    FROM history h LEFT JOIN comments c ON c.site = h.site AND c.id = h.comment_id \
                    WHERE h.action IN ('decided', 'undone') AND h.at >= $1 AND h.at < $3 \
                    AND (h.at > $1 OR h.id > $2) ORDER BY h.at, h.id LIMIT $4";
        let found = self
            .all(text, values![from.at, from.last, before, limit()])
            .await?;
        let mut sums = Ledger::default();
        let mut place = None;
        for row in &found {
            let (at, last) = (get(row, "at")?, get(row, "id")?);
            place = Some(Place { at, last });
            if let Ok(one) = settled(row) {
                sums.settled(&one);
            }
        }
        let Some(place) = place else {
            return Ok(false);
        };
        self.take_step(HISTORY, known, place, sums).await?;
        Ok(found.len() == BITE)
    }

    async fn tallied(&self, what: &str) -> Result<Option<Place>> {
        let text = "SELECT at, last FROM tallied WHERE what = $1";
        let found = self.find(text, values![what]).await?;
        let read = |row: AnyRow| {
            Ok(Place {
                at: get(&row, "at")?,
                last: get(&row, "last")?,
            })
        };
        found.map(read).transpose()
    }

    /// Adds sums and notes how far that was, unless somebody went on from the same place meanwhile.
    async fn take_step(
        &self,
        what: &'static str,
        from: Option<Place>,
        to: Place,
        sums: Ledger,
    ) -> Result<()> {
        let rows: Vec<_> = sums
            .into_tallies()
            .map(|one| {
                serde_json::json!({ "site": one.site, "kind": one.kind, "day": one.day, "word": one.word,
                                    "count": one.count, "part": one.part })
            })
            .collect();
        self.write(async |tx| {
            let is_first = if let Some(from) = &from {
                let text = "UPDATE tallied SET at = $2, last = $3 WHERE what = $1 AND last = $4";
                tx.touch(text, values![what, to.at, to.last, from.last])
                    .await?
            } else {
                let text = "INSERT INTO tallied (what, at, last) VALUES ($1, $2, $3) \
                            ON CONFLICT DO NOTHING";
                tx.touch(text, values![what, to.at, to.last]).await?
            };
            if !is_first || rows.is_empty() {
                return Ok(());
            }
            // Of a site that was removed meanwhile nothing is kept.
            let text = "INSERT INTO tallies (site, kind, day, word, count, part) \
                        SELECT s.slug, r.value->>'kind', CAST(r.value->>'day' AS BIGINT), r.value->>'word', \
                            CAST(r.value->>'count' AS BIGINT), CAST(r.value->>'part' AS BIGINT) \
                        FROM {rows:$1} CROSS JOIN sites s WHERE s.slug = r.value->>'site' \
                        ON CONFLICT (site, kind, day, word) DO UPDATE \
                        SET count = tallies.count + excluded.count, part = tallies.part + excluded.part";
            tx.run(text, values![to_rows(rows.clone())]).await?;
            Ok(())
        })
        .await
    }
}

fn limit() -> i64 {
    i64::try_from(BITE).unwrap_or(i64::MAX)
}

fn came(row: &AnyRow, at: Timestamp) -> Result<CameIn> {
    Ok(CameIn {
        site: get(row, "site")?,
        page: get(row, "page")?,
        verdict: get(row, "verdict")?,
        evidence: get(row, "evidence")?,
        at,
    })
}

fn settled(row: &AnyRow) -> Result<Settled> {
    let via: Option<String> = get(row, "via")?;
    Ok(Settled {
        site: get(row, "site")?,
        at: get(row, "at")?,
        action: get(row, "action")?,
        decision: get(row, "decision")?,
        reason: get(row, "reason")?,
        from: get(row, "from_status")?,
        by: get(row, "actor_id")?,
        via: via.as_deref().and_then(Door::parse),
        came_at: get(row, "created_at")?,
        verdict: get(row, "verdict")?,
        earlier: get(row, "earlier")?,
    })
}
