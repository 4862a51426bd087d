//! The forms of the desk: deciding about one comment, about those selected, about all that match,
//! and taking decisions back. Each ends in a redirect to where it came from.

use std::time::Duration;

use actix_web::{HttpResponse, http::StatusCode, post};
use askama::Template;

use super::{
    HOME,
    entry::Sent,
    fields::FormFields,
    filter::DeskQuery,
    frame::{Flash, Frame, back_of},
    queue::count,
    refused::Refused,
    sign_in::see_other,
};
use crate::{
    app::App,
    domain::{comment::CommentId, decision::Decision, moderator::Principal, timestamp::Timestamp},
    review::{self, MAX_WISHES, queue},
    storage::decisions::{Change, Outcome, Wish},
    web::{Shared, page, problem::Problem},
};

/// Comments decided about in one go when all that match are meant; the rest waits for another.
const MAX_MATCHING: usize = 10_000;

#[derive(Template)]
#[template(path = "desk_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    decision: Decision,
    verb: &'static str,
    count: i64,
    /// Those that arrive from now on are not meant.
    until: i64,
}

#[post("/desk/decisions")]
pub(super) async fn decide(
    app: Shared,
    Sent { by, fields }: Sent,
) -> Result<HttpResponse, Refused> {
    let back = back_of(&fields, HOME);
    let note = review::parse_note(Some(fields.get("note")))?;
    let principal = by.principal();
    let (decision, keys) = wished(&fields)?;
    if fields.get("matching") != "all" || !fields.get("one").is_empty() {
        let wishes = wishes(&keys, Change::Decide(decision))?;
        let outcomes = review::decide(&app, &principal, wishes, note).await?;
        let flash = Flash::of(decision.as_str(), &outcomes);
        return Ok(see_other(&flash.carry(&back)));
    }
    let query = query_of(&back)?;
    if let Ok(until) = fields.get("until").parse() {
        let until = Timestamp::from_millis(until);
        let flash = decide_matching(&app, &principal, &query, decision, until).await?;
        return Ok(see_other(&flash.carry(&back)));
    }
    let wanted = query.wanted(&mut Vec::new());
    let found = queue::list(&app, &principal, &wanted, None, Some(1)).await?;
    let template = ConfirmPage {
        count: count(&found.counts, query.status()),
        frame: Frame::new(&app, &by, back, None),
        decision,
        verb: verb(decision),
        until: app.now().plus(Duration::from_millis(1)).millis(),
    };
    Ok(page::render(StatusCode::OK, &template)?)
}

#[post("/desk/undo")]
pub(super) async fn undo(app: Shared, Sent { by, fields }: Sent) -> Result<HttpResponse, Refused> {
    let keys: Vec<&str> = fields.get("undo").split(',').collect();
    let wishes = wishes(&keys, Change::Undo)?;
    let outcomes = review::decide(&app, &by.principal(), wishes, None).await?;
    let flash = Flash::of("undo", &outcomes);
    Ok(see_other(&flash.carry(&back_of(&fields, HOME))))
}

/// What the form's button meant: `one` is `decision:id:version`, `decision` is for those selected.
fn wished(fields: &FormFields) -> Result<(Decision, Vec<&str>), Problem> {
    let unknown = || Problem::malformed("The form names no decision.");
    if let Some((word, key)) = fields.get("one").split_once(':') {
        let decision = Decision::parse(word).ok_or_else(unknown)?;
        return Ok((decision, vec![key]));
    }
    let decision = Decision::parse(fields.get("decision")).ok_or_else(unknown)?;
    Ok((decision, fields.all("select").collect()))
}

fn wishes(keys: &[&str], change: Change) -> Result<Vec<Wish>, Problem> {
    if keys.len() > MAX_WISHES {
        let title = format!("At most {MAX_WISHES} comments can be decided at once.");
        return Err(Problem::malformed(title));
    }
    let wish = |key: &&str| {
        let (id, version) = key.split_once(':')?;
        Some(Wish {
            id: CommentId::parse(id)?,
            version: Some(version.parse().ok()?),
            change,
        })
    };
    let wishes: Option<Vec<Wish>> = keys.iter().map(wish).collect();
    wishes.ok_or_else(|| Problem::malformed("The form names something that is no comment."))
}

/// Decides about everything that the filters find and that was there at `until`.
async fn decide_matching(
    app: &App,
    principal: &Principal,
    query: &DeskQuery,
    decision: Decision,
    until: Timestamp,
) -> Result<Flash, Problem> {
    let mut wanted = query.wanted(&mut Vec::new());
    wanted.until = Some(until);
    let mut flash = Flash {
        did: decision.as_str().to_owned(),
        ..Flash::default()
    };
    let mut cursor: Option<String> = None;
    while flash.count + flash.late < MAX_MATCHING {
        let limit = Some(queue::MAX_LIMIT);
        let found = queue::list(app, principal, &wanted, cursor.as_deref(), limit).await?;
        let wishes = found.comments.iter().map(|comment| Wish {
            id: comment.id,
            version: Some(comment.version),
            change: Change::Decide(decision),
        });
        let outcomes = review::decide(app, principal, wishes.collect(), None).await?;
        let done = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Outcome::Done(..)));
        let done = done.count();
        flash.count += done;
        flash.late += outcomes.len() - done;
        cursor = found.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(flash)
}

/// The filters of the list that a form came from.
fn query_of(back: &str) -> Result<DeskQuery, Problem> {
    let query = back.split_once('?').map_or("", |(_, query)| query);
    let read = actix_web::web::Query::<DeskQuery>::from_query(query);
    read.map(actix_web::web::Query::into_inner)
        .map_err(|_| Problem::malformed("The form does not say which list it is about."))
}

const fn verb(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "Approve",
        Decision::Spam => "Mark as spam",
        Decision::Reject => "Reject",
        Decision::Trash => "Move to the trash",
        Decision::Hold => "Put back into the queue",
    }
}
