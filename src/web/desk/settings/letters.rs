//! Mail on the settings' page: a test, and what was given up.

use std::time::Duration;

use crate::{
    accounts::people::masked,
    domain::moderator::Moderator,
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

/// How long the page waits for the mail server.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends whoever asks for it a mail, and says how it went.
pub(super) async fn test(app: &App, account: &Moderator) -> Done {
    let wrong =
        |code, message: String| Done::wrong("mail", vec![FieldError::new("mail", code, message)]);
    let sealed = account.email.as_ref();
    let Some(Ok(to)) = sealed.map(|sealed| app.vault.open(sealed, account)) else {
        let says = "Your account has no address that can be read: give it one, under your name.";
        return wrong("no_address", says.to_owned());
    };
    match app.notify.send_test(to, PATIENCE).await {
        Err(error) => wrong("not_sent", format!("It was not sent: {error}.")),
        Ok(()) if app.notify.mail_folder().is_some() => Done::said(
            "mail",
            "It is a file in the folder now, and nobody gets it: set mail.url to a mail server, as docs/mail.md says.",
        ),
        Ok(()) => {
            let to = masked(app, account).unwrap_or_default();
            let said = format!(
                "The mail server took it for {to}. See whether it arrives, and in which folder."
            );
            Done::said("mail", &said)
        }
    }
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
