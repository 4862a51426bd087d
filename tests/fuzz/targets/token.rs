//! Signed tokens: what was not signed here never opens, what was opens for its purpose only and tells what
//! was signed.

use std::sync::LazyLock;

use hamlet::sealing::{keys::Purpose, signed::Signer};
use serde_json::Value;

use super::{KEYS, keys, pieces};

static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::new(KEYS.clone()));
/// Signs nothing here, so that no token of its making can be come upon: what is compared in a program is
/// what its fuzzer tries next.
static SILENT: LazyLock<Signer> = LazyLock::new(|| Signer::new(keys("o", "s")));
/// Signed with keys of its own, under the names that ours have.
static STRANGER: LazyLock<Signer> = LazyLock::new(|| Signer::new(keys("g", "w")));

const PURPOSES: [Purpose; 6] = [
    Purpose::FormToken,
    Purpose::DecisionLink,
    Purpose::SubscriptionLink,
    Purpose::Session,
    Purpose::Csrf,
    Purpose::Cursor,
];

/// A token of somebody's making; what to sign, as JSON or text; and what to write into the token of it, and
/// where.
pub fn check(data: &[u8]) {
    let [forged, payload, change] = pieces(data);
    for purpose in PURPOSES {
        assert_eq!(
            SILENT.verify::<Value>(purpose, &forged),
            None,
            "{forged} opens for {purpose:?}"
        );
    }
    let read = serde_json::from_str(&payload).ok().filter(is_exact);
    let payload: Value = read.unwrap_or_else(|| payload.into());
    let purpose = PURPOSES[data.len() % PURPOSES.len()];
    let token = SIGNER.sign(purpose, &payload);
    assert!(
        token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)),
        "{token}"
    );
    for other in PURPOSES {
        let opened: Option<Value> = SIGNER.verify(other, &token);
        assert_eq!(
            opened.as_ref(),
            Some(&payload).filter(|_| other == purpose),
            "{other:?}"
        );
    }
    assert_eq!(
        SIGNER.verify::<Value>(purpose, &STRANGER.sign(purpose, &payload)),
        None
    );
    changed(purpose, &token, &change);
}

/// A fraction written as a decimal may come back one bit off. None is signed as such.
fn is_exact(payload: &Value) -> bool {
    match payload {
        Value::Number(number) => !number.is_f64(),
        Value::Array(values) => values.iter().all(is_exact),
        Value::Object(fields) => fields.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// The token with a piece of it written over, put in, or put in its place.
fn changed(purpose: Purpose, token: &str, change: &str) {
    let mut letters = change.chars();
    let place = letters.next().map_or(0, |c| c as usize % (token.len() + 1));
    let piece = letters.as_str();
    let (before, after) = token.split_at(place);
    let over = after.get(piece.len()..).unwrap_or_default();
    let parts: Vec<&str> = token.split('.').collect();
    for other in [
        format!("{before}{piece}{over}"),
        format!("{before}{piece}{after}"),
        before.to_owned(),
        format!("{}.{piece}.{}", parts[0], parts[2]),
        format!("a.{}.{}", parts[1], parts[2]),
    ] {
        if other != token {
            assert_eq!(
                SIGNER.verify::<Value>(purpose, &other),
                None,
                "{other} for {token}"
            );
        }
    }
}
