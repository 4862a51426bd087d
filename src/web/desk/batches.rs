//! What was decided together, and taking it back as one.

use actix_web::{HttpResponse, get, http::StatusCode, post, web::Path};
use askama::Template;
use serde::Deserialize;

use super::{
    entry::{Entered, Sent},
    flash::{Carried, Flash},
    frame::{Frame, back_of},
    item::age,
    refused::Refused,
    sign_in::see_other,
    words::{comments, done_in_words, thousands},
};
use crate::{
    app::App,
    domain::{decision::BatchId, site::SiteSlug},
    review::batches,
    storage::batches::Batch,
    web::{Shared, page, problem::Problem, query::Query},
};

/// Where the list of batches is.
const HERE: &str = "/desk/batches";

/// What the form before did.
#[derive(Debug, Default, Deserialize)]
pub(super) struct BatchesQuery {
    did: Option<String>,
    n: Option<String>,
    late: Option<String>,
    left: Option<String>,
    batch: Option<String>,
    broken: Option<String>,
}

#[derive(Template)]
#[template(path = "desk_batches.html")]
struct BatchesPage {
    frame: Frame,
    batches: Vec<Line>,
}

/// A batch in words.
struct Line {
    id: String,
    age: String,
    at: String,
    by: String,
    what: String,
    sites: String,
    /// Of how many comments the decision stands, unless of none.
    standing: Option<String>,
}

impl Line {
    fn new(app: &App, batch: &Batch) -> Self {
        let number = |count: i64| usize::try_from(count).unwrap_or_default();
        let what = comments(number(batch.comments));
        let sites: Vec<&str> = batch.sites.iter().map(SiteSlug::as_str).collect();
        Self {
            id: batch.id.to_string(),
            age: age(batch.at, app.now()),
            at: batch.at.to_string(),
            by: batch.by.clone(),
            what: format!("{what} {}", done_in_words(batch.decision)),
            sites: sites.join(", "),
            standing: (batch.standing > 0).then(|| thousands(number(batch.standing))),
        }
    }
}

#[get("/desk/batches")]
pub(super) async fn show(
    app: Shared,
    Entered(signed_in): Entered,
    Query(query): Query<BatchesQuery>,
) -> Result<HttpResponse, Refused> {
    let principal = signed_in.principal();
    let flash = Flash::read(Carried {
        did: query.did.as_deref(),
        count: query.n.as_deref(),
        late: query.late.as_deref(),
        left: query.left.as_deref(),
        batch: query.batch.as_deref(),
        broken: query.broken.as_deref(),
        ..Carried::default()
    });
    let flash = match flash {
        Some(flash) => Some(flash.complete(&app, &principal).await?),
        None => None,
    };
    let batches = batches::list(&app, &principal).await?;
    let template = BatchesPage {
        frame: Frame::new(&app, &signed_in, HERE.to_owned(), flash),
        batches: batches.iter().map(|one| Line::new(&app, one)).collect(),
    };
    Ok(page::render(StatusCode::OK, &template)?)
}

#[post("/desk/batches/{id}/undo")]
pub(super) async fn undo(
    app: Shared,
    Sent { by, fields }: Sent,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let missing = || Problem::not_found("batch");
    let id = BatchId::parse(&id).ok_or_else(missing)?;
    let taken = batches::undo(&app.review, &by.principal(), id).await?;
    let flash = Flash::of_batch(id, taken.ok_or_else(missing)?);
    Ok(see_other(&flash.carry(&back_of(&fields, HERE))))
}
