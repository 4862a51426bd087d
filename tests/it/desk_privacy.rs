//! The privacy page without script: what is held about a person is told, handed out and erased.

use hamlet::domain::moderator::Role;
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        people::Session,
    },
};

const OPERATOR: &str = "horatio@elsinore.example";
const GERTRUDE: &str = "gertrude@elsinore.example";
const PAGE: &str = "/desk/privacy";

/// Sends a form of the page; the status and what answers.
async fn send(app: &TestApp, who: &Session, what: &str, more: &[(&str, &str)]) -> (u16, String) {
    let mut fields = vec![("do", what), ("email", GERTRUDE)];
    fields.extend_from_slice(more);
    who.send(app, PAGE, &fields).await
}

async fn gertrude_writes(app: &TestApp) {
    let fields = json!({ "page": "/garden", "name": "Gertrude", "email": GERTRUDE,
        "text": "The rue has come up beside the gate." });
    let (status, comment) = answer(app.comment("default", &fields)).await;
    assert!(status.is_success(), "{comment}");
}

on_both_engines!(
    what_is_held_is_counted_handed_out_and_erased_and_the_erasure_is_noted,
    |app: TestApp| async move {
        let me = app.first_operator(OPERATOR).await;
        gertrude_writes(&app).await;
        assert!(me.page(&app, PAGE).await.contains("Nothing yet."));

        let (status, found) = send(&app, &me, "look", &[]).await;
        assert_eq!(status, 200);
        assert!(found.contains("Comments on default"), "{found}");

        let (status, held) = send(&app, &me, "download", &[]).await;
        assert_eq!(status, 200);
        let held: Value = serde_json::from_str(&held).expect("JSON");
        assert_eq!(held["comments"].as_array().map(Vec::len), Some(1), "{held}");

        let (status, asked) = send(&app, &me, "erase", &[]).await;
        assert_eq!(status, 422, "nobody said to be sure");
        assert!(asked.contains("Comments on default"), "{asked}");

        let (status, erased) = send(&app, &me, "erase", &[("sure", "yes")]).await;
        assert_eq!(status, 200);
        assert!(erased.contains("Erased: 1 comment."), "{erased}");
        let (_, found) = send(&app, &me, "look", &[]).await;
        assert!(found.contains("Nothing is held"), "{found}");

        let seen = me.page(&app, PAGE).await;
        let noted = app.app.store.erasures(10).await.expect("erasures");
        assert_eq!(noted.len(), 1);
        assert_eq!(noted[0].comments, 1);
        assert!(seen.contains(&noted[0].by) && !seen.contains("Nothing yet."));
        assert!(!seen.contains(GERTRUDE), "whose it was is not told");
        app.stop().await;
    }
);

on_both_engines!(
    only_operators_ask_what_is_held_and_only_by_a_form_of_their_own,
    |app: TestApp| async move {
        let me = app.first_operator(OPERATOR).await;
        gertrude_writes(&app).await;
        let token = app.token(Role::Operator, &[]).await;
        let forged = Session {
            cookie: me.cookie.clone(),
            csrf: "forged".to_owned(),
        };
        assert_eq!(
            send(&app, &forged, "erase", &[("sure", "yes")]).await.0,
            403
        );
        let moderator = app.moderator(&me, "marcellus@elsinore.example", &[]).await;
        for what in ["look", "download", "erase"] {
            let (status, said) = send(&app, &moderator, what, &[("sure", "yes")]).await;
            assert_eq!(status, 403, "{what}: {said}");
        }
        let request = app.get(PAGE).header("cookie", &moderator.cookie);
        assert_eq!(request.send().await.expect("an answer").status(), 403);
        let nobody = app.get(PAGE).send().await.expect("an answer");
        assert_ne!(nobody.status(), 200);
        let (status, said) = send(&app, &me, "look", &[("email", "x")]).await;
        assert_eq!(status, 200, "the first address counts: {said}");
        let bad = [("do", "look"), ("email", "no address")];
        let refused = me.form(&app, PAGE, &bad).send().await.expect("an answer");
        assert_eq!(refused.status(), 422);
        let export = json!({ "email": GERTRUDE });
        let request = app.with(&token, reqwest::Method::POST, "/api/v1/subjects/export");
        let (_, held) = answer(request.json(&export)).await;
        assert_eq!(held["comments"].as_array().map(Vec::len), Some(1), "{held}");
        app.stop().await;
    }
);
