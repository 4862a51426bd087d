//! Templates and code take what they say from `src/words`: no sentence is in one, but for what programs and those who write them read.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use hamlet::words::Words;

const FOLDERS: [&str; 5] = [
    "src/notify/templates",
    "src/web/templates",
    "src/web/desk/templates",
    "src/evaluation/templates",
    "src/history/templates",
];

/// Templates that stay English, and how many words each has: no page of the desk, no mail and no form is among them.
const IN_ENGLISH: &[(&str, usize)] = &[
    // What programmers read is in English, as the descriptions in it are.
    ("docs.html", 22),
    // A file that a command writes, whose options and output are English.
    ("replay.html", 195),
];

/// What of a template a person would read: neither names in expressions, nor comments, nor tags but for
/// the attributes that are read, nor what is in `style`, nor keys, code, the article of the demo and the
/// product's name.
fn read_by_people(template: &str) -> String {
    let mut text = template.to_owned();
    for (from, to) in [
        ("{#", "#}"),
        ("<style", "</style>"),
        ("<kbd", "</kbd>"),
        ("<code", "</code>"),
        ("<pre", "</pre>"),
        ("<article lang=\"en\"", "</article>"),
        (" autofocus=\"", "\""),
        (" aria-invalid=\"", "\""),
    ] {
        text = without(&text, from, to, |_| String::new());
    }
    for (from, to) in [("{%", "%}"), ("{{", "}}")] {
        text = without(&text, from, to, literals);
    }
    // An attribute that a macro puts into a tag.
    text = without(&text, " aria-describedby=\"", "\"", |_| String::new());
    without(&text, "<", ">", |tag| {
        let said = ["aria-label", "title", "placeholder", "alt", "content"].map(|name| {
            let rest = tag.split_once(&format!(" {name}=\""));
            let value = rest.and_then(|(_, rest)| rest.split_once('"'));
            let shown = name != "content" || tag.contains("name=\"description\"");
            value.filter(|_| shown).map_or("", |(value, _)| value)
        });
        format!(" {} ", said.join(" "))
    })
}

/// The sentences that an expression has as literals; names have neither a space nor a capital.
fn literals(expression: &str) -> String {
    let literals = expression.split('"').skip(1).step_by(2);
    let sentences = literals.filter(|text| text.contains(|c: char| c == ' ' || c.is_uppercase()));
    sentences.flat_map(|text| [" ", text, " "]).collect()
}

pub fn without(text: &str, from: &str, to: &str, instead: impl Fn(&str) -> String) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(from) {
        let (inside, after) = after.split_once(to).expect("an end");
        kept.extend([before, &instead(inside)]);
        rest = after;
    }
    kept + rest
}

fn words(template: &str) -> usize {
    let text = without(&read_by_people(template), "&", ";", |_| String::new());
    let runs = text.split(|c: char| !c.is_alphabetic());
    runs.filter(|run| !run.is_empty() && *run != "Hamlet")
        .count()
}

#[test]
fn no_template_says_anything_but_through_the_words_of_a_language() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    for folder in FOLDERS {
        for file in fs::read_dir(root.join(folder)).expect("a folder") {
            let path = file.expect("a file").path();
            let count = words(&fs::read_to_string(&path).expect("a template"));
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            if count > 0 {
                found.insert(name, count);
            }
        }
    }
    let listed: BTreeMap<String, usize> = IN_ENGLISH
        .iter()
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect();
    assert_eq!(
        found, listed,
        "words are in templates: move them to src/words/en.ftl"
    );
}

#[test]
fn what_stands_in_a_template_is_seen_and_what_is_asked_for_is_not() {
    assert_eq!(
        words("{{ words.say(\"a\") }}<p class=\"b\">{% if c %}&nbsp;{% endif %}</p>"),
        0
    );
    assert_eq!(words("<p>Two words</p>"), 2);
    assert_eq!(words("{% call field(\"id\", \"Two words\") %}"), 2);
    assert_eq!(
        words("<input placeholder=\"a site\" aria-label=\"{{ x }}\">"),
        2
    );
    assert_eq!(words("{# not read #}<style>p { color: red }</style>"), 0);
}

/// What a review found odd or opaque in what people read.
const ODD: [&str; 25] = [
    "speaks for spam",
    "stands as spam",
    "Judges now",
    "Live then",
    "Came by",
    "Take it in",
    "Leave them",
    "Drawings of",
    "Show it whole",
    "That you looked",
    "sender's machine",
    "was given up",
    "Programs that ask",
    "none named",
    "All of theirs",
    "log-odds",
    "ROC",
    "log loss",
    "Calibration",
    "the gate",
    "slug",
    "Origins",
    "no browser of another origin",
    "Zero bits",
    "Interface",
];

