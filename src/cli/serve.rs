//! `hamlet serve`: the service, from the first line to the last request.

use std::{io::Write, path::PathBuf, sync::Arc};

use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{block_on, settings};
use crate::{
    app::App,
    background,
    clock::Clock,
    config::Settings,
    telemetry,
    web::{embed::demo, server},
};

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
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        let mut settings = settings(config.as_ref())?;
        settings.demo |= self.demo;
        telemetry::start_logging(&settings.log)?;
        block_on(serve(settings, !self.no_migrate))
    }
}

async fn serve(settings: Settings, may_migrate: bool) -> anyhow::Result<()> {
    let metrics = telemetry::start_metrics();
    let app = App::build(settings, Clock::System, may_migrate).await?;
    let (service, address) = server::bind(app.clone())
        .with_context(|| format!("cannot listen on {}", app.settings.server.listen))?;
    let stop = CancellationToken::new();
    if let (Some(handle), Ok(listen)) = (metrics, app.settings.metrics.listen.parse()) {
        let exporter = server::bind_metrics(listen, handle)
            .with_context(|| format!("cannot listen on {listen} for metrics"))?;
        let exporter_handle = exporter.handle();
        let stopped = stop.clone();
        tokio::spawn(exporter);
        tokio::spawn(async move {
            stopped.cancelled().await;
            exporter_handle.stop(false).await;
        });
    }
    if app.settings.demo {
        demo::prepare(&app).await?;
    }
    announce(&app, address)?;
    let jobs = tokio::spawn(background::run(app.clone(), stop.clone()));
    let handle = service.handle();
    tokio::spawn(async move {
        wait_for_signal().await;
        tracing::info!("stopping: requests in flight are finished first");
        handle.stop(true).await;
    });
    service.await?;
    stop.cancel();
    jobs.await?;
    app.store.close().await;
    Ok(())
}

/// Tells on standard output where the service is.
fn announce(app: &Arc<App>, address: std::net::SocketAddr) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "Hamlet listens on http://{address}")?;
    if app.settings.demo {
        writeln!(out, "The demo is at http://{address}/demo")?;
    }
    tracing::info!(
        engine = app.store.engine_name(),
        version = env!("CARGO_PKG_VERSION"),
        "ready"
    );
    Ok(out.flush()?)
}

async fn wait_for_signal() {
    let terminate = signal(SignalKind::terminate());
    let interrupt = signal(SignalKind::interrupt());
    let (Ok(mut terminate), Ok(mut interrupt)) = (terminate, interrupt) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
