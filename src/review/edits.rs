//! Changing what a comment says: the new text is judged and found like any other, the old one stays in the history.

use super::Review;
use crate::{
    domain::{
        abuse::AbuseMode,
        comment::{Comment, CommentId},
        decision::{Beside, Outcome, ToVote},
        edit::{Rewriting, TextChange},
        email::EmailAddress,
        evidence::{Check, Evidence, Finding},
        field::FieldError,
        moderator::Principal,
        reason::Because,
        text::CommentText,
    },
    intake::{self, checks},
    learn::samples,
    storage::Result,
    text::Document,
};

/// An edit that somebody wishes.
#[derive(Debug, Clone)]
pub struct Edit {
    /// What the comment is to say.
    pub text: CommentText,
    /// Why, for the history.
    pub reason: Option<String>,
    /// The version that was seen.
    pub version: i64,
}

/// What became of an edit.
#[derive(Debug)]
pub enum Edited {
    /// As for a decision.
    Outcome(Outcome),
    /// The text says so already.
    Same,
}

impl From<Edited> for std::result::Result<Outcome, FieldError> {
    fn from(edited: Edited) -> Self {
        match edited {
            Edited::Outcome(outcome) => Ok(outcome),
            Edited::Same => {
                let message = "The text is as it was.";
                Err(FieldError::new("text", "unchanged", message))
            }
        }
    }
}

/// Changes a comment's text. Its status stays; whether readers see what it said before is the site's.
///
/// # Errors
/// [`crate::storage::StoreError`]; then nothing has changed.
pub async fn edit(
    review: &Review,
    principal: &Principal,
    id: CommentId,
    edit: Edit,
) -> Result<Edited> {
    let Some(comment) = review.ground.store.comment(&principal.scope, id).await? else {
        return Ok(Edited::Outcome(Outcome::NotFound));
    };
    if comment.version == edit.version && comment.text == edit.text.as_str() {
        return Ok(Edited::Same);
    }
    let change = TextChange::Edit {
        reason: edit.reason,
    };
    let (version, text) = (Some(edit.version), edit.text.as_str().to_owned());
    let outcome = rewrite(review, principal, comment, version, text, change).await?;
    Ok(Edited::Outcome(outcome))
}

/// Takes the last change of a comment's text back that was not taken back.
///
/// # Errors
/// [`crate::storage::StoreError`]; then nothing has changed.
pub async fn undo(
    review: &Review,
    principal: &Principal,
    id: CommentId,
    version: Option<i64>,
) -> Result<Outcome> {
    let Some(comment) = review.ground.store.comment(&principal.scope, id).await? else {
        return Ok(Outcome::NotFound);
    };
    let earlier = review.ground.store.earlier_texts(&comment.site, id).await?;
    let Some(last) = earlier.into_iter().next_back() else {
        return Ok(Outcome::NothingToUndo(Box::new(comment)));
    };
    let change = TextChange::TakeBack { edit: last.edit };
    // What was read is what is changed: somebody else's change in between is not taken back instead.
    let version = version.or(Some(comment.version));
    rewrite(review, principal, comment, version, last.text, change).await
}

async fn rewrite(
    review: &Review,
    principal: &Principal,
    comment: Comment,
    version: Option<i64>,
    text: String,
    change: TextChange,
) -> Result<Outcome> {
    let ground = &review.ground;
    let id = comment.id;
    let rewritten = Comment { text, ..comment };
    let evidence = judge(review, &rewritten).await;
    let wish = Rewriting {
        id,
        version,
        fingerprint: checks::fingerprint(&rewritten.text),
        text: rewritten.text,
        evidence,
        change,
    };
    let decider = super::decider(ground, principal, Beside::default(), None);
    let vault = ground.vault.clone();
    let to_vote: ToVote =
        Box::new(move |comment, reason| samples::votes_of(&vault, comment, reason).into());
    let outcome = ground.store.rewrite(wish, decider, to_vote).await?;
    if let Outcome::Done(comment, _) = &outcome {
        review.learning.wake();
        review.reading.forget(&comment.site, &comment.page);
        metrics::counter!("hamlet_edits_total").increment(1);
    }
    Ok(outcome)
}

/// What is known of a comment with its new text: how it was sent is as before, what the text says is read anew.
async fn judge(review: &Review, comment: &Comment) -> Evidence {
    let email = review.ground.vault.open(&comment.email, comment).ok();
    let document = Document {
        email_domain: email.as_ref().and_then(EmailAddress::given_domain),
        ..comment.document()
    };
    let Some(site) = review.ground.directory.site(comment.site.as_str()) else {
        // The site is being removed.
        return comment.evidence.clone();
    };
    let asks_abuse = site.policy.abuse != AbuseMode::Off;
    let opinion = intake::judge(&review.learning, &site, asks_abuse, &document).await;
    let mut found = checks::of_text(&site.policy, &comment.text, 0);
    found.extend(opinion.unknown);
    let old = &comment.evidence;
    let mut evidence = Evidence {
        model: opinion.model,
        language: opinion.language,
        abuse: opinion.abuse,
        checks: Vec::new(),
        because: old.because.clone(),
    };
    for (place, finding) in old.checks.iter().enumerate() {
        if !is_of_text(finding.check) {
            evidence.checks.push(finding.clone());
        } else if old.because == Because::Finding(place) {
            evidence.checks.push(kept(finding, &mut found));
        } else {
            continue;
        }
        if old.because == Because::Finding(place) {
            evidence.because = Because::Finding(evidence.checks.len() - 1);
        }
    }
    evidence.checks.extend(found);
    evidence
}

const fn is_of_text(check: Check) -> bool {
    matches!(check, Check::Links | Check::Language)
}

/// The finding for which the comment was held stays, because its history says so; where the text does not bear it
/// out any more, it weighs nothing.
fn kept(finding: &Finding, found: &mut Vec<Finding>) -> Finding {
    let again = found.iter().position(|one| one.check == finding.check);
    match again {
        Some(place) => found.swap_remove(place),
        None => Finding {
            weight: 0.0,
            ..finding.clone()
        },
    }
}
