//! Texts of systems that keep HTML or what was typed, as it may be: markup is undone where the text is plainly
//! HTML, and what stands between backticks stays as it is.

use super::plain::{name_of, of_html, tag};

/// The text of a system that keeps HTML or what was typed, as it may be: markup is undone where the text
/// is plainly HTML, and never in what stands between backticks.
#[must_use]
pub fn of_either(raw: &str) -> String {
    if pieces(raw).any(|(piece, is_code)| !is_code && is_markup(piece)) {
        return outside_code(raw);
    }
    raw.trim().to_owned()
}

/// Likewise where people type markdown, in which tags of their own stay as they are: only a text that
/// begins with a tag was made HTML by its system.
#[must_use]
pub fn of_markdown(raw: &str) -> String {
    let start = raw.trim_start();
    if start.starts_with('<') && tag(start).is_some_and(|(tag, _)| is_known(tag)) {
        return outside_code(start);
    }
    raw.trim().to_owned()
}

/// Undoes markup in what is no code.
fn outside_code(raw: &str) -> String {
    if !raw.contains('`') {
        return of_html(raw);
    }
    // A tag may stand around code, and end behind it: the code waits under a mark of its own.
    let (mut html, mut codes) = (String::with_capacity(raw.len()), Vec::new());
    for (piece, is_code) in pieces(raw) {
        if is_code && !piece.contains("</") {
            html.push(CODE);
            codes.push(piece);
        } else {
            html.extend(piece.chars().filter(|c| *c != CODE));
        }
    }
    let mut codes = codes.into_iter();
    let text = of_html(&html);
    let mut parts = text.split(CODE);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(codes.next().unwrap_or_default());
        text.push_str(part);
    }
    text
}

/// Stands for a piece of code while markup is undone: a character that means nothing.
const CODE: char = '\u{FFFF}';

/// A text as pieces, each with whether it is code: from backticks to as many backticks.
fn pieces(raw: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let start = rest.find('`').unwrap_or(rest.len());
        if start > 0 {
            let (piece, after) = rest.split_at(start);
            rest = after;
            return Some((piece, false));
        }
        let fence = &rest[..rest.len() - rest.trim_start_matches('`').len()];
        let end = rest[fence.len()..].find(fence);
        let end = end.map_or(fence.len(), |end| end + 2 * fence.len());
        let is_code = end > fence.len();
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some((piece, is_code))
    })
}

/// Whether a text shows that it is HTML: a tag that closes one, a line break, a picture, an entity of
/// those that HTML cannot do without.
fn is_markup(text: &str) -> bool {
    let has_entity = [
        "&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#039;", "&nbsp;",
    ];
    if has_entity.iter().any(|entity| text.contains(entity)) {
        return true;
    }
    let mut starts = text.match_indices('<').map(|(at, _)| &text[at..]);
    starts.any(|from| {
        tag(from).is_some_and(|(tag, _)| {
            let name = name_of(tag).to_ascii_lowercase();
            let is_whole =
                name.starts_with('/') || matches!(name.as_str(), "br" | "img" | "p" | "hr");
            is_whole && is_known(tag)
        })
    })
}

/// Tags that comments are written with.
const KNOWN: [&str; 44] = [
    "a",
    "abbr",
    "article",
    "b",
    "big",
    "blockquote",
    "br",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "u",
    "ul",
];

/// Whether what stands between angle brackets is a known tag with attributes that can be some.
fn is_known(tag: &str) -> bool {
    let name = name_of(tag);
    let rest = &tag[name.len()..];
    let rest = rest.trim_end_matches('/');
    let begins = rest.is_empty() || rest.starts_with(char::is_whitespace);
    let attributes = rest.trim();
    let first = attributes.chars().next();
    begins
        && KNOWN.contains(&name.trim_start_matches('/').to_ascii_lowercase().as_str())
        && first.is_none_or(|c| c.is_ascii_alphabetic() && attributes.contains('='))
}

#[cfg(test)]
mod tests {
    use super::{of_either, of_markdown};

    #[test]
    fn what_was_typed_stays_and_what_is_html_is_undone() {
        for typed in [
            "Use `std::vector<int>` or Option<String>:\n\n```cpp\n#include <iostream>\n```\nand 1 <b && c> 2",
            "a < b, c > d",
            "in HTML `<p>one</p>` is a paragraph, and `&amp;` an ampersand",
            "<- that one",
            "<T> is a parameter",
        ] {
            assert_eq!(of_markdown(typed), typed);
            assert_eq!(of_either(typed), typed);
        }
        for (html, text) in [
            (
                "<p>Hello <a href=\"https://a.example/x\">there</a> &amp; all</p>",
                "Hello there (https://a.example/x) & all",
            ),
            (
                "<p>with `vec<int>` in it &lt;</p>",
                "with `vec<int>` in it <",
            ),
            ("<p>`one</p><p>two`</p>", "`one\ntwo`"),
        ] {
            assert_eq!(of_markdown(html), text);
            assert_eq!(of_either(html), text);
        }
        assert_eq!(of_markdown("mine <b>is</b> typed"), "mine <b>is</b> typed");
        assert_eq!(of_either("theirs <b>is</b><br>markup"), "theirs is\nmarkup");
        assert_eq!(of_either("Tom &amp; Jerry"), "Tom & Jerry");
        assert_eq!(
            of_either("one<BR/>two <IMG SRC='/p.png'>"),
            "one\ntwo /p.png"
        );
    }
}
