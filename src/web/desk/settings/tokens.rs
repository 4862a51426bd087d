//! Tokens for programs on the settings' page.

use super::{age_or_never, role, role_name, scope_words, sites_of};
use crate::{
    accounts::{grant, tokens},
    storage::{self, tokens::Token},
    web::desk::prelude::*,
};

/// A token as the page shows it.
pub(super) struct TokenRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) sites: String,
    pub(super) owner: String,
    pub(super) used: String,
    pub(super) revoked: bool,
}

pub(super) async fn add(app: &App, by: &SignedIn, fields: &FormFields) -> Result<Done, Problem> {
    let words = by.words;
    let name = tokens::parse_name(fields.get("name"));
    let scope = sites_of(words, fields).map_err(|error| vec![error]);
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
    let minted = tokens::mint_for(
        &app.store,
        &by.account,
        name,
        role(fields),
        scope,
        app.now(),
    )
    .await?;
    let said = words.say("settings-token-made");
    Ok(Done::secret("tokens", &said, minted.secret))
}

pub(super) async fn revoke(app: &App, words: &Words, fields: &FormFields) -> storage::Result<Done> {
    let id = fields.get("id").to_owned();
    app.store.revoke_token(id, app.now()).await?;
    Ok(Done::said("tokens", &words.say("settings-token-revoked")))
}

pub(super) fn token(app: &App, words: &Words, one: Token) -> TokenRow {
    let owner = match one.owner {
        Some(_) => one.whose().to_owned(),
        None => words.relay(one.whose()).into_owned(),
    };
    TokenRow {
        owner,
        id: one.id,
        name: one.name,
        role: words.say(role_name(one.role)).into(),
        sites: scope_words(words, &one.scope),
        used: age_or_never(app, words, one.last_used_at),
        revoked: one.revoked_at.is_some(),
    }
}
