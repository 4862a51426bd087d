//! Decisions as acts of people: those about one comment, listed for whoever asks who did what, and the last
//! of somebody's that can be taken back; and what changed of late, for open pages. What was decided together is
//! in [`super::batches`].

use sqlx::any::AnyRow;

use crate::{
    domain::{
        comment::{CommentId, Status},
        decision::{Action, BatchId, Decision, DecisionReason},
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store,
        sql::{get, list, sql, values},
    },
};

/// A decision about one comment.
#[derive(Debug, Clone)]
pub struct DecidedAlone {
    /// When.
    pub at: Timestamp,
    /// Who, as their name was then.
    pub by: String,
    /// Through which door, as in the history.
    pub via: String,
    /// The comment's site.
    pub site: SiteSlug,
    /// The comment.
    pub comment: CommentId,
    /// Its version now.
    pub version: i64,
    /// Its author's name.
    pub author: String,
    /// The decision.
    pub decision: Decision,
    /// Why, where that was said.
    pub reason: Option<DecisionReason>,
    /// What was noted beside it.
    pub note: Option<String>,
    /// Whether it was taken back.
    pub undone: bool,
    /// Whether it is the comment's last decision, and can be taken back.
    pub last: bool,
}

/// The last that somebody decided, of what can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastDecided {
    /// About one comment, whose version is now this.
    Alone(CommentId, i64),
    /// About several together.
    Together(BatchId),
    /// A change of a comment's text, whose version is now this.
    Edited(CommentId, i64),
}

/// A decision, or the taking back of one, as it is sent to open pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedLately {
    /// When.
    pub at: Timestamp,
    /// The line of history, by which two of one moment are told apart.
    pub line: String,
    /// The comment's site.
    pub site: SiteSlug,
    /// The comment.
    pub comment: CommentId,
    /// Its version now: a page that shows it in this version was made after this.
    pub version: i64,
    /// `decided` or `undone`.
    pub action: Action,
    /// The decision that was made or taken back.
    pub decision: String,
    /// The comment's status after it.
    pub status: Status,
    /// Who, as their name was then.
    pub by: String,
    /// Their identifier.
    pub by_id: String,
}

/// Somebody's changes of texts among which the last is that nobody has changed since.
const EDITS: u32 = 50;

/// That no decision was made since about the same comment that was not taken back.
const IS_LAST: &str = "NOT EXISTS (SELECT 1 FROM history l WHERE l.site = h.site \
                       AND l.comment_id = h.comment_id AND l.id > h.id \
                       AND l.action = 'decided' AND l.undone = 0 \
                       AND (h.batch IS NULL OR l.batch IS NULL OR l.batch <> h.batch))";

impl Store {
    /// Decisions about one comment each on the sites, made before a time, the latest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn decided_alone(
        &self,
        sites: &[SiteSlug],
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<DecidedAlone>> {
        // Of a column that is joined to nothing no index is used: they are read by time, and few are left out.
        let text = format!(
            "SELECT h.comment_id AS id, h.site, h.at, h.actor_name, h.via, h.decision, h.reason, h.note, h.undone, \
             c.name, c.version, CAST(CASE WHEN h.undone = 0 AND {IS_LAST} THEN 1 ELSE 0 END AS BIGINT) AS last \
             FROM history h JOIN comments c ON c.site = h.site AND c.id = h.comment_id \
             WHERE h.action IN ('decided', 'undone') AND h.action = 'decided' AND h.batch IS NULL AND h.at < $2 \
             AND h.site || '' IN {{list:$1}} ORDER BY h.at DESC, h.id DESC LIMIT $3"
        );
        let query = sql(text, values![list(sites), before, limit]);
        self.gather("history", query, alone).await
    }

