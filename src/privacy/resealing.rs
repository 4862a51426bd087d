//! Sealing again what other keys sealed, or what is not yet bound to its row, in bites that are a
//! transaction each. A row that changes meanwhile is left alone, and found by the next look.

use crate::{
    domain::email::SealedEmail,
    ground::Ground,
    sealing::vault::{Owner, Unopenable, Vault},
    storage::{
        StoreError,
        resealing::{ADDRESSES, CLIENT_KEYS, Place},
    },
};

/// Values sealed again by one transaction.
const BITE: u32 = 500;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Values sealed again with the key in use.
    pub done: u64,
    /// Values that no key at hand opens.
    pub unopenable: u64,
}

/// Seals with the key in use, and bound to its row, everything that is not yet.
pub(super) async fn reseal(ground: &Ground) -> Result<Resealed, StoreError> {
    let mut total = Resealed::default();
    for place in ADDRESSES {
        reseal_place(ground, place, renew_address, &mut total).await?;
    }
    reseal_place(ground, CLIENT_KEYS, renew_client_key, &mut total).await?;
    Ok(total)
}

type Renew = fn(&Vault, &str, &Owner) -> Result<String, Unopenable>;

fn renew_address(vault: &Vault, old: &str, owner: &Owner) -> Result<String, Unopenable> {
    let email = vault.open(&SealedEmail(old.to_owned()), owner.clone())?;
    Ok(vault.seal(&email, owner.clone()).0)
}

fn renew_client_key(vault: &Vault, old: &str, owner: &Owner) -> Result<String, Unopenable> {
    let key = vault.open_client_key(old, owner)?;
    Ok(vault.seal_client_key(&key, owner))
}

async fn reseal_place(
    ground: &Ground,
    place: Place,
    renew: Renew,
    total: &mut Resealed,
) -> Result<(), StoreError> {
    let prefix = ground.vault.current_prefix();
    let mut after = (String::new(), String::new());
    loop {
        let found = ground
            .store
            .sealed_otherwise(place, &prefix, &after, BITE)
            .await?;
        let Some(last) = found.last() else {
            return Ok(());
        };
        after = (last.a.clone(), last.b.clone());
        let mut renewed = Vec::with_capacity(found.len());
        for mut row in found {
            let owner = Owner::new(place.table, row.a.clone(), row.b.clone());
            let Ok(new) = renew(&ground.vault, &row.old, &owner) else {
                total.unopenable += 1;
                continue;
            };
            row.new = new;
            renewed.push(row);
        }
        total.done += ground.store.reseal(place, renewed).await?;
    }
}
