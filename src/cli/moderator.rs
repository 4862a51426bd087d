//! `hamlet moderator`: people from the shell, beside a running service.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{block_on, open, print, refused, role};
use crate::{
    accounts::{
        links,
        people::{self, PeopleError, Wanted},
    },
    app::App,
    domain::{
        email::EmailAddress,
        moderator::{Moderator, ModeratorId, Role, Scope},
        site::SiteSlug,
    },
    storage::links::LinkFor,
    web::api::moderators::ModeratorView,
};

/// Adds, lists and removes moderators, and makes links to sign in by.
#[derive(Args)]
pub struct ModeratorArgs {
    #[command(subcommand)]
    command: Command,
    /// Prints JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
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

impl ModeratorArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When what was asked for is not right, or the database cannot be used.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        let json = self.json;
        block_on(async move {
            let app = open(config).await?;
            match self.command {
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
                    add(&app, json, wanted).await
                }
                Command::List => list(&app, json).await,
                Command::Remove { who } => remove(&app, json, &who).await,
                Command::Link { who } => link(&app, json, &who).await,
            }
        })
    }
}

async fn add(app: &App, json: bool, wanted: Wanted) -> anyhow::Result<()> {
    let account = people::add(app, wanted).await.map_err(explain)?;
    let link = links::make(
        &app.store,
        &app.public_url(),
        &account.id,
        LinkFor::Newcomer,
        app.now(),
    )
    .await?;
    if json {
        let view = ModeratorView::new(app, &account);
        return print::json(&json!({ "moderator": view, "sign_in_link": link }));
    }
    print::line(&format!(
        "Added {}. The link works once, for 24 hours:\n{link}",
        account.name
    ))
}

async fn list(app: &App, json: bool) -> anyhow::Result<()> {
    let accounts = app.store.moderators().await?;
    let views = accounts
        .iter()
        .map(|account| ModeratorView::new(app, account));
    let views: Vec<ModeratorView> = views.collect();
    if json {
        return print::json(&views);
    }
    let rows: Vec<[String; 5]> = views
        .into_iter()
        .map(|view| {
            [
                view.id.0,
                view.name,
                view.email.unwrap_or_default(),
                view.role.as_str().to_owned(),
                sites_of(&view.scope),
            ]
        })
        .collect();
    print::table(["ID", "NAME", "EMAIL", "ROLE", "SITES"], &rows)
}

async fn remove(app: &App, json: bool, who: &str) -> anyhow::Result<()> {
    let account = find(app, who).await?;
    let name = account.name;
    people::remove(app, account.id.clone())
        .await
        .map_err(explain)?;
    if json {
        return print::json(&json!({ "removed": account.id }));
    }
    print::line(&format!("Removed {name}"))
}

async fn link(app: &App, json: bool, who: &str) -> anyhow::Result<()> {
    let account = find(app, who).await?;
    let link = links::make(
        &app.store,
        &app.public_url(),
        &account.id,
        LinkFor::Known,
        app.now(),
    )
    .await?;
    if json {
        return print::json(&json!({ "sign_in_link": link }));
    }
    print::line(&link)
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

/// A scope in a table's cell.
pub(super) fn sites_of(scope: &Scope) -> String {
    match scope {
        Scope::All => "all".to_owned(),
        Scope::Sites(sites) => {
            let slugs: Vec<&str> = sites.iter().map(SiteSlug::as_str).collect();
            slugs.join(" ")
        }
    }
}
