//! Mail on the settings' page: a test, and what was given up.

use std::time::Duration;

use crate::{
    accounts::people::masked,
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
pub(super) async fn test(app: &App, by: &SignedIn) -> Done {
    let (words, account) = (by.words, &by.account);
    let wrong =
        |code, message: String| Done::wrong("mail", vec![FieldError::new("mail", code, message)]);
    let sealed = account.email.as_ref();
    let Some(Ok(to)) = sealed.map(|sealed| app.vault.open(sealed, account)) else {
        return wrong("no_address", words.say("settings-mail-address").into());
    };
    match app.notify.send_test(words, to, PATIENCE).await {
        Err(error) => {
            let why = words.relay(&error.to_string()).into_owned();
            let message = words.fill("settings-mail-not-sent", &[("why", &why)]);
            wrong("not_sent", message)
        }
        Ok(()) if app.notify.mail_folder().is_some() => {
            Done::said("mail", &words.say("settings-mail-in-folder"))
        }
        Ok(()) => {
            let to = masked(app, account).unwrap_or_default();
            Done::said("mail", &words.fill("settings-mail-taken", &[("to", &to)]))
        }
    }
}

pub(super) async fn retry(app: &App, words: &Words, fields: &FormFields) -> storage::Result<Done> {
    let id = fields.get("id").to_owned();
    app.store.retry_mail(id, app.now()).await?;
    Ok(Done::said("mail", &words.say("settings-mail-retried")))
}

pub(super) fn letter(app: &App, words: &Words, entry: OutboxEntry) -> Letter {
    let opened = entry
        .recipient
        .as_ref()
        .map(|(sealed, owner)| app.vault.open(sealed, owner.clone()));
    let kind = format!("settings-letter-{}", entry.kind.as_str());
    let to = opened.and_then(Result::ok).map(|address| address.masked());
    Letter {
        id: entry.id,
        kind: words.say(&kind).into(),
        to: to.unwrap_or_else(|| words.say("settings-gone").into()),
        age: age(words, entry.created_at, app.now()),
        error: words
            .relay(&entry.last_error.unwrap_or_default())
            .into_owned(),
    }
}
