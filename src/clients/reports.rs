//! What programs report back: that a text was spam, or was not. Where the text is kept as a comment,
//! a report is a decision like any other and can be undone at the desk; where it is not, the text
//! itself becomes a labelled sample.

use crate::{
    bayes::{Label, Question},
    clients::Clients,
    domain::{
        comment::{CommentId, Status},
        decision::{Actor, Change, Decision, Door, Outcome, Wish},
        moderator::{Principal, Role, Scope},
        site::Site,
    },
    learn::samples,
    review,
    storage::{Result, client_keys::ClientKey},
};

use super::{inquiry::Inquiry, threads};

/// Takes a report. `id` is what the judgement was answered with, if the program kept it; else the
/// text and its author's name say which judgement is meant, if there is one.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn take(
    clients: &Clients,
    site: &Site,
    key: &ClientKey,
    question: &Inquiry,
    id: Option<CommentId>,
    label: Label,
) -> Result<()> {
    let content = question.content(&clients.ground, &site.slug);
    let judged = clients
        .ground
        .store
        .find_judgement(&site.slug, id, &content)
        .await?;
    if let Some(judged) = &judged {
        clients
            .ground
            .store
            .note_report(&site.slug, judged.id, label)
            .await?;
    }
    metrics::counter!("hamlet_reports_total", "label" => word(label)).increment(1);
    if let Some(judged) = judged.as_ref().filter(|judged| judged.queued) {
        threads::remember(&clients.ground, site, question, judged.id).await?;
        if decide(clients, site, key, judged.id, label).await? {
            return Ok(());
        }
    }
    let kept = Sample {
        about: Question::Spam,
        judged: judged.map(|judged| judged.id),
        label,
    };
    keep_sample(clients, site, key, question, kept).await
}

/// Takes what a program says of abuse in a text. It decides nothing: it is a label for the site's abuse model, within the bounds that
/// all labels of programs have.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn take_of_abuse(
    clients: &Clients,
    site: &Site,
    key: &ClientKey,
    question: &Inquiry,
    label: Label,
) -> Result<()> {
    let content = question.content(&clients.ground, &site.slug);
    let store = &clients.ground.store;
    let judged = store.find_judgement(&site.slug, None, &content).await?;
    let kept = Sample {
        about: Question::Abuse,
        judged: judged.map(|judged| judged.id),
        label,
    };
    keep_sample(clients, site, key, question, kept).await
}

/// What is said of a text.
struct Sample {
    about: Question,
    /// The judgement that it is about, if there is one.
    judged: Option<CommentId>,
    label: Label,
}

/// Keeps the text as a labelled sample: one vote for each judgement, or for each text that was never
/// asked about. A report without a text teaches nothing.
async fn keep_sample(
    clients: &Clients,
    site: &Site,
    key: &ClientKey,
    question: &Inquiry,
    said: Sample,
) -> Result<()> {
    if question.text.is_empty() {
        return Ok(());
    }
    let record = question.labelled(said.label);
    let (vault, about) = (&clients.ground.vault, said.about);
    let Ok(mut vote) = samples::vote_of_record(vault, site.slug.clone(), about, &record) else {
        return Ok(());
    };
    if let Some(id) = said.judged {
        vote.id = id.to_string();
    }
    samples::cast_report(&clients.learning, vote, key.id.clone()).await?;
    Ok(())
}

/// Decides about the comment; `false` when it is no longer there. One whose status is as reported
/// already is left alone, so that its history does not fill up.
async fn decide(
    clients: &Clients,
    site: &Site,
    key: &ClientKey,
    id: CommentId,
    label: Label,
) -> Result<bool> {
    let scope = Scope::of(&site.slug);
    let Some(comment) = clients.ground.store.comment(&scope, id).await? else {
        return Ok(false);
    };
    let (decision, stands) = match label {
        Label::Spam => (Decision::Spam, comment.status == Status::Spam),
        Label::Ham => (Decision::Approve, comment.status == Status::Approved),
    };
    if stands && comment.decided_at.is_some() {
        return Ok(true);
    }
    let wish = Wish {
        id,
        version: None,
        change: Change::Decide(decision),
    };
    let outcomes = review::decide(&clients.review, &principal(key), vec![wish], None).await?;
    Ok(matches!(outcomes.first(), Some(Outcome::Done(..))))
}

/// A program that reports, as the history names it.
fn principal(key: &ClientKey) -> Principal {
    Principal {
        actor: Actor {
            id: key.id.clone(),
            name: key.name.clone(),
            via: Door::Client,
        },
        role: Role::Moderator,
        scope: Scope::of(&key.site),
        moderator: None,
    }
}

const fn word(label: Label) -> &'static str {
    match label {
        Label::Spam => "spam",
        Label::Ham => "ham",
    }
}
