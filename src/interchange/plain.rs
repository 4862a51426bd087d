//! Texts of other systems as plain text. HTML: paragraphs and line breaks become line ends, a link's
//! target stands behind its words and a picture's address in its place, everything else between angle
//! brackets goes. Text that was typed stays as it was typed. What this leaves is text, not safe HTML: it
//! is escaped again wherever it is shown.

/// The longest tag that is looked for the end of, in bytes.
const LONGEST_TAG: usize = 4_000;

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

/// A name or a title on one line, its entities and markup undone.
#[must_use]
pub fn line(raw: &str) -> String {
    if !raw.contains(['&', '<']) {
        return raw.trim().to_owned();
    }
    let line = if tag_in(raw) {
        of_html(raw)
    } else {
        htmlize::unescape(raw).into_owned()
    };
    line.replace('\n', " ").trim().to_owned()
}

/// An address of the web as HTML writes it.
#[must_use]
pub fn address(raw: &str) -> String {
    raw.trim()
        .replace("&amp;", "&")
        .replace("&#038;", "&")
        .replace("&#38;", "&")
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
            let closes = tag.starts_with('/') || tag.starts_with("br") || tag.starts_with("img ");
            is_known(tag) && closes || tag == "p"
        })
    })
}

/// Whether a text has a tag of HTML.
fn tag_in(text: &str) -> bool {
    let mut starts = text.match_indices('<').map(|(at, _)| &text[at..]);
    starts.any(|from| tag(from).is_some_and(|(tag, _)| is_known(tag)))
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

/// A tag's name with its slash, as it is written.
fn name_of(tag: &str) -> &str {
    let name = tag.strip_prefix('/').unwrap_or(tag);
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    &tag[..tag.len() - name.len() + length]
}

/// Undoes a comment's markup.
#[must_use]
pub fn of_html(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut target: Option<(String, usize)> = None;
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&htmlize::unescape(&rest[..start]));
        let Some((tag, after)) = tag(&rest[start..]) else {
            text.push('<');
            rest = &rest[start + 1..];
            continue;
        };
        rest = after;
        match name_of(tag).to_ascii_lowercase().as_str() {
            "br" => text.push('\n'),
            "p" | "/p" | "div" | "/div" | "blockquote" | "/blockquote" | "ul" | "/ul" | "ol"
            | "/ol" | "li" | "pre" | "/pre" | "hr" | "tr" | "/table" | "dt" | "dd" | "h1"
            | "/h1" | "h2" | "/h2" | "h3" | "/h3" | "h4" | "/h4" | "h5" | "/h5" | "h6" | "/h6" => {
                end_line(&mut text)
            }
            "a" => target = attribute(tag, "href").map(|href| (href, text.len())),
            "/a" => {
                if let Some((href, since)) = target.take() {
                    add_target(&mut text, &href, since);
                }
            }
            "img" => add_picture(&mut text, tag),
            "iframe" | "video" | "audio" | "embed" | "source" => {
                text.push_str(&attribute(tag, "src").unwrap_or_default());
            }
            _ => {}
        }
    }
    text.push_str(&htmlize::unescape(rest));
    text.trim().to_owned()
}

