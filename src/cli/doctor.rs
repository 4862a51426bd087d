//! `hamlet doctor`: looks at everything the service needs, changes nothing, and says what to do
//! about what is not well. The things that it looks at have a file each.

mod database;
mod mail;
mod secrets;
mod work;

use std::{io::Write, path::Path};

use clap::Args;
use serde::Serialize;

use super::shell::{block_on, settings};
use crate::config::Settings;

/// Options of `doctor`.
#[derive(Args)]
pub struct Doctor {
    /// Print the findings as JSON.
    #[arg(long)]
    json: bool,
}

/// What was found about one thing.
#[derive(Debug, Serialize)]
struct Finding {
    about: &'static str,
    well: bool,
    /// Whether it is well enough to run and not as it is to stay.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    warning: bool,
    says: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Finding {
    fn well(about: &'static str, says: impl Into<String>) -> Self {
        Self {
            about,
            well: true,
            warning: false,
            says: says.into(),
            advice: None,
        }
    }

    fn warning(about: &'static str, says: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            warning: true,
            advice: Some(advice.into()),
            ..Self::well(about, says)
        }
    }

    fn ill(about: &'static str, says: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            well: false,
            advice: Some(advice.into()),
            ..Self::well(about, says)
        }
    }
}

impl Doctor {
    /// Looks, reports, and fails when something is not well.
    ///
    /// # Errors
    /// When the settings are not right, or anything was found that is not well.
    pub fn run(self, config: Option<&Path>) -> anyhow::Result<()> {
        let settings = settings(config)?;
        let findings = block_on(async { Ok(look(&settings).await) })?;
        self.report(&findings)?;
        let ill = findings.iter().filter(|finding| !finding.well).count();
        anyhow::ensure!(
            ill == 0,
            "{ill} of {} things need attention",
            findings.len()
        );
        Ok(())
    }

    fn report(&self, findings: &[Finding]) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut out, findings)?;
            return Ok(writeln!(out)?);
        }
        for finding in findings {
            let mark = match (finding.well, finding.warning) {
                (true, false) => "ok  ",
                (true, true) => "WARN",
                (false, _) => "FIX ",
            };
            writeln!(out, "{mark} {:9} {}", finding.about, finding.says)?;
            if let Some(advice) = &finding.advice {
                writeln!(out, "               {advice}")?;
            }
        }
        Ok(())
    }
}

async fn look(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![Finding::well("settings", "they can be read and make sense")];
    findings.push(database::disk(&settings.data_dir));
    let (store, finding) = database::database(settings).await;
    findings.push(finding);
    findings.extend(database::files(settings));
    if let Some(store) = &store {
        findings.push(database::rows(store).await);
    }
    findings.push(secrets::keys(settings, store.as_ref()).await);
    findings.push(secrets::erased_people(settings, store.as_ref()).await);
    findings.push(work::model(store.as_ref()).await);
    findings.push(work::proxy(settings, store.as_ref()).await);
    findings.extend(mail::mail(settings, store.as_ref()).await);
    if let Some(store) = &store {
        findings.push(secrets::tokens(store).await);
    }
    if let Some(store) = store {
        store.close().await;
    }
    findings
}
