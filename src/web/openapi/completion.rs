//! What the description says of many operations alike, said here once: who may call, what is refused, parameters and bodies that are
//! not of a type of ours.

use serde_json::{Map, Value, json};

use crate::web::problem::MEDIA_TYPE;

/// What the protocol of Akismet takes as a body: any field, in each form.
const ANY_FIELDS: [&str; 3] = [
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/json",
];

/// The encodings of forms, and what the schemas for them end in.
const FORMS: [(&str, &str); 2] = [
    ("application/x-www-form-urlencoded", "Form"),
    ("multipart/form-data", "Multipart"),
];

/// Where the paths of Akismet's protocol begin.
const AKISMET: &str = "/1.";

/// Where the document describes `Problem`.
const PROBLEM: &str = "#/components/schemas/Problem";

/// Completes a document as the routes describe it.
pub(super) fn complete(mut document: Value) -> Value {
    simplify(&mut document);
    let mut schemas = document["components"]["schemas"].take();
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (_, operation) in item.as_object_mut().into_iter().flatten() {
            // These read any field, which no type of ours has.
            if path.starts_with(AKISMET) {
                let fields = json!({ "schema": { "type": "object" } });
                let content = ANY_FIELDS.map(|kind| (kind.to_owned(), fields.clone()));
                let content: Map<String, Value> = content.into_iter().collect();
                operation["requestBody"] = json!({ "content": content });
            }
            leave_out_null(operation);
            part_forms(operation, &mut schemas);
            complete_security(operation);
            complete_parameters(path, operation);
            complete_responses(path, operation, &schemas);
        }
    }
    document["components"]["schemas"] = schemas;
    document
}

/// Writes schemas as generators of clients read them: a default of null is no default, and a tuple is a list of so many.
fn simplify(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.get("default").is_some_and(Value::is_null) {
                fields.remove("default");
            }
            if let Some(Value::Array(places)) = fields.remove("prefixItems") {
                debug_assert!(places.windows(2).all(|pair| pair[0] == pair[1]));
                let count = json!(places.len());
                fields.insert("minItems".to_owned(), count.clone());
                fields.insert("maxItems".to_owned(), count);
                fields.insert("items".to_owned(), json!(places.first()));
            }
            fields.values_mut().for_each(simplify);
        }
        Value::Array(values) => values.iter_mut().for_each(simplify),
        _ => {}
    }
}

/// A body that may be left out is none, and not one of `null`, which is refused.
fn leave_out_null(operation: &mut Value) {
    let schema = operation.pointer_mut("/requestBody/content/application~1json/schema");
    let ways = schema
        .as_ref()
        .and_then(|schema| schema["oneOf"].as_array());
    let body = ways.and_then(|ways| ways.iter().find(|way| way["type"] != "null").cloned());
    if let (Some(schema), Some(body)) = (schema, body) {
        *schema = body;
        operation["requestBody"]["required"] = json!(false);
    }
}

/// Gives a body that may also come as a form a schema for each of its encodings: generated clients choose the encoding by the type of what
/// they are given. A form may carry other fields, a page's own.
fn part_forms(operation: &mut Value, schemas: &mut Value) {
    // Not by index: that would make what is not there.
    let content = operation.pointer_mut("/requestBody/content");
    let content = content.and_then(Value::as_object_mut);
    let Some(content) = content.filter(|content| content.contains_key("application/json")) else {
        return;
    };
    for (kind, suffix) in FORMS {
        let Some(reference) = content
            .get_mut(kind)
            .and_then(|body| body["schema"].get_mut("$ref"))
        else {
            continue;
        };
        let path = reference.as_str().unwrap_or_default().to_owned();
        let name = path.rsplit('/').next().unwrap_or_default();
        let mut schema = schemas[name].clone();
        if let Some(fields) = schema.as_object_mut() {
            fields.remove("additionalProperties");
        }
        *reference = json!(format!("{path}{suffix}"));
        schemas[format!("{name}{suffix}")] = schema;
    }
}

/// What moderators and operators call takes a token, and what others call takes nothing, unless the operation says otherwise.
fn complete_security(operation: &mut Value) {
    if operation["security"].is_null() {
        let takes_token = ["review", "operators"]
            .iter()
            .any(|tag| operation["tags"][0] == *tag);
        operation["security"] = if takes_token {
            json!([{ "token": [] }])
        } else {
            json!([])
        };
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
