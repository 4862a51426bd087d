//! `hamlet train --site`: a training run on a site's own labels, kept in the registry. A running
//! service may carry it out; if none does, this process does.

use std::{io::IsTerminal as _, path::PathBuf, time::Duration};

use indicatif::ProgressBar;

use super::{
    print,
    shell::{SHELL, Shell},
};
use crate::{
    app::App,
    bayes::Question,
    domain::model::{Measured, ModelEntry, ModelId},
    learn::{
        registry,
        training::{self, StartError},
    },
};

/// How often progress is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Runs the command.
///
/// # Errors
/// When there is no such site, the run ends without a model, or the database cannot be used.
pub fn run(
    config: Option<PathBuf>,
    question: Question,
    site: &str,
    json: bool,
) -> anyhow::Result<()> {
    Shell::run(config, json, async |shell| {
        let site = shell.site(site)?;
        let id = match training::start(shell, question, &site.slug, SHELL).await {
            Ok(id) | Err(StartError::UnderWay(id)) => id,
            Err(StartError::Store(error)) => return Err(error.into()),
        };
        let entry = carry_out(shell, id).await?;
        if let Some(failure) = &entry.failure {
            anyhow::bail!("{failure}");
        }
        if json {
            return print::json(&entry);
        }
        summarize(&entry)
    })
}

/// Works on the next run, and looks after this one, until it has ended.
async fn carry_out(app: &App, id: ModelId) -> anyhow::Result<ModelEntry> {
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new_spinner()
    } else {
        ProgressBar::hidden()
    };
    let working = async {
        loop {
            training::work(&app.learning).await?;
            tokio::time::sleep(LOOK).await;
        }
    };
    let looking = async {
        loop {
            let entry = registry::find(app, id).await?;
            let entry = entry.ok_or_else(|| anyhow::anyhow!("the run {id} is gone"))?;
            if !entry.status.is_under_way() {
                return Ok(entry);
            }
            let progress = entry.progress;
            bar.set_message(format!(
                "{} {}/{}",
                progress.phase.as_str(),
                progress.done,
                progress.total
            ));
            bar.tick();
            tokio::time::sleep(LOOK).await;
        }
    };
    let ended = tokio::select! {
        ended = looking => ended,
        failed = working => failed,
    };
    bar.finish_and_clear();
    ended
}

fn summarize(entry: &ModelEntry) -> anyhow::Result<()> {
    let version = entry.version.as_deref().unwrap_or("-");
    print::line(&format!("{}: {version}", entry.id))?;
    let Some(report) = &entry.report else {
        return Ok(());
    };
    let comparison = &report.comparison;
    let [clean, against] = entry.question.classes();
    print::line(&format!(
        "trained on {} {clean} and {} {against}, measured on {} {clean} and {} {against} held out:",
        report.ham, report.spam, comparison.ham, comparison.spam
    ))?;
    let row = |name: &str, of: fn(&Measured) -> f64| {
        let of = |measured| format!("{:.4}", of(measured));
        [
            name.to_owned(),
            of(&comparison.candidate),
            of(&comparison.live),
        ]
    };
    let rows = [
        row(&format!("{against} caught"), |measured| measured.caught),
        row(&format!("{clean} blocked"), |measured| measured.blocked),
        row("area under the curve", |measured| measured.auc),
        row("log loss", |measured| measured.log_loss),
        row("calibration error", |measured| measured.calibration_error),
    ];
    print::table(["", "CANDIDATE", "LIVE"], &rows)?;
    if report.gate.passed {
        let id = entry.id;
        return print::line(&format!("It passes the gate: hamlet model activate {id}"));
    }
    print::line("It does not pass the gate:")?;
    for reason in &report.gate.reasons {
        print::line(&format!("- {reason}"))?;
    }
    Ok(())
}