/// What stands between `<` and `>`, and what comes after; `None` where no tag begins.
fn tag(from: &str) -> Option<(&str, &str)> {
    let first = from[1..].chars().next()?;
    if !(first.is_ascii_alphabetic() || matches!(first, '/' | '!')) {
        return None;
    }
    let end = from
        .bytes()
        .take(LONGEST_TAG)
        .position(|byte| byte == b'>')?;
    Some((&from[1..end], &from[end + 1..]))
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// Puts a picture's address where the picture was, behind its words if it has any. An emoji's picture is
/// its words; one that is no address but the picture itself leaves nothing else.
fn add_picture(text: &mut String, tag: &str) {
    let words = attribute(tag, "alt").unwrap_or_default();
    let lazy = || attribute(tag, "data-src").or_else(|| attribute(tag, "data-original"));
    let source = attribute(tag, "src").filter(|source| !source.starts_with("data:"));
    let source = source.filter(|source| !source.is_empty()).or_else(lazy);
    let is_sign = |words: &str| {
        let mut letters = words.chars();
        words.chars().count() <= 8 && !words.is_empty() && letters.all(|c| !c.is_alphanumeric())
            || words.starts_with(':') && words.ends_with(':') && words.len() > 2
    };
    match source {
        Some(source) if words.is_empty() => text.push_str(&source),
        Some(source) if !is_sign(&words) => {
            text.push_str(&words);
            text.push_str(" (");
            text.push_str(&source);
            text.push(')');
        }
        _ => text.push_str(&words),
    }
}

/// Puts a link's target behind its words, unless they say it already.
fn add_target(text: &mut String, href: &str, since: usize) {
    let bare = |url: &str| -> String {
        let url = url.trim().trim_end_matches('/');
        let url = url
            .strip_prefix("https://")
            .or(url.strip_prefix("http://"))
            .unwrap_or(url);
        url.to_lowercase()
    };
    let words = text.get(since..).unwrap_or_default();
    // Disqus and others shorten the words of long links.
    let shown = bare(words.trim_end_matches(['.', '…']));
    if href.is_empty() || (!shown.is_empty() && bare(href).starts_with(&shown)) {
        if shown != bare(href) && !href.is_empty() {
            text.truncate(since);
            text.push_str(href);
        }
        return;
    }
    text.push_str(" (");
    text.push_str(href);
    text.push(')');
}

/// The value of an attribute, its entities undone.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    loop {
        let at = from + lower[from..].find(name)?;
        let before = lower[..at].chars().next_back();
        let after = lower[at + name.len()..].trim_start();
        if before.is_some_and(char::is_whitespace) && after.starts_with('=') {
            let start = tag.len() - after.len() + 1;
            let value = tag[start..].trim_start();
            let quote = value.chars().next()?;
            let value = match quote {
                '"' | '\'' => value[1..].split(quote).next()?,
                _ => value.split_whitespace().next()?,
            };
            return Some(htmlize::unescape_attribute(value).trim().to_owned());
        }
        from = at + name.len();
    }
}

#[cfg(test)]
mod tests {
    use super::{line, of_either, of_html, of_markdown};

    #[test]
    fn markup_becomes_text_and_links_keep_their_targets() {
        for (html, text) in [
            ("<p>One &amp; two</p><p>three</p>", "One & two\nthree"),
            ("a<br/>b<BR>c", "a\nb\nc"),
            (
                "see <a href=\"http://spam.example/x\" rel=\"nofollow\">this</a>!",
                "see this (http://spam.example/x)!",
            ),
            (
                "<a href='https://a.example/'>https://a.example</a>",
                "https://a.example",
            ),
            (
                "<a href=\"https://a.example/long/path\">https://a.example/lo...</a>",
                "https://a.example/long/path",
            ),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("a <unclosed", "a <unclosed"),
            ("<script>alert(1)</script>", "alert(1)"),
            ("&lt;b&gt; stays", "<b> stays"),
            ("<a href>x</a> <a hreflang=en>y</a>", "x y"),
        ] {
            assert_eq!(of_html(html), text, "{html}");
        }
    }

    #[test]
    fn a_picture_leaves_its_address() {
        for (html, text) in [
            (
                "<p><img src=\"https://a.example/p.jpg\"></p>",
                "https://a.example/p.jpg",
            ),
            (
                "see <img alt='' src='https://a.example/p.jpg'/>",
                "see https://a.example/p.jpg",
            ),
            (
                "<img src=\"/p.jpg?a=1&amp;b=2\" alt=\"a pea\">",
                "a pea (/p.jpg?a=1&b=2)",
            ),
            (
                "<img src=\"https://s.w.org/1f600.png\" alt=\"\u{1f600}\">",
                "\u{1f600}",
            ),
            ("<img class=emoji src=x.png alt=':smile:'>", ":smile:"),
            (
                "<img src=\"data:image/png;base64,AAAA\" alt=\"a pea\">",
                "a pea",
            ),
            (
                "<img src='' data-src='https://a.example/p.jpg'>",
                "https://a.example/p.jpg",
            ),
            (
                "<a href='https://a.example/p.jpg'><img src='https://a.example/p.jpg'></a>",
                "https://a.example/p.jpg",
            ),
        ] {
            assert_eq!(of_html(html), text, "{html}");
        }
    }

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
    }

    #[test]
    fn names_and_titles_lose_their_entities() {
        for (raw, read) in [
            ("Rose &amp; Thorn", "Rose & Thorn"),
            ("Sean O&#039;Hara", "Sean O'Hara"),
            ("&#8220;Peas&#8221;", "\u{201C}Peas\u{201D}"),
            ("On <em>peas</em>", "On peas"),
            ("<3 Anna &lt;3", "<3 Anna <3"),
            ("plain", "plain"),
        ] {
            assert_eq!(line(raw), read);
        }
    }

    #[test]
    fn nesting_costs_nothing() {
        let deep = "<div>".repeat(100_000) + "x";
        assert_eq!(of_html(&deep), "x");
    }
}