    /// What somebody decided last on the sites since a time, of what was not taken back and about which nobody
    /// decided since.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn last_decided(
        &self,
        actor: &str,
        sites: &[SiteSlug],
        since: Timestamp,
    ) -> Result<Option<LastDecided>> {
        let text = format!(
            "SELECT h.comment_id AS id, h.at, c.version FROM history h \
             JOIN comments c ON c.site = h.site AND c.id = h.comment_id \
             WHERE h.action IN ('decided', 'undone') AND h.action = 'decided' AND h.batch IS NULL AND h.at >= $3 AND h.undone = 0 \
             AND h.actor_id = $1 AND h.site || '' IN {{list:$2}} AND {IS_LAST} \
             ORDER BY h.at DESC, h.id DESC LIMIT 1"
        );
        let alone = self.find(text, values![actor, list(sites), since]).await?;
        let text = format!(
            "SELECT b.id, b.at FROM batches b WHERE b.actor_id = $1 AND b.at >= $3 \
             AND b.site IN {{list:$2}} AND EXISTS (SELECT 1 FROM history h WHERE h.site = b.site \
             AND h.batch = b.id AND h.action = 'decided' AND h.undone = 0 AND {IS_LAST}) \
             ORDER BY b.at DESC, b.id DESC LIMIT 1"
        );
        let together = self.find(text, values![actor, list(sites), since]).await?;
        let time = |row: &Option<AnyRow>| -> Result<Option<Timestamp>> {
            row.as_ref().map(|row| get(row, "at")).transpose()
        };
        let (alone_at, together_at) = (time(&alone)?, time(&together)?);
        let edited = self
            .edited_lately(
                sites,
                since,
                Timestamp::from_millis(i64::MAX),
                Some(actor),
                EDITS,
            )
            .await?;
        let edited = edited.into_iter().find(|edit| edit.last);
        if let Some(edit) = edited
            && Some(edit.at) > alone_at.max(together_at)
        {
            return Ok(Some(LastDecided::Edited(edit.comment, edit.version)));
        }
        Ok(match (alone, together) {
            (Some(row), _) if alone_at >= together_at => {
                Some(LastDecided::Alone(get(&row, "id")?, get(&row, "version")?))
            }
            (_, Some(row)) => Some(LastDecided::Together(get(&row, "id")?)),
            _ => None,
        })
    }
}

impl Store {
    /// What was decided and taken back at a time or later on any site, the earliest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn decided_since(&self, since: Timestamp, limit: u32) -> Result<Vec<DecidedLately>> {
        let text = "SELECT h.id, h.site, h.comment_id, h.at, h.action, h.decision, h.to_status, h.actor_name, h.actor_id, \
                    c.version FROM history h JOIN comments c ON c.site = h.site AND c.id = h.comment_id \
                    WHERE h.action IN ('decided', 'undone') AND h.at >= $1 ORDER BY h.at, h.id LIMIT $2";
        let read = |row: &AnyRow| {
            Ok(DecidedLately {
                at: get(row, "at")?,
                line: get(row, "id")?,
                site: get(row, "site")?,
                comment: get(row, "comment_id")?,
                version: get(row, "version")?,
                action: get(row, "action")?,
                decision: get(row, "decision")?,
                status: get(row, "to_status")?,
                by: get(row, "actor_name")?,
                by_id: get(row, "actor_id")?,
            })
        };
        self.gather("history", sql(text, values![since, limit]), read)
            .await
    }
}

fn alone(row: &AnyRow) -> Result<DecidedAlone> {
    let (undone, last): (i64, i64) = (get(row, "undone")?, get(row, "last")?);
    let via: Option<String> = get(row, "via")?;
    let by: Option<String> = get(row, "actor_name")?;
    Ok(DecidedAlone {
        at: get(row, "at")?,
        by: by.unwrap_or_default(),
        via: via.unwrap_or_default(),
        site: get(row, "site")?,
        comment: get(row, "id")?,
        version: get(row, "version")?,
        author: get(row, "name")?,
        decision: get(row, "decision")?,
        reason: get(row, "reason")?,
        note: get(row, "note")?,
        undone: undone != 0,
        last: last != 0,
    })
}
