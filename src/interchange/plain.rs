//! Texts of other systems as plain text. HTML: paragraphs and line breaks become line ends, a link's
//! target stands behind its words and a picture's address in its place, everything else between angle
//! brackets goes. Text that was typed stays as it was typed. What this leaves is text, not safe HTML: it
//! is escaped again wherever it is shown.

use percent_encoding::percent_decode_str;

/// The longest tag that is looked for the end of, in bytes.
const LONGEST_TAG: usize = 4_000;

/// A name or a title on one line, its entities and markup undone.
#[must_use]
pub fn line(raw: &str) -> String {
    if !raw.contains(['&', '<']) {
        return raw.trim().to_owned();
    }
    let line = if ["</", "<br", "<img"].iter().any(|tag| raw.contains(tag)) {
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

/// A tag's name with its slash, as it is written.
pub(super) fn name_of(tag: &str) -> &str {
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
            | "/dd" | "summary" | "/summary" | "section" | "/section" | "article" | "/article"
            | "figure" | "/figure" | "figcaption" | "/figcaption" | "/h1" | "h2" | "/h2" | "h3"
            | "/h3" | "h4" | "/h4" | "h5" | "/h5" | "h6" | "/h6" => {
                end_line(&mut text);
            }
            "/td" | "/th" => text.push(' '),
            "a" => target = attribute(tag, "href").map(|href| (led_to(href), text.len())),
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

/// Where a link leads that goes by way of Disqus, which counts clicks and puts a sum behind the address.
fn led_to(href: String) -> String {
    let query = href.split_once("//disq.us/url?").map(|(_, query)| query);
    let url = query.and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("url=")));
    let Some(url) = url else { return href };
    let url = percent_decode_str(url).decode_utf8_lossy();
    match url.rsplit_once(':') {
        Some((url, sum)) if sum.len() > 9 && !sum.contains('/') => url.to_owned(),
        _ => url.into_owned(),
    }
}

/// What stands between `<` and `>`, and what comes after; `None` where no tag begins. A `>` within an
/// attribute's quotes ends no tag, as long as the quotes do end.
pub(super) fn tag(from: &str) -> Option<(&str, &str)> {
    let first = from[1..].chars().next()?;
    if !(first.is_ascii_alphabetic() || matches!(first, '/' | '!')) {
        return None;
    }
    let bytes = &from.as_bytes()[..from.len().min(LONGEST_TAG)];
    if bytes.starts_with(b"<!--")
        && let Some(end) = bytes.windows(3).position(|window| window == b"-->")
    {
        return Some((&from[1..end + 2], &from[end + 3..]));
    }
    let end = end_of_tag(bytes).or_else(|| bytes.iter().position(|byte| *byte == b'>'))?;
    Some((&from[1..end], &from[end + 1..]))
}

/// Where the first `>` is that is within no attribute's quotes.
fn end_of_tag(bytes: &[u8]) -> Option<usize> {
    let (mut quote, mut after_equals) = (None, false);
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) => quote = quote.filter(|_| open != byte),
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') if after_equals => quote = Some(byte),
            _ => {}
        }
        after_equals = *byte == b'=' || after_equals && byte.is_ascii_whitespace();
    }
    None
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// What is in the class of pictures that stand for a sign, at WordPress, Waline, Twikoo and boards.
const SIGNS: [&str; 5] = ["emoji", "emoti", "smil", "owo-", "sticker"];

/// Puts a picture's address where the picture was, behind its words if it has any. An emoji's picture is
/// its words; one that is no address but the picture itself leaves nothing else.
fn add_picture(text: &mut String, tag: &str) {
    let words = attribute(tag, "alt").unwrap_or_default();
    let lazy = || attribute(tag, "data-src").or_else(|| attribute(tag, "data-original"));
    let source = attribute(tag, "src").filter(|source| !source.starts_with("data:"));
    let source = source.filter(|source| !source.is_empty()).or_else(lazy);
    let class = attribute(tag, "class").unwrap_or_default().to_lowercase();
    let is_sign = |words: &str| {
        let mut letters = words.chars();
        words.chars().count() <= 8 && !words.is_empty() && letters.all(|c| !c.is_alphanumeric())
            || words.starts_with(':') && words.ends_with(':') && words.len() > 2
            || SIGNS.iter().any(|sign| class.contains(sign))
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
    let mut rest = &tag[name_of(tag).len()..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let length = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '/'))?;
        // A stray sign is a name of its own, so that what follows is still looked at.
        let (key, after) = rest.split_at(length.max(1));
        let Some(value) = after.trim_start().strip_prefix('=') else {
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next()? {
            quote @ ('"' | '\'') => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            _ => value.split_once(char::is_whitespace).unwrap_or((value, "")),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(htmlize::unescape_attribute(value).trim().to_owned());
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::{line, of_html};

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
            (
                "<a href=\"https://a.example/?q=a>>b\" rel=nofollow>there</a>",
                "there (https://a.example/?q=a>>b)",
            ),
            (
                "<a href=\"https://disq.us/url?url=https%3A%2F%2Fa.example%2Flong%2Fpath%3ACUu_gZkfXtXpFUPTgCcOTeFMCWs&amp;cuid=1\">https://a.example/lo...</a>",
                "https://a.example/long/path",
            ),
            (
                "<details><summary>One</summary>two</details><table><tr><td>a</td><td>b</td></tr></table>",
                "One\ntwo\na b",
            ),
            ("<a title='his href=\"/x\"' href='/y'>z</a>", "z (/y)"),
            ("one <!-- 1 > 0 --> two<!--more-->", "one  two"),
            (
                "he said <b class=\"x>never</b> closed",
                "he said never closed",
            ),
            ("it is <i>5\" > 4\"</i>", "it is 5\" > 4\""),
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
            (
                "<img class=\"wl-emoji\" src=\"https://a.example/e/pea_happy.png\" alt=\"pea_happy\"> so it is",
                "pea_happy so it is",
            ),
            (
                "<img alt=\"bomb\" class=\"vemoji\" src=\"//a.example/bomb.png\" />",
                "bomb",
            ),
            (
                "<img src='/wp-includes/images/smilies/simple-smile.png' alt='smile' class='wp-smiley'>",
                "smile",
            ),
        ] {
            assert_eq!(of_html(html), text, "{html}");
        }
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
