//! Coral's external moderation phase: Coral asks about each comment before it shows it, signed with
//! the secret that it made for the phase. Answered at once, with spam withheld and flagged; the rest
//! is left to Coral's own moderation. What cannot be judged is withheld too.

use actix_web::web::Payload;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use serde_json::json;
use sha2::Sha256;

use super::body;
use crate::{
    clients::{self, inquiry::Inquiry},
    domain::evidence::Verdict,
    interchange::plain,
    web::prelude::*,
};

/// The largest body, in bytes.
const MAX_BYTES: usize = 256 * 1024;

/// The header that carries signatures: `sha256=…`, several of them while a secret is exchanged.
const SIGNATURE: &str = "x-coral-signature";

/// What Coral asks, as far as it matters. Fields that it adds are passed over.
#[derive(Debug, Deserialize, ToSchema)]
struct CoralPhase {
    /// The comment.
    comment: CoralComment,
    /// Its author.
    #[serde(default)]
    author: CoralAuthor,
    /// What it is about.
    #[serde(default)]
    story: CoralStory,
}

/// A comment that Coral asks about.
#[derive(Debug, Deserialize, ToSchema)]
struct CoralComment {
    /// Its text, as HTML.
    #[serde(default)]
    body: String,
}

/// Its author, whom Coral does not name.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct CoralAuthor {
    /// The author's id at Coral.
    #[serde(default)]
    id: String,
}

/// What it is about.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct CoralStory {
    /// The story's address.
    #[serde(default)]
    url: String,
}

/// Judges a comment for Coral, as one of its external moderation phases.
#[utoipa::path(
    params(
        ("X-Coral-Signature" = String, Header, description = "`sha256=` and the body's HMAC in hexadecimal."),
    ),
    request_body = CoralPhase,
    responses(
        (status = 200, description = "It is withheld: `status`, and the flag in `actions`.", body = Object),
        (status = 204, description = "Nothing against it."),
        (status = 401, description = "No good signature."),
        (status = 404, description = "No such site, or no secret in the settings."),
    ),
)]
#[post("/coral/{site}")]
async fn moderate(
    app: Shared,
    slug: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let secret = app.settings.coral.signing_secret.expose_secret();
    let site = site::named(&app, &slug)?;
    if secret.is_empty() {
        return Err(Problem::not_found("site"));
    }
    let bytes = body::read(&request, &mut payload.into_inner(), MAX_BYTES).await?;
    if !is_signed(&request, secret, &bytes) {
        let title = "The signature is missing or is not that of the phase's secret.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "signature", title));
    }
    let phase: CoralPhase = body::parse_json(&bytes)?;
    let question = Inquiry {
        blog: phase
            .story
            .url
            .split('/')
            .nth(2)
            .unwrap_or_default()
            .to_owned(),
        text: plain::of_html(&phase.comment.body),
        page: phase.story.url,
        author_id: phase.author.id,
        may_be_kept: true,
        ..Inquiry::default()
    };
    let judged = clients::judge(&app.clients, &site, &question, None).await;
    Ok(match judged {
        Ok(judged) if judged.score.is_some() && judged.verdict != Verdict::Spam => {
            HttpResponse::NoContent().finish()
        }
        Ok(judged) if judged.score.is_some() => withheld(true),
        _ => withheld(false),
    })
}

fn withheld(as_spam: bool) -> HttpResponse {
    let flag = json!({ "actionType": "FLAG", "reason": "COMMENT_DETECTED_SPAM" });
    let actions = if as_spam { vec![flag] } else { Vec::new() };
    HttpResponse::Ok().json(json!({ "status": "SYSTEM_WITHHELD", "actions": actions }))
}

/// Whether one of the signatures is the body's; compared in constant time.
fn is_signed(request: &HttpRequest, secret: &str, body: &[u8]) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .expect("any key length is valid for HMAC");
    mac.update(body);
    let given = request.headers().get_all(SIGNATURE);
    given
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|one| bytes_of(one.trim().strip_prefix("sha256=")?))
        .any(|one| mac.clone().verify_slice(&one).is_ok())
}

/// The bytes that pairs of hexadecimal digits name.
fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let pairs = digits.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect()
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(moderate);
}
