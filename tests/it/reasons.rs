//! Why somebody decided: said through every door, kept with the decision, and gone when it is taken back.

use hamlet::domain::moderator::Role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        people::text,
    },
};

const TEXT: &str = "There's rosemary, that's for remembrance; pray you, love, remember.";

/// The decisions in a comment's history: which, and why.
async fn decisions(app: &TestApp, token: &str, id: &str) -> Vec<(String, Value)> {
    let path = format!("/api/v1/comments/{id}");
    let (status, comment) = answer(app.with(token, Method::GET, &path)).await;
    assert_eq!(status, 200, "{comment}");
    let history = comment["history"].as_array().expect("a history").iter();
    let decided = history.filter(|line| !line["decision"].is_null());
    decided
        .map(|line| (text(&line["decision"]).to_owned(), line["reason"].clone()))
        .collect()
}

async fn decide(app: &TestApp, token: &str, id: &str, body: Value) -> (StatusCode, Value) {
    let path = format!("/api/v1/comments/{id}/decisions");
    answer(app.with(token, Method::POST, &path).json(&body)).await
}

on_both_engines!(
    a_reason_is_kept_with_the_decision_and_the_one_before_holds_again_after_an_undo,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let id = app.posted("default", "Ophelia", TEXT).await;
        let request = json!({ "decision": "reject", "version": 1, "reason": "off_topic", "note": "See the rules." });
        let (status, first) = decide(&app, &token, &id, request).await;
        assert_eq!(
            (status.as_u16(), text(&first["reason"])),
            (200, "off_topic")
        );
        let request = json!({ "decision": "reject", "version": 2, "reason": "abuse" });
        decide(&app, &token, &id, request).await;
        let request = json!({ "decision": "reject", "version": 3 });
        let (_, third) = decide(&app, &token, &id, request).await;
        assert!(third.get("reason").is_none(), "{third}");
        let expected = [json!("off_topic"), json!("abuse"), Value::Null];
        let kept: Vec<Value> = decisions(&app, &token, &id)
            .await
            .into_iter()
            .map(|one| one.1)
            .collect();
        assert_eq!(kept, expected);
        let undo = format!("/api/v1/comments/{id}/undo");
        for before in [json!("abuse"), json!("off_topic"), Value::Null] {
            let (status, undone) = answer(app.with(&token, Method::POST, &undo)).await;
            assert_eq!(status, 200, "{undone}");
            assert_eq!(undone["reason"], before);
        }
        let request = json!({ "decision": "reject", "version": 7, "reason": "boredom" });
        let (status, problem) = decide(&app, &token, &id, request).await;
        assert!(status.is_client_error(), "{problem}");
    }
);

on_both_engines!(
    many_are_rejected_for_one_reason,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let ids = [
            app.posted("default", "Ophelia", TEXT).await,
            app.posted(
                "default",
                "Osric",
                "Your lordship speaks most infallibly of him.",
            )
            .await,
        ];
        let items: Vec<Value> = ids
            .iter()
            .map(|id| json!({ "id": id, "version": 1 }))
            .collect();
        let request = json!({ "decision": "reject", "reason": "abuse", "items": items });
        let post = app
            .with(&token, Method::POST, "/api/v1/decisions")
            .json(&request);
        let (status, done) = answer(post).await;
        assert_eq!(
            (status.as_u16(), &done["decided"]),
            (200, &json!(2)),
            "{done}"
        );
        for id in &ids {
            assert_eq!(
                decisions(&app, &token, id).await,
                [("reject".to_owned(), json!("abuse"))]
            );
        }
    }
);

on_both_engines!(
    the_desk_offers_reasons_beside_reject_and_shows_them,
    |app: TestApp| async move {
        let who = app.first_operator("horatio@elsinore.example").await;
        let id = app.posted("default", "Ophelia", TEXT).await;
        let other = app
            .posted("default", "Osric", "Your lordship speaks most infallibly.")
            .await;
        let queue = who.page(&app, "/desk").await;
        assert!(queue.contains("<option value=\"abuse\">"), "{queue}");
        let (rejected, approved) = (format!("reject:{id}:1"), format!("approve:{other}:1"));
        for one in [&rejected, &approved] {
            let fields = [("back", "/desk"), ("reason", "abuse"), ("one", one)];
            let (status, page) = who.send(&app, "/desk/decisions", &fields).await;
            assert_eq!(status, 303, "{page}");
        }
        let token = app.token(Role::Moderator, &[]).await;
        assert_eq!(
            decisions(&app, &token, &id).await,
            [("reject".to_owned(), json!("abuse"))]
        );
        let approved = decisions(&app, &token, &other).await;
        assert_eq!(
            approved,
            [("approve".to_owned(), Value::Null)],
            "the menu is for rejecting"
        );
        for path in [format!("/desk/comments/{id}"), "/desk/activity".to_owned()] {
            let page = who.page(&app, &path).await;
            assert!(
                page.contains("<span class=\"quiet\">abuse</span>"),
                "{page}"
            );
        }
        let wrong = [
            ("back", "/desk"),
            ("reason", "boredom"),
            ("one", &*format!("reject:{id}:2")),
        ];
        assert_eq!(who.send(&app, "/desk/decisions", &wrong).await.0, 400);
    }
);
