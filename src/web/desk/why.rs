//! Why a comment is where it is, in few words: the reasons that count, how abusive it seems, and the places of the text that are
//! worth a mark. The page of a comment has all of them.

use crate::{
    bayes::{AbuseKind, TokenWeight},
    domain::{
        abuse::{AbuseFilter, AbuseScore},
        comment::Comment,
        reason::Because,
        score::Band,
        telling::{for_spam, telling},
    },
    review::abuse::SeenAbuse,
    web::desk::words::abuse_filter,
    words::Words,
};

/// Reasons shown with a comment in a list.
const REASONS: usize = 3;
/// Places marked in a text: the strongest.
const MARKS: usize = 5;

/// Why a comment was scored as it was.
pub struct ShownReason {
    /// In words.
    pub says: String,
    /// Whether it speaks for spam.
    pub for_spam: bool,
}

/// The main reasons: checks that fired, then the tokens that pulled the score up. Where there are none, why the policy
/// left the comment to a person.
#[must_use]
pub fn reasons(words: &Words, comment: &Comment) -> Vec<ShownReason> {
    let document = comment.document();
    let checks = comment.evidence.checks.iter().map(|finding| ShownReason {
        says: words.reason(&finding.reason),
        for_spam: finding.weight > 0.0,
    });
    let tokens = for_spam(comment).map(|token| ShownReason {
        says: words.sign(token, &document),
        for_spam: true,
    });
    let mut reasons: Vec<ShownReason> = checks.chain(tokens).take(REASONS).collect();
    if reasons.is_empty() {
        reasons.push(ShownReason {
            says: match &comment.evidence.because {
                Because::PersonDecides => words.say("why-reviewed").into(),
                _ => words.because(&comment.evidence),
            },
            for_spam: false,
        });
    }
    reasons
}

/// How abusive a comment seems.
pub struct ShownAbuse {
    /// In one line.
    pub says: String,
    /// What moved the score, in words.
    pub reasons: Vec<String>,
    /// Whether it seems abusive.
    pub likely: bool,
}

/// How abusive a comment seems, in words; none where it was not asked.
#[must_use]
pub fn abuse(words: &Words, seen: &SeenAbuse, comment: &Comment) -> Option<ShownAbuse> {
    let document = comment.document();
    let says = match seen.score {
        None if seen.language_known => return None,
        None => words.say("abuse-no-language").into(),
        Some(score) => {
            let percent = format!("{:.0}", score.probability() * 100.0);
            let kind = score.kind.map(AbuseKind::as_str);
            let kind = kind.and_then(AbuseFilter::parse);
            match kind {
                Some(kind) => words.fill(
                    "abuse-seems-kind",
                    &[
                        ("percent", &percent),
                        ("kind", &&*words.say(&abuse_filter(kind))),
                    ],
                ),
                None if score.is_likely() => words.fill("abuse-seems", &[("percent", &percent)]),
                None => words.fill("abuse-seems-not", &[("percent", &percent)]),
            }
        }
    };
    let tokens = seen.tokens.iter().take(REASONS);
    Some(ShownAbuse {
        says,
        reasons: tokens.map(|token| words.sign(token, &document)).collect(),
        likely: seen.score.is_some_and(AbuseScore::is_likely),
    })
}

/// The tokens whose places are marked: those that pulled the score to the side where it is.
#[must_use]
pub fn marks(comment: &Comment) -> Vec<TokenWeight> {
    let genuine = comment.score.map(Band::of) == Some(Band::Genuine);
    let pull = |token: &&TokenWeight| {
        if genuine {
            token.weight < 0.0
        } else {
            token.weight > 0.0
        }
    };
    telling(comment).filter(pull).take(MARKS).cloned().collect()
}
