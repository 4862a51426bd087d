//! `hamlet trial`: a site's own past gone through once more, from files of several systems, and nothing changed.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Row, generated, text_of};
use crate::program::{hamlet, run, says};

/// A comment of WordPress's export, with what Akismet and a person said.
fn wxr_comment(n: usize, text: &str, result: Option<bool>, told: Option<bool>) -> String {
    let meta = |key: &str, value: Option<bool>| {
        value.map_or_else(String::new, |value| {
            format!(
                "<wp:commentmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value>{value}</wp:meta_value></wp:commentmeta>"
            )
        })
    };
    format!(
        "<wp:comment><wp:comment_id>{n}</wp:comment_id><wp:comment_author>A{n}</wp:comment_author>\
         <wp:comment_date_gmt>2019-{:02}-{:02} 10:00:{:02}</wp:comment_date_gmt><wp:comment_content><![CDATA[{text}]]></wp:comment_content>\
         <wp:comment_approved>1</wp:comment_approved>{}{}</wp:comment>",
        1 + n / 20 % 12,
        1 + n % 20,
        n % 60,
        meta("akismet_result", result),
        meta("akismet_user_result", told),
    )
}

fn wxr(comments: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel><item>\
         <link>https://blog.example/p/</link><wp:status>publish</wp:status>{comments}</item></channel></rss>"
    )
}

fn rows(spam: bool) -> Vec<Row> {
    generated(240)
        .into_iter()
        .filter(|row| row.spam == spam)
        .collect()
}

/// The files of a blog: WordPress's export with genuine comments, a listing of its spam, and what was on Disqus before.
fn files(folder: &TempDir) -> [String; 3] {
    let (ham, spam) = (rows(false), rows(true));
    let genuine: String = ham
        .iter()
        .enumerate()
        .map(|(n, row)| wxr_comment(2 * n, &row.text, Some(n == 3), Some(false)))
        .collect();
    let listing: Vec<Value> = spam
        .iter()
        .enumerate()
        .map(|(n, row)| {
            let n = 2 * n + 1;
            json!({ "comment_ID": n.to_string(), "comment_author": format!("S{n}"), "comment_content": row.text,
                "comment_approved": "spam", "comment_date_gmt": format!("2019-{:02}-{:02} 11:00:00", 1 + n / 20 % 12, 1 + n % 20),
                "url": "https://blog.example/p/" })
        })
        .collect();
    let disqus = "<disqus xmlns=\"http://disqus.com\" xmlns:dsq=\"http://disqus.com/disqus-internals\">\
        <thread dsq:id=\"1\"><link>https://blog.example/p/</link></thread>\
        <post dsq:id=\"9\"><message><![CDATA[<p>I sowed mine in 2015, and they were late.</p>]]></message><createdAt>2015-05-01T10:00:00Z</createdAt>\
        <isDeleted>false</isDeleted><isSpam>false</isSpam><author><name>Ida</name></author><thread dsq:id=\"1\"/></post></disqus>";
    [
        ("export.xml", wxr(&genuine)),
        ("spam.json", json!(listing).to_string()),
        ("old.xml", disqus.to_owned()),
    ]
    .map(|(name, content)| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        text_of(&path)
    })
}

fn tried(folder: &TempDir, arguments: &[&str]) -> String {
    let ran = run(hamlet(folder.path(), arguments));
    assert!(ran.status.success(), "{arguments:?}: {}", says(&ran));
    String::from_utf8(ran.stdout).unwrap()
}

#[test]
fn a_blogs_past_is_gone_through_in_the_order_of_time_and_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let [wordpress, spam, disqus] = files(&folder);
    let page = text_of(&folder.path().join("trial.html"));
    let named = format!("wp-cli:{spam}");
    let arguments = [
        "trial", &wordpress, &named, &disqus, "--report", &page, "--json",
    ];
    let printed = tried(&folder, &arguments);
    let told: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(
        (&told["files"]["ham"], &told["files"]["spam"]),
        (&json!(161), &json!(80))
    );
    let sum = |course: &Value| {
        ["spam_aside", "spam_held", "ham_aside", "ham_held"]
            .iter()
            .map(|name| course[name].as_u64().unwrap())
            .sum::<u64>()
    };
    let (first, learnt) = (&told["all"]["first_day"], &told["all"]["learning"]);
    assert_eq!((sum(first), sum(learnt)), (241, 241), "{told}");
    let aside = |course: &Value| course["spam_aside"].as_u64().unwrap();
    assert!(aside(learnt) > aside(first), "it learns: {told}");
    let late = &told["last_quarter"]["learning"];
    assert!(late["spam_held"].as_u64() < Some(3), "{told}");
    assert_eq!(learnt["ham_aside"], 0, "{told}");
    // Akismet called one of the genuine ones spam; the listing does not say what it was called.
    assert_eq!(told["akismet"]["akismet"]["ham_aside"], 1, "{told}");
    assert_eq!(sum(&told["akismet"]["here"]["learning"]), 160, "{told}");
    assert_eq!(told["curve"].as_array().unwrap().last(), Some(&told["all"]));
    assert_eq!(tried(&folder, &arguments), printed, "the same twice");
    let reversed = ["trial", &disqus, &spam, &wordpress, "--json"];
    assert_eq!(
        tried(&folder, &reversed),
        printed,
        "whatever the order of the files"
    );

    let words = tried(&folder, &["trial", &wordpress, &spam, &disqus]);
    assert!(
        words.starts_with("Of 80 spam comments this service would have put "),
        "{words}"
    );
    assert!(words.contains("Akismet put aside"), "{words}");
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(
        html.contains("<svg") && html.contains("Of 80 spam comments"),
        "{html}"
    );
    assert!(
        !html.contains("src=") && !html.contains("<script"),
        "it stands alone"
    );
    assert!(!folder.path().join("data").exists(), "nothing is kept");
}

#[test]
fn one_sided_files_and_repetitions_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let [wordpress, ..] = files(&folder);
    let words = tried(&folder, &["trial", &wordpress]);
    assert!(words.starts_with("These files hold no spam"), "{words}");
    let twice: Value = serde_json::from_str(&tried(
        &folder,
        &["trial", &wordpress, &wordpress, "--json"],
    ))
    .unwrap();
    assert_eq!(twice["files"]["comments"], 160, "{twice}");
    assert_eq!(twice["files"]["repeated"], 160, "{twice}");
    let missing = run(hamlet(folder.path(), &["trial", "nowhere.xml"]));
    assert_eq!(missing.status.code(), Some(2), "{}", says(&missing));
    let empty = text_of(&folder.path().join("empty.json"));
    std::fs::write(&empty, "[]").unwrap();
    let nothing = run(hamlet(folder.path(), &["trial", &empty]));
    assert_eq!(nothing.status.code(), Some(1), "{}", says(&nothing));
}

#[test]
fn a_date_is_read_as_the_other_dates_of_its_file_show() {
    let folder = tempfile::tempdir().unwrap();
    let table = text_of(&folder.path().join("past.csv"));
    let rows =
        "text,date,label\nSown in the spring,03/04/2020,ham\nCheap seeds here,25/04/2020,spam\n";
    std::fs::write(&table, rows).unwrap();
    let tried = tried(&folder, &["trial", &format!("csv:{table}"), "--json"]);
    let tried: Value = serde_json::from_str(&tried).unwrap();
    assert_eq!(tried["files"]["comments"], 2, "{tried}");
    assert_eq!(tried["files"]["undated"], 0, "{tried}");
}
