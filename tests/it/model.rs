//! The spam model through the command line: train, evaluate, score.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

const SPAM: [&str; 6] = [
    "Buy cheap replica watches now http://replica-watches.example/shop",
    "Earn money from home!!! Visit http://easy-cash.example today",
    "SUBSCRIBE to my channel and win a free phone http://win-phone.example",
    "Best casino bonus, register here http://lucky-casino.example/bonus",
    "Lose weight fast with these pills, order at http://slim-pills.example",
    "Cheap loans approved instantly, call now or visit http://fast-loans.example",
];
const HAM: [&str; 6] = [
    "I think the second paragraph explains this better than the first.",
    "Thanks for the correction, I have updated the article accordingly.",
    "Does anyone know whether this also works on the older version?",
    "I had the same problem last week and solved it by restarting.",
    "What a lovely picture, where did you take it?",
    "The argument in the last section does not convince me at all.",
];

/// Labelled texts as JSONL: both classes, each text in `copies` variations.
fn labelled(copies: usize) -> String {
    const WORDS: [&str; 8] = [
        "alpha", "beta", "gamma", "delta", "kappa", "omega", "sigma", "theta",
    ];
    let mut lines = Vec::new();
    for copy in 0..copies {
        for (label, texts) in [("spam", SPAM), ("ham", HAM)] {
            for text in texts {
                let text = format!("{text} {} {}", WORDS[copy % 8], WORDS[copy / 8 % 8]);
                lines.push(serde_json::json!({"text": text, "label": label}).to_string());
            }
        }
    }
    lines.join("\n")
}

pub fn hamlet(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hamlet"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("its standard input");
    let input = input.to_owned();
    // On a thread of its own, or both would wait once the answers fill their pipe. A program that
    // refuses its arguments does not read what it is given.
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the input is written");
    output
}

pub fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).expect("UTF-8");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

pub fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A model trained once for all tests here, from standard input.
fn trained() -> &'static Path {
    static MODEL: OnceLock<(TempDir, std::path::PathBuf)> = OnceLock::new();
    let (_, path) = MODEL.get_or_init(|| {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("site.hamlet");
        let output = hamlet(
            &[
                "train",
                "--data",
                "-",
                "--out",
                path.to_str().expect("UTF-8"),
            ],
            &labelled(20),
        );
        assert!(output.status.success(), "{}", errors(&output));
        (folder, path)
    });
    path
}

pub fn model() -> &'static str {
    trained().to_str().expect("UTF-8")
}

#[test]
fn a_trained_model_tells_spam_from_ham_and_evaluate_says_so() {
    let folder = TempDir::new().expect("a folder");
    let data = folder.path().join("held-out.csv");
    let rows = "text,label\n\"Cheap replica phones, order now http://replica-phones.example\",spam\n\
                \"Visit my casino and win money\",1\n\
                \"I do not think the article explains the problem\",ham\n\
                \"Thanks, restarting solved it for me\",0\n";
    std::fs::write(&data, rows).expect("written");
    let report = folder.path().join("report.html");
    let paths = [
        data.to_str().expect("UTF-8"),
        report.to_str().expect("UTF-8"),
    ];
    let output = hamlet(
        &[
            "evaluate",
            "--model",
            model(),
            "--data",
            paths[0],
            "--json",
            "--report",
            paths[1],
        ],
        "",
    );
    assert!(output.status.success(), "{}", errors(&output));
    let figures = &lines(&output)[0]["figures"];
    assert_eq!(figures["auc"], 1.0);
    assert_eq!(figures["caught"].as_array().map(Vec::len), Some(3));
    let page = std::fs::read_to_string(&report).expect("a report");
    assert!(page.matches("<svg").count() >= 4);
    assert!(
        !page.contains("src=") && !page.contains("href="),
        "the report loads something"
    );
}

#[test]
fn score_answers_in_order_echoes_ids_and_names_bad_lines() {
    let input = "{\"id\":7,\"text\":\"Buy cheap watches http://replica-watches.example\"}\n\
                 not json\n\
                 \n\
                 {\"id\":{\"k\":\"x\"},\"text\":\"Thanks for the correction\",\"name\":\"Ann\",\"email\":\"a@b.example\"}\n\
                 {\"id\":9}\n";
    let output = hamlet(&["score", "--model", model()], input);
    assert_eq!(output.status.code(), Some(1));
    let answers = lines(&output);
    assert_eq!(answers.len(), 4);
    assert_eq!(answers[0]["id"], 7);
    assert!(answers[0]["score"].as_f64().expect("a score") > 0.5);
    assert!(
        answers[1]["error"]
            .as_str()
            .expect("an error")
            .starts_with("line 2: ")
    );
    assert_eq!(answers[2]["id"]["k"], "x");
    assert!(answers[2]["score"].as_f64().expect("a score") < 0.5);
    assert!(errors(&output).contains("line 5: missing field `text`"));
}

