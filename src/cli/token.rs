//! `hamlet token`: API tokens from the shell, beside a running service.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::{
    Json, print,
    shell::{Shell, refused, role},
};
use crate::{
    accounts::{
        grant,
        tokens::{self, Minted},
    },
    domain::moderator::Role,
};

/// What it does.
#[derive(Subcommand)]
pub enum Command {
    /// Makes a token and prints it, once and alone on standard output.
    Add {
        /// What it may do.
        #[arg(long, value_parser = role())]
        role: Role,
        /// What to call it.
        #[arg(long)]
        name: String,
        /// A site it may see; may be given several times; left out: all.
        #[arg(long = "site", value_name = "SLUG")]
        sites: Vec<String>,
    },
    /// Lists the tokens, revoked ones too.
    List,
    /// Revokes a token.
    Remove {
        /// Its id.
        id: String,
    },
}

impl Json<Command> {
    /// Runs the command.
    ///
    /// # Errors
    /// When what was asked for is not right, or the database cannot be used.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        Shell::run(config, self.json, async |shell| match self.command {
            Command::Add { role, name, sites } => add(shell, role, &name, sites).await,
            Command::List => list(shell).await,
            Command::Remove { id } => {
                let revoked = shell.store.revoke_token(id.clone(), shell.now()).await?;
                shell.revoked(revoked, "token", &id)
            }
        })
    }
}

async fn add(shell: &Shell, role: Role, name: &str, sites: Vec<String>) -> anyhow::Result<()> {
    let name = tokens::parse_name(name).map_err(|error| refused(&[error]))?;
    let sites = Some(sites).filter(|sites| !sites.is_empty());
    let scope = grant(&shell.directory, role, sites).map_err(|errors| refused(&errors))?;
    let Minted { token, secret } =
        tokens::mint(&shell.store, name, role, scope, shell.now()).await?;
    let value = json!({ "id": token.id, "name": token.name, "role": token.role,
        "scope": token.scope, "token": secret });
    shell.say(&value, &secret)
}

async fn list(shell: &Shell) -> anyhow::Result<()> {
    let head = ["ID", "NAME", "ROLE", "SITES", "OWNER", "LAST USED", "STATE"];
    let tokens = shell.store.tokens().await?;
    shell.list(&tokens, head, |token| {
        let [used, state] = print::use_and_state(token.last_used_at, token.revoked_at);
        [
            token.id.clone(),
            token.name.clone(),
            token.role.as_str().to_owned(),
            print::sites_of(&token.scope),
            token.whose().to_owned(),
            used,
            state,
        ]
    })
}
