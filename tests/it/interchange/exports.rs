//! Exporting: everything, and back in again.

use hamlet::{
    domain::decision::Decision,
    history::export::{self, ExportFormat},
    interchange::foreign::{ForeignFormat, Found},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{found, garden, import, sample, stored};
use crate::{on_both_engines, support::app::TestApp};
use hamlet::domain::moderator::Role;

async fn exported(app: &TestApp, format: ExportFormat, addresses: bool) -> String {
    let site = app.app.directory.site("garden").unwrap();
    let mut out = Vec::new();
    export::run(&app.app, &site, format, addresses, &mut out)
        .await
        .unwrap();
    String::from_utf8(out).unwrap()
}

on_both_engines!(
    everything_goes_out_as_json_lines_and_comes_back,
    |app: TestApp| async move {
        garden(&app).await;
        import(&app, ForeignFormat::Disqus, sample("disqus.xml"), false).await;
        let lines = exported(&app, ExportFormat::Jsonl, true).await;
        let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert_eq!(first["email"], "marta@example.org");
        assert_eq!(first["status"], "approved");
        assert!(
            !exported(&app, ExportFormat::Jsonl, false)
                .await
                .contains("marta@")
        );

        let read = found(ForeignFormat::Jsonl, &lines);
        let before = stored(&app).await;
        assert_eq!(read.len(), before.len());
        for (read, before) in read.into_iter().zip(before) {
            let Ok(Found::Comment(read)) = read else {
                panic!("{read:?}")
            };
            assert_eq!(read.text, before.text);
            assert_eq!(read.created_at, Some(before.created_at));
            assert_eq!(read.parent, before.parent.map(|id| id.to_string()));
            assert_eq!(read.page, before.page.as_str());
        }
    }
);

on_both_engines!(
    wordpress_reads_the_comments_with_their_threads_and_what_people_said,
    |app: TestApp| async move {
        garden(&app).await;
        import(&app, ForeignFormat::Disqus, sample("disqus.xml"), false).await;
        let text = "1 < 2 & <script>alert(1)</script> ]]> done";
        let id = app.posted("garden", "Horatio", text).await;
        app.decide(&json!({ "id": id }), Decision::Spam).await;
        let wxr = exported(&app, ExportFormat::Wxr, true).await;
        let read = found(ForeignFormat::Wxr, &wxr);
        let comments: Vec<_> = read
            .iter()
            .map(|found| match found {
                Ok(Found::Comment(comment)) => comment,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(comments.len(), 5);
        let of = |name: &str| {
            comments
                .iter()
                .find(|comment| comment.name == name)
                .unwrap()
        };
        assert_eq!(of("Jo").parent, of("Marta").id);
        assert_eq!(of("Marta").page, "https://garden.example/2026/peas/");
        assert_eq!(of("Horatio").text, text);
        assert_eq!(of("Horatio").label, Some(hamlet::bayes::Label::Spam));
    }
);

on_both_engines!(a_table_holds_no_formula, |app: TestApp| async move {
    garden(&app).await;
    app.posted("garden", "=cmd", "+1 for peas").await;
    let table = exported(&app, ExportFormat::Csv, false).await;
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let row = rows.records().next().unwrap().unwrap();
    assert_eq!((&row[7], &row[10]), ("'=cmd", "'+1 for peas"));
    let token = app.token(Role::Operator, &[]).await;
    let listed = app.with(&token, Method::GET, "/api/v1/comments");
    assert!(
        listed
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("\"=cmd\"")
    );
    match found(ForeignFormat::Csv, &table).pop().unwrap() {
        Ok(Found::Comment(comment)) => assert_eq!(comment.text, "+1 for peas"),
        other => panic!("{other:?}"),
    }
});
