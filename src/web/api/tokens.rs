//! API tokens, for operators. Only people make tokens: one that could make others would live on in them
//! after it was revoked.

use crate::{
    accounts::{grant, tokens},
    domain::moderator::Role,
    storage::tokens::Token,
    web::{auth::Visitor, prelude::*},
};

/// Every token.
#[derive(Debug, Serialize, ToSchema)]
struct TokenList {
    /// The tokens, earliest first, revoked ones too.
    tokens: Vec<Token>,
}

/// A new token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// What to call it: 1 to 100 characters.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    )]
    name: String,
    /// What it may do.
    role: Role,
    /// The slugs of the sites it may see; absent: all.
    sites: Option<Vec<String>>,
}

/// A token and its secret.
#[derive(Debug, Serialize, ToSchema)]
struct MintedToken {
    /// The token.
    #[serde(flatten)]
    view: Token,
    /// To be sent as `Authorization: Bearer …`; shown only here.
    token: String,
}

/// Every token.
#[utoipa::path(responses((status = 200, body = TokenList)))]
#[get("/api/v1/tokens")]
async fn list_tokens(app: Shared, _operator: Operator) -> Result<HttpResponse, Problem> {
    let tokens = app.store.tokens().await?;
    Ok(private().json(TokenList { tokens }))
}

/// Makes a token of one's own. Its secret is in this answer and nowhere else. Tokens make no tokens.
#[utoipa::path(responses(
    (status = 201, body = MintedToken),
    (status = 403, description = "Not an operator, a token (`person_needed`), or the session's CSRF token is missing."),
), security(("session" = [], "csrf" = [])))]
#[post("/api/v1/tokens")]
async fn add_token(
    app: Shared,
    Operator(operator): Operator,
    Visitor(signed_in): Visitor,
    Json(new): Json<NewToken>,
) -> Result<HttpResponse, Problem> {
    let name = tokens::parse_name(&new.name);
    let scope = grant(&app.directory, new.role, new.sites);
    let (name, scope) = match (name, scope) {
        (Ok(name), Ok(scope)) => (name, scope),
        (name, scope) => {
            let errors = name.err().into_iter();
            let errors = errors.chain(scope.err().into_iter().flatten());
            return Err(Problem::invalid(errors.collect()));
        }
    };
    // A session beside a token does not count.
    let signed_in = signed_in.filter(|_| operator.moderator.is_some());
    let by = signed_in.ok_or_else(|| {
        let title = "Tokens make no tokens: sign in, and make it yourself.";
        Problem::new(StatusCode::FORBIDDEN, "person_needed", title)
    })?;
    let minted = tokens::mint_for(&app.store, &by.account, name, new.role, scope, app.now());
    let minted = minted.await?;
    Ok(private().status(StatusCode::CREATED).json(MintedToken {
        view: minted.token,
        token: minted.secret,
    }))
}

/// Revokes a token; it stays in the list.
#[utoipa::path(responses((status = 204)))]
#[delete("/api/v1/tokens/{id}")]
async fn revoke_token(
    app: Shared,
    _operator: Operator,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    if app.store.revoke_token(id.into_inner(), app.now()).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::not_found("token"))
    }
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .service(list_tokens)
        .service(add_token)
        .service(revoke_token);
}
