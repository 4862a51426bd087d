//! Blogger's export: an Atom feed of everything, its template and settings too. Until 2018 an entry's kind is a
//! `category`, and a comment names its page itself (`thr:in-reply-to`) and what it answers in a link; since then
//! (Takeout's `feed.atom`) there are `blogger:` elements for all of it. Comments under drafts and deleted posts
//! are in it as well.

use std::{
    collections::{HashMap, VecDeque},
    io::BufRead,
};

use super::{
    dates,
    foreign::{self, ForeignComment, Found, ReadError, Standing},
    plain,
    xml::{Element, Step, Xml},
};
use crate::bayes::Label;

/// The address that stands for every author who has none.
const NOBODYS: &str = "noreply@blogger.com";

/// Text of comments that wait for their post, in bytes; of those beyond it the post's state is not known.
const WAITING: usize = 16 << 20;

/// Why a comment is withheld whose post was too large to be read.
const UNSAID: &str = "its post's state is not known here";

/// Reads an export.
pub struct Blogger<R> {
    xml: Xml<R>,
    posts: HashMap<String, Post>,
    /// Comments whose posts are not read yet, with the bytes of their texts.
    waiting: Vec<(String, ForeignComment)>,
    size: usize,
    ready: VecDeque<Found>,
    /// Whether anything says that the feed is an export.
    is_export: bool,
    comments: u64,
    broken: Option<ReadError>,
}

struct Post {
    page: String,
    title: Option<String>,
    /// Why nothing of it may be public, and whether it was thrown away.
    withheld: Option<(&'static str, bool)>,
}

impl<R: BufRead> Blogger<R> {
    /// Starts at the file's beginning.
    pub fn new(input: R) -> Self {
        Self {
            xml: Xml::new(input),
            posts: HashMap::new(),
            waiting: Vec::new(),
            size: 0,
            ready: VecDeque::new(),
            is_export: false,
            comments: 0,
            broken: None,
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
                Ok(false) if self.waiting.is_empty() => return self.at_the_end(),
                Ok(false) => self.hand_on(),
                Err(error) => {
                    self.hand_on();
                    self.broken = Some(error);
                }
            }
        }
    }

    /// Reads the next entry; `false` at the file's end.
    fn step(&mut self) -> Result<bool, ReadError> {
        match self.xml.step()? {
            Step::Open(element) if element.name == "entry" => {
                let entry = self.entry()?;
                self.take(&entry);
            }
            Step::Open(_) | Step::Close => {}
            Step::End => return Ok(false),
        }
        Ok(true)
    }

    /// An entry's elements, but for those that are too large to keep: a post is known without its text.
    fn entry(&mut self) -> Result<Vec<Element>, ReadError> {
        let mut entry = Vec::new();
        loop {
            match self.xml.step()? {
                Step::Open(element) => {
                    let child = self.xml.rest_of(element)?;
                    entry.extend(child);
                }
                Step::Close | Step::End => return Ok(entry),
            }
        }
    }

    fn take(&mut self, entry: &[Element]) {
        let Some(kind) = kind(entry) else { return };
        self.is_export = true;
        match kind.as_str() {
            "post" | "page" => {
                if let Some(id) = get(entry, "id") {
                    self.posts.insert(id.to_owned(), post(entry));
                }
            }
            "comment" => {
                self.comments += 1;
                let Some(comment) = comment(entry, self.comments) else {
                    self.ready.push_back(Found::Skipped("no text"));
                    return;
                };
                let post = post_of(entry).unwrap_or_default();
                match self.posts.get(post) {
                    Some(post) => self.ready.push_back(placed(comment, post)),
                    None => self.wait(post.to_owned(), comment),
                }
            }
            _ => {}
        }
    }

    fn wait(&mut self, post: String, comment: ForeignComment) {
        self.size += comment.text.len() + 1_000;
        if self.size > WAITING {
            let found = comment.withheld(Some(UNSAID)).into();
            self.ready.push_back(found);
            return;
        }
        self.waiting.push((post, comment));
    }

    /// Hands on what waited. A comment whose post is not in the file is of a feed of comments alone, which has
    /// none but public ones.
    fn hand_on(&mut self) {
        for (id, comment) in std::mem::take(&mut self.waiting) {
            self.ready.push_back(match self.posts.get(&id) {
                Some(post) => placed(comment, post),
                None if self.posts.is_empty() => comment.into(),
                None => comment.withheld(Some(UNSAID)).into(),
            });
        }
        self.size = 0;
    }

    fn at_the_end(&self) -> Result<Option<Found>, ReadError> {
        if self.is_export {
            return Ok(None);
        }
        let problem = "it is a feed and no export of Blogger's: no entry says what it is";
        Err(ReadError::broken("the file", &problem))
    }
}

/// An entry's first element of a name.
fn child<'a>(entry: &'a [Element], name: &str) -> Option<&'a Element> {
    entry.iter().find(|element| element.name == name)
}

/// The text of an entry's element, trimmed; `None` where there is none or it is empty.
fn get<'a>(entry: &'a [Element], name: &str) -> Option<&'a str> {
    Some(child(entry, name)?.text()).filter(|text| !text.is_empty())
}

