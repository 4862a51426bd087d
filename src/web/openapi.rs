//! The description of the interface (`OpenAPI` 3.1), collected from the routes themselves, and a
//! page to browse it that loads nothing from elsewhere.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::{Map, Value, json};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};

use super::{problem::MEDIA_TYPE, route_table};
use crate::{
    domain::{mail::MailStatus, queue::Sort},
    web::prelude::*,
};

/// What the protocol of Akismet takes as a body: any field, in either form.
const ANY_FIELDS: [&str; 2] = ["application/x-www-form-urlencoded", "application/json"];

/// Where the paths of Akismet's protocol begin.
const AKISMET: &str = "/1.";

/// Where the document describes [`Problem`].
const PROBLEM: &str = "#/components/schemas/Problem";

/// The document, made when it is first asked for: a service that nobody asks does not keep it.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let document = route_table::describe(Base::openapi(), super::routes);
    complete_all(serde_json::to_value(&document).unwrap_or_default())
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
    components(schemas(Problem, Sort, MailStatus)),
    modifiers(&BearerToken),
)]
struct Base;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("token", scheme);
    }
}

fn complete_all(mut document: Value) -> Value {
    let schemas = document["components"]["schemas"].take();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (_, operation) in item.as_object_mut().into_iter().flatten() {
            // These read whatever fields come, which no type of ours has.
            if path.starts_with(AKISMET) {
                let fields = json!({ "schema": { "type": "object" } });
                let content = ANY_FIELDS.map(|kind| (kind.to_owned(), fields.clone()));
                let content: Map<String, Value> = content.into_iter().collect();
                operation["requestBody"] = json!({ "content": content });
            }
            complete_security(operation);
            complete_parameters(path, operation);
            complete_responses(path, operation, &schemas);
        }
    }
    document["components"]["schemas"] = schemas;
    document
}

/// What moderators and operators call takes a token, unless the operation says otherwise.
fn complete_security(operation: &mut Value) {
    let takes_token = ["review", "operators"]
        .iter()
        .any(|tag| operation["tags"][0] == *tag);
    if takes_token && operation["security"].is_null() {
        operation["security"] = json!([{ "token": [] }]);
    }
}

/// Describes what is named in the path. Says of parameters that are not plain text that they may be
/// sent blank: that is what forms send for what was not filled in, and counts as absent.
fn complete_parameters(path: &str, operation: &mut Value) {
    let parameters = operation.get_mut("parameters");
    let parameters = parameters.and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let optional = parameter["in"] == "query" && parameter["required"] != true;
        if optional && parameter["schema"] != json!({ "type": "string" }) {
            parameter["allowEmptyValue"] = json!(true);
        }
        if parameter["in"] == "path" && parameter["description"].is_null() {
            let named = format!("/{{{}}}", parameter["name"].as_str().unwrap_or_default());
            let before = path.split(&named).next().unwrap_or_default();
            let what = match before.rsplit('/').next().unwrap_or_default() {
                "batches" => "batch",
                "blocks" => "rule",
                "outbox" => "mail",
                "coral" => "site",
                collection => collection.trim_end_matches('s'),
            };
            let slug = if what == "site" { "'s slug" } else { "" };
            parameter["description"] = json!(format!("The {what}{slug}."));
        }
    }
}

/// Adds what many operations are refused with alike, said here once, where an operation does not say
/// it in its own words. A response without words of its own has those of its body's schema, and
/// every refusal is a [`Problem`].
fn complete_responses(path: &str, operation: &mut Value, schemas: &Value) {
    let names_someone = ["review", "operators", "account"]
        .iter()
        .any(|tag| operation["tags"][0] == *tag);
    let has_body = !operation["requestBody"].is_null();
    let takes = |place| {
        let mut parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters.any(|parameter| parameter["in"] == place)
    };
    let refusals = [
        (
            names_someone,
            "401",
            "Not signed in, or the token is no good.",
        ),
        (
            names_someone,
            "403",
            "Not allowed, or the session's CSRF token is missing.",
        ),
        (
            takes("path"),
            "404",
            "It is not there, or not yours to see.",
        ),
        (has_body, "400", "The request cannot be read."),
        (has_body, "408", "The body did not arrive in time."),
        (has_body, "413", "The body is too large."),
        (
            has_body,
            "415",
            "The body is of another media type, or compressed.",
        ),
        (has_body, "422", "A field is not right."),
        (takes("query"), "422", "A parameter is not right."),
        (
            path.starts_with(AKISMET),
            "429",
            "Too many wrong keys came from here.",
        ),
        (
            operation["tags"][0] != "operation",
            "503",
            "The service cannot do this at the moment; nothing was stored.",
        ),
    ];
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    for (_, status, says) in refusals.iter().filter(|(may_come, ..)| *may_come) {
        let refusal = || json!({ "description": says });
        responses
            .entry((*status).to_owned())
            .or_insert_with(refusal);
    }
    for (status, response) in responses {
        let body = &response["content"]["application/json"]["schema"]["$ref"];
        if response["description"].is_null() {
            let schema = body.as_str().and_then(|body| body.rsplit('/').next());
            let says = schema.and_then(|schema| schemas[schema]["description"].as_str());
            response["description"] = json!(says.unwrap_or("Done."));
        }
        let is_refusal = status.starts_with(['4', '5']);
        if is_refusal && response.get("content").is_none() {
            let problem = json!({ "schema": { "$ref": PROBLEM } });
            response["content"] = json!({ MEDIA_TYPE: problem });
        }
    }
}

/// The `OpenAPI` 3.1 document.
#[utoipa::path(responses((status = 200, body = Object)))]
#[get("/openapi.json")]
async fn openapi_json() -> HttpResponse {
    HttpResponse::Ok().json(&*DOCUMENT)
}

/// What the page shows of the document.
#[derive(Deserialize, Template)]
#[template(path = "docs.html")]
struct Docs {
    tags: Vec<Tag>,
    paths: BTreeMap<String, BTreeMap<String, Operation>>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
    description: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Operation {
    tags: Vec<String>,
    summary: String,
    description: String,
    parameters: Vec<Parameter>,
    request_body: Body,
    responses: BTreeMap<String, Body>,
}

#[derive(Deserialize)]
struct Parameter {
    name: String,
    #[serde(rename = "in")]
    place: String,
    required: bool,
    #[serde(default)]
    description: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    description: String,
    content: BTreeMap<String, Value>,
}

impl Docs {
    /// The operations of a part of the interface, with method and path.
    fn operations(&self, tag: &str) -> Vec<(String, &str, &Operation)> {
        let all = self.paths.iter().flat_map(|(path, item)| {
            let of_path = item.iter();
            of_path.map(move |(method, one)| (method.to_uppercase(), path.as_str(), one))
        });
        all.filter(|(.., one)| one.tags.iter().any(|known| known == tag))
            .collect()
    }
}

impl Body {
    /// The name of its schema, or else its media type; none where there is no body.
    fn schema(&self) -> Option<&str> {
        let (media_type, content) = self.content.iter().next()?;
        let reference = content["schema"]["$ref"].as_str();
        let name = reference.and_then(|path| path.rsplit('/').next());
        Some(name.unwrap_or(media_type))
    }
}

/// The document as a page.
async fn docs() -> Result<HttpResponse, Problem> {
    let template = Docs::deserialize(&*DOCUMENT).map_err(|error| {
        tracing::error!(%error, "the interface's description is not as its page reads it");
        Problem::unavailable()
    })?;
    page::render(StatusCode::OK, &template)
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .service(openapi_json)
        .page(Method::GET, "/docs", docs);
}
