//! Signing in with address and password, and signing out.

use secrecy::SecretString;

use crate::{
    accounts::{own, sessions::Session, sign_in},
    web::{
        auth::Person,
        cookies::{device_cookie, ended_cookie, origin_of, session_cookie},
        prelude::*,
        query::flag,
    },
};

/// What to end.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SignOut {
    /// `true`: all of one's sessions end; otherwise this one.
    #[param(value_type = Option<bool>)]
    everywhere: Option<String>,
}

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
#[utoipa::path(responses(
    (status = 200, body = SessionAnswer),
    (status = 401, description = "The address or the password is not right."),
    (status = 429, description = "Too many tries; see `Retry-After`."),
))]
#[post("/api/v1/session")]
async fn sign_in_with_password(
    app: Shared,
    request: HttpRequest,
    Json(body): Json<SignInRequest>,
) -> Result<HttpResponse, Problem> {
    let origin = origin_of(&app, &request);
    let account = sign_in::with_password(&app, &body.email, body.password, &origin).await?;
    let device = sign_in::remember(&app, &account, &origin).await;
    let session = Session::begin(&account.id, account.session_epoch, app.now());
    Ok(private()
        .cookie(session_cookie(&app, &session))
        .cookie(device_cookie(&app, &device))
        .json(SessionAnswer {
            csrf_token: session.csrf_token(&app),
            expires_at: session.expires_at(),
        }))
}

/// Signs out: the session ends, for every copy of its cookie, and the answer takes the cookie away.
/// With `everywhere` all of one's sessions end, and unused links to sign in by.
#[utoipa::path(
    params(SignOut),
    responses((status = 204)),
    security(("session" = [], "csrf" = [])),
)]
#[delete("/api/v1/session")]
async fn sign_out(
    app: Shared,
    Person(person): Person,
    Query(wanted): Query<SignOut>,
) -> Result<HttpResponse, Problem> {
    if flag("everywhere", wanted.everywhere.as_deref())? {
        own::end_every_session(&app, &app.news, &person.account).await?;
    } else {
        person.session.end(&app, &app.news).await?;
    }
    Ok(HttpResponse::NoContent()
        .cookie(ended_cookie(&app))
        .finish())
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(sign_in_with_password).service(sign_out);
}
