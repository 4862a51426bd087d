//! What mails look like: the values that each template takes. Every mail has a text and a page that
//! say the same. The page is escaped by the template; neither loads anything from anywhere.

use askama::Template;

use crate::words::Words;

/// A comment in a mail to a moderator.
pub(in crate::notify) struct Item {
    /// The site's name.
    pub site: String,
    /// The author's name.
    pub author: String,
    /// What the page is called.
    pub page: String,
    /// Where it is, if that is on the site itself.
    pub page_url: Option<String>,
    /// When it arrived.
    pub received: String,
    /// The beginning of its text.
    pub excerpt: String,
    /// The score in words.
    pub score: String,
    /// The score as a percentage.
    pub percent: Option<String>,
    /// The main reasons.
    pub reasons: Vec<String>,
    /// Where the desk shows it.
    pub opened: String,
    /// The three links.
    pub approve: String,
    /// See `approve`.
    pub spam: String,
    /// See `approve`.
    pub reject: String,
}

/// What waits for a moderator.
pub(in crate::notify) struct Queue {
    pub heading: String,
    pub items: Vec<Item>,
    pub more: i64,
    /// Where the desk is, and one's own settings on it.
    pub desk: String,
    pub preferences: String,
    /// Where this mail is stopped.
    pub stop: String,
}

#[derive(Template)]
#[template(path = "mail_queue.txt")]
pub(in crate::notify) struct QueueText<'a> {
    pub words: &'a Words,
    pub queue: &'a Queue,
}

#[derive(Template)]
#[template(path = "mail_queue.html")]
pub(in crate::notify) struct QueueHtml<'a> {
    pub words: &'a Words,
    pub queue: &'a Queue,
}

/// The question whether a commenter wants to hear of replies.
pub(in crate::notify) struct Confirm {
    pub site: String,
    pub page: String,
    pub yes: String,
    pub unsubscribe: String,
}

#[derive(Template)]
#[template(path = "mail_confirm.txt")]
pub(in crate::notify) struct ConfirmText<'a> {
    pub words: &'a Words,
    pub confirm: &'a Confirm,
}

#[derive(Template)]
#[template(path = "mail_confirm.html")]
pub(in crate::notify) struct ConfirmHtml<'a> {
    pub words: &'a Words,
    pub confirm: &'a Confirm,
}

/// The news of replies.
pub(in crate::notify) struct Replies {
    pub site: String,
    pub heading: String,
    pub items: Vec<Reply>,
    /// Those beside the ones listed.
    pub more: usize,
    pub unsubscribe: String,
}

/// One reply.
pub(in crate::notify) struct Reply {
    pub author: String,
    pub page: String,
    pub page_url: Option<String>,
    pub excerpt: String,
    pub own: String,
}

#[derive(Template)]
#[template(path = "mail_reply.txt")]
pub(in crate::notify) struct ReplyText<'a> {
    pub words: &'a Words,
    pub replies: &'a Replies,
}

#[derive(Template)]
#[template(path = "mail_reply.html")]
pub(in crate::notify) struct ReplyHtml<'a> {
    pub words: &'a Words,
    pub replies: &'a Replies,
}
