//! The background jobs by name, and how often each runs. What they do is `background`'s.

use std::time::Duration;

use serde::Serialize;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::domain::word::with_words;

/// A job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Job {
    /// Notices sites, block rules and keys that another process changed.
    Directory,
    /// Announces arrivals on moderators' pages.
    News,
    /// Brings models up to date with what people teach, here and at other instances.
    Learning,
    /// Carries training runs out.
    Training,
    /// Counts labelled data that another instance has left half counted.
    Uploads,
    /// Forgets what has had its time.
    Retention,
    /// Folds together what was added to the kept counts, and adds up the statistics.
    Counts,
    /// Goes on with batches whose taking back was cut off.
    TakingBack,
    /// Moves comments whose page is spelled otherwise since a site's rules changed.
    Pages,
    /// Reads gauges from the database.
    Gauges,
    /// Works the outbox off.
    Mail,
    /// Delivers to webhooks.
    Webhooks,
    /// Adds up what was observed, whether or not anyone asks for it.
    Metrics,
    /// Looks whether the database can be written to.
    Probe,
    /// Takes comments into the search index, behind the posts.
    Search,
    /// Looks at what other instances took in, to find near copies of it.
    Campaigns,
}

with_words!(Job);

impl Job {
    /// Time from the beginning of one run to that of the next.
    #[must_use]
    pub const fn period(self) -> Duration {
        match self {
            // How soon a change made at another instance is noticed here.
            Self::Learning => Duration::from_millis(500),
            Self::Directory
            | Self::News
            | Self::Training
            | Self::Mail
            | Self::Webhooks
            | Self::Search => Duration::from_secs(1),
            Self::Metrics | Self::Campaigns => Duration::from_secs(5),
            Self::Uploads
            | Self::Counts
            | Self::TakingBack
            | Self::Pages
            | Self::Gauges
            | Self::Probe => Duration::from_secs(10),
            Self::Retention => Duration::from_mins(10),
        }
    }
}
