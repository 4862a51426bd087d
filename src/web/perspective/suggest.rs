//! `comments:suggestscore`: what people thought of a text. It becomes labels, as reports of Akismet's clients do, within
//! the same bounds: SPAM is one for the site's spam model, what is said about abuse one for its abuse model, and neither for the
//! other's.

use std::collections::BTreeMap;

use actix_web::web::Payload;
use serde_json::json;

use super::{TextEntry, answered, primary, read, recognise, refusal::Refusal};
use crate::{
    bayes::{AbuseKind, Label},
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
    let said = Said::of(&wanted.attribute_scores)?;
    let detected = language::detect(&text);
    let question = Inquiry {
        blog: wanted.community_id,
        text,
        ..Inquiry::default()
    };
    if let Some(label) = said.spam {
        let taken = reports::take(&app.clients, &site, &key, &question, None, label).await;
        taken.map_err(Problem::from)?;
    }
    if let Some(label) = said.abuse {
        let taken = reports::take_of_abuse(&app.clients, &site, &key, &question, label).await;
        taken.map_err(Problem::from)?;
    }
    let mut body = json!({ "detectedLanguages": [detected] });
    let requested = primary(&wanted.languages);
    if !requested.is_empty() {
        body["requestedLanguages"] = json!(requested);
    }
    Ok(answered("suggestscore", body, wanted.client_token))
}

/// What was said of a text.
#[derive(Debug, Default)]
struct Said {
    spam: Option<Label>,
    abuse: Option<Label>,
}

impl Said {
    /// A text is what any of an attribute's names says, and abusive where any kind of abuse is said of it. That it is clean takes
    /// [`AbuseKind::Toxicity`], which is all of them: what is no threat may be an insult. Swearing is no abuse by itself and says nothing.
    fn of(scores: &BTreeMap<String, Suggested>) -> Result<Self, Refusal> {
        if scores.is_empty() {
            return Err(Refusal::argument(
                "attributeScores must name at least one attribute.",
            ));
        }
        let mut said = Self::default();
        for (name, suggested) in scores {
            let value = suggested.summary_score.value;
            if !(0.0..=1.0).contains(&value) {
                return Err(Refusal::argument(format!(
                    "The score of {name} must be from 0 to 1."
                )));
            }
            let is_said = value >= HALF;
            match Attribute::parse(name) {
                Some(Attribute::Spam) => note(&mut said.spam, is_said),
                Some(Attribute::Abuse(AbuseKind::Obscene)) | None => {}
                Some(Attribute::Abuse(AbuseKind::Toxicity)) => note(&mut said.abuse, is_said),
                Some(Attribute::Abuse(_)) if is_said => note(&mut said.abuse, true),
                Some(Attribute::Abuse(_)) => {}
            }
        }
        Ok(said)
    }
}

/// Notes what one attribute says beside those before it.
fn note(label: &mut Option<Label>, is_said: bool) {
    if is_said {
        *label = Some(Label::Spam);
    } else {
        label.get_or_insert(Label::Ham);
    }
}

/// Adds these routes.
pub(super) fn routes(config: &mut RouteTable<'_>) {
    config.page(Method::POST, "/v1alpha1/comments:suggestscore", suggest);
}
