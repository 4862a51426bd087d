//! What counted in a comment's judgement, as bars of one scale.

use crate::{domain::comment::Comment, words::Words};

/// A reason with its weight as a bar.
pub struct Weighed {
    pub says: String,
    pub weight: String,
    /// From 0 to 100.
    pub length: u8,
    pub for_spam: bool,
}

/// The checks that fired and the tokens that counted, with bars on one scale.
pub fn weigh(words: &Words, comment: &Comment) -> (Vec<Weighed>, Vec<Weighed>) {
    let document = comment.document();
    let evidence = &comment.evidence;
    let tokens = evidence.model.iter().flat_map(|model| &model.tokens);
    let tokens: Vec<(String, f64)> = tokens
        .map(|token| (words.sign(token, &document), token.weight))
        .collect();
    let checks = evidence.checks.iter();
    let checks: Vec<(String, f64)> = checks
        .map(|finding| (words.reason(&finding.reason), finding.weight))
        .collect();
    let all = tokens.iter().chain(&checks);
    let most = all.map(|(_, weight)| weight.abs()).fold(1.0, f64::max);
    let bars = |mut reasons: Vec<(String, f64)>| {
        reasons.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        let bars = reasons
            .into_iter()
            .map(|(says, weight)| bar(says, weight, most));
        bars.collect()
    };
    (bars(checks), bars(tokens))
}

fn bar(says: String, weight: f64, most: f64) -> Weighed {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to 100"
    )]
    let length = (weight.abs() / most * 100.0).clamp(1.0, 100.0) as u8;
    Weighed {
        says,
        weight: format!("{weight:+.2}").replace('-', "\u{2212}"),
        length,
        for_spam: weight > 0.0,
    }
}
