//! Tokens for programs on the settings' page.

use super::{role, scope_words, sites_of};
use crate::{
    accounts::{grant, tokens},
    domain::moderator::Moderator,
    storage::{self, tokens::Token},
    web::desk::prelude::*,
};

/// A token as the page shows it.
pub(super) struct TokenRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) role: &'static str,
    pub(super) sites: String,
    pub(super) owner: String,
    pub(super) used: String,
    pub(super) revoked: bool,
}

pub(super) async fn add(app: &App, by: &Moderator, fields: &FormFields) -> Result<Done, Problem> {
    let name = tokens::parse_name(fields.get("name"));
    let scope = sites_of(fields).map_err(|error| vec![error]);
    let scope = scope.and_then(|sites| grant(&app.directory, role(fields), sites));
    let (name, scope) = match (name, scope) {
        (Ok(name), Ok(scope)) => (name, scope),
        (name, scope) => {
            let scope = scope.err().into_iter().flatten();
            return Ok(Done::wrong(
                "tokens",
                name.err().into_iter().chain(scope).collect(),
            ));
        }
    };
    let minted = tokens::mint_for(&app.store, by, name, role(fields), scope, app.now()).await?;
    let said = "To be sent as “Authorization: Bearer …”. It is not shown again.";
    Ok(Done::secret("tokens", said, minted.secret))
}

pub(super) async fn revoke(app: &App, fields: &FormFields) -> storage::Result<Done> {
    let id = fields.get("id").to_owned();
    app.store.revoke_token(id, app.now()).await?;
    Ok(Done::said("tokens", "The token is revoked."))
}

pub(super) fn token(app: &App, one: Token) -> TokenRow {
    let used = one
        .last_used_at
        .map(|at| age(Words::english(), at, app.now()));
    TokenRow {
        owner: one.whose().to_owned(),
        id: one.id,
        name: one.name,
        role: one.role.as_str(),
        sites: scope_words(&one.scope),
        used: used.unwrap_or_else(|| "never".to_owned()),
        revoked: one.revoked_at.is_some(),
    }
}
