//! What kind of place a link leads to, told by its host and path. A kind is no verdict: the model learns what to make
//! of it.

use super::glyphs::Glyph;

/// The kind of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// A way to write to somebody.
    Messenger,
    /// A service that hides where a link leads.
    Shortener,
    /// An encyclopaedia, code, documentation, science, a public body.
    Reference,
    /// A page deep in a site: a date or three steps in its path.
    Deep,
    /// A host alone.
    Bare,
    /// Any other page.
    Other,
}

const MESSENGERS: &[&str] = &[
    "t.me",
    "telegram.me",
    "telegram.dog",
    "wa.me",
    "whatsapp.com",
    "discord.gg",
    "line.me",
    "lin.ee",
    "m.me",
    "vk.me",
    "viber.com",
    "zalo.me",
    "wechat.com",
    "kakao.com",
    "signal.me",
    "ig.me",
];
const SHORTENERS: &[&str] = &[
    "bit.ly",
    "tinyurl.com",
    "goo.gl",
    "cutt.ly",
    "is.gd",
    "t.co",
    "rb.gy",
    "ow.ly",
    "clck.ru",
    "shorturl.at",
    "tiny.cc",
    "s.id",
    "t.ly",
    "v.gd",
    "adf.ly",
    "linktr.ee",
    "vk.cc",
    "u.to",
    "soo.gd",
    "t.cn",
    "reurl.cc",
    "bitly.com",
    "shrtco.de",
];
const REFERENCES: &[&str] = &[
    "wikipedia.org",
    "wikimedia.org",
    "wiktionary.org",
    "wikidata.org",
    "github.com",
    "github.io",
    "gitlab.com",
    "codeberg.org",
    "stackoverflow.com",
    "stackexchange.com",
    "superuser.com",
    "serverfault.com",
    "archive.org",
    "doi.org",
    "arxiv.org",
    "mozilla.org",
    "python.org",
    "rust-lang.org",
    "docs.rs",
    "crates.io",
    "npmjs.com",
    "pypi.org",
    "w3.org",
    "ietf.org",
    "openstreetmap.org",
    "kernel.org",
    "debian.org",
    "php.net",
    "react.dev",
    "nih.gov",
    "nature.com",
    "who.int",
    "europa.eu",
    "un.org",
    "jstor.org",
    "gutenberg.org",
    "readthedocs.io",
    "microsoft.com",
    "go.dev",
    "postgresql.org",
    "sqlite.org",
    "git-scm.com",
    "gnu.org",
    "apache.org",
    "imdb.com",
    "musicbrainz.org",
];

/// The kind of a link with this host and this path, the slash included.
#[must_use]
pub fn of(host: &[Glyph], path: &[Glyph]) -> LinkKind {
    let among = |hosts: &[&str]| hosts.iter().any(|known| is_within(host, known));
    let steps = path
        .split(|g| g.folded == '/')
        .filter(|step| !step.is_empty())
        .count();
    if among(MESSENGERS) {
        LinkKind::Messenger
    } else if among(SHORTENERS) {
        LinkKind::Shortener
    } else if among(REFERENCES) || is_public(host) {
        LinkKind::Reference
    } else if steps == 0 {
        LinkKind::Bare
    } else if steps >= 3 {
        LinkKind::Deep
    } else {
        LinkKind::Other
    }
}

/// Is `host` this known host or below it?
fn is_within(host: &[Glyph], known: &str) -> bool {
    let Some(from) = host.len().checked_sub(known.len()) else {
        return false;
    };
    host[from..]
        .iter()
        .zip(known.chars())
        .all(|(g, c)| g.folded == c)
        && (from == 0 || host[from - 1].folded == '.')
}

/// Governments, universities, documentation.
fn is_public(host: &[Glyph]) -> bool {
    host.split(|g| g.folded == '.').any(|label| {
        [
            "gov",
            "edu",
            "ac",
            "gob",
            "gouv",
            "docs",
            "wiki",
            "doc",
            "developer",
        ]
        .iter()
        .any(|public| {
            label.len() == public.len()
                && label.iter().zip(public.chars()).all(|(g, c)| g.folded == c)
        })
    })
}
