//! The log and the metrics of every request: an id that the answer carries too, the route (never the URL),
//! the status and the time taken.

use std::time::Instant;

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{HeaderName, HeaderValue},
    },
    middleware::Next,
};
use tracing::Instrument;
use uuid::Uuid;

use crate::storage::damage;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How many rows were left out of an answer because they cannot be read. Not there when none were.
const LEFT_OUT: HeaderName = HeaderName::from_static("x-rows-left-out");

/// A method's name. Those that nothing here answers to are one: each name is a series of its own that
/// is kept for good, and a stranger can think of any number.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Middleware around every route.
///
/// # Errors
/// Those of the inner service.
pub async fn log_request(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let id = Uuid::now_v7();
    let method = known(request.method());
    let route = request
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    let span = tracing::info_span!("request", %id, method, route);
    let answering = damage::counting(next.call(request).instrument(span.clone()));
    let (response, left_out) = answering.await;
    let mut response = response?;
    let status = response.status().as_u16();
    let took = started.elapsed();
    let micros = took.as_micros();
    span.in_scope(|| match status {
        500.. => tracing::error!(status, micros, "answered"),
        400.. => tracing::info!(status, micros, "answered"),
        _ => tracing::debug!(status, micros, "answered"),
    });
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if left_out > 0 {
        response.headers_mut().insert(LEFT_OUT, left_out.into());
    }
    let labels = [
        ("method", method.to_owned()),
        ("route", route.clone()),
        ("status", status.to_string()),
    ];
    metrics::counter!("hamlet_http_requests_total", &labels).increment(1);
    metrics::histogram!("hamlet_http_request_seconds", "route" => route).record(took.as_secs_f64());
    Ok(response)
}
