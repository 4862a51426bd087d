//! One comment, opened: everything that is known about it, and the author's whole address for
//! those who ask and are recorded.

use crate::{
    domain::{
        comment::{Comment, CommentId},
        decision::HistoryEntry,
        email::EmailAddress,
        moderator::Principal,
        queue::{Counts, Filter},
    },
    ground::Ground,
    sealing::vault::Unopenable,
    storage::{StoreError, related::Earlier},
};

/// A comment with what surrounds it.
#[derive(Debug)]
pub struct Opened {
    /// The comment.
    pub comment: Comment,
    /// What happened to it, earliest first.
    pub history: Vec<HistoryEntry>,
    /// The author's comments on the sites one may see, this one included.
    pub author: Counts,
    /// What was decided about others from the same place.
    pub earlier: Earlier,
}

/// Why an address was not revealed.
#[derive(Debug, thiserror::Error)]
pub enum RevealError {
    /// The comment is not there, or not theirs to see.
    #[error("there is no such comment")]
    NotFound,
    /// The keys at hand do not open it.
    #[error(transparent)]
    Unopenable(#[from] Unopenable),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A comment that the principal may see.
///
/// # Errors
/// [`StoreError`].
pub async fn find(
    ground: &Ground,
    principal: &Principal,
    id: CommentId,
) -> Result<Option<Comment>, StoreError> {
    ground.store.comment(&principal.scope, id).await
}

/// A comment with what surrounds it.
///
/// # Errors
/// [`StoreError`].
pub async fn open(
    ground: &Ground,
    principal: &Principal,
    id: CommentId,
) -> Result<Option<Opened>, StoreError> {
    let Some(comment) = find(ground, principal, id).await? else {
        return Ok(None);
    };
    let by_author = Filter {
        sites: ground.directory.covered(&principal.scope),
        author: Some(comment.email_index.clone()),
        ..Filter::default()
    };
    Ok(Some(Opened {
        history: ground.store.history(&comment).await?,
        author: ground.store.count_comments(&by_author).await?,
        earlier: ground.store.earlier_decisions(&comment).await?,
        comment,
    }))
}

/// The author's whole address. That it was looked at is in the history before it is returned.
///
/// # Errors
/// [`RevealError`].
pub async fn reveal_email(
    ground: &Ground,
    principal: &Principal,
    id: CommentId,
) -> Result<EmailAddress, RevealError> {
    let comment = find(ground, principal, id).await?;
    let comment = comment.ok_or(RevealError::NotFound)?;
    let email = ground.vault.open(&comment.email, &comment)?;
    ground
        .store
        .record_reveal(&comment, principal.actor.clone(), ground.now())
        .await?;
    Ok(email)
}

/// Adds a note to a comment's history and decides nothing; `None` when the comment is not there.
///
/// # Errors
/// [`StoreError`].
pub async fn add_note(
    ground: &Ground,
    principal: &Principal,
    id: CommentId,
    note: String,
) -> Result<Option<Comment>, StoreError> {
    let Some(comment) = find(ground, principal, id).await? else {
        return Ok(None);
    };
    ground
        .store
        .add_note(&comment, principal.actor.clone(), note, ground.now())
        .await?;
    Ok(Some(comment))
}

/// The author's address as everyone may see it.
#[must_use]
pub fn masked_email(ground: &Ground, comment: &Comment) -> String {
    let opened = ground.vault.open(&comment.email, comment);
    opened.map_or_else(|_| "unreadable".to_owned(), |email| email.masked())
}