#[test]
fn nothing_odd_is_said_to_people() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let english = fs::read_to_string(root.join("src/words/en.ftl")).expect("the English file");
    // The names of sentences are not read, nor what is noted about them.
    let said = english.lines().filter(|line| !line.starts_with('#'));
    let said = said.map(|line| line.split_once(" = ").map_or(line, |(_, said)| said));
    let odd: Vec<&str> = said
        .filter(|line| ODD.iter().any(|odd| line.contains(odd)))
        .collect();
    assert_eq!(odd, Vec::<&str>::new());
}

/// Names that templates and code ask for are in the English file.
#[test]
fn every_sentence_that_a_template_asks_for_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let english = include_str!("../../src/words/en.ftl");
    let names: Vec<&str> = english
        .lines()
        .filter_map(|line| line.split_once(" =").map(|(name, _)| name))
        .collect();
    for folder in FOLDERS {
        for file in fs::read_dir(root.join(folder)).expect("a folder") {
            let path = file.expect("a file").path();
            let template = fs::read_to_string(&path).expect("a template");
            for asked in ["words.say(\"", "words.fill(\"", "words.html(\""] {
                for piece in template.split(asked).skip(1) {
                    let name = piece.split('"').next().unwrap_or_default();
                    assert!(names.contains(&name), "{}: {name}", path.display());
                }
            }
        }
    }
}

/// Files of the code that says things to people: pages, forms and mails.
const SPEAKING: [&str; 4] = [
    "src/web/desk",
    "src/web/embed",
    "src/web/mail_links",
    "src/notify",
];

/// Files among them whose sentences go to logs and to the command line, or come back by `Words::relay`.
const FOR_PROGRAMS: [&str; 7] = [
    "failure.rs",
    "mailer.rs",
    "outbox.rs",
    "records.rs",
    "runner.rs",
    "smtp.rs",
    "webhooks",
];

/// Every file with one of these endings below a folder; or the file that is named instead of one.
fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    if folder.is_file() {
        found.push(folder.to_owned());
        return;
    }
    for file in fs::read_dir(folder).expect("a folder") {
        let path = file.expect("a file").path();
        if path.is_dir() {
            files(&path, endings, found);
        } else if endings
            .iter()
            .any(|one| path.to_string_lossy().ends_with(one))
        {
            found.push(path);
        }
    }
}

pub fn source(folder: &str, endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
        endings,
        &mut found,
    );
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a text");
        (path, text)
    };
    found.into_iter().map(read).collect()
}

/// The sentences among the literals of code: two words or more, apart from tests, comments, attributes, logs and
/// titles of problems, which are the interface's and are said by `Words::relay`.
fn sentences(code: &str) -> Vec<String> {
    let code = code.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| {
        let line = line.trim_start();
        !line.starts_with("//") && !line.starts_with("#[") && !line.starts_with("reason = ")
    });
    let mut code = lines.collect::<Vec<_>>().join("\n");
    for (from, to) in [
        ("tracing::", ";"),
        ("Problem::", ";"),
        ("let title = ", ";"),
    ] {
        code.push(';');
        code = without(&code, from, to, |_| String::new());
    }
    let literals = code.split('"').skip(1).step_by(2);
    let literals = literals.map(|text| without(text, "{", "}", |_| " ".to_owned()));
    let says = |text: &String| {
        let words = text.split_whitespace();
        let words = words.filter(|word| word.chars().all(char::is_alphabetic) && word.len() > 1);
        words.count() > 1 && !text.contains(['<', '=', '/', '_'])
    };
    literals.filter(says).collect()
}

#[test]
fn no_code_that_speaks_to_people_has_a_sentence_of_its_own() {
    // What is said in German is known.
    let german = Words::of("de").expect("a language");
    for folder in SPEAKING {
        for (path, code) in source(folder, &[".rs"]) {
            let name = path.to_string_lossy();
            let for_programs = FOR_PROGRAMS.iter().any(|one| name.contains(one));
            // The demo's article is content.
            if name.ends_with("embed/demo.rs") || folder == "src/notify" && for_programs {
                continue;
            }
            let left: Vec<String> = sentences(&code)
                .into_iter()
                .filter(|text| german.relay(text) == *text)
                .collect();
            assert!(
                left.is_empty(),
                "{name}: move to src/words/en.ftl: {left:?}"
            );
        }
    }
}

#[test]
fn a_sentence_in_code_is_seen_and_what_only_programs_read_is_not() {
    assert_eq!(sentences("let a = \"It is done.\";"), ["It is done."]);
    assert_eq!(sentences("// \"It is done.\""), Vec::<String>::new());
    assert_eq!(
        sentences("Err(Problem::malformed(\"It is not so.\"));"),
        Vec::<String>::new()
    );
    assert_eq!(
        sentences("words.say(\"queue-search\")"),
        Vec::<String>::new()
    );
}
