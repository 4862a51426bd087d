//! Whether the keys at hand open what the database holds: of every key that sealed anything, one
//! value in each form is opened. Changes nothing.

use crate::{
    domain::email::SealedEmail,
    sealing::{
        keys::KeyRing,
        registry,
        vault::{Owner, Unopenable, Vault},
    },
    storage::{
        Result, Store,
        resealing::{ADDRESSES, CLIENT_KEYS, Place, SealedRow},
    },
};

/// What is wrong with the keys, one sentence each; nothing when all is well.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn inspect(store: &Store, ring: &KeyRing) -> Result<Vec<String>> {
    let vault = Vault::new(ring);
    let mut problems = Vec::new();
    let known = store.sealing_keys().await?;
    if let Err(incomplete) = registry::complete(ring, &known)
        && !known.is_empty()
    {
        problems.push(incomplete.to_string());
    }
    for place in [ADDRESSES[0], ADDRESSES[1], CLIENT_KEYS] {
        let Place { table, column, .. } = place;
        for sealed in store.sealed_by(place).await? {
            let (key, values) = (&sealed.key, sealed.values);
            if !ring.holds(key) {
                let says = format!(
                    "{values} values of {table}.{column} are sealed with the key {key}, which is not in the key file"
                );
                problems.push(says);
            } else if !opens(store, &vault, place, key).await? {
                let says = format!(
                    "a value of {table}.{column} that names the key {key} does not open with it"
                );
                problems.push(says);
            }
        }
    }
    Ok(problems)
}

/// Whether a value of each form that a key sealed in a place opens.
async fn opens(store: &Store, vault: &Vault, place: Place, key: &str) -> Result<bool> {
    let (bound, any) = (format!("{key}.2.%"), format!("{key}.%"));
    for (like, unlike) in [(&bound, ""), (&any, bound.as_str())] {
        let found = store.sealed_like(place, like, unlike).await?;
        if found.is_some_and(|row| open(vault, place, &row).is_err()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn open(vault: &Vault, place: Place, row: &SealedRow) -> Result<(), Unopenable> {
    let owner = Owner::new(place.table, row.a.clone(), row.b.clone());
    if place == CLIENT_KEYS {
        return vault.open_client_key(&row.old, &owner).map(|_| ());
    }
    let sealed = SealedEmail(row.old.clone());
    vault.open(&sealed, owner).map(|_| ())
}
