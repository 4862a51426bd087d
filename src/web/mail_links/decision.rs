//! The links in a moderator's mail: one decision about one comment as it stood, or its undoing.

use actix_web::web::Payload;

use super::{refuse, respond, say};
use crate::{
    accounts,
    domain::{
        comment::Comment,
        decision::{
            Action, Beside, Change, Decided, Decision, DecisionReason, Door, Outcome, Wish,
        },
        site::Site,
    },
    notify::links::{self, DecisionLink},
    review,
    storage::Result,
    web::{body, forms, prelude::*, reader::Reader},
    words::names,
};

/// The largest form of such a page, in bytes.
const MAX_FORM: usize = 4_096;

/// Reasons shown with a comment.
const REASONS: usize = 5;

/// A comment on a page.
struct View {
    id: String,
    site: String,
    author: String,
    page: String,
    page_url: Option<String>,
    received: String,
    text: String,
    score: Said<'static>,
    reasons: Vec<String>,
    status: Said<'static>,
}

/// Asks for the decision.
#[derive(Template)]
#[template(path = "mail_decision.html")]
struct Ask {
    words: &'static Words,
    question: Said<'static>,
    button: Said<'static>,
    /// Why, to choose from: the word that is sent, and what is shown.
    reasons: Vec<(&'static str, Said<'static>)>,
    comment: View,
}

/// Says what was done, and offers to take it back.
#[derive(Template)]
#[template(path = "mail_decided.html")]
struct Done {
    words: &'static Words,
    said: Said<'static>,
    /// The token that undoes it; none after an undo.
    undo: Option<String>,
    comment: View,
}

/// Says that the comment is no longer as it was when the mail was written.
#[derive(Template)]
#[template(path = "mail_stale.html")]
struct Stale {
    words: &'static Words,
    /// Who decided what, and when.
    last: Option<Said<'static>>,
    comment: View,
}

/// A link whose moderator and comment are there, and whose moderator may still decide on it.
struct Opened {
    link: DecisionLink,
    principal: Principal,
    comment: Comment,
}

/// Shows the comment and one button. Changes nothing.
pub(super) async fn show(
    app: Shared,
    reader: Reader,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    let link = match links::read_decision(&app, &token) {
        Ok(link) => link,
        Err(error) => return refuse(reader, error),
    };
    let Some(opened) = open(&app, link).await? else {
        return refuse_person(reader);
    };
    if opened.comment.version != opened.link.version {
        return stale(&app, reader, StatusCode::OK, &opened.comment).await;
    }
    let Reader(words) = reader;
    let change = name(opened.link.change);
    let ask = Ask {
        words,
        question: words.say(&format!("link-ask-{change}")),
        button: words.say(&format!("link-do-{change}")),
        reasons: if takes_reason(opened.link.change) {
            words.whys()
        } else {
            Vec::new()
        },
        comment: view(&app, words, &opened.comment),
    };
    respond(StatusCode::OK, &ask)
}

/// Decides, through the same door as everyone.
pub(super) async fn act(
    app: Shared,
    reader: Reader,
    request: HttpRequest,
    payload: Payload,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    let link = match links::read_decision(&app, &token) {
        Ok(link) => link,
        Err(error) => return refuse(reader, error),
    };
    let Some(opened) = open(&app, link).await? else {
        return refuse_person(reader);
    };
    let wish = Wish {
        id: opened.link.comment,
        version: Some(opened.link.version),
        change: opened.link.change,
    };
    let body = body::read(&request, &mut payload.into_inner(), MAX_FORM).await?;
    let beside = Beside {
        reason: reason(&body, opened.link.change),
        note: None,
    };
    let outcomes =
        review::decide_together(&app.review, &opened.principal, vec![wish], beside, None).await?;
    match outcomes.into_iter().next() {
        Some(Outcome::Done(comment, decided)) => {
            done(&app, reader, &opened.link, &comment, &decided)
        }
        Some(Outcome::Stale(comment) | Outcome::NothingToUndo(comment)) => {
            stale(&app, reader, StatusCode::CONFLICT, &comment).await
        }
        Some(Outcome::NotFound) | None => refuse_person(reader),
    }
}

