//! `hamlet privacy`: what people may ask of their data, from the shell.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{block_on, open, print};
use crate::{domain::decision::Actor, privacy::subjects};

/// Keeps erased people erased.
#[derive(Args)]
pub struct PrivacyArgs {
    #[command(subcommand)]
    command: Command,
    /// Prints JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Erases again, after a restore, whoever was erased since the backup was taken: those on the list
    /// beside the key file. What they wrote after their erasure stays. The service may run.
    Reapply,
}

impl PrivacyArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When the list or the database cannot be used.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        let json = self.json;
        block_on(async move {
            let app = open(config).await?;
            let Command::Reapply = self.command;
            let by = Actor {
                id: "command".to_owned(),
                name: "hamlet privacy reapply".to_owned(),
                via: "command",
            };
            let (people, erased) = subjects::reapply(&app.privacy, &by).await?;
            app.store.close().await;
            if json {
                return print::json(
                    &json!({ "people": people, "comments": erased.comments.len(),
                    "samples": erased.samples, "subscriptions": erased.subscriptions,
                    "mails": erased.mails, "block_rules": erased.block_rules }),
                );
            }
            print::line(&format!(
                "{people} people were erased again: {} comments, {} labelled texts, {} subscriptions, \
                 {} mails, {} block rules",
                erased.comments.len(),
                erased.samples,
                erased.subscriptions,
                erased.mails,
                erased.block_rules
            ))
        })
    }
}
