//! A page to browse the description, which loads nothing from elsewhere.

use std::collections::BTreeMap;

use serde_json::Value;

use super::DOCUMENT;
use crate::web::prelude::*;

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
pub(super) async fn docs() -> Result<HttpResponse, Problem> {
    let template = Docs::deserialize(&*DOCUMENT).map_err(|error| {
        tracing::error!(%error, "the interface's description is not as its page reads it");
        Problem::unavailable()
    })?;
    page::render(StatusCode::OK, &template)
}
