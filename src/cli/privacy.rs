//! `hamlet privacy`: what people may ask of their data, from the shell.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::{Json, shell::Shell};
use crate::{
    domain::decision::{Actor, Door},
    privacy::subjects,
    storage::erasures::Erased,
};

/// What it does.
#[derive(Subcommand)]
pub enum Command {
    /// Erases again, after a restore, whoever was erased since the backup was taken: those on the list
    /// beside the key file. What they wrote after their erasure stays. The service may run.
    Reapply,
}

impl Json<Command> {
    /// Runs the command.
    ///
    /// # Errors
    /// When the list or the database cannot be used.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        Shell::run(config, self.json, async |shell| {
            let Command::Reapply = self.command;
            let by = Actor {
                id: "command".to_owned(),
                name: "hamlet privacy reapply".to_owned(),
                via: Door::Command,
            };
            let (people, erased) = subjects::reapply(&shell.privacy, &by).await?;
            shell.store.close().await;
            let comments = erased.comments.len();
            let Erased {
                samples,
                subscriptions,
                mails,
                block_rules,
                ..
            } = erased;
            let words = format!(
                "{people} people were erased again: {comments} comments, {samples} labelled texts, \
                 {subscriptions} subscriptions, {mails} mails, {block_rules} block rules"
            );
            let value = json!({ "people": people, "comments": comments, "samples": samples,
                "subscriptions": subscriptions, "mails": mails, "block_rules": block_rules });
            shell.say(&value, &words)
        })
    }
}
