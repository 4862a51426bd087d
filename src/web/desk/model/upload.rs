//! Labelled data by a form of the model's page. What comes is read by the same door as the
//! interface's: all of it counts, or none.

use std::path::Path;

use actix_web::web::Payload;

use super::{Did, question_of, render, site_of};
use crate::{
    bayes::Question,
    interchange::labelled::Format,
    learn::upload::{About, Uploaded},
    web::{
        body,
        desk::{file_form::FileForm, prelude::*},
        sample_upload,
    },
};

pub(in crate::web::desk) async fn take(
    app: Shared,
    Operators(Entered(by)): Operators<Entered>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refused> {
    let form = FileForm::read(&app, &request, payload).await?;
    by.accepts(&app, form.fields.get("csrf"))?;
    let site = site_of(&app, form.fields.get("site"))?;
    let question = question_of(form.fields.get("question"))?;
    let source = form.fields.get("source").to_owned();
    let about = (question, &site);
    let said = match received(&app, &by, about, &request, form).await {
        Ok(uploaded) => Did::Taken(uploaded),
        Err(problem) => Did::Refused(problem, source),
    };
    render(&app, &by, (question, site), said).await
}

async fn received(
    app: &Shared,
    by: &SignedIn,
    (question, site): (Question, &SiteSlug),
    request: &HttpRequest,
    form: FileForm,
) -> Result<Uploaded, Problem> {
    let named = form.fields.get("source");
    let file = form.file.ok_or_else(nothing_chosen)?;
    // The fields beside the file are small: whoever announces more than this brings a file too large.
    let limit = sample_upload::limit(app);
    if body::refuse_larger(request, limit.saturating_add(body::MAX_BYTES)).is_err() {
        return Err(body::too_large(limit as u64));
    }
    let about = About {
        site: site.clone(),
        question,
        source: if named.trim().is_empty() {
            by.account.name.clone()
        } else {
            sample_upload::source(named)?
        },
        format: Format::of_name(Path::new(&file.name)),
    };
    sample_upload::take(app, about, file.content()).await
}

fn nothing_chosen() -> Problem {
    FieldError::new("file", "required", "Choose a file first.").into()
}
