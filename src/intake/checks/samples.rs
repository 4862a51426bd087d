//! Facts for the unit tests of checks: an innocent submission on a site with the default policy.

use std::sync::LazyLock;

use super::Facts;
use crate::{
    config::IntakeSettings,
    domain::{
        email::EmailIndex,
        site::{Policy, Site, SiteSlug},
        timestamp::Timestamp,
    },
    intake::{
        form_token::{Checked, Opened},
        submission::{Fields, Submission},
    },
    rules::Rules,
};

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub(super) const LIMITS: IntakeSettings = IntakeSettings {
    rate_window_seconds: 600,
    network_soft_limit: 20,
    network_hard_limit: 200,
    email_soft_limit: 10,
    email_hard_limit: 100,
    duplicate_window_hours: 24,
    campaign_window_days: 7,
    campaign_window_comments: 0,
};

/// What [`Facts`] refer to.
pub(super) struct Sample {
    site: Site,
    submission: Submission,
    token: Checked,
}

fn site() -> Site {
    Site {
        slug: SiteSlug::parse("default").expect("a slug"),
        name: "Default".to_owned(),
        origins: Vec::new(),
        policy: Policy::default(),
        created_at: NOW,
    }
}

pub(super) fn submission(text: &str) -> Submission {
    let given = |value: &str| Some(value.to_owned());
    let fields = Fields {
        page: given("/p"),
        name: given("Reader"),
        email: given("reader@mail.example"),
        text: given(text),
        ..Fields::default()
    };
    fields.parse(&site()).expect("fields that are right")
}

impl Sample {
    pub(super) fn of(text: &str) -> Self {
        Self {
            site: site(),
            submission: submission(text),
            token: Checked {
                opened: Opened::Unknown,
                name: None,
                proof: None,
            },
        }
    }

    /// Facts in which no check finds anything.
    pub(super) fn facts(&self) -> Facts<'_> {
        static NO_RULES: LazyLock<Rules> = LazyLock::new(Rules::default);
        let index = EmailIndex("written".to_owned());
        Facts {
            site: &self.site,
            rules: &NO_RULES,
            submission: &self.submission,
            sender: None,
            email: [index.clone(), index],
            networks: Vec::new(),
            token: &self.token,
            now: NOW,
        }
    }
}
