//! Templates take what they say from `src/words`: no sentence stands in one, but for those not yet moved.

use std::{collections::BTreeMap, fs, path::Path};

const FOLDERS: [&str; 4] = [
    "src/notify/templates",
    "src/web/templates",
    "src/web/desk/templates",
    "src/evaluation/templates",
];

/// Words that templates still have in them. A number may only shrink; a template without any leaves the list.
const NOT_YET: &[(&str, usize)] = &[
    ("demo.html", 167),
    ("desk_model.html", 126),
    ("desk_parts.html", 6),
    ("desk_privacy.html", 18),
    ("desk_settings.html", 41),
    ("desk_settings_programs.html", 10),
    ("desk_site.html", 23),
    ("docs.html", 22),
    ("evaluation.html", 73),
];

/// What of a template a person would read: neither names in expressions, nor comments, nor tags but for
/// the attributes that are read, nor what is in `style`, nor keys, code and the
/// product's name.
fn read_by_people(template: &str) -> String {
    let mut text = template.to_owned();
    for (from, to) in [
        ("{#", "#}"),
        ("<style", "</style>"),
        ("<kbd", "</kbd>"),
        ("<code", "</code>"),
    ] {
        text = without(&text, from, to, |_| String::new());
    }
    for (from, to) in [("{%", "%}"), ("{{", "}}")] {
        text = without(&text, from, to, literals);
    }
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

fn without(text: &str, from: &str, to: &str, instead: impl Fn(&str) -> String) -> String {
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
    let listed: BTreeMap<String, usize> = NOT_YET
        .iter()
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect();
    assert_eq!(
        found, listed,
        "words stand in templates: move them to src/words/en.ftl; where there are fewer, enter that"
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
