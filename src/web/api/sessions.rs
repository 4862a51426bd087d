//! Signing in with address and password, and signing out.

use actix_web::{HttpRequest, HttpResponse, delete, post};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::private;
use crate::{
    accounts::{sessions::Session, sign_in},
    domain::timestamp::Timestamp,
    web::{
        Shared,
        auth::{Person, ended_cookie, session_cookie},
        body::JsonBody,
        problem::Problem,
        route_table::RouteTable,
        sender,
    },
};

/// Address and password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignInRequest {
    /// The address you are known by.
    email: String,
    /// Your password.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// A session. Its cookie is in the answer's headers.
#[derive(Debug, Serialize, ToSchema)]
struct SessionAnswer {
    /// To be sent as `X-CSRF-Token` with every request that changes something.
    csrf_token: String,
    /// When the session ends.
    expires_at: Timestamp,
}

/// Signs in: the answer sets the session's cookie, which lasts 14 days.
#[utoipa::path(
    tag = "account",
    request_body = SignInRequest,
    responses(
        (status = 200, description = "Signed in.", body = SessionAnswer),
        (status = 401, description = "The address or the password is not right.", body = Problem),
        (status = 422, description = "A field is missing.", body = Problem),
        (status = 429, description = "Too many tries; see `Retry-After`.", body = Problem),
    ),
)]
#[post("/api/v1/session")]
async fn sign_in_with_password(
    app: Shared,
    request: HttpRequest,
    JsonBody(body): JsonBody<SignInRequest>,
) -> Result<HttpResponse, Problem> {
    let sender = sender::of(&request, &app.settings.server.trusted_proxies);
    let account = sign_in::with_password(&app, &body.email, body.password, sender).await?;
    let session = Session::begin(&account.id, account.session_epoch, app.now());
    Ok(private()
        .cookie(session_cookie(&app, &session))
        .json(SessionAnswer {
            csrf_token: session.csrf_token(&app),
            expires_at: session.expires_at(),
        }))
}

/// Signs out: the answer takes the session's cookie away.
#[utoipa::path(
    tag = "account",
    responses(
        (status = 204, description = "Signed out."),
        (status = 401, description = "Not signed in.", body = Problem),
        (status = 403, description = "The session's CSRF token is missing.", body = Problem),
    ),
)]
#[delete("/api/v1/session")]
async fn sign_out(app: Shared, _person: Person) -> HttpResponse {
    HttpResponse::NoContent()
        .cookie(ended_cookie(&app))
        .finish()
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(sign_in_with_password).service(sign_out);
}
