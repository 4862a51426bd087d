//! Fields that another system accepted long ago and that have to fit here: control characters go,
//! what is missing is stood in for, what is too long is kept by its beginning and its end. Forms are
//! never treated so: their senders get errors that say what is wrong.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use url::{Position, Url};

use crate::{
    domain::{
        email::EmailAddress,
        name::{self, AuthorName},
        network::SenderAddress,
        page::Page,
        site::Site,
        text::{self, CommentText},
    },
    sealing::vault::Vault,
};

/// What stands in for a name that was not given.
const NOBODY: &str = "Anonymous";

/// What stands in for an empty text: it says nothing either way.
const NOTHING: &str = "\u{2026}";

/// A name.
///
/// # Panics
/// Never: what stands in for a name is one.
#[must_use]
pub fn name(raw: &str) -> AuthorName {
    let fitted = fit(&one_line(raw), name::MAX_CHARS).replace('\n', " ");
    AuthorName::parse(&fitted)
        .or_else(|_| AuthorName::parse(NOBODY))
        .expect("what stands in for a name is a name")
}

/// A text.
///
/// # Panics
/// Never: what stands in for a text is one.
#[must_use]
pub fn text(raw: &str) -> CommentText {
    CommentText::parse(&fit(&without_controls(raw), text::MAX_CHARS))
        .or_else(|_| CommentText::parse(NOTHING))
        .expect("what stands in for a text is a text")
}

/// A page; on the site's own origins, or where it is on none of them, its path. A name that is no page has one of
/// its own, so that what was together can be moved together; anything else is on the front page.
#[must_use]
pub fn page(raw: &str, site: &Site) -> Page {
    known_page(raw, site)
        .or_else(|| named_page(raw.trim(), site))
        .unwrap_or_else(|| Page::from_canonical("/".to_owned()))
}

/// The page of what is only a name: `hello-world`, `posts/hello`, the number of a post.
fn named_page(name: &str, site: &Site) -> Option<Page> {
    let name = name.trim_start_matches("../").trim_start_matches("./");
    let is_name = name.starts_with(|c: char| c.is_alphanumeric() || c == '?')
        && !name.contains([':', '\\', '<', '>', '"'])
        && !name.contains(char::is_whitespace);
    is_name.then(|| site.page(&format!("/{name}")).ok())?
}

/// The same; `None` for what is no page. Slashes that a template has doubled, before a path or behind a host, are
/// one; a host of the site's own needs no scheme.
#[must_use]
pub fn known_page(raw: &str, site: &Site) -> Option<Page> {
    let raw = Some(raw.trim()).filter(|raw| !raw.is_empty())?;
    if let Ok(page) = site.page(raw) {
        return Some(page);
    }
    if has_port(raw) {
        return known_page(&format!("http://{raw}"), site);
    }
    let host = raw.split(['/', '?', '#']).next().unwrap_or_default();
    if !site.origins.is_empty() && host.contains('.') && !host.contains(':') {
        let schemes = ["https", "http"].iter();
        let mut pages = schemes.map(|scheme| site.page(&format!("{scheme}://{raw}")));
        if let Some(page) = pages.find_map(Result::ok) {
            return Some(page);
        }
    }
    let Some(url) = whole_address(raw) else {
        let path = raw.strip_prefix("//")?.trim_start_matches('/');
        return site
            .page(&format!("/{path}"))
            .ok()
            .filter(|_| !path.is_empty());
    };
    if let Ok(page) = site.page(url.as_str()) {
        return Some(page);
    }
    let path = url[Position::BeforePath..].trim_start_matches('/');
    site.page(&format!("/{path}")).ok()
}