#[test]
fn thousands_of_lines_come_back_in_order() {
    let lines_in: Vec<String> = (0..5_000)
        .map(|n| format!("{{\"id\":{n},\"text\":\"text number {n}\"}}"))
        .collect();
    let input = lines_in.join("\n");
    let output = hamlet(&["score", "--model", model()], &input);
    assert!(output.status.success());
    let ids: Vec<u64> = lines(&output)
        .iter()
        .filter_map(|answer| answer["id"].as_u64())
        .collect();
    assert_eq!(ids, (0..5_000).collect::<Vec<_>>());
}

#[test]
fn an_explained_score_is_the_sum_of_its_parts() {
    let input = "{\"text\":\"SUBSCRIBE now http://win-phone.example &amp; tell your friends\"}";
    let output = hamlet(&["score", "--model", model(), "--explain"], input);
    let answer = &lines(&output)[0];
    let evidence = &answer["evidence"];
    let number = |value: &Value| value.as_f64().expect("a number");
    let tokens = evidence["tokens"].as_array().expect("tokens");
    let told: f64 = tokens.iter().map(|token| number(&token["weight"])).sum();
    let sum = number(&evidence["bias"]) + told + number(&evidence["rest"]);
    assert!((sum - number(&evidence["log_odds"])).abs() < 1e-9);
    assert!((1.0 / (1.0 + (-sum).exp()) - number(&answer["score"])).abs() < 1e-9);
    assert!(
        tokens
            .iter()
            .any(|token| token["says"] == "links to win-phone.example")
    );
}

#[test]
fn the_same_data_gives_the_same_model_whatever_the_number_of_threads() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("again.hamlet");
    let mut child = Command::new(env!("CARGO_BIN_EXE_hamlet"))
        .args([
            "train",
            "--data",
            "-",
            "--out",
            path.to_str().expect("UTF-8"),
        ])
        .env("RAYON_NUM_THREADS", "3")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    child
        .stdin
        .take()
        .expect("its standard input")
        .write_all(labelled(20).as_bytes())
        .expect("written");
    assert!(child.wait().expect("the program ends").success());
    assert_eq!(
        std::fs::read(&path).expect("a model"),
        std::fs::read(trained()).expect("a model")
    );
}

#[test]
fn training_on_the_shipped_model_learns_the_site() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("based.hamlet");
    let out = path.to_str().expect("UTF-8");
    let output = hamlet(
        &[
            "train", "--data", "-", "--base", "shipped", "--json", "--out", out,
        ],
        &labelled(4),
    );
    assert!(output.status.success(), "{}", errors(&output));
    assert!(
        lines(&output)[0]["base"]
            .as_str()
            .expect("a base")
            .starts_with("shipped-")
    );
    let text = "{\"text\":\"Best casino bonus at http://lucky-casino.example\"}";
    let score = |model: &str| {
        lines(&hamlet(&["score", "--model", model], text))[0]["score"]
            .as_f64()
            .expect("a score")
    };
    assert!(score(out) > 0.9);
}

#[test]
fn what_cannot_be_trained_or_loaded_is_said_plainly() {
    let folder = TempDir::new().expect("a folder");
    let out = folder.path().join("none.hamlet");
    let out = out.to_str().expect("UTF-8");
    let one_class = hamlet(
        &["train", "--data", "-", "--out", out],
        "{\"text\":\"a\",\"label\":\"ham\"}\n{\"text\":\"b\"}\n",
    );
    assert_eq!(one_class.status.code(), Some(1));
    assert!(errors(&one_class).contains("line 2: has no label"));
    assert!(errors(&one_class).contains("both spam and ham are needed"));
    assert!(!Path::new(out).exists(), "a failed run leaves no file");

    let missing = hamlet(
        &["train", "--data", "/nowhere/at/all.csv", "--out", out],
        "",
    );
    assert_eq!(missing.status.code(), Some(2));

    let mut bytes = std::fs::read(trained()).expect("a model");
    bytes.truncate(bytes.len() - 100);
    std::fs::write(out, &bytes).expect("written");
    let cut = hamlet(&["score", "--model", out], "");
    assert_eq!(cut.status.code(), Some(1));
    assert!(
        errors(&cut).contains("damaged") || errors(&cut).contains("incomplete"),
        "{}",
        errors(&cut)
    );
    std::fs::write(out, b"PNG or something else entirely").expect("written");
    assert!(errors(&hamlet(&["score", "--model", out], "")).contains("not a Hamlet model file"));
}
