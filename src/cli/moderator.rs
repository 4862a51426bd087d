//! `hamlet moderator`: people from the shell, beside a running service.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::{
    Json, print,
    shell::{Shell, refused, role},
};
use crate::{
    accounts::{
        links,
        people::{self, ModeratorView, PeopleError, Wanted},
    },
    app::App,
    domain::{
        email::EmailAddress,
        moderator::{Moderator, ModeratorId, Role},
    },
    storage::links::LinkFor,
};

/// What it does.
#[derive(Subcommand)]
pub enum Command {
    /// Adds a moderator and prints a one-time link to sign in by.
    Add {
        /// Name for the history.
        #[arg(long)]
        name: String,
        /// Address to sign in by and to be mailed at.
        #[arg(long)]
        email: String,
        /// What they may do.
        #[arg(long, value_parser = role(), default_value = "moderator")]
        role: Role,
        /// A site they may see; may be given several times; left out: all.
        #[arg(long = "site", value_name = "SLUG")]
        sites: Vec<String>,
    },
    /// Lists the moderators.
    List,
    /// Removes a moderator; their sessions end at once.
    Remove {
        /// Their id or address.
        who: String,
    },
    /// Prints a one-time link to sign in by, for someone who lost their password.
    Link {
        /// Their id or address.
        who: String,
    },
}

impl Json<Command> {
    /// Runs the command.
    ///
    /// # Errors
    /// When what was asked for is not right, or the database cannot be used.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        Shell::run(config, self.json, async |shell| match self.command {
            Command::Add {
                name,
                email,
                role,
                sites,
            } => {
                let wanted = Wanted {
                    name: Some(name),
                    email: Some(email),
                    role: Some(role),
                    sites: Some(Some(sites).filter(|sites| !sites.is_empty())),
                };
                add(shell, wanted).await
            }
            Command::List => list(shell).await,
            Command::Remove { who } => remove(shell, &who).await,
            Command::Link { who } => {
                let account = find(shell, &who).await?;
                let link = links::make(shell, &account.id, LinkFor::Known).await?;
                shell.say(&json!({ "sign_in_link": link }), &link)
            }
        })
    }
}

async fn add(shell: &Shell, wanted: Wanted) -> anyhow::Result<()> {
    let (account, link) = links::invite(shell, wanted).await.map_err(explain)?;
    let view = ModeratorView::new(shell, &account);
    let words = format!(
        "Added {}. The link works once, for 24 hours:\n{link}",
        account.name
    );
    shell.say(&json!({ "moderator": view, "sign_in_link": link }), &words)
}

async fn list(shell: &Shell) -> anyhow::Result<()> {
    let accounts = shell.store.moderators().await?;
    let views = accounts.iter();
    let views: Vec<_> = views.map(|one| ModeratorView::new(shell, one)).collect();
    shell.list(&views, ["ID", "NAME", "EMAIL", "ROLE", "SITES"], |view| {
        [
            view.id.0.clone(),
            view.name.clone(),
            view.email.clone().unwrap_or_default(),
            view.role.as_str().to_owned(),
            print::sites_of(&view.scope),
        ]
    })
}

async fn remove(shell: &Shell, who: &str) -> anyhow::Result<()> {
    let account = find(shell, who).await?;
    let removed = people::remove(shell, account.id.clone()).await;
    removed.map_err(explain)?;
    let words = format!("Removed {}", account.name);
    shell.say(&json!({ "removed": account.id }), &words)
}

async fn find(app: &App, who: &str) -> anyhow::Result<Moderator> {
    let by_email = EmailAddress::parse("email", who).ok();
    let found = match by_email {
        Some(email) => {
            let index = app.vault.email_index(&email);
            app.store.moderator_by_email(&index).await?
        }
        None => app.store.moderator(&ModeratorId(who.to_owned())).await?,
    };
    found.ok_or_else(|| anyhow::anyhow!("there is no such moderator"))
}

fn explain(error: PeopleError) -> anyhow::Error {
    match error {
        PeopleError::Invalid(errors) => refused(&errors).into(),
        error => error.into(),
    }
}
