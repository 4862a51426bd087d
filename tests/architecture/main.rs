//! The rooms of `src` and who may use whom: see "The direction" in `docs/architecture.md`.
//!
//! `cargo test --test architecture -- --nocapture` prints the floors on which the rooms stand. Names of public types that
//! two rooms still share are in `shared_names.txt`, one a line; the list may only shrink.

#![expect(
    clippy::print_stdout,
    reason = "who runs this with --nocapture asked for the floors"
)]

mod browsers;
mod graph;
mod sources;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use graph::{Graph, circles, floors};
use sources::{Place, Sources};

/// The floors, from the lowest: a room may use those on floors below its own, and no other.
const FLOORS: [&[&str]; 19] = [
    &["config", "text", "faults", "files"],
    &["bayes", "markup", "telemetry"],
    &["domain"],
    &["clock", "rules", "words"],
    &["storage", "interchange", "evaluation"],
    &["sealing"],
    &["directory", "backup"],
    &["ground"],
    &["news"],
    &["accounts", "learn", "notify", "reading", "readiness"],
    &["intake", "sites"],
    &["review"],
    &["clients", "privacy"],
    &["history"],
    &["app"],
    &["background", "demo"],
    &["web"],
    &["service"],
    &["cli"],
];

static SOURCES: LazyLock<Sources> =
    LazyLock::new(|| Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src")));

fn room(place: &[String]) -> String {
    place.first().cloned().unwrap_or_default()
}

/// The rooms, with those that each uses.
fn rooms(sources: &Sources) -> Graph {
    let mut graph = Graph::new();
    for place in sources.0.keys() {
        let used = sources.used_by(place);
        let mut used: BTreeSet<String> = used.keys().map(|used| room(used)).collect();
        used.remove(&room(place));
        graph.entry(room(place)).or_default().extend(used);
    }
    graph
}

/// The files of each room, with those of the same room that each uses. A folder's `mod.rs` and its files are one piece:
/// what a file takes from the `mod.rs` above it does not count.
fn files(sources: &Sources) -> Graph {
    let used = |place: &Place| -> BTreeSet<String> {
        let used = sources.used_by(place);
        let here = used
            .keys()
            .filter(|used| used[0] == place[0] && !place.starts_with(used));
        here.map(|used| used.join("::")).collect()
    };
    sources
        .0
        .keys()
        .map(|place| (place.join("::"), used(place)))
        .collect()
}

/// The arrows between rooms that do not lead down.
fn upward(graph: &Graph) -> BTreeSet<String> {
    let floor = |room: &str| FLOORS.iter().position(|floor| floor.contains(&room));
    let mut found = BTreeSet::new();
    for (room, used) in graph {
        assert!(
            floor(room).is_some(),
            "the room {room} has no floor: give it one in FLOORS"
        );
        let wrong = used.iter().filter(|used| floor(used) >= floor(room));
        found.extend(wrong.map(|used| format!("{room} -> {used}")));
    }
    found
}

/// The circles, each as one line.
fn lines(circles: &[BTreeSet<String>]) -> BTreeSet<String> {
    let line = |circle: &BTreeSet<String>| circle.iter().cloned().collect::<Vec<_>>().join(" ");
    circles.iter().map(line).collect()
}

/// The names that public types of several rooms share.
fn shared_names(sources: &Sources) -> BTreeSet<String> {
    let mut homes: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (place, module) in &sources.0 {
        for name in &module.types {
            homes.entry(name).or_default().insert(room(place));
        }
    }
    let shared = homes.into_iter().filter(|(_, rooms)| rooms.len() > 1);
    shared.map(|(name, _)| name.to_owned()).collect()
}

/// The names that are still shared, a line each. The list may only shrink.
fn still_shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("shared_names.txt")
}

#[test]
fn every_room_uses_only_rooms_below_it() {
    let graph = rooms(&SOURCES);
    for (name, floor) in floors(&graph) {
        let used: Vec<_> = graph[&name].iter().map(String::as_str).collect();
        println!("{floor:>2} {name}: {}", used.join(" "));
    }
    for wrong in upward(&graph) {
        println!("against the direction: {wrong}");
        let (from, to) = wrong.split_once(" -> ").expect("an arrow");
        for place in SOURCES.0.keys().filter(|place| room(place) == from) {
            let used = SOURCES.used_by(place);
            for (_, names) in used.into_iter().filter(|(used, _)| room(used) == to) {
                println!("    {} names {names:?}", place.join("::"));
            }
        }
    }
    assert_eq!(upward(&graph), BTreeSet::new(), "against the direction");
}

