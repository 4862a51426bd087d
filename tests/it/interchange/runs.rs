//! Imports as a whole: files of several blogs, ids that come twice, circles, and taking one back.

use hamlet::{
    domain::{comment::Status, decision::Decision},
    history::{
        export::{self, ExportFormat},
        import::{self, Wanted},
        undo,
    },
    interchange::{foreign::ForeignFormat, readers},
};
use serde_json::{Value, json};

use super::{garden, imported, stored};
use crate::{on_both_engines, support::app::TestApp};

fn line(id: &str, parent: Option<&str>, page: &str, text: &str, date: Option<&str>) -> String {
    json!({ "id": id, "parent": parent, "page": page, "name": "Ada", "text": text, "status": "approved",
            "created_at": date })
    .to_string()
}

async fn texts(app: &TestApp) -> Vec<String> {
    let comments = stored(app).await;
    let mut texts: Vec<String> = comments.into_iter().map(|comment| comment.text).collect();
    texts.sort();
    texts
}

on_both_engines!(
    two_blogs_that_number_their_comments_alike_lose_none,
    |app: TestApp| async move {
        garden(&app).await;
        let blog = |name: &str| {
            [
                line("1", None, &format!("/{name}"), &format!("{name} one"), None),
                line(
                    "2",
                    Some("1"),
                    &format!("/{name}"),
                    &format!("{name} two"),
                    None,
                ),
            ]
            .join("\n")
        };
        let mut sources = Vec::new();
        for name in ["a", "b", "c", "a", "b", "c"] {
            let report = imported(&app, ForeignFormat::Jsonl, &blog(name)).await;
            sources.push((report.source, report.imported, report.unchanged));
        }
        let expected = [("jsonl", 2, 0), ("jsonl/2", 2, 0), ("jsonl/3", 2, 0)];
        let again = expected.map(|(source, new, _)| (source, 0, new));
        let expected: Vec<_> = [expected, again]
            .concat()
            .into_iter()
            .map(|(source, new, known)| (source.to_owned(), new, known))
            .collect();
        assert_eq!(sources, expected);
        let comments = stored(&app).await;
        assert_eq!(comments.len(), 6);
        for comment in &comments {
            let Some(parent) = comment.parent else {
                continue;
            };
            let parent = comments.iter().find(|one| one.id == parent).unwrap();
            assert_eq!(parent.page, comment.page);
        }
    }
);

on_both_engines!(
    a_comment_that_was_edited_is_known_and_one_with_anothers_id_is_its_own,
    |app: TestApp| async move {
        garden(&app).await;
        let day = Some("2020-01-01T10:00:00Z");
        let first = [
            line("1", None, "/a", "one", day),
            line("2", None, "/a", "two", None),
            line("3", None, "/a", "three", None),
            line("3", None, "/b", "another three", None),
        ];
        let report = imported(&app, ForeignFormat::Jsonl, &first.join("\n")).await;
        assert_eq!((report.imported, report.doubled), (4, 1), "{report:?}");
        let edited = [
            line("1", None, "/a", "one, edited", day),
            line("2", None, "/a", "two", None),
            line("3", None, "/a", "quite another", None),
        ];
        let report = imported(&app, ForeignFormat::Jsonl, &edited.join("\n")).await;
        assert_eq!(
            (report.imported, report.unchanged, report.doubled),
            (1, 2, 1),
            "{report:?}"
        );
        assert_eq!(
            texts(&app).await,
            ["another three", "one", "quite another", "three", "two"]
        );
        let bare = "page,name,text\n/c,Ann,+1\n/c,Ann,+1\n";
        let report = imported(&app, ForeignFormat::Csv, bare).await;
        assert_eq!(report.imported, 2, "what is said twice is two comments");
        assert_eq!(imported(&app, ForeignFormat::Csv, bare).await.unchanged, 2);
    }
);

on_both_engines!(
    a_source_that_is_named_keeps_its_ids_apart,
    |app: TestApp| async move {
        let site = garden(&app).await;
        for _ in 0..2 {
            let wanted = Wanted {
                format: ForeignFormat::Jsonl,
                dry_run: false,
                source: Some("old blog".to_owned()),
                file: Some("old.jsonl".to_owned()),
            };
            let text = line("1", None, "/a", "one", None);
            let open = move || {
                readers::read(
                    ForeignFormat::Jsonl,
                    std::io::Cursor::new(text.clone().into_bytes()),
                )
            };
            let report = import::run_as(&app.app.history, &site, wanted, open)
                .await
                .unwrap();
            assert_eq!(report.source, "jsonl/old blog");
        }
        assert_eq!(stored(&app).await.len(), 1);
    }
);

