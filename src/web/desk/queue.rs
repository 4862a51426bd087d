//! The queue: tabs by status, filters, and comments to decide about.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode};
use askama::Template;
use serde::Deserialize;
use time::{Date, format_description::well_known::Iso8601};
use url::form_urlencoded::Serializer;

use super::{
    HOME,
    frame::{Flash, Frame},
    item::Item,
    refused::Refused,
    sign_in::see_other,
};
use crate::{
    app::App,
    domain::{
        comment::{CommentId, Status},
        evidence::Check,
        field::FieldError,
        moderator::Principal,
        timestamp::Timestamp,
    },
    review::queue::{self, QueueError, Wanted},
    storage::comments::{Counts, Sort},
    web::{
        Shared,
        auth::Visitor,
        page,
        problem::Problem,
        query::{Query, read},
    },
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
    did: Option<String>,
    n: Option<String>,
    late: Option<String>,
    undo: Option<String>,
}

/// Score bands to choose from: word, label, lowest and highest score.
const BANDS: [(&str, &str, f64, f64); 3] = [
    ("spam", "probably spam", 0.75, 1.0),
    ("uncertain", "uncertain", 0.25, 0.75),
    ("genuine", "probably genuine", 0.0, 0.25),
];

#[derive(Template)]
#[template(path = "desk.html")]
struct QueuePage {
    frame: Frame,
    tabs: Vec<Tab>,
    query: DeskQuery,
    status: Status,
    sites: Vec<String>,
    errors: Vec<FieldError>,
    items: Vec<Item>,
    /// How many match, on all pages.
    total: i64,
    next: Option<String>,
    narrowed: bool,
}

struct Tab {
    label: &'static str,
    status: &'static str,
    count: i64,
    href: String,
    current: bool,
}

impl QueuePage {
    fn label(&self) -> &'static str {
        label(self.status)
    }

    fn first_page(&self) -> String {
        self.query.address(self.status, None)
    }

    fn sorts(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = self.query.sort();
        [
            (Sort::Newest, "Newest first"),
            (Sort::Oldest, "Oldest first"),
            (Sort::Uncertain, "Most uncertain first"),
            (Sort::Spammiest, "Spammiest first"),
        ]
        .map(|(sort, label)| (sort.as_str(), label, sort == chosen))
        .to_vec()
    }

    fn checks(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = self.query.check.as_deref().unwrap_or_default();
        Check::ALL
            .map(|check| (check.as_str(), in_words(check), check.as_str() == chosen))
            .to_vec()
    }

    /// Whether a filter is set that is folded away on the page.
    fn has_rare(&self) -> bool {
        let rare = ["page", "since", "until", "link"];
        rare.iter().any(|name| !self.query.shown(name).is_empty())
            || self
                .query
                .check
                .as_deref()
                .is_some_and(|check| !check.is_empty())
    }

    fn bands(&self) -> Vec<(&'static str, &'static str, bool)> {
        let chosen = self.query.band.as_deref().unwrap_or_default();
        BANDS
            .map(|(word, label, ..)| (word, label, word == chosen))
            .to_vec()
    }
}

impl DeskQuery {
    /// A filter's value as its field shows it.
    fn shown(&self, name: &str) -> &str {
        let value = match name {
            "site" => &self.site,
            "page" => &self.page,
            "q" => &self.q,
            "author" => &self.author,
            "until" => &self.until,
            "link" => &self.link,
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

    /// Whether this is not the list's first page.
    fn has_cursor(&self) -> bool {
        self.cursor
            .as_deref()
            .is_some_and(|cursor| !cursor.is_empty())
    }

    fn narrowed(&self) -> bool {
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

#[get("/desk")]
pub(super) async fn show(
    app: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    Query(query): Query<DeskQuery>,
) -> Result<HttpResponse, Refused> {
    let Some(signed_in) = signed_in else {
        return Ok(sign_in_first(&request));
    };
    let (status, cursor) = (query.status(), query.cursor.as_deref());
    let flash = Flash::read(
        query.did.as_deref(),
        query.n.as_deref(),
        query.late.as_deref(),
        query.undo.as_deref(),
    );
    let back = query.address(status, cursor);
    let frame = Frame::new(&app, &signed_in, back, flash);
    let principal = signed_in.principal();
    let found = find(&app, &principal, &query).await?;
    let template = QueuePage {
        frame,
        tabs: tabs(&query, &found.counts),
        status,
        sites: covered(&app, &principal),
        total: count(&found.counts, status),
        next: found.next.map(|next| query.address(status, Some(&next))),
        narrowed: query.narrowed(),
        errors: found.errors,
        items: found.items,
        query,
    };
    Ok(page::render(StatusCode::OK, &template)?)
}

#[derive(Default)]
struct Found {
    items: Vec<Item>,
    counts: Counts,
    next: Option<String>,
    errors: Vec<FieldError>,
}

/// What the filters find; a filter that is not right finds nothing and says so on the page.
async fn find(app: &App, principal: &Principal, query: &DeskQuery) -> Result<Found, Problem> {
    let mut errors = Vec::new();
    let wanted = query.wanted(&mut errors);
    let refused = |errors| {
        Ok(Found {
            errors,
            ..Found::default()
        })
    };
    if !errors.is_empty() {
        return refused(errors);
    }
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let listed = queue::list(app, principal, &wanted, cursor, None).await;
    match listed {
        Ok(queue) => Ok(Found {
            items: queue
                .comments
                .iter()
                .map(|one| Item::in_list(app, one))
                .collect(),
            counts: queue.counts,
            next: queue.next_cursor,
            errors,
        }),
        Err(QueueError::Invalid(errors)) => refused(errors),
        Err(QueueError::NotFound(what)) => {
            let message = format!("There is no such {what}.");
            refused(vec![FieldError::new(what, "unknown", message)])
        }
        Err(QueueError::Store(error)) => Err(error.into()),
    }
}

fn tabs(query: &DeskQuery, counts: &Counts) -> Vec<Tab> {
    let chosen = query.status();
    let tab = |status: Status| Tab {
        label: label(status),
        status: status.as_str(),
        count: count(counts, status),
        href: query.address(status, None),
        current: status == chosen,
    };
    [
        Status::Pending,
        Status::Spam,
        Status::Approved,
        Status::Rejected,
        Status::Trash,
    ]
    .map(tab)
    .into_iter()
    .collect()
}

/// A status as a tab's name.
#[must_use]
pub fn label(status: Status) -> &'static str {
    match status {
        Status::Pending => "Pending",
        Status::Approved => "Approved",
        Status::Spam => "Spam",
        Status::Rejected => "Rejected",
        Status::Trash => "Trash",
    }
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

/// The count of one status.
#[must_use]
pub const fn count(counts: &Counts, status: Status) -> i64 {
    match status {
        Status::Pending => counts.pending,
        Status::Approved => counts.approved,
        Status::Spam => counts.spam,
        Status::Rejected => counts.rejected,
        Status::Trash => counts.trash,
    }
}

fn covered(app: &App, principal: &Principal) -> Vec<String> {
    let sites = app.directory.covered(&principal.scope);
    sites.into_iter().map(String::from).collect()
}

/// To the sign-in page, and back here afterwards.
pub(super) fn sign_in_first(request: &HttpRequest) -> HttpResponse {
    let here = request
        .uri()
        .path_and_query()
        .map_or(HOME, |here| here.as_str());
    let next: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
    see_other(&format!("/sign-in?next={next}"))
}
