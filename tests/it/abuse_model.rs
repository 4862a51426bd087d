//! The abuse model through the command line: score, evaluate, train and look at it with `--question abuse`.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::model::{errors, hamlet, lines};

const ABUSE: [&str; 6] = [
    "You are a stupid, disgusting idiot and everybody hates you",
    "Shut up you pathetic loser, go kill yourself",
    "what a moron, I hope you rot in hell",
    "All of them are filthy scum and should be shot",
    "you worthless piece of shit",
    "stupid ugly bitch, nobody asked you",
];
const CLEAN: [&str; 6] = [
    "Thank you for the correction, the date is right now",
    "I do not agree: the second table says something else",
    "Where was this picture taken? It is lovely",
    "My gay neighbour and his husband brought us soup when I was ill",
    "The train was late again, so we missed the beginning",
    "Does anyone know whether the pool is open on Monday?",
];

fn score(arguments: &[&str], text: &str) -> Value {
    let arguments = [&["score", "--question", "abuse"], arguments].concat();
    let output = hamlet(&arguments, &json!({ "text": text }).to_string());
    assert!(output.status.success(), "{}", errors(&output));
    lines(&output)[0].clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

/// Labelled texts, with this question's words for labels.
fn labelled() -> String {
    let line = |text: &&str, label: &str| json!({"text": text, "label": label}).to_string();
    let abuse = ABUSE.iter().map(|text| line(text, "abuse"));
    let clean = CLEAN.iter().map(|text| line(text, "clean"));
    abuse.chain(clean).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_score_says_how_abusive_a_text_is_of_which_kind_and_why() {
    for text in ABUSE {
        assert!(number(&score(&[], text)["score"]) > 0.5, "{text}");
    }
    for text in CLEAN {
        assert!(number(&score(&[], text)["score"]) < 0.3, "{text}");
    }
    let answer = score(
        &["--explain"],
        "I know where you live, I will kill you, you idiot",
    );
    let kinds = answer["kinds"].as_object().expect("kinds");
    for kind in [
        "severe",
        "insult",
        "threat",
        "identity_attack",
        "obscene",
        "sexual",
    ] {
        assert!((0.0..=1.0).contains(&number(&kinds[kind])), "{kind}");
    }
    assert!(number(&kinds["threat"]) > number(&kinds["sexual"]));
    let evidence = &answer["evidence"];
    let tokens = evidence["tokens"].as_array().expect("tokens");
    let parts = tokens.iter().map(|token| number(&token["weight"]));
    let sum = number(&evidence["bias"]) + number(&evidence["rest"]) + parts.sum::<f64>();
    assert!((sum - number(&evidence["log_odds"])).abs() < 1e-6);
}

#[test]
fn a_word_with_letters_crossed_out_counts_as_the_word() {
    let fine = number(&score(&[], "oh go away")["score"]);
    let crossed = number(&score(&[], "oh f*ck off you b*tch")["score"]);
    assert!(crossed > 0.5 && crossed > fine, "{crossed} {fine}");
}

#[test]
fn evaluate_counts_the_terms_that_name_people() {
    let folder = TempDir::new().expect("a folder");
    let data = folder.path().join("labelled.jsonl");
    std::fs::write(&data, labelled()).expect("written");
    let data = data.to_str().expect("UTF-8");
    let report = folder.path().join("report.html");
    let output = hamlet(
        &[
            "evaluate",
            "--question",
            "abuse",
            "--data",
            data,
            "--json",
            "--report",
            report.to_str().expect("UTF-8"),
        ],
        "",
    );
    assert!(output.status.success(), "{}", errors(&output));
    let summary = &lines(&output)[0];
    assert!(number(&summary["figures"]["auc"]) > 0.95, "{summary}");
    assert!(summary["terms"].is_array());
    let page = std::fs::read_to_string(&report).expect("a report");
    assert!(page.matches("<svg").count() >= 4);
}

#[test]
fn training_on_the_shipped_model_learns_what_a_site_calls_abuse() {
    let folder = TempDir::new().expect("a folder");
    let out = folder.path().join("ours.hamlet");
    let out = out.to_str().expect("UTF-8");
    let own: Vec<String> = (0..20)
        .flat_map(|n| {
            let abuse = format!("you are such a blorfhead, number {n}");
            let clean = format!("a blue bird sang in the garden, number {n}");
            [(abuse, "abuse"), (clean, "clean")]
        })
        .map(|(text, label)| json!({"text": text, "label": label}).to_string())
        .collect();
    let arguments = [
        "train",
        "--question",
        "abuse",
        "--data",
        "-",
        "--base",
        "shipped",
    ];
    let output = hamlet(
        &[&arguments[..], &["--json", "--out", out]].concat(),
        &own.join("\n"),
    );
    assert!(output.status.success(), "{}", errors(&output));
    let text = "what a blorfhead";
    let (before, after) = (score(&[], text), score(&["--model", out], text));
    assert!(
        number(&after["score"]) > number(&before["score"]),
        "{before} {after}"
    );
    assert!(after["kinds"].is_null(), "a site's model knows no kinds");
}

#[test]
fn a_model_says_what_it_answers_and_is_not_asked_anything_else() {
    let shown = hamlet(
        &["model", "show", "shipped", "--question", "abuse", "--json"],
        "",
    );
    assert!(shown.status.success(), "{}", errors(&shown));
    let header: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    assert_eq!(header["question"], "abuse");
    let languages = header["kinds"]["toxicity"].as_array().expect("languages");
    assert_eq!(languages.len(), 7, "{languages:?}");
    assert!(number(&header["bytes"]) <= 4_000_000.0);

    let spam = crate::model::model();
    for arguments in [
        &["score", "--question", "abuse", "--model", spam][..],
        &[
            "evaluate",
            "--question",
            "abuse",
            "--model",
            spam,
            "--data",
            spam,
        ],
        &[
            "train",
            "--question",
            "abuse",
            "--data",
            "-",
            "--base",
            spam,
            "--out",
            "/nowhere/x",
        ],
    ] {
        let output = hamlet(arguments, "{\"text\":\"a\",\"label\":\"clean\"}");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            errors(&output).contains("another question"),
            "{}",
            errors(&output)
        );
    }
}
