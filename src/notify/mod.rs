//! Mail, and [`webhooks`] for programs. A mail shows moderators what waits, asks commenters whether they
//! want to hear of replies, or brings them replies.
//!
//! What is to be sent is an outbox row, written by [`crate::storage`] in the transaction that caused
//! it. [`tick`] turns notices into rows and sends what is due, fairly to each recipient's server
//! ([`traffic`]); a mail's content is written at that moment, from what is
//! true then. The pages behind the links in mail are `web::mail_links`.

mod compose;
mod content;
mod failure;
pub mod letter;
pub mod links;
pub mod mailer;
mod outbox;
mod quote;
pub mod records;
mod replies;
mod runner;
mod schedule;
mod smtp;
mod templates;
mod test_mail;
pub mod traffic;
pub mod webhooks;

use std::{path::Path, sync::Arc};

use self::{mailer::Mailer, traffic::Traffic};
use crate::ground::Ground;

pub use self::failure::{MailerError, SendError};
pub use self::outbox::{Ticked, tick, tick_until};
pub use self::test_mail::TestMailError;

/// The room's parts.
pub struct Notify {
    ground: Arc<Ground>,
    mailer: Mailer,
    hooks: webhooks::HookClient,
    traffic: Traffic,
}

/// The settings of mail or webhooks cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum NotifyError {
    /// Those of mail.
    Mailer(#[from] MailerError),
    /// Those of webhooks.
    Webhooks(#[from] webhooks::AuthorityError),
}

impl Notify {
    /// The room over the ground.
    ///
    /// # Errors
    /// [`NotifyError`] when the settings of mail or webhooks cannot be used.
    pub fn new(ground: Arc<Ground>) -> Result<Self, NotifyError> {
        Ok(Self {
            mailer: Mailer::new(&ground.settings)?,
            hooks: webhooks::HookClient::new(&ground.settings.webhooks)?,
            traffic: Traffic::default(),
            ground,
        })
    }

    /// The folder that mail is written to, where no mail server is set up: nobody gets it.
    #[must_use]
    pub fn mail_folder(&self) -> Option<&Path> {
        self.mailer.folder()
    }
}
