//! The service from the first line to the last request: the application, its doors and its jobs, begun and
//! ended in order.

use std::{io::Write, net::SocketAddr};

use anyhow::Context;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{
    accounts::{links, tokens},
    app::App,
    background,
    clock::Clock,
    config::Settings,
    demo,
    domain::moderator::{Role, Scope},
    privacy::presence,
    telemetry,
    web::server,
};

/// Serves until SIGTERM or SIGINT, then finishes what is in flight.
///
/// # Errors
/// When the database or the listener cannot be used.
pub async fn serve(settings: Settings, may_migrate: bool) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let metrics = export_metrics(&settings, &stop)?;
    let app = App::build(settings, Clock::System, may_migrate).await?;
    app.learning.follow().await?;
    let (service, address) = server::bind(&app)
        .with_context(|| format!("cannot listen on {}", app.settings.server.listen))?;
    presence::arrive(&app.privacy).await?;
    welcome(&app, address).await?;
    let jobs = tokio::spawn(background::run(background::Work {
        app: app.clone(),
        metrics,
        stop: stop.clone(),
    }));
    let handle = service.handle();
    let closing = app.clone();
    tokio::spawn(async move {
        wait_for_signal().await;
        closing.news.close();
        tracing::info!("stopping: requests in flight are finished first");
        handle.stop(true).await;
    });
    let served = service.await;
    stop.cancel();
    // Also after an error the database is closed: SQLite folds its log into the file then.
    if let Err(error) = jobs.await {
        tracing::error!(%error, "the background jobs did not end well");
    }
    presence::leave(&app.privacy).await;
    app.store.close().await;
    Ok(served?)
}

/// Collects metrics and serves them, if the settings say where. Otherwise there is nobody who could
/// ask, and none are collected.
fn export_metrics(
    settings: &Settings,
    stop: &CancellationToken,
) -> anyhow::Result<Option<PrometheusHandle>> {
    let Ok(listen) = settings.metrics.listen.parse::<SocketAddr>() else {
        return Ok(None);
    };
    let Some(handle) = telemetry::start_metrics() else {
        return Ok(None);
    };
    let exporter = server::bind_metrics(listen, handle.clone())
        .with_context(|| format!("cannot listen on {listen} for metrics"))?;
    let exporter_handle = exporter.handle();
    let stopped = stop.clone();
    tokio::spawn(exporter);
    tokio::spawn(async move {
        stopped.cancelled().await;
        exporter_handle.stop(false).await;
    });
    Ok(Some(handle))
}

/// Says on standard output where the service is and, as long as nobody has signed in yet, how to.
async fn welcome(app: &App, address: SocketAddr) -> anyhow::Result<()> {
    let link = links::first_link(app).await?;
    let mut lines = vec![format!("Hamlet listens on http://{address}")];
    if let Some(link) = link {
        lines.push(format!(
            "Sign in as the first operator, once, within a day: {link}"
        ));
    }
    if app.settings.demo {
        lines.push(format!("The demo is at http://{address}/demo"));
        if demo::prepare(app).await? {
            let name = "demo".to_owned();
            let minted =
                tokens::mint(&app.store, name, Role::Operator, Scope::All, app.now()).await?;
            lines.push(format!("An operator's token for curl: {}", minted.secret));
        }
    }
    let mut out = std::io::stdout().lock();
    // Nobody may be reading any more; that is no reason not to serve.
    let _ = writeln!(out, "{}", lines.join("\n")).and_then(|()| out.flush());
    tracing::info!(
        engine = app.store.engine_name(),
        version = env!("CARGO_PKG_VERSION"),
        "ready"
    );
    Ok(())
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
