//! The listeners: the service's own, and one for metrics. Both stop gracefully.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use actix_cors::Cors;
use actix_http::{HttpService, Protocol, error::DispatchError};
use actix_rt::net::TcpStream;
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::{
    App as ActixApp, Error, HttpServer,
    body::MessageBody,
    dev::{AppConfig, RequestHead, Server, ServiceRequest, ServiceResponse},
    middleware::{Compress, Condition, DefaultHeaders, Next, from_fn},
    web::{self, Data},
};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpSocket;

use super::{
    acting::act_for_sender,
    below::{self, Root},
    connections::Connections,
    desk::refused::in_their_language,
    not_found,
    request_log::log_request,
    routes,
};
use crate::{domain::origin::Origin, web::prelude::*};

/// Time that requests in flight have to finish once the service is asked to stop.
const SHUTDOWN_SECONDS: u64 = 20;

/// A connection that sends no request for so long is closed.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Time that a client has to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Time that a client has to take notice that its connection is closed.
const GOODBYE: Duration = Duration::from_secs(1);

/// Connections that wait to be taken.
const BACKLOG: u32 = 2048;

/// Lets what changes something go on to its end, also when the client has hung up meanwhile: programs
/// send and do not wait. What only reads ends with its reader.
async fn finished<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if reads {
        return next.call(request).await;
    }
    let finishing = actix_rt::spawn(async move { next.call(request).await });
    finishing.await.map_err(|_| {
        actix_web::error::ErrorInternalServerError("The service failed. It is recorded.")
    })?
}

/// Binds the service's listener; the address has the port when the settings asked for any.
///
/// # Errors
/// When the address cannot be bound.
pub fn bind(app: &Arc<App>) -> io::Result<(Server, SocketAddr)> {
    let settings = app.settings.server.clone();
    let shared = Data::new(app.clone());
    let root = Root::of(&app.public_url());
    let factory = move || {
        let (adding, stripping) = (root.clone(), root.clone());
        let add = move |request, next| below::add(adding.clone(), request, next);
        let strip = move |request, next| below::strip(stripping.clone(), request, next);
        ActixApp::new()
            .app_data(shared.clone())
            .configure(|config| routes(&mut RouteTable::serving(config)))
            .default_service(web::to(not_found::answer))
            .wrap(from_fn(in_their_language))
            .wrap(Condition::new(!root.is_empty(), from_fn(add)))
            .wrap(Compress::default())
            .wrap(cors(shared.get_ref().clone()))
            .wrap(DefaultHeaders::new().add((header::X_CONTENT_TYPE_OPTIONS, "nosniff")))
            .wrap(from_fn(act_for_sender))
            .wrap(from_fn(log_request))
            .wrap(from_fn(finished))
            .wrap(Condition::new(!root.is_empty(), from_fn(strip)))
    };
    let listener = listen(settings.listen)?;
    let address = listener.local_addr()?;
    let connections = Connections::new(
        settings.max_connections_per_address,
        &settings.trusted_proxies,
    );
    let mut server = actix_server::Server::build()
        .max_concurrent_connections(settings.max_connections)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals();
    if settings.workers > 0 {
        server = server.workers(settings.workers);
    }
    let leaving = server.graceful_shutdown_signal();
    let server = server.listen("hamlet", listener, move || {
        let leaving = leaving.clone();
        let service = HttpService::build()
            .graceful_shutdown_signal(move || {
                let leaving = leaving.clone();
                async move { leaving.notified().await }
            })
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(HEAD_TIMEOUT)
            .client_disconnect_timeout(GOODBYE)
            // A reader who is gone is not worked for any more; see `finished`.
            .h1_allow_half_closed(false)
            .local_addr(address);
        let answers = factory().into_factory();
        let answers = answers.map_err(|error: actix_web::Error| error.error_response());
        let service = service.finish(map_config(answers, move |()| {
            AppConfig::__priv_test_new(false, address.to_string(), address)
        }));
        let connections = connections.clone();
        fn_service(move |stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            let _ = stream.set_nodelay(true);
            let admitted = connections.admit(stream, peer);
            async move {
                let refused = || DispatchError::Io(io::ErrorKind::ConnectionRefused.into());
                let connection = admitted.ok_or_else(refused)?;
                Ok((connection, Protocol::Http1, peer))
            }
        })
        .and_then(service)
    })?;
    Ok((server.run(), address))
}

fn listen(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
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
/// else; no credentials travel. So may those of no origin, for which browsers say `null`: a frame with `sandbox` is one, and what it may
/// read is public, while a post of it is taken as one that names none is.
fn cors(app: Arc<App>) -> Cors {
    Cors::default()
        .allowed_origin_fn(move |origin, head| {
            let Some(site) = site_of(head) else {
                return false;
            };
            if origin == "null" {
                return app.directory.site(&site).is_some() && is_public(head);
            }
            let origin = origin.to_str().ok().and_then(Origin::parse);
            let allowed = origin.is_some_and(|origin| app.directory.allows(&site, &origin));
            if allowed {
                app.readiness.see_page();
            }
            allowed
        })
        .allowed_methods([Method::GET, Method::POST])
        .allowed_headers([
            header::CONTENT_TYPE,
            header::HeaderName::from_static("idempotency-key"),
        ])
        .expose_headers([header::ETAG, header::RETRY_AFTER])
        .max_age(3600)
}

/// Whether it is what a widget asks for.
fn is_public(head: &RequestHead) -> bool {
    let path = head.uri.path();
    ["/comments", "/counts", "/form-token"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// The slug in `/api/v1/sites/{slug}/…`.
fn site_of(head: &RequestHead) -> Option<String> {
    let rest = head.uri.path().strip_prefix("/api/v1/sites/")?;
    Some(rest.split_once('/')?.0.to_owned())
}
