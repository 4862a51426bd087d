//! What the queue's list is narrowed to and how it is ordered: the filters as its address carries
//! them, what they mean to `review`, and the addresses of lists.

use std::time::Duration;

use strum::{IntoStaticStr, VariantArray};
use time::{Date, format_description::well_known::Iso8601};
use url::form_urlencoded::Serializer;

use crate::{
    domain::{
        abuse::{AbuseFilter, AbuseScore},
        comment::Comment,
        evidence::Check,
        queue::{Counts, Cursor, Filter, QueueQuery, Sort},
        score::Band,
    },
    web::{
        desk::{prelude::*, words},
        query::{Parameters, read},
    },
};

/// The query string of the queue's page: what narrows and orders the list, and what the form before did.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(transparent)]
pub struct DeskQuery(pub(super) Parameters);

/// What narrows or orders the list, by the names that the address has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Field {
    /// The site's slug.
    Site,
    /// The page, in any spelling.
    Page,
    /// Found in text, name or website.
    Q,
    /// Any comment of the author.
    Author,
    /// Any of some near copies.
    Copies,
    /// The band of scores.
    Band,
    /// The first day.
    Since,
    /// The last day.
    Until,
    /// A check that fired.
    Check,
    /// The code of the text's language.
    Language,
    /// With or without a link: `yes` or `no`.
    Link,
    /// How abusive, or of which kind.
    Abuse,
    /// The order.
    Sort,
}

