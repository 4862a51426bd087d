//! A mail that only shows that mail arrives. It is sent at once and past the outbox, so that its sender sees how it went.

use std::time::Duration;

use askama::Template;
use uuid::Uuid;

use super::{
    Notify, SendError,
    letter::{Letter, Unwritable},
};
use crate::{domain::email::EmailAddress, words::Words};

/// Why it was not sent.
#[derive(Debug, thiserror::Error)]
pub enum TestMailError {
    /// A template failed.
    #[error("a template failed: {0}")]
    Template(#[from] askama::Error),
    /// It cannot be written.
    #[error(transparent)]
    Unwritable(#[from] Unwritable),
    /// It was not taken.
    #[error(transparent)]
    Send(#[from] SendError),
}

#[derive(Template)]
#[template(path = "mail_test.txt")]
struct TestText<'a> {
    words: &'a Words,
    service: &'a str,
}

#[derive(Template)]
#[template(path = "mail_test.html")]
struct TestHtml<'a> {
    words: &'a Words,
    service: &'a str,
}

impl Notify {
    /// Sends a mail that says in somebody's language that mail arrives, and waits for its end for so long at most.
    ///
    /// # Errors
    /// [`TestMailError`], in the words of [`SendError`] where the mail server did not take it.
    pub async fn send_test(
        &self,
        words: &Words,
        to: EmailAddress,
        patience: Duration,
    ) -> Result<(), TestMailError> {
        let service = self.ground.public_url();
        let service = service.as_str();
        let letter = Letter {
            to,
            subject: words.fill("mail-test-subject", &[("service", &service)]),
            text: TestText { words, service }.render()?,
            html: TestHtml { words, service }.render()?,
            list: "test".to_owned(),
            unsubscribe: None,
            thread: None,
        };
        let id = Uuid::now_v7().to_string();
        let message = letter.pack(&id, self.mailer.from(), self.ground.now())?;
        let sending = self.mailer.send(&id, &message);
        let sent = tokio::time::timeout(patience, sending).await;
        let late = || SendError::Late("the mail server did not answer in time".to_owned());
        Ok(sent.unwrap_or_else(|_| Err(late()))?)
    }
}
