//! What is English because programs read it too reaches people in their language: each sentence of the code that refuses something or
//! reads a file is found by `Words::relay`, and each that is there to be found is said by the code.

use std::collections::BTreeSet;

use hamlet::words::Words;

use crate::words::{source, without};

/// Code whose sentences reach the desk and forms.
const SPEAKING: [&str; 13] = [
    "src/history",
    "src/interchange",
    "src/intake/submission.rs",
    "src/notify/webhooks",
    "src/review/queue.rs",
    "src/rules",
    "src/sites",
    "src/web/body.rs",
    "src/web/desk",
    "src/web/embed",
    "src/web/forms.rs",
    "src/web/query.rs",
    "src/web/server.rs",
];

/// Files among them that only a command or a program gets to read, or whose literals are no sentences.
const ELSEWHERE: [&str; 6] = [
    "history/replay",
    "history/wordpress",
    "sites/abuse.rs",
    // The demo's article is content.
    "embed/demo.rs",
    // The words of labels in files.
    "interchange/labelled.rs",
    // Names of months.
    "interchange/date_words.rs",
];

/// Parts of sentences, what only programs read, and what a command prints of an import.
const PARTS: [&str; 33] = [
    // Of a body of JSON, which no form sends, and what serde calls a mistake.
    "This is not JSON: see line 7, column 7.",
    "There is something behind the JSON value.",
    "This value is of the wrong kind.",
    "Send the body as application/json.",
    "unknown field `",
    "missing field",
    "duplicate field",
    "duplicate field `7`",
    // Keeps a stream open.
    ": nothing newnn",
    // Says why the service does not start.
    "it holds no certificate in PEM form",
    // What JavaScript writes before a list.
    "export default",
    "the file",
    "the database",
    " at line ",
    ": try --format wxr",
    ": try --format disqus",
    ", as in Disqus's exports of before 2011: export it again, or convert it to JSON lines",
    ", which is a page and no export: was there an error when it was fetched?",
    ": that is BlogML, which is not read",
    ", as in IntenseDebate's exports, which are not read",
    ", which is a feed: if it is Blogger's export, try --format blogger",
    "Its first element is <7>7.",
    "nothing in it could be read as a comment: 7",
    "7 comments would be imported; nothing was written",
    "7 comments imported, 7 were here already",
    "labels: 7 ham, 7 spam, 7 unlabelled",
    "not public",
    "not understood: 7 (7)",
    "on another host: 7 (7); they are on the same path here",
    "doubled: 7 (the id of another comment; each is a comment of its own)",
    "without what they answer: 7 replies",
    "the ids are not those of the comments that are here: they are kept apart, as 7",
    "to take it back: hamlet import --undo 7",
];

/// The literals of code that are sentences, with a number in place of what is filled in: two words or more, apart from tests,
/// attributes, logs and what is expected of the code itself.
fn literals(code: &str) -> Vec<String> {
    let code = code.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| {
        let line = line.trim_start();
        !["//", "#[", "reason = "]
            .iter()
            .any(|start| line.starts_with(start))
    });
    let mut code = lines.collect::<Vec<_>>().join("\n") + ";";
    for from in ["tracing::", ".expect("] {
        code = without(&code, from, ";", |_| String::new()) + ";";
    }
    let mut found = Vec::new();
    let mut rest = code.as_str();
    while let Some(at) = rest.find(['"', '\'']) {
        let (before, literal) = rest.split_at(at);
        rest = &literal[1..];
        if literal.starts_with('\'') {
            // A character, or the name of a lifetime.
            let after = rest.trim_start_matches('\\');
            let end = after.char_indices().nth(1).map(|(at, _)| at);
            let is_character = end.is_some_and(|end| after[end..].starts_with('\''));
            rest = end
                .filter(|_| is_character)
                .map_or(rest, |end| &after[end + 1..]);
            continue;
        }
        let text = quoted(&mut rest);
        if !before.ends_with('b') {
            found.push(without(&text, "{", "}", |_| "7".to_owned()));
        }
    }
    found.retain(|text| is_sentence(text));
    found
}

/// The text of a literal up to its end, a line that goes on joined to the one before.
fn quoted(rest: &mut &str) -> String {
    let mut text = String::new();
    while let Some(at) = rest.find(['"', '\\']) {
        text += &rest[..at];
        let is_end = rest[at..].starts_with('"');
        *rest = &rest[at + 1..];
        if is_end {
            return text;
        }
        let escaped = rest.chars().next().unwrap_or_default();
        *rest = &rest[escaped.len_utf8()..];
        if escaped == '\n' {
            *rest = rest.trim_start();
        } else {
            text.push(escaped);
        }
    }
    text
}

fn is_sentence(text: &str) -> bool {
    let words = text.split_whitespace();
    let words = words.filter(|word| word.len() > 1 && word.chars().all(char::is_alphabetic));
    let words = words.filter(|word| word.contains(char::is_lowercase));
    let is_markup = text.replace("<7>", "").contains(['<', '=']) && !text.contains(". ");
    words.count() > 1 && !is_markup
}

#[test]
fn what_programs_read_too_is_said_to_people_in_every_language() {
    let mut lacking = Vec::new();
    for folder in SPEAKING {
        for (path, code) in source(folder, &[".rs"]) {
            let name = path.to_string_lossy();
            if ELSEWHERE.iter().any(|one| name.contains(one)) || name.contains("tests") {
                continue;
            }
            let unsaid = |text: &String| {
                let mut others = Words::all().iter().skip(1);
                !PARTS.contains(&&**text) && others.any(|words| words.relay(text) == *text)
            };
            let left = literals(&code).into_iter().filter(unsaid);
            lacking.extend(left.map(|text| format!("{name}: {text}")));
        }
    }
    assert_eq!(lacking, Vec::<String>::new(), "say it in src/words/en.ftl");
}

#[test]
fn a_sentence_is_seen_over_lines_and_beside_characters_that_look_like_quotes() {
    let code = "let a = '\"'; let b = b\"two words\"; say(\"It ends \\\n    {early}.\", '\\'');";
    assert_eq!(literals(code), ["It ends 7."]);
    assert_eq!(literals("tracing::warn!(\"It is done\");"), [""; 0]);
}

/// The English text of sentences that come from below.
fn relayed() -> BTreeSet<String> {
    let english = include_str!("../../src/words/en.ftl");
    let lines = english.lines().filter(|line| line.starts_with("fault-"));
    let texts = lines.filter_map(|line| line.split_once(" = "));
    texts.map(|(_, text)| text.to_owned()).collect()
}

#[test]
fn what_comes_from_below_is_said_there_in_these_words() {
    let code: String = source("src", &[".rs"])
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    // A literal over several lines goes on behind the indentation.
    let code = code.split("\\\n").map(str::trim_start).collect::<String>();
    for text in relayed() {
        let own = without(&text, "{ $", " }", |_| "\u{0}".to_owned());
        for piece in own.split('\u{0}').map(str::trim) {
            let word = piece.trim_matches(|c: char| !c.is_alphabetic());
            // An error's text begins small, and is said as a sentence.
            let small = word.to_lowercase();
            assert!(
                word.len() < 4 || code.contains(word) || code.contains(&small),
                "nothing says {word:?} of {text:?}"
            );
        }
    }
}
