//! Importing: the right labels, threads, dates and pages, once.

use std::{io::Write, time::Duration};

use flate2::{Compression, write::GzEncoder};
use hamlet::{
    domain::{comment::Status, decision::Decision},
    interchange::foreign::{ForeignFormat, Found},
};
use serde_json::{Value, json};

use super::{found, garden, import, isso, sample, stored};
use crate::{on_both_engines, support::app::answer};

/// What a sample holds: imported, ham, spam, unlabelled, skipped, and the statuses, oldest first.
type Expected = (ForeignFormat, &'static str, [u64; 5], &'static [Status]);

const EXPECTED: [Expected; 9] = [
    (
        ForeignFormat::Wxr,
        "wordpress.xml",
        [4, 1, 1, 2, 1],
        &[
            Status::Approved,
            Status::Pending,
            Status::Pending,
            Status::Trash,
        ],
    ),
    (
        ForeignFormat::WpRest,
        "wordpress-rest.json",
        [2, 1, 1, 0, 0],
        &[Status::Approved, Status::Spam],
    ),
    (
        ForeignFormat::WpCli,
        "wordpress-cli.json",
        [2, 1, 1, 0, 0],
        &[Status::Spam, Status::Approved],
    ),
    (
        ForeignFormat::Disqus,
        "disqus.xml",
        [4, 2, 1, 1, 1],
        &[
            Status::Approved,
            Status::Approved,
            Status::Spam,
            Status::Trash,
        ],
    ),
    (
        ForeignFormat::Remark42,
        "remark42.jsonl",
        [2, 2, 0, 0, 3],
        &[Status::Approved, Status::Approved],
    ),
    (
        ForeignFormat::Artrans,
        "artrans.json",
        [2, 1, 0, 1, 0],
        &[Status::Approved, Status::Pending],
    ),
    (
        ForeignFormat::Waline,
        "waline.json",
        [3, 1, 1, 1, 0],
        &[Status::Approved, Status::Pending, Status::Spam],
    ),
    (
        ForeignFormat::Csv,
        "comments.csv",
        [3, 1, 1, 1, 1],
        &[Status::Approved, Status::Pending, Status::Spam],
    ),
    (
        ForeignFormat::Jsonl,
        "comments.jsonl",
        [3, 1, 1, 1, 0],
        &[Status::Approved, Status::Pending, Status::Spam],
    ),
];

on_both_engines!(
    every_format_keeps_labels_dates_and_pages,
    |app: TestApp| async move {
        for (format, name, counts, statuses) in EXPECTED {
            let Some(app) = TestApp::start(engine_of(&app), &[]).await else {
                return;
            };
            // The samples are of March 2026; nothing is taken to be of the future.
            app.app.clock.advance(Duration::from_hours(24 * 365 * 20));
            garden(&app).await;
            let report = import(&app, format, sample(name), false).await;
            let skipped: u64 = report.skipped.values().sum();
            let counted = [
                report.imported,
                report.ham,
                report.spam,
                report.unlabelled,
                skipped,
            ];
            assert_eq!(counted, counts, "{name}: {report:?}");
            let comments = stored(&app).await;
            let found: Vec<Status> = comments.iter().map(|comment| comment.status).collect();
            assert_eq!(found, statuses, "{name}");
            for comment in &comments {
                assert!(
                    comment.created_at.to_string().starts_with("2026-03-0"),
                    "{name}"
                );
                let page = comment.page.as_str();
                assert!(page == "/2026/peas/" || page == "/?p=7", "{name}: {page}");
                assert_eq!(
                    comment.score.is_some(),
                    comment.status == Status::Pending,
                    "{name}"
                );
            }
        }
    }
);

pub fn engine_of(app: &crate::support::app::TestApp) -> crate::support::app::Engine {
    match app.app.store.engine_name() {
        "sqlite" => crate::support::app::Engine::Sqlite,
        _ => crate::support::app::Engine::Postgres,
    }
}

on_both_engines!(
    replies_find_what_they_answer_wherever_it_stands_in_the_file,
    |app: TestApp| async move {
        garden(&app).await;
        import(&app, ForeignFormat::Disqus, sample("disqus.xml"), false).await;
        let comments = stored(&app).await;
        let of = |name: &str| {
            comments
                .iter()
                .find(|comment| comment.name == name)
                .unwrap()
        };
        assert_eq!(of("Jo").parent, Some(of("Marta").id));
        assert_eq!(
            of("Jo").text,
            "I agree with this (https://garden.example/x)."
        );
        assert_eq!(of("Marta").parent, None);
        let (_, list) = answer(app.get("/api/v1/sites/garden/comments?page=/2026/peas/")).await;
        assert_eq!(list["comments"].as_array().unwrap().len(), 2, "{list}");
        assert!(!list.to_string().contains("marta@"));
    }
);

on_both_engines!(
    a_second_import_changes_nothing_and_another_file_of_the_system_adds_what_is_new,
    |app: TestApp| async move {
        garden(&app).await;
        let first = import(&app, ForeignFormat::Wxr, sample("wordpress.xml"), false).await;
        assert_eq!((first.imported, first.unchanged), (4, 0));
        let before: Vec<String> = stored(&app)
            .await
            .iter()
            .map(|c| c.id.to_string())
            .collect();
        let again = import(&app, ForeignFormat::Wxr, sample("wordpress.xml"), false).await;
        assert_eq!((again.imported, again.unchanged), (0, 4));
        let after: Vec<String> = stored(&app)
            .await
            .iter()
            .map(|c| c.id.to_string())
            .collect();
        assert_eq!(before, after);
        let listed = sample("wordpress-rest.json");
        let spam = import(&app, ForeignFormat::WpRest, listed, false).await;
        assert_eq!(
            (spam.imported, spam.unchanged),
            (1, 1),
            "comment 11 is the export's"
        );
    }
);