#[test]
fn no_rooms_use_each_other_in_a_circle() {
    assert_eq!(lines(&circles(&rooms(&SOURCES))), BTreeSet::new());
}

#[test]
fn no_files_of_a_room_use_each_other_in_a_circle() {
    let graph = files(&SOURCES);
    let found = circles(&graph);
    for circle in &found {
        for name in circle {
            let used: Vec<_> = graph[name].intersection(circle).collect();
            println!("{name} uses {used:?}");
        }
    }
    assert_eq!(lines(&found), BTreeSet::new());
}

#[test]
fn no_public_types_of_two_rooms_share_a_name() {
    let found = shared_names(&SOURCES);
    let text = fs::read_to_string(still_shared()).expect("a list");
    let known: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    let new: Vec<_> = found.difference(&known).collect();
    assert!(
        new.is_empty(),
        "two rooms have a public type of one name: {new:#?}"
    );
    let gone: Vec<_> = known.difference(&found).collect();
    if !gone.is_empty() && env::var("HAMLET_SHRINK").is_ok() {
        let left: Vec<&str> = found.iter().map(String::as_str).collect();
        fs::write(still_shared(), left.join("\n") + "\n").expect("the list");
        return;
    }
    assert!(
        gone.is_empty(),
        "mended: take them out of shared_names.txt, or run with HAMLET_SHRINK=1: {gone:#?}"
    );
}

/// Sources made up: places and texts.
fn made_up(files: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::default();
    for (place, text) in files {
        sources.add(place.split("::").map(str::to_owned).collect(), 0, text);
    }
    sources
}

#[test]
fn a_circle_between_rooms_is_found_however_it_is_written() {
    for back in [
        "use crate::storage::Row;",
        "use crate::{clock, storage::{self, Row as R}};",
        "use super::storage as kept; fn f() { kept::open() }",
        "fn f() -> crate::storage::Row { todo!() }",
        "fn f() { println!(\"{}\", crate::storage::open()) }",
        "#[serde(with = \"crate::storage::format\")] struct S;",
        "use hamlet_storage::Row;",
        "mod inner { use super::super::storage::Row; }",
    ] {
        let sources = made_up(&[
            ("domain", back),
            ("storage", "use crate::domain::Id; pub struct Row;"),
            ("clock", ""),
        ]);
        let found = lines(&circles(&rooms(&sources)));
        assert_eq!(
            found,
            BTreeSet::from(["domain storage".to_owned()]),
            "{back}"
        );
        assert!(
            upward(&rooms(&sources)).contains("domain -> storage"),
            "{back}"
        );
    }
}

#[test]
fn a_circle_through_a_third_room_is_found_and_tests_are_not_counted() {
    let files = [
        ("text", "#[cfg(test)] mod tests { use crate::web::Page; }"),
        ("domain", "use crate::notify::Mail;"),
        ("notify", "use crate::web::Page;"),
        ("web", "use crate::{domain::Id, text::Glyph};"),
    ];
    let found = circles(&rooms(&made_up(&files)));
    assert_eq!(
        lines(&found),
        BTreeSet::from(["domain notify web".to_owned()])
    );
}

#[test]
fn a_name_that_is_passed_on_counts_where_it_is_from() {
    let files = [
        (
            "bayes",
            "mod fit; mod label; pub use label::Label; pub struct Options;",
        ),
        ("bayes::label", "pub struct Label;"),
        ("bayes::fit", "use super::Label;"),
    ];
    assert!(circles(&files_of(&files)).is_empty());
    let looping = [files[0], ("bayes::label", "use super::fit::Fit;"), files[2]];
    let found = lines(&circles(&files_of(&looping)));
    assert_eq!(
        found,
        BTreeSet::from(["bayes::fit bayes::label".to_owned()])
    );
}

fn files_of(list: &[(&str, &str)]) -> Graph {
    files(&made_up(list))
}

#[test]
fn a_type_of_one_name_in_two_rooms_is_found() {
    let sources = made_up(&[
        ("domain", "pub struct Found; pub enum Other {}"),
        ("storage::rows", "pub type Found = u8;"),
        ("storage", "struct Other;"),
    ]);
    assert_eq!(shared_names(&sources), BTreeSet::from(["Found".to_owned()]));
}
