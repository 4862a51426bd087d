//! Coral's toxicity check and its external moderation phase at once, as its server sends them for one comment and for what its
//! moderators then decide: the address of its settings is the only thing that is not Google's.

use hamlet::{
    bayes::{Label, Question},
    domain::site::{ClientMode, SiteSlug},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{ABUSE, TALK};
use crate::{
    akismet::{SPAM, site_with_key},
    coral::{SECRET, SETTINGS, ask as ask_phase, phase, signature},
    on_both_engines,
    support::app::{TestApp, answer},
};

/// From which score on Coral withholds a comment, unless its settings say otherwise.
const THRESHOLD: f64 = 0.8;

/// What Coral posts to its endpoint for perspective, whose path ends in the version and is followed by the operation.
async fn send(app: &TestApp, key: &str, operation: &str, body: &Value) -> (StatusCode, Value) {
    let path = format!("/v1alpha1/comments:{operation}?key={key}");
    let request = app.request(Method::POST, &path);
    let request = request.header("content-type", "application/json");
    answer(request.body(body.to_string())).await
}

fn analyze(text: &str, model: &str, language: &str) -> Value {
    json!({ "comment": { "text": text }, "doNotStore": true,
            "requestedAttributes": { model: {} }, "languages": [language] })
}

/// What Coral says of a comment that a moderator approved (0) or rejected (1).
fn suggest(text: &str, value: i32) -> Value {
    let about =
        json!({ "url": "https://paper.example/story?commentID=c1", "Coral_comment_id": "c1" });
    json!({ "comment": { "text": text }, "context": { "entries": [{ "text": about.to_string() }] },
            "attributeScores": { "TOXICITY": { "summaryScore": { "value": value } } },
            "languages": ["en"], "communityId": "Coral:https://coral.example/", "clientToken": "comment:c1" })
}

on_both_engines!(
    coral_asks_about_abuse_and_spam_at_once_and_reports_what_its_moderators_decide,
    SETTINGS,
    |app: TestApp| async move {
        let key = site_with_key(&app, "paper", ClientMode::Judge).await;
        let score = async |text: &str, language: &str| {
            let (status, told) =
                send(&app, &key, "analyze", &analyze(text, "TOXICITY", language)).await;
            assert_eq!(status, 200, "{told}");
            told["attributeScores"]["TOXICITY"]["summaryScore"]["value"]
                .as_f64()
                .expect("a score")
        };
        assert!(score(ABUSE, "en").await > THRESHOLD);
        assert!(score(TALK, "en").await < THRESHOLD);
        // Coral calls any language English that it has no word for.
        assert!(
            score("Ты полный идиот, заткнись.", "en").await
                > score("Спасибо за ответ.", "en").await
        );
        // In a language that has no model Coral logs that it could not tell, and goes on without.
        for language in ["es", "fr"] {
            let (status, told) =
                send(&app, &key, "analyze", &analyze(ABUSE, "TOXICITY", language)).await;
            assert_eq!(
                (status.as_u16(), &told["error"]["code"]),
                (400, &json!(400))
            );
        }
        let body = phase(SPAM);
        let signed = signature(SECRET, &body);
        let withheld = ask_phase(&app, body, &signed)
            .await
            .json::<Value>()
            .await
            .expect("JSON");
        assert_eq!(withheld["status"], "SYSTEM_WITHHELD");
        for (text, value) in [("What a plonkfret you are.", 1), ("It came up in May.", 0)] {
            let (status, told) = send(&app, &key, "suggestscore", &suggest(text, value)).await;
            assert_eq!(
                (status.as_u16(), &told["clientToken"]),
                (200, &json!("comment:c1")),
                "{told}"
            );
        }
        let site = [SiteSlug::parse("paper").expect("a site")];
        let kept = &app.app.store;
        let labels = kept
            .count_samples(Question::Abuse, &site)
            .await
            .expect("labels");
        let labels: Vec<_> = labels.iter().map(|one| (one.label, one.counted)).collect();
        assert_eq!(labels, [(Label::Ham, 1), (Label::Spam, 1)]);
        assert!(
            kept.count_samples(Question::Spam, &site)
                .await
                .expect("labels")
                .is_empty()
        );
    }
);
