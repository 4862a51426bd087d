//! The hosts that a text names, however they are written: in links, in the text itself, in what links
//! lead to; with capitals, percent signs, a dot at the end, other alphabets' dots, or drawn apart. Finds
//! rather too many than too few.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

use crate::text::{
    glyphs::Glyphs,
    html,
    links::canonical_host,
    normalize::{is_invisible, normalize},
};

/// How dots are written so that programs do not see them.
const DOTS: [&str; 8] = [
    "[.]", "(.)", "{.}", "[dot]", "(dot)", "{dot}", "[punkt]", "(punkt)",
];

/// The hosts in some texts, in lower-case ASCII without a dot at the end.
pub(super) fn named<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut hosts = BTreeSet::new();
    let mut glyphs = Glyphs::default();
    for text in texts {
        if !text.contains(['.', '。', '．', '｡', '․', '&', '%'])
            && !text.contains("dot")
            && text.is_ascii()
        {
            continue;
        }
        find(&decoded(text), &mut hosts);
        normalize(text, &mut glyphs);
        let traits = &glyphs.traits;
        let tricks = traits.invisible + traits.stacked + traits.styled + traits.lookalikes;
        if tricks > 0 {
            let folded: String = glyphs.glyphs.iter().map(|g| g.folded).collect();
            find(&folded, &mut hosts);
        }
    }
    hosts
}

/// The hosts in some texts that a reader would take for links: no numbers, no slips of the space bar.
#[must_use]
pub fn linked<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut hosts = named(texts);
    hosts.retain(|host| looks_like_host(host));
    hosts
}

/// The domain and those above it: `a.b.example`, `b.example`, `example`.
pub(super) fn with_parents(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |host| {
        host.split_once('.').map(|(_, parent)| parent)
    })
}

/// Whether this names a host to a reader, and is not a number or a slip of the space bar after an
/// abbreviation: the last label is a word or the whole an address.
fn looks_like_host(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_word = last.len() >= 2 && last.chars().all(|c| c.is_ascii_alphabetic());
    is_word || last.starts_with("xn--") || host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// The text with its entities and tags undone: what a tag leads to stands there in its place.
fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let entity = (c == '&').then(|| html::entity(rest)).flatten();
        let tag = (c == '<').then(|| html::tag(rest)).flatten();
        let length = if let Some((decoded, length)) = entity {
            out.push_str(&decoded);
            length
        } else if let Some(tag) = tag {
            if let Some(target) = tag.target {
                out.extend([" ", &htmlize::unescape(target), " "]);
            } else if tag.effect != html::Effect::None {
                out.push(' ');
            }
            tag.length
        } else {
            if !is_invisible(c) {
                out.push(c);
            }
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    for dot in DOTS {
        if out.contains(dot) {
            out = out.replace(dot, ".");
        }
    }
    out
}

fn find(text: &str, hosts: &mut BTreeSet<String>) {
    let whole = percent_decode_str(text).decode_utf8_lossy();
    for run in whole.split(|c| !is_host(c)).filter(|run| has_dot(run)) {
        hosts.extend(canonical_host(run));
        // A script that is written without spaces goes on where a name of Latin letters ends.
        if !run.is_ascii() {
            let ascii = run
                .split(|c: char| !c.is_ascii())
                .filter(|run| has_dot(run));
            hosts.extend(ascii.filter_map(canonical_host));
        }
    }
}

fn has_dot(run: &str) -> bool {
    run.contains(['.', '。', '．', '｡'])
}

fn is_host(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '.' | '-' | '_' | '。' | '．' | '｡')
        || unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_found_however_it_is_written() {
        for text in [
            "see evil.example.",
            "http://EVIL.example:80/a?b#c",
            "https://evil.example./",
            "http://%65vil.example/",
            "//%65vil%2Eexample",
            "https://good.example@evil.example/",
            "https://good.example/go?to=https%3A%2F%2Fevil.example",
            "<a href='http://evil.example'>x</a>",
            "<a href=\"http://&#101;vil.example\">x</a>",
            "e\u{200b}vil.exam\u{ad}ple",
            "ev<b></b>il.example",
            "ｅｖｉｌ．ｅｘａｍｐｌｅ",
            "evil。example",
            "evil[.]example",
            "еvil.example with a Cyrillic letter",
            "请看evil.example吧",
            "http:\\\\evil.example",
            "x@evil.example",
            "http://evil.example，谢谢",
            "http://evil.example。谢谢",
            "http://evil.example（官网）",
            "《一》http://evil.example/a《二》",
        ] {
            assert!(
                named([text]).contains("evil.example"),
                "{text}: {:?}",
                named([text])
            );
        }
        let umlaut = named(["https://BÜCHER.example"]);
        assert!(umlaut.contains("xn--bcher-kva.example"), "{umlaut:?}");
        assert!(
            named(["nothing. Here, at 2.50"])
                .iter()
                .all(|host| !looks_like_host(host))
        );
    }
}