/// What a list of choices shows of each: its word, its label's sentence, whether it is chosen.
type Choice = (&'static str, String, bool);

/// The word of the tab that has all statuses.
pub const ALL: &str = "all";

impl DeskQuery {
    fn get(&self, field: Field) -> Option<&str> {
        self.0.get(field.into())
    }

    /// A filter's value as its field shows it.
    #[must_use]
    pub fn shown(&self, field: Field) -> &str {
        self.get(field).unwrap_or_default()
    }

    /// The status whose tab is open; none when all of them are shown.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        match self.0.get("status") {
            Some(ALL) => None,
            word => Some(word.and_then(Status::parse).unwrap_or(Status::Pending)),
        }
    }

    /// The word of the tab that is open.
    #[must_use]
    pub fn status_word(&self) -> &'static str {
        self.status().map_or(ALL, Status::as_str)
    }

    /// How many there are in this list, of those that were counted.
    #[must_use]
    pub fn count(&self, counts: &Counts) -> i64 {
        match self.status() {
            Some(status) => counts.of(status),
            None => Status::ALL.iter().map(|status| counts.of(*status)).sum(),
        }
    }

    fn sort(&self) -> Sort {
        let sort = self.get(Field::Sort).and_then(Sort::parse);
        let fits = |sort: &Sort| *sort != Sort::Decided || self.is_decided();
        sort.filter(fits).unwrap_or_default()
    }

    /// Whether the tab has what was decided about. Of what waits hardly anything was.
    fn is_decided(&self) -> bool {
        self.status() != Some(Status::Pending)
    }

    /// Whether the list is in the order of the last decisions, which leaves out what nobody decided about: then all that match are not
    /// all that it shows.
    #[must_use]
    pub fn is_by_decision(&self) -> bool {
        self.sort() == Sort::Decided
    }

    fn band(&self) -> Option<Band> {
        self.get(Field::Band).and_then(Band::parse)
    }

    /// What the filters mean; what is not right is noted and does not narrow.
    pub fn wanted(&self, errors: &mut Vec<FieldError>) -> QueueQuery {
        let given = |field| self.get(field).map(str::to_owned);
        let bounds = self.band().map(Band::bounds);
        let filter = Filter {
            status: self.status(),
            min_score: bounds.map(|(min, _)| min),
            max_score: bounds.map(|(_, max)| max),
            since: read(errors, "since", self.get(Field::Since), midnight),
            until: read(errors, "until", self.get(Field::Until), midnight)
                .map(|day| day.plus(Duration::from_hours(24))),
            check: read(errors, "check", self.get(Field::Check), Check::parse),
            language: read(
                errors,
                "language",
                self.get(Field::Language),
                Filter::language,
            ),
            has_link: read(errors, "link", self.get(Field::Link), yes_or_no),
            abuse: read(errors, "abuse", self.get(Field::Abuse), AbuseFilter::parse),
            folded: true,
            ..Filter::default()
        };
        QueueQuery {
            site: given(Field::Site),
            page: given(Field::Page),
            author: read(errors, "author", self.get(Field::Author), CommentId::parse),
            copies_of: read(errors, "copies", self.get(Field::Copies), CommentId::parse),
            search: given(Field::Q),
            sort: self.sort(),
            filter,
        }
    }

    /// The address of this list: with another status, or from a cursor on.
    #[must_use]
    pub fn address(&self, status: &str, cursor: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("status", status);
        for field in Field::VARIANTS {
            if let Some(value) = self.get(*field) {
                query.append_pair(field.into(), value);
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
        self.set() > 0
    }

    /// How many filters are set.
    #[must_use]
    pub fn set(&self) -> usize {
        let filters = Field::VARIANTS
            .iter()
            .filter(|field| **field != Field::Sort);
        filters.filter(|field| self.get(**field).is_some()).count()
    }

    /// Whether a filter is set that is folded away on the page.
    #[must_use]
    pub fn has_rare(&self) -> bool {
        let seen = [
            Field::Q,
            Field::Author,
            Field::Copies,
            Field::Site,
            Field::Sort,
        ];
        let rare = Field::VARIANTS.iter().filter(|field| !seen.contains(field));
        rare.into_iter().any(|field| self.get(*field).is_some())
    }

    /// Where the list begins: not on its first page, if there is one.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.0.get("cursor")
    }

    /// The place of a comment in this list, after which the next one comes.
    #[must_use]
    pub fn place(&self, comment: &Comment) -> Cursor {
        let (sort, score) = (self.sort(), comment.score);
        let key = match sort {
            Sort::Newest | Sort::Oldest => 0.0,
            Sort::Uncertain => score.map_or(-1.0, |score| (score - 0.5).abs()),
            Sort::Spammiest => score.unwrap_or(2.0),
            Sort::Abusive => comment.evidence.abuse.map_or(0.0, AbuseScore::steps),
            Sort::Decided => comment.decided_at.map_or(0.0, as_key),
        };
        let id = comment.id;
        Cursor { sort, key, id }
    }

    /// Orders to choose from.
    #[must_use]
    pub fn sorts(&self) -> Vec<Choice> {
        let chosen = Some(self.sort());
        let mut choices = choices(Sort::ALL, chosen, |sort| {
            (sort.as_str(), words::order(sort))
        });
        choices.retain(|(word, _, _)| *word != Sort::Decided.as_str() || self.is_decided());
        choices
    }

    /// Reasons to choose from.
    #[must_use]
    pub fn checks(&self) -> Vec<Choice> {
        let chosen = self.get(Field::Check).and_then(Check::parse);
        choices(Check::ALL, chosen, |check| {
            (check.as_str(), words::check(check))
        })
    }

    /// Degrees and kinds of abuse to choose from.
    #[must_use]
    pub fn abuse(&self) -> Vec<Choice> {
        let chosen = self.get(Field::Abuse).and_then(AbuseFilter::parse);
        choices(AbuseFilter::ALL, chosen, |one| {
            (one.as_str(), words::abuse_filter(one))
        })
    }

    /// Score bands to choose from.
    #[must_use]
    pub fn bands(&self) -> Vec<Choice> {
        choices(Band::ALL, self.band(), |band| {
            (band.as_str(), words::band(band).to_owned())
        })
    }
}

fn choices<T: Copy + PartialEq>(
    all: &[T],
    chosen: Option<T>,
    shown: impl Fn(T) -> (&'static str, String),
) -> Vec<Choice> {
    let choice = |one: &T| {
        let (word, label) = shown(*one);
        (word, label, Some(*one) == chosen)
    };
    all.iter().map(choice).collect()
}

/// A time as the key of an order. Milliseconds are whole numbers that a float has exactly.
#[expect(clippy::cast_precision_loss, reason = "times are far below 2^53")]
const fn as_key(at: Timestamp) -> f64 {
    at.millis() as f64
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