on_both_engines!(
    a_dry_run_writes_nothing_and_one_sided_labels_are_told,
    |app: TestApp| async move {
        garden(&app).await;
        let report = import(
            &app,
            ForeignFormat::Remark42,
            sample("remark42.jsonl"),
            true,
        )
        .await;
        assert_eq!((report.imported, report.ham, report.dry_run), (2, 2, true));
        assert!(report.warnings[0].contains("no spam"), "{report:?}");
        assert!(report.problems[0].starts_with("line 5"), "{report:?}");
        assert!(stored(&app).await.is_empty());
    }
);

on_both_engines!(
    labels_become_samples_once_and_a_decision_here_replaces_them,
    |app: TestApp| async move {
        let site = garden(&app).await;
        let count = || async {
            let counts = app
                .app
                .store
                .count_samples(
                    hamlet::bayes::Question::Spam,
                    std::slice::from_ref(&site.slug),
                )
                .await;
            let mut counts: Vec<String> = counts
                .unwrap()
                .iter()
                .map(|c| format!("{:?} {:?} {}", c.provenance, c.label, c.count))
                .collect();
            counts.sort();
            counts
        };
        for _ in 0..2 {
            import(&app, ForeignFormat::Disqus, sample("disqus.xml"), false).await;
            assert_eq!(count().await, ["Import Ham 2", "Import Spam 1"]);
        }
        let spam = stored(&app).await;
        let spam = spam.iter().find(|comment| comment.status == Status::Spam);
        let spam = json!({ "id": spam.unwrap().id.to_string() });
        app.decide(&spam, Decision::Approve).await;
        assert_eq!(count().await, ["Decision Ham 1", "Import Ham 2"]);
        import(&app, ForeignFormat::Disqus, sample("disqus.xml"), false).await;
        assert_eq!(count().await, ["Decision Ham 1", "Import Ham 2"]);
    }
);

on_both_engines!(isso_is_read_from_its_database, |app: TestApp| async move {
    garden(&app).await;
    let file = isso(app.folder.path()).await;
    let report = import(&app, ForeignFormat::Isso, file.clone(), false).await;
    assert_eq!((report.ham, report.unlabelled), (1, 1));
    assert_eq!(report.skipped.get("no text"), Some(&1));
    let comments = stored(&app).await;
    assert_eq!(comments[1].parent, Some(comments[0].id));
    assert_eq!(comments[0].page_title.as_deref(), Some("Which peas to sow"));
    let again = import(&app, ForeignFormat::Isso, file, false).await;
    assert_eq!((again.imported, again.unchanged), (0, 2));
});

on_both_engines!(
    nothing_is_mailed_about_an_import,
    |app: TestApp| async move {
        garden(&app).await;
        app.first_operator("horatio@elsinore.example").await;
        import(&app, ForeignFormat::Jsonl, sample("comments.jsonl"), false).await;
        app.app.clock.advance(Duration::from_hours(48));
        let ticked = hamlet::notify::tick(&app.app.notify).await.unwrap();
        assert_eq!(ticked.sent, 0);
    }
);

on_both_engines!(
    a_compressed_file_reads_like_a_plain_one,
    |app: TestApp| async move {
        garden(&app).await;
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed
            .write_all(&std::fs::read(sample("remark42.jsonl")).unwrap())
            .unwrap();
        let file = app.folder.path().join("backup.gz");
        std::fs::write(&file, packed.finish().unwrap()).unwrap();
        let report = import(&app, ForeignFormat::Remark42, file, false).await;
        assert_eq!(report.imported, 2);
    }
);

#[test]
fn hostile_files_end_in_a_sentence_and_never_in_the_memory() {
    let laughs = "<!DOCTYPE r [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>\
                  <disqus><post><message>&b;</message></post></disqus>";
    match &found(ForeignFormat::Disqus, laughs)[0] {
        Ok(Found::Comment(comment)) => assert_eq!(comment.text, "&b;"),
        other => panic!("{other:?}"),
    }
    let deep = "<rss>".repeat(100_000);
    assert!(found(ForeignFormat::Wxr, &deep).pop().unwrap().is_err());
    let large = format!("[{{\"content\": \"{}\"}}]", "x".repeat(3 << 20));
    assert!(found(ForeignFormat::Artrans, &large)[0].is_err());
    let nested: Value = json!({ "comment": "fine", "url": "/" });
    let mixed = format!(
        "[{}1{}, {nested}]",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let read = found(ForeignFormat::Waline, &mixed);
    assert!(read[0].is_err() && read[1].is_ok());
    for format in [
        ForeignFormat::Wxr,
        ForeignFormat::Disqus,
        ForeignFormat::Artrans,
        ForeignFormat::Jsonl,
        ForeignFormat::Csv,
    ] {
        for nonsense in ["", "\0\0\0", "<", "{", "[[[[", "\u{FEFF}", "a,b\n\"", "]]>"] {
            found(format, nonsense);
        }
    }
}
