//! The forms of the desk: deciding about one comment, about those selected, about all that match,
//! and taking decisions back. Each ends in a redirect to where it came from.

use std::time::Duration;

use super::{edit, filter::DeskQuery, frame::back_of, item::WITH_COPIES, words};
use crate::{
    domain::{
        decision::{BatchId, Beside, Change, Decision, DecisionReason, Wish},
        queue::QueueQuery,
    },
    review::{
        self, MAX_WISHES, changes,
        copies::{self, Acted, CopiesAct},
        last::{self, Last},
        queue,
    },
    storage::StoreError,
    web::desk::prelude::*,
    words::Argument,
};

/// Comments decided about in one go when all that match are meant; the rest waits for another.
const MAX_MATCHING: usize = 10_000;

#[derive(Template)]
#[template(path = "desk_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    decision: Decision,
    /// Empty for none.
    reason: &'static str,
    verb: Said<'static>,
    question: String,
    button: String,
    /// Those that arrive from now on are not meant.
    until: i64,
}

pub(super) async fn decide(
    app: Shared,
    Sent { by, fields }: Sent,
) -> Result<HttpResponse, Refused> {
    let back = back_of(&fields, HOME);
    let principal = by.principal();
    let (decision, keys) = wished(&fields)?;
    let beside = beside(&fields, decision)?;
    if fields.get("matching") != "all" || !fields.get("one").is_empty() {
        let flash = decide_named(&app, &principal, decision, &keys, beside).await?;
        return Ok(see_other(&flash.carry(&back)));
    }
    let query = query_of(&back)?;
    if let Ok(until) = fields.get("until").parse() {
        let asked = [
            &back,
            decision.as_str(),
            fields.get("until"),
            fields.get("reason"),
        ];
        let matching = Matching {
            principal: &principal,
            query: &query,
            decision,
            reason: beside.reason,
            until: Timestamp::from_millis(until),
            batch: BatchId::of(&principal.actor, &asked),
        };
        let flash = matching.decide(&app).await?;
        return Ok(see_other(&flash.carry(&back)));
    }
    let wanted = query.wanted(&mut Vec::new());
    let found = queue::list(&app, &principal, &wanted, None, Some(1)).await?;
    let matching = usize::try_from(query.count(&found.counts)).unwrap_or_default();
    let verb = by.words.say(&words::verb(decision));
    let (number, said) = (by.words.number(matching), &*verb);
    let filled: [(&str, &dyn Argument); 3] =
        [("count", &matching), ("number", &number), ("verb", &said)];
    let template = ConfirmPage {
        question: by.words.fill("confirm-question", &filled),
        button: by.words.fill("confirm-all", &filled),
        frame: Frame::new(&app, &by, back, None),
        decision,
        reason: beside.reason.map_or("", DecisionReason::as_str),
        verb,
        until: app.now().plus(Duration::from_millis(1)).millis(),
    };
    Ok(page::render(StatusCode::OK, &template)?)
}

/// Decides about comments that were named, each with the copies that it stands for if the form says so: together one
/// batch.
async fn decide_named(
    app: &App,
    principal: &Principal,
    decision: Decision,
    keys: &[&str],
    beside: Beside,
) -> Result<Flash, Problem> {
    let (with_copies, plain): (Vec<&str>, Vec<&str>) =
        keys.iter().partition(|key| key.ends_with(WITH_COPIES));
    let (did, change) = (decision.as_str(), Change::Decide(decision));
    let plain = wishes(&plain, change)?;
    let leading: Vec<&str> = with_copies
        .iter()
        .filter_map(|key| key.strip_suffix(WITH_COPIES))
        .collect();
    let leading = wishes(&leading, change)?;
    if leading.is_empty() {
        let batch = (plain.len() > 1).then(BatchId::generate);
        return Ok(carry_out(app, principal, did, plain, beside, batch).await?);
    }
    let batch = BatchId::generate();
    let mut flash = carry_out(app, principal, did, plain, beside.clone(), Some(batch)).await?;
    flash.batch = Some(batch);
    for wish in leading {
        let act = CopiesAct {
            id: wish.id,
            version: wish.version.unwrap_or_default(),
            decision,
            among: None,
            until: None,
            beside: beside.clone(),
        };
        let Acted {
            outcome,
            decided,
            changed,
            left,
            ..
        } = copies::decide(&app.review, principal, act, batch).await?;
        let outcomes = [outcome];
        let changes = changes::of_stale(app, principal, &outcomes).await?;
        let mut more = Flash::of(did, principal, &[wish], &outcomes, &changes);
        more.count = more.count.max(decided);
        more.late += changed;
        flash.add(more);
        flash.broken += usize::from(left);
    }
    flash.undo.clear();
    Ok(flash)
}

