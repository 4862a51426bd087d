//! The queue: tabs by status, filters, and comments to decide about.

use super::{
    filter::{DeskQuery, Field},
    item::Item,
    words::label,
};
use crate::{
    domain::queue::{Counts, Searched},
    review::queue::{self, QueueError},
    web::desk::prelude::*,
};

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
    /// How far the search saw, if there was one.
    searched: Searched,
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

    /// The tabs that have what this one has not.
    fn elsewhere(&self) -> impl Iterator<Item = &Tab> {
        self.tabs.iter().filter(|tab| tab.count > 0)
    }

    fn first_page(&self) -> String {
        self.query.address(self.status, None)
    }
}

pub(super) async fn show(
    app: Shared,
    Entered(signed_in): Entered,
    Query(query): Query<DeskQuery>,
) -> Result<HttpResponse, Refused> {
    let status = query.status();
    let back = query.address(status, query.cursor());
    let principal = signed_in.principal();
    let flash = Flash::open(&app, &principal, &query.0).await?;
    let frame = Frame::new(&app, &signed_in, back, flash);
    let found = find(&app, &principal, &query).await?;
    let template = QueuePage {
        frame,
        tabs: tabs(&query, &found.counts),
        status,
        sites: covered(&app, &principal),
        total: found.counts.of(status),
        next: found.next.map(|next| query.address(status, Some(&next))),
        narrowed: query.narrowed(),
        searched: found.searched,
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
    searched: Searched,
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
    match queue::list(app, principal, &wanted, query.cursor(), None).await {
        Ok(queue) => Ok(Found {
            items: queue
                .comments
                .iter()
                .map(|one| Item::in_list(app, one, queue.search.as_ref()))
                .collect(),
            searched: queue.searched.unwrap_or_default(),
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
        count: counts.of(status),
        href: query.address(status, None),
        current: status == chosen,
    };
    Status::ALL.iter().copied().map(tab).collect()
}

fn covered(app: &App, principal: &Principal) -> Vec<String> {
    let sites = app.directory.covered(&principal.scope);
    sites.into_iter().map(String::from).collect()
}
