//! `hamlet site`: sites from the shell, beside a running service, which notices within a second.

use std::{
    io::{BufRead, Read, Write},
    path::PathBuf,
};

use clap::Subcommand;
use serde_json::json;

use super::{
    Json,
    shell::{Misuse, Shell, refused},
    site_abuse,
};
use crate::{
    domain::{
        origin::Origin,
        page::Page,
        site::{Policy, SiteSlug},
    },
    sites::{self, SiteError, change::NewSite},
};

/// Pages asked for in one go.
const STRETCH: u32 = 1_000;

/// What it does.
#[derive(Subcommand)]
pub enum Command {
    /// Adds a site.
    Add {
        /// Its name in URLs: lower-case letters, digits and hyphens.
        slug: String,
        /// Its name for people; left out: the slug.
        #[arg(long)]
        name: Option<String>,
        /// An origin of its pages, such as `https://example.org`; may be given several times.
        #[arg(long = "origin", value_name = "ORIGIN")]
        origins: Vec<String>,
    },
    /// Lists the sites.
    List,
    /// Lists the pages of a site that have comments.
    Pages {
        /// Its slug.
        slug: String,
    },
    /// Moves all comments of one page to another, where an article has moved or one thread was parted in two.
    MovePage {
        /// The site's slug.
        slug: String,
        /// The page that the comments are on, as `pages` lists it.
        from: String,
        /// The page that they belong to.
        to: String,
    },
    /// Shows what holding comments that seem abusive would have done to the last thousand, at several thresholds, and keeps that
    /// you looked: only then may a site hold by it.
    AbuseTrial {
        /// The site's slug.
        slug: String,
        /// A threshold to look at, from 0.5 to 1; may be given several times. Left out: eight of them.
        #[arg(long = "threshold", value_name = "PROBABILITY")]
        thresholds: Vec<f64>,
    },
    /// Says what a site does with how abusive its comments seem. Nothing is published, put aside or discarded by it.
    Abuse {
        /// The site's slug.
        slug: String,
        /// `off`: it is not worked out. `show`: moderators see it. `hold`: also, from the threshold on, a comment is held for them.
        #[arg(value_parser = ["off", "show", "hold"])]
        mode: String,
        /// From which probability on `hold` holds, from 0.5 to 1; left out: as it was.
        #[arg(long, value_name = "PROBABILITY")]
        threshold: Option<f64>,
    },
    /// Removes a site with its keys, webhooks, rules and models, and takes it out of every scope.
    Remove {
        /// Its slug.
        slug: String,
        /// Removes its comments too, for good; the slug has to be typed once more.
        #[arg(long)]
        with_comments: bool,
        /// The slug once more, for a script that cannot type it.
        #[arg(long, value_name = "SLUG", requires = "with_comments")]
        yes: Option<String>,
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
                slug,
                name,
                origins,
            } => {
                let new = NewSite {
                    slug,
                    name,
                    origins,
                    policy: Policy::of_new_site(),
                };
                add(shell, new).await
            }
            Command::List => list(shell).await,
            Command::Pages { slug } => pages(shell, &slug).await,
            Command::MovePage { slug, from, to } => move_page(shell, &slug, &from, &to).await,
            Command::AbuseTrial { slug, thresholds } => {
                site_abuse::trial(shell, &shell.site(&slug)?, &thresholds).await
            }
            Command::Abuse {
                slug,
                mode,
                threshold,
            } => site_abuse::set(shell, &*shell.site(&slug)?, &mode, threshold).await,
            Command::Remove {
                slug,
                with_comments,
                yes,
            } => {
                if with_comments {
                    confirm(&slug, yes)?;
                }
                remove(shell, &slug, with_comments).await
            }
        })
    }
}

async fn add(shell: &Shell, new: NewSite) -> anyhow::Result<()> {
    let site = match sites::add(shell, new).await {
        Err(SiteError::Invalid(errors)) => return Err(refused(&errors).into()),
        added => added?,
    };
    shell.say(&site, &format!("Added the site {}", site.slug))
}

async fn list(shell: &Shell) -> anyhow::Result<()> {
    let sites = shell.store.sites().await?;
    shell.list(&sites, ["SLUG", "NAME", "ORIGINS"], |site| {
        let origins: Vec<&str> = site.origins.iter().map(Origin::as_str).collect();
        [site.slug.to_string(), site.name.clone(), origins.join(" ")]
    })
}

async fn pages(shell: &Shell, slug: &str) -> anyhow::Result<()> {
    let site = shell.site(slug)?;
    let mut all: Vec<Page> = Vec::new();
    loop {
        let after = all.last().map_or("", Page::as_str).to_owned();
        let more = shell
            .store
            .commented_pages(&site.slug, &after, STRETCH)
            .await?;
        if more.is_empty() {
            break;
        }
        all.extend(more);
    }
    shell.list(&all, ["PAGE"], |page| [page.to_string()])
}

async fn move_page(shell: &Shell, slug: &str, from: &str, to: &str) -> anyhow::Result<()> {
    let site = shell.site(slug)?;
    let moved = match sites::pages::move_thread(&shell.sites, &site, from, to).await {
        Err(SiteError::Invalid(errors)) => return Err(refused(&errors).into()),
        moved => moved?,
    };
    let comments = if moved == 1 { "comment" } else { "comments" };
    shell.say(
        &json!({ "moved": moved }),
        &format!("Moved {moved} {comments}"),
    )
}

/// Refuses unless the slug is given a second time: as an option, or typed.
fn confirm(slug: &str, yes: Option<String>) -> anyhow::Result<()> {
    let typed = if let Some(typed) = yes {
        typed
    } else {
        let mut question = std::io::stderr();
        write!(
            question,
            "The site {slug} will be removed with all its comments, which no command brings back.\n\
             Type its slug to go on: "
        )?;
        question.flush()?;
        let mut line = String::new();
        std::io::stdin().lock().take(1000).read_line(&mut line)?;
        line
    };
    if typed.trim() != slug {
        let problem = "that is not the slug of the site; nothing was removed";
        return Err(Misuse(problem.to_owned()).into());
    }
    Ok(())
}

async fn remove(shell: &Shell, slug: &str, with_comments: bool) -> anyhow::Result<()> {
    let parsed = SiteSlug::parse(slug).map_err(|error| Misuse(error.message))?;
    match sites::remove(&shell.sites, &parsed, with_comments).await {
        Err(SiteError::NoSite) => anyhow::bail!("there is no site {slug}"),
        Err(error @ SiteError::HasComments(..)) => {
            anyhow::bail!("{error}; --with-comments removes them too")
        }
        removed => removed?,
    }
    shell.say(
        &json!({ "removed": slug }),
        &format!("Removed the site {slug}"),
    )
}
