//! Coral's external moderation phase: signed questions, and the answers that Coral acts on.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{
    akismet::{HAM, SPAM},
    on_both_engines,
};

pub const SECRET: &str = "ssec_to_be_or_not_to_be";
pub const SETTINGS: &[(&str, &str)] = &[("CORAL__SIGNING_SECRET", SECRET)];

pub fn phase(body: &str) -> String {
    json!({
        "action": "NEW",
        "comment": { "body": format!("<div>{body}</div>"), "parentID": null },
        "author": { "id": "8d2a", "role": "COMMENTER" },
        "story": { "id": "1", "url": "https://paper.example/story" },
        "site": { "id": "2" }, "tenantID": "3", "tenantDomain": "coral.example",
    })
    .to_string()
}

pub fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let bytes = mac.finalize().into_bytes();
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={}", hex.concat())
}

pub async fn ask(app: &crate::support::app::TestApp, body: String, signed: &str) -> Response {
    let request = app.request(Method::POST, "/coral/default");
    let request = request.header("content-type", "application/json");
    let request = request.header("x-coral-signature", signed);
    request.body(body).send().await.unwrap()
}

on_both_engines!(
    spam_is_withheld_and_flagged_and_the_rest_left_to_coral,
    SETTINGS,
    |app: TestApp| async move {
        let body = phase(SPAM);
        let signed = signature(SECRET, &body);
        let answer = ask(&app, body, &signed).await;
        assert_eq!(answer.status(), 200);
        let expected = json!({ "status": "SYSTEM_WITHHELD", "actions":
            [{ "actionType": "FLAG", "reason": "COMMENT_DETECTED_SPAM" }] });
        assert_eq!(answer.json::<Value>().await.unwrap(), expected);
        let body = phase(HAM);
        let both = format!("{},{}", signature("old", &body), signature(SECRET, &body));
        assert_eq!(ask(&app, body, &both).await.status(), 204);
    }
);

on_both_engines!(
    what_is_not_signed_with_the_secret_is_not_judged,
    SETTINGS,
    |app: TestApp| async move {
        let body = phase(HAM);
        for signed in [
            String::new(),
            signature("another", &body),
            signature(SECRET, "another body"),
            signature(SECRET, &body).replace("sha256=", "sha1="),
        ] {
            assert_eq!(
                ask(&app, body.clone(), &signed).await.status(),
                401,
                "{signed}"
            );
        }
        let nonsense = "{\"comment\": 1}".to_owned();
        let signed = signature(SECRET, &nonsense);
        assert_eq!(ask(&app, nonsense, &signed).await.status(), 422);
    }
);

on_both_engines!(
    without_a_secret_in_the_settings_nobody_may_ask,
    |app: TestApp| async move {
        let body = phase(HAM);
        let signed = signature("", &body);
        assert_eq!(ask(&app, body, &signed).await.status(), 404);
    }
);
