//! The documents' links to one another: to files and pictures that are there, and to headings that those have.

use std::{collections::BTreeSet, fs, path::Path};

use crate::threats::sources;

/// What a document's links and pictures lead to.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let marks = [("](", ')'), (" src=\"", '"'), ("srcset=\"", '"')];
    let found = marks.into_iter().flat_map(move |(begin, end)| {
        let rest = text.split(begin).skip(1);
        rest.filter_map(move |rest| Some(rest.split_once(end)?.0))
    });
    found.filter(|link| !link.contains("://") && !link.starts_with('/'))
}

/// The names by which a page's headings are led to, as hosts of git make them.
fn headings(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| line.starts_with('#'));
    let name = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.replace(' ', "-");
        kept.chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
            .collect()
    };
    lines.map(name).collect()
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        "docs",
        "models",
        "tests",
        "migrations",
        "integrations",
        "examples",
        "benches",
    ];
    let mut documents: Vec<_> = folders
        .iter()
        .flat_map(|folder| sources(folder, ".md"))
        .collect();
    for name in [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
    ] {
        let path = root.join(name);
        let text = fs::read_to_string(&path).expect(name);
        documents.push((path, text));
    }
    let mut wrong = Vec::new();
    for (path, text) in &documents {
        for link in links(text) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let place = if file.is_empty() {
                path.clone()
            } else {
                path.with_file_name(file)
            };
            let page = fs::read_to_string(&place).unwrap_or_default();
            let leads = heading.is_empty() || headings(&page).contains(heading);
            if !place.exists() || !leads {
                wrong.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(documents.len() > 20, "{} documents", documents.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