on_both_engines!(
    nothing_answers_itself_however_far_around,
    |app: TestApp| async move {
        garden(&app).await;
        let mut lines = vec![
            line("S", Some("S"), "/c", "itself", None),
            line("A", Some("B"), "/c", "A", None),
            line("B", Some("C"), "/c", "B", None),
            line("C", Some("A"), "/c", "C", None),
            line("D", Some("nowhere"), "/c", "D", None),
            line("far", Some("end"), "/c", "far", None),
        ];
        lines.extend((0..600).map(|n| line(&format!("f{n}"), None, "/f", "filler", None)));
        lines.push(line("end", Some("far"), "/c", "end", None));
        let report = imported(&app, ForeignFormat::Jsonl, &lines.join("\n")).await;
        assert_eq!(report.orphans, 1, "{report:?}");
        let slug = &app.app.directory.site("garden").unwrap().slug.clone();
        let page = hamlet::domain::page::Page::from_canonical("/c".to_owned());
        let comments = app
            .app
            .store
            .public_comments(slug, &page, "", 500)
            .await
            .unwrap();
        let parent = |text: &str| {
            let comment = comments
                .iter()
                .find(|comment| comment.text == text)
                .unwrap();
            let parent = comment.parent?;
            comments
                .iter()
                .find(|comment| comment.id == parent)
                .map(|parent| parent.text.as_str())
        };
        assert_eq!(parent("itself"), None);
        let circle = ["A", "B", "C"].map(parent);
        assert_eq!(circle, [None, Some("C"), Some("A")]);
        let far = [parent("far"), parent("end")];
        assert!(
            far == [None, Some("far")] || far == [Some("end"), None],
            "{far:?}"
        );
    }
);

on_both_engines!(
    an_import_is_taken_back_but_for_what_was_decided_since,
    |app: TestApp| async move {
        let site = garden(&app).await;
        app.posted("garden", "Reader", "of this site").await;
        let table = "id,page,name,text,status\n1,/a,Ada,one,approved\n2,/a,Ben,buy pills,spam\n\
                     3,/a,Cyd,three,pending\n";
        let report = imported(&app, ForeignFormat::Csv, table).await;
        let comments = stored(&app).await;
        let pending = comments
            .iter()
            .find(|comment| comment.text == "three")
            .unwrap();
        app.decide(&json!({ "id": pending.id.to_string() }), Decision::Approve)
            .await;
        let runs = app
            .app
            .store
            .import_runs(std::slice::from_ref(&site.slug))
            .await
            .unwrap();
        assert_eq!((runs.len(), runs[0].comments), (1, 3));
        assert_eq!(Some(&runs[0].run.id), report.run.as_ref());
        let back = undo::take_back(&app.app.history, &runs[0]).await.unwrap();
        assert_eq!((back.removed, back.kept.as_slice()), (2, &[pending.id][..]));
        assert_eq!(texts(&app).await, ["of this site", "three"]);
        let counts = app
            .app
            .store
            .count_samples(
                hamlet::bayes::Question::Spam,
                std::slice::from_ref(&site.slug),
            )
            .await
            .unwrap();
        assert_eq!(counts.iter().map(|count| count.count).sum::<i64>(), 1);
        let again = undo::take_back(&app.app.history, &runs[0]).await.unwrap();
        assert_eq!((again.removed, again.kept.len()), (0, 1));
        let anew = imported(&app, ForeignFormat::Csv, table).await;
        assert_eq!((anew.imported, anew.unchanged), (2, 1), "{anew:?}");
    }
);

on_both_engines!(
    an_export_brings_labels_dates_and_threads_back,
    |app: TestApp| async move {
        garden(&app).await;
        let lines = [
            r#"{"id":"1","page":"/r","name":"A","text":"thrown away as spam","status":"trash","label":"spam","created_at":"2020-01-05T10:00:00Z"}"#,
            r#"{"id":"2","page":"/r","name":"B","text":"waits, and is genuine","status":"pending","label":"ham","created_at":"2020-01-06T10:00:00Z"}"#,
            r#"{"id":"3","parent":"4","page":"/r","name":"C","text":"a reply before its parent","status":"approved","created_at":"2020-01-01T10:00:00Z"}"#,
            r#"{"id":"4","page":"/r","name":"D","text":"its parent","status":"approved","label":"","created_at":"2020-01-07T10:00:00Z"}"#,
        ];
        let first = imported(&app, ForeignFormat::Jsonl, &lines.join("\n")).await;
        assert_eq!((first.ham, first.spam, first.unlabelled), (3, 1, 0));
        let site = app.app.directory.site("garden").unwrap();
        let mut written = Vec::new();
        for format in [ExportFormat::Jsonl, ExportFormat::Csv, ExportFormat::Wxr] {
            let mut out = Vec::new();
            export::run(&app.app, &site, format, false, &mut out)
                .await
                .unwrap();
            written.push(String::from_utf8(out).unwrap());
        }
        assert!(written[1].starts_with('\u{FEFF}'), "for spreadsheets");
        assert!(
            written[2].contains("<wp:comment_parent>4</wp:comment_parent>"),
            "{}",
            written[2]
        );
        let Some(other) = TestApp::start(super::imports::engine_of(&app), &[]).await else {
            return;
        };
        let formats = [ForeignFormat::Jsonl, ForeignFormat::Csv, ForeignFormat::Wxr];
        for (n, (format, text)) in formats.into_iter().zip(&written).enumerate() {
            if n == 0 {
                garden(&other).await;
            }
            let report = imported(&other, format, text).await;
            assert_eq!((report.ham, report.spam), (3, 1), "{format:?}: {report:?}");
            assert!(report.doubts.is_empty(), "{report:?}");
        }
        let comments = stored(&other).await;
        let replies = comments.iter().filter(|comment| comment.parent.is_some());
        assert_eq!((comments.len(), replies.count()), (12, 3));
        let trash = comments
            .iter()
            .filter(|comment| comment.status == Status::Trash);
        assert_eq!(trash.count(), 3);
    }
);

