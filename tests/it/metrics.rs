//! Metrics: what the page in `docs` names is what the program exports, and what alerts and the
//! dashboard ask for is there.

use std::{collections::BTreeSet, fs, path::Path};

/// The metrics that a text names; a histogram's series count as the histogram.
pub fn named(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c| !is_part(c));
    let names = words.filter(|word| word.starts_with("hamlet_"));
    let series = ["_bucket", "_sum", "_count"];
    names
        .map(|name| {
            let whole = series.iter().find_map(|end| name.strip_suffix(end));
            whole.unwrap_or(name).to_owned()
        })
        .collect()
}

/// The metrics that the program records, by what its source says.
fn recorded(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            recorded(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            for kind in ["counter!(", "gauge!(", "histogram!("] {
                for (at, _) in text.match_indices(kind) {
                    let rest = text[at + kind.len()..].trim_start();
                    let literal = rest
                        .strip_prefix('"')
                        .and_then(|rest| rest.split('"').next());
                    found.extend(literal.map(str::to_owned));
                }
            }
        }
    }
}

#[test]
fn the_page_names_every_metric_and_no_other() {
    let mut exported = BTreeSet::new();
    recorded(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut exported,
    );
    assert!(exported.len() >= 10, "{exported:?}");
    assert_eq!(named(include_str!("../../docs/metrics.md")), exported);
}

#[test]
fn alerts_and_dashboard_ask_for_metrics_that_there_are() {
    let known = named(include_str!("../../docs/metrics.md"));
    let dashboard = include_str!("../../deploy/grafana.json");
    assert!(serde_json::from_str::<serde_json::Value>(dashboard).is_ok());
    for text in [dashboard, include_str!("../../deploy/alerts.yml")] {
        let asked = named(text);
        assert!(asked.len() >= 5, "{asked:?}");
        let unknown: Vec<_> = asked.difference(&known).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
