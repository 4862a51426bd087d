//! A comment's text as moderators should see it: what counted is marked by direction and weight,
//! links are plain text that leads nowhere, and characters made to deceive are made visible.
//!
//! Everything that leaves here is escaped HTML; nothing else on the desk is put out unescaped.

use std::{collections::BTreeSet, ops::Range};

use unicode_segmentation::UnicodeSegmentation;

use crate::{
    bayes::TokenWeight,
    markup::{Heap, escape},
    text::links::links,
    words::Words,
};

/// User-perceived characters of a text shown in a list, and those shown before a hit that is further on.
const LIST_CHARS: usize = 700;
const BEFORE_HIT: usize = 120;
/// User-perceived characters shown of a text that another answers.
const ABOVE_CHARS: usize = 200;

/// Log-odds from which a place is marked at all, more strongly, and most strongly.
const STRENGTHS: [f64; 3] = [0.2, 0.6, 1.5];

/// A text ready to be put out, and whether there is more of it.
#[derive(Debug, Default)]
pub struct Rendered {
    /// Safe HTML.
    pub html: String,
    /// Whether the beginning was left out.
    pub begun: bool,
    /// Whether the end was left out.
    pub cut: bool,
}

/// A text in a list: its beginning, or what is around the first hit of a search if that is further on.
#[must_use]
pub fn excerpt(
    words: &Words,
    text: &str,
    tokens: &[TokenWeight],
    hits: &[Range<usize>],
) -> Rendered {
    let after = |from: usize, count: usize| {
        let end = text[from..].grapheme_indices(true).nth(count);
        end.map(|(at, _)| from + at)
    };
    let mut start = 0;
    let mut end = after(0, LIST_CHARS);
    if let (Some(hit), Some(cut)) = (hits.first(), end)
        && hit.end > cut
    {
        let before = text[..hit.start].grapheme_indices(true);
        start = before
            .rev()
            .take(BEFORE_HIT)
            .last()
            .map_or(hit.start, |(at, _)| at);
        end = after(start, LIST_CHARS);
    }
    Rendered {
        html: piece(words, text, start..end.unwrap_or(text.len()), tokens, hits),
        begun: start > 0,
        cut: end.is_some(),
    }
}

/// The beginning of a text that another answers, in one line and not marked.
#[must_use]
pub fn beginning(words: &Words, text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = line.grapheme_indices(true).nth(ABOVE_CHARS);
    match end {
        Some((end, _)) => visible(words, &line[..end]) + "…",
        None => visible(words, &line),
    }
}

/// A whole text, marked.
#[must_use]
pub fn marked(words: &Words, text: &str, tokens: &[TokenWeight]) -> String {
    piece(words, text, 0..text.len(), tokens, &[])
}

/// A line as [`visible`] has it, with what was searched for marked.
#[must_use]
pub fn found(words: &Words, line: &str, hits: &[Range<usize>]) -> String {
    let mut html = String::new();
    let mut done = 0;
    for hit in hits {
        let (Some(before), Some(there)) = (line.get(done..hit.start), line.get(hit.clone())) else {
            continue;
        };
        html.extend([
            &visible(words, before),
            HIT,
            &visible(words, there),
            "</mark>",
        ]);
        done = hit.end;
    }
    html + &visible(words, line.get(done..).unwrap_or_default())
}

