//! The description of the interface (`OpenAPI` 3.1), collected from the routes themselves; `completion.rs` adds what many operations have
//! in common, `browser.rs` is a page to browse it.

mod browser;
mod completion;

use std::sync::LazyLock;

use serde_json::{Value, json};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
};

use super::{auth::CSRF_HEADER, cookies::SESSION_COOKIE, route_table};
use crate::{
    domain::{abuse::AbuseFilter, mail::MailStatus, queue::Sort},
    web::prelude::*,
};

/// The document, made when it is first asked for: a service that nobody asks does not keep it.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let document = route_table::describe(Base::openapi(), super::routes);
    completion::complete(serde_json::to_value(&document).unwrap_or_default())
});

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hamlet",
        description = "Comment moderation and spam filtering: to publish, or not to publish. An answer that leaves rows out because the database holds them damaged says how many in the header `x-rows-left-out`.",
    ),
    tags(
        (name = "public", description = "What a site's pages call."),
        (name = "review", description = "What moderators call."),
        (name = "clients", description = "What programs that speak Akismet's protocol call, by GET or POST; the key is `api_key`, `key`, or the first label of the host."),
        (name = "operators", description = "What operators call."),
        (name = "account", description = "Signing in, and one's own settings."),
        (name = "operation", description = "Health."),
    ),
    components(schemas(Problem, Sort, AbuseFilter, MailStatus)),
    modifiers(&Callers),
)]
struct Base;

/// Who calls: programs by a token, people by the session that their browser keeps.
struct Callers;

impl Modify for Callers {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("token", token);
        let says = "The session of someone who signed in. With TLS its name begins with `__Host-`.";
        let session = ApiKey::Cookie(ApiKeyValue::with_description(SESSION_COOKIE, says));
        components.add_security_scheme("session", SecurityScheme::ApiKey(session));
        let says =
            "The session's `csrf_token`, of `GET /api/v1/me`: for whatever changes something.";
        let csrf = ApiKey::Header(ApiKeyValue::with_description(CSRF_HEADER, says));
        components.add_security_scheme("csrf", SecurityScheme::ApiKey(csrf));
    }
}

/// The `OpenAPI` 3.1 document.
#[utoipa::path(responses((status = 200, body = Object)))]
#[get("/openapi.json")]
async fn openapi_json(app: Shared) -> HttpResponse {
    let mut document = DOCUMENT.clone();
    document["servers"] = json!([{ "url": app.public_url() }]);
    HttpResponse::Ok().json(document)
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .service(openapi_json)
        .page(Method::GET, "/docs", browser::docs);
}
