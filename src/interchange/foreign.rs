//! A comment as another system kept it: the one type that every reader yields, whatever the file.
//! What is made of it here is [`super::import`]'s.

use std::{io, net::IpAddr};

use clap::ValueEnum;
use xxhash_rust::xxh3::Xxh3Default;

use crate::{
    bayes::Label,
    domain::{page, timestamp::Timestamp},
};

use super::{dates::Date, doubt::Doubt};

/// The files that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ForeignFormat {
    /// WordPress's export (WXR 1.0 to 1.2).
    Wxr,
    /// WordPress's `/wp/v2/comments?context=edit` as JSON; the way to get at spam.
    #[value(alias = "wordpress")]
    WpRest,
    /// `wp comment list --format=json`, with all fields.
    WpCli,
    /// Disqus's XML export.
    Disqus,
    /// Blogger's export: `blog-….xml`, or `feed.atom` of a Takeout.
    Blogger,
    /// Movable Type's export, which `TypePad`, FC2 and Hatena write too.
    #[value(alias = "typepad")]
    MovableType,
    /// Isso's SQLite database.
    Isso,
    /// Isso's generic JSON: threads with their comments.
    IssoJson,
    /// Commento's export, or Comentario's.
    #[value(alias = "comentario")]
    Commento,
    /// Remark42's backup, compressed or not.
    Remark42,
    /// Artrans: JSON as Artalk and its converters write it.
    Artrans,
    /// Waline's JSON export; likewise Twikoo's and Valine's.
    #[value(aliases = ["twikoo", "valine"])]
    Waline,
    /// CSV with a header.
    Csv,
    /// JSON lines, as `hamlet export` writes them.
    Jsonl,
}

impl ForeignFormat {
    /// The system whose ids these are. Files of one system are not imported twice, whatever their
    /// format.
    #[must_use]
    pub const fn system(self) -> &'static str {
        match self {
            Self::Wxr | Self::WpRest | Self::WpCli => "wordpress",
            Self::Disqus => "disqus",
            Self::Blogger => "blogger",
            Self::MovableType => "movable-type",
            Self::Isso | Self::IssoJson => "isso",
            Self::Commento => "commento",
            Self::Remark42 => "remark42",
            Self::Artrans => "artrans",
            Self::Waline => "waline",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

/// Where a comment stood in its own system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    /// Public.
    #[default]
    Approved,
    /// Waiting for a person.
    Pending,
    /// Kept apart as spam.
    Spam,
    /// Genuine but unwanted.
    Rejected,
    /// Thrown away, for whatever reason.
    Trash,
}

/// A comment as another system kept it. Texts are plain: markup was undone by the reader.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ForeignComment {
    /// Its identifier there.
    pub id: Option<String>,
    /// The identifier of the comment it answers.
    pub parent: Option<String>,
    /// Its page: a web address or a path.
    pub page: String,
    /// The page's title.
    pub page_title: Option<String>,
    /// Its author's name.
    pub name: String,
    /// Its author's email address.
    pub email: Option<String>,
    /// Its author's website.
    pub website: Option<String>,
    /// Its text.
    pub text: String,
    /// Where it came from.
    pub address: Option<IpAddr>,
    /// When it was written.
    pub created_at: Option<Timestamp>,
    /// Where it stood.
    pub standing: Standing,
    /// What people said it is, as far as the system kept that.
    pub label: Option<Label>,
    /// Whether Akismet had called it spam, as far as the system kept that: no label, but something to compare with.
    pub akismet: Option<bool>,
    /// From when on it is for everyone, where it, or its page, is to be published later.
    pub shown_from: Option<Timestamp>,
    /// Until when.
    pub shown_until: Option<Timestamp>,
    /// Why it must not be public here, although nothing was said against the comment itself: in a few
    /// words that are the same for all of its kind.
    pub withheld: Option<&'static str>,
    /// What could not be understood of it, and what stands in for that.
    pub doubts: Vec<Doubt>,
    /// Where it stands, in the file's own terms: `line 7`, `comment 12`.
    pub place: String,
}

impl ForeignComment {
    /// The comment with what its system says of when it was written.
    #[must_use]
    pub fn written(mut self, date: Date) -> Self {
        self.created_at = date.at;
        self.doubts.extend(date.doubt);
        self
    }

