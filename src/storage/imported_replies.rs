//! Whether an imported reply may be public: only if what it answers is, wherever that stands in the
//! file. Until it is known, the reply waits (`imported.waits`).

use std::collections::{HashMap, HashSet};

use sqlx::any::AnyRow;

use crate::{
    domain::{
        comment::{CommentId, Status},
        site::SiteSlug,
    },
    storage::{
        Result, Store,
        imported::{Fate, ImportedComment, STRETCH},
        sql::{Conn, get, list, values},
    },
};

/// What a reply answers.
pub(super) struct Parent {
    pub id: CommentId,
    /// What becomes of an approved reply to it; `None` for one of the same batch.
    fate: Option<Fate>,
}

/// What a batch's replies answer, by the ids of their own system, as far as it is here.
pub(super) async fn parents(
    tx: &mut Conn<'_>,
    site: &str,
    system: &str,
    batch: &[ImportedComment],
) -> Result<HashMap<String, Parent>> {
    let asked = batch.iter().filter_map(|one| one.foreign_parent.as_ref());
    let asked: HashSet<&String> = asked.collect();
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    // As a join SQLite would walk through all that was ever imported, and look for each in the list.
    let text = "SELECT i.foreign_id, i.comment_id, i.waits, c.status FROM imported i \
                LEFT JOIN comments c ON c.site = i.site AND c.id = i.comment_id \
                WHERE i.site = $2 AND i.system = $3 \
                AND i.foreign_id IN {list:$1}";
    let found = tx.all(text, values![list(asked), site, system]).await?;
    found.iter().map(parent).collect()
}

fn parent(row: &AnyRow) -> Result<(String, Parent)> {
    let status: Option<String> = get(row, "status")?;
    let waits: i64 = get(row, "waits")?;
    let parent = Parent {
        id: get(row, "comment_id")?,
        fate: status.map(|status| match (status.as_str(), waits) {
            ("approved", _) => Fate::New,
            (_, 1) => Fate::Waits,
            _ => Fate::Withheld,
        }),
    };
    Ok((get(row, "foreign_id")?, parent))
}

/// What is to become of each comment of a batch. An approved reply is public only if all that it
/// answers is, up to the thread's first comment.
pub(super) fn fates(
    batch: &[ImportedComment],
    is_new: &[bool],
    parents: &HashMap<String, Parent>,
) -> Vec<Fate> {
    let mut places: HashMap<&str, usize> = HashMap::with_capacity(batch.len());
    for (place, one) in batch.iter().enumerate() {
        places.entry(&one.foreign_id).or_insert(place);
    }
    let fate = |(place, is_new): (usize, &bool)| {
        if !is_new {
            return Fate::Known;
        }
        if batch[place].status != Status::Approved {
            return Fate::New;
        }
        let mut at = place;
        // No thread of a batch is longer than the batch: a longer one goes in a circle.
        for _ in 0..batch.len() {
            let Some(answered) = &batch[at].foreign_parent else {
                return Fate::New;
            };
            if let Some(fate) = parents.get(answered).and_then(|parent| parent.fate) {
                return fate;
            }
            match places.get(answered.as_str()) {
                None => return Fate::Waits,
                Some(next) if batch[*next].status != Status::Approved => return Fate::Withheld,
                Some(next) => at = *next,
            }
        }
        Fate::New
    };
    is_new.iter().enumerate().map(fate).collect()
}

impl Store {
    /// Lets those replies be public that waited for it and may be; how many may not.
    pub(super) async fn settle_replies(&self, site: &SiteSlug, system: &str) -> Result<u64> {
        let mut withheld = 0;
        loop {
            let round = self.settle(site, system, false).await?;
            withheld += round.withheld;
            if round.done == 0 {
                break;
            }
        }
        // What is left answers itself in a circle.
        Ok(withheld + self.settle(site, system, true).await?.withheld)
    }

    /// Goes once through the replies that wait.
    async fn settle(&self, site: &SiteSlug, system: &str, all: bool) -> Result<Settled> {
        let mut round = Settled::default();
        loop {
            let (site, after) = (site.to_string(), round.last.take().unwrap_or_default());
            let stretch =
                self.write(async |tx| settle_stretch(tx, [&site, system, &after], all).await);
            let stretch = stretch.await?;
            round.done += stretch.done;
            round.withheld += stretch.withheld;
            round.last = stretch.last;
            if round.last.is_none() {
                return Ok(round);
            }
        }
    }
}

/// What became of some of the replies that wait.
#[derive(Default)]
struct Settled {
    done: usize,
    withheld: u64,
    /// Where the next stretch begins.
    last: Option<String>,
}

/// Settles some of a site's and system's replies that wait, those after a foreign id: `all`, or those
/// of which it is known whether what they answer is public. What they answer and is not here at all is
/// no reason to wait.
async fn settle_stretch(
    tx: &mut Conn<'_>,
    [site, system, after]: [&str; 3],
    all: bool,
) -> Result<Settled> {
    let text = "SELECT i.foreign_id, i.comment_id, p.foreign_id AS parent, \
                    COALESCE(p.waits, 0) AS waits, COALESCE(c.status, '') AS status \
                FROM imported i LEFT JOIN imported p ON p.site = i.site AND p.system = i.system \
                    AND p.foreign_id = i.parent \
                LEFT JOIN comments c ON c.site = p.site AND c.id = p.comment_id \
                WHERE i.site = $1 AND i.system = $2 AND i.waits = 1 AND i.foreign_id > $3 \
                ORDER BY i.foreign_id LIMIT $4";
    let found = tx.all(text, values![site, system, after, STRETCH]).await?;
    let (mut public, mut settled) = (Vec::new(), Vec::new());
    for row in &found {
        let parent: Option<String> = get(row, "parent")?;
        let is_public = all || parent.is_none() || get::<String>(row, "status")? == "approved";
        if is_public {
            public.push(get::<String>(row, "comment_id")?);
        }
        if is_public || get::<i64>(row, "waits")? == 0 {
            settled.push(get::<String>(row, "foreign_id")?);
        }
    }
    publish(tx, site, &public).await?;
    let done: Vec<&String> = settled.iter().collect();
    set_waiting(tx, [site, system], 0, &done).await?;
    let last = found
        .last()
        .filter(|_| i64::try_from(found.len()) == Ok(STRETCH));
    Ok(Settled {
        done: settled.len(),
        withheld: (settled.len() - public.len()) as u64,
        last: last.map(|row| get(row, "foreign_id")).transpose()?,
    })
}

/// Makes replies public about which nobody has decided meanwhile.
async fn publish(tx: &mut Conn<'_>, site: &str, ids: &[String]) -> Result<()> {
    let text = "UPDATE comments SET status = 'approved', verdict = 'publish' WHERE site = $2 \
                AND status = 'pending' AND decided_at IS NULL \
                AND id IN {list:$1}";
    tx.run(text, values![list(ids), site]).await?;
    Ok(())
}

/// Marks imported comments as those that wait for what they answer, or that no longer do.
pub(super) async fn set_waiting(
    tx: &mut Conn<'_>,
    [site, system]: [&str; 2],
    waits: i64,
    foreign_ids: &[&String],
) -> Result<()> {
    let text = "UPDATE imported SET waits = $4 WHERE site = $2 AND system = $3 \
                AND foreign_id IN {list:$1}";
    tx.run(text, values![list(foreign_ids), site, system, waits])
        .await?;
    Ok(())
}
