//! How long things are kept: a sender's network for the configured days, answers to repeated
//! requests for a day, counters and spent tokens until their windows end, the address of someone who
//! was asked about replies and never answered for a month, which decisions were one batch as long, what a
//! program was answered for three, what operators did for the configured days, the sums of the statistics for 400 days, spam and trash for the days that its site says.

use std::time::Duration;

use crate::{
    domain::{comment::Status, site::Policy, tally},
    ground::Ground,
    review,
    storage::{Result, comment_erasure::Expiry},
};

/// How long an unanswered question about replies is kept.
const QUESTIONS: Duration = Duration::from_hours(30 * 24);

/// How long what a program was answered is kept, for its reports.
const JUDGEMENTS: Duration = Duration::from_hours(90 * 24);

/// How long it is known who had a comment open; nobody asks after a minute or two.
const LOOKS: Duration = Duration::from_hours(1);

/// Nothing waits longer than this, but for what is counted in a configured window.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// Forgets everything whose time is over, and what only a clock that ran ahead can have written.
///
/// # Errors
/// [`crate::storage::StoreError`]; what could be forgotten before is.
pub async fn forget(ground: &Ground) -> Result<()> {
    let now = ground.now();
    let window = Duration::from_secs(ground.settings.intake.rate_window_seconds);
    let horizon = now.plus(LONGEST_WAIT.saturating_add(window));
    ground.store.forget_the_future(now, horizon).await?;
    let days = ground.settings.privacy.network_days;
    let networks = now.minus(Duration::from_secs(days.saturating_mul(24 * 60 * 60)));
    ground.store.forget_networks(networks).await?;
    ground.store.forget_questions(now.minus(QUESTIONS)).await?;
    ground
        .store
        .forget_judgements(now.minus(JUDGEMENTS))
        .await?;
    let days = ground.settings.privacy.audit_days;
    let acts = now.minus(Duration::from_secs(days * 24 * 60 * 60));
    ground.store.forget_acts(acts).await?;
    ground
        .store
        .forget_batches(now.minus(review::batches::KEPT))
        .await?;
    let today = tally::day_of(now);
    let sums = (today - tally::PAGE_DAYS, today - tally::DAYS);
    ground.store.forget_tallies(sums.0, sums.1).await?;
    ground.store.forget_looks(now.minus(LOOKS)).await?;
    ground.store.forget_expired(now).await?;
    expire(ground).await
}

/// Days after which comments of a status are deleted for good on a site of this policy, where they are.
#[must_use]
pub const fn days_of(policy: &Policy, status: Status) -> Option<u32> {
    match status {
        Status::Spam => policy.spam_days,
        Status::Trash => policy.trash_days,
        Status::Pending | Status::Approved | Status::Rejected => None,
    }
}

/// Deletes spam and trash whose time is over.
async fn expire(ground: &Ground) -> Result<()> {
    let now = ground.now();
    let snapshot = ground.directory.snapshot();
    let expiries = snapshot.sites.values().flat_map(|site| {
        let expiry = |status: Status| {
            let days = u64::from(days_of(&site.policy, status)?);
            Some(Expiry {
                site: site.slug.clone(),
                status,
                before: now.minus(Duration::from_secs(days * 24 * 60 * 60)),
            })
        };
        [Status::Spam, Status::Trash].into_iter().filter_map(expiry)
    });
    let expiries: Vec<Expiry> = expiries.collect();
    let mut deleted = 0;
    loop {
        match ground.store.expire_comments(&expiries).await? {
            0 => break,
            some => deleted += some,
        }
    }
    if deleted > 0 {
        tracing::info!(deleted, "spam and trash whose time was over was deleted");
        ground.store.fold_log().await;
    }
    Ok(())
}
