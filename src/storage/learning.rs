//! Where each site's learning stands, which sites' has changed, and what a site's lessons add up to. The lessons
//! themselves are in [`super::samples`]. Changes are numbered by the database, in triggers, so that nothing that
//! changes a site's learning can forget to say so.

use sqlx::any::AnyRow;

use crate::{
    bayes::Question,
    domain::site::SiteSlug,
    storage::{
        Result, Store, StoreError,
        engine::Engine,
        questions,
        samples::Lesson,
        sql::{Conn, get, record, sql, values},
    },
};

/// Where a site's learning stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LearningState {
    /// What is learnt.
    pub question: Question,
    /// The site.
    pub site: SiteSlug,
    /// Grows with every change of a label.
    pub revision: i64,
    /// Grows when lessons were taken out of the past.
    pub epoch: i64,
    /// The model in use; `None`: the shipped one.
    pub live: Option<String>,
}

/// How one transaction changed what a site learns of one question.
#[derive(Debug)]
pub struct LearningStep {
    /// Where the site's learning stands now, one revision further.
    pub state: LearningState,
    /// What was taught, where all of it is at hand. Where a text had a label before it is `None`: what is unlearnt is the text
    /// as it was stored.
    pub lessons: Option<Vec<Lesson>>,
}

/// How far the changes of all sites' learning have been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Changes with smaller numbers have been.
    pub changed: i64,
    /// How often a site's learning was deleted.
    pub removed: i64,
}

/// What a site's lessons add up to.
#[derive(Debug, Clone)]
pub struct LearntSums {
    /// The lessons up to this revision.
    pub revision: i64,
    /// The sums, as [`Lessons::to_bytes`](crate::bayes::lessons::Lessons::to_bytes) writes them.
    pub sums: Vec<u8>,
    /// Their digest.
    pub digest: i64,
}

/// Where learning stands of each question, as `learnt`.
pub(super) const TABLES: &str = "(SELECT 'spam' AS question, site, revision, epoch, live, changed FROM learning \
     UNION ALL SELECT 'abuse', site, revision, epoch, live, changed FROM abuse_learning) AS learnt";

record! {
    STATE, state -> LearningState {
        question: "question",
        site: "site",
        revision: "revision",
        epoch: "epoch",
        live: "live",
    }
}

