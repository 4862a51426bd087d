//! A WordPress and a Disqus export, imported, trained on and evaluated: on generated texts always,
//! on real ones where they are at hand.

use std::{fmt::Write as _, path::PathBuf};

use serde_json::{Value, json};

use super::{Installation, Row, generated, text_of};

/// Every fifth row is imported by nobody: the figures are of those.
const KEPT_BACK: usize = 5;

/// A WordPress export of these comments, with some more that say nothing about spam.
fn wxr(rows: &[&Row]) -> String {
    let mut file = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" \
         xmlns:wp=\"http://wordpress.org/export/1.2/\">\n<channel><wp:wxr_version>1.2</wp:wxr_version>\n\
         <item><title>Spring</title><link>https://blog.example/spring/</link><wp:post_id>1</wp:post_id>\n",
    );
    let states = rows
        .iter()
        .map(|row| (row.text.as_str(), if row.spam { "spam" } else { "1" }));
    let silent = [("Thrown away", "trash"), ("Waiting", "0"), ("Ping", "1")];
    for (number, (text, state)) in states.chain(silent).enumerate() {
        let kind = if text == "Ping" {
            "pingback"
        } else {
            "comment"
        };
        writeln!(
            file,
            "<wp:comment><wp:comment_id>{id}</wp:comment_id>\
             <wp:comment_author><![CDATA[Reader {number}]]></wp:comment_author>\
             <wp:comment_date_gmt>2026-03-01 12:00:00</wp:comment_date_gmt>\
             <wp:comment_content><![CDATA[{text}]]></wp:comment_content>\
             <wp:comment_approved>{state}</wp:comment_approved>\
             <wp:comment_type>{kind}</wp:comment_type><wp:comment_parent>0</wp:comment_parent>\
             </wp:comment>",
            id = number + 1,
            text = html(text),
        )
        .unwrap();
    }
    file + "</item></channel></rss>\n"
}

/// A Disqus export of these comments, with one more that was deleted.
fn disqus(rows: &[&Row]) -> String {
    let mut file = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<disqus xmlns=\"http://disqus.com\" \
         xmlns:dsq=\"http://disqus.com/disqus-internals\">\n<thread dsq:id=\"9\">\
         <link>https://blog.example/autumn/</link><title>Autumn</title></thread>\n",
    );
    let states = rows.iter().map(|row| (row.text.as_str(), row.spam, false));
    for (number, (text, spam, deleted)) in states.chain([("Gone", false, true)]).enumerate() {
        writeln!(
            file,
            "<post dsq:id=\"{number}\"><message><![CDATA[<p>{text}</p>]]></message>\
             <createdAt>2026-03-01T12:00:00Z</createdAt><isDeleted>{deleted}</isDeleted>\
             <isSpam>{spam}</isSpam><author><name>Reader {number}</name></author>\
             <thread dsq:id=\"9\" /></post>",
            text = html(text),
        )
        .unwrap();
    }
    file + "</disqus>\n"
}

