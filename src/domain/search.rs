//! What people search comments for: read from what they typed, compared with a comment, found again in a text. How
//! an index finds it among many is `storage::search`'s.
//!
//! Words are looked for in the text, the name and the website, all of them, whatever the case and the accents; the
//! last one also as the beginning of a word. `"…"` holds words that follow each other, and so does what is written
//! without a blank (`example.com`). `name:`, `page:` and `host:` look in one place. An email address finds what its
//! author wrote. Nothing that can be typed is an error. What has no word in it (`%`, `:-)`) is looked for as it is.

use std::ops::Range;

use super::email::{EmailAddress, EmailIndex};
use crate::text::{
    links::{addresses, canonical_host},
    units::{Unit, units},
};

/// Letters that a word has at least to be found by its beginning.
const BEGINNING: usize = 3;

/// Marks of the terms that are no words of the text. No word has such a character in it.
const AUTHOR: &str = "@";
const HOST: &str = "/";
const NAME: &str = "n:";
const PAGE: &str = "p:";

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// As it was typed.
    pub raw: String,
    clauses: Vec<Clause>,
}

/// One of the things that a comment has to have.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Clause {
    /// In text, name or website.
    Words(Phrase),
    /// Written from this address, or with it in the text.
    Author(EmailIndex, Phrase),
    Name(Phrase),
    Page(Phrase),
    Host(String),
}

/// Units that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Phrase {
    units: Vec<Unit>,
    /// Whether the last one may be the beginning of a word.
    is_open: bool,
}

/// Terms to look up: from the one, which is one of them, up to the other, which is not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lookup {
    /// The first term.
    pub from: String,
    /// The first that is not wanted any more.
    pub to: String,
}

/// A way to have what one clause asks for: every lookup finds a term of the comment.
pub type Way = Vec<Lookup>;

impl Search {
    /// Reads what was typed. `author` makes the keyed hash of an address.
    #[must_use]
    pub fn parse(raw: &str, author: impl Fn(&EmailAddress) -> EmailIndex) -> Self {
        let mut clauses = Vec::new();
        let quotation_mark = |c| matches!(c, '"' | '“' | '”');
        // What is before a quotation mark without a blank may name the field: `name:"Rosa Lux"`.
        let mut field = "";
        for (place, piece) in raw.split(quotation_mark).enumerate() {
            if place % 2 == 1 {
                clauses.extend(Clause::parse(&format!("{field}{piece}"), &author));
                continue;
            }
            let start = piece.rfind(char::is_whitespace).map_or(0, |at| at + 1);
            field = piece
                .get(start..)
                .filter(|word| word.ends_with(':'))
                .unwrap_or_default();
            let words = piece[..piece.len() - field.len()].split_whitespace();
            clauses.extend(words.filter_map(|word| Clause::parse(word, &author)));
        }
        let ends_in_word = raw.ends_with(|c: char| !c.is_whitespace() && !quotation_mark(c));
        if let Some(Clause::Words(last)) = clauses.last_mut().filter(|_| ends_in_word) {
            last.open();
        }
        clauses.dedup();
        Self {
            raw: raw.to_owned(),
            clauses,
        }
    }

    /// Whether there is no word in it: then it is looked for as it was typed.
    #[must_use]
    pub const fn is_literal(&self) -> bool {
        self.clauses.is_empty()
    }

    /// For each clause the ways to have what it asks for.
    #[must_use]
    pub fn lookups(&self) -> Vec<Vec<Way>> {
        self.clauses.iter().map(Clause::ways).collect()
    }

    /// Whether a comment with the terms that [`Self::lookups`] finds is one that is wanted. Where words have to follow
    /// each other, terms cannot tell.
    #[must_use]
    pub fn is_settled_by_terms(&self) -> bool {
        self.clauses.iter().all(|clause| match clause {
            Clause::Words(phrase) => phrase.lookups("").len() == 1,
            Clause::Name(phrase) | Clause::Page(phrase) => phrase.units.len() == 1,
            Clause::Author(..) => false,
            Clause::Host(_) => true,
        })
    }

    /// Whether a comment is wanted. Not for a search without a word.
    #[must_use]
    pub fn finds(&self, words: &Searchable<'_>) -> bool {
        let read = Read::of(words);
        self.clauses.iter().all(|clause| clause.is_in(words, &read))
    }

