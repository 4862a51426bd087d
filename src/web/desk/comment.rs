//! One comment by itself: its whole text, why it was judged as it was, what happened to it, and
//! what else its author wrote.

use std::time::Duration;

use super::{item::Item, words::label};
use crate::{
    domain::{
        comment::Comment,
        decision::{Action, Door, HistoryEntry},
        evidence::Verdict,
        queue::{Counts, QueueQuery},
    },
    privacy::{retention, subjects},
    review::{
        self,
        opened::{self, Opened},
        queue,
    },
    web::{
        api::comments::{comment_id, named_comment},
        desk::prelude::*,
        query::Parameters,
    },
};

/// The author's other comments shown.
const OTHERS: u32 = 6;

#[derive(Template)]
#[template(path = "desk_comment.html")]
struct CommentPage {
    frame: Frame,
    item: Item,
    /// The whole address, for who asked for it and was recorded.
    revealed: Option<String>,
    by_network: Vec<Item>,
    by_host: Vec<Item>,
    because: String,
    verdict: &'static str,
    checks: Vec<Weighed>,
    tokens: Vec<Weighed>,
    model: Option<String>,
    history: Vec<Line>,
    author: Vec<(&'static str, i64)>,
    author_href: String,
    others: Vec<Item>,
    /// When it is deleted for good.
    deleted_on: Option<String>,
}

/// A reason with its weight as a bar.
struct Weighed {
    says: String,
    weight: String,
    /// From 0 to 100.
    length: u8,
    for_spam: bool,
}

/// A line of the history, in words.
struct Line {
    age: String,
    at: String,
    who: String,
    what: String,
    note: Option<String>,
    undone: bool,
}

pub(super) async fn show(
    app: Shared,
    Entered(signed_in): Entered,
    id: Path<String>,
    Query(carried): Query<Parameters>,
) -> Result<HttpResponse, Refused> {
    let flash = Flash::open(&app, &signed_in.principal(), &carried).await?;
    Ok(render(&app, &signed_in, &id, flash, None).await?)
}

/// A note without a decision.
pub(super) async fn add_note(
    app: Shared,
    Sent { by, fields }: Sent,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let principal = by.principal();
    let id = named_comment(&app, &principal, &id).await?.id;
    let here = format!("{HOME}/comments/{id}");
    let Some(note) = review::parse_note(Some(fields.get("note")))? else {
        return Ok(see_other(&here));
    };
    let noted = opened::add_note(&app, &principal, id, note).await?;
    noted.ok_or_else(|| Problem::not_found("comment"))?;
    let flash = Flash {
        did: "note".to_owned(),
        ..Flash::default()
    };
    Ok(see_other(&flash.carry(&here)))
}

pub(super) async fn reveal(
    app: Shared,
    Sent { by, .. }: Sent,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let principal = by.principal();
    let email = opened::reveal_email(&app, &principal, comment_id(&id)?).await?;
    let email = email.expose().to_owned();
    Ok(render(&app, &by, &id, None, Some(email)).await?)
}

/// Deletes the comment for good, or erases all that is held about its author.
pub(super) async fn erase(
    app: Shared,
    Operators(Sent { by, fields }): Operators<Sent>,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    if fields.get("sure") != "yes" {
        return Err(Problem::malformed("The form does not say that you are sure.").into());
    }
    let principal = by.principal();
    let comment = named_comment(&app, &principal, &id).await?;
    match fields.get("do") {
        "author" => drop(subjects::erase_author(&app.privacy, &comment, principal.actor).await?),
        _ => drop(subjects::erase_comment(&app.privacy, &comment).await?),
    }
    Ok(see_other(&format!(
        "{HOME}?status={}",
        comment.status.as_str()
    )))
}

/// The day on which a comment among spam or trash is deleted for good, where its site says so.
fn deleted_on(app: &App, comment: &Comment) -> Option<String> {
    let site = app.directory.site(comment.site.as_str())?;
    let days = retention::days_of(&site.policy, comment.status)?;
    let since = comment.decided_at.unwrap_or(comment.created_at);
    let at = since
        .plus(Duration::from_hours(u64::from(days) * 24))
        .to_string();
    Some(at.split('T').next().unwrap_or(&at).to_owned())
}

async fn render(
    app: &App,
    signed_in: &SignedIn,
    id: &str,
    flash: Option<Flash>,
    revealed: Option<String>,
) -> Result<HttpResponse, Problem> {
    let principal = signed_in.principal();
    let opened = opened::open(app, &principal, comment_id(id)?).await?;
    let opened = opened.ok_or_else(|| Problem::not_found("comment"))?;
    let others = others(app, &principal, &opened).await?;
    let Opened {
        comment,
        history,
        author,
        earlier,
    } = opened;
    let deleted_on = deleted_on(app, &comment);
    let (checks, tokens) = weigh(&comment);
    let lines = history.into_iter().map(|entry| line(app, entry));
    let template = CommentPage {
        frame: Frame::new(
            app,
            signed_in,
            format!("{HOME}/comments/{}", comment.id),
            flash,
        ),
        item: Item::whole(app, &comment),
        revealed,
        because: Words::english().because(&comment.evidence),
        verdict: match comment.verdict {
            Verdict::Publish => "published at once",
            Verdict::Hold => "held for a person",
            Verdict::Spam => "put aside as spam",
        },
        checks,
        tokens,
        model: comment.evidence.model.map(|model| model.version.clone()),
        history: lines.collect(),
        author: author_counts(&author),
        author_href: format!("{HOME}?author={}", comment.id),
        others,
        deleted_on,
        by_network: earlier
            .by_network
            .iter()
            .map(|one| Item::in_list(app, one, None))
            .collect(),
        by_host: earlier
            .by_host
            .iter()
            .map(|one| Item::in_list(app, one, None))
            .collect(),
    };
    page::render(StatusCode::OK, &template)
}

/// What else the author wrote, newest first.
async fn others(app: &App, principal: &Principal, opened: &Opened) -> Result<Vec<Item>, Problem> {
    let wanted = QueueQuery {
        author: Some(opened.comment.id),
        ..QueueQuery::default()
    };
    let found = queue::list(app, principal, &wanted, None, Some(OTHERS)).await?;
    let others = found.comments.iter();
    let others = others.filter(|one| one.id != opened.comment.id);
    Ok(others.map(|one| Item::in_list(app, one, None)).collect())
}

fn author_counts(counts: &Counts) -> Vec<(&'static str, i64)> {
    let all = Status::ALL.iter();
    all.map(|status| (label(*status), counts.of(*status)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// The checks that fired and the tokens that counted, with bars on one scale.
fn weigh(comment: &Comment) -> (Vec<Weighed>, Vec<Weighed>) {
    let (words, document) = (Words::english(), comment.document());
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

fn line(app: &App, entry: HistoryEntry) -> Line {
    let to = entry.to.map_or("", label).to_lowercase();
    let decision = entry.decision.unwrap_or_default();
    let what = match entry.action {
        Action::Received => format!("Arrived: {to}"),
        Action::Decided => format!("decided “{decision}”: now {to}"),
        Action::Undone => format!("took “{decision}” back: {to} again"),
        Action::EmailRevealed => "looked at the whole address".to_owned(),
        Action::Noted => "noted".to_owned(),
    };
    let door = match entry.via.as_deref().and_then(Door::parse) {
        Some(Door::Token) => " (API)",
        Some(Door::MailLink) => " (by mail)",
        Some(Door::Client) => " (reported by a program)",
        Some(Door::Command) => " (shell)",
        Some(Door::Session) | None => "",
    };
    let who = entry.by.map(|by| format!("{by}{door}"));
    Line {
        age: age(entry.at, app.now()),
        at: entry.at.to_string(),
        who: who.unwrap_or_default(),
        what,
        note: entry.note,
        undone: entry.undone,
    }
}
