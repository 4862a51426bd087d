//! Keys of programs that speak Akismet's protocol, on the settings' page: which there are, and what
//! could not be sent to the programs that use them.

use super::age_or_never;
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
    pub(super) mode: String,
    pub(super) used: String,
    pub(super) revoked: bool,
}

pub(super) async fn add(app: &App, words: &Words, fields: &FormFields) -> Result<Done, Problem> {
    let site = site::named(app, fields.get("site"))?;
    let name = match parse_name(fields.get("name")) {
        Ok(name) => name,
        Err(error) => return Ok(Done::wrong("keys", vec![error])),
    };
    let minted = keys::mint(&app.clients, site.slug.clone(), name).await?;
    let said = words.say("programs-key-made");
    Ok(Done::secret("keys", &said, minted.secret))
}

pub(super) async fn revoke(app: &App, words: &Words, fields: &FormFields) -> Result<Done, Problem> {
    let site = site::named(app, fields.get("site"))?;
    keys::revoke(&app.clients, &site.slug, fields.get("id").to_owned()).await?;
    Ok(Done::said("keys", &words.say("programs-key-revoked")))
}

pub(super) fn row(app: &App, words: &Words, key: ClientKey) -> KeyRow {
    let mode = app.directory.site(key.site.as_str());
    let mode = mode.map(|site| site.policy.clients).unwrap_or_default();
    KeyRow {
        id: key.id,
        name: key.name,
        site: key.site.into(),
        mode: words
            .say(match mode {
                ClientMode::Judge => "programs-judged-only",
                ClientMode::Queue => "programs-kept",
            })
            .into(),
        used: age_or_never(app, words, key.last_used_at),
        revoked: key.revoked_at.is_some(),
    }
}

/// What of a site's callbacks waits or was given up, in a sentence.
pub(super) fn backlog(words: &Words, one: &Backlog) -> String {
    let why = one.last_error.as_deref();
    let why = why.map_or_else(
        || words.say("programs-not-tried").into(),
        |why| words.relay(why).into_owned(),
    );
    let site = one.site.as_str();
    words.fill(
        "programs-callbacks",
        &[
            ("site", &site),
            ("queued", &one.queued),
            ("dead", &one.dead),
            ("why", &why),
        ],
    )
}
