//! A comment's plain text as safe HTML: everything escaped, paragraphs kept, links made clickable.
//! There is no other way from a comment to markup.

use std::borrow::Cow;

use htmlize::escape_all_quotes;
use unicode_normalization::char::is_combining_mark;

use crate::text::{
    links::{LinkType, links},
    normalize::is_invisible,
};

/// Marks that a character keeps where it is shown: more than any script stacks, and too few to reach what is around a text.
const MARKS: usize = 8;

/// Escapes what means something in HTML text and attributes.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    escape_all_quotes(text)
}

/// A text as it may be shown: of the marks heaped on a character only the first few, or any stranger could smear over the names, buttons
/// and comments around their own. What is kept is not changed.
#[must_use]
pub fn calm(text: &str) -> Cow<'_, str> {
    let mut heap = Heap::default();
    if text.is_ascii() || text.chars().all(|c| heap.takes(c)) {
        return Cow::Borrowed(text);
    }
    let mut heap = Heap::default();
    Cow::Owned(text.chars().filter(|c| heap.takes(*c)).collect())
}

/// The marks on a character so far.
#[derive(Debug, Default)]
pub struct Heap(usize);

impl Heap {
    /// Whether the text's next character is shown. One that nobody sees does not end a heap.
    pub fn takes(&mut self, c: char) -> bool {
        if is_combining_mark(c) {
            self.0 += 1;
        } else if !is_invisible(c) {
            self.0 = 0;
        }
        !self.is_cut() || !is_combining_mark(c)
    }

    /// Whether some of the marks are left out.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.0 > MARKS
    }
}

/// Paragraphs of escaped text; `http` and `https` URLs become links that search engines do not
/// follow and that give the target nothing.
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
    let mut html = String::with_capacity(paragraph.len() * 2);
    let mut done = 0;
    for link in links(paragraph).filter(|link| link.kind == LinkType::Web) {
        let url = escape(link.text);
        html.push_str(&lines(&paragraph[done..link.start]));
        html.extend([
            "<a href=\"",
            &url,
            "\" rel=\"ugc nofollow noopener\">",
            &url,
            "</a>",
        ]);
        done = link.range().end;
    }
    html + &lines(&paragraph[done..])
}

fn lines(text: &str) -> String {
    escape(text).replace('\n', "<br>")
}

#[cfg(test)]
mod tests {
    use super::{calm, to_html};

    #[test]
    fn a_heap_of_marks_is_cut_and_every_scripts_own_are_left() {
        let heap = format!("Z{}algo", "\u{301}\u{200c}".repeat(400));
        let calmed = calm(&heap);
        assert_eq!(calmed.matches('\u{301}').count(), 8);
        assert!(calmed.starts_with('Z') && calmed.ends_with("algo"));
        for text in [
            "ệ e\u{302}\u{323}",
            "נַפְשִׁי",
            "བསྒྲུབས",
            "က္ကြွေး",
            "क्षत्रिय",
            "ทั้งสิ้น",
            "👩‍👩‍👧‍👦 ❤️",
        ] {
            assert_eq!(calm(text), text);
        }
    }

    #[test]
    fn a_link_ends_where_a_reader_sees_its_end() {
        let hrefs = |text: &str| {
            let html = to_html(text);
            let parts = html.split("href=\"").skip(1);
            parts
                .filter_map(|part| Some(part.split_once('"')?.0.to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            hrefs("请看https://example.org/a，谢谢"),
            ["https://example.org/a"]
        );
        assert_eq!(
            hrefs("《一》http://t.example/RUy《二》Http://t.example/Rux"),
            ["http://t.example/RUy", "Http://t.example/Rux"]
        );
        let pea = "https://en.example.org/wiki/Pea_(plant)";
        assert_eq!(hrefs(&format!("See {pea}")), [pea]);
    }

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
