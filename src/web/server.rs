//! The listeners: the service's own, and one for metrics. Both stop gracefully.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use actix_cors::Cors;
use actix_web::{
    App as ActixApp, HttpResponse, HttpServer,
    dev::{RequestHead, Server},
    http::{Method, header},
    middleware::{Compress, DefaultHeaders, from_fn},
    web::{self, Data},
};
use metrics_exporter_prometheus::PrometheusHandle;

use super::{attribute::attribute, nowhere, observe::observe, route_table::RouteTable, routes};
use crate::{app::App, domain::origin::Origin};

/// Time that requests in flight have to finish once the service is told to stop.
const SHUTDOWN_SECONDS: u64 = 20;

/// A connection that sends no request for so long is closed.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Time that a client has to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Binds the service's listener; the address tells the port when the settings asked for any.
///
/// # Errors
/// When the address cannot be bound.
pub fn bind(app: &Arc<App>) -> io::Result<(Server, SocketAddr)> {
    let settings = app.settings.server.clone();
    let shared = Data::new(app.clone());
    let factory = move || {
        ActixApp::new()
            .app_data(shared.clone())
            .configure(|config| routes(&mut RouteTable::serving(config)))
            .default_service(web::to(nowhere::answer))
            .wrap(Compress::default())
            .wrap(cors(shared.get_ref().clone()))
            .wrap(DefaultHeaders::new().add((header::X_CONTENT_TYPE_OPTIONS, "nosniff")))
            .wrap(from_fn(attribute))
            .wrap(from_fn(observe))
    };
    let mut server = HttpServer::new(factory)
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(HEAD_TIMEOUT)
        .max_connections(settings.max_connections)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals();
    if settings.workers > 0 {
        server = server.workers(settings.workers);
    }
    let server = server.bind(settings.listen)?;
    let address = server.addrs().first().copied().unwrap_or(settings.listen);
    Ok((server.run(), address))
}

/// Binds the listener that Prometheus reads.
///
/// # Errors
/// When the address cannot be bound.
pub fn bind_metrics(address: SocketAddr, handle: PrometheusHandle) -> io::Result<Server> {
    let handle = Data::new(handle);
    let factory = move || {
        let handle = handle.clone();
        let render = move || {
            let handle = handle.clone();
            async move {
                HttpResponse::Ok()
                    .content_type("text/plain; version=0.0.4")
                    .body(handle.render())
            }
        };
        ActixApp::new().route("/metrics", web::get().to(render))
    };
    let server = HttpServer::new(factory)
        .workers(1)
        .disable_signals()
        .bind(address)?;
    Ok(server.run())
}

/// Cross-origin pages may read and post comments of the sites that name their origin, and nothing
/// else; no credentials travel.
fn cors(app: Arc<App>) -> Cors {
    Cors::default()
        .allowed_origin_fn(move |origin, head| {
            let origin = origin.to_str().ok().and_then(Origin::parse);
            let site = site_of(head);
            origin
                .zip(site)
                .is_some_and(|(origin, site)| app.directory.allows(&site, &origin))
        })
        .allowed_methods([Method::GET, Method::POST])
        .allowed_headers([
            header::CONTENT_TYPE,
            header::HeaderName::from_static("idempotency-key"),
        ])
        .expose_headers([header::ETAG, header::RETRY_AFTER])
        .max_age(3600)
}

/// The slug in `/api/v1/sites/{slug}/…`.
fn site_of(head: &RequestHead) -> Option<String> {
    let rest = head.uri.path().strip_prefix("/api/v1/sites/")?;
    Some(rest.split_once('/')?.0.to_owned())
}