/// Whether an address without a scheme begins with a host and a port: `localhost:4000/a`.
fn has_port(raw: &str) -> bool {
    let authority = raw.split(['/', '?', '#']).next().unwrap_or_default();
    authority.split_once(':').is_some_and(|(host, port)| {
        let is_host = host == "localhost" || host.contains('.');
        is_host && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// An address with a host, or with the path of a file; `//host/path` goes on with any scheme, but what stands there
/// without a dot is no host and begins a path.
fn whole_address(raw: &str) -> Option<Url> {
    let url = match raw.strip_prefix("//") {
        None => Url::parse(raw).ok()?,
        Some(rest) => {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            host.contains('.')
                .then(|| Url::parse(&format!("https:{raw}")).ok())??
        }
    };
    (!url.cannot_be_a_base()).then_some(url)
}

/// The host of a page that is on none of the site's own origins, where the site names any.
#[must_use]
pub fn other_host(raw: &str, site: &Site) -> Option<String> {
    let raw = raw.trim();
    if site.origins.is_empty() || site.page(raw).is_ok() {
        return None;
    }
    let url = whole_address(raw).filter(|url| site.page(url.as_str()).is_err())?;
    let host = url.host_str()?;
    Some(
        url.port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
    )
}

/// An address, or one that stands in for it and is the same for the same author.
///
/// # Panics
/// Never: a stand-in's tag is letters and digits.
#[must_use]
pub fn email(
    vault: &Vault,
    site: &Site,
    raw: &str,
    author: &str,
    sender: Option<&SenderAddress>,
) -> EmailAddress {
    EmailAddress::parse("email", raw).unwrap_or_else(|_| {
        let network = sender.map(SenderAddress::truncated).unwrap_or_default();
        let tag = vault.client_content(&site.slug, author, &network);
        let tag = tag.to_lowercase().replace(['_', '-'], "0");
        EmailAddress::stand_in(&tag).expect("a tag of letters and digits")
    })
}

/// One line, without control characters.
#[must_use]
pub fn one_line(raw: &str) -> String {
    let raw = with_letters(raw);
    let line = raw.split(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
    line.collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// A text whose control characters of the second row are the letters that they were in Windows-1252: dashes
/// and quotation marks of old databases that were taken for Latin-1.
#[must_use]
pub fn with_letters(raw: &str) -> Cow<'_, str> {
    let is_odd = |c: char| matches!(c, '\u{80}'..='\u{9F}');
    if !raw.contains(is_odd) {
        return Cow::Borrowed(raw);
    }
    let letter = |c: char| match u8::try_from(c) {
        Ok(byte) if is_odd(c) => WINDOWS_1252.decode(&[byte]).0.chars().next().unwrap_or(c),
        _ => c,
    };
    Cow::Owned(raw.chars().map(letter).collect())
}

fn without_controls(raw: &str) -> String {
    with_letters(raw)
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

/// Whether a text is longer than is kept of one.
#[must_use]
pub fn is_too_long(raw: &str) -> bool {
    raw.trim().chars().nth(text::MAX_CHARS).is_some()
}

/// At most `max` characters: of a longer text its first two thirds and its last third, because
/// advertisements hide behind long quotations.
fn fit(raw: &str, max: usize) -> String {
    let trimmed = raw.trim();
    let length = trimmed.chars().count();
    if length <= max {
        return trimmed.to_owned();
    }
    let head: String = trimmed.chars().take(max * 2 / 3).collect();
    let tail: String = trimmed.chars().skip(length - (max / 3 - 1)).collect();
    format!("{head}\n{tail}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_would_refuse_is_made_to_fit() {
        assert_eq!(name("a\r\nb\0c").as_str(), "a  b c");
        assert_eq!(name(" \n").as_str(), NOBODY);
        assert!((90..=name::MAX_CHARS).contains(&name(&"x".repeat(500)).as_str().len()));
        assert_eq!(text("a\r\nb\0\u{7}c\td").as_str(), "a\nbc\td");
        assert_eq!(text("  ").as_str(), NOTHING);
        assert_eq!(
            text("me \u{97} I \u{93}see\u{94}\u{81}").as_str(),
            "me \u{2014} I \u{201C}see\u{201D}"
        );
        assert_eq!(name("O\u{92}Hara").as_str(), "O\u{2019}Hara");
        let long = format!("{}END", "x".repeat(20_000));
        let fitted = text(&long);
        assert!(fitted.as_str().ends_with("END"));
        assert_eq!(fitted.as_str().chars().count(), text::MAX_CHARS);
    }
}
