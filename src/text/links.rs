//! Web and email addresses in a text: where each starts and ends, what kind it is and which host it names.
//!
//! `linkify` finds them. What it does not know is added here: an address ends at the punctuation of every script
//! and at an entity that stands for a quotation mark or a bracket; letters of another script after `.org` are
//! text; and `end.So it goes` is no link.
//!
//! Whoever shows, counts or breaks up links asks here. [`super::hosts`] finds the addresses that the model reads,
//! among glyphs; the room `rules` finds hosts that are written so that programs miss them.

mod edges;

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};
use psl::Psl as _;
use url::Host;

use edges::{authority, beginning, end, pieces, shadow};

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
