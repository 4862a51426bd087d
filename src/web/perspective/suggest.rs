//! `comments:suggestscore`: what people thought of a text. It becomes labels, as reports of Akismet's clients do, within
//! the same bounds. SPAM is one for the site's spam model; what is said about abuse never is.

use std::collections::BTreeMap;

use actix_web::web::Payload;
use serde_json::json;

use super::{TextEntry, answered, primary, read, recognise, refusal::Refusal};
use crate::{
    bayes::Label,
    clients::{inquiry::Inquiry, language, perspective::Attribute, reports},
    web::prelude::*,
};

/// The score from which a text was said to be what the attribute names.
const HALF: f64 = 0.5;

/// What is suggested.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    #[serde(default)]
    comment: TextEntry,
    #[serde(default)]
    attribute_scores: BTreeMap<String, Suggested>,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    community_id: String,
    client_token: Option<String>,
}

/// An attribute's scores, as far as they are read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Suggested {
    summary_score: Value,
}

/// A score.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Value {
    value: f64,
}

async fn suggest(
    app: Shared,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    let (key, site) = recognise(&app, &request).await?;
    let wanted: Request = read(&request, payload).await?;
    let text = wanted.comment.checked()?;
    let spam = spam(&wanted.attribute_scores)?;
    let detected = language::detect(&text);
    let question = Inquiry {
        blog: wanted.community_id,
        text,
        ..Inquiry::default()
    };
    if let Some(label) = spam {
        let taken = reports::take(&app.clients, &site, &key, &question, None, label).await;
        taken.map_err(Problem::from)?;
    }
    let mut body = json!({ "detectedLanguages": [detected] });
    let requested = primary(&wanted.languages);
    if !requested.is_empty() {
        body["requestedLanguages"] = json!(requested);
    }
    Ok(answered("suggestscore", body, wanted.client_token))
}

/// What was said of spam: a text is it when any of the attribute's names says so.
fn spam(scores: &BTreeMap<String, Suggested>) -> Result<Option<Label>, Refusal> {
    if scores.is_empty() {
        return Err(Refusal::argument(
            "attributeScores must name at least one attribute.",
        ));
    }
    let mut said = None;
    for (name, suggested) in scores {
        let value = suggested.summary_score.value;
        if !(0.0..=1.0).contains(&value) {
            return Err(Refusal::argument(format!(
                "The score of {name} must be from 0 to 1."
            )));
        }
        if Attribute::parse(name) != Some(Attribute::Spam) {
            continue;
        }
        if value >= HALF {
            said = Some(Label::Spam);
        } else {
            said = said.or(Some(Label::Ham));
        }
    }
    Ok(said)
}

/// Adds these routes.
pub(super) fn routes(config: &mut RouteTable<'_>) {
    config.page(Method::POST, "/v1alpha1/comments:suggestscore", suggest);
}
