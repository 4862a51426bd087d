//! `hamlet model`: the registry from the shell, beside a running service, which follows within a
//! second or so.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{
    Json,
    inputs::{Asking, read_model},
    print,
    shell::{Misuse, SHELL, Shell},
};
use crate::{
    bayes::{AbuseKind, Question, base::Base},
    directory::DEFAULT_SITE,
    domain::{
        model::{ModelEntry, ModelId, SHIPPED},
        moderator::Scope,
        site::SiteSlug,
    },
    files,
    learn::registry,
    storage::models::ModelFile,
};

/// What it does.
#[derive(Subcommand)]
pub enum Command {
    /// Lists models and training runs, and what each site uses.
    List {
        /// Only this site's.
        #[arg(long)]
        site: Option<String>,
        #[command(flatten)]
        asking: Asking,
    },
    /// Shows one model: its figures, and what its file says about itself.
    Show {
        /// Its id, `shipped`, or a model file.
        model: String,
        #[command(flatten)]
        asking: Asking,
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
        #[command(flatten)]
        asking: Asking,
    },
    /// Puts the model back into use that the present one replaced.
    Rollback {
        /// The site.
        #[arg(long, default_value = DEFAULT_SITE)]
        site: String,
        #[command(flatten)]
        asking: Asking,
    },
}

impl Json<Command> {
    /// Runs the command.
    ///
    /// # Errors
    /// When what was asked for is not right or is refused, or the database cannot be used.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        if let Command::Show { model, asking } = &self.command
            && ModelId::parse(model).is_none()
        {
            let bytes = read_model(Some(Path::new(model)), asking.question)?;
            return print::json(&header(&bytes)?);
        }
        Shell::run(config, self.json, async |shell| match self.command {
            Command::List { site, asking } => list(shell, asking.question, site.as_deref()).await,
            Command::Show { model, .. } => show(shell, &model).await,
            Command::Export { model, out } => export(shell, &model, &out).await,
            Command::Activate {
                model,
                force,
                site,
                asking,
            } => activate(shell, &model, force, (asking.question, &site)).await,
            Command::Rollback { site, asking } => {
                let site = shell.site(&site)?;
                let question = asking.question;
                registry::roll_back(&shell.learning, question, &site.slug, SHELL).await?;
                in_use(shell, question, &site.slug).await
            }
        })
    }
}

async fn list(shell: &Shell, question: Question, site: Option<&str>) -> anyhow::Result<()> {
    shell.learning.follow().await?;
    let sites = match site {
        Some(slug) => vec![shell.site(slug)?.slug.clone()],
        None => shell.directory.covered(&Scope::All),
    };
    let models = registry::list(shell, question, &sites).await?;
    let live = registry::standings(&shell.learning, question, &sites).await?;
    if shell.json {
        return print::json(&json!({ "live": live, "models": models }));
    }
    for standing in live {
        print::line(&format!(
            "{}: {}. {}",
            standing.site, standing.judging, standing.says
        ))?;
    }
    let head = ["ID", "SITE", "STATUS", "VERSION", "GATE", "REQUESTED"];
    shell.list(&models, head, row)
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
async fn show(shell: &Shell, model: &str) -> anyhow::Result<()> {
    let (entry, file) = find(shell, model).await?;
    let mut shown = serde_json::to_value(entry)?;
    if let Some(file) = file {
        shown["file"] = header(&file.bytes)?;
    }
    print::json(&shown)
}

async fn find(shell: &Shell, model: &str) -> anyhow::Result<(ModelEntry, Option<ModelFile>)> {
    let id = model_id(model)?;
    let entry = registry::find(shell, id).await?;
    let entry = entry.ok_or_else(|| anyhow::anyhow!("there is no model {id}"))?;
    let file = shell.store.model_file(&entry.site, &id.to_string()).await?;
    Ok((entry, file))
}

async fn export(shell: &Shell, model: &str, out: &Path) -> anyhow::Result<()> {
    let (entry, file) = find(shell, model).await?;
    let file = file.ok_or_else(|| anyhow::anyhow!("this training run has no model"))?;
    anyhow::ensure!(
        file.forgotten.is_none(),
        "a person's texts were erased since this model was trained, and a copy of its file would keep \
         what they taught: train a new one (hamlet train --site {})",
        entry.site
    );
    let (path, bytes) = (out.display(), file.bytes.len());
    files::write(out, &file.bytes).with_context(|| format!("{path} cannot be written"))?;
    let value = json!({ "id": entry.id, "out": out, "bytes": bytes });
    shell.say(&value, &format!("{path}: {bytes} bytes"))
}

fn model_id(raw: &str) -> Result<ModelId, Misuse> {
    ModelId::parse(raw).ok_or_else(|| Misuse(format!("{raw} is not a model's id")))
}

/// What a model file says about itself.
fn header(bytes: &[u8]) -> anyhow::Result<Value> {
    let base = Base::from_bytes(bytes)?;
    let mut header = serde_json::to_value(base.header())?;
    header["question"] = json!(base.question());
    if let Some(kinds) = base.kinds() {
        let of = |kind: &AbuseKind| (kind.as_str().to_owned(), json!(kinds.languages(*kind)));
        header["kinds"] = Value::Object(AbuseKind::ALL.iter().map(of).collect());
    }
    header["version"] = json!(base.version());
    header["bytes"] = json!(bytes.len());
    Ok(header)
}

async fn activate(
    shell: &Shell,
    model: &str,
    force: bool,
    (question, site): (Question, &str),
) -> anyhow::Result<()> {
    let (question, site) = if model == SHIPPED {
        let site = shell.site(site)?.slug.clone();
        registry::activate_shipped(&shell.learning, question, &site, SHELL).await?;
        (question, site)
    } else {
        let activated = registry::activate(&shell.learning, model_id(model)?, SHELL, force).await?;
        (activated.question, activated.site)
    };
    in_use(shell, question, &site).await
}

/// Prints what a site uses now.
async fn in_use(shell: &Shell, question: Question, site: &SiteSlug) -> anyhow::Result<()> {
    let standing = registry::standing(&shell.learning, question, site).await?;
    let words = format!("{site} uses {}. {}", standing.version, standing.says);
    shell.say(&standing, &words)
}
