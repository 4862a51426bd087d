//! The conversation around a comment: what it answers, up to the beginning, and what answers it, as readers see
//! them, with the comment itself in its place whatever its status.

use std::collections::{HashMap, HashSet};

use super::{item::age, text};
use crate::{
    domain::comment::{Comment, PublicComment},
    storage,
    web::desk::prelude::*,
};

/// Comments of the page that are looked at, and of the thread that are shown.
const LOOKED_AT: u32 = 500;
const SHOWN: usize = 30;
/// Levels that are indented; deeper ones are below each other.
const DEEPEST: usize = 4;

/// A comment of the conversation.
pub struct InThread {
    pub id: String,
    pub name_html: String,
    pub age: String,
    pub at: String,
    pub text_html: String,
    /// From 0 to 4.
    pub depth: usize,
    /// Whether it is the one whose page this is.
    pub is_this: bool,
}

/// The conversation around a comment; empty when it stands alone.
///
/// # Errors
/// [`storage::StoreError`].
pub async fn around(app: &App, words: &Words, comment: &Comment) -> storage::Result<Vec<InThread>> {
    let page = app
        .store
        .public_comments(&comment.site, &comment.page, "", LOOKED_AT);
    let mut known: HashMap<CommentId, PublicComment> =
        page.await?.into_iter().map(|one| (one.id, one)).collect();
    known.insert(
        comment.id,
        PublicComment {
            id: comment.id,
            parent: comment.parent,
            name: comment.name.clone(),
            website: None,
            text: comment.text.clone(),
            created_at: comment.created_at,
            edited_at: comment.edited_at,
            avatar: 0,
        },
    );
    let order = order(&known, comment.id);
    if order.len() < 2 {
        return Ok(Vec::new());
    }
    let show = |(id, depth): (CommentId, usize)| {
        let one = known.get(&id)?;
        Some(InThread {
            id: id.to_string(),
            name_html: text::visible(words, &one.name),
            age: age(words, one.created_at, app.now()),
            at: one.created_at.to_string(),
            text_html: text::beginning(words, &one.text),
            depth: depth.min(DEEPEST),
            is_this: id == comment.id,
        })
    };
    Ok(order.into_iter().filter_map(show).collect())
}

/// The way from the beginning down to a comment, and all that answers it, each with its depth.
fn order(known: &HashMap<CommentId, PublicComment>, this: CommentId) -> Vec<(CommentId, usize)> {
    let mut above = vec![this];
    let mut seen = HashSet::from([this]);
    while let Some(parent) = above.last().and_then(|id| known.get(id)?.parent) {
        if !known.contains_key(&parent) || !seen.insert(parent) {
            break;
        }
        above.push(parent);
    }
    above.reverse();
    let depth = above.len() - 1;
    let mut order: Vec<(CommentId, usize)> = above.into_iter().zip(0..).collect();
    let mut children: HashMap<CommentId, Vec<CommentId>> = HashMap::new();
    for one in known.values() {
        if let Some(parent) = one.parent {
            children.entry(parent).or_default().push(one.id);
        }
    }
    for of_one in children.values_mut() {
        of_one.sort_unstable_by_key(|id| std::cmp::Reverse(*id));
    }
    let mut open: Vec<(CommentId, usize)> = Vec::new();
    let mut next = (this, depth);
    loop {
        let answers = children.remove(&next.0).unwrap_or_default();
        open.extend(answers.into_iter().map(|id| (id, next.1 + 1)));
        match open.pop() {
            Some(one) if order.len() < SHOWN => {
                order.push(one);
                next = one;
            }
            _ => return order,
        }
    }
}
