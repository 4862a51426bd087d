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
mod parameters;
mod reports;
mod usage;

use std::{fmt, sync::Arc};

use actix_web::{HttpResponseBuilder, ResponseError};

use self::call::Call;
use crate::{
    clients::keys::{self, KeyError},
    domain::site::Site,
    storage::client_keys::ClientKey,
    web::prelude::*,
};

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

/// Why a call gets no answer to what it asks.
#[derive(Debug)]
enum Refusal {
    /// It was not understood, or its key is no good: clients look for that in the body of a 200.
    Invalid(&'static str),
    /// Anything else.
    Problem(Problem),
}

impl<T: Into<Problem>> From<T> for Refusal {
    fn from(cause: T) -> Self {
        Self::Problem(cause.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(help) => f.write_str(help),
            Self::Problem(problem) => problem.fmt(f),
        }
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Invalid(_) => StatusCode::OK,
            Self::Problem(problem) => problem.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Invalid(help) => invalid(help),
            Self::Problem(problem) => problem.error_response(),
        }
    }
}

/// Whose call it is.
async fn recognise(app: &Shared, call: &Call) -> Result<(Arc<ClientKey>, Arc<Site>), Refusal> {
    let Some(secret) = &call.key else {
        let help = "We were unable to find a key in your request.";
        return Err(Refusal::Invalid(help));
    };
    let found = keys::recognise(&app.clients, secret, call.peer.as_ref()).await?;
    found.ok_or(Refusal::Invalid("This key is not one of this service."))
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::TooMany(after) => {
                let title = "Too many wrong keys came from here; try again later.";
                Self::too_many(title, after)
            }
            KeyError::Store(error) => error.into(),
        }
    }
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    check::routes(config);
    reports::routes(config);
    usage::routes(config);
    account::routes(config);
}
