//! A comment's plain text as safe HTML: everything escaped, paragraphs kept, links made clickable.
//! There is no other way from a comment to markup.

use linkify::{LinkFinder, LinkKind};

/// Escapes what means something in HTML text and attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(c),
        }
    }
    html
}

/// Paragraphs of escaped text; `http` and `https` URLs become links that search engines do not
/// follow and that tell the target nothing.
#[must_use]
pub fn to_html(text: &str) -> String {
    let paragraphs = text
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim().is_empty());
    paragraphs
        .flat_map(|paragraph| {
            [
                "<p>".to_owned(),
                inline(paragraph.trim()),
                "</p>".to_owned(),
            ]
        })
        .collect()
}

fn inline(paragraph: &str) -> String {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let spans = finder.spans(paragraph).map(|span| {
        let shown = escape(span.as_str()).replace('\n', "<br>");
        let url = span.as_str();
        let is_link =
            span.kind().is_some() && (url.starts_with("http://") || url.starts_with("https://"));
        if !is_link {
            return shown;
        }
        format!(
            r#"<a href="{}" rel="ugc nofollow noopener">{shown}</a>"#,
            escape(url)
        )
    });
    spans.collect()
}

#[cfg(test)]
mod tests {
    use super::to_html;

    #[test]
    fn text_stays_text_and_only_web_addresses_become_links() {
        assert_eq!(to_html("a < b\nc\n\n\nd"), "<p>a &lt; b<br>c</p><p>d</p>");
        assert_eq!(
            to_html("see https://x.org/?a=1&b=\"2"),
            "<p>see <a href=\"https://x.org/?a=1&amp;b=\" rel=\"ugc nofollow noopener\">https://x.org/?a=1&amp;b=</a>&quot;2</p>"
        );
        assert_eq!(to_html("javascript:alert(1)"), "<p>javascript:alert(1)</p>");
        assert_eq!(to_html("ftp://x.org/a"), "<p>ftp://x.org/a</p>");
    }
}
