//! One comment by itself: its whole text, why it was judged as it was, what happened to it, and
//! what else its author wrote.

mod weights;

use std::time::Duration;

use url::form_urlencoded::byte_serialize;

use self::weights::{Weighed, weigh};
use super::{
    filter::DeskQuery,
    item::{self, Item, Shower},
    near::Near,
    thread::{self, InThread},
    views,
    words::{self, label, now},
};
use crate::{
    domain::{
        comment::Comment,
        decision::{Action, Decision, Door, HistoryEntry},
        evidence::Verdict,
        queue::{Counts, QueueQuery},
    },
    news::looks,
    privacy::{retention, subjects},
    review::{
        self, abuse,
        opened::{self, Opened},
        queue,
    },
    web::{
        api::comments::{comment_id, named_comment},
        desk::{frame::inside_or, prelude::*},
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
    verdict: Said<'static>,
    /// The list that it was opened from, and its address.
    list: Option<(Said<'static>, String)>,
    /// The next comment of that list.
    next: Option<String>,
    /// Where a decision leads.
    onwards: String,
    checks: Vec<Weighed>,
    tokens: Vec<Weighed>,
    model: Option<String>,
    /// The code of the text's language.
    language: Option<String>,
    history: Vec<Line>,
    author: Vec<(Said<'static>, i64)>,
    author_href: String,
    others: Vec<Item>,
    /// The conversation around it.
    thread: Vec<InThread>,
    /// By which an answer that is sent twice is known.
    answer_key: String,
    /// When its text was changed last.
    edited_at: Option<Timestamp>,
    /// When it is deleted for good.
    deleted_on: Option<String>,
    /// Near copies of it.
    near: Option<Near>,
    /// Colleagues who have it open.
    looking: String,
}

/// A line of the history, in words.
struct Line {
    age: String,
    at: String,
    who: String,
    what: String,
    reason: Option<Said<'static>>,
    note: Option<String>,
    undone: bool,
    /// The form that takes it back and what it sends, where it is the last decision or the last change of the text.
    undo: Option<(String, String)>,
    /// The text before, where it was changed.
    before: Option<String>,
}

/// The list that a comment was opened from, as the page's address names it.
struct From(DeskQuery, String);

impl From {
    fn of(carried: &Parameters) -> Option<Self> {
        let query = carried.get("in")?;
        let address = format!("{HOME}?{query}");
        let read = views::read(&address)?;
        Some(Self(read, query.to_owned()))
    }

    /// The address of a comment's page that knows this list.
    fn lead_to(&self, id: CommentId) -> String {
        let list: String = byte_serialize(self.1.as_bytes()).collect();
        format!("{HOME}/comments/{id}?in={list}")
    }

    /// The comment that comes after this one; none where the list cannot be read.
    async fn next(&self, app: &App, principal: &Principal, comment: &Comment) -> Option<CommentId> {
        let wanted = self.0.wanted(&mut Vec::new());
        let place = self.0.place(comment);
        queue::after(app, principal, &wanted, &place)
            .await
            .ok()
            .flatten()
    }
}

pub(super) async fn show(
    app: Shared,
    Entered(signed_in): Entered,
    id: Path<String>,
    Query(carried): Query<Parameters>,
) -> Result<HttpResponse, Refused> {
    let flash = Flash::open(&app, &signed_in.principal(), &carried).await?;
    let from = From::of(&carried);
    Ok(render(&app, &signed_in, &id, from, flash, None).await?)
}

/// A note without a decision.
pub(super) async fn add_note(
    app: Shared,
    Sent { by, fields }: Sent,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let principal = by.principal();
    let id = named_comment(&app, &principal, &id).await?.id;
    let here = inside_or(fields.get("here"), &format!("{HOME}/comments/{id}"));
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
    Sent { by, fields }: Sent,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let principal = by.principal();
    let email = opened::reveal_email(&app, &principal, comment_id(&id)?).await?;
    let email = email.expose().to_owned();
    let from = fields.get("back").split_once('?').map(|(_, query)| query);
    let pairs = from.map(|query| url::form_urlencoded::parse(query.as_bytes()).into_owned());
    let carried = pairs.and_then(|pairs| Parameters::try_from(pairs.collect::<Vec<_>>()).ok());
    let from = carried.as_ref().and_then(From::of);
    Ok(render(&app, &by, &id, from, None, Some(email)).await?)
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
        "{HOME}?status={}&did=erased",
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
    from: Option<From>,
    flash: Option<Flash>,
    revealed: Option<String>,
) -> Result<HttpResponse, Problem> {
    let (principal, words) = (signed_in.principal(), signed_in.words);
    let opened = opened::open(app, &principal, comment_id(id)?).await?;
    let opened = opened.ok_or_else(|| Problem::not_found("comment"))?;
    let shower = Shower {
        parents: item::parents(app, &principal, [&opened.comment].into_iter()).await?,
        abuse: abuse::of(&app.learning, [&opened.comment].into_iter()).await,
        ..Shower::new(app, words)
    };
    let others = others(&shower, &principal, &opened).await?;
    let Opened {
        comment,
        history,
        author,
        earlier,
    } = opened;
    let here = from.as_ref().map_or_else(
        || format!("{HOME}/comments/{}", comment.id),
        |from| from.lead_to(comment.id),
    );
    let next = match &from {
        Some(from) => from
            .next(app, &principal, &comment)
            .await
            .map(|id| from.lead_to(id)),
        None => None,
    };
    let list = from.as_ref().map(|from| format!("{HOME}?{}", from.1));
    let onwards = next
        .clone()
        .or_else(|| list.clone())
        .unwrap_or_else(|| here.clone());
    let (checks, tokens) = weigh(words, &comment);
    let shown = |comments: &[Comment]| comments.iter().map(|one| shower.in_list(one)).collect();
    let named = |from: &From| {
        let name = from.0.status().map(label);
        words.say(name.as_deref().unwrap_or("status-all"))
    };
    let template = CommentPage {
        edited_at: comment.edited_at,
        near: Near::of(app, &principal, words, &comment).await?,
        looking: looks::others(app, &principal, comment.id).await?.join(", "),
        deleted_on: deleted_on(app, &comment),
        thread: thread::around(app, words, &comment).await?,
        answer_key: CommentId::generate().to_string(),
        item: shower.whole(&comment),
        revealed,
        because: words.because(&comment.evidence),
        verdict: words.say(match comment.verdict {
            Verdict::Publish => "verdict-publish",
            Verdict::Hold => "verdict-hold",
            Verdict::Spam => "verdict-spam",
        }),
        list: from.as_ref().map(named).zip(list),
        next,
        onwards,
        checks,
        tokens,
        language: comment.evidence.language,
        model: comment.evidence.model.map(|model| model.version.clone()),
        history: lines(app, words, history, (comment.id, comment.version)),
        author: author_counts(words, &author),
        author_href: format!("{HOME}?status=all&author={}", comment.id),
        others,
        by_network: shown(&earlier.by_network),
        by_host: shown(&earlier.by_host),
        frame: Frame::new(app, signed_in, here, flash),
    };
    page::render(StatusCode::OK, &template)
}

/// What else the author wrote, newest first.
async fn others(
    shower: &Shower<'_>,
    principal: &Principal,
    opened: &Opened,
) -> Result<Vec<Item>, Problem> {
    let wanted = QueueQuery {
        author: Some(opened.comment.id),
        ..QueueQuery::default()
    };
    let found = queue::list(shower.app, principal, &wanted, None, Some(OTHERS)).await?;
    let others = found.comments.iter();
    let others = others.filter(|one| one.id != opened.comment.id);
    Ok(others.map(|one| shower.in_list(one)).collect())
}

fn author_counts(words: &'static Words, counts: &Counts) -> Vec<(Said<'static>, i64)> {
    let all = Status::ALL.iter();
    all.map(|status| (words.say(&now(*status)), counts.of(*status)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// The history in words, of a comment that has this version now.
fn lines(
    app: &App,
    words: &'static Words,
    history: Vec<HistoryEntry>,
    (id, version): (CommentId, i64),
) -> Vec<Line> {
    let last = |action| {
        let is_last = |entry: &HistoryEntry| entry.action == action && !entry.undone;
        history.iter().rposition(is_last)
    };
    let (decided, edited) = (last(Action::Decided), last(Action::Edited));
    let undo = |at| {
        let form = match Some(at) {
            at if at == decided => "/desk/undo".to_owned(),
            at if at == edited => format!("{HOME}/comments/{id}/edit/undo"),
            _ => return None,
        };
        Some((form, format!("{id}:{version}")))
    };
    let undo: Vec<_> = (0..history.len()).map(undo).collect();
    let lines = history.into_iter().zip(undo);
    lines
        .map(|(entry, undo)| Line {
            undo,
            ..line(app, words, entry)
        })
        .collect()
}

fn line(app: &App, words: &'static Words, entry: HistoryEntry) -> Line {
    let to = entry
        .to
        .map_or_else(String::new, |to| words.say(&now(to)).into());
    let decision = entry.decision.as_deref().and_then(Decision::parse);
    let decision: String =
        decision.map_or_else(String::new, |one| words.say(&words::decision(one)).into());
    let name = match entry.action {
        Action::Received => "history-arrived",
        Action::Decided => "history-decided",
        Action::Undone => "history-undone",
        Action::EmailRevealed => "history-revealed",
        Action::Noted => "history-noted",
        Action::Edited => "history-edited",
        Action::EditUndone => "history-edit-undone",
    };
    let door = match entry.via.as_deref().and_then(Door::parse) {
        Some(Door::Token) => "door-token",
        Some(Door::MailLink) => "door-mail",
        Some(Door::Client) => "door-client",
        Some(Door::Command) => "door-command",
        Some(Door::Session) | None => "",
    };
    let who = entry.by.map(|by| match door {
        "" => by,
        door => format!("{by} ({})", words.say(door)),
    });
    Line {
        age: age(words, entry.at, app.now()),
        at: entry.at.to_string(),
        who: who.unwrap_or_default(),
        what: words.fill(name, &[("decision", &decision), ("to", &to)]),
        reason: entry.reason.map(|why| words.why(why)),
        note: entry.note,
        undone: entry.undone,
        undo: None,
        before: entry.text,
    }
}
