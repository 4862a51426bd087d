//! WordPress's export (WXR): comments inside the `item` of their post. The export leaves spam out, so
//! its best labels are what people told Akismet, in `wp:commentmeta`; a comment that is public is
//! ham; one that waits or was thrown away says nothing. What stands under a post that is not for
//! everyone is not public either, however it was approved there.

use std::{
    collections::{HashSet, VecDeque},
    io::BufRead,
};

use super::{
    dates::Clocks,
    doubt::Doubt,
    foreign::{self, ForeignComment, Found, ReadError, Standing},
    marks::PAGE_WITHHELD,
    plain,
    wordpress_posts::{PASSWORD, UNSAID, is_for_some, page_of_post, why_withheld},
    xml::{Element, Step, Xml},
};
use crate::{bayes::Label, domain::network};

/// Why those are that stand under a picture, say, of a post that is not public.
const ATTACHED_TO_HIDDEN: &str = "what it is attached to is not public";

/// Text of one post's comments that waits for the post's end, in bytes; of what is beyond that, only
/// what the post has said by then is known.
const WAITING: usize = 8 << 20;

/// Posts remembered as not public, for what is attached to them.
const REMEMBERED: usize = 100_000;

/// Reads an export.
pub struct Wxr<R> {
    xml: Xml<R>,
    /// Elements that are open around what is read.
    depth: usize,
    item: Item,
    /// Comments of posts that are read.
    ready: VecDeque<Found>,
    /// Posts that are not public, and those that are.
    hidden: HashSet<String>,
    public: HashSet<String>,
    /// Comments under what is attached to a post that is not read yet, with that post.
    attached: Vec<(String, ForeignComment)>,
    /// What ended the reading, once what was read before is handed on.
    broken: Option<ReadError>,
    clocks: Clocks,
    comments: u64,
    /// Whether there is a post of a feed, and whether anything of WordPress's own.
    has_items: bool,
    is_export: bool,
}

/// A post as far as it is read.
#[derive(Default)]
struct Item {
    /// The depth of its element; 0 outside of any.
    depth: usize,
    id: Option<String>,
    attached_to: Option<String>,
    link: String,
    title: Option<String>,
    status: Option<String>,
    has_password: Option<bool>,
    /// Whether a plugin shows it to some readers only.
    is_for_some: bool,
    waiting: Vec<Found>,
    size: usize,
}

impl Item {
    /// Why its comments are withheld, if they are. What may still follow is not known of a post that is
    /// not `whole`.
    fn why_withheld(&self, hidden: &HashSet<String>, whole: bool) -> Option<&'static str> {
        if self.has_password == Some(true) {
            return Some(PASSWORD);
        }
        if self.is_for_some {
            return Some(PAGE_WITHHELD);
        }
        if !whole && (self.status.is_none() || self.has_password.is_none()) {
            return Some(UNSAID);
        }
        if self.status.as_deref() == Some("inherit") {
            let parent = self.attached_to.as_ref()?;
            return (hidden.contains(parent) || hidden.len() >= REMEMBERED)
                .then_some(ATTACHED_TO_HIDDEN);
        }
        why_withheld(self.status.as_deref()?)
    }
}

impl<R: BufRead> Wxr<R> {
    /// Starts at the file's beginning.
    pub fn new(input: R) -> Self {
        Self {
            xml: Xml::new(input),
            depth: 0,
            item: Item::default(),
            ready: VecDeque::new(),
            hidden: HashSet::new(),
            public: HashSet::new(),
            attached: Vec::new(),
            broken: None,
            clocks: Clocks::default(),
            comments: 0,
            has_items: false,
            is_export: false,
        }
    }

    /// What comes next; `None` at the end. Nothing follows that, or an error.
    pub(super) fn advance(&mut self) -> Result<Option<Found>, ReadError> {
        loop {
            if let Some(found) = self.ready.pop_front() {
                return Ok(Some(found));
            }
            if let Some(broken) = self.broken.take() {
                return Err(broken);
            }
            match self.step() {
                Ok(true) => {}
                Ok(false) if !self.item.waiting.is_empty() => self.hand_on(false),
                Ok(false) if !self.attached.is_empty() => self.release(),
                Ok(false) => return self.at_the_end(),
                Err(error) => {
                    self.hand_on(false);
                    self.release();
                    self.broken = Some(error);
                }
            }
        }
    }

