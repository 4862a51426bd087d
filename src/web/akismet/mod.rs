//! Akismet's protocol, as fifteen of its clients speak it: what they send is read here, and answered
//! with the exact bodies and headers that they branch on. What is asked and reported is
//! [`crate::clients`]'s.
//!
//! Every call may be GET or POST; parameters may stand in the query, in a form body or in a JSON
//! object; the key may be `api_key`, `key` or the first label of the host. Whether the key is good
//! and the text is spam is said in the body of a 200, as clients expect. When the service cannot
//! judge, the answer is a 5xx: programs then hold the comment and ask again.

mod account;
mod call;
mod check;
mod reports;
mod usage;

use std::{future::Future, sync::Arc};

use actix_web::{
    Handler, HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
    web,
};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{Shared, problem::Problem};
use crate::{
    clients::keys::{self, KeyError},
    domain::site::Site,
    intake::Rejection,
    storage::client_keys::ClientKey,
};

use self::call::Call;

/// The largest body, in bytes: WordPress sends the text twice, percent-encoded.
const MAX_BYTES: usize = 512 * 1024;

/// The header that says why a call was not understood. Never on success: clients throw on it.
const DEBUG_HELP: &str = "x-akismet-debug-help";

/// An answer of one word.
fn word(body: &'static str) -> HttpResponse {
    plain(StatusCode::OK).body(body)
}

/// Nothing on the way may keep an answer, or compress it for a client of HTTP/1.0.
fn plain(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    response
}

/// A call that was not understood, or whose key is no good.
fn invalid(help: &'static str) -> HttpResponse {
    plain(StatusCode::OK)
        .insert_header((DEBUG_HELP, help))
        .body("invalid")
}

/// Whose call it is, or the answer for a call that is nobody's.
async fn recognise(
    app: &Shared,
    call: &Call,
) -> Result<Result<(Arc<ClientKey>, Arc<Site>), HttpResponse>, Problem> {
    let Some(secret) = &call.key else {
        return Ok(Err(invalid(
            "We were unable to find a key in your request.",
        )));
    };
    let key = match keys::recognise(app, secret, call.peer.as_ref()).await {
        Ok(key) => key,
        Err(KeyError::TooMany(after)) => {
            let title = "Too many wrong keys came from here; try again later.";
            return Err(Problem::too_many(title, after));
        }
        Err(KeyError::Store(error)) => return Err(error.into()),
    };
    let site = key
        .as_ref()
        .and_then(|key| app.directory.site(key.site.as_str()));
    match key.zip(site) {
        Some(found) => Ok(Ok(found)),
        None => Ok(Err(invalid("This key is not one of this service."))),
    }
}

/// A rejection as programs understand it: anything but 200 makes them hold the comment and ask again.
fn refused(rejection: Rejection) -> Problem {
    Problem::from(rejection)
}

/// Answers GET like POST: clients use either.
fn also_get<F, Args>(config: &mut ServiceConfig<'_>, path: &'static str, handler: F)
where
    F: Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: actix_web::Responder + 'static,
    F::Future: Future<Output = F::Output>,
{
    config.map(|config| config.route(path, web::get().to(handler)));
}

/// Adds these routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    check::routes(config);
    reports::routes(config);
    usage::routes(config);
    account::routes(config);
}
