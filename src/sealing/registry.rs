//! A key file held against what the database knows of keys. A file that lacks a key in use must not be
//! sealed with beyond what others know, or be rotated: to put the complete one in its place later would
//! take away what only this one has.

use super::keys::KeyRing;
use crate::storage::sealing_keys::KnownKey;

/// Why a key file is not to be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Incomplete {
    /// Keys in use are not in it.
    #[error(
        "the key file lacks the key {}, which is in use: copy the key file of the instance where `hamlet key rotate` was run",
        .0.join(", ")
    )]
    Lacking(Vec<String>),
    /// Its newest key was retired.
    #[error(
        "the newest key of the key file, {0}, was retired: copy the key file of the instance where `hamlet key retire` was run"
    )]
    Retired(String),
}

/// The keys in use that a ring has not got.
#[must_use]
pub fn lacking(ring: &KeyRing, known: &[KnownKey]) -> Vec<String> {
    let in_use = known.iter().filter(|key| key.retired_at.is_none());
    let lacking = in_use.filter(|key| !ring.holds(&key.id));
    lacking.map(|key| key.id.clone()).collect()
}

/// Sees that a ring has every key in use, and a newest one that may seal.
///
/// # Errors
/// [`Incomplete`].
pub fn complete(ring: &KeyRing, known: &[KnownKey]) -> Result<(), Incomplete> {
    let lacking = lacking(ring, known);
    if !lacking.is_empty() {
        return Err(Incomplete::Lacking(lacking));
    }
    let id = ring.current().id();
    let found = known.iter().find(|key| key.id == id);
    if found.is_some_and(|key| key.retired_at.is_some()) {
        return Err(Incomplete::Retired(id.to_owned()));
    }
    Ok(())
}

/// What an instance may start with: the whole ring or, where a key made elsewhere has not arrived, what
/// of it others know.
///
/// # Errors
/// [`Incomplete`] when nothing may be sealed with what is left.
pub fn startable(ring: KeyRing, known: &[KnownKey]) -> Result<KeyRing, Incomplete> {
    let lacking = lacking(&ring, known);
    if lacking.is_empty() {
        complete(&ring, known)?;
        return Ok(ring);
    }
    let shared = ring.only(|id| known.iter().any(|key| key.id == id));
    match shared.filter(|ring| is_in_use(ring.current().id(), known)) {
        Some(shared) => {
            let keys = lacking.join(", ");
            tracing::warn!(
                keys,
                "the key file lacks keys that are in use elsewhere: copy it"
            );
            Ok(shared)
        }
        None => Err(Incomplete::Lacking(lacking)),
    }
}

fn is_in_use(id: &str, known: &[KnownKey]) -> bool {
    let found = known.iter().find(|key| key.id == id);
    found.is_some_and(|key| key.retired_at.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;

    fn known(id: &str, is_retired: bool) -> KnownKey {
        let at = Timestamp::from_millis(1);
        KnownKey {
            id: id.to_owned(),
            made_at: at,
            retired_at: is_retired.then_some(at),
        }
    }

    #[test]
    fn a_ring_needs_every_key_in_use_and_no_key_that_was_retired() {
        let one = KeyRing::generate();
        let two = one.rotated();
        let [old, new] = [&two.ids()[0], &two.ids()[1]];
        let both = [known(old, false), known(new, false)];
        assert_eq!(complete(&two, &both), Ok(()));
        let lacking = Incomplete::Lacking(vec![new.clone()]);
        assert_eq!(complete(&one, &both), Err(lacking.clone()));
        let after = [known(old, true), known(new, false)];
        assert_eq!(complete(&two, &after), Ok(()));
        assert_eq!(complete(&one, &after), Err(lacking));
        let gone = [known(old, true)];
        assert_eq!(complete(&one, &gone), Err(Incomplete::Retired(old.clone())));
    }

    #[test]
    fn an_instance_starts_with_what_others_know_while_a_key_has_not_arrived() {
        let one = KeyRing::generate();
        let fork = one.rotated();
        let old = &one.ids()[0];
        let known = [known(old, false), known("elsewhere", false)];
        let started = startable(fork, &known).unwrap();
        assert_eq!(
            started.ids(),
            one.ids(),
            "the key that nobody knows does not seal"
        );
        let retired = [super::tests::known(old, true), known[1].clone()];
        assert!(startable(one, &retired).is_err());
    }
}
