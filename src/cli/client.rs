//! `hamlet client`: keys of programs that speak Akismet's protocol, from the shell.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{block_on, open, print, refused, site_of};
use crate::{
    accounts::tokens::parse_name,
    app::App,
    clients::keys,
    domain::site::ClientMode,
    sites::{self, change::SiteChange},
    web::api::client_keys::ClientKeyView,
};

/// Keys for programs that speak Akismet's protocol, such as WordPress: they judge and report for one
/// site, and can do nothing else.
#[derive(Args)]
pub struct ClientArgs {
    #[command(subcommand)]
    command: Command,
    /// Prints JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
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

impl ClientArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When what was asked for is not right, or the database cannot be used.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        let json = self.json;
        block_on(async move {
            let app = open(config).await?;
            match self.command {
                Command::Add { site, name, queue } => add(&app, json, &site, &name, queue).await,
                Command::List { site } => list(&app, json, &site).await,
                Command::Remove { site, id } => remove(&app, json, &site, id).await,
            }
        })
    }
}

async fn add(app: &App, json: bool, slug: &str, name: &str, queue: bool) -> anyhow::Result<()> {
    let site = site_of(app, slug)?;
    let name = parse_name(name).map_err(|error| refused(&[error]))?;
    if queue && site.policy.clients != ClientMode::Queue {
        let mut policy = site.policy.clone();
        policy.clients = ClientMode::Queue;
        let change = SiteChange {
            policy: Some(policy),
            ..SiteChange::default()
        };
        sites::change(app, &site, change).await?;
    }
    let minted = keys::mint(&app.clients, site.slug.clone(), name).await?;
    if json {
        let view = ClientKeyView::from(minted.key);
        return print::json(
            &json!({ "id": view.id, "site": view.site, "name": view.name, "key": minted.secret }),
        );
    }
    print::line(&minted.secret)
}

async fn list(app: &App, json: bool, slug: &str) -> anyhow::Result<()> {
    let site = site_of(app, slug)?;
    let keys = app.store.client_keys(Some(&site.slug)).await?.into_iter();
    let views: Vec<ClientKeyView> = keys.map(ClientKeyView::from).collect();
    if json {
        return print::json(&views);
    }
    let rows: Vec<[String; 4]> = views
        .into_iter()
        .map(|view| {
            let [used, state] = print::use_and_state(view.last_used_at, view.revoked_at);
            [view.id, view.name, used, state]
        })
        .collect();
    print::table(["ID", "NAME", "LAST USED", "STATE"], &rows)
}

async fn remove(app: &App, json: bool, slug: &str, id: String) -> anyhow::Result<()> {
    let site = site_of(app, slug)?;
    let revoked = keys::revoke(&app.clients, &site.slug, id.clone()).await?;
    print::revoked(json, revoked, "key", &id)
}
