//! Texts in the forms in which word rules are looked for in them, and where a word may begin and end
//! there.
//!
//! 1. As it is read.
//! 2. Word after word, without what stands between them: `cheap, pills!` has the phrase `cheap pills`.
//! 3. Letters drawn apart put together: `v.i.a.g.r.a`, `v i a g r a`, `via*gra`.
//! 4. Taken literally where it has markup, for rules such as `<a href`.

use unicode_normalization::char::is_combining_mark;

use super::fold::{self, GAP};
use crate::text::glyphs::Glyphs;
use crate::text::tokens::is_unspaced;

/// Longest stretch between letters that are drawn apart, in characters.
const APART: usize = 3;

/// Texts to look for words in.
#[derive(Debug, Default)]
pub(super) struct Haystack {
    /// Every form of every text, each on a line of its own: no pattern has a line break.
    pub text: String,
    /// For each byte of the text, and its end, whether a word may begin or end there.
    pub edges: Vec<bool>,
    glyphs: Glyphs,
}

impl Haystack {
    /// Adds a text.
    pub fn push(&mut self, raw: &str) {
        let (mut shown, targets) = fold::text(raw, &mut self.glyphs);
        self.push_joined(&shown);
        if shown.contains(GAP) {
            shown = shown.replace(GAP, " ");
        }
        self.push_words(&shown);
        self.push_line(&shown);
        if !targets.is_empty() {
            self.push_line(&targets);
        }
        if raw.contains(['<', '&']) {
            let literal = fold::literal(raw, &mut self.glyphs);
            self.push_line(&literal);
        }
    }

    fn push_line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
        self.edges.extend(edges(line));
    }

    fn push_words(&mut self, line: &str) {
        if !line.contains(|c| !is_word(c) && c != ' ') {
            return;
        }
        let edges = edges(line);
        let mut words = String::with_capacity(line.len());
        for (at, c) in line.char_indices() {
            // What joins its neighbours to one word, as in `don't` and `2.50`, has no edge before it.
            if is_word(c) || !edges[at] {
                words.push(c);
            } else if !words.ends_with(' ') {
                words.push(' ');
            }
        }
        self.push_line(&words);
    }

    fn push_joined(&mut self, line: &str) {
        let pieces = pieces(line);
        let mut start = 0;
        while start < pieces.len() {
            let mut end = start + 1;
            while end < pieces.len() && are_one(line, &pieces[end - 1], &pieces[end]) {
                end += 1;
            }
            let run = &pieces[start..end];
            let is_apart = run.windows(2).any(|pair| pair[0].end < pair[1].start);
            if is_apart {
                for piece in run {
                    self.text.push_str(&line[piece.start..piece.end]);
                    self.edges.push(true);
                    self.edges.resize(self.text.len(), false);
                }
                self.text.push('\n');
                self.edges.push(true);
            }
            start = end;
        }
    }
}

/// Letters and digits in a row; a character of a script without spaces is one by itself.
struct Piece {
    start: usize,
    end: usize,
    chars: usize,
    unspaced: bool,
    digits: bool,
}

fn pieces(line: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, c) in line.char_indices().filter(|(_, c)| is_word(*c)) {
        let unspaced = is_unspaced(c) && !is_combining_mark(c);
        match pieces.last_mut() {
            Some(last)
                if last.end == at && !unspaced && (!last.unspaced || is_combining_mark(c)) =>
            {
                last.end = at + c.len_utf8();
                last.chars += 1;
                last.digits &= c.is_numeric();
            }
            _ => pieces.push(Piece {
                start: at,
                end: at + c.len_utf8(),
                chars: 1,
                unspaced,
                digits: c.is_numeric(),
            }),
        }
    }
    pieces
}

/// Whether two pieces are letters of one word, drawn apart.
fn are_one(line: &str, one: &Piece, other: &Piece) -> bool {
    let between = &line[one.end..other.start];
    if between.is_empty() {
        return true;
    }
    if between.chars().nth(APART).is_some() || one.digits && other.digits {
        return false;
    }
    let soft = |c: char| {
        matches!(
            c,
            '*' | '_' | '|' | '~' | '^' | '·' | '•' | '`' | '+' | '=' | '-'
        ) || c == GAP
    };
    if between.chars().all(soft) {
        return true;
    }
    if one.unspaced && other.unspaced {
        return between.chars().all(|c| soft(c) || matches!(c, ' ' | '.'));
    }
    let (shorter, longer) = (one.chars.min(other.chars), one.chars.max(other.chars));
    let has_blank = between.contains(' ');
    longer == 1 || !has_blank && !between.contains('\'') && (shorter == 1 || longer == 2)
}

/// A letter, a digit, or a mark that belongs to one.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Whether a word that begins or ends with this character ends there: in scripts without spaces words
/// stand side by side.
pub(super) fn wants_edge(c: char) -> bool {
    is_word(c) && !is_unspaced(c)
}

/// For each byte of a line, and its end, whether a word may begin or end there.
fn edges(line: &str) -> Vec<bool> {
    let mut edges = vec![false; line.len() + 1];
    let mut chars = line.char_indices().peekable();
    let (mut last, mut before_last) = (None, None);
    while let Some((at, c)) = chars.next() {
        let inside = last.is_some_and(wants_edge) && wants_edge(c);
        let next = chars.peek().map(|(_, next)| *next);
        edges[at] =
            !inside && !joins(line, at, last, c, next) && !joins_after(before_last, last, c);
        (before_last, last) = (last, Some(c));
    }
    edges[line.len()] = true;
    edges
}

/// Whether `c` goes on with the word before it: an apostrophe within one, save that of `Jo's`, or the
/// point of a number.
fn joins(line: &str, at: usize, last: Option<char>, c: char, next: Option<char>) -> bool {
    let (Some(last), Some(next)) = (last, next) else {
        return false;
    };
    match c {
        '\'' if last.is_alphabetic() && next.is_alphabetic() => {
            let mut rest = line[at + 1..].chars();
            !(rest.next() == Some('s') && rest.next().is_none_or(|c| !is_word(c)))
        }
        '.' | ',' => last.is_numeric() && next.is_numeric(),
        _ => false,
    }
}

/// Whether a number goes on behind its point.
fn joins_after(before_last: Option<char>, last: Option<char>, c: char) -> bool {
    let is_digit = |c: char| c.is_numeric();
    matches!(last, Some('.' | ',')) && before_last.is_some_and(is_digit) && is_digit(c)
}
