//! Imports on the desk: what became of each, taking one back, and moving a page's comments.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use hamlet::{
    domain::{comment::Status, site::Policy},
    interchange::foreign::ForeignFormat,
};
use reqwest::{
    Method,
    multipart::{Form, Part},
};

use super::{garden, stored};
use crate::{
    on_both_engines,
    support::{app::TestApp, people::Session},
};

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

/// Sends a file by the form of the page; the answer's page.
async fn send(
    app: &TestApp,
    who: &Session,
    (name, bytes): (&str, Vec<u8>),
    fields: &[(&str, &str)],
) -> (u16, String) {
    let mut form = Form::new().text("csrf", who.csrf.clone());
    for (field, value) in fields {
        form = form.text((*field).to_owned(), (*value).to_owned());
    }
    let form = form.part("file", Part::bytes(bytes).file_name(name.to_owned()));
    let request = app.request(Method::POST, PAGE);
    let request = request.header("cookie", &who.cookie).multipart(form);
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

/// What a page that tried a file asks for.
fn tried(page: &str) -> String {
    let from = page.split("name=\"tried\" value=\"").nth(1);
    from.and_then(|rest| rest.split('"').next())
        .unwrap_or_default()
        .to_owned()
}

on_both_engines!(
    a_file_is_tried_first_and_imported_when_it_comes_again,
    |app: TestApp| async move {
        garden(&app).await;
        let operator = app.first_operator("claudius@elsinore.example").await;
        let file = || ("old.jsonl", FILE.as_bytes().to_vec());
        let asked = [("site", "garden"), ("format", "")];
        let (status, page) = send(&app, &operator, file(), &asked).await;
        assert_eq!(status, 200);
        for said in [
            "2 comments would come of it",
            "1 left out: no text",
            "line 4",
            "Import it",
            "choose the same file again",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert_eq!(stored(&app).await.len(), 0, "it was only tried");
        let seen = tried(&page);
        assert_eq!(seen.len(), 32);
        // Another file, another site and another format are tried first.
        app.add_site("nursery", &[], Policy::default()).await;
        let other = ("old.jsonl", FILE.replace("Peas", "Leeks").into_bytes());
        for (file, site, format) in [
            (other, "garden", "jsonl"),
            (file(), "nursery", "jsonl"),
            (file(), "garden", "waline"),
        ] {
            let asked = [("site", site), ("format", format), ("tried", &seen)];
            let (status, page) = send(&app, &operator, file, &asked).await;
            assert_eq!(status, 200, "{page}");
            assert_ne!(tried(&page), seen);
        }
        assert_eq!(stored(&app).await.len(), 0);
        let asked = [("site", "garden"), ("format", "jsonl"), ("tried", &seen)];
        let (status, page) = send(&app, &operator, file(), &asked).await;
        assert_eq!(status, 200);
        assert!(page.contains("2 new comments"), "{page}");
        assert!(page.contains("old.jsonl"), "{page}");
        assert_eq!(stored(&app).await.len(), 2);
        // It is taken back like any other.
        let id = page.split("name=\"id\" value=\"").nth(1).unwrap();
        let id = id.split('"').next().unwrap();
        let undo = [("do", "undo"), ("id", id), ("sure", "yes")];
        assert_eq!(operator.send(&app, PAGE, &undo).await.0, 200);
        assert_eq!(stored(&app).await.len(), 0);
        let acts = operator.page(&app, "/desk/activity").await;
        assert!(acts.contains("imported comments"), "{acts}");
        app.stop().await;
    }
);

on_both_engines!(
    a_file_that_cannot_be_imported_is_refused_with_why_and_keeps_what_was_filled_in,
    |app: TestApp| async move {
        garden(&app).await;
        let operator = app.first_operator("claudius@elsinore.example").await;
        let gzip = |bytes: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        let bomb = gzip(&vec![b' '; 70 << 20]);
        for (name, bytes, format, said) in [
            ("a.zip", b"PK\x03\x04\x14\0".to_vec(), "", "zip archive"),
            (
                "a.xml",
                b"<disqus></disqus>".to_vec(),
                "wxr",
                "--format disqus",
            ),
            ("a.db", b"SQLite format 3\0nonsense".to_vec(), "isso", "not"),
            ("a.gz", bomb, "jsonl", "unpacks to more than 64 MiB"),
            (
                "big.csv",
                vec![b'x'; (8 << 20) + 1],
                "csv",
                "At most 8 MiB are taken here.",
            ),
            (
                "a.csv",
                b"text\nx".to_vec(),
                "nonsense",
                "There is no such format.",
            ),
            ("", Vec::new(), "csv", "Choose a file first."),
        ] {
            let asked = [("site", "garden"), ("format", format)];
            let (status, page) = send(&app, &operator, (name, bytes), &asked).await;
            assert_eq!(status, 422, "{name}");
            assert!(page.contains(said), "{said}: {page}");
        }
        let (status, page) = send(
            &app,
            &operator,
            ("a.csv", b"text,page\nx,/a".to_vec()),
            &[("site", "norway"), ("format", "csv")],
        )
        .await;
        assert_eq!(status, 422);
        assert!(page.contains("There is no such site."), "{page}");
        assert!(page.contains("<option value=\"csv\" selected>"), "{page}");
        // Isso's database comes as it is, and packed.
        let database = std::fs::read(super::isso(app.folder.path()).await).unwrap();
        for bytes in [gzip(&database), database] {
            let asked = [("site", "garden"), ("format", "")];
            let (status, page) = send(&app, &operator, ("comments.db", bytes), &asked).await;
            assert_eq!(status, 200, "{page}");
            assert!(page.contains("2 comments would come of it"), "{page}");
        }
        // A moderator cannot, and nobody can from another page.
        let moderator = app
            .moderator(&operator, "marcellus@elsinore.example", &[])
            .await;
        let asked = [("site", "garden"), ("format", "jsonl")];
        let file = || ("a.jsonl", FILE.as_bytes().to_vec());
        assert_eq!(send(&app, &moderator, file(), &asked).await.0, 403);
        let forged = Session {
            cookie: operator.cookie.clone(),
            csrf: "forged".to_owned(),
        };
        assert_eq!(send(&app, &forged, file(), &asked).await.0, 403);
        assert_eq!(stored(&app).await.len(), 0);
        app.stop().await;
    }
);