/// Only beside a rejection is it asked why.
fn takes_reason(change: Change) -> bool {
    change == Change::Decide(Decision::Reject)
}

/// Why, as the page's form says it. A mail program that posts by itself sends no form: then it is not said.
fn reason(body: &[u8], change: Change) -> Option<DecisionReason> {
    let pairs = forms::urlencoded(body);
    let (_, word) = pairs.iter().find(|(name, _)| name == "reason")?;
    let word = std::str::from_utf8(word).ok()?;
    DecisionReason::parse(word).filter(|_| takes_reason(change))
}

async fn open(app: &App, link: DecisionLink) -> Result<Option<Opened>> {
    let Some(moderator) = app.store.moderator(&link.moderator).await? else {
        return Ok(None);
    };
    let comment = app.store.comment(&moderator.scope, link.comment).await?;
    let principal = accounts::principal(&moderator, Door::MailLink);
    Ok(comment.map(|comment| Opened {
        link,
        principal,
        comment,
    }))
}

fn done(
    app: &App,
    Reader(words): Reader,
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
    let page = Done {
        words,
        said: words.say(&format!("link-done-{}", name(link.change))),
        undo: undoable.then(|| links::sign_decision(app, &undo)),
        comment: view(app, words, comment),
    };
    respond(StatusCode::OK, &page)
}

async fn stale(
    app: &App,
    Reader(words): Reader,
    status: StatusCode,
    comment: &Comment,
) -> Result<HttpResponse, Problem> {
    let history = app.store.history(comment).await?;
    let last = history.iter().rev().find_map(|entry| {
        let did = match entry.action {
            Action::Decided => "link-last-decided",
            Action::Undone => "link-last-undone",
            _ => return None,
        };
        let (who, decision) = (entry.by.as_deref()?, entry.decision.as_deref()?);
        let decision = words.say(&names::decision(Decision::parse(decision)?));
        let when = minute(&entry.at.to_string());
        Some(words.html(
            did,
            &[("who", &who), ("decision", &&*decision), ("when", &when)],
        ))
    });
    let page = Stale {
        words,
        last,
        comment: view(app, words, comment),
    };
    respond(status, &page)
}

/// Whether it is the account, its sites or the comment that is gone, the page does not say.
fn refuse_person(reader: Reader) -> Result<HttpResponse, Problem> {
    say(reader, StatusCode::FORBIDDEN, "link-refused")
}

/// What the names of a change's sentences end with.
fn name(change: Change) -> &'static str {
    match change {
        Change::Undo => "undo",
        Change::Decide(decision) => decision.as_str(),
    }
}

fn view(app: &App, words: &'static Words, comment: &Comment) -> View {
    let site = app.directory.site(comment.site.as_str());
    let own = comment.page.as_str().starts_with('/');
    let origins = site.as_deref().map(|site: &Site| site.origins.as_slice());
    let title = comment.page_title.as_deref();
    View {
        id: comment.id.to_string(),
        site: app.directory.name(&comment.site),
        author: comment.name.clone(),
        page: title.map_or_else(|| comment.page.to_string(), |title| format!("“{title}”")),
        page_url: comment
            .page
            .url(origins.unwrap_or_default())
            .filter(|_| own),
        received: minute(&comment.created_at.to_string()),
        text: comment.text.clone(),
        score: words.say(names::score(comment.score)),
        reasons: words.main_reasons(comment, REASONS),
        status: words.say(&names::label(comment.status)),
    }
}

/// `2026-03-01T12:00:00Z` for people.
fn minute(timestamp: &str) -> String {
    let short = timestamp.get(..16).unwrap_or(timestamp);
    format!("{} UTC", short.replace('T', " "))
}