    /// The comment with its author's address apart from the name, where both stand in one field: `Ann <ann@example.org>`. A name is
    /// shown to everyone.
    #[must_use]
    pub fn named_apart(mut self) -> Self {
        let address = |rest: &str| {
            let address = rest.trim_end().strip_suffix('>')?;
            let is_one = address.contains('@') && !address.contains(char::is_whitespace);
            is_one.then(|| address.to_owned())
        };
        let parts = self.name.rsplit_once('<');
        if let Some((name, address)) = parts.and_then(|(name, rest)| Some((name, address(rest)?))) {
            self.name = name.trim_matches([' ', '"']).to_owned();
            self.email = self.email.or(Some(address));
        }
        self
    }

    /// An id for a comment that came without one: the same comment has the same.
    #[must_use]
    pub fn id_by_content(&self) -> String {
        let mut hasher = Xxh3Default::new();
        let time = self.created_at.map(|time| time.millis().to_string());
        for part in [
            &self.page,
            &self.name,
            &self.text,
            &time.unwrap_or_default(),
        ] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        format!("={:032x}", hasher.digest128())
    }

    /// The comment as it may be imported when it was not for everyone to read: one that would be public
    /// waits for a person instead. That it was approved there says nothing then, as it was approved for
    /// other readers.
    #[must_use]
    pub fn withheld(self, why: Option<&'static str>) -> Self {
        if why.is_none() || self.standing != Standing::Approved {
            return self;
        }
        Self {
            standing: Standing::Pending,
            label: self.label.filter(|label| *label == Label::Spam),
            withheld: why,
            ..self
        }
    }

    /// The same of what is not to be seen yet, or no more.
    #[must_use]
    pub fn shown_at(self, now: Timestamp) -> Self {
        let is_later = self.shown_from.is_some_and(|from| from > now);
        let is_over = self.shown_until.is_some_and(|until| until <= now);
        self.withheld(is_later.then_some("it is to be published later"))
            .withheld(is_over.then_some("it was to be shown for a time only"))
    }

    /// The same for what was thrown away with its page or thread, or by itself: it is kept out of the
    /// queue too.
    #[must_use]
    pub fn discarded(self, why: Option<&'static str>) -> Self {
        if why.is_none() || !matches!(self.standing, Standing::Approved | Standing::Pending) {
            return self;
        }
        Self {
            standing: Standing::Trash,
            label: self.label.filter(|label| *label == Label::Spam),
            withheld: why.filter(|_| self.standing == Standing::Approved),
            ..self
        }
    }
}

/// A page that many comments of a file share, as each of them has it: one that is too long to be a page
/// here is none, and costs its length once and not with every comment.
#[must_use]
pub fn page(raw: &str) -> String {
    let fits = raw.chars().nth(page::MAX_CHARS).is_none();
    if fits { raw.to_owned() } else { String::new() }
}

/// Likewise its title, of which only the beginning is kept.
#[must_use]
pub fn title(raw: &str) -> String {
    raw.chars().take(page::MAX_TITLE_CHARS).collect()
}

/// One thing found in a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A comment.
    Comment(Box<ForeignComment>),
    /// Something that is left out, and why, in a few words that are the same for all of its kind.
    Skipped(&'static str),
    /// Something that the operator should know of the file as a whole.
    Remark(String),
}

impl From<ForeignComment> for Found {
    fn from(comment: ForeignComment) -> Self {
        Self::Comment(Box::new(comment))
    }
}

/// Why a file, or one thing in it, cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// One thing is not what it should be. Reading can go on.
    #[error("{place}: {problem}")]
    Item {
        /// Where, in the file's own terms: `line 7`, `comment 12`.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// Nothing more can be read.
    #[error("{place}: {problem}")]
    Broken {
        /// Where.
        place: String,
        /// What is wrong.
        problem: String,
    },
}

impl ReadError {
    /// Nothing more can be read.
    pub fn broken(place: impl Into<String>, problem: &impl ToString) -> Self {
        Self::Broken {
            place: place.into(),
            problem: problem.to_string(),
        }
    }

    /// One thing is not what it should be.
    pub fn item(place: impl Into<String>, problem: &impl ToString) -> Self {
        Self::Item {
            place: place.into(),
            problem: problem.to_string(),
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::broken("the file", &error)
    }
}

/// What is found in a file, one after another.
pub type Findings = Box<dyn Iterator<Item = Result<Found, ReadError>> + Send>;
