//! Reporting back: a text was spam although it was judged not to be, or the other way round.

use super::{Call, Refusal, recognise, word};
use crate::{bayes::Label, clients::reports, web::prelude::*};

/// What every report is answered with.
const THANKS: &str = "Thanks for making the web a better place.";

/// Reports a text as spam.
#[utoipa::path(responses(
    (status = 200, description = "Thanks, or `invalid` with `X-akismet-debug-help`.",
     body = String, content_type = "text/plain"),
))]
#[post("/1.1/submit-spam")]
async fn submit_spam(app: Shared, call: Call) -> Result<HttpResponse, Refusal> {
    take(app, call, Label::Spam).await
}

/// Reports a text as not spam.
#[utoipa::path(responses(
    (status = 200, description = "Thanks, or `invalid` with `X-akismet-debug-help`.",
     body = String, content_type = "text/plain"),
))]
#[post("/1.1/submit-ham")]
async fn submit_ham(app: Shared, call: Call) -> Result<HttpResponse, Refusal> {
    take(app, call, Label::Ham).await
}

async fn take(app: Shared, call: Call, label: Label) -> Result<HttpResponse, Refusal> {
    let (key, site) = recognise(&app, &call).await?;
    if !call.says("is_test") {
        let question = call.question();
        reports::take(&app.clients, &site, &key, &question, call.guid(), label).await?;
    }
    Ok(word(THANKS))
}

/// Adds these routes.
pub(super) fn routes(config: &mut RouteTable<'_>) {
    config
        .service(submit_spam)
        .service(submit_ham)
        .page(Method::GET, "/1.1/submit-spam", |app, call| {
            take(app, call, Label::Spam)
        })
        .page(Method::GET, "/1.1/submit-ham", |app, call| {
            take(app, call, Label::Ham)
        });
}
