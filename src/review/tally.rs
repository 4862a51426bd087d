//! Brings the sums of the statistics up to date, behind what comes in and what is decided: a job does, a few lines at a time.

use std::time::Duration;

use crate::{domain::tally::PAGE_DAYS, ground::Ground, storage::Result};

/// What is counted is older than this: a transaction may become visible some time after it began.
pub const LATE: Duration = Duration::from_mins(2);
/// How far back the first of it is counted, where nothing was counted yet.
const FIRST: Duration = Duration::from_hours(24 * PAGE_DAYS.unsigned_abs());
/// Most steps of one run of the job, so that others have their turn.
const STEPS: usize = 10;

/// Counts what is not counted yet.
///
/// # Errors
/// [`crate::storage::StoreError`]; what was counted before stays so.
pub async fn follow(ground: &Ground) -> Result<()> {
    let now = ground.now();
    let (since, before) = (now.minus(FIRST), now.minus(LATE));
    let mut steps = 0;
    while steps < STEPS && ground.store.tally_comments(since, before).await? {
        steps += 1;
    }
    steps = 0;
    while steps < STEPS && ground.store.tally_decisions(since, before).await? {
        steps += 1;
    }
    Ok(())
}
