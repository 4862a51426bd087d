//! `hamlet train --site` and `hamlet model`: what they do, and what they refuse.

use serde_json::Value;

use super::{Installation, generated, text_of};

/// An installation with enough labels of both classes to train on.
fn labelled() -> Installation {
    let site = Installation::new();
    let lines: Vec<String> = generated(240)
        .iter()
        .map(|row| {
            let label = if row.spam { "spam" } else { "ham" };
            serde_json::json!({ "text": row.text, "label": label, "page": "/spring/" }).to_string()
        })
        .collect();
    let file = site.file("history.jsonl", &lines.join("\n"));
    site.does(&["import", "--format", "jsonl", "--site", "blog", &file]);
    site
}

fn standing(site: &Installation) -> Value {
    site.tells(&["model", "list", "--site", "blog"])["live"][0].clone()
}

#[test]
fn a_sites_model_is_trained_listed_shown_activated_and_rolled_back_from_the_shell() {
    let site = labelled();
    let shipped = standing(&site);
    assert_eq!(shipped["model"], Value::Null, "{shipped}");

    let summary = site.does(&["train", "--site", "blog"]);
    for line in [
        "CANDIDATE",
        "LIVE",
        "spam caught",
        "It passes the gate: hamlet model activate ",
    ] {
        assert!(summary.contains(line), "{line}: {summary}");
    }
    let id = summary.trim().rsplit(' ').next().unwrap();

    let table = site.does(&["model", "list"]);
    assert!(
        table.contains(id) && table.contains("candidate") && table.contains("passed"),
        "{table}"
    );
    let shown: Value = serde_json::from_str(&site.does(&["model", "show", id])).unwrap();
    assert_eq!(
        (&shown["id"], &shown["status"]),
        (&id.into(), &"candidate".into())
    );
    assert_eq!(shown["file"]["version"], shown["version"]);

    let said = site.does(&["model", "activate", id]);
    assert!(said.starts_with("blog uses blog-"), "{said}");
    assert_eq!(standing(&site)["model"], id);
    let back = site.does(&["model", "rollback", "--site", "blog"]);
    assert!(back.starts_with("blog uses "), "{back}");
    assert_eq!(standing(&site)["version"], shipped["version"]);
}

#[test]
fn an_exported_model_scores_and_serves_as_a_base() {
    let site = labelled();
    let run = site.tells(&["train", "--site", "blog"]);
    let (id, model) = (
        run["id"].as_str().unwrap(),
        text_of(&site.path("blog.hamlet")),
    );
    let told = site.tells(&["model", "export", id, "--out", &model]);
    assert_eq!(told["bytes"], std::fs::metadata(&model).unwrap().len());
    let shown: Value = serde_json::from_str(&site.does(&["model", "show", &model])).unwrap();
    assert_eq!(shown["version"], run["version"]);
    let (lines, better) = (
        text_of(&site.path("history.jsonl")),
        text_of(&site.path("better.hamlet")),
    );
    site.does(&[
        "train", "--data", &lines, "--base", &model, "--out", &better,
    ]);
    site.does(&["evaluate", "--model", &better, "--data", &lines]);
}

#[test]
fn what_cannot_be_done_with_models_is_said_in_a_sentence() {
    let site = Installation::new();
    let few = site.refuses(&["train", "--site", "blog"]);
    assert_eq!(few.0, 1);
    assert!(few.1.contains("0 ham and 0 spam labels"), "{}", few.1);
    let nobody = "0199a1b2-0000-7000-8000-000000000000";
    for (arguments, code, said) in [
        (
            &["train", "--site", "elsewhere"][..],
            2,
            "no site elsewhere",
        ),
        (
            &["train", "--site", "blog", "--out", "x"][..],
            2,
            "cannot be used with",
        ),
        (
            &["model", "list", "--site", "elsewhere"][..],
            2,
            "no site elsewhere",
        ),
        (
            &["model", "activate", "nonsense"][..],
            2,
            "not a model's id",
        ),
        (&["model", "activate", nobody][..], 1, "no such model"),
        (
            &["model", "export", nobody, "--out", "x"][..],
            1,
            "no model",
        ),
        (&["model", "show", nobody][..], 1, "no model"),
        (
            &["model", "rollback", "--site", "blog"][..],
            1,
            "nothing to go back to",
        ),
    ] {
        let refused = site.refuses(arguments);
        assert_eq!(refused.0, code, "{arguments:?}: {}", refused.1);
        assert!(refused.1.contains(said), "{arguments:?}: {}", refused.1);
    }
}
