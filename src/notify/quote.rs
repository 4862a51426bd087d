//! Commenters' words made harmless for mail: links that no mail program turns into something to
//! click, and no invisible characters that turn the line around. Escaping for HTML is the
//! templates' work.

use crate::{
    domain::text::excerpt,
    text::links::{Link, LinkType, addresses},
};

/// Passes over a text before every dot left in it is broken up: a broken link can uncover another.
const PASSES: usize = 3;

/// Scalar values that a user-perceived character may have on average.
const MARKS: usize = 4;

/// A quotation on one line of at most `max` user-perceived characters, without anything clickable.
pub(super) fn quote(text: &str, max: usize) -> String {
    let visible: String = text.chars().filter(|c| !reorders(*c)).collect();
    let mut quoted = excerpt(&visible, max);
    // One character as people see it can be made of thousands.
    if let Some((end, _)) = quoted.char_indices().nth(max * MARKS) {
        quoted.truncate(end);
        quoted.push('…');
    }
    defang(&quoted)
}

/// Characters that change the direction of the text around them (Unicode TR 9): a name could
/// otherwise overwrite the line that it is on.
fn reorders(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Breaks addresses up so that people can read them and mail programs do not link them:
/// `hxxps[:]//example[.]org`, `jo[at]example[.]org`.
fn defang(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..PASSES {
        let links = addresses(&text);
        if links.is_empty() {
            return text.replace("://", "[:]//");
        }
        let mut out = String::with_capacity(text.len() + 32);
        let mut done = 0;
        for link in links {
            out.push_str(&text[done..link.start]);
            out.push_str(&broken(&link));
            done = link.range().end;
        }
        out.push_str(&text[done..]);
        text = out;
    }
    text.replace("://", "[:]//")
        .replace('.', "[.]")
        .replace('@', "[at]")
}

fn broken(link: &Link<'_>) -> String {
    let scheme = match link.kind {
        LinkType::Email => link.text.to_owned(),
        _ => link
            .text
            .replacen("http", "hxxp", 1)
            .replacen("://", "[:]//", 1),
    };
    scheme.replace('.', "[.]").replace('@', "[at]")
}

#[cfg(test)]
mod tests {
    use linkify::LinkFinder;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_stay_readable_and_are_not_clickable() {
        let said = "See https://evil.example/a.b?c or www.evil.example, ask jo@evil.example. Yes.";
        assert_eq!(
            quote(said, 200),
            "See hxxps[:]//evil[.]example/a[.]b?c or www[.]evil[.]example, \
             ask jo[at]evil[.]example. Yes."
        );
    }

    #[test]
    fn only_the_address_is_broken_up() {
        assert_eq!(
            quote("请看https://evil.example/a，谢谢。3.5 元", 200),
            "请看hxxps[:]//evil[.]example/a，谢谢。3.5 元"
        );
    }

    #[test]
    fn a_quotation_is_one_line_and_cannot_turn_it_around() {
        assert_eq!(quote("a\nApprove:\u{202e} x", 100), "a Approve: x");
    }

    #[test]
    fn a_heap_of_marks_is_cut_short() {
        let heap = format!("a{}", "\u{301}".repeat(10_000));
        assert_eq!(quote(&heap, 100).chars().count(), 401);
    }

    proptest! {
        #[test]
        fn nothing_that_a_mail_program_would_link_is_left(
            text in "([a-z]{1,4}|\\.|@|://|https?://|www\\.|/| |\\[|\\]){0,24}"
        ) {
            let quoted = quote(&text, 500);
            let mut finder = LinkFinder::new();
            finder.url_must_have_scheme(false);
            prop_assert_eq!(finder.links(&quoted).next().map(|link| link.as_str().to_owned()), None);
            prop_assert!(!quoted.contains("://"));
        }
    }
}
