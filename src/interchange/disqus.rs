//! Disqus's XML export: `thread` elements with the pages, then `post` elements that name theirs.
//! `isSpam` is a person's or Disqus's word and counts even where the post was deleted too; a post
//! that was only deleted says nothing.

use std::{collections::HashMap, io::BufRead};

use super::{
    dates,
    foreign::{self, ForeignComment, Found, ReadError, Standing},
    plain,
    xml::{Element, Step, Xml},
};
use crate::bayes::Label;

/// Reads an export.
pub struct Disqus<R> {
    xml: Xml<R>,
    threads: HashMap<String, Thread>,
    posts: u64,
    ended: bool,
}

struct Thread {
    link: String,
    title: Option<String>,
}

impl<R: BufRead> Disqus<R> {
    /// Starts at the file's beginning.
    pub fn new(input: R) -> Self {
        Self {
            xml: Xml::new(input),
            threads: HashMap::new(),
            posts: 0,
            ended: false,
        }
    }

    fn advance(&mut self) -> Result<Option<Found>, ReadError> {
        loop {
            let element = match self.xml.step()? {
                Step::Open(element) => element,
                Step::Close => continue,
                Step::End => return Ok(None),
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
                    let post = self.xml.rest_of(element)?;
                    return Ok(Some(match post {
                        Some(post) => self.comment(&post),
                        None => Found::Skipped("too large"),
                    }));
                }
                _ => {}
            }
        }
    }

    fn remember(&mut self, thread: &Element) {
        let Some(id) = thread.attribute("dsq:id") else {
            return;
        };
        let link = thread.get("link").or_else(|| thread.get("id"));
        let title = thread.get("title").map(foreign::title);
        let link = foreign::page(link.unwrap_or_default());
        self.threads.insert(id.to_owned(), Thread { link, title });
    }

    fn comment(&self, post: &Element) -> Found {
        let says = |name: &str| post.get(name) == Some("true");
        let Some(message) = post.get("message") else {
            return Found::Skipped("no text");
        };
        let (standing, label) = match (says("isSpam"), says("isDeleted")) {
            (true, _) => (Standing::Spam, Some(Label::Spam)),
            (false, true) => (Standing::Trash, None),
            (false, false) => (Standing::Approved, Some(Label::Ham)),
        };
        let reference = |name: &str| {
            let of = post.child(name)?.attribute("dsq:id")?;
            Some(of.to_owned())
        };
        let thread = reference("thread");
        let page = thread.as_ref().and_then(|id| self.threads.get(id));
        let author = post.child("author");
        let of_author = |name: &str| {
            author
                .and_then(|author| author.get(name))
                .map(str::to_owned)
        };
        ForeignComment {
            id: post.attribute("dsq:id").map(str::to_owned),
            parent: reference("parent"),
            page: page.map(|page| page.link.clone()).unwrap_or_default(),
            page_title: page.and_then(|page| page.title.clone()),
            name: of_author("name").unwrap_or_default(),
            email: of_author("email"),
            website: None,
            text: plain::of_html(message),
            address: post.get("ipAddress").and_then(|raw| raw.parse().ok()),
            created_at: post.get("createdAt").and_then(dates::parse),
            standing,
            label,
        }
        .into()
    }
}

impl<R: BufRead> Iterator for Disqus<R> {
    type Item = Result<Found, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let found = self.advance();
        self.ended = !matches!(found, Ok(Some(_)));
        found.transpose()
    }
}
