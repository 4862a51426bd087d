//! Posting a comment: what a site's form, its script or a program calls.

use std::sync::Arc;

use actix_web::{
    dev::Payload as RawPayload,
    web::{self, Bytes},
};

use crate::{
    domain::{evidence::Verdict, origin::Origin, site::Site},
    intake::{
        self, Accepted, Rejection, RequestKey,
        form_token::{self, FormToken},
        submission::{Fields, Submission},
    },
    web::{body, embed::form, forms, prelude::*, reader::Reader, sender},
};

/// Longest `Idempotency-Key`, in bytes.
const KEY_MAX: usize = 255;

/// What a commenter learns of a comment that is in. Held and spam answer alike, and no answer
/// carries a score.
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// The comment's id.
    pub id: CommentId,
    /// Whether it is public now.
    pub status: ReceiptStatus,
    /// To be kept by this browser and sent as `author_token` with this author's next comment on the
    /// site: once this comment is approved, that one is known to be by the same person.
    pub author_token: String,
}

/// Whether a comment is public now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptStatus {
    /// It is.
    Published,
    /// It awaits review.
    AwaitingReview,
}

impl From<Verdict> for ReceiptStatus {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Publish => Self::Published,
            Verdict::Hold | Verdict::Spam => Self::AwaitingReview,
        }
    }
}

/// Posts a comment.
///
/// JSON with unknown fields is refused; forms may carry others. A browser's form post (`Accept:
/// text/html`) is answered with a page or a redirect back to the article.
#[utoipa::path(
    params((
        "Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
        pattern = "^[\\x20-\\x7e]+$", description = "The client's own name for this request; repeating it within 24 hours does nothing twice.",
    )),
    request_body(content(
        (Fields = "application/json"),
        (Fields = "application/x-www-form-urlencoded"),
        (Fields = "multipart/form-data"),
    )),
    responses(
        (status = 201, description = "Published.", body = Receipt),
        (status = 202, description = "It awaits review.", body = Receipt),
        (status = 303, description = "A browser is sent to the comment in the article, or to a page of thanks."),
        (status = 403, description = "The page's origin may not post here."),
        (status = 429, description = "Too many from this sender."),
    ),
)]
#[post("/api/v1/sites/{site}/comments")]
async fn post_comment(
    app: Shared,
    slug: Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    let mut payload: RawPayload = payload.into_inner();
    let body = body::read(&request, &mut payload, body::MAX_BYTES).await?;
    let decoded = forms::decode(&request, body.clone()).await;
    if !form::wants_page(&request) {
        let accepted = accept(&app, &site, &request, decoded?.sure()?, &body).await?;
        return Ok(receipt(accepted));
    }
    let fields = match decoded {
        Ok(decoded) if decoded.guessed.is_empty() => decoded.fields,
        // What was guessed is shown for the reader to correct; that form says how it is written.
        Ok(decoded) => {
            let problem = Problem::invalid(decoded.guessed);
            return form::refused(&app, Reader::of(&request), &site, decoded.fields, &problem);
        }
        Err(problem) => {
            return form::refused(
                &app,
                Reader::of(&request),
                &site,
                Fields::default(),
                &problem,
            );
        }
    };
    match accept(&app, &site, &request, fields.clone(), &body).await {
        Ok(accepted) => Ok(form::taken(&site, &fields, &accepted)),
        Err(problem) => form::refused(&app, Reader::of(&request), &site, fields, &problem),
    }
}

async fn accept(
    app: &Shared,
    site: &Arc<Site>,
    request: &HttpRequest,
    fields: Fields,
    body: &Bytes,
) -> Result<Accepted, Problem> {
    check_origin(app, site, request)?;
    let submission: Submission = fields.parse(site).map_err(Problem::invalid)?;
    let key = request_key(request)?.map(|key| RequestKey { key, body });
    let sender = sender::of(request, &app.settings.server.trusted_proxies);
    Ok(intake::submit(&app.intake, site.clone(), submission, sender, key).await?)
}

fn receipt(accepted: Accepted) -> HttpResponse {
    let status = ReceiptStatus::from(accepted.verdict);
    let code = match status {
        ReceiptStatus::Published => StatusCode::CREATED,
        ReceiptStatus::AwaitingReview => StatusCode::ACCEPTED,
    };
    HttpResponse::build(code).json(Receipt {
        id: accepted.id,
        status,
        author_token: accepted.author_token.unwrap_or_default(),
    })
}

/// A browser says which page's origin a post comes from; only the site's own and this service's
/// may post. Who says nothing is let through: programs, and pages whose policy is to send no referrer, of which browsers say
/// `null`. That lets no page do what it could not do by leaving the header out: a post carries no cookie.
fn check_origin(app: &Shared, site: &Site, request: &HttpRequest) -> Result<(), Problem> {
    let origin = request.headers().get(header::ORIGIN);
    let Some(origin) = origin.filter(|origin| *origin != "null") else {
        return Ok(());
    };
    let origin = origin.to_str().ok().and_then(Origin::parse);
    let own = app.public_origin();
    // What the browser asked for: forwarding headers are anyone's to write.
    let host = request.headers().get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok());
    let allowed = origin.as_ref().is_some_and(|origin| {
        let same_host = origin
            .as_str()
            .split_once("://")
            .is_some_and(|(_, there)| Some(there) == host);
        site.origins.contains(origin) || own.as_ref() == Some(origin) || same_host
    });
    if allowed {
        return Ok(());
    }
    Err(Problem::forbidden(
        "Pages of this origin may not post to the site.",
    ))
}

fn request_key(request: &HttpRequest) -> Result<Option<&str>, Problem> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let key = value
        .to_str()
        .ok()
        .filter(|key| !key.is_empty() && key.len() <= KEY_MAX);
    let message = "Use 1 to 255 visible ASCII characters.";
    let error = || FieldError::new("Idempotency-Key", "invalid", message).into();
    key.map(Some).ok_or_else(error)
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Invalid(errors) => Self::invalid(errors),
            Rejection::TooMany(after) => {
                Self::too_many("Too many comments came from here; try again later.", after)
            }
            Rejection::KeyReused => {
                let message = "This key was used for another request.";
                FieldError::new("Idempotency-Key", "reused", message).into()
            }
            Rejection::Store(error) if matches!(*error, crate::storage::StoreError::Gone) => {
                Self::not_found("site")
            }
            Rejection::Store(error) => {
                tracing::error!(%error, "a comment could not be stored");
                Self::unavailable()
            }
            Rejection::Overloaded(error) => {
                tracing::error!(%error, "a comment was turned away");
                Self::unavailable()
            }
            Rejection::Defect => {
                tracing::error!("a comment was turned away: judging it panicked");
                Self::unavailable()
            }
        }
    }
}

/// What a form needs to be sent: the signed time it was opened, and the proof of work that the site
/// asks for, if it does.
#[utoipa::path(responses((status = 200, body = FormToken)))]
#[get("/api/v1/sites/{site}/form-token")]
async fn get_form_token(app: Shared, slug: Path<String>) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(form_token::issue(&app, &site)))
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(post_comment).service(get_form_token);
}
