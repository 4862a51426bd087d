//! Perspective's protocol, which its clients speak when they are given another address: `analyze` says how a text is
//! perceived, `suggestscore` says what people thought of it, and the discovery document is what Google's own libraries
//! make their methods from. Keys are those of Akismet's clients, one site each. What is asked is answered by
//! [`crate::clients::perspective`].
//!
//! These routes are not in our own description: they have one, in Google's form.

mod analyze;
mod discovery;
mod refusal;
mod suggest;

use std::sync::Arc;

use actix_web::web::Payload;
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::refusal::Refusal;
use crate::{
    clients::keys,
    domain::site::Site,
    storage::client_keys::ClientKey,
    web::{body, prelude::*, sender},
};

/// The largest body, in bytes: a text, and the context that clients send with it.
const MAX_BYTES: usize = 512 * 1024;

/// The longest text, in bytes.
const MAX_TEXT: usize = 20 * 1024;

/// Where keys may be, beside the query.
const KEY_HEADER: &str = "x-goog-api-key";

/// A text as Google's services take it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TextEntry {
    text: String,
}

impl TextEntry {
    /// The text, if it is one that is judged.
    fn checked(self) -> Result<String, Refusal> {
        if self.text.trim().is_empty() {
            return Err(Refusal::of_type(
                "Comment must be non-empty.",
                "COMMENT_EMPTY",
            ));
        }
        if self.text.len() > MAX_TEXT {
            let message = format!(
                "Comment text too long: {} bytes, at most {MAX_TEXT}.",
                self.text.len()
            );
            return Err(Refusal::of_type(message, "COMMENT_TOO_LONG"));
        }
        if self.text.contains('\0') {
            return Err(Refusal::argument("Comment text has a NUL character."));
        }
        Ok(self.text)
    }
}

/// The key of a call: in its query or in a header.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parameters {
    key: Option<String>,
}

/// Whose call it is.
async fn recognise(
    app: &Shared,
    request: &HttpRequest,
) -> Result<(Arc<ClientKey>, Arc<Site>), Refusal> {
    let secret = key_of(request).ok_or_else(Refusal::no_key)?;
    let peer = sender::of(request, &app.settings.server.trusted_proxies);
    let found = keys::recognise(&app.clients, &secret, peer.as_ref()).await?;
    found.ok_or_else(Refusal::wrong_key)
}

fn key_of(request: &HttpRequest) -> Option<String> {
    let in_query = actix_web::web::Query::<Parameters>::from_query(request.query_string());
    let in_query = in_query.ok().and_then(|query| query.into_inner().key);
    let header = |name: &str| request.headers().get(name)?.to_str().ok();
    let bearer = || header("authorization")?.strip_prefix("Bearer ");
    let given = in_query.or_else(|| header(KEY_HEADER).or_else(bearer).map(str::to_owned));
    given
        .map(|key| key.trim().to_owned())
        .filter(|key| !key.is_empty())
}

/// Reads a body. What its sender calls its media type is passed over: some clients say none.
async fn read<T: DeserializeOwned>(request: &HttpRequest, payload: Payload) -> Result<T, Refusal> {
    let bytes = body::read(request, &mut payload.into_inner(), MAX_BYTES).await?;
    Ok(body::parse_json(&bytes)?)
}

/// The answer to a call, with its sender's token; it is counted.
fn answered(call: &'static str, mut body: Value, client_token: Option<String>) -> HttpResponse {
    if let Some(token) = client_token {
        body["clientToken"] = token.into();
    }
    metrics::counter!("hamlet_perspective_requests_total", "call" => call).increment(1);
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(body)
}

/// Language codes without their regions: `pt-BR` is Portuguese.
fn primary(languages: &[String]) -> Vec<String> {
    let primary = |code: &String| {
        let code = code.split(['-', '_']).next().unwrap_or_default();
        code.trim().to_lowercase()
    };
    let codes = languages.iter().map(primary);
    codes.filter(|code| !code.is_empty()).collect()
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    analyze::routes(config);
    suggest::routes(config);
    discovery::routes(config);
}
