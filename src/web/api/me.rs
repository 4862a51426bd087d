//! One's own account: name, address, password, and how one wants to be mailed.

use std::collections::BTreeMap;

use secrecy::SecretString;

use crate::{
    accounts::{
        own::{self, OwnChange},
        people::masked,
        sessions,
    },
    domain::moderator::{MailMode, MailPreferences, ModeratorId, Role, Scope},
    web::{
        auth::{Person, Visitor},
        cookies::session_cookie,
        prelude::*,
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
    mail: Option<MailPreferences>,
    /// For a session: to be sent as `X-CSRF-Token` with every change.
    csrf_token: Option<String>,
}

/// What to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MeChange {
    /// Your name.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    )]
    name: Option<String>,
    /// Your address.
    #[schema(format = Email, min_length = 3, max_length = 254)]
    email: Option<String>,
    /// How you want to be mailed.
    mail: Option<MailChange>,
    /// Your present password; needed to change your address or your password.
    #[schema(value_type = Option<String>, format = Password)]
    current_password: Option<SecretString>,
    /// A new password, 10 to 128 characters; it signs you out everywhere else.
    #[schema(value_type = Option<String>, format = Password, min_length = 10, max_length = 128)]
    new_password: Option<SecretString>,
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

/// Who you are here.
#[utoipa::path(responses((status = 200, body = Me)), security(("token" = [])))]
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
#[utoipa::path(responses(
    (status = 200, body = Me),
    (status = 403, description = "A token, or the session's CSRF token is missing."),
    (status = 429, description = "Too many tries at the password; see `Retry-After`."),
), security(("session" = [], "csrf" = [])))]
#[patch("/api/v1/me")]
async fn change_me(
    app: Shared,
    Person(signed_in): Person,
    Json(change): Json<MeChange>,
) -> Result<HttpResponse, Problem> {
    let SignedIn {
        session, account, ..
    } = signed_in;
    let id = account.id.clone();
    let mail = match change.mail {
        Some(mail) => Some(preferences(&app, &id, mail).await?),
        None => None,
    };
    let wanted = OwnChange {
        name: change.name,
        email: change.email,
        mail,
        language: None,
        current_password: change.current_password,
        new_password: change.new_password,
    };
    let session = own::change(&app, &account, session, wanted).await?;
    let account = app.store.moderator(&id).await?;
    let account = account.ok_or_else(Problem::unauthenticated)?;
    let principal = sessions::principal_of(&account);
    let me = show(&app, &principal, Some(session.csrf_token(&app))).await?;
    Ok(private().cookie(session_cookie(&app, &session)).json(me))
}

async fn show(app: &App, principal: &Principal, csrf_token: Option<String>) -> Result<Me, Problem> {
    let (email, mail) = match &principal.moderator {
        Some(id) => {
            let account = app.store.moderator(id).await?;
            let email = account.and_then(|account| masked(app, &account));
            (email, Some(app.store.mail_preferences(id).await?))
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

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(get_me).service(change_me);
}
