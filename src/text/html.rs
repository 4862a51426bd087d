//! HTML undone: entities back to characters, tags recognised and measured. Nothing here renders or
//! sanitises; it only says to the normaliser what a reader would not see as text.

use std::borrow::Cow;

/// The longest entity worth trying, `&` and `;` included.
const LONGEST_ENTITY: usize = 34;
/// The longest tag worth looking for the end of, in bytes.
const LONGEST_TAG: usize = 2_000;

/// Decodes the entity at the start of `rest` (which starts with `&`): its text and its length in
/// bytes. A lone `&` is `None`.
#[must_use]
pub fn entity(rest: &str) -> Option<(Cow<'_, str>, usize)> {
    let bytes = rest.as_bytes();
    if !bytes
        .get(1)
        .is_some_and(|b| *b == b'#' || b.is_ascii_alphabetic())
    {
        return None;
    }
    let window = &bytes[..bytes.len().min(LONGEST_ENTITY)];
    let length = window.iter().position(|b| *b == b';')? + 1;
    let raw = &rest[..length];
    let decoded = htmlize::unescape(raw);
    (decoded != raw).then_some((decoded, length))
}

/// What a tag does to the reading of the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: `<b>`, `<span>`: letters on both sides belong to one word.
    None,
    /// A gap, as of an image or an anchor.
    Gap,
    /// A line break.
    Break,
}

/// A tag met in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// Its length in bytes, brackets included.
    pub length: usize,
    /// What it does to the text.
    pub effect: Effect,
    /// Is it an opening `<a>`?
    pub anchor: bool,
    /// The address it points to (`href` or `src`).
    pub target: Option<&'a str>,
}

/// Names of tags that leave the words around them whole.
const INLINE: &[&str] = &[
    "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u",
    "var", "wbr",
];
/// Names of tags that break a line.
const BLOCK: &[&str] = &[
    "article",
    "blockquote",
    "br",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];
/// Names of other tags that are markup and not somebody's `<T>`.
const OTHER: &[&str] = &[
    "a", "body", "button", "embed", "form", "head", "html", "iframe", "img", "input", "link",
    "meta", "object", "option", "script", "select", "source", "style", "svg", "textarea", "title",
    "video",
];

/// Recognises the tag at the start of `rest` (which starts with `<`). Anything whose name is not an
/// HTML element's is text: people write `<T>` and `<3`.
#[must_use]
pub fn tag(rest: &str) -> Option<Tag<'_>> {
    if rest.starts_with("<!--") {
        let length = rest.find("-->").map_or(rest.len(), |end| end + 3);
        return Some(Tag {
            length,
            effect: Effect::None,
            anchor: false,
            target: None,
        });
    }
    let bytes = rest.as_bytes();
    let closing = bytes.get(1) == Some(&b'/');
    let from = if closing { 2 } else { 1 };
    let mut to = from;
    while to < bytes.len() && to < from + 12 && bytes[to].is_ascii_alphanumeric() {
        to += 1;
    }
    let name = &bytes[from..to];
    let effect = effect_of(name)?;
    if !matches!(
        bytes.get(to),
        Some(b'>' | b'/' | b' ' | b'\n' | b'\t' | b'\r')
    ) {
        return None;
    }
    let window = &bytes[..bytes.len().min(LONGEST_TAG)];
    let length = window.iter().position(|b| *b == b'>')? + 1;
    let anchor = !closing && name.eq_ignore_ascii_case(b"a");
    let target = if closing || effect != Effect::Gap {
        None
    } else {
        attribute(&rest[to..length - 1])
    };
    Some(Tag {
        length,
        effect,
        anchor,
        target,
    })
}

fn effect_of(name: &[u8]) -> Option<Effect> {
    let among = |names: &[&str]| {
        names
            .iter()
            .any(|n| n.as_bytes().eq_ignore_ascii_case(name))
    };
    if name.is_empty() {
        None
    } else if among(INLINE) {
        Some(Effect::None)
    } else if among(BLOCK) {
        Some(Effect::Break)
    } else if among(OTHER) {
        Some(Effect::Gap)
    } else {
        None
    }
}

/// The value of the first `href` or `src` among a tag's attributes.
fn attribute(attributes: &str) -> Option<&str> {
    let bytes = attributes.as_bytes();
    let at = |name: &[u8]| {
        bytes
            .windows(name.len())
            .position(|window| window.eq_ignore_ascii_case(name))
            .map(|at| at + name.len())
    };
    let after = at(b"href").or_else(|| at(b"src"))?;
    let value = attributes[after..]
        .trim_start()
        .strip_prefix('=')?
        .trim_start();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split_ascii_whitespace().next()?,
    };
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_become_characters_and_lone_ampersands_stay() {
        assert_eq!(
            entity("&#39;s").map(|(t, n)| (t.into_owned(), n)),
            Some(("'".into(), 5))
        );
        assert_eq!(
            entity("&amp;c").map(|(t, n)| (t.into_owned(), n)),
            Some(("&".into(), 5))
        );
        assert_eq!(entity("& so;"), None);
        assert_eq!(entity("&nosuchthing;"), None);
    }

    #[test]
    fn anchors_give_up_their_target() {
        let tag = tag("<a rel=nofollow href=\"http://x.example/a\">x</a>").expect("a tag");
        assert_eq!(tag.target, Some("http://x.example/a"));
        assert!(tag.anchor);
    }

    #[test]
    fn what_is_no_html_is_text() {
        assert_eq!(tag("<3 you"), None);
        assert_eq!(tag("<T> is generic"), None);
        assert_eq!(tag("<b unclosed"), None);
    }
}
