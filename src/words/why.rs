//! Why people decided as they did, in words.

use super::{Said, Words};
use crate::domain::decision::DecisionReason;

impl Words {
    /// A reason.
    #[must_use]
    pub fn why(&self, reason: DecisionReason) -> Said<'_> {
        self.say(match reason {
            DecisionReason::Abuse => "js-why-abuse",
            DecisionReason::OffTopic => "js-why-off_topic",
            DecisionReason::LowQuality => "js-why-low_quality",
            DecisionReason::PrivateInformation => "js-why-private_information",
            DecisionReason::Impersonation => "js-why-impersonation",
            DecisionReason::Illegal => "js-why-illegal",
        })
    }

    /// Every reason, as a form sends it and in words.
    #[must_use]
    pub fn whys(&self) -> Vec<(&'static str, Said<'_>)> {
        let all = DecisionReason::ALL.iter();
        all.map(|reason| (reason.as_str(), self.why(*reason)))
            .collect()
    }
}
