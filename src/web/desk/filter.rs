//! What the queue's list is narrowed to and how it is ordered: the filters as its address carries
//! them, what they mean to `review`, and the addresses of lists.

use std::time::Duration;

use time::{Date, format_description::well_known::Iso8601};
use url::form_urlencoded::Serializer;

use super::flash::Carried;
use crate::{
    domain::{evidence::Check, queue::Sort},
    review::queue::Wanted,
    web::{desk::prelude::*, query::read},
};

/// The query string of the queue's page.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct DeskQuery {
    pub status: Option<String>,
    pub site: Option<String>,
    pub page: Option<String>,
    pub q: Option<String>,
    pub author: Option<String>,
    pub band: Option<String>,
    pub since: Option<String>,
    pub until: Option<String>,
    pub check: Option<String>,
    pub link: Option<String>,
    pub sort: Option<String>,
    cursor: Option<String>,
    /// What the form before did.
    #[serde(flatten)]
    pub carried: Carried,
}

/// Score bands to choose from: word, label, lowest and highest score.
const BANDS: [(&str, &str, f64, f64); 3] = [
    ("spam", "probably spam", 0.75, 1.0),
    ("uncertain", "uncertain", 0.25, 0.75),
    ("genuine", "probably genuine", 0.0, 0.25),
];

impl DeskQuery {
    /// A filter's value as its field shows it.
    #[must_use]
    pub fn shown(&self, name: &str) -> &str {
        let value = match name {
            "site" => &self.site,
            "page" => &self.page,
            "q" => &self.q,
            "author" => &self.author,
            "until" => &self.until,
            "link" => &self.link,
            "check" => &self.check,
            _ => &self.since,
        };
        value.as_deref().unwrap_or_default()
    }

    /// The status whose tab is open.
    #[must_use]
    pub fn status(&self) -> Status {
        let status = self.status.as_deref().and_then(Status::parse);
        status.unwrap_or(Status::Pending)
    }

    fn sort(&self) -> Sort {
        let sort = self.sort.as_deref().and_then(Sort::parse);
        sort.unwrap_or_default()
    }

    /// What the filters mean; what is not right is noted and does not narrow.
    pub fn wanted(&self, errors: &mut Vec<FieldError>) -> Wanted {
        let band = BANDS
            .iter()
            .find(|(word, ..)| self.band.as_deref() == Some(word));
        let given = |field: &Option<String>| field.clone().filter(|value| !value.is_empty());
        Wanted {
            status: Some(self.status()),
            site: given(&self.site),
            page: given(&self.page),
            search: given(&self.q),
            author: read(errors, "author", self.author.as_deref(), CommentId::parse),
            min_score: band.map(|(_, _, min, _)| *min),
            max_score: band.map(|(.., max)| *max),
            since: read(errors, "since", self.since.as_deref(), midnight),
            until: read(errors, "until", self.until.as_deref(), midnight)
                .map(|day| day.plus(Duration::from_hours(24))),
            check: read(errors, "check", self.check.as_deref(), Check::parse),
            has_link: read(errors, "link", self.link.as_deref(), yes_or_no),
            sort: self.sort(),
        }
    }

    /// The address of this list: with another status, or from a cursor on.
    #[must_use]
    pub fn address(&self, status: Status, cursor: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("status", status.as_str());
        let kept = [
            ("site", &self.site),
            ("page", &self.page),
            ("q", &self.q),
            ("author", &self.author),
            ("band", &self.band),
            ("since", &self.since),
            ("until", &self.until),
            ("check", &self.check),
            ("link", &self.link),
            ("sort", &self.sort),
        ];
        for (name, value) in kept {
            if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        if let Some(cursor) = cursor {
            query.append_pair("cursor", cursor);
        }
        format!("{HOME}?{}", query.finish())
    }

    /// Whether any filter is set.
    #[must_use]
    pub fn narrowed(&self) -> bool {
        let filters = [
            &self.site,
            &self.page,
            &self.q,
            &self.author,
            &self.band,
            &self.since,
            &self.until,
            &self.check,
            &self.link,
        ];
        filters
            .into_iter()
            .any(|filter| filter.as_deref().is_some_and(|value| !value.is_empty()))
    }

    /// Where the list begins: not on its first page, if there is one.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref().filter(|cursor| !cursor.is_empty())
    }

    /// Orders to choose from: word, label, whether it is the one in force.
    #[must_use]
    pub fn sorts(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = self.sort();
        [
            (Sort::Newest, "Newest first"),
            (Sort::Oldest, "Oldest first"),
            (Sort::Uncertain, "Most uncertain first"),
            (Sort::Spammiest, "Spammiest first"),
        ]
        .map(|(sort, label)| (sort.as_str(), label, sort == chosen))
        .to_vec()
    }

    /// Reasons to choose from, as [`Self::sorts`].
    #[must_use]
    pub fn checks(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = self.check.as_deref().unwrap_or_default();
        Check::ALL
            .map(|check| (check.as_str(), in_words(check), check.as_str() == chosen))
            .to_vec()
    }

    /// Whether a filter is set that is folded away on the page.
    #[must_use]
    pub fn has_rare(&self) -> bool {
        let rare = ["page", "check", "since", "until", "link"];
        rare.iter().any(|name| !self.shown(name).is_empty())
    }

    /// Score bands to choose from, as [`Self::sorts`].
    #[must_use]
    pub fn bands(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = self.band.as_deref().unwrap_or_default();
        BANDS
            .map(|(word, label, ..)| (word, label, word == chosen))
            .to_vec()
    }
}

fn yes_or_no(raw: &str) -> Option<bool> {
    match raw {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// The start of a day (UTC), as date fields write it.
fn midnight(raw: &str) -> Option<Timestamp> {
    let day = Date::parse(raw, &Iso8601::DATE).ok()?;
    let seconds = day.midnight().assume_utc().unix_timestamp();
    Some(Timestamp::from_millis(seconds * 1_000))
}

/// What a check noticed, for a list to choose from.
const fn in_words(check: Check) -> &'static str {
    match check {
        Check::Honeypot => "hidden field filled in",
        Check::Timing => "form sent too fast or too late",
        Check::Duplicate => "same text again",
        Check::Rate => "many from one place",
        Check::Blocklist => "blocked word or address",
        Check::Links => "many links",
    }
}
