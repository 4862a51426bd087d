//! Disqus's XML export: `thread` elements with the pages, then `post` elements that name theirs.
//! `isSpam` is a person's or Disqus's word and counts even where the post was deleted too; a post
//! that was only deleted says nothing, nor does one whose thread was deleted.

use std::{
    collections::{HashMap, VecDeque},
    io::BufRead,
};

use super::{
    dates,
    foreign::{self, ForeignComment, Found, ReadError, Standing},
    json_fields::says_no,
    marks::Marks,
    plain,
    xml::{Element, Step, Xml},
};
use crate::{bayes::Label, domain::network};

/// Reads an export.
pub struct Disqus<R> {
    xml: Xml<R>,
    threads: HashMap<String, Thread>,
    posts: u64,
    /// Posts that stand before their thread, with their numbers: they come last.
    waiting: VecDeque<(u64, Element)>,
    has_ended: bool,
}

/// Posts that wait for their thread at most.
const WAITING: usize = 20_000;

struct Thread {
    link: String,
    title: Option<String>,
    withheld: Option<Withheld>,
}

/// Why nothing of a thread may be public.
#[derive(Clone, Copy)]
enum Withheld {
    Deleted,
    Marked,
}

impl<R: BufRead> Disqus<R> {
    /// Starts at the file's beginning.
    pub fn new(input: R) -> Self {
        Self {
            xml: Xml::new(input),
            threads: HashMap::new(),
            posts: 0,
            waiting: VecDeque::new(),
            has_ended: false,
        }
    }

    /// What comes next; `None` at the end. Nothing follows that, or an error.
    pub(super) fn advance(&mut self) -> Result<Option<Found>, ReadError> {
        loop {
            if self.has_ended {
                let Some((number, post)) = self.waiting.pop_front() else {
                    return Ok(None);
                };
                self.posts = number;
                return Ok(Some(self.comment(&post)));
            }
            let element = match self.xml.step()? {
                Step::Open(element) => element,
                Step::Close => continue,
                Step::End => {
                    self.has_ended = true;
                    continue;
                }
            };
            // A post and a thread refer to each other by elements of the same names, inside.
            match element.name.as_str() {
                "thread" => {
                    if let Some(thread) = self.xml.rest_of(element)? {
                        self.remember(&thread);
                    }
                }
                "post" => {
                    self.posts += 1;
                    let Some(post) = self.xml.rest_of(element)? else {
                        return Ok(Some(Found::Skipped("too large")));
                    };
                    if !self.is_before_its_thread(&post) {
                        return Ok(Some(self.comment(&post)));
                    }
                    self.waiting.push_back((self.posts, post));
                }
                _ => {}
            }
        }
    }

    fn is_before_its_thread(&self, post: &Element) -> bool {
        let thread = post.child("thread").and_then(id_of);
        let is_known = |id| self.threads.contains_key(id);
        self.waiting.len() < WAITING && !thread.is_none_or(is_known)
    }

    fn remember(&mut self, thread: &Element) {
        let Some(id) = id_of(thread) else {
            return;
        };
        let link = thread.get("link").or_else(|| thread.get("id"));
        let title = thread
            .get("title")
            .map(|title| foreign::title(&plain::line(title)));
        let link = foreign::page(&plain::address(link.unwrap_or_default()));
        let withheld = if says(thread, "isDeleted") || says(thread, "isSpam") {
            Some(Withheld::Deleted)
        } else {
            Marks::of(thread.fields())
                .hides()
                .then_some(Withheld::Marked)
        };
        let thread = Thread {
            link,
            title,
            withheld,
        };
        self.threads.insert(id.to_owned(), thread);
    }

    fn comment(&self, post: &Element) -> Found {
        let Some(message) = post.get("message") else {
            return Found::Skipped("no text");
        };
        let (standing, label) = match (says(post, "isSpam"), says(post, "isDeleted")) {
            (true, _) => (Standing::Spam, Some(Label::Spam)),
            (false, true) => (Standing::Trash, None),
            (false, false) if Marks::of(post.fields()).hides() => (Standing::Pending, None),
            (false, false) => (Standing::Approved, Some(Label::Ham)),
        };
        let reference = |name: &str| Some(id_of(post.child(name)?)?.to_owned());
        let thread = reference("thread");
        let page = thread.as_ref().and_then(|id| self.threads.get(id));
        let author = post.child("author");
        let of_author = |name: &str| {
            author
                .and_then(|author| author.get(name))
                .map(str::to_owned)
        };
        let withheld = page.and_then(|page| page.withheld);
        let name = of_author("name").or_else(|| of_author("username"));
        ForeignComment {
            id: id_of(post).map(str::to_owned),
            parent: reference("parent"),
            page: page.map(|page| page.link.clone()).unwrap_or_default(),
            page_title: page.and_then(|page| page.title.clone()),
            name: plain::line(&name.unwrap_or_default()),
            email: of_author("email"),
            website: of_author("url"),
            text: plain::of_html(message),
            address: post.get("ipAddress").and_then(network::read),
            standing,
            label,
            place: format!("post {}", self.posts),
            ..ForeignComment::default()
        }
        .written(dates::read(post.get("createdAt")))
        .discarded(matches!(withheld, Some(Withheld::Deleted)).then_some("its thread was deleted"))
        .withheld(withheld.map(|_| "its thread is marked as not public"))
        .into()
    }
}

/// The id of an element; programs that write the export anew leave the prefix out.
fn id_of(element: &Element) -> Option<&str> {
    element
        .attribute("dsq:id")
        .or_else(|| element.attribute("id"))
}

/// Whether a mark is set: by any word that does not plainly deny it.
fn says(element: &Element, name: &str) -> bool {
    element.get(name).is_some_and(|word| !says_no(word))
}
