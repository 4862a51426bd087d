//! The queue: tabs by status, filters, and comments to decide about.

use url::form_urlencoded::byte_serialize;

use super::{
    filter::{ALL, DeskQuery, Field},
    frame::back_of,
    item::{self, Item, Shower},
    site_choice::SiteChoice,
    start::{self, FirstStep},
    statistics::sentence,
    views::{self, NamedList},
    words,
};
use crate::{
    domain::{
        moderator::PAGE_SIZES,
        queue::{Counts, Searched},
    },
    review::{
        abuse,
        queue::{self, QueueError},
        statistics,
    },
    web::desk::prelude::*,
};

#[derive(Template)]
#[template(path = "desk.html")]
struct QueuePage {
    frame: Frame,
    tabs: Vec<Tab>,
    query: DeskQuery,
    status: Option<Status>,
    sites: SiteChoice,
    errors: Vec<FieldError>,
    items: Vec<Item>,
    /// How many match, on all pages.
    total: i64,
    next: Option<String>,
    narrowed: bool,
    /// How far the search saw, if there was one.
    searched: Searched,
    /// The list as pages of comments name it, to lead on and back.
    list: String,
    views: Vec<NamedList>,
    size: PageSizes,
    /// What came since yesterday, as a sentence, above what waits.
    lately: Option<String>,
    /// What is left to do at the beginning, for operators whose queue is empty.
    steps: Vec<FirstStep>,
}

/// How many comments a page shows, and what somebody may choose.
struct PageSizes {
    chosen: i64,
}

impl PageSizes {
    fn of(signed_in: &SignedIn) -> Self {
        let [usual, ..] = PAGE_SIZES;
        Self {
            chosen: signed_in.account.page_size.unwrap_or(usual),
        }
    }

    /// Each with whether it is the one.
    fn all(&self) -> impl Iterator<Item = (i64, bool)> {
        PAGE_SIZES
            .into_iter()
            .map(|size| (size, size == self.chosen))
    }
}

struct Tab {
    label: Said<'static>,
    status: &'static str,
    count: i64,
    href: String,
    current: bool,
}

impl QueuePage {
    fn label(&self) -> Said<'static> {
        let name = self.status.map(words::label);
        self.frame
            .words
            .say(name.as_deref().unwrap_or("status-all"))
    }

    fn is(&self, status: &str) -> bool {
        self.query.status_word() == status
    }

    /// The tabs that have what this one has not.
    fn elsewhere(&self) -> impl Iterator<Item = &Tab> {
        self.tabs
            .iter()
            .filter(|tab| tab.count > 0 && tab.status != ALL)
    }

    /// Whether another size of the page could change it.
    fn size_matters(&self) -> bool {
        let [least, ..] = PAGE_SIZES;
        self.total > least
    }

    fn first_page(&self) -> String {
        self.query.address(self.query.status_word(), None)
    }

    /// Whether the list can be given a name: it is not just a tab, and has none.
    fn can_be_named(&self) -> bool {
        let sorted = !self.query.shown(Field::Sort).is_empty();
        (self.narrowed || sorted) && !self.views.iter().any(|view| view.current)
    }
}

pub(super) async fn show(
    app: Shared,
    Entered(signed_in): Entered,
    Query(query): Query<DeskQuery>,
) -> Result<HttpResponse, Refused> {
    let back = query.address(query.status_word(), query.cursor());
    let principal = signed_in.principal();
    let flash = Flash::open(&app, &principal, &query.0).await?;
    let words = signed_in.words;
    let frame = Frame::new(&app, &signed_in, back, flash);
    let size = PageSizes::of(&signed_in);
    let found = find(&app, words, &principal, &query, size.chosen).await?;
    let first = query.address(query.status_word(), None);
    let (_, plain) = first.split_once('?').unwrap_or_default();
    let found_nothing = found.items.is_empty() && !query.narrowed() && found.errors.is_empty();
    let template = QueuePage {
        tabs: tabs(words, &query, &found.counts),
        status: query.status(),
        sites: SiteChoice::new(&app, &principal.scope, query.shown(Field::Site)),
        total: query.count(&found.counts),
        next: found
            .next
            .map(|next| query.address(query.status_word(), Some(&next))),
        narrowed: query.narrowed(),
        searched: found.searched,
        errors: found.errors,
        items: found.items,
        list: byte_serialize(plain.as_bytes()).collect(),
        steps: if found_nothing && principal.is_operator() {
            start::steps(&app).await?
        } else {
            Vec::new()
        },
        lately: lately(&app, words, &principal, &query).await?,
        views: views::of(&app, &signed_in, plain).await?,
        size,
        query,
        frame,
    };
    Ok(page::render(StatusCode::OK, &template)?)
}

/// Keeps how many comments a page shows, for every list of whoever chose it.
pub(super) async fn choose_page_size(
    app: Shared,
    Sent { by, fields }: Sent,
) -> Result<HttpResponse, Refused> {
    let size = fields.get("size").parse().ok();
    let size = size.filter(|size| PAGE_SIZES.contains(size));
    let size = size.ok_or_else(|| Problem::malformed("The form names no size of a page."))?;
    app.store.choose_page_size(&by.account.id, size).await?;
    Ok(see_other(&back_of(&fields, HOME)))
}

/// What came since yesterday, where nothing but what waits is asked for.
async fn lately(
    app: &App,
    words: &Words,
    principal: &Principal,
    query: &DeskQuery,
) -> Result<Option<String>, Problem> {
    let is_plain = query.status() == Some(Status::Pending) && !query.narrowed();
    if !is_plain || query.cursor().is_some() {
        return Ok(None);
    }
    let sites = app.directory.covered(&principal.scope);
    let lately = statistics::lately(app, &sites).await?;
    Ok((lately.happened.came > 0).then(|| sentence(words, &lately)))
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
async fn find(
    app: &App,
    words: &'static Words,
    principal: &Principal,
    query: &DeskQuery,
    size: i64,
) -> Result<Found, Problem> {
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
    let limit = u32::try_from(size).ok();
    match queue::list(app, principal, &wanted, query.cursor(), limit).await {
        Ok(queue) => {
            let shower = Shower {
                search: queue.search.as_ref(),
                copies: queue.copies,
                parents: item::parents(app, principal, queue.comments.iter()).await?,
                abuse: abuse::of(&app.learning, queue.comments.iter()).await,
                ..Shower::new(app, words)
            };
            let items = queue.comments.iter().map(|one| shower.in_list(one));
            Ok(Found {
                items: items.collect(),
                searched: queue.searched.unwrap_or_default(),
                counts: queue.counts,
                next: queue.next_cursor,
                errors,
            })
        }
        Err(QueueError::Invalid(errors)) => refused(errors),
        Err(QueueError::NotFound(what)) => {
            let message = format!("There is no such {what}.");
            refused(vec![FieldError::new(what, "unknown", message)])
        }
        Err(QueueError::Store(error)) => Err(error.into()),
    }
}

fn tabs(words: &'static Words, query: &DeskQuery, counts: &Counts) -> Vec<Tab> {
    let tab = |status: &'static str, label: &str, count| Tab {
        label: words.say(label),
        status,
        count,
        href: query.address(status, None),
        current: status == query.status_word(),
    };
    let each = Status::ALL.iter().copied();
    let each = each.map(|status| tab(status.as_str(), &words::label(status), counts.of(status)));
    let all = Status::ALL.iter().map(|status| counts.of(*status)).sum();
    each.chain([tab(ALL, "status-all", all)]).collect()
}
