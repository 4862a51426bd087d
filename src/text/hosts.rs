//! Web and email addresses among glyphs, as the model reads them: where they start and end, and which host they
//! name. What is shown or counted as a link is found by [`super::links`], with the same endings. Whether a host is good or bad is for the model to learn, not for a list kept here.

use super::{
    glyphs::Glyph,
    kind::Kind,
    links::{self, Ending},
};
use crate::classes::is_letter_or_digit;

/// Host names longer than this are cut (the limit of DNS is 253).
const LONGEST_HOST: usize = 253;

/// Endings reserved for examples (RFC 2606): links all the same.
const RESERVED: [&[u8]; 3] = [b"example", b"invalid", b"test"];

/// Finds addresses in a text, asked at one word's start after the other. What is the same for every
/// word of a run (`a-b-c.example`) is found once for the run: looked for again at each word, it would
/// take time that grows with the square of the run's length.
#[derive(Debug, Default)]
pub struct Addresses {
    run: Run,
}

/// Glyphs in a row that hosts and email addresses are made of. All places are among the text's glyphs.
#[derive(Debug, Default)]
struct Run {
    /// One past the last glyph.
    end: usize,
    /// One past the last glyph of an address, which is a letter or a digit.
    address_end: usize,
    /// The last dot before that.
    dot: Option<usize>,
    /// The last dot that another dot follows.
    two_dots: Option<usize>,
    /// The first `@` at or after the place that was asked for last.
    at: Option<usize>,
    /// Whether a path follows.
    path: bool,
    /// What follows that dot, if it ends hosts.
    ending: Option<Ending>,
}

impl Addresses {
    /// The address at `start`, where a letter or a digit stands, if there is one: its kind and length in
    /// glyphs. Starts are asked for in ascending order within one text.
    pub fn at(&mut self, glyphs: &[Glyph], start: usize) -> Option<(Kind, usize)> {
        let rest = &glyphs[start..];
        let scheme = scheme_length(rest);
        if scheme > 0 {
            let length = scheme + run_to_delimiter(&rest[scheme..]);
            return (length > scheme).then_some((Kind::Link, length));
        }
        if start >= self.run.end {
            self.run = Run::from(glyphs, start);
        }
        self.run.address_at(glyphs, start)
    }
}

impl Run {
    fn from(glyphs: &[Glyph], start: usize) -> Self {
        let place = |position: Option<usize>| position.map(|position| start + position);
        let glyph = |at: usize| glyphs.get(at).map(|g| g.folded);
        let length = glyphs[start..]
            .iter()
            .position(|g| !is_host_glyph(g.folded));
        let end = place(length).unwrap_or(glyphs.len());
        let last = glyphs[start..end]
            .iter()
            .rposition(|g| is_letter_or_digit(g.folded));
        let address_end = place(last).map_or(start, |last| last + 1);
        let address = &glyphs[start..address_end];
        let Some(dot) = place(address.iter().rposition(|g| g.folded == '.')) else {
            // Most words end here.
            return Self {
                end,
                ..Self::default()
            };
        };
        let two_dots = address
            .windows(2)
            .rposition(|pair| pair.iter().all(|g| g.folded == '.'));
        Self {
            end,
            address_end,
            dot: Some(dot),
            two_dots: place(two_dots),
            at: place(address.iter().position(|g| g.folded == '@')),
            path: glyph(address_end) == Some('/')
                && glyph(address_end + 1).is_some_and(|c| !c.is_whitespace()),
            ending: ending(&glyphs[dot + 1..address_end]),
        }
    }

