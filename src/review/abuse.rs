//! How abusive comments seem, as moderators see it: the score that was kept, and what moved it, worked out again for who looks. It
//! is evidence for them: nothing is decided by it here.

use std::collections::HashMap;

use crate::{
    bayes::{AbuseKind, TokenWeight, probability},
    domain::{
        abuse::AbuseScore,
        comment::{Comment, CommentId},
        telling::telling_of,
    },
    learn::{
        Learning,
        abuse::{self, AbuseJudge},
    },
    text::views::with_features,
};

/// Tokens shown with a comment.
const TOKENS: usize = 6;

/// How abusive a comment seems.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenAbuse {
    /// The score as it was kept; none where it was not worked out: the site did not ask, the comment came before it could, or the model
    /// does not know its language.
    pub score: Option<AbuseScore>,
    /// Whether the model knows the comment's language.
    pub language_known: bool,
    /// The probability of each kind that is known in its language; none for a comment that is not likely abusive.
    pub kinds: Vec<(AbuseKind, f64)>,
    /// What speaks for abuse in it, the strongest first; none for a comment that is not likely abusive.
    pub tokens: Vec<TokenWeight>,
}

/// What is seen of comments, by their identifiers.
pub type SeenAbuses = HashMap<CommentId, SeenAbuse>;

/// How abusive comments seem. Where the model cannot be had, those without it are left out.
pub async fn of(learning: &Learning, comments: impl Iterator<Item = &Comment>) -> SeenAbuses {
    let mut judges: HashMap<_, Option<AbuseJudge>> = HashMap::new();
    let mut seen = SeenAbuses::new();
    for comment in comments {
        if !judges.contains_key(&comment.site) {
            let judge = abuse::judge(learning, &comment.site).await;
            let judge = judge.inspect_err(|error| {
                tracing::warn!(%error, site = %comment.site, "nothing says why comments seem abusive");
            });
            judges.insert(comment.site.clone(), judge.ok());
        }
        let judge = judges.get(&comment.site).and_then(Option::as_ref);
        seen.extend(judge.map(|judge| (comment.id, see(judge, comment))));
    }
    seen
}

fn see(judge: &AbuseJudge, comment: &Comment) -> SeenAbuse {
    let language = comment.evidence.language.as_deref();
    let knows = |kind| judge.knows(kind, &comment.text, language);
    let score = comment.evidence.abuse;
    let seen = SeenAbuse {
        score,
        language_known: score.is_some() || knows(AbuseKind::Toxicity),
        kinds: Vec::new(),
        tokens: Vec::new(),
    };
    if !score.is_some_and(AbuseScore::is_likely) {
        return seen;
    }
    let document = comment.document();
    let (kinds, explanation) = with_features(&document, |features| {
        let explanation = judge.model().explain_features(&document, features);
        (judge.kinds(features), explanation)
    });
    let kinds = kinds.into_iter().filter(|one| knows(one.kind));
    let tokens = telling_of(&explanation.tokens, &comment.text)
        .filter(|token| token.weight > 0.0)
        .take(TOKENS);
    SeenAbuse {
        kinds: kinds
            .map(|one| (one.kind, probability(one.log_odds)))
            .collect(),
        tokens: tokens.cloned().collect(),
        ..seen
    }
}