    /// Where a text has what is searched for, in bytes, in order and apart.
    #[must_use]
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let read = units(text);
        let phrases = self.clauses.iter().filter_map(Clause::shown);
        let mut found: Vec<Range<usize>> =
            phrases.flat_map(|phrase| phrase.places(&read)).collect();
        found.sort_by_key(|range| (range.start, range.end));
        let mut apart: Vec<Range<usize>> = Vec::new();
        for range in found {
            match apart.last_mut().filter(|last| range.start <= last.end) {
                Some(last) => last.end = last.end.max(range.end),
                None => apart.push(range),
            }
        }
        apart
    }
}

impl Clause {
    fn parse(word: &str, author: &impl Fn(&EmailAddress) -> EmailIndex) -> Option<Self> {
        if let Some((field, rest)) = word.split_once(':').filter(|(_, rest)| !rest.is_empty()) {
            let phrase = || Phrase::of(rest, false);
            let read = match field.to_ascii_lowercase().as_str() {
                "name" => phrase().map(Self::Name),
                "page" => phrase().map(Self::Page),
                "host" => canonical_host(rest).map(Self::Host),
                "email" => Self::address(rest, author),
                _ => None,
            };
            if read.is_some() {
                return read;
            }
        }
        Self::address(word, author).or_else(|| Phrase::of(word, false).map(Self::Words))
    }

    fn address(word: &str, author: &impl Fn(&EmailAddress) -> EmailIndex) -> Option<Self> {
        let address = word
            .contains('@')
            .then(|| EmailAddress::parse("q", word).ok())??;
        Some(Self::Author(author(&address), Phrase::of(word, false)?))
    }

    fn ways(&self) -> Vec<Way> {
        match self {
            Self::Words(phrase) => vec![phrase.lookups("")],
            Self::Author(index, phrase) => {
                vec![vec![Lookup::author(index)], phrase.lookups("")]
            }
            Self::Name(phrase) => vec![phrase.lookups(NAME)],
            Self::Page(phrase) => vec![phrase.lookups(PAGE)],
            Self::Host(host) => vec![vec![Lookup::one(format!("{HOST}{host}"))]],
        }
    }

    fn is_in(&self, words: &Searchable<'_>, read: &Read) -> bool {
        match self {
            Self::Words(phrase) => read.everywhere().any(|units| phrase.is_in(units)),
            Self::Author(index, phrase) => {
                words.author == index.0 || read.everywhere().any(|units| phrase.is_in(units))
            }
            Self::Name(phrase) => phrase.is_in(&read.name),
            Self::Page(phrase) => read.page.iter().any(|units| phrase.is_in(units)),
            Self::Host(host) => {
                let mut found = false;
                hosts(words, |one| found |= one == host);
                found
            }
        }
    }

    /// What of it a reader sees in a text.
    const fn shown(&self) -> Option<&Phrase> {
        match self {
            Self::Words(phrase) | Self::Author(_, phrase) | Self::Name(phrase) => Some(phrase),
            Self::Page(_) | Self::Host(_) => None,
        }
    }
}

impl Lookup {
    /// The term of what an author wrote, whatever is in it.
    #[must_use]
    pub fn author(index: &EmailIndex) -> Self {
        Self::one(format!("{AUTHOR}{}", index.0))
    }

    fn one(term: String) -> Self {
        // No term goes on with a control character.
        Self {
            to: format!("{term}\u{1}"),
            from: term,
        }
    }

    fn beginning(term: String) -> Self {
        Self {
            to: format!("{term}\u{10FFFF}"),
            from: term,
        }
    }
}

impl Phrase {
    fn of(text: &str, is_open: bool) -> Option<Self> {
        let units = units(text);
        (!units.is_empty()).then_some(Self { units, is_open })
    }

    fn open(&mut self) {
        let last = self.units.last();
        self.is_open =
            last.is_some_and(|last| !last.is_character && last.text.chars().count() >= BEGINNING);
    }

