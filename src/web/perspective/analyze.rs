//! `comments:analyze`: how a text is perceived.

use std::collections::BTreeMap;

use actix_web::web::Payload;
use serde_json::{Map, Value, json};

use super::{TextEntry, answered, primary, read, recognise, refusal::Refusal};
use crate::{
    clients::perspective::{self, Asked, Attribute, Scores},
    web::prelude::*,
};

/// Attributes in one request at most.
const MAX_ATTRIBUTES: usize = 64;

/// What is asked. Fields that are not here are passed over: context, sessions, whether to store (nothing is stored).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    #[serde(default)]
    comment: TextEntry,
    #[serde(default)]
    requested_attributes: BTreeMap<String, Option<Parameters>>,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    span_annotations: bool,
    #[serde(default)]
    drop_unsupported_attributes: bool,
    client_token: Option<String>,
}

/// How an attribute is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Parameters {
    score_type: Option<String>,
    score_threshold: f64,
}

async fn analyze(
    app: Shared,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    let (_, site) = recognise(&app, &request).await?;
    let wanted: Request = read(&request, payload).await?;
    let text = wanted.comment.checked()?;
    let attributes = attributes(
        &wanted.requested_attributes,
        wanted.drop_unsupported_attributes,
    )?;
    let languages = primary(&wanted.languages);
    let asked = Asked {
        text,
        attributes,
        languages: languages.clone(),
        drops_unknown: wanted.drop_unsupported_attributes,
        by_sentence: wanted.span_annotations,
    };
    let answer = perspective::analyze(&app.learning, &site.slug, asked).await?;
    let mut scores = Map::new();
    for (name, found) in answer.scores {
        let parameters = wanted.requested_attributes.get(&name);
        let least = parameters
            .and_then(Option::as_ref)
            .map_or(0.0, |own| own.score_threshold);
        if found.summary >= least {
            scores.insert(name, in_json(&found, least));
        }
    }
    let detected = [answer.detected];
    let mut body = json!({ "attributeScores": scores, "detectedLanguages": detected });
    body["languages"] = if languages.is_empty() {
        json!(detected)
    } else {
        json!(languages)
    };
    Ok(answered("analyze", body, wanted.client_token))
}

fn attributes(
    requested: &BTreeMap<String, Option<Parameters>>,
    drops_unknown: bool,
) -> Result<Vec<(String, Attribute)>, Refusal> {
    if requested.is_empty() || requested.len() > MAX_ATTRIBUTES {
        return Err(Refusal::argument(
            "requestedAttributes must name from 1 to 64 attributes.",
        ));
    }
    let mut known = Vec::new();
    for (name, parameters) in requested {
        let own = parameters.as_ref();
        let kind = own
            .and_then(|own| own.score_type.as_deref())
            .unwrap_or("PROBABILITY");
        if !matches!(kind, "PROBABILITY" | "SCORE_TYPE_UNSPECIFIED") {
            return Err(Refusal::argument(format!(
                "Score type {kind} is not supported for attribute {name}."
            )));
        }
        match Attribute::parse(name) {
            Some(attribute) => known.push((name.clone(), attribute)),
            None if drops_unknown => {}
            None => {
                let message = format!("Unknown requested attribute: {name}");
                return Err(Refusal::of_type(message, "ATTRIBUTE_NOT_SUPPORTED"));
            }
        }
    }
    Ok(known)
}

fn in_json(scores: &Scores, least: f64) -> Value {
    let score = |value: f64| json!({ "value": value, "type": "PROBABILITY" });
    let spans: Vec<Value> = scores
        .spans
        .iter()
        .filter(|span| span.value >= least)
        .map(|span| json!({ "begin": span.begin, "end": span.end, "score": score(span.value) }))
        .collect();
    json!({ "spanScores": spans, "summaryScore": score(scores.summary) })
}

/// Adds these routes.
pub(super) fn routes(config: &mut RouteTable<'_>) {
    config.page(Method::POST, "/v1alpha1/comments:analyze", analyze);
}