    /// Reads on to the next element; `false` at the file's end.
    fn step(&mut self) -> Result<bool, ReadError> {
        let element = match self.xml.step()? {
            Step::Open(element) => element,
            Step::Close => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth < self.item.depth {
                    self.hand_on(true);
                    self.item = Item::default();
                }
                return Ok(true);
            }
            Step::End => return Ok(false),
        };
        self.is_export |= element.name.starts_with("wp:");
        match element.name.as_str() {
            "item" => {
                self.has_items = true;
                self.hand_on(false);
                self.depth += 1;
                self.item = Item {
                    depth: self.depth,
                    ..Item::default()
                };
            }
            "link" | "title" | "wp:status" | "wp:post_password" | "wp:post_id"
            | "wp:post_parent" => self.note(element)?,
            "wp:comment" => {
                let comment = self.xml.rest_of(element)?;
                let found = match comment {
                    Some(comment) => self.comment(&comment),
                    None => Found::Skipped("too large"),
                };
                self.item.waiting.push(found);
                if self.item.depth == 0 || self.item.size > WAITING {
                    self.hand_on(false);
                }
            }
            "content:encoded" => {
                // Passed over whole: what is in it is no comment.
                self.xml.rest_of(element)?;
            }
            "wp:postmeta" => {
                let meta = self.xml.rest_of(element)?;
                self.item.is_for_some |= meta.is_some_and(|meta| is_for_some(&meta));
            }
            _ => self.depth += 1,
        }
        Ok(true)
    }

    /// A feed for readers has items as well, and none of what WordPress says of its posts.
    fn at_the_end(&self) -> Result<Option<Found>, ReadError> {
        if self.is_export || !self.has_items {
            return Ok(None);
        }
        let problem = "it is a feed and no export of WordPress's: there is no element of wp: in it";
        Err(ReadError::broken("the file", &problem))
    }

    /// Keeps a fact about the post.
    fn note(&mut self, element: Element) -> Result<(), ReadError> {
        let name = element.name.clone();
        let element = self.xml.rest_of(element)?;
        // Too long to be read is not empty.
        let too_long = element.is_none();
        let element = element.unwrap_or_default();
        let short = || foreign::title(element.text());
        match name.as_str() {
            "link" => self.item.link = foreign::page(&plain::address(element.text())),
            "title" => self.item.title = Some(plain::line(&short())),
            "wp:status" => self.item.status = Some(short().to_lowercase()),
            "wp:post_id" => self.item.id = Some(short()),
            "wp:post_parent" => self.item.attached_to = Some(short()),
            _ => self.item.has_password = Some(too_long || !element.text().is_empty()),
        }
        Ok(())
    }

    /// Hands on the comments of the post so far; it is `whole` once nothing more can be said of it.
    fn hand_on(&mut self, whole: bool) {
        let why = self.item.why_withheld(&self.hidden, whole);
        if let Some(id) = self.item.id.as_ref().filter(|_| whole || why.is_some()) {
            let posts = match why {
                Some(_) => &mut self.hidden,
                None => &mut self.public,
            };
            if posts.len() < REMEMBERED {
                posts.insert(id.clone());
            }
        }
        // Pictures are often older than the post that they were put into, and stand before it.
        let parent = self.item.attached_to.as_ref();
        let parent =
            parent.filter(|_| self.item.status.as_deref() == Some("inherit") && why.is_none());
        let parent = parent.filter(|id| *id != "0" && !self.public.contains(*id));
        let room = WAITING / 1_000;
        let parent = parent.filter(|_| self.attached.len() + self.item.waiting.len() < room);
        let (mut link, title) = (self.item.link.clone(), &self.item.title);
        if link.is_empty() {
            link = self
                .item
                .id
                .as_deref()
                .map(page_of_post)
                .unwrap_or_default();
        }
        let title = title.as_ref().filter(|title| !title.is_empty());
        for found in self.item.waiting.drain(..) {
            self.ready.push_back(match found {
                Found::Comment(comment) => {
                    let comment = ForeignComment {
                        page: link.clone(),
                        page_title: title.cloned(),
                        ..*comment
                    };
                    if let Some(parent) = parent {
                        self.attached.push((parent.clone(), comment));
                        continue;
                    }
                    if self.item.status.as_deref() == Some("trash") {
                        comment.discarded(why).into()
                    } else {
                        comment.withheld(why).into()
                    }
                }
                other @ (Found::Skipped(_) | Found::Remark(_)) => other,
            });
        }
        self.item.size = 0;
    }

    /// Hands on what stands under attachments, once all posts are read. Of a post that is not in the file nobody
    /// knows whether it is public.
    fn release(&mut self) {
        for (parent, comment) in std::mem::take(&mut self.attached) {
            let why = match (self.hidden.contains(&parent), self.public.contains(&parent)) {
                (true, _) => Some(ATTACHED_TO_HIDDEN),
                (false, true) => None,
                (false, false) => Some(UNSAID),
            };
            self.ready.push_back(comment.withheld(why).into());
        }
    }

    fn comment(&mut self, comment: &Element) -> Found {
        self.comments += 1;
        let get = |name: &str| comment.get(name).map(str::to_owned);
        let approved = comment.get("wp:comment_approved").unwrap_or_default();
        let told = |key: &str| {
            let mut metas = comment.children("wp:commentmeta");
            let meta = metas.find(|meta| meta.get("wp:meta_key") == Some(key))?;
            meta.get("wp:meta_value")
        };
        if let Some(skipped) = not_a_comment(comment.get("wp:comment_type")) {
            return skipped;
        }
        let Some(content) = comment.get("wp:comment_content") else {
            return Found::Skipped("no text");
        };
        let approved = approved.to_lowercase();
        let (standing, label) = standing(&approved, told("akismet_user_result"));
        let doubts = doubts(&approved);
        self.item.size += content.len() + 1_000;
        let (universal, local) = ("wp:comment_date_gmt", "wp:comment_date");
        let date = self.clocks.read(comment.get(universal), comment.get(local));
        ForeignComment {
            id: get("wp:comment_id"),
            parent: get("wp:comment_parent").filter(|id| id != "0"),
            // The page is the post's, once it is read.
            name: plain::line(comment.get("wp:comment_author").unwrap_or_default()),
            email: get("wp:comment_author_email"),
            website: comment.get("wp:comment_author_url").map(plain::address),
            text: plain::of_html(content),
            address: comment.get("wp:comment_author_IP").and_then(network::read),
            standing,
            label,
            akismet: match told("akismet_result") {
                Some("true") => Some(true),
                Some("false") => Some(false),
                _ => None,
            },
            doubts,
            place: format!("comment {}", self.comments),
            ..ForeignComment::default()
        }
        .written(date)
        .into()
    }
}

