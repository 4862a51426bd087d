//! Lists that somebody named: `/desk/views/NAME` leads to the list that has this name for whoever is signed in.

use url::form_urlencoded::{self, byte_serialize};

use super::{filter::DeskQuery, frame::back_of};
use crate::{
    domain::field::parse_line,
    storage::views::SavedView,
    web::{desk::prelude::*, query::Parameters},
};

/// Longest name of a list, in Unicode scalar values.
const MAX_NAME_CHARS: usize = 60;
/// Most lists with a name that somebody has.
const MOST: u32 = 30;
/// Longest filter that is kept, in bytes: an address of a browser.
const LONGEST: usize = 2_000;

/// Where these lists are.
pub const HERE: &str = "/desk/views";

#[derive(Template)]
#[template(path = "desk_views.html")]
struct ViewsPage {
    frame: Frame,
    views: Vec<NamedList>,
}

/// A list with a name, as pages lead to it.
pub struct NamedList {
    /// Its name.
    pub name: String,
    /// Its own address.
    pub href: String,
    /// Whether it is the list that is shown.
    pub current: bool,
    query: String,
}

/// The lists that somebody named.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn of(app: &App, signed_in: &SignedIn, shown: &str) -> Result<Vec<NamedList>, Problem> {
    let saved = app.store.views(&signed_in.account.id).await?.into_iter();
    let view = |saved: SavedView| NamedList {
        href: format!(
            "{HERE}/{}",
            byte_serialize(saved.name.as_bytes())
                .collect::<String>()
                .replace('+', "%20")
        ),
        current: saved.query == shown,
        name: saved.name,
        query: saved.query,
    };
    Ok(saved.map(view).collect())
}

/// Reads the filters and the order of a list's address.
#[must_use]
pub fn read(address: &str) -> Option<DeskQuery> {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    Parameters::try_from(pairs).ok().map(DeskQuery)
}

/// The filters and the order of a list's address, without where it goes on and what a form did.
#[must_use]
pub fn query_of(address: &str) -> String {
    let query = read(address).unwrap_or_default();
    let address = query.address(query.status_word(), None);
    address
        .split_once('?')
        .map_or("", |(_, query)| query)
        .to_owned()
}

pub(super) async fn show(
    app: Shared,
    Entered(signed_in): Entered,
    Query(carried): Query<Parameters>,
) -> Result<HttpResponse, Refused> {
    let flash = Flash::open(&app, &signed_in.principal(), &carried).await?;
    let template = ViewsPage {
        views: of(&app, &signed_in, "").await?,
        frame: Frame::new(&app, &signed_in, HERE.to_owned(), flash),
    };
    Ok(page::render(StatusCode::OK, &template)?)
}

pub(super) async fn save(app: Shared, Sent { by, fields }: Sent) -> Result<HttpResponse, Refused> {
    let name = parse_line("name", fields.get("name"), MAX_NAME_CHARS)?;
    let back = back_of(&fields, HOME);
    let query = query_of(&back);
    if query.len() > LONGEST {
        return Err(Problem::malformed(by.words.say("views-too-long").to_string()).into());
    }
    let view = SavedView { name, query };
    let saved = app
        .store
        .save_view(by.account.id.clone(), view, app.now(), MOST);
    if !saved.await? {
        return Err(Problem::malformed(by.words.count("views-too-many", MOST as usize)).into());
    }
    Ok(see_other(&back))
}

pub(super) async fn open(
    app: Shared,
    Entered(signed_in): Entered,
    name: Path<String>,
) -> Result<HttpResponse, Refused> {
    let views = of(&app, &signed_in, "").await?;
    let view = views.into_iter().find(|view| view.name == *name);
    let view = view.ok_or_else(|| Problem::not_found("view"))?;
    Ok(see_other(&format!("{HOME}?{}", view.query)))
}

pub(super) async fn remove(
    app: Shared,
    Sent { by, fields }: Sent,
    name: Path<String>,
) -> Result<HttpResponse, Refused> {
    if !app
        .store
        .remove_view(by.account.id, name.into_inner())
        .await?
    {
        return Err(Problem::not_found("view").into());
    }
    Ok(see_other(&back_of(&fields, HERE)))
}
