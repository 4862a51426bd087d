//! `hamlet mail`: whether mail arrives.

use std::{path::PathBuf, time::Duration};

use clap::Subcommand;
use serde_json::json;

use super::{
    Json,
    shell::{Shell, refused},
};
use crate::{domain::email::EmailAddress, words::Words};

/// How long the mail server may take in all.
const PATIENCE: Duration = Duration::from_mins(2);

/// What it does.
#[derive(Subcommand)]
pub enum Command {
    /// Sends a test mail at once, and says what the mail server answered.
    Test {
        /// Whom it goes to.
        #[arg(value_name = "ADDRESS")]
        to: String,
    },
}

impl Json<Command> {
    /// Runs the command.
    ///
    /// # Errors
    /// When the address or the settings are not right, or the mail server does not take the mail.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        Shell::run(config, self.json, async |shell| {
            let Command::Test { to } = &self.command;
            let to = EmailAddress::parse("address", to).map_err(|error| refused(&[error]))?;
            shell
                .notify
                .send_test(Words::english(), to, PATIENCE)
                .await?;
            let folder = shell.notify.mail_folder();
            let words = match folder {
                Some(folder) => format!(
                    "Written to a file in {}: nobody gets it. Set mail.url to a mail server (docs/mail.md).",
                    folder.display()
                ),
                None => "The mail server took it. See whether it arrives, and in which folder."
                    .to_owned(),
            };
            let folder = folder.map(|folder| folder.display().to_string());
            shell.say(
                &json!({ "sent": folder.is_none(), "folder": folder }),
                &words,
            )
        })
    }
}
