//! The links in a moderator's mail: one decision about one comment as it stood, or its undoing.

use super::{refuse, respond, say};
use crate::{
    accounts,
    domain::{
        comment::Comment,
        decision::{Action, Decided, Decision},
        evidence::score_in_words,
        site::Site,
    },
    notify::links::{self, DecisionLink},
    review,
    storage::{
        Result,
        decisions::{Change, Outcome, Wish},
    },
    web::prelude::*,
};

/// Reasons shown with a comment.
const REASONS: usize = 5;

/// A comment on a page.
struct View {
    site: String,
    author: String,
    page: String,
    page_url: Option<String>,
    received: String,
    text: String,
    score: &'static str,
    reasons: Vec<String>,
    status: Status,
}

/// Asks for the decision.
#[derive(Template)]
#[template(path = "mail_decision.html")]
struct Ask {
    question: &'static str,
    button: &'static str,
    comment: View,
}

/// Says what was done, and offers to take it back.
#[derive(Template)]
#[template(path = "mail_decided.html")]
struct Done {
    said: &'static str,
    /// The token that undoes it; none after an undo.
    undo: Option<String>,
    comment: View,
}

/// Says that the comment is no longer as it was when the mail was written.
#[derive(Template)]
#[template(path = "mail_stale.html")]
struct Stale {
    /// Who decided what, and when.
    last: Option<String>,
    comment: View,
}

/// A link whose moderator and comment are there, and whose moderator may still decide on it.
struct Opened {
    link: DecisionLink,
    principal: Principal,
    comment: Comment,
}

/// Shows the comment and one button. Changes nothing.
pub(super) async fn show(app: Shared, token: Path<String>) -> Result<HttpResponse, Problem> {
    let link = match links::read_decision(&app, &token) {
        Ok(link) => link,
        Err(error) => return refuse(error),
    };
    let Some(opened) = open(&app, link).await? else {
        return refuse_person();
    };
    if opened.comment.version != opened.link.version {
        return stale(&app, StatusCode::OK, &opened.comment).await;
    }
    let (question, button) = words(opened.link.change);
    let comment = view(&app, &opened.comment);
    let ask = Ask {
        question,
        button,
        comment,
    };
    respond(StatusCode::OK, &ask)
}

/// Decides, through the same door as everyone.
pub(super) async fn act(app: Shared, token: Path<String>) -> Result<HttpResponse, Problem> {
    let link = match links::read_decision(&app, &token) {
        Ok(link) => link,
        Err(error) => return refuse(error),
    };
    let Some(opened) = open(&app, link).await? else {
        return refuse_person();
    };
    let wish = Wish {
        id: opened.link.comment,
        version: Some(opened.link.version),
        change: opened.link.change,
    };
    let outcomes = review::decide(&app.review, &opened.principal, vec![wish], None).await?;
    match outcomes.into_iter().next() {
        Some(Outcome::Done(comment, decided)) => done(&app, &opened.link, &comment, &decided),
        Some(Outcome::Stale(comment) | Outcome::NothingToUndo(comment)) => {
            stale(&app, StatusCode::CONFLICT, &comment).await
        }
        Some(Outcome::NotFound) | None => refuse_person(),
    }
}

async fn open(app: &App, link: DecisionLink) -> Result<Option<Opened>> {
    let Some(moderator) = app.store.moderator(&link.moderator).await? else {
        return Ok(None);
    };
    let sites = app.directory.covered(&moderator.scope);
    let comment = app.store.comment(&sites, link.comment).await?;
    let principal = accounts::principal(&moderator, "mail_link");
    Ok(comment.map(|comment| Opened {
        link,
        principal,
        comment,
    }))
}

fn done(
    app: &App,
    link: &DecisionLink,
    comment: &Comment,
    decided: &Decided,
) -> Result<HttpResponse, Problem> {
    let undo = DecisionLink {
        version: decided.version,
        change: Change::Undo,
        ..link.clone()
    };
    let undoable = link.change != Change::Undo;
    let said = match link.change {
        Change::Undo => "Taken back.",
        Change::Decide(Decision::Approve) => "Approved: the comment is public.",
        Change::Decide(Decision::Spam) => "Marked as spam.",
        Change::Decide(Decision::Reject) => "Rejected: the comment stays unpublished.",
        Change::Decide(Decision::Trash) => "Thrown away.",
        Change::Decide(Decision::Hold) => "Put back in the queue.",
    };
    let page = Done {
        said,
        undo: undoable.then(|| links::sign_decision(app, &undo)),
        comment: view(app, comment),
    };
    respond(StatusCode::OK, &page)
}

async fn stale(app: &App, status: StatusCode, comment: &Comment) -> Result<HttpResponse, Problem> {
    let history = app.store.history(comment).await?;
    let last = history.iter().rev().find_map(|entry| {
        let did = match entry.action {
            Action::Decided => format!("decided “{}”", entry.decision.as_deref()?),
            Action::Undone => format!("took “{}” back", entry.decision.as_deref()?),
            Action::Received | Action::EmailRevealed | Action::Noted => return None,
        };
        Some(format!(
            "{} {did} on {}.",
            entry.by.as_deref()?,
            minute(&entry.at.to_string())
        ))
    });
    let page = Stale {
        last,
        comment: view(app, comment),
    };
    respond(status, &page)
}

/// Whether it is the account, its sites or the comment that is gone is not told.
fn refuse_person() -> Result<HttpResponse, Problem> {
    say(
        StatusCode::FORBIDDEN,
        "This link no longer works",
        "The comment is gone, or the account that the link was made for may not decide on it.",
    )
}

const fn words(change: Change) -> (&'static str, &'static str) {
    match change {
        Change::Undo => ("Take the last decision back?", "Take it back"),
        Change::Decide(Decision::Approve) => ("Approve this comment?", "Approve"),
        Change::Decide(Decision::Spam) => ("Is this comment spam?", "Mark as spam"),
        Change::Decide(Decision::Reject) => ("Reject this comment?", "Reject"),
        Change::Decide(Decision::Trash) => ("Throw this comment away?", "Throw away"),
        Change::Decide(Decision::Hold) => ("Put this comment back in the queue?", "Put back"),
    }
}

fn view(app: &App, comment: &Comment) -> View {
    let site = app.directory.site(comment.site.as_str());
    let own = comment.page.as_str().starts_with('/');
    let origins = site.as_deref().map(|site: &Site| site.origins.as_slice());
    let title = comment.page_title.as_deref();
    let reasons = comment.evidence.main_reasons(REASONS).into_iter();
    View {
        site: site
            .as_ref()
            .map_or_else(|| comment.site.to_string(), |site| site.name.clone()),
        author: comment.name.clone(),
        page: title.map_or_else(|| comment.page.to_string(), |title| format!("“{title}”")),
        page_url: comment
            .page
            .url(origins.unwrap_or_default())
            .filter(|_| own),
        received: minute(&comment.created_at.to_string()),
        text: comment.text.clone(),
        score: score_in_words(comment.score),
        reasons: reasons.map(str::to_owned).collect(),
        status: comment.status,
    }
}

/// `2026-03-01T12:00:00Z` for people.
fn minute(timestamp: &str) -> String {
    let short = timestamp.get(..16).unwrap_or(timestamp);
    format!("{} UTC", short.replace('T', " "))
}
