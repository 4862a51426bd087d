//! Moderators' accounts, for operators.

use serde::Deserializer;

use crate::{
    accounts::{
        links,
        people::{self, ModeratorView, Wanted},
    },
    domain::moderator::{ModeratorId, Role},
    storage::links::LinkFor,
    web::prelude::*,
};

/// Every account.
#[derive(Debug, Serialize, ToSchema)]
struct ModeratorList {
    /// The accounts, earliest first.
    moderators: Vec<ModeratorView>,
}

/// A new account and the way into it.
#[derive(Debug, Serialize, ToSchema)]
struct AddedModerator {
    /// The account.
    #[serde(flatten)]
    moderator: ModeratorView,
    /// A link to sign in by: good once and for 24 hours, shown only here.
    sign_in_link: String,
}

/// A link into an account.
#[derive(Debug, Serialize, ToSchema)]
struct SignInLink {
    /// Good once and for 24 hours, shown only here.
    sign_in_link: String,
}

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewModerator {
    /// Name for the history: 1 to 100 characters.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    )]
    name: String,
    /// Address to sign in by and to be mailed at.
    #[schema(format = Email, min_length = 3, max_length = 254)]
    email: String,
    /// What they may do.
    #[serde(default = "least")]
    role: Role,
    /// The slugs of the sites they may see; absent: all.
    sites: Option<Vec<String>>,
}

const fn least() -> Role {
    Role::Moderator
}

/// What to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ModeratorChange {
    /// Name for the history.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    )]
    name: Option<String>,
    /// Address.
    #[schema(format = Email, min_length = 3, max_length = 254)]
    email: Option<String>,
    /// What they may do.
    role: Option<Role>,
    /// The slugs of the sites they may see; null: all.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>)]
    #[expect(
        clippy::option_option,
        reason = "absent and null mean different things"
    )]
    sites: Option<Option<Vec<String>>>,
}

/// Distinguishes a field that is null from one that is absent.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Every account.
#[utoipa::path(responses((status = 200, body = ModeratorList)))]
#[get("/api/v1/moderators")]
async fn list_moderators(app: Shared, _operator: Operator) -> Result<HttpResponse, Problem> {
    let accounts = app.store.moderators().await?;
    let views = accounts
        .iter()
        .map(|account| ModeratorView::new(&app, account));
    Ok(private().json(ModeratorList {
        moderators: views.collect(),
    }))
}

/// Adds an account. Its owner chooses a password behind the link in the answer.
#[utoipa::path(responses((status = 201, body = AddedModerator)))]
#[post("/api/v1/moderators")]
async fn add_moderator(
    app: Shared,
    _operator: Operator,
    Json(new): Json<NewModerator>,
) -> Result<HttpResponse, Problem> {
    let wanted = Wanted {
        name: Some(new.name),
        email: Some(new.email),
        role: Some(new.role),
        sites: Some(new.sites),
    };
    let (account, sign_in_link) = links::invite(&app, wanted).await?;
    let added = AddedModerator {
        moderator: ModeratorView::new(&app, &account),
        sign_in_link,
    };
    Ok(private().status(StatusCode::CREATED).json(added))
}

/// One account.
#[utoipa::path(responses((status = 200, body = ModeratorView)))]
#[get("/api/v1/moderators/{id}")]
async fn get_moderator(
    app: Shared,
    _operator: Operator,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let account = app.store.moderator(&ModeratorId(id.into_inner())).await?;
    let account = account.ok_or_else(|| Problem::not_found("moderator"))?;
    Ok(private().json(ModeratorView::new(&app, &account)))
}

/// Changes an account. The last operator stays one.
#[utoipa::path(responses(
    (status = 200, body = ModeratorView),
    (status = 409, description = "The last operator (`last_operator`)."),
))]
#[patch("/api/v1/moderators/{id}")]
async fn change_moderator(
    app: Shared,
    _operator: Operator,
    id: Path<String>,
    Json(change): Json<ModeratorChange>,
) -> Result<HttpResponse, Problem> {
    let wanted = Wanted {
        name: change.name,
        email: change.email,
        role: change.role,
        sites: change.sites,
    };
    let account = people::change(&app, &ModeratorId(id.into_inner()), wanted).await?;
    Ok(private().json(ModeratorView::new(&app, &account)))
}

/// Removes an account; its sessions end at once. Its name stays in the history.
#[utoipa::path(responses(
    (status = 204),
    (status = 409, description = "The last operator (`last_operator`)."),
))]
#[delete("/api/v1/moderators/{id}")]
async fn remove_moderator(
    app: Shared,
    _operator: Operator,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    people::remove(&app, ModeratorId(id.into_inner())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Makes a link to sign in by, for someone who lost their password or their first link.
#[utoipa::path(responses(
    (status = 201, description = "Made; earlier links stop working.", body = SignInLink),
))]
#[post("/api/v1/moderators/{id}/sign-in-link")]
async fn make_sign_in_link(
    app: Shared,
    _operator: Operator,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let account = app.store.moderator(&ModeratorId(id.into_inner())).await?;
    let account = account.ok_or_else(|| Problem::not_found("moderator"))?;
    let sign_in_link = links::make(&app, &account.id, LinkFor::Known).await?;
    let link = SignInLink { sign_in_link };
    Ok(private().status(StatusCode::CREATED).json(link))
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .service(list_moderators)
        .service(add_moderator)
        .service(get_moderator)
        .service(change_moderator)
        .service(remove_moderator)
        .service(make_sign_in_link);
}
