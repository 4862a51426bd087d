//! What proves who someone is: not to be read off the database, and compared so that the time taken
//! tells nothing.

use hamlet::domain::{moderator::Role, site::ClientMode};
use reqwest::Method;
use serde_json::json;

use super::{dump, sources};
use crate::{
    akismet, on_both_engines,
    support::{
        app::answer,
        people::{PASSWORD, text},
    },
};

on_both_engines!(
    whoever_reads_the_database_can_sign_in_as_nobody,
    |app: TestApp| async move {
        let link = hamlet::accounts::first_link(&app.app)
            .await
            .unwrap()
            .unwrap();
        let word = link.rsplit('/').next().unwrap().to_owned();
        let me = app.first_operator("horatio@elsinore.example").await;
        let token = app.token(Role::Operator, &[]).await;
        let key = akismet::site_with_key(&app, "blog", ClientMode::Judge).await;
        let hook = json!({ "url": "https://hooks.example/x", "events": ["comment.received"] });
        let request = me.request(&app, Method::POST, "/api/v1/sites/default/webhooks");
        let (status, hook) = answer(request.json(&hook)).await;
        assert_eq!(status, 201, "{hook}");
        let session = me.cookie.split('=').nth(1).unwrap();
        let secrets = [
            ("a token", token.as_str()),
            ("a sign-in link", &word),
            ("a client's key", &key),
            ("a webhook's secret", text(&hook["secret"])),
            ("a session", session),
            ("a CSRF token", &me.csrf),
            ("a password", PASSWORD),
        ];
        let held = format!("{:?}", dump(&app).await);
        for (what, secret) in secrets {
            assert!(secret.len() >= 12, "{what}");
            let hex = secret
                .bytes()
                .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
            let found = held.contains(secret) || held.to_lowercase().contains(&hex);
            assert!(!found, "{what} is in the database");
        }
    }
);

on_both_engines!(
    a_token_that_is_nearly_right_is_wrong,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let status = async |token: &str| answer(app.with(token, Method::GET, "/api/v1/me")).await.0;
        assert_eq!(status(&token).await, 200);
        let flipped = |place: usize| {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        };
        for place in [7, token.len() / 2, token.len() - 2] {
            assert_eq!(status(&flipped(place)).await, 401, "changed at {place}");
        }
        for wrong in [
            &token[..49],
            &format!("{token}x"),
            "",
            "hamlet_",
            &token.to_uppercase(),
        ] {
            assert_eq!(status(wrong).await, 401, "{}", wrong.len());
        }
    }
);

/// Secrets are looked up by a hash, or their MAC is verified by the library, which takes the same time
/// whatever differs. A time too short to be measured is no test, so the sources are read: each file
/// that makes a MAC to check one uses that, and no comparison of its own.
#[test]
fn macs_are_compared_in_constant_time() {
    let mut checking = Vec::new();
    for (path, text) in sources("src", ".rs") {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        if !code.contains("Sha256>::new_from_slice") {
            continue;
        }
        let path = path.to_string_lossy().into_owned();
        for own in [
            "into_bytes() ==",
            "== mac",
            "== tag",
            "== signature",
            "== expected",
            "tag ==",
            "signature ==",
            ".eq(&tag",
        ] {
            assert!(!code.contains(own), "{path} compares by itself: {own}");
        }
        if code.contains("fn verify") || code.contains("is_signed") {
            assert!(
                code.contains(".verify_"),
                "{path} does not verify with the library"
            );
            checking.push(path);
        }
    }
    assert_eq!(
        checking.len(),
        2,
        "signed tokens and Coral's signatures: {checking:?}"
    );
    let tokens = sources("src/storage", "tokens.rs");
    assert!(
        tokens
            .iter()
            .any(|(_, text)| text.contains("WHERE hash = $")),
        "tokens are found by their hash"
    );
}
