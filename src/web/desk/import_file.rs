//! A file of another system by a form of the page of imports: tried first, and done when the same file comes
//! again for the same site. Nothing of it is kept between the two.

use std::sync::Arc;

use actix_web::web::Payload;
use clap::ValueEnum;
use serde_json::{Value, json};

use super::{
    file_form::{File, FileForm},
    imports::{self, Tried, counts, lines},
};
use crate::{
    domain::site::Site,
    history::{
        import::ImportError,
        report::Report,
        sent::{self, SentFile},
    },
    interchange::foreign::ForeignFormat,
    storage::acts,
    web::{body, desk::prelude::*, site},
    words::Argument,
};

/// The part of the page.
const PART: &str = "file";

/// Longest name of a file that is kept, in characters.
const MAX_NAME_CHARS: usize = 200;

pub(super) async fn take(
    app: Shared,
    Operators(Entered(by)): Operators<Entered>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refused> {
    let form = FileForm::read(&app, &request, payload).await?;
    by.accepts(&app, form.fields.get("csrf"))?;
    let (fields, file) = (form.fields, form.file);
    match received(&app, by.words, &request, &fields, file).await {
        Ok((site, file)) if file.digest(&site) == fields.get("tried") => {
            let done = import(&app, &by, &site, &file).await?;
            imports::render(&app, &by, done.keeping(fields), None).await
        }
        Ok((site, file)) => {
            let (done, tried) = attempt(&app, by.words, &site, &file).await?;
            imports::render(&app, &by, done.keeping(fields), tried).await
        }
        Err(problem) => {
            let done = Done::wrong(PART, errors(by.words, problem)?);
            imports::render(&app, &by, done.keeping(fields), None).await
        }
    }
}

/// The errors of a form that can be filled in again; what is no such problem is one of the whole page.
fn errors(words: &Words, problem: Problem) -> Result<Vec<FieldError>, Problem> {
    if problem.status == StatusCode::PAYLOAD_TOO_LARGE.as_u16() {
        let mib = sent::MAX_BYTES >> 20;
        let filled: [(&str, &dyn Argument); 1] = [("number", &mib)];
        let message = words.fill("imports-too-large", &filled);
        return Ok(vec![FieldError::new("file", "too_large", message)]);
    }
    if problem.errors.is_empty() {
        return Err(problem);
    }
    Ok(problem.errors)
}

async fn received(
    app: &App,
    words: &Words,
    request: &HttpRequest,
    fields: &FormFields,
    file: Option<File>,
) -> Result<(Arc<Site>, SentFile), Problem> {
    let wrong = |field: &'static str, sentence: &str| {
        Problem::from(FieldError::new(
            field,
            "invalid",
            words.say(sentence).to_string(),
        ))
    };
    let site = site::named(app, fields.get("site"));
    let site = site.map_err(|_| wrong("site", "imports-no-such-site"))?;
    let format = match fields.get("format") {
        "" => Ok(None),
        word => <ForeignFormat as ValueEnum>::from_str(word, true).map(Some),
    };
    let format = format.map_err(|_| wrong("format", "imports-no-such-format"))?;
    let file = file.ok_or_else(|| wrong("file", "imports-choose-a-file"))?;
    // The fields beside the file are small: whoever announces more than this brings a file too large.
    body::refuse_larger(request, sent::MAX_BYTES + body::MAX_BYTES)?;
    let name: String = file
        .name
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_NAME_CHARS)
        .collect();
    let bytes = body::collect(app, file.content(), sent::MAX_BYTES).await?;
    let file = SentFile::new(name, bytes, format).await.map_err(of_file)?;
    Ok((site, file))
}

/// Why a file cannot be imported, said of the field for it.
fn of_file(error: ImportError) -> Problem {
    match error {
        ImportError::Store(error) => error.into(),
        ImportError::Read(_) | ImportError::Reader => {
            FieldError::new("file", "invalid", error.to_string()).into()
        }
    }
}

async fn attempt(
    app: &App,
    words: &Words,
    site: &Arc<Site>,
    file: &SentFile,
) -> Result<(Done, Option<Tried>), Problem> {
    let report = match file.import(&app.history, site, true).await.map_err(of_file) {
        Ok(report) => report,
        Err(problem) => return Ok((Done::wrong(PART, errors(words, problem)?), None)),
    };
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let shown = json!(report);
    let tried = Tried {
        digest: if report.imported > 0 {
            file.digest(site)
        } else {
            String::new()
        },
        site: site.slug.to_string(),
        name: file.name.clone(),
        format: word(file.format),
        said: words.count("imports-would-come", number(report.imported)),
        counts: counts(words, Some(&shown)),
        problems: problems(words, &report, &shown),
    };
    Ok((Done::default(), Some(tried)))
}

fn problems(words: &Words, report: &Report, shown: &Value) -> Vec<String> {
    let early = report.ended_early.as_ref();
    let early = early.map(|why| words.relay(why).into_owned());
    let lines = lines(words, Some(shown), "problems").chain(lines(words, Some(shown), "warnings"));
    early.into_iter().chain(lines).collect()
}

/// Does it; it goes on when whoever sent the file is gone.
async fn import(
    app: &Shared,
    by: &SignedIn,
    site: &Arc<Site>,
    file: &SentFile,
) -> Result<Done, Problem> {
    let (shared, site, file) = (app.clone(), Arc::clone(site), file.clone());
    let actor = by.principal().actor;
    let work = async move {
        let clock = shared.clock.clone();
        let work = file.import(&shared.history, &site, false);
        acts::on_behalf(clock, Some(actor), work).await
    };
    let done = actix_web::rt::spawn(work).await;
    let report = match done.unwrap_or(Err(ImportError::Reader)).map_err(of_file) {
        Ok(report) => report,
        Err(problem) => return Ok(Done::wrong(PART, errors(by.words, problem)?)),
    };
    let count = usize::try_from(report.imported).unwrap_or(usize::MAX);
    Ok(Done::said("imports", &by.words.count("imports-new", count)))
}

/// A format's word.
fn word(format: ForeignFormat) -> String {
    let value = format.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}