on_both_engines!(
    systems_that_keep_names_and_pages_apart_are_put_together,
    |app: TestApp| async move {
        garden(&app).await;
        let older: Value = json!({ "version": 1, "comments": [
            { "commentHex": "c1", "domain": "garden.example", "url": "/peas/", "commenterHex": "p1", "markdown": "typed *so*",
              "html": "<p>typed</p>", "parentHex": "root", "state": "approved", "creationDate": "2019-05-01T10:00:00Z" },
            { "commentHex": "c2", "url": "peas/", "commenterHex": "anonymous", "html": "<p>a &lt; b</p>", "parentHex": "c1",
              "state": "approved", "creationDate": "2019-05-02T10:00:00Z", "deletionDate": "0001-01-01T00:00:00Z" },
            { "commentHex": "c3", "url": "/peas/", "commenterHex": "p1", "markdown": "flagged", "state": "flagged",
              "creationDate": "2019-05-03T10:00:00Z" },
            { "commentHex": "c4", "url": "/peas/", "commenterHex": "p1", "markdown": "gone", "state": "approved", "deleted": true,
              "creationDate": "2019-05-04T10:00:00Z" },
        ], "commenters": [{ "commenterHex": "p1", "name": "Ada &amp; Co", "email": "ada@example.org", "link": "undefined" }] });
        let report = imported(&app, ForeignFormat::Commento, &older.to_string()).await;
        assert_eq!(
            (report.imported, report.ham, report.doubts.len()),
            (4, 2, 0),
            "{report:?}"
        );
        let newer = json!({ "version": 3, "pages": [{ "id": "g1", "path": "/beans/", "title": "Beans" }],
            "commenters": [{ "id": "u1", "name": "Ben" }], "comments": [
            { "id": "k1", "pageId": "g1", "userCreated": "u1", "markdown": "k one", "isApproved": true, "createdTime": "2024-01-01T10:00:00Z" },
            { "id": "k2", "pageId": "g1", "authorName": "Guest", "markdown": "k two", "isPending": true, "parentId": "k1",
              "createdTime": "2024-01-02T10:00:00Z" } ] });
        let report = imported(&app, ForeignFormat::Commento, &newer.to_string()).await;
        assert_eq!((report.imported, report.ham), (2, 1), "{report:?}");
        let isso = json!([{ "id": "/x/", "title": "X", "comments": [
            { "id": 1, "author": "Ida", "text": "i one", "created": "2018-11-28 17:24:23", "replies": [
                { "id": 2, "author": "Jo", "text": "i two", "created": "2018-11-28 18:24:23" }] }] },
            { "id": "/y/", "comments": [{ "id": 1, "author": "Kim", "text": "i three", "created": 1_543_426_763 }] }]);
        let report = imported(&app, ForeignFormat::IssoJson, &isso.to_string()).await;
        assert_eq!((report.imported, report.doubts.len()), (3, 0), "{report:?}");
        let comments = stored(&app).await;
        let of = |text: &str| {
            comments
                .iter()
                .find(|comment| comment.text == text)
                .unwrap()
        };
        assert_eq!(
            (of("typed *so*").name.as_str(), of("a < b").name.as_str()),
            ("Ada & Co", "Anonymous")
        );
        assert_eq!(of("a < b").parent, Some(of("typed *so*").id));
        assert_eq!(
            (of("flagged").status, of("gone").status),
            (Status::Pending, Status::Trash)
        );
        assert_eq!(
            (of("k one").name.as_str(), of("k one").page.as_str()),
            ("Ben", "/beans/")
        );
        assert_eq!(of("k two").status, Status::Pending);
        assert_eq!(of("i two").parent, Some(of("i one").id));
        assert_eq!(of("i three").page.as_str(), "/y/");
    }
);