impl Store {
    /// How far the changes go that can be seen by now. Whoever asks [`Store::learning_since`] for the changes
    /// from here on later misses none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn learning_mark(&self) -> Result<Mark> {
        let next = self.engine.either(
            "changed + 1",
            "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)",
        );
        let text = format!("SELECT {next} AS next, removed FROM learning_clock");
        let row = self.find(text, values![]).await?;
        let row = row.ok_or(StoreError::Corrupt("clock of learning"))?;
        Ok(Mark {
            changed: get(&row, "next")?,
            removed: get(&row, "removed")?,
        })
    }

    /// Where the learning of those sites, of each question, stands that have changed since a mark, some of which may not have; and
    /// the mark for the next time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn learning_since(&self, mark: Mark) -> Result<(Mark, Vec<LearningState>)> {
        let now = self.learning_mark().await?;
        // On PostgreSQL an old transaction that goes on keeps the number back while later ones end.
        if now.changed == mark.changed && self.engine == Engine::Sqlite {
            return Ok((now, Vec::new()));
        }
        // PostgreSQL numbers changes by transactions. Those of a server that a dump was taken from may be far beyond this one's: no
        // change of this one has such a number, and without the bound all of them are read at each look.
        let seen = self.engine.either(
            "",
            "AND changed < CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)",
        );
        // By the index. Ordered by site, SQLite goes through all sites: 1.2 ms of each decision with ten thousand.
        let text = format!(
            "SELECT {STATE} FROM {TABLES} WHERE changed >= $1 {seen} ORDER BY changed, site, question"
        );
        let query = sql(text, values![mark.changed]);
        Ok((now, self.gather("learning", query, state).await?))
    }

    /// Where a site's learning stands. A site without labels and models has none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn learning_state(
        &self,
        question: Question,
        site: &SiteSlug,
    ) -> Result<Option<LearningState>> {
        let text = "SELECT '{question}' AS question, site, revision, epoch, live FROM {of}learning WHERE site = $1";
        let text = questions::of(question, text);
        let row = self.find(text, values![site]).await?;
        row.as_ref().map(state).transpose()
    }

    /// Where the learning of those sites stands that use a model of their own.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn models_in_use(&self) -> Result<Vec<LearningState>> {
        let text = format!("SELECT {STATE} FROM {TABLES} WHERE live IS NOT NULL ORDER BY site");
        self.gather("learning", sql(text, values![]), state).await
    }

    /// What a site's lessons add up to, if it was kept for a state that its learning went through and for
    /// `features`, the way in which texts are read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn learnt_sums(
        &self,
        state: &LearningState,
        features: u32,
    ) -> Result<Option<LearntSums>> {
        let text = "SELECT revision, sums, digest FROM {of}learnt_sums WHERE site = $1 \
                    AND revision <= $2 AND epoch = $3 AND COALESCE(live, '') = $4 AND features = $5";
        let live = state.live.as_deref().unwrap_or_default();
        let values = values![
            state.site,
            state.revision,
            state.epoch,
            live,
            i64::from(features)
        ];
        let row = self
            .find(questions::of(state.question, text), values)
            .await?;
        let read = |row: AnyRow| -> Result<LearntSums> {
            Ok(LearntSums {
                revision: get(&row, "revision")?,
                sums: get(&row, "sums")?,
                digest: get(&row, "digest")?,
            })
        };
        row.map(read).transpose()
    }

    /// Keeps what a site's lessons add up to, in place of what was kept before. `false` when they do not count
    /// as they did any more: then some of them may have to be forgotten.
    ///
    /// # Errors
    /// [`StoreError`]; then what was kept before is there.
    pub async fn keep_learnt_sums(
        &self,
        state: LearningState,
        features: u32,
        kept: LearntSums,
    ) -> Result<bool> {
        self.write(async |tx| {
            let question = state.question;
            let text = "SELECT site FROM {of}learning WHERE site = $1 AND epoch = $2 \
                        AND COALESCE(live, '') = $3 {lock}";
            let live = state.live.as_deref().unwrap_or_default();
            let there = tx
                .find(
                    questions::of(question, text),
                    values![state.site, state.epoch, live],
                )
                .await?
                .is_some();
            if !there {
                return Ok(false);
            }
            let text = "INSERT INTO {of}learnt_sums (site, revision, epoch, live, features, sums, digest) \
                        VALUES ($1, $2, $3, $4, $5, $6, $7) \
                        ON CONFLICT (site) DO UPDATE SET revision = excluded.revision, \
                            epoch = excluded.epoch, live = excluded.live, \
                            features = excluded.features, sums = excluded.sums, \
                            digest = excluded.digest";
            let values = values![
                state.site,
                kept.revision,
                state.epoch,
                state.live,
                i64::from(features),
                kept.sums,
                kept.digest
            ];
            tx.run(questions::of(question, text), values).await?;
            Ok(true)
        })
        .await
    }
}

/// The epoch that a site's learning begins with: any, so that no instance takes it for a later state of an
/// earlier site's of the same name.
pub(super) fn first_epoch() -> i64 {
    i64::from(rand::random::<u32>())
}

/// How far a site has come with one question.
pub(super) struct Raised {
    /// Where its learning stands; the revision is the one that begins now.
    pub state: LearningState,
    /// The one that the site's live model was trained on; 0 for the shipped one.
    pub trained: i64,
}

/// Locks a site's learning until the transaction ends, and gives this transaction's revision.
pub(super) async fn raise(
    tx: &mut Conn<'_>,
    question: Question,
    site: &SiteSlug,
) -> Result<Raised> {
    let text = "INSERT INTO {of}learning (site, revision, epoch) VALUES ($1, 1, $2) \
                ON CONFLICT (site) DO UPDATE SET revision = {of}learning.revision + 1 \
                RETURNING '{question}' AS question, site, revision, epoch, live, (SELECT m.revision FROM models m \
                    WHERE m.site = {of}learning.site AND m.id = {of}learning.live) AS trained";
    let text = questions::of(question, text);
    let row = tx.one(text, values![site, first_epoch()]).await?;
    let trained: Option<i64> = get(&row, "trained")?;
    Ok(Raised {
        state: state(&row)?,
        trained: trained.unwrap_or(0),
    })
}
