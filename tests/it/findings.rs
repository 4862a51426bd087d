//! The tables in `docs/desk.md` name a test for each thing that a review of the desk found: each is there.

use std::{fs, path::Path};

/// Every file below a folder whose name ends so.
fn files(folder: &Path, end: &str, all: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("node_modules") {
            files(&path, end, all);
        } else if path.to_string_lossy().ends_with(end) {
            all.push_str(&fs::read_to_string(&path).expect("a file"));
        }
    }
}

#[test]
fn every_finding_about_the_desk_has_a_test_and_the_test_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = String::new();
    files(&root.join("tests"), ".rs", &mut tests);
    files(&root.join("src"), ".rs", &mut tests);
    files(&root.join("tests/browser"), ".test.mjs", &mut tests);
    let page = fs::read_to_string(root.join("docs/desk.md")).expect("the page");
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('`'))
        .collect();
    assert!(rows.len() >= 40, "{} rows", rows.len());
    let mut missing = Vec::new();
    for row in rows {
        let cell = row
            .trim_end_matches('|')
            .rsplit('|')
            .next()
            .unwrap_or_default();
        let named: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{row}");
        missing.extend(named.into_iter().filter(|name| !tests.contains(name)));
    }
    assert_eq!(missing, Vec::<&str>::new());
}
