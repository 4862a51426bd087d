//! Web and email addresses in a text: where each starts and ends, what kind it is and which host it names.
//!
//! `linkify` finds them. What it does not know is added here: an address ends at the punctuation of every script
//! and at an entity that stands for a quotation mark or a bracket; letters of another script after `.org` are
//! text; and `end.So it goes` is no link.
//!
//! Whoever shows, counts or breaks up links asks here. [`super::hosts`] finds the addresses that the model reads,
//! among glyphs; the room `rules` finds hosts that are written so that programs miss them.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};
use psl::Psl as _;
use unicode_normalization::char::is_combining_mark;
use url::Host;

use super::markup;

/// Longest host name, in bytes (RFC 1035).
const LONGEST_HOST: usize = 253;

/// Endings that are words as often as they are domains: `end.So it goes`. Such a host needs a path,
/// a scheme or `www.` to count as a link.
const WORDLIKE: &[&str] = &[
    "am", "and", "are", "as", "at", "be", "best", "by", "can", "day", "do", "got", "help", "how",
    "in", "is", "it", "la", "like", "lol", "love", "me", "mo", "my", "new", "no", "now", "of",
    "one", "pm", "so", "to", "us", "you", "sh", "name", "st",
];

/// What an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkType {
    /// It begins with `http://` or `https://`.
    Web,
    /// It begins with another scheme.
    Other,
    /// A host that a reader takes for one, with or without a path: `example.org/a`.
    Bare,
    /// Something with a dot that a program could take for a host: `end.So`, `main.rs`.
    Doubtful,
    /// An email address.
    Email,
}

/// An address in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<'a> {
    /// What it is.
    pub kind: LinkType,
    /// Where it starts in the text, in bytes.
    pub start: usize,
    /// The address as written.
    pub text: &'a str,
}

impl Link<'_> {
    /// Its place in the text, in bytes.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// The host that it names, as [`canonical_host`] has it.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        let authority = &self.text[authority(self.text)];
        let host = authority.rsplit('@').next()?;
        canonical_host(host.split(':').next()?)
    }
}

/// Every address in a text, in their order.
#[must_use]
pub fn addresses(text: &str) -> Vec<Link<'_>> {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    let mut found = Vec::new();
    for (at, piece) in pieces(text) {
        for link in finder.links(&shadow(piece)) {
            let (start, text) = (at + link.start(), &piece[link.start()..link.end()]);
            found.extend(match link.kind() {
                LinkKind::Email => Some(Link {
                    kind: LinkType::Email,
                    start,
                    text,
                }),
                _ => web(start, text),
            });
        }
    }
    found
}

/// The addresses in a text that lead somewhere, to a reader's eye.
pub fn links(text: &str) -> impl Iterator<Item = Link<'_>> {
    let leads = |kind| matches!(kind, LinkType::Web | LinkType::Other | LinkType::Bare);
    addresses(text)
        .into_iter()
        .filter(move |link| leads(link.kind))
}

/// A host in the form in which hosts are compared: lower-case ASCII, percent signs undone, without a dot at
/// its end. None for what is no host.
#[must_use]
pub fn canonical_host(raw: &str) -> Option<String> {
    let raw = raw.trim_matches(['.', '-', '_']);
    if raw.is_empty() || raw.len() > 3 * LONGEST_HOST {
        return None;
    }
    let host = match Host::parse(raw).ok()? {
        Host::Domain(domain) => domain.trim_end_matches('.').to_owned(),
        // `2.50` would be one too.
        Host::Ipv4(address) if raw.matches('.').count() == 3 => address.to_string(),
        Host::Ipv4(_) | Host::Ipv6(_) => return None,
    };
    (host.contains('.') && host.len() <= LONGEST_HOST).then_some(host)
}

/// What the last part of a host's name says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The public suffix list knows it.
    Domain,
    /// It does, and it is one of [`WORDLIKE`].
    Wordlike,
}

/// Reads the last part of a host's name, in lower case; none where the public suffix list does not know it.
pub(super) fn ending(label: &[u8]) -> Option<Ending> {
    let suffix = psl::List.suffix(label)?;
    if !suffix.is_known() {
        return None;
    }
    let wordlike = WORDLIKE.iter().any(|word| word.as_bytes() == label);
    Some(if wordlike {
        Ending::Wordlike
    } else {
        Ending::Domain
    })
}

/// The parts of a text between the characters at which every address ends, with their places.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if ends_address(c, &text[at..]) {
            pieces.push((start, &text[start..at]));
            start = at + c.len_utf8();
        }
    }
    pieces.push((start, &text[start..]));
    pieces
}

