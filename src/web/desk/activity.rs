//! What operators did, as a page for operators, the latest first.

use serde_json::Value;

use crate::{
    domain::decision::Door,
    sealing::keys::Purpose,
    storage::acts::Act,
    web::{desk::prelude::*, query::next_cursor},
};

/// Acts on one page.
const PER_PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "desk_activity.html")]
struct ActivityPage {
    frame: Frame,
    rows: Vec<ActRow>,
    /// Where the list goes on.
    older: Option<String>,
    /// How long acts are kept, in days.
    days: u64,
}

struct ActRow {
    at: String,
    age: String,
    by: String,
    via: &'static str,
    what: String,
    target: String,
    detail: String,
}

#[derive(Deserialize)]
pub(super) struct ActivityQuery {
    before: Option<String>,
}

pub(super) async fn show(
    app: Shared,
    Operators(Entered(signed_in)): Operators<Entered>,
    Query(query): Query<ActivityQuery>,
) -> Result<HttpResponse, Refused> {
    let before = query.before.as_deref().map(|raw| {
        let read: Option<String> = app.signer.verify(Purpose::Cursor, raw);
        read.ok_or_else(|| Problem::not_found("page"))
    });
    let acts = app.store.acts(before.transpose()?, PER_PAGE).await?;
    let template = ActivityPage {
        frame: Frame::new(&app, &signed_in, format!("{HOME}/activity"), None),
        older: next_cursor(&app, &acts, PER_PAGE, |act| &act.id),
        rows: acts.iter().map(|act| row(&app, act)).collect(),
        days: app.settings.privacy.audit_days,
    };
    Ok(page::render(StatusCode::OK, &template)?)
}

fn row(app: &App, act: &Act) -> ActRow {
    ActRow {
        at: act.at.to_string(),
        age: age(act.at, app.now()),
        by: act.actor_name.clone(),
        via: match Door::parse(&act.via) {
            Some(Door::Session) => "",
            Some(Door::Token) => "token",
            Some(Door::Command) => "shell",
            _ => "other",
        },
        what: words(&act.action),
        target: act.target.clone(),
        detail: detail(&act.detail),
    }
}

/// An act in words; one that a later version recorded as it is.
fn words(action: &str) -> String {
    let words = match action {
        "address.reveal" => "looked at a whole address",
        "comments.export" => "exported comments",
        "comments.import" => "imported comments",
        "comments.import_undo" => "took an import back",
        "key.add" => "made a program's key",
        "key.revoke" => "revoked a program's key",
        "mail.retry" => "tried a mail again",
        "model.activate" => "put a model into use",
        "model.roll_back" => "went back to the model before",
        "model.train" => "started a training run",
        "person.add" => "added a moderator",
        "person.change" => "changed an account",
        "person.link" => "made a link to sign in by",
        "person.password" => "set a password",
        "person.remove" => "removed a moderator",
        "rule.add" => "added a block rule",
        "rule.remove" => "removed a block rule",
        "samples.add" => "added labelled texts",
        "sealing_key.retire" => "retired the older sealing keys",
        "sealing_key.rotate" => "rotated the sealing key",
        "session.end_all" => "signed out everywhere",
        "site.add" => "added a site",
        "site.change" => "changed a site",
        "site.remove" => "removed a site",
        "subject.erase" => "erased a person's data",
        "subject.export" => "looked at a person's data",
        "token.add" => "made a token",
        "token.revoke" => "revoked a token",
        "webhook.add" => "added a webhook",
        "webhook.remove" => "removed a webhook",
        other => other,
    };
    words.to_owned()
}

/// The fields of an act in one line.
fn detail(detail: &Value) -> String {
    let fields = detail.as_object().into_iter().flatten();
    let said = fields.map(|(name, value)| match value {
        Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    });
    said.collect::<Vec<_>>().join(", ")
}
