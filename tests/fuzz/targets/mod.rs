//! What has to hold for any bytes at all: one property a file, `check`, that panics where it does not. The
//! fuzzer calls them with bytes of its own, the test suite (`tests/it/fuzz.rs`) with those under `seeds/`.
//!
//! A target takes its input apart in a way that its seeds can be written by hand: lines, or pieces
//! between bytes 0xFF, which no UTF-8 has.

#![forbid(unsafe_code)]

pub mod address;
pub mod forwarded;
pub mod import;
pub mod letter;
pub mod model;
pub mod submission;
pub mod text;
pub mod token;

use std::{borrow::Cow, sync::LazyLock};

use hamlet::sealing::keys::KeyRing;

/// Keys that everyone may know, so that an input says the same in every process.
static KEYS: LazyLock<KeyRing> = LazyLock::new(|| keys("Q", "c"));

/// A ring of two keys, `a` and `b`, made of a letter each; `b` signs and seals.
fn keys(old: &str, new: &str) -> KeyRing {
    let secret = |letter: &str| format!("{}=", letter.repeat(43));
    let keys = serde_json::json!({
        "version": 1,
        "index": { "id": "i", "secret": secret("E") },
        "keys": [{ "id": "a", "secret": secret(old) }, { "id": "b", "secret": secret(new) }],
    });
    KeyRing::from_json(keys.to_string().as_bytes()).expect("keys")
}

/// Pieces between bytes 0xFF as text; those that are not there are empty.
fn pieces<const N: usize>(data: &[u8]) -> [Cow<'_, str>; N] {
    let mut pieces = data.splitn(N, |byte| *byte == 0xFF);
    std::array::from_fn(|_| String::from_utf8_lossy(pieces.next().unwrap_or_default()))
}