/// Pings are no comments. An empty type is a comment.
pub(super) fn not_a_comment(kind: Option<&str>) -> Option<Found> {
    match kind.map(str::to_lowercase).as_deref() {
        None | Some("" | "comment" | "review") => None,
        Some("pingback" | "trackback") => Some(Found::Skipped("a pingback or trackback")),
        Some(_) => Some(Found::Skipped("not a comment")),
    }
}

/// What is to be said of a word for a comment's state that is none of WordPress's.
pub(super) fn doubts(approved: &str) -> Vec<Doubt> {
    const KNOWN: [&str; 11] = [
        "",
        "1",
        "approve",
        "approved",
        "0",
        "hold",
        "unapproved",
        "unapprove",
        "spam",
        "trash",
        "post-trashed",
    ];
    let is_known = KNOWN.contains(&approved);
    let doubt = (!is_known).then(|| Doubt::new("a status that is not understood", approved));
    doubt.into_iter().collect()
}

/// What WordPress's word for a comment's state means, and what a person told Akismet about it.
pub(super) fn standing(approved: &str, told: Option<&str>) -> (Standing, Option<Label>) {
    let (standing, label) = match approved {
        "1" | "approve" | "approved" => (Standing::Approved, Some(Label::Ham)),
        "spam" => (Standing::Spam, Some(Label::Spam)),
        "trash" | "post-trashed" => (Standing::Trash, None),
        _ => (Standing::Pending, None),
    };
    let label = match told {
        Some("true" | "1") => Some(Label::Spam),
        Some("false" | "0") => Some(Label::Ham),
        _ => label,
    };
    (standing, label)
}
