//! One's own account: name, address, password, and how one wants to be mailed.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, patch};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{comments::private, moderators::masked};
use crate::{
    accounts::{
        passwords::Password,
        people::{self, Wanted},
        sessions::Session,
        sign_in::{self, SignInError},
    },
    app::App,
    domain::{
        field::FieldError,
        moderator::{MailMode, ModeratorId, Principal, Role, Scope},
        site::SiteSlug,
    },
    storage::moderators::MailPreferences,
    web::{
        Shared,
        auth::{Moderator, Person, SignedIn, Visitor, session_cookie},
        body::JsonBody,
        problem::Problem,
    },
};

/// Who you are here.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// Your identifier, or your token's.
    id: String,
    /// Your name, or your token's.
    name: String,
    /// Your address, masked.
    email: Option<String>,
    /// What you may do.
    role: Role,
    /// Where.
    scope: Scope,
    /// How you want to be mailed; null for a token.
    mail: Option<MailView>,
    /// For a session: to be sent as `X-CSRF-Token` with every change.
    csrf_token: Option<String>,
}

/// How often you are mailed about the queue.
#[derive(Debug, Serialize, ToSchema)]
struct MailView {
    /// For every site without a choice of its own.
    default: MailMode,
    /// For single sites, by slug.
    #[schema(value_type = BTreeMap<String, MailMode>)]
    sites: BTreeMap<SiteSlug, MailMode>,
}

/// What to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MeChange {
    /// Your name.
    name: Option<String>,
    /// Your address.
    email: Option<String>,
    /// How you want to be mailed.
    mail: Option<MailChange>,
    /// A new password; it signs you out everywhere else.
    password: Option<PasswordChange>,
}

/// How often you want to be mailed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MailChange {
    /// For every site without a choice of its own.
    default: Option<MailMode>,
    /// Replaces the choices for single sites, by slug.
    sites: Option<BTreeMap<String, MailMode>>,
}

/// A new password beside the present one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    /// The present one.
    #[schema(value_type = String, format = Password)]
    current: SecretString,
    /// The new one: 10 to 128 characters.
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 128)]
    new: SecretString,
}

/// Who you are here.
#[utoipa::path(
    tag = "account",
    responses(
        (status = 200, description = "You.", body = Me),
        (status = 401, description = "Not signed in.", body = Problem),
    ),
    security(("token" = [])),
)]
#[get("/api/v1/me")]
async fn get_me(
    app: Shared,
    Moderator(principal): Moderator,
    Visitor(signed_in): Visitor,
) -> Result<HttpResponse, Problem> {
    let session = signed_in.filter(|_| principal.moderator.is_some());
    let csrf_token = session.map(|signed_in| signed_in.session.csrf_token(&app));
    Ok(private().json(show(&app, &principal, csrf_token).await?))
}

/// Changes your name, address, password or mail. The address and the password are changed only
/// with the present password.
#[utoipa::path(
    tag = "account",
    request_body = MeChange,
    responses(
        (status = 200, description = "You, as changed.", body = Me),
        (status = 401, description = "Not signed in.", body = Problem),
        (status = 403, description = "A token, or the session's CSRF token is missing.", body = Problem),
        (status = 422, description = "A field is not right.", body = Problem),
        (status = 429, description = "Too many tries at the password; see `Retry-After`.", body = Problem),
    ),
)]
#[patch("/api/v1/me")]
async fn change_me(
    app: Shared,
    Person(signed_in): Person,
    JsonBody(change): JsonBody<MeChange>,
) -> Result<HttpResponse, Problem> {
    let id = signed_in.account.id.clone();
    let preferences = match change.mail {
        Some(mail) => Some(preferences(&app, &id, mail).await?),
        None => None,
    };
    let new_password = match change.password {
        Some(password) => Some(check_password(&app, &signed_in, password).await?),
        None => None,
    };
    if change.name.is_some() || change.email.is_some() {
        let wanted = Wanted {
            name: change.name,
            email: change.email,
            ..Wanted::default()
        };
        people::change(&app, &id, wanted).await?;
    }
    if let Some(preferences) = preferences {
        app.store
            .set_mail_preferences(id.clone(), preferences)
            .await?;
    }
    let session = match new_password {
        Some(password) => set_password(&app, signed_in, password).await?,
        None => signed_in.session,
    };
    let account = app.store.moderator(&id).await?;
    let account = account.ok_or_else(Problem::unauthenticated)?;
    let principal = crate::accounts::sessions::principal_of(&account);
    let me = show(&app, &principal, Some(session.csrf_token(&app))).await?;
    Ok(private().cookie(session_cookie(&app, &session)).json(me))
}

async fn show(app: &App, principal: &Principal, csrf_token: Option<String>) -> Result<Me, Problem> {
    let (email, mail) = match &principal.moderator {
        Some(id) => {
            let account = app.store.moderator(id).await?;
            let email = account.and_then(|account| masked(app, &account));
            let MailPreferences { default, sites } = app.store.mail_preferences(id).await?;
            (email, Some(MailView { default, sites }))
        }
        None => (None, None),
    };
    Ok(Me {
        id: principal.actor.id.clone(),
        name: principal.actor.name.clone(),
        email,
        role: principal.role,
        scope: principal.scope.clone(),
        mail,
        csrf_token,
    })
}

async fn preferences(
    app: &App,
    id: &ModeratorId,
    change: MailChange,
) -> Result<MailPreferences, Problem> {
    let mut preferences = app.store.mail_preferences(id).await?;
    preferences.default = change.default.unwrap_or(preferences.default);
    let Some(sites) = change.sites else {
        return Ok(preferences);
    };
    preferences.sites = BTreeMap::new();
    let mut errors = Vec::new();
    for (slug, mode) in sites {
        match app.directory.site(&slug) {
            Some(site) => {
                preferences.sites.insert(site.slug.clone(), mode);
            }
            None => errors.push(FieldError::new(
                "mail.sites",
                "unknown_site",
                "There is no such site.",
            )),
        }
    }
    if errors.is_empty() {
        Ok(preferences)
    } else {
        Err(Problem::invalid(errors))
    }
}

/// The new password, once the present one was right.
async fn check_password(
    app: &App,
    signed_in: &SignedIn,
    change: PasswordChange,
) -> Result<Password, Problem> {
    let new = Password::parse("password.new", &change.new)?;
    let confirmed = sign_in::confirm_password(app, &signed_in.account, change.current).await;
    match confirmed {
        Ok(()) => Ok(new),
        Err(SignInError::Wrong) => {
            let message = "This is not your present password.";
            Err(FieldError::new("password.current", "wrong", message).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Sets the password; every session ends but the one that asked.
async fn set_password(
    app: &App,
    signed_in: SignedIn,
    password: Password,
) -> Result<Session, Problem> {
    let hash = password.hash().await?;
    let epoch = app.store.set_password(signed_in.account.id, hash).await?;
    let epoch = epoch.ok_or_else(Problem::unauthenticated)?;
    Ok(signed_in.session.carried_on(epoch))
}

/// Adds these routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_me).service(change_me);
}