/// Whether no address goes on at this character, with which `rest` begins. What ASCII characters do is
/// `linkify`'s to say.
fn ends_address(c: char, rest: &str) -> bool {
    match c {
        '&' => markup::entity(rest).is_some_and(|(decoded, _)| {
            let ends = |c: char| "<>\"'".contains(c) || c.is_whitespace() || !c.is_ascii();
            decoded.starts_with(ends)
        }),
        // Joiners are in names of some scripts.
        '\0'..='\x7f' | '\u{200c}' | '\u{200d}' => false,
        // Between letters these belong to a word, else they end a sentence or a quotation.
        '\u{2010}'..='\u{2013}' | '’' => !rest.chars().nth(1).is_some_and(char::is_alphanumeric),
        _ => !c.is_alphanumeric() && !is_combining_mark(c),
    }
}

/// A text as `linkify` is shown it, of the same length: what it takes for no part of a host (a label of another
/// script at the end, a character with a percent sign) is made of letters.
fn shadow(piece: &str) -> String {
    let mut shadow = String::with_capacity(piece.len());
    let mut rest = piece;
    while let Some(c) = rest.chars().next() {
        let length = unseen(rest, shadow.ends_with('.'));
        if length == 0 {
            shadow.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            shadow.extend(std::iter::repeat_n('x', length));
            rest = &rest[length..];
        }
    }
    shadow
}

/// How much at the start of `rest` has to be made of letters, in bytes.
fn unseen(rest: &str, after_dot: bool) -> usize {
    let bytes = rest.as_bytes();
    if bytes[0] == b'%' {
        let is_escape = bytes.len() > 2 && bytes[1..3].iter().all(u8::is_ascii_hexdigit);
        return if is_escape { 3 } else { 0 };
    }
    if !after_dot {
        return 0;
    }
    let label = rest.find(|c: char| c.is_ascii()).unwrap_or(rest.len());
    let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if rest[label..].starts_with(goes_on) {
        0
    } else {
        label
    }
}

/// An address that is not an email address, as `linkify` found it.
fn web(start: usize, text: &str) -> Option<Link<'_>> {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    let text = &text[..end(text)];
    let Some(scheme) = scheme else {
        return bare(start, text);
    };
    let is_web = ["http", "https"]
        .iter()
        .any(|web| scheme.eq_ignore_ascii_case(web));
    let kind = if is_web {
        LinkType::Web
    } else {
        LinkType::Other
    };
    Some(Link { kind, start, text })
}

/// An address without a scheme; none where a sentence goes on after its end, in a script that `linkify` is not shown.
fn bare(start: usize, text: &str) -> Option<Link<'_>> {
    let from = beginning(text);
    let (start, text) = (start + from, &text[from..]);
    let host = &text[authority(text)];
    let has_path = host.len() + 1 < text.len();
    let last = canonical_host(host);
    let last = last.as_deref().and_then(|host| host.rsplit('.').next());
    let has_known_ending = match last.and_then(|last| ending(last.as_bytes())) {
        Some(Ending::Domain) => true,
        Some(Ending::Wordlike) => has_path,
        None => false,
    };
    let begins = host.get(..4);
    let is_link = has_known_ending || begins.is_some_and(|www| www.eq_ignore_ascii_case("www."));
    if !is_link && host.ends_with(|c: char| !c.is_ascii()) {
        return None;
    }
    let kind = if is_link {
        LinkType::Bare
    } else {
        LinkType::Doubtful
    };
    Some(Link { kind, start, text })
}

/// Where in an address user, host and port are.
fn authority(address: &str) -> Range<usize> {
    let start = address.find("://").map_or(0, |at| at + 3);
    let length = address[start..].find(['/', '?', '#', '\\']);
    start..length.map_or(address.len(), |length| start + length)
}

/// Where an address ends whose last label goes over into another script: no ending of hosts mixes scripts.
fn end(address: &str) -> usize {
    let place = authority(address);
    let host = &address[place.clone()];
    let Some(dot) = host.rfind('.') else {
        return address.len();
    };
    let label = &host[dot + 1..];
    let letters = label.bytes().take_while(u8::is_ascii_alphabetic).count();
    let goes_over = label[letters..].starts_with(|c: char| !c.is_ascii());
    if letters >= 2 && goes_over {
        place.start + dot + 1 + letters
    } else {
        address.len()
    }
}

