//! Labelled data in and out, streamed both ways.

use actix_web::web::{Bytes, Payload};
use futures_util::{Stream, StreamExt, stream};
use serde_json::json;

use super::models::site;
use crate::{
    bayes::Question,
    domain::sample::{StoredSample, Tally},
    interchange::labelled::Format,
    learn::upload::{About, Uploaded},
    storage::StoreError,
    web::{
        body,
        prelude::*,
        query::{flag, read_question},
        sample_upload,
    },
};

/// What is sent.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Sent {
    /// The site of records that name none; absent: `default`.
    site: Option<String>,
    /// What the labels of records say that name no `question`; absent: `spam`.
    #[param(value_type = Question, required = false)]
    question: Option<String>,
    /// A name for this data: labels are counted and capped by it. Absent: the sender's name.
    source: Option<String>,
}

/// What is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The site; absent: every site.
    site: Option<String>,
    /// The labels in answer to which question; absent: `spam`.
    #[param(value_type = Question, required = false)]
    question: Option<String>,
    /// `true`: instead those that programs reported and that wait for a person's word, because they
    /// contradict a person or the model strongly. They count nowhere; a line of them sent to this path
    /// counts as its sender's own word.
    #[param(value_type = Option<bool>)]
    waiting: Option<String>,
}

/// Labelled data of which the media type does not say what it is: that shows by how it begins.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(
    dead_code,
    reason = "it is described alone: a body is read as it comes"
)]
struct SampleFile(String);

/// What became of labelled data.
#[derive(Debug, Serialize, ToSchema)]
struct UploadReport {
    /// Records read.
    records: u64,
    /// Of these, the same text of the same author again: the last label counts.
    repeated: u64,
    /// What the others came to.
    #[serde(flatten)]
    tally: Tally,
}

impl From<Uploaded> for UploadReport {
    fn from(uploaded: Uploaded) -> Self {
        Self {
            records: uploaded.records,
            repeated: uploaded.repeated,
            tally: uploaded.tally,
        }
    }
}

/// Takes labelled data in: JSON lines, or CSV or TSV with a header; `text` and `label` (`spam` or
/// `ham`; of the question `abuse`: `abuse` or `clean`), optional `name`, `email`, `website`, `site`, `question`. It may be long and may come slowly. All of
/// it counts, or, if any line is not right, none of it.
#[utoipa::path(
    params(Sent),
    request_body(content(
        (String = "application/x-ndjson"),
        (String = "text/csv"),
        (String = "text/tab-separated-values"),
        (SampleFile = "application/octet-stream"),
    )),
    responses(
        (status = 200, body = UploadReport),
        (status = 404, description = "No such site."),
        (status = 413, description = "The body is larger than `learning.max_upload_mib`."),
        (status = 415, description = "Compressed, or not labelled data."),
        (status = 422, description = "Lines are not right (`errors`, the first 20, each with `field` `line N`); nothing was kept."),
    ),
)]
#[post("/api/v1/samples")]
async fn take_samples(
    app: Shared,
    Operator(operator): Operator,
    Query(about): Query<Sent>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let about = About {
        site: site(&app, about.site.as_deref())?,
        question: read_question(about.question.as_deref())?,
        source: match about.source.as_deref() {
            Some(raw) => sample_upload::source(raw)?,
            None => operator.actor.name.clone(),
        },
        format: format(&request)?,
    };
    body::refuse_compressed(&request)?;
    body::refuse_larger(&request, sample_upload::limit(&app))?;
    let chunks = payload.map(|chunk| chunk.map_err(|_| Problem::malformed("The body broke off.")));
    let uploaded = sample_upload::take(&app, about, chunks).await?;
    Ok(HttpResponse::Ok().json(UploadReport::from(uploaded)))
}

/// The format that the body says it has; `None`: look at it.
fn format(request: &HttpRequest) -> Result<Option<Format>, Problem> {
    let Some(kind) = body::media_type(request) else {
        return Ok(None);
    };
    match kind.essence_str() {
        "application/x-ndjson" | "application/jsonl" | "application/json" => {
            Ok(Some(Format::Jsonl))
        }
        "text/csv" => Ok(Some(Format::Csv)),
        "text/tab-separated-values" => Ok(Some(Format::Tsv)),
        "application/octet-stream" | "text/plain" => Ok(None),
        _ => {
            let title =
                "Send JSON lines (application/x-ndjson), text/csv or text/tab-separated-values.";
            Err(Problem::unsupported(title))
        }
    }
}

/// The labelled texts as JSON lines, in the shape that the same path takes in. Of addresses only
/// the domain is there.
#[utoipa::path(
    params(Wanted),
    responses(
        (status = 200, description = "One object a line.",
         body = String, content_type = "application/x-ndjson"),
        (status = 404, description = "No such site."),
    ),
)]
#[get("/api/v1/samples")]
async fn give_samples(
    app: Shared,
    Operator(operator): Operator,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let sites = match wanted.site.as_deref() {
        Some(slug) => vec![site(&app, Some(slug))?],
        None => app.directory.covered(&operator.scope),
    };
    let waiting = flag("waiting", wanted.waiting.as_deref())?;
    let question = read_question(wanted.question.as_deref())?;
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .streaming(lines(app, question, sites, waiting)))
}

/// The sites' samples, a page at a time. When the database fails midway the answer breaks off,
/// which a client sees by its end.
fn lines(
    app: Shared,
    question: Question,
    sites: Vec<SiteSlug>,
    waiting: bool,
) -> impl Stream<Item = Result<Bytes, StoreError>> {
    let start = (app, sites.into_iter(), None::<SiteSlug>, String::new());
    stream::try_unfold(
        start,
        move |(app, mut sites, mut site, mut after)| async move {
            loop {
                let Some(present) = site.clone().or_else(|| sites.next()) else {
                    return Ok(None);
                };
                let page = if waiting {
                    app.store
                        .waiting_samples(question, &present, &after)
                        .await?
                } else {
                    app.store.samples(question, &present, &after).await?
                };
                if let Some(last) = page.last() {
                    after.clone_from(&last.vote.id);
                    let text: String = page.iter().map(line).collect();
                    let next = (app, sites, Some(present), after);
                    return Ok(Some((Bytes::from(text), next)));
                }
                (site, after) = (None, String::new());
            }
        },
    )
}

fn line(stored: &StoredSample) -> String {
    let vote = &stored.vote;
    let mut line = json!({
        "id": vote.id, "site": vote.site, "question": vote.question,
        "label": vote.label.map(|label| vote.question.classes()[label.index()]),
        "text": vote.text, "name": vote.name, "email": vote.email_domain,
        "website": vote.website, "provenance": stored.provenance, "source": stored.source,
    });
    if let Some(fields) = line.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    format!("{line}\n")
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(take_samples).service(give_samples);
}
