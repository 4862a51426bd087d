//! Web and email addresses among glyphs: where they start and end, and which host they name. Whether
//! a host is good or bad is for the model to learn, not for a list kept here.

use super::glyphs::Glyph;
use super::tokens::Kind;

/// Host names longer than this are cut (the limit of DNS is 253).
const LONGEST_HOST: usize = 253;

/// Endings that are words as often as they are domains: `end.So it goes`. Such a host needs a path,
/// a scheme or `www.` to count as a link.
const WORDLIKE: &[&str] = &[
    "am", "and", "are", "as", "at", "be", "best", "by", "can", "day", "do", "got", "help", "how",
    "in", "is", "it", "la", "like", "lol", "love", "me", "mo", "my", "new", "no", "now", "of",
    "one", "pm", "so", "to", "us", "you", "sh", "name", "st",
];

/// The address at the start of `rest`, if there is one: its kind and length in glyphs.
#[must_use]
pub fn address_at(rest: &[Glyph]) -> Option<(Kind, usize)> {
    let scheme = scheme_length(rest);
    if scheme > 0 {
        let length = scheme + run_to_delimiter(&rest[scheme..]);
        return (length > scheme).then_some((Kind::Link, length));
    }
    let length = rest
        .iter()
        .position(|g| !is_host_glyph(g.folded))
        .unwrap_or(rest.len());
    let mut chunk = &rest[..length];
    while chunk.last().is_some_and(|g| !g.folded.is_alphanumeric()) {
        chunk = &chunk[..chunk.len() - 1];
    }
    let dot = chunk.iter().rposition(|g| g.folded == '.')?;
    if let Some(at) = chunk.iter().position(|g| g.folded == '@') {
        return (at > 0 && dot > at + 1).then_some((Kind::Email, chunk.len()));
    }
    let host_end = chunk.len();
    let path = rest.get(host_end).is_some_and(|g| g.folded == '/')
        && rest
            .get(host_end + 1)
            .is_some_and(|g| !g.folded.is_whitespace());
    if !is_host(chunk, dot, path) {
        return None;
    }
    let tail = if path {
        run_to_delimiter(&rest[host_end..])
    } else {
        0
    };
    Some((Kind::Link, host_end + tail))
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
        || (!c.is_ascii() && c.is_alphanumeric())
}

/// Do these glyphs name a host with a known ending?
fn is_host(chunk: &[Glyph], dot: usize, path: bool) -> bool {
    let ending = &chunk[dot + 1..];
    if dot == 0
        || ending.len() < 2
        || ending.len() > 24
        || !ending.iter().all(|g| g.folded.is_ascii_alphabetic())
    {
        return false;
    }
    if chunk
        .windows(2)
        .any(|pair| pair[0].folded == '.' && pair[1].folded == '.')
    {
        return false;
    }
    let mut buffer = [0_u8; 24];
    for (byte, glyph) in buffer.iter_mut().zip(ending) {
        *byte = glyph.folded as u8;
    }
    let ending = &buffer[..ending.len()];
    let www = starts_with(chunk, "www.");
    let wordlike = WORDLIKE.iter().any(|word| word.as_bytes() == ending);
    (path || www || !wordlike) && psl::List.is_known(ending)
}

/// Asks the public suffix list without naming its trait at each use.
trait Known {
    fn is_known(&self, ending: &[u8]) -> bool;
}

impl Known for psl::List {
    fn is_known(&self, ending: &[u8]) -> bool {
        use psl::Psl as _;
        self.suffix(ending).is_some_and(|suffix| suffix.is_known())
    }
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
