//! Imports on the desk: what became of each, taking one back, and moving a page's comments.

use hamlet::{domain::comment::Status, interchange::foreign::ForeignFormat};

use super::{garden, stored};
use crate::on_both_engines;

const PAGE: &str = "/desk/imports";

const FILE: &str = concat!(
    r#"{"id":"1","page":"/old","name":"Ada","text":"Peas.","status":"approved","created_at":"2020-01-01T10:00:00Z"}"#,
    "\n",
    r#"{"id":"2","page":"/old","name":"Ada","text":"Beans.","status":"approved","created_at":"the day before yesterday"}"#,
    "\n",
    r#"{"id":"3","page":"/old","name":"Ada","text":"","status":"approved"}"#,
    "\nnonsense\n",
);

on_both_engines!(
    an_operator_sees_what_became_of_an_import_and_takes_it_back,
    |app: TestApp| async move {
        garden(&app).await;
        let operator = app.first_operator("claudius@elsinore.example").await;
        assert!(
            operator
                .page(&app, PAGE)
                .await
                .contains("Nothing was imported yet.")
        );
        let file = app.folder.path().join("comments.jsonl");
        std::fs::write(&file, FILE).unwrap();
        super::import(&app, ForeignFormat::Jsonl, file, false).await;
        let page = operator.page(&app, PAGE).await;
        for said in [
            "2 new comments",
            "1 left out: no text",
            "not understood in part",
            "line 4",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let id = page.split("name=\"id\" value=\"").nth(1).unwrap();
        let id = id.split('"').next().unwrap();
        // Not without saying so.
        let (status, page) = operator
            .send(&app, PAGE, &[("do", "undo"), ("id", id)])
            .await;
        assert_eq!(status, 422);
        assert!(page.contains("Say that you are sure."));
        assert_eq!(stored(&app).await.len(), 2);
        // The comments of a page move to another first.
        let moved = [
            ("do", "move"),
            ("site", "garden"),
            ("from", "/old"),
            ("to", "/new"),
        ];
        let (status, page) = operator.send(&app, PAGE, &moved).await;
        assert_eq!(status, 200);
        assert!(page.contains("2 comments were moved."), "{page}");
        assert!(
            stored(&app)
                .await
                .iter()
                .all(|one| one.page.as_str().ends_with("/new"))
        );
        let (status, page) = operator
            .send(
                &app,
                PAGE,
                &[
                    ("do", "move"),
                    ("site", "garden"),
                    ("from", "/new"),
                    ("to", "/new"),
                ],
            )
            .await;
        assert_eq!(status, 422);
        assert!(
            page.contains("value=\"/new\""),
            "what was filled in is kept"
        );
        let (status, _) = operator
            .send(
                &app,
                PAGE,
                &[
                    ("do", "move"),
                    ("site", "norway"),
                    ("from", "/new"),
                    ("to", "/x"),
                ],
            )
            .await;
        assert_eq!(status, 422);
        // Somebody decides about one: it stays.
        let kept = stored(&app).await.remove(0);
        assert_eq!(kept.status, Status::Approved);
        let answer = serde_json::json!({ "id": kept.id });
        app.decide(&answer, hamlet::domain::decision::Decision::Trash)
            .await;
        let (status, page) = operator
            .send(&app, PAGE, &[("do", "undo"), ("id", id), ("sure", "yes")])
            .await;
        assert_eq!(status, 200);
        assert!(
            page.contains("1 comment is gone again. One stays"),
            "{page}"
        );
        assert!(page.contains("Taken back, but for one comment"), "{page}");
        assert_eq!(stored(&app).await.len(), 1);
        app.stop().await;
    }
);