/// An entry's kind, in small letters.
fn kind(entry: &[Element]) -> Option<String> {
    if let Some(kind) = get(entry, "blogger:type") {
        return Some(kind.to_lowercase());
    }
    let categories = entry.iter().filter(|element| element.name == "category");
    let mut terms = categories.filter_map(|element| element.attribute("term"));
    let kind = terms.find_map(|term| term.rsplit_once("kind#"))?.1;
    Some(kind.to_lowercase())
}

/// The target of an entry's link.
fn link<'a>(entry: &'a [Element], relation: &str) -> Option<&'a str> {
    let mut links = entry.iter().filter(|element| element.name == "link");
    let link = links.find(|link| link.attribute("rel") == Some(relation))?;
    link.attribute("href").filter(|target| !target.is_empty())
}

/// An entry's state, in small letters. Exports of before 2018 have none, but for drafts.
fn status(entry: &[Element]) -> String {
    get(entry, "blogger:status")
        .unwrap_or("live")
        .to_lowercase()
}

/// Whether an entry is marked as a draft, or as no longer one.
fn is_draft(entry: &[Element]) -> bool {
    let draft = child(entry, "app:control").and_then(|control| control.get("app:draft"));
    draft.is_some_and(|word| word.eq_ignore_ascii_case("yes"))
}

/// Whether its author or the blog's has removed it: its text is a sentence of Blogger's that says so.
fn is_emptied(entry: &[Element]) -> bool {
    let mut properties = entry
        .iter()
        .filter(|element| element.name.ends_with("extendedProperty"));
    properties.any(|property| {
        property.attribute("name") == Some("blogger.contentRemoved")
            && property.attribute("value") == Some("true")
    })
}

fn post(entry: &[Element]) -> Post {
    let page = link(entry, "alternate").or_else(|| get(entry, "blogger:filename"));
    let status = status(entry);
    let withheld = match status.as_str() {
        _ if get(entry, "blogger:trashed").is_some() => Some(("its post was thrown away", true)),
        "draft" => Some(("its post is a draft", false)),
        "scheduled" => Some(("its post is to be published later", false)),
        _ if is_draft(entry) => Some(("its post is a draft", false)),
        "live" => None,
        _ => Some((UNSAID, false)),
    };
    let title = get(entry, "title").map(|title| foreign::title(&plain::line(title)));
    Post {
        page: foreign::page(&plain::address(page.unwrap_or_default())),
        title,
        withheld,
    }
}

/// The post that a comment stands under, by its id.
fn post_of(entry: &[Element]) -> Option<&str> {
    let reply = || child(entry, "thr:in-reply-to")?.attribute("ref");
    get(entry, "blogger:parent").or_else(reply)
}

/// A comment; `None` where it says nothing. Its page is its post's, if that is known.
fn comment(entry: &[Element], nth: u64) -> Option<ForeignComment> {
    let content = get(entry, "content").or_else(|| get(entry, "summary"))?;
    let status = status(entry);
    let (standing, label) = match status.as_str() {
        _ if get(entry, "blogger:trashed").is_some() => (Standing::Trash, None),
        _ if is_emptied(entry) => (Standing::Trash, None),
        _ if is_draft(entry) => (Standing::Pending, None),
        "live" => (Standing::Approved, Some(Label::Ham)),
        "spam" => (Standing::Spam, Some(Label::Spam)),
        "emptied" | "deleted" | "removed" => (Standing::Trash, None),
        _ => (Standing::Pending, None),
    };
    let reply = child(entry, "thr:in-reply-to");
    let page = reply
        .and_then(|reply| reply.attribute("href"))
        .or_else(|| link(entry, "alternate"))
        .unwrap_or_default();
    // A comment's own address is its page's with a place on it.
    let page = page.split(['#', '?']).next().unwrap_or_default();
    let answered = get(entry, "blogger:inReplyTo").or_else(|| link(entry, "related"));
    let author = child(entry, "author");
    let of_author = |name: &str| author.and_then(|author| author.get(name));
    let email = of_author("email").filter(|email| !email.eq_ignore_ascii_case(NOBODYS));
    let comment = ForeignComment {
        id: get(entry, "id").map(number),
        parent: answered.map(number),
        page: foreign::page(&plain::address(page)),
        name: plain::line(of_author("name").unwrap_or_default()),
        email: email.map(str::to_owned),
        website: of_author("uri").map(plain::address),
        text: plain::of_html(content),
        standing,
        label,
        place: format!("comment {nth}"),
        ..ForeignComment::default()
    };
    Some(comment.written(dates::read(get(entry, "published"))))
}

/// A comment's number: what its id (`tag:…post-7`) and the links to it (`…/comments/default/7`) end with.
fn number(id: &str) -> String {
    let start = id.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| {
        at + id[at..].chars().next().map_or(0, char::len_utf8)
    });
    let digits = &id[start..];
    if digits.is_empty() { id } else { digits }.to_owned()
}

/// A comment under its post.
fn placed(comment: ForeignComment, post: &Post) -> Found {
    let page = if post.page.is_empty() {
        comment.page.clone()
    } else {
        post.page.clone()
    };
    let comment = ForeignComment {
        page,
        page_title: post.title.clone(),
        ..comment
    };
    match post.withheld {
        Some((why, true)) => comment.discarded(Some(why)).into(),
        why => comment.withheld(why.map(|(why, _)| why)).into(),
    }
}
