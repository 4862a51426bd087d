//! The description of the interface (`OpenAPI` 3.1), collected from the routes themselves, and a
//! page to browse it that loads nothing from elsewhere.

use actix_web::{HttpResponse, get, http::StatusCode, web::Data};
use askama::Template;
use serde_json::Value;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{page, problem::Problem};

/// The document, as served.
#[derive(Clone)]
pub struct Document(Value);

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hamlet",
        description = "Comment moderation and spam filtering: to publish, or not to publish.",
    ),
    tags(
        (name = "public", description = "What a site's pages call."),
        (name = "review", description = "What moderators call."),
        (name = "clients", description = "What programs that speak Akismet's protocol call, by GET or POST; the key is `api_key`, `key`, or the first label of the host."),
        (name = "operators", description = "What operators call."),
        (name = "account", description = "Signing in, and one's own settings."),
        (name = "operation", description = "Health."),
    ),
    components(schemas(Problem)),
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

/// The document before the routes add themselves.
#[must_use]
pub fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}

impl Document {
    /// Takes the finished document.
    #[must_use]
    pub fn new(document: &utoipa::openapi::OpenApi) -> Self {
        Self(serde_json::to_value(document).unwrap_or_default())
    }
}

/// The `OpenAPI` 3.1 document.
#[utoipa::path(tag = "operation", responses((status = 200, description = "The document.", body = Object)))]
#[get("/openapi.json")]
async fn openapi_json(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().json(&document.0)
}

#[derive(Template)]
#[template(path = "docs.html")]
struct Docs {
    groups: Vec<Group>,
}

struct Group {
    name: String,
    description: String,
    operations: Vec<Operation>,
}

struct Operation {
    method: String,
    path: String,
    summary: String,
    parameters: Vec<Parameter>,
    body: Option<String>,
    answers: Vec<Answer>,
}

struct Parameter {
    name: String,
    place: String,
    required: bool,
    description: String,
}

struct Answer {
    status: String,
    description: String,
    schema: Option<String>,
}

/// The document as a page.
#[get("/docs")]
async fn docs(document: Data<Document>) -> Result<HttpResponse, Problem> {
    let template = Docs {
        groups: groups(&document.0),
    };
    page::render(StatusCode::OK, &template)
}

fn groups(document: &Value) -> Vec<Group> {
    let tags = document["tags"].as_array().into_iter().flatten();
    let group = |tag: &Value| Group {
        name: text(&tag["name"]),
        description: text(&tag["description"]),
        operations: operations(document, &tag["name"]),
    };
    tags.map(group).collect()
}

fn operations(document: &Value, tag: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let tagged = operation["tags"]
                .as_array()
                .is_some_and(|tags| tags.contains(tag));
            if tagged {
                operations.push(describe(path, method, operation));
            }
        }
    }
    operations
}

fn describe(path: &str, method: &str, operation: &Value) -> Operation {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let answers = operation["responses"].as_object().into_iter().flatten();
    Operation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: [text(&operation["summary"]), text(&operation["description"])].join(" "),
        parameters: parameters
            .map(|parameter| Parameter {
                name: text(&parameter["name"]),
                place: text(&parameter["in"]),
                required: parameter["required"].as_bool().unwrap_or_default(),
                description: text(&parameter["description"]),
            })
            .collect(),
        body: schema(&operation["requestBody"]),
        answers: answers
            .map(|(status, answer)| Answer {
                status: status.clone(),
                description: text(&answer["description"]),
                schema: schema(answer),
            })
            .collect(),
    }
}

/// The name of the schema of a body, if it has one.
fn schema(body: &Value) -> Option<String> {
    let (media_type, content) = body["content"].as_object()?.iter().next()?;
    let reference = content["schema"]["$ref"].as_str();
    let name = reference.and_then(|path| path.rsplit('/').next());
    Some(name.unwrap_or(media_type).to_owned())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Adds these routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(openapi_json);
    config.map(|config| config.service(docs));
}
