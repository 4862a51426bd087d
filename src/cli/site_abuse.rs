//! `hamlet site abuse` and `abuse-trial`: what a site does with how abusive its comments seem, and what holding by it would have done.

use std::sync::Arc;

use super::shell::{Misuse, SHELL, Shell, refused};
use crate::{
    domain::{
        abuse::AbuseMode,
        site::{Policy, Site},
    },
    sites::{
        self, SiteError,
        abuse::{self, THRESHOLDS},
        change::SiteChange,
    },
};

/// Shows what thresholds would have done to the last thousand comments, and keeps that somebody looked.
pub(super) async fn trial(
    shell: &Shell,
    site: &Arc<Site>,
    thresholds: &[f64],
) -> anyhow::Result<()> {
    let thresholds = if thresholds.is_empty() {
        &THRESHOLDS[..]
    } else {
        thresholds
    };
    let trial = match abuse::look(&shell.sites, site, thresholds, SHELL).await {
        Err(SiteError::Invalid(errors)) => return Err(refused(&errors).into()),
        trial => trial?,
    };
    let mut lines = vec![format!(
        "The last {} comments of {}, of which {} are in a language that the model does not know:",
        trial.comments, site.slug, trial.unknown_language
    )];
    for effect in &trial.effects {
        lines.push(format!(
            "from {} on: {} held, of which {} were published at once, {} approved and {} rejected by people",
            effect.threshold, effect.held, effect.published, effect.approved, effect.rejected
        ));
    }
    shell.say(&trial, &lines.join("\n"))
}

/// Sets what the site does.
pub(super) async fn set(
    shell: &Shell,
    site: &Site,
    mode: &str,
    threshold: Option<f64>,
) -> anyhow::Result<()> {
    let mode = AbuseMode::parse(mode)
        .ok_or_else(|| Misuse(format!("{mode} is none of off, show and hold")))?;
    let policy = Policy {
        abuse: mode,
        abuse_threshold: threshold.unwrap_or(site.policy.abuse_threshold),
        ..site.policy.clone()
    };
    let change = SiteChange {
        policy: Some(policy),
        ..SiteChange::default()
    };
    let changed = match sites::change(shell, site, change).await {
        Err(SiteError::Invalid(errors)) => return Err(refused(&errors).into()),
        changed => changed?,
    };
    let (mode, threshold) = (changed.policy.abuse, changed.policy.abuse_threshold);
    let said = match mode {
        AbuseMode::Off => "How abusive comments seem is not worked out".to_owned(),
        AbuseMode::Show => "Moderators see how abusive comments seem".to_owned(),
        AbuseMode::Hold => format!("Comments that seem abusive from {threshold} on are held"),
    };
    shell.say(&changed, &said)
}
