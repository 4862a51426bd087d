//! `hamlet client`: keys of programs that speak Akismet's protocol, from the shell.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::{
    Json, print,
    shell::{Shell, refused},
};
use crate::{
    accounts::tokens::parse_name,
    clients::keys::{self, Minted},
    domain::site::ClientMode,
    sites::{self, change::SiteChange},
};

/// What it does.
#[derive(Subcommand)]
pub enum Command {
    /// Makes a key and prints it, once and alone on standard output.
    Add {
        /// The site that its texts are judged for.
        #[arg(long, value_name = "SLUG")]
        site: String,
        /// What to call it.
        #[arg(long)]
        name: String,
        /// Keeps what the site's programs ask about, to be reviewed here; holds for all of them.
        #[arg(long)]
        queue: bool,
    },
    /// Lists a site's keys, revoked ones too.
    List {
        /// The site.
        #[arg(long, value_name = "SLUG")]
        site: String,
    },
    /// Revokes a key.
    Remove {
        /// The site.
        #[arg(long, value_name = "SLUG")]
        site: String,
        /// The key's id.
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
            Command::Add { site, name, queue } => add(shell, &site, &name, queue).await,
            Command::List { site } => list(shell, &site).await,
            Command::Remove { site, id } => {
                let site = shell.site(&site)?;
                let revoked = keys::revoke(&shell.clients, &site.slug, id.clone()).await?;
                shell.revoked(revoked, "key", &id)
            }
        })
    }
}

async fn add(shell: &Shell, slug: &str, name: &str, queue: bool) -> anyhow::Result<()> {
    let site = shell.site(slug)?;
    let name = parse_name(name).map_err(|error| refused(&[error]))?;
    if queue && site.policy.clients != ClientMode::Queue {
        let mut policy = site.policy.clone();
        policy.clients = ClientMode::Queue;
        let change = SiteChange {
            policy: Some(policy),
            ..SiteChange::default()
        };
        sites::change(shell, &site, change).await?;
    }
    let Minted { key, secret } = keys::mint(&shell.clients, site.slug.clone(), name).await?;
    let value = json!({ "id": key.id, "site": key.site, "name": key.name, "key": secret });
    shell.say(&value, &secret)
}

async fn list(shell: &Shell, slug: &str) -> anyhow::Result<()> {
    let site = shell.site(slug)?;
    let keys = shell.store.client_keys(Some(&site.slug)).await?;
    shell.list(&keys, ["ID", "NAME", "LAST USED", "STATE"], |key| {
        let [used, state] = print::use_and_state(key.last_used_at, key.revoked_at);
        [key.id.clone(), key.name.clone(), used, state]
    })
}
