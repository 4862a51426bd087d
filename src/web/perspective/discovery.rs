//! The description from which Google's libraries make their methods, with our address in place of theirs.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::refusal::Refusal;
use crate::web::prelude::*;

/// The document, without an address.
static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("discovery.json")).unwrap_or_default());

/// The version that is described.
const VERSION: &str = "v1alpha1";

/// Which version is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    version: Option<String>,
}

async fn describe(app: Shared, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let wanted = actix_web::web::Query::<Wanted>::from_query(request.query_string());
    let version = wanted.ok().and_then(|wanted| wanted.into_inner().version);
    if version.is_some_and(|version| version != VERSION) {
        return Err(Problem::not_found("version").into());
    }
    let mut document = DOCUMENT.clone();
    let root = format!("{}/", app.public_url().trim_end_matches('/'));
    document["rootUrl"] = json!(root);
    document["baseUrl"] = json!(root);
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(document))
}

/// Adds these routes.
pub(super) fn routes(config: &mut RouteTable<'_>) {
    config.page(Method::GET, "/$discovery/rest", describe);
}