/// A piece of a text, marked.
fn piece(
    words: &Words,
    text: &str,
    shown: Range<usize>,
    tokens: &[TokenWeight],
    hits: &[Range<usize>],
) -> String {
    let weights = weighted_ranges(text, tokens);
    let links: Vec<Range<usize>> = links(text).map(|link| link.range()).collect();
    let ranges = weights
        .iter()
        .map(|(range, _)| range)
        .chain(&links)
        .chain(hits);
    let mut edges: BTreeSet<usize> = ranges.flat_map(|range| [range.start, range.end]).collect();
    edges.retain(|edge| shown.contains(edge) && text.is_char_boundary(*edge));
    edges.extend([shown.start, shown.end]);
    let edges: Vec<usize> = edges.into_iter().collect();
    let mut html = String::with_capacity(shown.len() * 2);
    for pair in edges.windows(2) {
        let (start, end) = (pair[0], pair[1]);
        let within = |range: &Range<usize>| range.start <= start && end <= range.end;
        let weight = weights
            .iter()
            .filter(|(range, _)| within(range))
            .map(|(_, weight)| *weight)
            .max_by(|a, b| a.abs().total_cmp(&b.abs()));
        let is_link = links.iter().any(within);
        let is_hit = hits.iter().any(within);
        let shown = visible(words, &text[start..end]);
        push(&mut html, shown, weight, is_link, is_hit);
    }
    html
}

/// A line of a stranger's making (a name, a title, a website), escaped, its tricks visible.
#[must_use]
pub fn visible(words: &Words, line: &str) -> String {
    let mut html = String::with_capacity(line.len() + 16);
    let (mut before, mut heap) = (None, Heap::default());
    for c in line.chars() {
        let was_cut = heap.is_cut();
        let is_shown = heap.takes(c);
        match deceptive(c, before) {
            Some(name) => push_ghost(words, &mut html, c, name),
            None if is_shown => html.push_str(&escape(c.encode_utf8(&mut [0; 4]))),
            None if !was_cut => push_ghost(words, &mut html, c, "MARKS"),
            None => {}
        }
        before = Some(c);
    }
    html
}

/// Begins what was searched for.
const HIT: &str = "<mark class=\"hit\">";

fn push(html: &mut String, mut inner: String, weight: Option<f64>, is_link: bool, is_hit: bool) {
    if is_hit {
        inner = format!("{HIT}{inner}</mark>");
    }
    let inner = if is_link {
        format!("<span class=\"url\">{inner}</span>")
    } else {
        inner
    };
    let weight = weight.unwrap_or(0.0);
    let reached = STRENGTHS.iter().filter(|from| weight.abs() >= **from);
    match reached.count() {
        0 => html.push_str(&inner),
        strength => {
            let way = if weight > 0.0 { "s" } else { "h" };
            let strength = ["1", "2", "3"][strength.min(3) - 1];
            html.extend(["<mark class=\"", way, strength, "\">", &inner, "</mark>"]);
        }
    }
}

/// The places that counted, those only that lie whole within the text.
fn weighted_ranges(text: &str, tokens: &[TokenWeight]) -> Vec<(Range<usize>, f64)> {
    let spans = tokens.iter().flat_map(|token| {
        let weight = token.weight;
        token.spans.iter().map(move |span| (*span, weight))
    });
    let usable = spans.filter_map(|((start, end), weight)| {
        let range = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
        let whole = text
            .get(range.clone())
            .is_some_and(|piece| !piece.is_empty());
        whole.then_some((range, weight))
    });
    usable.collect()
}

fn push_ghost(words: &Words, html: &mut String, c: char, name: &str) {
    let code = format!("U+{:04X}", u32::from(c));
    let title = words.html("text-invisible", &[("code", &code)]);
    html.extend([
        "<span class=\"ghost\" title=\"",
        &title,
        "\">",
        name,
        "</span>",
    ]);
}

