//! `hamlet token`: API tokens from the shell, beside a running service.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{block_on, moderator::sites_of, open, print, refused, role};
use crate::{
    accounts::{grant, tokens},
    app::App,
    domain::moderator::Role,
    web::api::tokens::TokenView,
};

/// Adds, lists and revokes API tokens.
#[derive(Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    command: Command,
    /// Prints JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
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

impl TokenArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When what was asked for is not right, or the database cannot be used.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        let json = self.json;
        block_on(async move {
            let app = open(config).await?;
            match self.command {
                Command::Add { role, name, sites } => add(&app, json, role, &name, sites).await,
                Command::List => list(&app, json).await,
                Command::Remove { id } => remove(&app, json, id).await,
            }
        })
    }
}

async fn add(
    app: &App,
    json: bool,
    role: Role,
    name: &str,
    sites: Vec<String>,
) -> anyhow::Result<()> {
    let name = tokens::parse_name(name).map_err(|error| refused(&[error]))?;
    let sites = Some(sites).filter(|sites| !sites.is_empty());
    let scope = grant(&app.directory, role, sites).map_err(|errors| refused(&errors))?;
    let minted = tokens::mint(&app.store, name, role, scope, app.now()).await?;
    if json {
        let view = TokenView::from(minted.token);
        return print::json(
            &json!({ "id": view.id, "name": view.name, "role": view.role,
                                    "scope": view.scope, "token": minted.secret }),
        );
    }
    print::line(&minted.secret)
}

async fn list(app: &App, json: bool) -> anyhow::Result<()> {
    let tokens = app.store.tokens().await?.into_iter();
    let views: Vec<TokenView> = tokens.map(TokenView::from).collect();
    if json {
        return print::json(&views);
    }
    let rows: Vec<[String; 7]> = views
        .into_iter()
        .map(|view| {
            let [used, state] = print::use_and_state(view.last_used_at, view.revoked_at);
            [
                view.id,
                view.name,
                view.role.as_str().to_owned(),
                sites_of(&view.scope),
                match (view.owner, view.origin) {
                    (Some(owner), _) => owner.name,
                    (None, "unknown") => "unknown owner".to_owned(),
                    (None, origin) => origin.to_owned(),
                },
                used,
                state,
            ]
        })
        .collect();
    print::table(
        ["ID", "NAME", "ROLE", "SITES", "OWNER", "LAST USED", "STATE"],
        &rows,
    )
}

async fn remove(app: &App, json: bool, id: String) -> anyhow::Result<()> {
    let revoked = app.store.revoke_token(id.clone(), app.now()).await?;
    print::revoked(json, revoked, "token", &id)
}
