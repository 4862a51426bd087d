//! `hamlet model`: the registry from the shell, beside a running service, which follows within a
//! second or so.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Misuse, block_on, open, print, score::read_model, site_of, train::write_whole};
use crate::{
    app::App,
    bayes::file,
    directory::DEFAULT_SITE,
    domain::{
        model::{ModelEntry, ModelId, SHIPPED},
        moderator::Scope,
        site::SiteSlug,
    },
    learn::registry,
    web::api::models::ModelView,
};

/// Who put a model into use, when it was done from the shell.
pub(super) const SHELL: &str = "command line";

/// Lists, shows, exports, activates and rolls back models.
#[derive(Args)]
pub struct ModelArgs {
    #[command(subcommand)]
    command: Command,
    /// Prints JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Lists models and training runs, and what each site uses.
    List {
        /// Only this site's.
        #[arg(long)]
        site: Option<String>,
    },
    /// Shows one model: its figures, and what its file says about itself.
    Show {
        /// Its id, `shipped`, or a model file.
        model: String,
    },
    /// Writes a model to a file, for `score`, `evaluate` and `train --base`.
    Export {
        /// Its id.
        model: String,
        /// Where it goes.
        #[arg(long)]
        out: PathBuf,
    },
    /// Puts a model into use on its site.
    Activate {
        /// Its id, or `shipped`.
        model: String,
        /// Also if it does not pass the gate.
        #[arg(long)]
        force: bool,
        /// The site, where the model is `shipped`.
        #[arg(long, default_value = DEFAULT_SITE)]
        site: String,
    },
    /// Puts the model back into use that the present one replaced.
    Rollback {
        /// The site.
        #[arg(long, default_value = DEFAULT_SITE)]
        site: String,
    },
}

impl ModelArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When what was asked for is not right or is refused, or the database cannot be used.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        let json = self.json;
        block_on(async move {
            if let Command::Show { model } = &self.command {
                return show(config, model).await;
            }
            let app = open(config).await?;
            match self.command {
                Command::List { site } => list(&app, json, site.as_deref()).await,
                Command::Export { model, out } => export(&app, json, &model, &out).await,
                Command::Activate { model, force, site } => {
                    activate(&app, json, &model, force, &site).await
                }
                Command::Rollback { site } => roll_back(&app, json, &site).await,
                Command::Show { .. } => Ok(()),
            }
        })
    }
}

async fn list(app: &App, json: bool, site: Option<&str>) -> anyhow::Result<()> {
    app.learning.follow().await?;
    let sites = match site {
        Some(slug) => vec![site_of(app, slug)?.slug.clone()],
        None => app.directory.covered(&Scope::All),
    };
    let entries = registry::list(app, &sites).await?;
    let live: Vec<_> = sites
        .iter()
        .map(|site| registry::standing(&app.learning, site))
        .collect();
    if json {
        let models: Vec<ModelView> = entries.into_iter().map(ModelView::from).collect();
        return print::json(&json!({ "live": live, "models": models }));
    }
    for standing in live {
        print::line(&format!(
            "{}: {}. {}",
            standing.site, standing.judging, standing.says
        ))?;
    }
    let rows: Vec<[String; 6]> = entries.iter().map(row).collect();
    print::table(
        ["ID", "SITE", "STATUS", "VERSION", "GATE", "REQUESTED"],
        &rows,
    )
}

fn row(entry: &ModelEntry) -> [String; 6] {
    let gate = match &entry.report {
        None => "-",
        Some(report) if report.gate.passed => "passed",
        Some(_) => "refused",
    };
    [
        entry.id.to_string(),
        entry.site.to_string(),
        entry.status.as_str().to_owned(),
        entry.version.clone().unwrap_or_else(|| "-".to_owned()),
        gate.to_owned(),
        entry.requested_at.to_string(),
    ]
}

/// Always JSON: there is no table that would hold it.
async fn show(config: Option<PathBuf>, model: &str) -> anyhow::Result<()> {
    let Some(id) = ModelId::parse(model) else {
        return print::json(&header(&read_model(Some(Path::new(model)))?)?);
    };
    let app = open(config).await?;
    let entry = registry::find(&app, id).await?;
    let entry = entry.ok_or_else(|| anyhow::anyhow!("there is no model {id}"))?;
    let file = app.store.model_file(&entry.site, &id.to_string()).await?;
    let mut shown = serde_json::to_value(ModelView::from(entry))?;
    if let Some(file) = file {
        shown["file"] = header(&file.bytes)?;
    }
    print::json(&shown)
}

async fn export(app: &App, json: bool, model: &str, out: &Path) -> anyhow::Result<()> {
    let id = model_id(model)?;
    let entry = registry::find(app, id).await?;
    let entry = entry.ok_or_else(|| anyhow::anyhow!("there is no model {id}"))?;
    let file = app.store.model_file(&entry.site, &id.to_string()).await?;
    let file = file.ok_or_else(|| anyhow::anyhow!("this training run has no model"))?;
    anyhow::ensure!(
        file.forgotten.is_none(),
        "a person's texts were erased since this model was trained, and a copy of its file would keep \
         what they taught: train a new one (hamlet train --site {})",
        entry.site
    );
    write_whole(out, &file.bytes)?;
    if json {
        return print::json(&json!({ "id": id, "out": out, "bytes": file.bytes.len() }));
    }
    print::line(&format!("{}: {} bytes", out.display(), file.bytes.len()))
}

fn model_id(raw: &str) -> Result<ModelId, Misuse> {
    ModelId::parse(raw).ok_or_else(|| Misuse(format!("{raw} is not a model's id")))
}

/// What a model file says about itself.
fn header(bytes: &[u8]) -> anyhow::Result<Value> {
    let parts = file::read(bytes)?;
    let mut header = serde_json::to_value(&parts.header)?;
    header["version"] = json!(parts.version());
    header["bytes"] = json!(bytes.len());
    Ok(header)
}

async fn activate(
    app: &App,
    json: bool,
    model: &str,
    force: bool,
    site: &str,
) -> anyhow::Result<()> {
    let site = if model == SHIPPED {
        let site = site_of(app, site)?.slug.clone();
        registry::activate_shipped(&app.learning, &site, SHELL).await?;
        site
    } else {
        let activated = registry::activate(&app.learning, model_id(model)?, SHELL, force).await?;
        activated.site
    };
    tell(app, json, &site)
}

async fn roll_back(app: &App, json: bool, site: &str) -> anyhow::Result<()> {
    let site = site_of(app, site)?;
    registry::roll_back(&app.learning, &site.slug, SHELL).await?;
    tell(app, json, &site.slug)
}

fn tell(app: &App, json: bool, site: &SiteSlug) -> anyhow::Result<()> {
    let standing = registry::standing(&app.learning, site);
    if json {
        return print::json(&standing);
    }
    print::line(&format!(
        "{site} uses {}. {}",
        standing.version, standing.says
    ))
}
