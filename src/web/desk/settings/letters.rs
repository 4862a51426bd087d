//! Mail that was given up, on the settings' page.

use crate::{
    storage::{self, outbox_entries::OutboxEntry},
    web::desk::prelude::*,
};

/// A mail that was given up.
pub(super) struct Letter {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) to: String,
    pub(super) age: String,
    pub(super) error: String,
}

pub(super) async fn retry(app: &App, fields: &FormFields) -> storage::Result<Done> {
    let id = fields.get("id").to_owned();
    app.store.retry_mail(id, app.now()).await?;
    let said = "It is tried again at once, and for as long as a new mail.";
    Ok(Done::said("mail", said))
}

pub(super) fn letter(app: &App, entry: OutboxEntry) -> Letter {
    let opened = entry
        .recipient
        .as_ref()
        .map(|(sealed, owner)| app.vault.open(sealed, owner.clone()));
    let to = opened.and_then(Result::ok).map(|address| address.masked());
    Letter {
        id: entry.id,
        kind: entry.kind.as_str().replace('_', " "),
        to: to.unwrap_or_else(|| "gone".to_owned()),
        age: age(Words::english(), entry.created_at, app.now()),
        error: entry.last_error.unwrap_or_default(),
    }
}
