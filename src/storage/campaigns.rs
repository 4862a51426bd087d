//! Campaigns: comments that are near copies of one another. Who is in one is noted with the comment that joins it; the
//! window over recent comments, which finds copies, is filled from here.

use std::collections::BTreeMap;

use sqlx::any::AnyRow;

use crate::{
    domain::{
        arrival::Arrival,
        campaign::{CampaignId, Others},
        comment::CommentId,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store,
        engine::Engine,
        sql::{Conn, get, list, record, sql, to_rows, values},
    },
};

/// A comment as the window wants it.
#[derive(Debug)]
pub struct Recent {
    /// The comment.
    pub id: CommentId,
    /// What it answers.
    pub parent: Option<CommentId>,
    /// Its text.
    pub text: String,
    /// The campaign that it is in.
    pub campaign: Option<CampaignId>,
}

/// Some comments, in the order of their ids.
#[derive(Debug, Default)]
pub struct RecentStretch {
    /// Those that are not known yet.
    pub unknown: Vec<Recent>,
    /// The last of all that were looked at; none where there are no more.
    pub last: Option<CommentId>,
}

impl Store {
    /// Whether other instances may take comments in as well.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.engine == Engine::Postgres
    }

    /// The latest comment before so many, if there are more.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn latest_but(&self, many: usize) -> Result<Option<CommentId>> {
        let many = i64::try_from(many).unwrap_or(i64::MAX);
        let text = "SELECT id FROM comments ORDER BY id DESC LIMIT 1 OFFSET $1";
        let found = self.find(text, values![many]).await?;
        found.map(|row| get(&row, "id")).transpose()
    }

    /// The next so many comments after one, and of those that are not known what the window wants of them.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn recent_comments(
        &self,
        after: CommentId,
        limit: u32,
        is_known: impl Fn(CommentId) -> bool,
    ) -> Result<RecentStretch> {
        let text = "SELECT id FROM comments WHERE id > $1 ORDER BY id LIMIT $2";
        let found = self.all(text, values![after, limit]).await?;
        let ids: Vec<CommentId> = found.iter().filter_map(|row| get(row, "id").ok()).collect();
        let last = ids.last().copied();
        let unknown: Vec<CommentId> = ids.into_iter().filter(|id| !is_known(*id)).collect();
        if unknown.is_empty() {
            let unknown = Vec::new();
            return Ok(RecentStretch { unknown, last });
        }
        let text = format!(
            "SELECT {RECENT} FROM comments c \
             LEFT JOIN copies k ON k.site = c.site AND k.comment_id = c.id \
             WHERE c.id IN {{ids:$1}} ORDER BY c.id"
        );
        let query = sql(text, values![list(&unknown)]);
        let unknown = self.gather("comments", query, recent).await?;
        Ok(RecentStretch { unknown, last })
    }
}

record! {
    RECENT, recent -> Recent {
        id: "c.id",
        parent: "c.parent",
        text: "c.text",
        campaign: "k.campaign",
    }
}

/// What is known of the others in the campaigns of some arrivals, by their places.
pub(super) async fn others(
    on: &mut Conn<'_>,
    arrivals: impl Iterator<Item = (usize, &Arrival)>,
    since: Timestamp,
) -> Result<BTreeMap<usize, Others>> {
    let mut asked = Vec::new();
    for (place, arrival) in arrivals {
        let comment = &arrival.comment;
        for other in arrival.joined.iter().flat_map(|joined| &joined.others) {
            asked.push(serde_json::json!({
                "n": place, "i": other, "site": comment.site, "page": comment.page,
                "email": comment.email_index.0
            }));
        }
    }
    if asked.is_empty() {
        return Ok(BTreeMap::new());
    }
    let text = "SELECT CAST(r.value->>'n' AS BIGINT) AS n, COUNT(*) AS comments, \
                COUNT(CASE WHEN c.status = 'spam' AND c.decided_at IS NOT NULL THEN 1 END) AS spam, \
                COUNT(CASE WHEN c.status = 'approved' AND c.decided_at IS NOT NULL THEN 1 END) AS approved \
                FROM {rows:$1} CROSS JOIN comments c WHERE c.id = r.value->>'i' AND c.created_at > $2 \
                AND NOT (c.email_index = r.value->>'email' AND c.page = r.value->>'page' \
                    AND c.site = r.value->>'site') \
                GROUP BY CAST(r.value->>'n' AS BIGINT)";
    let found = on.all(text, values![to_rows(asked), since]).await?;
    let read = |row: &AnyRow| {
        let place: i64 = get(row, "n")?;
        let others = Others {
            comments: get(row, "comments")?,
            spam: get(row, "spam")?,
            approved: get(row, "approved")?,
        };
        Ok((usize::try_from(place).unwrap_or(usize::MAX), others))
    };
    found.iter().map(read).collect()
}

/// Notes who is in which campaign: these comments, which are stored, and the others that they found there.
pub(super) async fn note(tx: &mut Conn<'_>, arrivals: &[&Arrival]) -> Result<()> {
    let mut members: BTreeMap<CommentId, CampaignId> = BTreeMap::new();
    for arrival in arrivals {
        let Some(joined) = &arrival.joined else {
            continue;
        };
        for id in joined.unnoted.iter().chain([&arrival.comment.id]) {
            let campaign = members.entry(*id).or_insert(joined.campaign);
            *campaign = joined.campaign.min(*campaign);
        }
    }
    if members.is_empty() {
        return Ok(());
    }
    let rows = members.iter();
    let rows = rows.map(|(id, campaign)| serde_json::json!({ "i": id, "campaign": campaign }));
    let text = "INSERT INTO copies (site, comment_id, campaign) \
                SELECT c.site, c.id, r.value->>'campaign' FROM {rows:$1} CROSS JOIN comments c \
                WHERE c.id = r.value->>'i' ORDER BY c.id \
                ON CONFLICT (site, comment_id) DO UPDATE SET campaign = excluded.campaign \
                WHERE copies.campaign > excluded.campaign";
    tx.run(text, values![to_rows(rows)]).await?;
    Ok(())
}
