//! Lists of block rules: tried before they are added, seen with what they hit, saved and taken again.

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

const PATH: &str = "/api/v1/sites/default/blocks/import";
const EMAIL: &str = "horatio@elsinore.example";
const LIST: &str = "# from elsewhere\ncheap pills\ncasino.example\n203.0.113.0/24\nnot a network/99\n*@evil.example\ncheap pills\n";

async fn import(app: &TestApp, token: &str, body: &Value) -> (StatusCode, Value) {
    answer(app.with(token, Method::POST, PATH).json(body)).await
}

async fn rules(app: &TestApp, token: &str) -> usize {
    let list = app.with(token, Method::GET, "/api/v1/sites/default/blocks");
    answer(list).await.1["blocks"]
        .as_array()
        .map_or(0, Vec::len)
}

on_both_engines!(
    a_list_is_tried_before_it_is_added_and_adds_nothing_twice,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &["default"]).await;
        for words in [
            "Cheap PILLS here",
            "Come to the casino.example",
            "There is rosemary",
        ] {
            app.posted("default", "Ophelia", words).await;
        }
        let tried = json!({ "list": LIST, "action": "hold", "dry_run": true });
        let (status, done) = import(&app, &token, &tried).await;
        assert_eq!(status, 200, "{done}");
        assert_eq!(
            (
                &done["added"],
                &done["known"],
                &done["hits"],
                &done["comments"],
                &done["approved"]
            ),
            (&json!(5), &json!(1), &json!(2), &json!(3), &json!(0)),
            "{done}"
        );
        assert_eq!(rules(&app, &token).await, 0, "a dry run adds nothing");

        let (status, done) = import(&app, &token, &json!({ "list": LIST, "action": "hold" })).await;
        assert_eq!(
            (status.as_u16(), &done["added"]),
            (201, &json!(5)),
            "{done}"
        );
        assert_eq!(rules(&app, &token).await, 5);
        let (_, done) = import(&app, &token, &json!({ "list": LIST, "action": "hold" })).await;
        assert_eq!((&done["added"], &done["known"]), (&json!(0), &json!(6)));
        assert_eq!(rules(&app, &token).await, 5);

        // The rules are in force.
        let id = app.posted("default", "Ophelia", "More cheap pills").await;
        let (_, one) =
            answer(app.with(&token, Method::GET, &format!("/api/v1/comments/{id}"))).await;
        assert!(one["evidence"].to_string().contains("cheap pills"), "{one}");
    }
);

on_both_engines!(
    what_is_no_rule_or_hits_nearly_everything_is_named_and_the_rest_is_added,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &["default"]).await;
        for n in 0..6 {
            app.posted(
                "default",
                "Ophelia",
                &format!("There is rosemary, {n} times"),
            )
            .await;
        }
        let list = "kind,pattern\nword,rosemary\nnetwork,nowhere\ndomain,casino.example\n";
        let (status, done) = import(&app, &token, &json!({ "list": list, "action": "spam" })).await;
        assert_eq!(
            (status.as_u16(), &done["added"], &done["refused"]),
            (201, &json!(1), &json!(2)),
            "{done}"
        );
        assert_eq!(
            (&done["lines"][0]["line"], text(&done["lines"][0]["text"])),
            (&json!(2), "rosemary")
        );
        assert_eq!(done["lines"][1]["line"], 3);
        let forced = json!({ "list": list, "action": "spam", "force": true });
        assert_eq!(import(&app, &token, &forced).await.1["added"], 1);
        for list in ["", "# nothing\n", &"x\n".repeat(5_001)] {
            let (status, problem) =
                import(&app, &token, &json!({ "list": list, "action": "hold" })).await;
            assert_eq!(
                (status.as_u16(), text(&problem["errors"][0]["field"])),
                (422, "list")
            );
        }
    }
);

on_both_engines!(
    the_desk_shows_what_each_rule_hit_and_takes_the_file_that_it_saves,
    |app: TestApp| async move {
        let who = app.first_operator(EMAIL).await;
        app.posted("default", "Ophelia", "Cheap pills here").await;
        let get = async |path: &str| {
            let page = who.request(&app, Method::GET, path).send().await.unwrap();
            page.text().await.unwrap()
        };
        let send = async |list: &str, what: &str| {
            let fields = [
                ("list", list),
                ("action", "spam"),
                ("site", ""),
                ("do", what),
            ];
            let sent = who
                .form(&app, "/desk/blocks/import", &fields)
                .send()
                .await
                .unwrap();
            (sent.status().as_u16(), sent.text().await.unwrap())
        };
        let (status, page) = send(LIST, "try").await;
        assert_eq!(status, 200);
        assert!(
            page.contains("5 rules would be added, 1 are there already"),
            "{page}"
        );
        assert!(
            page.contains("cheap pills\ncasino"),
            "what was filled in is kept"
        );
        let (_, page) = send(LIST, "add").await;
        assert!(page.contains("5 rules are added"), "{page}");
        assert!(page.contains("1 of the last 1, 0 approved"), "{page}");
        assert!(page.contains("none of the last 1"), "{page}");

        let file = get("/desk/blocks/export").await;
        assert!(file.starts_with("kind,pattern,action,note\n"), "{file}");
        assert!(file.contains("word,cheap pills,spam,"), "{file}");
        let (_, page) = send(&file, "add").await;
        assert!(
            page.contains("0 rules are added, 5 were there already"),
            "{page}"
        );
        let (status, page) = send("# nothing", "try").await;
        assert_eq!(status, 422);
        assert!(
            page.contains("# nothing") && page.contains("role=\"alert\""),
            "{page}"
        );
    }
);