/// Text as those systems keep it: HTML, in a section that its own end would close.
fn html(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .collect::<String>()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// What the commands said of a history.
struct Retrained {
    /// The run as `train --site` tells it.
    run: Value,
    /// The shipped model's figures on what was kept back.
    before: Value,
    /// The trained model's.
    after: Value,
}

/// Imports four fifths of the rows, half from each system, trains, and measures on the rest.
fn retrain(rows: &[Row]) -> Retrained {
    let site = Installation::new();
    let numbered = || rows.iter().enumerate();
    let part = |wanted: &dyn Fn(usize) -> bool| -> Vec<&Row> {
        let chosen = numbered().filter(|(number, _)| wanted(number % KEPT_BACK));
        chosen.map(|(_, row)| row).collect()
    };
    let (first, second) = (part(&|n| n == 1 || n == 2), part(&|n| n > 2));
    let wordpress = site.file("wordpress.xml", &wxr(&first));
    let disqus = site.file("disqus.xml", &disqus(&second));
    let imports = [
        ("wxr", &wordpress, first, 3, 1),
        ("disqus", &disqus, second, 1, 0),
    ];
    for (format, file, rows, silent, pings) in imports {
        let report = site.tells(&["import", "--format", format, "--site", "blog", file]);
        let spam = rows.iter().filter(|row| row.spam).count();
        let expected = json!({ "spam": spam, "ham": rows.len() - spam, "silent": silent - pings });
        let found =
            json!({ "spam": report["spam"], "ham": report["ham"], "silent": report["unlabelled"] });
        assert_eq!(found, expected, "{format}: {report}");
        assert_eq!(
            report["skipped"].as_object().unwrap().len(),
            pings,
            "{report}"
        );
    }
    let run = site.tells(&["train", "--site", "blog"]);
    let model = text_of(&site.path("blog.hamlet"));
    site.does(&[
        "model",
        "export",
        run["id"].as_str().unwrap(),
        "--out",
        &model,
    ]);
    let kept_back: Vec<String> = part(&|n| n == 0)
        .iter()
        .map(|row| {
            json!({ "text": row.text, "label": if row.spam { "spam" } else { "ham" } }).to_string()
        })
        .collect();
    let data = site.file("kept-back.jsonl", &kept_back.join("\n"));
    let report = text_of(&site.path("report.html"));
    let evaluate = |model: &str| {
        let told = site.tells(&[
            "evaluate", "--model", model, "--data", &data, "--report", &report,
        ]);
        told["figures"].clone()
    };
    let (before, after) = (evaluate("shipped"), evaluate(&model));
    let page = std::fs::read_to_string(&report).unwrap();
    assert!(page.contains("<svg") && page.contains("kept-back.jsonl"));
    Retrained { run, before, after }
}

fn number(figures: &Value, name: &str) -> f64 {
    figures[name].as_f64().unwrap()
}

#[test]
fn a_wordpress_and_a_disqus_history_make_a_model_that_knows_the_sites_own_spam() {
    let retrained = retrain(&generated(400));
    let (run, before, after) = (&retrained.run, &retrained.before, &retrained.after);
    assert_eq!(run["report"]["gate"]["passed"], true, "{run}");
    assert!(number(after, "auc") > 0.99, "{after}");
    assert!(number(after, "log_loss") < number(before, "log_loss") / 2.0);
    assert_eq!(
        after["spam"].as_u64().unwrap() + after["ham"].as_u64().unwrap(),
        80
    );
}

/// Labelled comments of five videos, or a visible skip.
#[expect(clippy::print_stderr, reason = "a skip is said visibly")]
fn videos() -> Option<Vec<Row>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/youtube");
    if !folder.exists() {
        eprintln!(
            "SKIPPED: ../shared/data/youtube is not here; only generated texts were retrained on"
        );
        return None;
    }
    let mut rows = Vec::new();
    for name in [
        "01-Psy",
        "02-KatyPerry",
        "03-LMFAO",
        "04-Eminem",
        "05-Shakira",
    ] {
        let file = folder.join(format!("Youtube{name}.csv"));
        for record in csv::Reader::from_path(file).unwrap().into_records() {
            let record = record.unwrap();
            let (text, spam) = (
                record[3].trim_matches('\u{feff}').to_owned(),
                &record[4] == "1",
            );
            rows.push(Row { text, spam });
        }
    }
    Some(rows)
}

/// The shipped model was trained on these rows too, the ones kept back here among them: the figures
/// say that retraining keeps what is known, and nothing about how much it gains elsewhere.
#[test]
fn real_comments_come_through_both_exports_and_retraining_on_them_loses_nothing() {
    let Some(rows) = videos() else { return };
    let retrained = retrain(&rows);
    let (run, before, after) = (&retrained.run, &retrained.before, &retrained.after);
    assert_eq!(run["report"]["gate"]["passed"], true, "{run}");
    assert!(number(after, "auc") > 0.97, "{after}");
    assert!(
        number(after, "mcc") >= number(before, "mcc") - 0.02,
        "{before} {after}"
    );
}
