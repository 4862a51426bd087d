//! Comments that people decided about, from any number of files, in the order of time.

use std::collections::{HashMap, hash_map::Entry};

use serde::Serialize;
use xxhash_rust::xxh3::Xxh3Default;

use crate::{
    bayes::Label,
    domain::{email::EmailAddress, timestamp::Timestamp, website::Website},
    intake::adopted,
    interchange::{
        foreign::{Findings, ForeignComment, Found, ReadError},
        placing::Calendar,
    },
    text::Document,
};

/// A comment that somebody decided about.
#[derive(Debug, Clone)]
pub struct PastComment {
    /// When it was written, or what stands in for that.
    pub at: Timestamp,
    /// Whether that is its own date.
    pub is_dated: bool,
    /// What people said it is.
    pub label: Label,
    /// Whether Akismet had called it spam, where the file says so.
    pub akismet: Option<bool>,
    text: String,
    name: String,
    email_domain: Option<String>,
    website: Option<String>,
}

impl PastComment {
    /// What a model is asked to judge.
    #[must_use]
    pub fn document(&self) -> Document<'_> {
        Document {
            text: &self.text,
            name: Some(&self.name),
            email_domain: self.email_domain.as_deref(),
            website: self.website.as_deref(),
        }
    }
}

/// What the files had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Inventory {
    /// Comments, each counted once.
    pub comments: u64,
    /// Of these, called genuine by people.
    pub ham: u64,
    /// Of these, called spam.
    pub spam: u64,
    /// Of these, nothing: they wait, or were thrown away for whatever reason.
    pub unlabelled: u64,
    /// Those that came in several files.
    pub repeated: u64,
    /// What could not be read, or is no comment.
    pub skipped: u64,
    /// Those without a date of their own; they stand where their file has them.
    pub undated: u64,
}

/// A comment as it was read.
struct Read {
    comment: ForeignComment,
    is_dated: bool,
}

/// What is read so far.
#[derive(Default)]
pub struct Past {
    comments: Vec<Read>,
    known: HashMap<u128, usize>,
    skipped: u64,
    repeated: u64,
    undated: u64,
}

impl Past {
    /// Adds what a file of a system has. A comment that was in another file before is the same one: what people said of it there
    /// counts where this file says nothing.
    ///
    /// # Errors
    /// [`ReadError::Broken`] where the file ends early. What stands before that is added.
    pub fn add(
        &mut self,
        system: &str,
        findings: Findings,
        now: Timestamp,
    ) -> Result<(), ReadError> {
        let mut comments = Vec::new();
        let mut broken = Ok(());
        for found in findings {
            match found {
                Ok(Found::Comment(comment)) if !comment.text.trim().is_empty() => {
                    comments.push(*comment);
                }
                Ok(Found::Remark(_)) => {}
                Ok(Found::Comment(_) | Found::Skipped(_)) | Err(ReadError::Item { .. }) => {
                    self.skipped += 1;
                }
                Err(error) => {
                    broken = Err(error);
                    break;
                }
            }
        }
        let is_dated = |one: &ForeignComment| one.created_at.is_some_and(|at| at <= now);
        let dated: Vec<bool> = comments.iter().map(is_dated).collect();
        self.undated += dated.iter().filter(|dated| !**dated).count() as u64;
        let identities: Vec<u128> = comments.iter().map(|one| identity(system, one)).collect();
        Calendar::new(now).place(&mut comments);
        for ((comment, is_dated), identity) in comments.into_iter().zip(dated).zip(identities) {
            self.keep(Read { comment, is_dated }, identity);
        }
        broken
    }

    fn keep(&mut self, read: Read, identity: u128) {
        match self.known.entry(identity) {
            Entry::Vacant(place) => {
                place.insert(self.comments.len());
                self.comments.push(read);
            }
            Entry::Occupied(place) => {
                self.repeated += 1;
                let known = &mut self.comments[*place.get()].comment;
                known.label = read.comment.label.or(known.label);
                known.akismet = known.akismet.or(read.comment.akismet);
            }
        }
    }

    /// Those that somebody decided about, in the order of time, and what there was in all.
    #[must_use]
    pub fn in_order(mut self) -> (Vec<PastComment>, Inventory) {
        self.comments.sort_by_key(|read| read.comment.created_at);
        let count = |wanted: Option<Label>| {
            let all = self.comments.iter();
            all.filter(|read| read.comment.label == wanted).count() as u64
        };
        let inventory = Inventory {
            comments: self.comments.len() as u64,
            ham: count(Some(Label::Ham)),
            spam: count(Some(Label::Spam)),
            unlabelled: count(None),
            repeated: self.repeated,
            skipped: self.skipped,
            undated: self.undated,
        };
        let decided = self.comments.iter().filter_map(past);
        (decided.collect(), inventory)
    }
}

/// The comment as an import would make it.
fn past(read: &Read) -> Option<PastComment> {
    let comment = &read.comment;
    let email = comment.email.as_deref().unwrap_or_default();
    let email = EmailAddress::parse("email", email).ok();
    let website = comment.website.as_deref();
    let website = website.and_then(|raw| Website::parse(&adopted::one_line(raw)).ok());
    Some(PastComment {
        at: comment.created_at.unwrap_or(Timestamp::from_millis(0)),
        is_dated: read.is_dated,
        label: comment.label?,
        akismet: comment.akismet,
        text: adopted::text(&comment.text).as_str().to_owned(),
        name: adopted::name(&comment.name).as_str().to_owned(),
        email_domain: email.map(|email| email.domain().to_owned()),
        website: website.map(|website| website.as_str().to_owned()),
    })
}

/// What a comment is known by: its id in its system and its author, for two blogs may number theirs alike; without an id, what it says.
fn identity(system: &str, comment: &ForeignComment) -> u128 {
    let mut hasher = Xxh3Default::new();
    let mut add = |part: &str| {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    };
    add(system);
    add(comment.name.trim());
    if let Some(id) = &comment.id {
        add(id);
    } else {
        add(&comment.text);
        add(&comment.page);
        let at = comment.created_at.map(Timestamp::millis);
        add(&at.unwrap_or_default().to_string());
    }
    hasher.digest128()
}
