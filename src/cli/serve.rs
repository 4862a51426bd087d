//! `hamlet serve`: options; [`crate::service`] runs it.

use std::path::Path;

use clap::Args;

use super::shell::{block_on, settings};
use crate::{service, telemetry};

/// Options of `serve`.
#[derive(Args)]
pub struct Serve {
    /// Serve a sample article with a comment form at /demo, and a few sample comments.
    #[arg(long)]
    demo: bool,
    /// Refuse to start when the database needs migrations.
    #[arg(long)]
    no_migrate: bool,
}

impl Serve {
    /// Serves until SIGTERM or SIGINT, then finishes what is in flight.
    ///
    /// # Errors
    /// When the settings, the database or the listener cannot be used.
    pub fn run(self, config: Option<&Path>) -> anyhow::Result<()> {
        let mut settings = settings(config)?;
        settings.demo |= self.demo;
        telemetry::start_logging(&settings.log)?;
        block_on(service::serve(settings, !self.no_migrate))
    }
}
