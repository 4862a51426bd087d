//! Asking: whether a key is good, and whether a text is spam.

use uuid::Uuid;

use super::{Call, Refusal, plain, recognise, word};
use crate::{
    clients::{self, callbacks},
    domain::{evidence::Verdict, site::Policy},
    intake::Accepted,
    web::prelude::*,
};

/// An author, and the beginning of an address, for which the answer is `true`, to try a client out.
const GUARANTEED_SPAM: &str = "akismet-guaranteed-spam";

/// The author of the protocol's first years, whom old clients' own tests still send.
const FIRST_GUARANTEED_SPAM: &str = "viagra-test-123";

/// The role for which the answer is `false`.
const TRUSTED_ROLE: &str = "administrator";

/// Whether a key is good: `valid` or `invalid`.
#[utoipa::path(responses(
    (status = 200, description = "`valid`, or `invalid` with `X-akismet-debug-help`.",
     body = String, content_type = "text/plain"),
))]
#[post("/1.1/verify-key")]
async fn verify_key(app: Shared, call: Call) -> Result<HttpResponse, Refusal> {
    answer_verify(app, call).await
}

async fn answer_verify(app: Shared, call: Call) -> Result<HttpResponse, Refusal> {
    recognise(&app, &call).await?;
    Ok(word("valid"))
}

/// Whether a text is spam: `true` or `false`.
///
/// `X-akismet-guid` names the judgement. A text above the site's `discard_at` is answered with
/// `X-akismet-pro-tip: discard`. Where the site keeps the text as a comment, `comment_parent` gives it
/// its place in the thread, and a `callback` on one of the site's origins hears when a person decides
/// otherwise.
#[utoipa::path(responses(
    (status = 200, description = "`true`, `false`, or `invalid` with `X-akismet-debug-help`.",
     body = String, content_type = "text/plain"),
    (status = 429, description = "Too many wrong keys, or too many comments of this author's network."),
))]
#[post("/1.1/comment-check")]
async fn comment_check(app: Shared, call: Call) -> Result<HttpResponse, Refusal> {
    answer_check(app, call).await
}

async fn answer_check(app: Shared, call: Call) -> Result<HttpResponse, Refusal> {
    let (key, site) = recognise(&app, &call).await?;
    if call.blog().is_none() {
        let help = "We were unable to find a blog in your request.";
        return Err(Refusal::Invalid(help));
    }
    let question = call.question();
    if let Some(is_spam) = known_answer(&call) {
        return Ok(judgement(&Uuid::now_v7().to_string(), is_spam, false));
    }
    // Anything but 200 makes programs hold the comment and ask again.
    let secret = call.key.as_deref().unwrap_or_default();
    let callback = callbacks::accept(&app, &site, &key, secret, &question).await?;
    let judged = clients::judge(&app.clients, &site, &question, callback).await?;
    if judged.score.is_none() {
        return Err(Problem::unavailable().into());
    }
    let is_spam = judged.verdict == Verdict::Spam;
    let discard = is_spam && is_blatant(&site.policy, &judged);
    Ok(judgement(&judged.id.to_string(), is_spam, discard))
}

/// The answer to a client that is being tried out, or that asks about the site's own people.
fn known_answer(call: &Call) -> Option<bool> {
    let author = call
        .get("comment_author")
        .is_some_and(|author| [GUARANTEED_SPAM, FIRST_GUARANTEED_SPAM].contains(&author));
    let email = call
        .get("comment_author_email")
        .is_some_and(|email| email.split('@').next() == Some(GUARANTEED_SPAM));
    if author || email {
        return Some(true);
    }
    (call.get("user_role") == Some(TRUSTED_ROLE)).then_some(false)
}

fn is_blatant(policy: &Policy, judged: &Accepted) -> bool {
    let limit = policy.discard_at;
    limit
        .zip(judged.score)
        .is_some_and(|(limit, score)| score >= limit)
}

fn judgement(guid: &str, is_spam: bool, discard: bool) -> HttpResponse {
    let mut response = plain(StatusCode::OK);
    response.insert_header(("x-akismet-guid", guid));
    if discard {
        response.insert_header(("x-akismet-pro-tip", "discard"));
    }
    response.body(if is_spam { "true" } else { "false" })
}

/// Adds these routes.
pub(super) fn routes(config: &mut RouteTable<'_>) {
    config
        .service(verify_key)
        .service(comment_check)
        .page(Method::GET, "/1.1/verify-key", answer_verify)
        .page(Method::GET, "/1.1/comment-check", answer_check);
}