    /// The terms that a text with this phrase has: pairs where characters follow each other, which are rarer.
    fn lookups(&self, field: &str) -> Way {
        let follows =
            |at: usize| self.units.get(at).is_some_and(|unit| unit.follows) && field.is_empty();
        let mut way: Way = Vec::new();
        for (at, unit) in self.units.iter().enumerate() {
            if follows(at) {
                let pair = format!("{}{}", self.units[at - 1].text, unit.text);
                way.push(Lookup::one(pair));
            } else if !follows(at + 1) {
                let term = format!("{field}{}", unit.text);
                let is_last = at + 1 == self.units.len();
                way.push(if is_last && self.is_open {
                    Lookup::beginning(term)
                } else {
                    Lookup::one(term)
                });
            }
        }
        way.dedup();
        way
    }

    fn is_in(&self, units: &[Unit]) -> bool {
        units
            .windows(self.units.len())
            .any(|window| self.is(window))
    }

    fn places<'a>(&'a self, units: &'a [Unit]) -> impl Iterator<Item = Range<usize>> + 'a {
        let found = units
            .windows(self.units.len())
            .filter(|window| self.is(window));
        found.filter_map(|window| Some(window.first()?.range.start..window.last()?.range.end))
    }

    fn is(&self, window: &[Unit]) -> bool {
        let last = self.units.len() - 1;
        window
            .iter()
            .zip(&self.units)
            .enumerate()
            .all(|(at, (there, wanted))| {
                let is_open = self.is_open && at == last;
                let same = if is_open {
                    there.text.starts_with(&wanted.text)
                } else {
                    there.text == wanted.text
                };
                // A pair of characters is one only where nothing parts them.
                same && (!wanted.follows || there.follows)
            })
    }
}

/// What of a comment is searched.
#[derive(Debug, Clone, Copy)]
pub struct Searchable<'a> {
    /// The text as written.
    pub text: &'a str,
    /// The author's name.
    pub name: &'a str,
    /// The author's website.
    pub website: Option<&'a str>,
    /// The page's address.
    pub page: &'a str,
    /// The page's title.
    pub page_title: Option<&'a str>,
    /// The author's address as a keyed hash.
    pub author: &'a str,
}

impl Searchable<'_> {
    /// Hands each term by which an index finds the comment to `keep`; some of them several times.
    pub fn terms(&self, mut keep: impl FnMut(&str)) {
        let read = Read::of(self);
        let mut term = String::new();
        for units in read.everywhere() {
            for (at, unit) in units.iter().enumerate() {
                keep(&unit.text);
                if unit.follows {
                    term.clear();
                    term.extend([units[at - 1].text.as_str(), &unit.text]);
                    keep(&term);
                }
            }
        }
        let mut marked = |mark: &str, what: &str| {
            term.clear();
            term.extend([mark, what]);
            keep(&term);
        };
        read.name.iter().for_each(|unit| marked(NAME, &unit.text));
        read.page
            .iter()
            .flatten()
            .for_each(|unit| marked(PAGE, &unit.text));
        hosts(self, |host| marked(HOST, host));
        marked(AUTHOR, self.author);
    }
}

/// A comment's fields, cut into units.
struct Read {
    text: Vec<Unit>,
    name: Vec<Unit>,
    website: Vec<Unit>,
    page: [Vec<Unit>; 2],
}

impl Read {
    fn of(words: &Searchable<'_>) -> Self {
        Self {
            text: units(words.text),
            name: units(words.name),
            website: units(words.website.unwrap_or_default()),
            page: [
                units(words.page),
                units(words.page_title.unwrap_or_default()),
            ],
        }
    }

    fn everywhere(&self) -> impl Iterator<Item = &[Unit]> {
        [&self.text, &self.name, &self.website]
            .into_iter()
            .map(Vec::as_slice)
    }
}

/// Hands the host of each link, and the domains that it is part of, to `keep`.
fn hosts(words: &Searchable<'_>, mut keep: impl FnMut(&str)) {
    for text in [Some(words.text), words.website].into_iter().flatten() {
        // Looking for links takes longer than all the rest, and most texts have none.
        if !text.contains('.') && text.is_ascii() {
            continue;
        }
        for link in addresses(text) {
            let Some(host) = link.host() else { continue };
            let mut rest = host.as_str();
            while rest.contains('.') {
                keep(rest);
                rest = rest.split_once('.').map_or("", |(_, parent)| parent);
            }
        }
    }
}
