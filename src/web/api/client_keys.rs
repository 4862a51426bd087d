//! Keys of programs that speak Akismet's protocol, for operators.

use crate::{
    accounts::tokens::parse_name, clients::keys, storage::client_keys::ClientKey, web::prelude::*,
};

/// Every key of a site.
#[derive(Debug, Serialize, ToSchema)]
struct ClientKeyList {
    /// The keys, earliest first, revoked ones too.
    keys: Vec<ClientKey>,
}

/// A new key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewClientKey {
    /// What to call it: 1 to 100 characters.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    )]
    name: String,
}

/// A key and its secret.
#[derive(Debug, Serialize, ToSchema)]
struct MintedClientKey {
    /// The key.
    #[serde(flatten)]
    view: ClientKey,
    /// What to enter into the program: 12 hexadecimal characters, shown only here.
    key: String,
}

/// The keys of a site.
#[utoipa::path(responses((status = 200, body = ClientKeyList)))]
#[get("/api/v1/sites/{site}/keys")]
async fn list_client_keys(
    app: Shared,
    _operator: Operator,
    slug: Path<String>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    let keys = app.store.client_keys(Some(&site.slug)).await?;
    Ok(private().json(ClientKeyList { keys }))
}

/// Makes a key for a program that speaks Akismet's protocol. It can judge and report, nothing else;
/// it is in this answer and nowhere else.
#[utoipa::path(responses((status = 201, body = MintedClientKey)))]
#[post("/api/v1/sites/{site}/keys")]
async fn add_client_key(
    app: Shared,
    _operator: Operator,
    slug: Path<String>,
    Json(new): Json<NewClientKey>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    let name = parse_name(&new.name)?;
    let minted = keys::mint(&app.clients, site.slug.clone(), name).await?;
    Ok(private().status(StatusCode::CREATED).json(MintedClientKey {
        view: minted.key,
        key: minted.secret,
    }))
}

/// Revokes a key; it stays in the list.
#[utoipa::path(responses((status = 204)))]
#[delete("/api/v1/sites/{site}/keys/{id}")]
async fn revoke_client_key(
    app: Shared,
    _operator: Operator,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (slug, id) = path.into_inner();
    let site = site::named(&app, &slug)?;
    if keys::revoke(&app.clients, &site.slug, id).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::not_found("key"))
    }
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .service(list_client_keys)
        .service(add_client_key)
        .service(revoke_client_key);
}
