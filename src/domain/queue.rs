//! The queue as a list of comments: which of them are wanted, in what order, where a list goes on, and
//! how many there are of each status. What a moderator may see of it is checked in `review`.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::{
    abuse::AbuseFilter,
    campaign::CampaignId,
    comment::{Comment, CommentId, Status},
    email::EmailIndex,
    evidence::Check,
    page::Page,
    search::Search,
    site::SiteSlug,
    timestamp::Timestamp,
    word::with_words,
};

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Sort {
    /// Latest arrival first.
    #[default]
    Newest,
    /// Earliest arrival first.
    Oldest,
    /// Score nearest to one half first; what could not be judged comes before all.
    Uncertain,
    /// Highest score first; what could not be judged comes before all.
    Spammiest,
    /// Most abusive first; what is not likely abusive is left out.
    Abusive,
    /// Last decided about first; what nobody decided about is left out.
    Decided,
}

with_words!(Sort);

/// Which comments are wanted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// The sites; a list over none is empty.
    pub sites: Vec<SiteSlug>,
    /// Their status.
    pub status: Option<Status>,
    /// Their page.
    pub page: Option<Page>,
    /// Found by what people typed.
    pub search: Option<Search>,
    /// Their author.
    pub author: Option<EmailIndex>,
    /// At least this probable.
    pub min_score: Option<f64>,
    /// At most this probable.
    pub max_score: Option<f64>,
    /// Arrived at or after.
    pub since: Option<Timestamp>,
    /// Arrived before.
    pub until: Option<Timestamp>,
    /// With this check among those that fired.
    pub check: Option<Check>,
    /// In the language with this code: a few letters.
    pub language: Option<String>,
    /// With, or without, a link in text or website.
    pub has_link: Option<bool>,
    /// As abusive as this, at least, or of this kind: there is an index for it.
    pub abuse: Option<AbuseFilter>,
    /// Near copies of one another.
    pub campaign: Option<CampaignId>,
    /// Only what somebody decided about, and nobody took back since: there is an index for it.
    pub decided: bool,
    /// Only the latest of near copies, where nothing narrows the list.
    pub folded: bool,
}

/// What is asked for, before it is checked; what is absent does not narrow the list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QueueQuery {
    /// The site's slug.
    pub site: Option<String>,
    /// The page, in any spelling.
    pub page: Option<String>,
    /// Any comment of the author.
    pub author: Option<CommentId>,
    /// Any of some near copies.
    pub copies_of: Option<CommentId>,
    /// What is searched for, as it was typed.
    pub search: Option<String>,
    /// The order.
    pub sort: Sort,
    /// The rest; its sites, page, author and search are made by what is asked for above.
    pub filter: Filter,
}

/// Where a list goes on: the last item's sort key and id.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// The sort that it belongs to.
    pub sort: Sort,
    /// The last item's key.
    pub key: f64,
    /// The last item's id.
    pub id: CommentId,
}

/// A stretch of a list.
#[derive(Debug, Clone)]
pub struct Listing {
    /// At most as many as were asked for.
    pub comments: Vec<Comment>,
    /// Where the list goes on, if it does.
    pub next: Option<Cursor>,
}

impl Filter {
    /// Whether every comment of the sites is wanted, whatever its status.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let whole = Self {
            sites: self.sites.clone(),
            status: self.status,
            folded: self.folded,
            ..Self::default()
        };
        *self == whole
    }

    /// What is searched for by words, which has an index.
    #[must_use]
    pub fn words(&self) -> Option<&Search> {
        self.search.as_ref().filter(|search| !search.is_literal())
    }

    /// Whether something but sites, status and words narrows it.
    #[must_use]
    pub fn is_narrower(&self) -> bool {
        let narrower = Self {
            search: None,
            ..self.clone()
        };
        !narrower.is_whole()
    }

    /// Whether finding them, or counting them, takes a look at each of the comments. What seems abusive, and what was
    /// decided about, has an index.
    #[must_use]
    pub const fn is_search(&self) -> bool {
        self.search.is_some()
            || self.min_score.is_some()
            || self.max_score.is_some()
            || self.since.is_some()
            || self.until.is_some()
            || self.check.is_some()
            || self.language.is_some()
            || self.has_link.is_some()
    }

    /// The code of a language as it was typed; none where it is no such code.
    #[must_use]
    pub fn language(raw: &str) -> Option<String> {
        let code = raw.trim().to_ascii_lowercase();
        let letters = code.bytes().all(|byte| byte.is_ascii_lowercase());
        (letters && (2..=3).contains(&code.len())).then_some(code)
    }
}

/// How far a search by words saw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Searched {
    /// Comments that are not in the search index yet and were not looked at either: 0 but for a while after many came
    /// at once, or after an upgrade.
    pub behind: i64,
    /// Whether there may be more hits than `counts` says: counting all of them would take too long.
    pub at_least: bool,
}

/// How many comments stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[expect(missing_docs, reason = "a count for each status")]
pub struct Counts {
    pub pending: i64,
    pub approved: i64,
    pub spam: i64,
    pub rejected: i64,
    pub trash: i64,
}

impl Counts {
    /// Adds to the count of one status.
    pub const fn add(&mut self, status: Status, count: i64) {
        *self.of_mut(status) += count;
    }

    /// The count of one status.
    #[must_use]
    pub const fn of(mut self, status: Status) -> i64 {
        *self.of_mut(status)
    }

    const fn of_mut(&mut self, status: Status) -> &mut i64 {
        match status {
            Status::Pending => &mut self.pending,
            Status::Approved => &mut self.approved,
            Status::Spam => &mut self.spam,
            Status::Rejected => &mut self.rejected,
            Status::Trash => &mut self.trash,
        }
    }
}
