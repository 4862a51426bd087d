//! `docs/security.md` names the test that holds each threat, `tests/kinds.md` those of each kind of odd input. Here
//! the documents are held to that: every test they name has to be there, under that name.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use super::sources;

/// What the document's code spans name: Rust tests as `file::test` or `a::b::tests::test`, tests of
/// the browser and of the shell as `tests/…`.
fn named(document: &str) -> BTreeSet<String> {
    let spans = document.split('`').skip(1).step_by(2);
    spans
        .filter(|span| !span.contains('…'))
        .filter(|span| span.contains("::") || span.starts_with("tests/"))
        .map(str::to_owned)
        .collect()
}

/// The tests of the suite and of the library, as `cargo test` prints them but for the engine.
fn rust_tests() -> BTreeSet<String> {
    let mut tests = BTreeSet::new();
    for (folder, inner) in [("tests/it", ""), ("src", "tests::")] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for (path, text) in sources(folder, ".rs") {
            let place = path.strip_prefix(&root).expect("below the folder");
            let place = place
                .with_extension("")
                .to_string_lossy()
                .replace('/', "::");
            let place = place.trim_end_matches("::mod").to_owned();
            for name in test_names(&text) {
                tests.insert(format!("{place}::{inner}{name}"));
                // A file that holds nothing but tests has no module for them.
                tests.insert(format!("{place}::{name}"));
            }
        }
    }
    tests
}

/// The functions that are tests: under `#[test]` or in one of the macros for both engines.
fn test_names(text: &str) -> Vec<String> {
    let word = |rest: &str| -> String {
        let rest = rest.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    let after = |mark: &str| text.split(mark).skip(1).map(word).collect::<Vec<_>>();
    let mut names = after("on_both_engines!(");
    for list in text.split("on_each_engine!(").skip(1) {
        let list = list.split_once(");").map_or("", |(list, _)| list);
        names.extend(list.split(',').map(word));
    }
    let attributes = ["#[test]", "#[tokio::test"];
    for rest in attributes.iter().flat_map(|mark| text.split(mark).skip(1)) {
        names.extend(rest.split_once("fn ").map(|(_, rest)| word(rest)));
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Whether a test outside of Rust is there: `tests/chaos/sigkill`, or `tests/browser/x.mjs: its title`.
fn is_there(named: &str) -> bool {
    let (file, title) = named.split_once(": ").unwrap_or((named, ""));
    let file = file.split_whitespace().next().unwrap_or_default();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if title.is_empty() {
        return path.exists();
    }
    fs::read_to_string(path).is_ok_and(|text| text.contains(title))
}

#[test]
fn every_test_that_a_table_names_exists() {
    let rust = rust_tests();
    for (table, at_least) in [("docs/security.md", 60), ("tests/kinds.md", 60)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(table);
        let document = fs::read_to_string(path).expect(table);
        let named = named(&document);
        assert!(named.len() > at_least, "{} tests are named", named.len());
        let missing: Vec<&String> = named
            .iter()
            .filter(|name| !rust.contains(*name) && !is_there(name))
            .collect();
        assert!(missing.is_empty(), "{table}: {missing:#?}");
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn every_defence_that_is_taken_out_is_in_the_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut check = Command::new("python3");
    match check
        .arg("tests/undefended")
        .arg("--check")
        .current_dir(root)
        .output()
    {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{said}");
        }
        Err(error) => eprintln!("skipped: there is no Python ({error})"),
    }
}

#[test]
fn every_row_of_the_threat_table_names_a_test() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/security.md");
    let document = fs::read_to_string(path).expect("docs/security.md");
    let table = document
        .split("## ")
        .find(|part| part.starts_with("Threats"));
    let rows = table.expect("the threats").lines();
    let rows: Vec<&str> = rows.filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() >= 30, "{} threats", rows.len());
    for row in rows {
        let tests = row.rsplit('|').nth(1).unwrap_or_default();
        assert!(!named(tests).is_empty(), "no test: {row}");
    }
}