/// What to show instead of a character that hides or turns text. A joiner between letters that are
/// not ASCII is left alone: emoji and many scripts need it.
fn deceptive(c: char, before: Option<char>) -> Option<&'static str> {
    Some(match c {
        '\u{200C}' | '\u{200D}' if before.is_some_and(|before| !before.is_ascii()) => return None,
        '\u{202A}' => "LRE",
        '\u{202B}' => "RLE",
        '\u{202C}' => "PDF",
        '\u{202D}' => "LRO",
        '\u{202E}' => "RLO",
        '\u{2066}' => "LRI",
        '\u{2067}' => "RLI",
        '\u{2068}' => "FSI",
        '\u{2069}' => "PDI",
        '\u{200E}' => "LRM",
        '\u{200F}' | '\u{061C}' => "RLM",
        '\u{200B}' => "ZWSP",
        '\u{200C}' => "ZWNJ",
        '\u{200D}' => "ZWJ",
        '\u{2060}' | '\u{FEFF}' => "WJ",
        '\u{00AD}' => "SHY",
        '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' => "HF",
        '\u{2061}'..='\u{2064}' | '\u{206A}'..='\u{206F}' | '\u{180E}' => "INV",
        '\u{E0000}'..='\u{E007F}' => "TAG",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bayes::Sign;

    fn token(weight: f64, spans: &[(u32, u32)]) -> TokenWeight {
        TokenWeight {
            sign: Sign::Word,
            weight,
            spans: spans.to_vec(),
        }
    }

    #[test]
    fn what_counted_is_marked_by_direction_and_weight_and_the_stronger_wins() {
        let tokens = [token(2.0, &[(0, 4)]), token(-0.5, &[(2, 9)])];
        assert_eq!(
            marked(Words::english(), "free <b>x", &tokens),
            "<mark class=\"s3\">fr</mark><mark class=\"s3\">ee</mark>\
             <mark class=\"h1\"> &lt;b&gt;x</mark>"
        );
    }

    #[test]
    fn spans_that_do_not_fit_the_text_are_left_out() {
        let tokens = [token(1.0, &[(0, 1), (1, 99), (3, 2)])];
        assert_eq!(marked(Words::english(), "ä", &tokens), "ä");
    }

    #[test]
    fn links_lead_nowhere() {
        let html = marked(Words::english(), "see https://win.example/?a=1&b now", &[]);
        assert_eq!(
            html,
            "see <span class=\"url\">https://win.example/?a=1&amp;b</span> now"
        );
        assert!(!html.contains("href"));
    }

    #[test]
    fn characters_made_to_deceive_are_seen_and_emoji_stay_whole() {
        assert!(visible(Words::english(), "a\u{202E}b").contains(">RLO</span>b"));
        let german = Words::of("de").expect("a language");
        let shown = visible(german, "a\u{202E}b");
        assert!(shown.contains("title=\"U+202E: ein unsichtbares Zeichen\""));
        assert!(visible(Words::english(), "vi\u{200B}agra").contains(">ZWSP</span>"));
        assert_eq!(visible(Words::english(), "👩\u{200D}👧"), "👩\u{200D}👧");
        assert_eq!(
            visible(Words::english(), "\"><script>"),
            "&quot;&gt;&lt;script&gt;"
        );
    }

    #[test]
    fn what_was_searched_for_is_marked_and_shown_and_stays_text() {
        let shown = excerpt(
            Words::english(),
            "a <b> c",
            &[token(2.0, &[(0, 7)])],
            std::slice::from_ref(&(2..5)),
        );
        let inner = "<mark class=\"s3\"><mark class=\"hit\">&lt;b&gt;</mark></mark>";
        assert!(shown.html.contains(inner), "{}", shown.html);
        let long = format!("{}rue{}", "é ".repeat(2_000), " x".repeat(2_000));
        let at = long.find("rue").unwrap();
        let shown = excerpt(
            Words::english(),
            &long,
            &[],
            std::slice::from_ref(&(at..at + 3)),
        );
        assert!(shown.html.contains("<mark class=\"hit\">rue</mark>"));
        assert!(shown.begun && shown.cut && shown.html.len() < 3_000);
        let line = found(
            Words::english(),
            "<i>Rue</i>",
            std::slice::from_ref(&(3..6)),
        );
        assert_eq!(line, "&lt;i&gt;<mark class=\"hit\">Rue</mark>&lt;/i&gt;");
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let long = "👩\u{200D}👧".repeat(LIST_CHARS + 1);
        let shown = excerpt(Words::english(), &long, &[], &[]);
        assert!(shown.cut);
        assert_eq!(shown.html.matches('👧').count(), LIST_CHARS);
    }
}
