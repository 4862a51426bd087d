//! The key file, who was erased, and whose the tokens are.

use std::path::Path;

use super::Finding;
use crate::{
    config::Settings,
    ground::KEY_CHECK,
    privacy::{erased, inspection},
    sealing::{
        key_file,
        keys::{KeyError, KeyRing},
    },
    storage::Store,
};

pub(super) async fn keys(settings: &Settings, store: Option<&Store>) -> Finding {
    let path = settings.key_file();
    let known = match store {
        Some(store) => store.meta(KEY_CHECK).await.ok().flatten(),
        None => None,
    };
    match (key_file::open(&path, false), known) {
        (Ok(ring), Some(check)) if ring.check() != check => Finding::ill(
            "keys",
            format!("{} belongs to another database", path.display()),
            "put this database's own key file back; without it addresses cannot be read",
        ),
        (Ok(ring), _) => openable(&path, &ring, store).await,
        (Err(KeyError::Missing(_)), None) => {
            Finding::well("keys", "there is no key file yet; the first start makes it")
        }
        (Err(error), _) => Finding::ill(
            "keys",
            error.to_string(),
            "restore the key file from a backup, mode 0600",
        ),
    }
}

/// Whether the keys in the file open what the database holds.
async fn openable(path: &Path, ring: &KeyRing, store: Option<&Store>) -> Finding {
    let problems = match store {
        Some(store) => inspection::inspect(store, ring).await,
        None => Ok(Vec::new()),
    };
    match problems {
        Ok(problems) if problems.is_empty() => {
            let (file, keys) = (path.display(), ring.keys().len());
            let says = format!("{file} holds {keys} sealing keys, which open what was sealed");
            Finding::well("keys", says)
        }
        Ok(problems) => Finding::ill(
            "keys",
            problems.join("; "),
            "copy the key file of the instance that has these keys, or restore it from a backup; docs/keys.md says more",
        ),
        Err(error) => Finding::ill(
            "keys",
            error.to_string(),
            "see what is said of the database",
        ),
    }
}

/// Whether a backup, or an import, has brought somebody back who was erased.
pub(super) async fn erased_people(settings: &Settings, store: Option<&Store>) -> Finding {
    let path = erased::file_of(settings);
    let Some(store) = store else {
        return Finding::well("erasures", "there is nothing that could have come back");
    };
    match erased::brought_back(store, &path).await {
        Ok(back) if back.is_empty() => {
            Finding::well("erasures", "nobody who was erased has come back")
        }
        Ok(back) => Finding::ill(
            "erasures",
            format!(
                "{} people who were erased are in the database again",
                back.len()
            ),
            "run `hamlet privacy reapply`",
        ),
        Err(error) => Finding::ill(
            "erasures",
            format!("{} or the database cannot be read: {error}", path.display()),
            "look at the file's owner and mode, which has to be 0600",
        ),
    }
}

/// Whose the tokens are that work.
pub(super) async fn tokens(store: &Store) -> Finding {
    match store.tokens().await {
        Ok(tokens) => {
            let good = tokens.iter().filter(|one| one.revoked_at.is_none()).count();
            let ownerless = tokens.iter().filter(|one| one.is_ownerless()).count();
            let says = match ownerless {
                0 => format!("{good} work, and it is known who made them"),
                _ => format!(
                    "{good} work; of {ownerless} nobody knows who made them (unknown owner in hamlet token list): replace those, then revoke them"
                ),
            };
            Finding::well("tokens", says)
        }
        Err(error) => {
            let advice = "see what the database says above";
            Finding::ill("tokens", error.to_string(), advice)
        }
    }
}