pub(super) async fn undo(app: Shared, Sent { by, fields }: Sent) -> Result<HttpResponse, Refused> {
    if fields.get("last") == "yes" {
        let flash = undo_last(&app, &by.principal()).await?;
        return Ok(see_other(&flash.carry(&back_of(&fields, HOME))));
    }
    let keys: Vec<&str> = fields.get("undo").split(',').collect();
    let wishes = wishes(&keys, Change::Undo)?;
    let flash = carry_out(
        &app,
        &by.principal(),
        "undo",
        wishes,
        Beside::default(),
        None,
    )
    .await?;
    Ok(see_other(&flash.carry(&back_of(&fields, HOME))))
}

/// Takes back whatever this person decided last.
async fn undo_last(app: &App, principal: &Principal) -> Result<Flash, StoreError> {
    Ok(match last::undo(&app.review, principal).await? {
        Last::Nothing => Flash {
            did: "nothing".to_owned(),
            ..Flash::default()
        },
        Last::Together(id, taken) => Flash::of_batch(id, taken),
        Last::Edited(id, outcome) => edit::undone(id, &outcome),
        Last::Alone(wish, outcome, changes) => {
            let (wishes, outcomes) = ([wish], [*outcome]);
            Flash::of("undo", principal, &wishes, &outcomes, &changes)
        }
    })
}

/// Carries wishes out and says what became of them.
async fn carry_out(
    app: &App,
    principal: &Principal,
    did: &str,
    wishes: Vec<Wish>,
    beside: Beside,
    batch: Option<BatchId>,
) -> Result<Flash, StoreError> {
    let outcomes =
        review::decide_together(&app.review, principal, wishes.clone(), beside, batch).await?;
    let changes = changes::of_stale(app, principal, &outcomes).await?;
    let mut flash = Flash::of(did, principal, &wishes, &outcomes, &changes);
    if flash.count > 1 {
        flash.batch = batch;
    }
    Ok(flash)
}

/// What the form says beside a decision. A reason is chosen from a menu that is there for rejecting: beside another decision it
/// is what was left standing in it.
fn beside(fields: &FormFields, decision: Decision) -> Result<Beside, Problem> {
    let reason = Some(fields.get("reason"));
    let reason = reason.filter(|word| !word.is_empty() && decision == Decision::Reject);
    let unknown = || Problem::malformed("The form names no reason.");
    let read = |word| DecisionReason::parse(word).ok_or_else(unknown);
    Ok(Beside {
        reason: reason.map(read).transpose()?,
        note: review::parse_note(Some(fields.get("note")))?,
    })
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

/// Everything that the filters find and that was there at a moment.
struct Matching<'a> {
    principal: &'a Principal,
    query: &'a DeskQuery,
    decision: Decision,
    reason: Option<DecisionReason>,
    until: Timestamp,
    /// The same for a form that is sent twice.
    batch: BatchId,
}

impl Matching<'_> {
    /// Decides about it, in bites small enough not to keep writers waiting. When the service fails in the
    /// midst, what was decided by then stays so, is part of the batch, and the flash says so.
    async fn decide(&self, app: &App) -> Result<Flash, Problem> {
        let mut wanted = self.query.wanted(&mut Vec::new());
        wanted.filter.until = Some(self.until);
        wanted.filter.folded = false;
        let mut flash = Flash {
            did: self.decision.as_str().to_owned(),
            batch: Some(self.batch),
            ..Flash::default()
        };
        let mut cursor = None;
        while flash.count + flash.late < MAX_MATCHING {
            match self.bite(app, &wanted, cursor.as_deref()).await {
                Ok((done, next)) => {
                    flash.add(done);
                    cursor = next;
                }
                Err(problem) if flash.count == 0 => return Err(problem),
                Err(_) => {
                    flash.broken = 1;
                    break;
                }
            }
            if cursor.is_none() {
                break;
            }
        }
        Ok(flash)
    }

    /// Decides about the next few, and returns where it goes on.
    async fn bite(
        &self,
        app: &App,
        wanted: &QueueQuery,
        cursor: Option<&str>,
    ) -> Result<(Flash, Option<String>), Problem> {
        let limit = Some(queue::MAX_LIMIT);
        let found = queue::list(app, self.principal, wanted, cursor, limit).await?;
        let wishes = found.comments.iter().map(|comment| Wish {
            id: comment.id,
            version: Some(comment.version),
            change: Change::Decide(self.decision),
        });
        let (wishes, did) = (wishes.collect(), self.decision.as_str());
        let batch = Some(self.batch);
        let beside = Beside {
            reason: self.reason,
            note: None,
        };
        let flash = carry_out(app, self.principal, did, wishes, beside, batch).await?;
        Ok((flash, found.next_cursor))
    }
}

/// The filters of the list that a form came from.
fn query_of(back: &str) -> Result<DeskQuery, Problem> {
    let query = back.split_once('?').map_or("", |(_, query)| query);
    let read = actix_web::web::Query::<DeskQuery>::from_query(query);
    read.map(actix_web::web::Query::into_inner)
        .map_err(|_| Problem::malformed("The form does not say which list it is about."))
}