    fn address_at(&mut self, glyphs: &[Glyph], start: usize) -> Option<(Kind, usize)> {
        let dot = self.dot.filter(|dot| *dot >= start)?;
        if self.at.is_some_and(|at| at < start) {
            let rest = &glyphs[start..self.address_end];
            let next = rest.iter().position(|g| g.folded == '@');
            self.at = next.map(|next| start + next);
        }
        if let Some(at) = self.at {
            return (dot > at + 1).then_some((Kind::Email, self.address_end - start));
        }
        let links = match self.ending? {
            Ending::Domain => true,
            Ending::Wordlike => self.path || starts_with(&glyphs[start..self.address_end], "www."),
        };
        if !links || self.two_dots.is_some_and(|dots| dots >= start) {
            return None;
        }
        let tail = if self.path {
            run_to_delimiter(&glyphs[self.address_end..])
        } else {
            0
        };
        Some((Kind::Link, self.address_end - start + tail))
    }
}

/// Length of `http://`, `https://`, `hxxp://`, `ftp://` at the start, or 0.
fn scheme_length(rest: &[Glyph]) -> usize {
    if !rest.first().is_some_and(|g| matches!(g.folded, 'h' | 'f')) {
        return 0;
    }
    ["https://", "http://", "hxxp://", "hxxps://", "ftp://"]
        .iter()
        .find(|scheme| starts_with(rest, scheme))
        .map_or(0, |scheme| scheme.len())
}

fn starts_with(glyphs: &[Glyph], wanted: &str) -> bool {
    glyphs.len() >= wanted.len() && wanted.chars().zip(glyphs).all(|(c, g)| g.folded == c)
}

fn run_to_delimiter(rest: &[Glyph]) -> usize {
    let mut end = rest
        .iter()
        .position(|g| {
            g.folded.is_whitespace()
                || matches!(
                    g.folded,
                    '<' | '>' | '"' | '[' | ']' | '{' | '}' | '|' | '\\'
                )
        })
        .unwrap_or(rest.len());
    while end > 0
        && matches!(
            rest[end - 1].folded,
            '.' | ',' | ';' | ':' | '!' | '?' | ')' | '(' | '\'' | '*'
        )
    {
        end -= 1;
    }
    end
}

fn is_host_glyph(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '.' | '-' | '_' | '@' | '+')
        || (!c.is_ascii() && is_letter_or_digit(c))
}

/// What follows the last dot of a host, if the public suffix list knows it.
fn ending(glyphs: &[Glyph]) -> Option<Ending> {
    let mut buffer = [0_u8; 24];
    if glyphs.len() < 2
        || glyphs.len() > buffer.len()
        || !glyphs.iter().all(|g| g.folded.is_ascii_alphabetic())
    {
        return None;
    }
    for (byte, glyph) in buffer.iter_mut().zip(glyphs) {
        *byte = glyph.folded as u8;
    }
    let ending = &buffer[..glyphs.len()];
    if RESERVED.contains(&ending) {
        return Some(Ending::Domain);
    }
    links::ending(ending)
}

/// A link's parts, as ranges among the token's glyphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Where the host starts (after scheme, credentials and `www.`).
    pub host: usize,
    /// One past the host's last glyph.
    pub host_end: usize,
    /// Was the scheme written?
    pub scheme: bool,
}

/// Finds the host of a link token.
#[must_use]
pub fn parts(link: &[Glyph]) -> Parts {
    let scheme = scheme_length(link);
    let mut host = scheme;
    let mut end = link[host..]
        .iter()
        .position(|g| matches!(g.folded, '/' | '?' | '#' | ':'))
        .map_or(link.len(), |at| host + at);
    if let Some(at) = link[host..end].iter().position(|g| g.folded == '@') {
        host += at + 1;
    }
    if starts_with(&link[host..end], "www.") {
        host += 4;
    }
    end = end.min(host + LONGEST_HOST);
    Parts {
        host,
        host_end: end,
        scheme: scheme > 0,
    }
}

/// Where in `host` the part begins that somebody registered (`shop.example.co.uk` →
/// `example.co.uk`). 0, the whole host, where the public suffix list knows no better.
#[must_use]
pub fn registrable(host: &str) -> usize {
    psl::domain_str(host)
        .and_then(|domain| host.strip_suffix(domain))
        .map_or(0, str::len)
}
