//! The threads of programs that keep their own comments: which comment here is meant by what a
//! program names, and what a program calls the comments that are kept for it. A parent that is not
//! known here costs nothing but the thread: the comment is kept at the top of its page.

use crate::{
    domain::{comment::CommentId, page::Page, site::Site},
    ground::Ground,
    storage::Result,
};

use super::inquiry::Inquiry;

/// The comment that this one answers, as far as it is known here and on the same page: by the
/// judgement that the program was given for it, else by what the program calls it.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn parent(
    ground: &Ground,
    site: &Site,
    question: &Inquiry,
    page: &Page,
) -> Result<Option<CommentId>> {
    if let Some(id) = question.parent_judgement
        && ground.store.is_on_page(&site.slug, page, id).await?
    {
        return Ok(Some(id));
    }
    let Some(foreign) = &question.foreign_parent else {
        return Ok(None);
    };
    let found = ground
        .store
        .comment_of_foreign_id(&site.slug, page, &question.blog, foreign);
    found.await
}

/// Notes what the program calls a comment that was kept for it, if it says so.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn remember(
    ground: &Ground,
    site: &Site,
    question: &Inquiry,
    id: CommentId,
) -> Result<()> {
    let Some(foreign) = question.foreign_id.clone() else {
        return Ok(());
    };
    let noted = ground
        .store
        .note_foreign_id(&site.slug, &question.blog, foreign, id);
    noted.await
}
