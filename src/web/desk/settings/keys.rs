//! Keys of programs that speak Akismet's protocol, on the settings' page: which there are, and what
//! could not be sent to the programs that use them.

use crate::{
    accounts::tokens::parse_name,
    clients::keys,
    domain::site::ClientMode,
    storage::{callbacks::Backlog, client_keys::ClientKey},
    web::desk::prelude::*,
};

/// A key as the page shows it.
pub(super) struct KeyRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) site: String,
    /// What becomes of the texts that its program asks about.
    pub(super) mode: &'static str,
    pub(super) used: String,
    pub(super) revoked: bool,
}

pub(super) async fn add(app: &App, fields: &FormFields) -> Result<Done, Problem> {
    let site = site::named(app, fields.get("site"))?;
    let name = match parse_name(fields.get("name")) {
        Ok(name) => name,
        Err(error) => return Ok(Done::wrong("keys", vec![error])),
    };
    let minted = keys::mint(&app.clients, site.slug.clone(), name).await?;
    let said = "Enter it into the program, beside this service's address. It is not shown again.";
    Ok(Done::secret("keys", said, minted.secret))
}

pub(super) async fn revoke(app: &App, fields: &FormFields) -> Result<Done, Problem> {
    let site = site::named(app, fields.get("site"))?;
    keys::revoke(&app.clients, &site.slug, fields.get("id").to_owned()).await?;
    Ok(Done::said("keys", "The key is revoked."))
}

pub(super) fn row(app: &App, key: ClientKey) -> KeyRow {
    let mode = app.directory.site(key.site.as_str());
    let mode = mode.map(|site| site.policy.clients).unwrap_or_default();
    let used = |at: Timestamp| age(Words::english(), at, app.now());
    KeyRow {
        id: key.id,
        name: key.name,
        site: key.site.into(),
        mode: match mode {
            ClientMode::Judge => "judged only",
            ClientMode::Queue => "kept for review",
        },
        used: key.last_used_at.map_or_else(|| "never".to_owned(), used),
        revoked: key.revoked_at.is_some(),
    }
}

/// What of a site's callbacks waits or was given up, in a sentence.
pub(super) fn backlog(one: &Backlog) -> String {
    let why = one.last_error.as_deref().unwrap_or("not tried yet");
    let given_up = match one.dead {
        0 => String::new(),
        dead => format!(", {dead} given up"),
    };
    format!(
        "Callbacks of {}: {} waiting{given_up} ({why}).",
        one.site, one.queued
    )
}
