//! Who uses whom, as a graph: its circles and its floors.

use std::collections::{BTreeMap, BTreeSet};

/// Each name with those that it uses.
pub type Graph = BTreeMap<String, BTreeSet<String>>;

/// Everything that can be reached from a name.
fn reached(graph: &Graph, from: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![from.to_owned()];
    while let Some(next) = waiting.pop() {
        for used in graph.get(&next).into_iter().flatten() {
            if found.insert(used.clone()) {
                waiting.push(used.clone());
            }
        }
    }
    found
}

/// The circles: sets of names each of which uses, through others, all of the set.
pub fn circles(graph: &Graph) -> Vec<BTreeSet<String>> {
    let reach: BTreeMap<&String, BTreeSet<String>> = graph
        .keys()
        .map(|name| (name, reached(graph, name)))
        .collect();
    let mut circles: BTreeSet<BTreeSet<String>> = BTreeSet::new();
    for (name, reaches) in &reach {
        if reaches.contains(*name) {
            let together = reaches
                .iter()
                .filter(|other| reach.get(other).is_some_and(|back| back.contains(*name)));
            circles.insert(together.cloned().collect());
        }
    }
    circles.into_iter().collect()
}

/// The floor of each name: 0 for one that uses nothing, else one above the highest that it uses. All of a circle
/// share a floor.
pub fn floors(graph: &Graph) -> BTreeMap<String, usize> {
    let circles = circles(graph);
    let home = |name: &String| circles.iter().find(|circle| circle.contains(name));
    let mut floors: BTreeMap<String, usize> = graph.keys().map(|name| (name.clone(), 0)).collect();
    // Each round settles at least one more floor.
    for _ in 0..graph.len() {
        for (name, used) in graph {
            let circle = home(name);
            let below = used
                .iter()
                .filter(|used| circle.is_none_or(|circle| !circle.contains(*used)));
            let floor = below
                .filter_map(|used| floors.get(used))
                .map(|floor| floor + 1)
                .max();
            for together in circle.into_iter().flatten().chain([name]) {
                let known = floors.entry(together.clone()).or_default();
                *known = (*known).max(floor.unwrap_or_default());
            }
        }
    }
    floors
}
