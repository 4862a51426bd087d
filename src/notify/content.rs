//! What the mails have in common: how much one shows, what sites and pages are called in it, whose
//! subscription it is about, and what comes of writing one.

use super::{letter::Letter, quote::quote};
use crate::{
    domain::comment::Comment,
    ground::Ground,
    sealing::vault::Unopenable,
    storage::{
        StoreError,
        mail_queue::Claimed,
        subscriptions::{Answer, Subscription},
    },
};

/// Comments in one mail; of the rest, only their number is given.
pub(super) const LISTED: u32 = 20;
/// Longest excerpt in a mail, in user-perceived characters.
pub(super) const EXCERPT_CHARS: usize = 300;
/// Longest name or title in a mail, in user-perceived characters.
pub(super) const LINE_CHARS: usize = 100;

/// Why a mail cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum ComposeError {
    /// The database failed: try again later.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The recipient's address is sealed with a key that is not at hand.
    #[error(transparent)]
    Address(#[from] Unopenable),
    /// A template failed.
    #[error("a template failed: {0}")]
    Template(#[from] askama::Error),
}

/// What became of a mail that was to be written.
pub(super) enum Composed {
    /// It is written.
    Letter {
        /// What its Message-ID is made of.
        id: String,
        letter: Box<Letter>,
        /// The rows of the outbox that it covers, where there are several.
        told: Vec<String>,
    },
    /// Nothing is left to say.
    Settled,
    /// Its recipient was mailed lately; it comes up again.
    PutOff,
}

/// The subscription that the mail is about, if its owner's answer is the one expected.
pub(super) async fn subscription(
    ground: &Ground,
    mail: &Claimed,
    expected: Answer,
) -> Result<Option<Subscription>, ComposeError> {
    let id = mail.about["subscription"].as_str().unwrap_or_default();
    let found = ground.store.subscription(id).await?;
    Ok(found.filter(|subscription| subscription.answer == expected))
}

/// What a page is called, and its address if it is on the site itself: a site without origins takes
/// any page, and what a commenter made up is not for clicking.
pub(super) fn page(ground: &Ground, comment: &Comment) -> (String, Option<String>) {
    let title = comment.page_title.as_deref();
    let name = match title.map(|title| quote(title, LINE_CHARS)) {
        Some(title) => format!("“{title}”"),
        None => quote(comment.page.as_str(), LINE_CHARS),
    };
    let own = comment.page.as_str().starts_with('/');
    let site = ground.directory.site(comment.site.as_str());
    let url = site.filter(|_| own);
    let url = url.and_then(|site| comment.page.url(&site.origins));
    (name, url)
}
