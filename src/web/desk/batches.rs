//! What was decided together, and taking it back as one.

use super::{frame::back_of, words::decided};
use crate::{
    domain::decision::BatchId,
    review::batches,
    storage::batches::Batch,
    web::{desk::prelude::*, query::Parameters},
};

/// Where the list of batches is.
const HERE: &str = "/desk/batches";

/// Sites of a batch that are named.
const NAMED: usize = 5;

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
    taking_back: bool,
}

impl Line {
    fn new(app: &App, words: &Words, batch: &Batch) -> Self {
        let number = |count: i64| usize::try_from(count).unwrap_or_default();
        let what = words.count(&decided(batch.decision), number(batch.comments));
        Self {
            id: batch.id.to_string(),
            age: age(words, batch.at, app.now()),
            at: batch.at.to_string(),
            by: batch.by.clone(),
            what,
            sites: of_sites(words, &batch.sites),
            taking_back: batch.taking_back,
            standing: (batch.standing > 0).then(|| words.number(number(batch.standing))),
        }
    }
}

/// The sites of a batch by name, or how many where they are more than anyone would read.
pub(super) fn of_sites(words: &Words, sites: &[SiteSlug]) -> String {
    if sites.len() > NAMED {
        return words.fill("activity-on-sites", &[("count", &sites.len())]);
    }
    let sites: Vec<&str> = sites.iter().map(SiteSlug::as_str).collect();
    sites.join(", ")
}

pub(super) async fn show(
    app: Shared,
    Entered(signed_in): Entered,
    Query(carried): Query<Parameters>,
) -> Result<HttpResponse, Refused> {
    let principal = signed_in.principal();
    let flash = Flash::open(&app, &principal, &carried).await?;
    let batches = batches::list(&app, &principal).await?;
    let template = BatchesPage {
        frame: Frame::new(&app, &signed_in, HERE.to_owned(), flash),
        batches: batches
            .iter()
            .map(|one| Line::new(&app, signed_in.words, one))
            .collect(),
    };
    Ok(page::render(StatusCode::OK, &template)?)
}

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
