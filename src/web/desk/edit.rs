//! Changing what a comment says: a page with its text and room for a reason, and the form that takes the last change
//! back.

use std::borrow::Cow;

use super::frame::{back_of, inside_or};
use crate::{
    domain::{comment::Comment, decision::Outcome, text::CommentText},
    review::{
        self, changes,
        edits::{self, Edit},
    },
    web::{api::comments::named_comment, desk::prelude::*, query::Parameters},
};

#[derive(Template)]
#[template(path = "desk_edit.html")]
struct EditPage {
    frame: Frame,
    /// The comment's page.
    back: String,
    text: String,
    reason: String,
    /// The version that the text was seen at.
    version: i64,
    errors: Vec<FieldError>,
    /// That somebody changed the comment meanwhile, in words.
    changed: Option<String>,
    /// What it says now.
    now: String,
    /// Whether readers can see what it said before.
    shown: bool,
}

impl EditPage {
    fn of(app: &App, by: &SignedIn, comment: &Comment, back: String) -> Self {
        let site = app.directory.site(comment.site.as_str());
        Self {
            frame: Frame::new(
                app,
                by,
                format!("{HOME}/comments/{}/edit", comment.id),
                None,
            ),
            back,
            text: comment.text.clone(),
            reason: String::new(),
            version: comment.version,
            errors: Vec::new(),
            changed: None,
            now: comment.text.clone(),
            shown: site.is_some_and(|site| site.policy.show_edits),
        }
    }

    fn wrong(&self, field: &str) -> Option<Cow<'_, str>> {
        let found = self.errors.iter().find(|error| error.field == field);
        found.map(|error| self.frame.words.relay(&error.message))
    }

    fn answer(&self) -> Result<HttpResponse, Refused> {
        let status = if self.changed.is_some() {
            StatusCode::CONFLICT
        } else if self.errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        Ok(page::render(status, self)?)
    }
}

/// The page of a comment, with the list that it was opened from.
fn page_of(comment: &Comment, carried: &Parameters) -> String {
    let place = format!("{HOME}/comments/{}", comment.id);
    match carried.get("in") {
        Some(list) => {
            let list: String = url::form_urlencoded::byte_serialize(list.as_bytes()).collect();
            format!("{place}?in={list}")
        }
        None => place,
    }
}

pub(super) async fn show(
    app: Shared,
    Entered(signed_in): Entered,
    id: Path<String>,
    Query(carried): Query<Parameters>,
) -> Result<HttpResponse, Refused> {
    let comment = named_comment(&app, &signed_in.principal(), &id).await?;
    let back = page_of(&comment, &carried);
    EditPage::of(&app, &signed_in, &comment, back).answer()
}

pub(super) async fn save(
    app: Shared,
    Sent { by, fields }: Sent,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let principal = by.principal();
    let comment = named_comment(&app, &principal, &id).await?;
    let back = inside_or(
        fields.get("back"),
        &format!("{HOME}/comments/{}", comment.id),
    );
    let version: i64 = fields.get("version").parse().unwrap_or(comment.version);
    let again = |errors, changed| EditPage {
        text: fields.get("text").to_owned(),
        reason: fields.get("reason").to_owned(),
        version,
        errors,
        changed,
        ..EditPage::of(&app, &by, &comment, back.clone())
    };
    let text = CommentText::parse(fields.get("text"));
    let reason = review::parse_reason(Some(fields.get("reason")));
    let (text, reason) = match (text, reason) {
        (Ok(text), Ok(reason)) => (text, reason),
        (text, reason) => {
            let errors = text.err().into_iter().chain(reason.err());
            return again(errors.collect(), None).answer();
        }
    };
    let edit = Edit {
        text,
        reason,
        version,
    };
    let edited = edits::edit(&app.review, &principal, comment.id, edit).await?;
    match Result::from(edited) {
        Err(error) => again(vec![error], None).answer(),
        Ok(Outcome::Done(..)) => Ok(see_other(&flash("edit").carry(&back))),
        Ok(Outcome::Stale(now)) => {
            let last = changes::of(&app, &principal, &[now.id]).await?;
            let who = last.get(&now.id).map_or("", |last| last.by.as_str());
            let changed = by.words.fill("edit-changed", &[("who", &who)]);
            let page = EditPage {
                version: now.version,
                now: now.text.clone(),
                ..again(Vec::new(), Some(changed))
            };
            page.answer()
        }
        Ok(Outcome::NothingToUndo(_) | Outcome::NotFound) => {
            Err(Problem::not_found("comment").into())
        }
    }
}

/// Takes the last change of the text back; what the form sends is `id:version`.
pub(super) async fn undo(
    app: Shared,
    Sent { by, fields }: Sent,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let principal = by.principal();
    let id = named_comment(&app, &principal, &id).await?.id;
    let back = back_of(&fields, &format!("{HOME}/comments/{id}"));
    let version = fields.get("undo").split_once(':');
    let version = version.and_then(|(_, version)| version.parse().ok());
    let outcome = edits::undo(&app.review, &principal, id, version).await?;
    Ok(see_other(&undone(id, &outcome).carry(&back)))
}

/// What became of taking a change of a text back.
pub(super) fn undone(id: CommentId, outcome: &Outcome) -> Flash {
    match outcome {
        Outcome::Done(..) => flash("unedit"),
        Outcome::NothingToUndo(_) | Outcome::NotFound => flash("nothing"),
        Outcome::Stale(_) => Flash {
            late: 1,
            left: vec![id],
            ..flash("undo")
        },
    }
}

fn flash(did: &str) -> Flash {
    Flash {
        did: did.to_owned(),
        ..Flash::default()
    }
}
