//! HTML comments as plain text: paragraphs and line breaks become line ends, a link's target stands
//! behind its words, everything else between angle brackets goes. What it leaves is text, not safe
//! HTML: it is escaped again wherever it is shown.

/// The longest tag that is looked for the end of, in bytes.
const LONGEST_TAG: usize = 4_000;

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
        let closes = tag.starts_with('/');
        let name = tag
            .chars()
            .skip(usize::from(closes))
            .take_while(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase());
        let name: String = closes.then_some('/').into_iter().chain(name).collect();
        match name.as_str() {
            "br" => text.push('\n'),
            "p" | "/p" | "div" | "/div" | "blockquote" | "/blockquote" | "ul" | "/ul" | "ol"
            | "/ol" | "li" | "pre" | "/pre" => end_line(&mut text),
            "a" => target = attribute(tag, "href").map(|href| (href, text.len())),
            "/a" => {
                if let Some((href, since)) = target.take() {
                    add_target(&mut text, &href, since);
                }
            }
            "img" => text.push_str(&attribute(tag, "alt").unwrap_or_default()),
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
    use super::of_html;

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
    fn nesting_costs_nothing() {
        let deep = "<div>".repeat(100_000) + "x";
        assert_eq!(of_html(&deep), "x");
    }
}
