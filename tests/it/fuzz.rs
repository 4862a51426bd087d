//! The fuzz targets' properties on every input kept under `tests/fuzz/seeds`: those the fuzzer starts from,
//! and those that once showed something. Fuzzing itself is `tests/fuzz/run`.

use std::{fs, panic, path::PathBuf};

#[path = "../fuzz/targets/mod.rs"]
mod targets;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/seeds")
        .join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    seeds.sort();
    assert!(!seeds.is_empty(), "{target} has no seeds");
    let failed = |seed: &&PathBuf| {
        let bytes = fs::read(seed).unwrap();
        panic::catch_unwind(|| check(&bytes)).is_err()
    };
    let failed: Vec<_> = seeds.iter().filter(failed).collect();
    assert!(failed.is_empty(), "these no longer hold: {failed:?}");
}

macro_rules! replayed {
    ($($target:ident)*) => {$(
        #[test]
        fn $target() {
            replay(stringify!($target), targets::$target::check);
        }
    )*};
}

replayed!(address forwarded import letter model submission text token);
