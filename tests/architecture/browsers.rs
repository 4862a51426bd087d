//! What scripts and style sheets may use: the browsers of iPhones that stop at iOS 15 show the widget, the pages and the desk. What a
//! browser does not know in a style sheet is passed over, but for custom properties, which hold anything; in a script it ends the
//! script.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What Safari 15 does not know and cannot pass over, with the version that does.
const TOO_NEW: [(&str, &str); 18] = [
    (
        ": light-dark(",
        "17.5, and a custom property with one has no colour",
    ),
    (".at(", "15.4"),
    ("structuredClone(", "15.4"),
    ("Object.hasOwn(", "15.4"),
    ("Object.groupBy(", "17.4"),
    (".findLast(", "15.4"),
    (".toSorted(", "16"),
    (".toReversed(", "16"),
    ("Promise.withResolvers(", "17.4"),
    ("Array.fromAsync(", "16.4"),
    ("URL.canParse(", "17"),
    ("crypto.randomUUID(", "15.4"),
    ("AbortSignal.timeout(", "16"),
    ("AbortSignal.any(", "17.4"),
    ("requestIdleCallback(", "none"),
    ("(?<=", "16.4"),
    ("(?<!", "16.4"),
    ("static {", "16.4"),
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the sources") {
        let path = entry.expect("a file of the sources").path();
        if path.is_dir() {
            files(&path, found);
        } else if path
            .extension()
            .is_some_and(|kind| kind == "js" || kind == "css")
        {
            found.push(path);
        }
    }
}

/// A line without what is said beside it.
fn code(line: &str) -> &str {
    let line = line.trim_start();
    if line.starts_with("//") || line.starts_with("/*") || line.starts_with('*') {
        return "";
    }
    line.split("/*").next().unwrap_or_default()
}

#[test]
fn a_browser_of_the_years_before_knows_what_scripts_and_styles_use() {
    let mut found = Vec::new();
    files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/web"),
        &mut found,
    );
    assert!(found.len() > 10, "{found:?}");
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            for (word, since) in TOO_NEW {
                let place = format!("{}:{}", path.display(), number + 1);
                assert!(
                    !code(line).contains(word),
                    "{place}: {word} is known from Safari {since} on"
                );
            }
        }
    }
}
