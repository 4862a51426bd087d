//! Every language says all that English says, with any number, and nothing is said that nobody asks for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use hamlet::{
    domain::{
        abuse::AbuseFilter, comment::Status, decision::Decision, evidence::Check, mail::MailKind,
        queue::Sort,
    },
    words::{Argument, Words},
};

use crate::words::source;

/// Each sentence of a language's file, with the arguments that it takes.
fn said(file: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut name = String::new();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let begun = line.split_once(" =").filter(|(name, _)| {
            name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.contains(' ')
        });
        if let Some((begun, _)) = begun {
            begun.clone_into(&mut name);
            all.entry(name.clone()).or_default();
        }
        for piece in line.split('$').skip(1) {
            let end = piece.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
            let argument = &piece[..end.unwrap_or(piece.len())];
            if let Some(taken) = all.get_mut(&name) {
                taken.insert(argument.to_owned());
            }
        }
    }
    all
}

fn language(tag: &str) -> BTreeMap<String, BTreeSet<String>> {
    let path = format!("src/words/{tag}.ftl");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    said(&fs::read_to_string(path).expect("a language"))
}

#[test]
fn every_language_says_all_that_english_says_and_fills_in_the_same() {
    let english = language("en");
    for words in Words::all() {
        let own = language(words.language);
        let lacking: Vec<&String> = english
            .keys()
            .filter(|name| !own.contains_key(*name))
            .collect();
        assert!(lacking.is_empty(), "{} lacks {lacking:?}", words.language);
        for (name, taken) in own {
            let known = english.get(&name);
            let known =
                known.unwrap_or_else(|| panic!("{}: nothing asks for {name}", words.language));
            // What counts chooses a form, which not every language has.
            let differs = taken
                .symmetric_difference(known)
                .find(|one| *one != "count");
            assert_eq!(differs, None, "{}: {name}", words.language);
        }
    }
}

#[test]
fn every_sentence_is_said_with_any_number() {
    let english = language("en");
    for words in Words::all() {
        for (name, taken) in &english {
            for number in [0_i64, 1, 2, 3, 5, 11, 21, 100] {
                let filled = taken.iter().map(String::as_str).chain(["count"]);
                let filled: Vec<(&str, &dyn Argument)> = filled
                    .map(|argument| (argument, &number as &dyn Argument))
                    .collect();
                let said = words.fill(name, &filled);
                assert!(
                    !said.is_empty() && !said.contains(['{', '}']),
                    "{}: {name} with {number}: {said:?}",
                    words.language
                );
            }
        }
    }
}

/// Beginnings of names that code puts together.
const COMPOSED: [&str; 6] = [
    "act-",
    "link-ask-",
    "link-do-",
    "link-done-",
    "fault-",
    "statistics-because-",
];

/// Names that code puts together of what is said and the word of a status, a decision, a check.
fn of_words() -> BTreeSet<String> {
    let decisions: Vec<&str> = Decision::ALL.iter().map(|one| one.as_str()).collect();
    let statuses: Vec<&str> = Status::ALL.iter().map(|one| one.as_str()).collect();
    let checks: Vec<&str> = Check::ALL.iter().map(|one| one.as_str()).collect();
    let orders: Vec<&str> = Sort::ALL.iter().map(|one| one.as_str()).collect();
    let letters: Vec<&str> = MailKind::ALL.iter().map(|one| one.as_str()).collect();
    let abuse: Vec<&str> = AbuseFilter::ALL.iter().map(|one| one.as_str()).collect();
    let starts: [(&[&str], &[&str]); 6] = [
        (&["decision", "js-decided", "js-did", "js-verb"], &decisions),
        (&["status", "js-now"], &statuses),
        (&["check"], &checks),
        (&["order"], &orders),
        (&["abuse"], &abuse),
        (&["settings-letter"], &letters),
    ];
    let mut names = BTreeSet::new();
    for (starts, words) in starts {
        for start in starts {
            let name = |word: &&str| format!("{start}-{}", word.replace('_', "-"));
            names.extend(words.iter().map(name));
        }
    }
    names
}

#[test]
fn each_status_decision_check_and_order_has_its_sentence() {
    let english = language("en");
    let missing: Vec<String> = of_words()
        .into_iter()
        .filter(|name| !english.contains_key(name))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_sentence_is_asked_for() {
    let of_words = of_words();
    let code = source("src", &[".rs", ".html", ".txt", ".js", ".atom"]);
    let code: String = code.into_iter().map(|(_, text)| text).collect();
    let asked = |name: &str| code.contains(&format!("\"{name}\""));
    for name in language("en").keys() {
        let composed = COMPOSED.iter().any(|start| name.starts_with(start));
        // A title and its text: `NAME` and `NAME-text`.
        let text = name.strip_suffix("-text").is_some_and(asked);
        // The widget writes `replyTo` for `reply-to`.
        let widget = name.strip_prefix("widget-").is_some_and(|short| {
            let mut parts = short.split('-');
            let first = parts.next().unwrap_or_default().to_owned();
            let camel = parts.fold(first, |all, part| {
                all + &part[..1].to_uppercase() + &part[1..]
            });
            code.contains(&format!("words.{camel}")) || asked(&camel)
        });
        let script = name.strip_prefix("js-").is_some_and(|short| {
            let start = short.rsplit_once('-').map_or(short, |(start, _)| start);
            asked(short) || code.contains(&format!("`{start}-${{"))
        });
        assert!(
            composed || of_words.contains(name) || text || widget || script || asked(name),
            "nothing asks for {name}"
        );
    }
}
