//! `hamlet key`: the keys that seal addresses and sign links.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::{print, shell::Shell};
use crate::privacy::rotation::{self, Resealed};

/// What to do with the keys.
#[derive(Subcommand)]
pub enum Key {
    /// Adds a key, uses it from now on, and seals every stored address again. The service may run.
    Rotate,
    /// Forgets every key but the newest, once nothing can be sealed with the others any more: it refuses
    /// until then and says what it waits for. Links, forms and sessions signed with the others end.
    Retire,
}

impl Key {
    /// Does it, and reports how many values were sealed again.
    ///
    /// # Errors
    /// When the key file or the database cannot be used, anything cannot be opened, or an older key may
    /// still be needed.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        Shell::run(config, false, async |shell| {
            let (action, outcome) = match self {
                Self::Rotate => ("sealing_key.rotate", rotation::rotate(&shell.privacy).await),
                Self::Retire => ("sealing_key.retire", rotation::retire(&shell.privacy).await),
            };
            if let Ok(resealed) = &outcome {
                let detail = json!({ "sealed": resealed.done });
                let recording = shell.store.record_act(action, String::new(), detail);
                recording.await?;
            }
            shell.store.close().await;
            let Resealed { done, unopenable } = outcome?;
            print::line(&format!("{done} sealed values were sealed again."))?;
            anyhow::ensure!(
                unopenable == 0,
                "{unopenable} sealed values cannot be opened with the keys at hand and were left as they are; \
                 `hamlet doctor` names the keys that are missing"
            );
            Ok(())
        })
    }
}
