//! Decisions: one, many at once, taken back, too late, and about another site's comment.

use hamlet::domain::{moderator::Role, site::Policy};
use reqwest::Method;
use serde_json::{Value, json};

use super::{GENUINE, decide, ids, read};
use crate::{
    on_both_engines,
    support::{app::answer, people::text},
};

on_both_engines!(
    a_decision_is_public_at_once_can_be_undone_and_is_told_in_the_history,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let id = app.posted("default", "Ophelia", GENUINE).await;
        let public = || async {
            let list = answer(app.get("/api/v1/sites/default/comments?page=/garden"))
                .await
                .1;
            ids(&list).len()
        };
        assert_eq!(public().await, 0);
        let wish = json!({ "decision": "approve", "version": 1, "note": "lovely" });
        let (status, decided) = decide(&app, &token, &id, wish).await;
        assert_eq!(status, 200, "{decided}");
        assert_eq!(
            (text(&decided["status"]), &decided["version"]),
            ("approved", &json!(2))
        );
        assert_eq!(public().await, 1);

        let undo = format!("/api/v1/comments/{id}/undo");
        let (status, undone) = answer(app.with(&token, Method::POST, &undo)).await;
        assert_eq!((status.as_u16(), text(&undone["status"])), (200, "pending"));
        assert_eq!(public().await, 0);
        let (status, problem) = answer(app.with(&token, Method::POST, &undo)).await;
        assert_eq!(
            (status.as_u16(), text(&problem["code"])),
            (409, "nothing_to_undo")
        );

        let (_, detail) = read(&app, &token, &format!("/api/v1/comments/{id}")).await;
        let actions: Vec<&str> = detail["history"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| text(&entry["action"]))
            .collect();
        assert_eq!(actions, ["received", "decided", "undone"]);
        let decision = &detail["history"][1];
        assert_eq!(
            (text(&decision["by"]), text(&decision["via"])),
            ("tests", "token")
        );
        assert_eq!(
            (text(&decision["note"]), &decision["undone"]),
            ("lovely", &json!(true))
        );
    }
);

on_both_engines!(
    who_decides_on_an_old_version_is_shown_the_present_state,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let id = app.posted("default", "Ophelia", GENUINE).await;
        decide(
            &app,
            &token,
            &id,
            json!({ "decision": "spam", "version": 1 }),
        )
        .await;
        let late = json!({ "decision": "approve", "version": 1 });
        let (status, problem) = decide(&app, &token, &id, late).await;
        assert_eq!((status.as_u16(), text(&problem["code"])), (409, "stale"));
        assert_eq!(
            (
                text(&problem["current"]["status"]),
                &problem["current"]["version"]
            ),
            ("spam", &json!(2))
        );
        let undo = format!("/api/v1/comments/{id}/undo");
        let stale = app
            .with(&token, Method::POST, &undo)
            .json(&json!({ "version": 1 }));
        assert_eq!(answer(stale).await.0, 409);
        let odd = app
            .with(&token, Method::POST, &undo)
            .json(&json!({ "versio": 1 }));
        assert_eq!(answer(odd).await.0, 422);
        let odd = json!({ "decision": "burn", "version": 2 });
        assert_eq!(decide(&app, &token, &id, odd).await.0, 422);
    }
);

on_both_engines!(
    many_are_decided_at_once_each_on_its_own,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let mut items = Vec::new();
        for n in 0..5 {
            let words = format!("{GENUINE} number {n} of five");
            items.push(json!({ "id": app.posted("default", &format!("N{n}"), &words).await, "version": 1 }));
        }
        items[1]["version"] = json!(7);
        items.push(json!({ "id": "01890000-0000-7000-8000-000000000000", "version": 1 }));
        let body = json!({ "decision": "reject", "items": items });
        let request = app
            .with(&token, Method::POST, "/api/v1/decisions")
            .json(&body);
        let (status, bulk) = answer(request).await;
        assert_eq!(status, 200, "{bulk}");
        assert_eq!(bulk["decided"], 4);
        let results: Vec<&str> = bulk["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| text(&one["result"]))
            .collect();
        assert_eq!(
            results,
            ["done", "stale", "done", "done", "done", "not_found"]
        );
        let (_, list) = read(&app, &token, "/api/v1/comments").await;
        assert_eq!(
            (&list["counts"]["rejected"], &list["counts"]["pending"]),
            (&json!(4), &json!(1))
        );

        let many: Vec<Value> = (0..501).map(|_| items[0].clone()).collect();
        let body = json!({ "decision": "spam", "items": many });
        let request = app
            .with(&token, Method::POST, "/api/v1/decisions")
            .json(&body);
        let (status, problem) = answer(request).await;
        assert_eq!(
            (status.as_u16(), text(&problem["errors"][0]["field"])),
            (422, "items")
        );
    }
);

on_both_engines!(
    five_hundred_fit_into_one_request,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let id = app.posted("default", "Ophelia", GENUINE).await;
        let items: Vec<Value> = (0..500)
            .map(|n| json!({ "id": id, "version": n + 1 }))
            .collect();
        let body = json!({ "decision": "trash", "items": items });
        let request = app
            .with(&token, Method::POST, "/api/v1/decisions")
            .json(&body);
        let (status, bulk) = answer(request).await;
        assert_eq!((status.as_u16(), &bulk["decided"]), (200, &json!(500)));
    }
);

on_both_engines!(
    another_sites_comment_is_not_there,
    |app: TestApp| async move {
        app.add_site("gallery", &[], Policy::default()).await;
        let id = app.posted("gallery", "Ophelia", GENUINE).await;
        let elsewhere = app.token(Role::Moderator, &["default"]).await;
        let (_, list) = read(&app, &elsewhere, "/api/v1/comments").await;
        assert!(ids(&list).is_empty());
        assert_eq!(list["counts"]["pending"], 0);
        let one = format!("/api/v1/comments/{id}");
        for path in [
            one.as_str(),
            "/api/v1/comments?site=gallery",
            &format!("/api/v1/comments?author={id}"),
        ] {
            assert_eq!(read(&app, &elsewhere, path).await.0, 404, "{path}");
        }
        let wish = json!({ "decision": "approve", "version": 1 });
        assert_eq!(decide(&app, &elsewhere, &id, wish).await.0, 404);
        for path in [format!("{one}/undo"), format!("{one}/email")] {
            assert_eq!(
                answer(app.with(&elsewhere, Method::POST, &path)).await.0,
                404
            );
        }
        let bulk = json!({ "decision": "spam", "items": [{ "id": id, "version": 1 }] });
        let request = app
            .with(&elsewhere, Method::POST, "/api/v1/decisions")
            .json(&bulk);
        assert_eq!(answer(request).await.1["results"][0]["result"], "not_found");
        let here = app.token(Role::Moderator, &["gallery"]).await;
        assert_eq!(read(&app, &here, &one).await.1["status"], "pending");
        assert_eq!(read(&app, &here, "/api/v1/comments/nonsense").await.0, 404);
    }
);