/// Where a host begins that follows a text without a space: in scripts that are written without spaces.
fn beginning(host: &str) -> usize {
    let label = host.find('.').map_or(host, |dot| &host[..dot]);
    let before = label.char_indices().rev().find(|(_, c)| is_unspaced(*c));
    let from = before.map_or(0, |(at, c)| at + c.len_utf8());
    if from < label.len() { from } else { 0 }
}

/// Letters of scripts that put no spaces between words, or particles after a foreign one: Thai to Khmer, Chinese,
/// Japanese, Korean.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_ends_where_a_reader_sees_its_end() {
        let good = "https://example.org/a";
        for text in [
            "请看https://example.org/a，谢谢",
            "https://example.org/a。谢谢",
            "《https://example.org/a》",
            "「https://example.org/a」と",
            "（https://example.org/a）",
            "【https://example.org/a】",
            "“https://example.org/a”",
            "‘https://example.org/a’",
            "«https://example.org/a»",
            "„https://example.org/a“",
            "https://example.org/a…",
            "https://example.org/a—see",
            "https://example.org/a、https://example.org/b",
            "https://example.org/a？",
            "انظر https://example.org/a، شكرا",
            "देखो https://example.org/a।",
            "https://example.org/a\u{3000}b",
            "https://example.org/a...",
            "(https://example.org/a)",
            "[https://example.org/a]",
            "&quot;https://example.org/a&quot;",
            "&lt;https://example.org/a&gt;",
            "https://example.org/a&nbsp;b",
            "https://example.org/a&#39;",
            "https://example.org/a\u{1f449}b",
        ] {
            let found = links(text).next().map(|link| link.text.to_owned());
            assert_eq!(found.as_deref(), Some(good), "{text}");
        }
        for whole in [
            "https://en.example.org/wiki/Pea_(plant)",
            "https://example.org/?a=1&b=2",
            "https://example.org/?a=1&amp;b=2",
            "https://example.org/L’Hôpital",
            "https://example.org/Michelson–Morley",
            "https://bücher.example/straße",
            "https://例子.测试/路径",
            "https://www.buücher.example/a",
        ] {
            let text = format!("{whole}, {whole}.");
            let found: Vec<_> = links(&text).map(|link| link.text.to_owned()).collect();
            assert_eq!(found, [whole, whole]);
        }
        let two = "《一》http://t.example/RUy《二》http://t.example/Rux";
        let found: Vec<_> = links(two).map(|link| &two[link.range()]).collect();
        assert_eq!(found, ["http://t.example/RUy", "http://t.example/Rux"]);
    }

    #[test]
    fn a_host_is_a_link_where_its_ending_is_one() {
        let kinds = |text| {
            addresses(text)
                .iter()
                .map(|link| link.kind)
                .collect::<Vec<_>>()
        };
        assert_eq!(kinds("see example.org now"), [LinkType::Bare]);
        assert_eq!(
            kinds("so be it in the end.So it goes"),
            [LinkType::Doubtful]
        );
        assert_eq!(kinds("end.so/it-goes"), [LinkType::Bare]);
        assert_eq!(kinds("www.end.so www.shop.example"), [LinkType::Bare; 2]);
        assert!(kinds("src/main.rsx").is_empty());
        assert_eq!(kinds("jo@example.org"), [LinkType::Email]);
        assert_eq!(
            kinds("ftp://example.org HTTPS://example.org"),
            [LinkType::Other, LinkType::Web]
        );
        assert!(kinds("Да.Нет. 谢谢.好的").is_empty());
        for text in [
            "请看example.org吧",
            "пример.рф,",
            "end.请看https://example.org吧",
        ] {
            let found: Vec<_> = links(text).collect();
            assert_eq!(found.len(), 1, "{text}: {found:?}");
        }
        assert_eq!(
            links("请看example.org吧").next().map(|link| link.text),
            Some("example.org")
        );
    }

    #[test]
    fn a_host_has_one_spelling() {
        for (text, host) in [
            ("http://spam.example，谢谢", "spam.example"),
            ("http://spam.example。谢谢", "spam.example"),
            ("http://spam.example（官网）", "spam.example"),
            ("http://spam.example谢谢", "spam.example"),
            ("http://spam%2eexample/", "spam.example"),
            ("http://u:p@SPAM.example:80/", "spam.example"),
            ("http://spam.example./a", "spam.example"),
            ("https://BÜCHER.example", "xn--bcher-kva.example"),
            ("jo@spam.example", "spam.example"),
        ] {
            let found = addresses(text).iter().find_map(Link::host);
            assert_eq!(found.as_deref(), Some(host), "{text}");
        }
    }
}
