//! What is filled in on a site's page and not saved yet: an origin that a widget found missing, a threshold from the model's page or
//! one of those to begin with. And the numbers that people read and write in percent.

use super::SiteQuery;
use crate::{
    domain::{origin::Origin, site::Site},
    web::desk::{charts, prelude::*},
    words::Argument,
};

/// The latest comments that a threshold is tried on.
const TRIED_ON: i64 = 1_000;

/// Thresholds to begin with, each with the name of its sentence.
const PRESETS: [(&str, f64); 3] = [
    ("site-careful", 0.99),
    ("site-balanced", 0.95),
    ("site-strict", 0.85),
];

/// A threshold to begin with.
pub(super) struct Preset {
    /// The name of the sentence that it is called by.
    pub(super) name: &'static str,
    pub(super) percent: String,
    /// What it would have done.
    pub(super) would: String,
    /// Whether it is filled in.
    pub(super) is_chosen: bool,
}

/// The thresholds to begin with, tried on a site's latest comments.
pub(super) async fn presets(app: &App, words: &Words, site: &Site) -> Result<Vec<Preset>, Problem> {
    let judged = app.store.latest_judged(&site.slug, TRIED_ON).await?;
    let all = charts::effect(&judged, 0.0);
    let preset = |(name, at): (&'static str, f64)| {
        let effect = charts::effect(&judged, at);
        let counted: [(&str, &dyn Argument); 5] = [
            ("aside", &effect.aside),
            ("caught", &effect.caught),
            ("spam", &all.caught),
            ("blocked", &effect.blocked),
            ("ham", &all.blocked),
        ];
        Preset {
            name,
            percent: percent(at),
            // Of no comments there is nothing to say.
            would: if judged.is_empty() {
                String::new()
            } else {
                words.fill("model-would", &counted)
            },
            is_chosen: (site.policy.spam_threshold - at).abs() < 1e-9,
        }
    };
    Ok(PRESETS.into_iter().map(preset).collect())
}

/// Fills in what an address proposes, and says so.
pub(super) fn fill_in(words: &Words, site: &mut Site, query: &SiteQuery) -> Vec<Said<'static>> {
    let mut said = Vec::new();
    let origin = query.origin.as_deref().and_then(Origin::parse);
    if let Some(origin) = origin.filter(|origin| !site.origins.contains(origin)) {
        said.push(words.html("site-origin-proposed", &[("origin", &origin.as_str())]));
        site.origins.push(origin);
    }
    let spam = query.spam.as_deref().and_then(share);
    if let Some(spam) = spam.filter(|spam| (0.01..=1.0).contains(spam)) {
        said.push(words.html("site-spam-proposed", &[("percent", &percent(spam))]));
        site.policy.spam_threshold = spam;
    }
    said
}

/// A share of one in percent, as short as it can be written.
pub(in crate::web::desk) fn percent(share: f64) -> String {
    ((share * 1e6).round() / 1e4).to_string()
}

/// What somebody wrote in percent, as a share of one.
pub(super) fn share(written: &str) -> Option<f64> {
    let number = written.trim().trim_end_matches('%').trim_end();
    let number: f64 = number.replace(',', ".").parse().ok()?;
    number.is_finite().then_some(number / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_written_shortly_and_read_as_people_write_them() {
        for (shown, of_one) in [("95", 0.95), ("99.5", 0.995), ("100", 1.0), ("0", 0.0)] {
            assert_eq!(percent(of_one), shown);
            assert_eq!(share(shown), Some(of_one));
        }
        assert_eq!(share(" 95,5 % "), Some(0.955));
        for wrong in ["", "%", "high", "NaN", "inf", "1 2"] {
            assert_eq!(share(wrong), None, "{wrong}");
        }
    }
}
