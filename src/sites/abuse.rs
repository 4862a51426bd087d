//! What a site would have held as abusive, at which threshold: looked at before a policy may hold by it, so that nobody has honest
//! people wait without knowing. Who looked is kept.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::{SiteError, Sites};
use crate::{
    domain::{
        abuse::{AbuseMode, AbuseScore, LIKELY},
        comment::{Comment, Status},
        evidence::Verdict,
        field::FieldError,
        site::{Policy, Site, SiteSlug},
    },
    ground::Ground,
    learn::{
        abuse::{self, AbuseJudge},
        live::LiveError,
    },
    storage::{Result, StoreError, abuse_trials::SeenTrial},
    text::{language, views::with_features},
};

/// How many comments are looked at.
const LATEST: i64 = 1_000;

/// Thresholds that are shown where none are asked for.
pub const THRESHOLDS: [f64; 8] = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0];

/// Thresholds in one look at most.
const MAX_THRESHOLDS: usize = 50;

/// A comment that came, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TriedComment {
    /// How abusive it seems; none where the model does not know its language.
    pub abuse: Option<f64>,
    /// Whether it was published at once, without anybody.
    pub published: bool,
    /// Whether people published it; none where they did not decide.
    pub approved: Option<bool>,
}

/// What a threshold would have done to the latest comments.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct AbuseEffect {
    /// The threshold.
    pub threshold: f64,
    /// Comments that it would have held.
    pub held: usize,
    /// Of these, published at once, which would have had to wait; the others waited for a person anyway.
    pub published: usize,
    /// Of these, approved by a person: held for nothing.
    pub approved: usize,
    /// Of these, rejected, put into the trash or marked as spam by a person.
    pub rejected: usize,
}

/// What holding by abuse would have done to the latest comments of a site.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AbuseTrial {
    /// How many comments were looked at: the last thousand, those left out that were put aside as spam when they came.
    pub comments: usize,
    /// Of these, in a language that the model does not know: they are never held for abuse.
    pub unknown_language: usize,
    /// What each threshold would have done.
    pub effects: Vec<AbuseEffect>,
    /// That you looked, as it is kept from now on.
    pub seen: SeenTrial,
}

/// The latest comments of a site, as holding by abuse is tried on them: latest first.
///
/// # Errors
/// [`SiteError::Store`], or [`SiteError::Unjudged`] where no model can be had.
pub async fn latest(sites: &Sites, site: &SiteSlug) -> Result<Vec<TriedComment>, SiteError> {
    let comments = sites.ground.store.latest_comments(site, LATEST).await?;
    let judge = abuse::judge(&sites.learning, site).await?;
    // What came before scores were kept is scored now: a thousand long texts take a second of computing.
    let tried = tokio::task::spawn_blocking(move || {
        let judged = comments.iter().filter(|one| one.verdict != Verdict::Spam);
        judged.map(|one| tried(&judge, one)).collect()
    });
    Ok(tried.await.map_err(|_| StoreError::Corrupt("comment"))?)
}

fn tried(judge: &AbuseJudge, comment: &Comment) -> TriedComment {
    let score = comment.evidence.abuse.or_else(|| {
        with_features(&comment.document(), |features| {
            let language = language::of(&comment.text, features);
            judge.read(&comment.text, language.map(|one| one.code), features)
        })
    });
    let decided = comment.decided_at.is_some();
    TriedComment {
        abuse: score.map(AbuseScore::probability),
        published: comment.verdict == Verdict::Publish,
        approved: (decided && comment.status != Status::Pending)
            .then_some(comment.status == Status::Approved),
    }
}

/// What a threshold would have done.
#[must_use]
pub fn effect(tried: &[TriedComment], threshold: f64) -> AbuseEffect {
    let held = |one: &&TriedComment| one.abuse.is_some_and(|abuse| abuse >= threshold);
    let held: Vec<&TriedComment> = tried.iter().filter(held).collect();
    let said = |what| held.iter().filter(|one| one.approved == Some(what)).count();
    AbuseEffect {
        threshold,
        held: held.len(),
        published: held.iter().filter(|one| one.published).count(),
        approved: said(true),
        rejected: said(false),
    }
}

/// Shows what thresholds would have done, and keeps that `by` looked.
///
/// # Errors
/// [`SiteError::Invalid`] for thresholds that are none, or as [`latest`].
pub async fn look(
    sites: &Sites,
    site: &Arc<Site>,
    thresholds: &[f64],
    by: &str,
) -> Result<AbuseTrial, SiteError> {
    let is_one = |at: &f64| (LIKELY..=1.0).contains(at);
    if thresholds.is_empty() || thresholds.len() > MAX_THRESHOLDS || !thresholds.iter().all(is_one)
    {
        let message = "Name 1 to 50 thresholds, each from 0.5 to 1.";
        let error = FieldError::new("thresholds", "out_of_range", message);
        return Err(SiteError::Invalid(vec![error]));
    }
    let tried = latest(sites, &site.slug).await?;
    let seen = SeenTrial {
        at: sites.ground.now(),
        by: by.to_owned(),
        lowest: thresholds.iter().copied().fold(1.0, f64::min),
        highest: thresholds.iter().copied().fold(0.0, f64::max),
        comments: i64::try_from(tried.len()).unwrap_or(i64::MAX),
    };
    sites
        .ground
        .store
        .keep_abuse_trial(&site.slug, &seen)
        .await?;
    Ok(AbuseTrial {
        comments: tried.len(),
        unknown_language: tried.iter().filter(|one| one.abuse.is_none()).count(),
        effects: thresholds.iter().map(|at| effect(&tried, *at)).collect(),
        seen,
    })
}

/// Refuses a policy that holds by abuse until somebody has looked at what that would have done, at its threshold.
pub(super) async fn check(
    ground: &Ground,
    site: &SiteSlug,
    policy: &Policy,
) -> Result<Vec<FieldError>> {
    if policy.abuse != AbuseMode::Hold {
        return Ok(Vec::new());
    }
    let seen = ground.store.abuse_trial(site).await?;
    let Some(seen) = seen.filter(|seen| seen.comments > 0) else {
        let message = "Look first at what it would have done to this site's last comments: on the model's page, by POST to \
                       /api/v1/sites/{site}/abuse/trial, or with `hamlet site abuse-trial`.";
        let error = FieldError::new("policy.abuse", "not_tried", message);
        return Ok(vec![error]);
    };
    if (seen.lowest..=seen.highest).contains(&policy.abuse_threshold) {
        return Ok(Vec::new());
    }
    let message = format!(
        "{} looked at thresholds from {} to {}: look at this one first.",
        seen.by, seen.lowest, seen.highest
    );
    let error = FieldError::new("policy.abuse_threshold", "not_tried", message);
    Ok(vec![error])
}

impl From<LiveError> for SiteError {
    fn from(error: LiveError) -> Self {
        Self::Unjudged(error)
    }
}
