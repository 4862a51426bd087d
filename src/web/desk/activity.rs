//! Who did what: decisions about comments, alone or together, each with its way back, and for operators what
//! operators did. The latest come first.

use serde_json::Value;

use super::{
    batches::of_sites,
    words::{decided, did},
};
use crate::{
    domain::{decision::Door, edit::EditedLately},
    review::batches,
    sealing::keys::Purpose,
    storage::{acts::Act, batches::Batch, decided::DecidedAlone},
    web::{
        desk::prelude::*,
        query::{Parameters, next_cursor},
    },
};

/// Acts on one page.
const PER_PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "desk_activity.html")]
struct ActivityPage {
    frame: Frame,
    decisions: Vec<Decided>,
    /// Where the list of decisions goes on.
    earlier: Option<i64>,
    rows: Vec<ActRow>,
    /// Where the list goes on.
    older: Option<String>,
    /// How long acts are kept, in days.
    days: u64,
}

/// A decision in words, about one comment or several.
struct Decided {
    millis: i64,
    at: String,
    age: String,
    by: String,
    via: &'static str,
    what: String,
    site: String,
    /// The comment's page.
    href: Option<String>,
    reason: Option<Said<'static>>,
    note: Option<String>,
    undone: bool,
    /// What takes it back: the form's address, and what it sends.
    undo: Option<(String, String)>,
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

/// The name of the sentence that says through which door somebody came; none for a person on the desk.
fn door(via: &str) -> &'static str {
    match Door::parse(via) {
        Some(Door::Session) => "",
        Some(Door::Token) => "door-token",
        Some(Door::MailLink) => "door-mail",
        Some(Door::Client) => "door-client",
        Some(Door::Command) => "door-command",
        None => "door-other",
    }
}

impl Decided {
    fn alone(app: &App, words: &'static Words, one: DecidedAlone) -> Self {
        let key = format!("{}:{}", one.comment, one.version);
        let did = words.say(&did(one.decision));
        Self {
            millis: one.at.millis(),
            age: age(words, one.at, app.now()),
            at: one.at.to_string(),
            by: one.by,
            via: door(&one.via),
            what: words.fill(
                "activity-decided",
                &[("did", &&*did), ("author", &one.author)],
            ),
            site: one.site.to_string(),
            href: Some(format!("{HOME}/comments/{}", one.comment)),
            reason: one.reason.map(|why| words.why(why)),
            note: one.note,
            undone: one.undone,
            undo: one.last.then(|| ("/desk/undo".to_owned(), key)),
        }
    }

    fn edited(app: &App, words: &Words, one: EditedLately) -> Self {
        let form = format!("{HOME}/comments/{}/edit/undo", one.comment);
        let key = format!("{}:{}", one.comment, one.version);
        Self {
            millis: one.at.millis(),
            age: age(words, one.at, app.now()),
            at: one.at.to_string(),
            by: one.by,
            via: door(&one.via),
            what: words.fill("activity-edited", &[("author", &one.author)]),
            site: one.site.to_string(),
            href: Some(format!("{HOME}/comments/{}", one.comment)),
            reason: None,
            note: one.reason,
            undone: one.undone,
            undo: one.last.then_some((form, key)),
        }
    }

    fn together(app: &App, words: &Words, batch: &Batch) -> Self {
        let count = usize::try_from(batch.comments).unwrap_or_default();
        let undo = format!("/desk/batches/{}/undo", batch.id);
        Self {
            millis: batch.at.millis(),
            age: age(words, batch.at, app.now()),
            at: batch.at.to_string(),
            by: batch.by.clone(),
            via: door(&batch.via),
            what: words.count(&decided(batch.decision), count),
            site: of_sites(words, &batch.sites),
            href: None,
            reason: None,
            note: None,
            undone: batch.standing == 0,
            undo: (batch.standing > 0).then(|| (undo, String::new())),
        }
    }
}

pub(super) async fn show(
    app: Shared,
    Entered(signed_in): Entered,
    Query(query): Query<Parameters>,
) -> Result<HttpResponse, Refused> {
    let (principal, words) = (signed_in.principal(), signed_in.words);
    let flash = Flash::open(&app, &principal, &query).await?;
    let before = query.get("before").map(|raw| {
        let read: Option<String> = app.signer.verify(Purpose::Cursor, raw);
        read.ok_or_else(|| Problem::not_found("page"))
    });
    let before = before.transpose()?;
    let acts = if principal.is_operator() {
        app.store.acts(before, PER_PAGE).await?
    } else {
        Vec::new()
    };
    let until = query.get("until").and_then(|raw| raw.parse().ok());
    let decisions = decisions(&app, &principal, words, until).await?;
    let earlier = decisions.last().map(|last| last.millis);
    let template = ActivityPage {
        frame: Frame::new(&app, &signed_in, format!("{HOME}/activity"), flash),
        earlier: earlier.filter(|_| decisions.len() >= PER_PAGE as usize),
        decisions,
        older: next_cursor(&app, &acts, PER_PAGE, |act| &act.id),
        rows: acts.iter().map(|act| row(&app, words, act)).collect(),
        days: app.settings.privacy.audit_days,
    };
    Ok(page::render(StatusCode::OK, &template)?)
}

/// Decisions before a time, in milliseconds since 1970: those about one comment and those about several, in one list.
async fn decisions(
    app: &App,
    principal: &Principal,
    words: &'static Words,
    until: Option<i64>,
) -> Result<Vec<Decided>, Refused> {
    let sites = app.directory.covered(&principal.scope);
    let until = until.unwrap_or(i64::MAX);
    let before = Timestamp::from_millis(until);
    let alone = app.store.decided_alone(&sites, before, PER_PAGE).await?;
    let together = batches::list(app, principal).await?;
    let together = together.iter().filter(|batch| batch.at.millis() < until);
    let mut all: Vec<Decided> = together
        .map(|one| Decided::together(app, words, one))
        .collect();
    all.extend(alone.into_iter().map(|one| Decided::alone(app, words, one)));
    let always = Timestamp::from_millis(0);
    let edited = app
        .store
        .edited_lately(&sites, always, before, None, PER_PAGE);
    let edited = edited.await?.into_iter();
    all.extend(edited.map(|one| Decided::edited(app, words, one)));
    all.sort_by_key(|one| std::cmp::Reverse(one.millis));
    all.truncate(PER_PAGE as usize);
    Ok(all)
}

fn row(app: &App, words: &Words, act: &Act) -> ActRow {
    ActRow {
        at: act.at.to_string(),
        age: age(words, act.at, app.now()),
        by: act.actor_name.clone(),
        via: door(&act.via),
        what: said(words, &act.action),
        target: act.target.clone(),
        detail: detail(&act.detail),
    }
}

/// An act in words; one that a later version recorded as it is.
fn said(words: &Words, action: &str) -> String {
    let name = format!("act-{}", action.replace(['.', '_'], "-"));
    if words.has(&name) {
        return words.say(&name).into();
    }
    action.to_owned()
}

/// The fields of an act in one line, those of a part of it among the others: no brackets, and a dash for nothing.
fn detail(detail: &Value) -> String {
    let fields = detail.as_object().into_iter().flatten();
    let said = fields.map(|(name, value)| match value {
        part @ Value::Object(_) => self::detail(part),
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(plain).collect();
            format!("{name}: {}", all.join(" "))
        }
        one => format!("{name}: {}", plain(one)),
    });
    said.collect::<Vec<_>>().join(", ")
}

/// A value as people write it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_act_changed_is_a_line_and_no_json() {
        let policy =
            json!({ "spam_days": null, "spam_threshold": 0.9, "pages": { "drop_index": true } });
        let act = json!({ "name": "My blog", "policy": policy, "sites": ["blog", "work"] });
        assert_eq!(
            detail(&act),
            "name: My blog, drop_index: true, spam_days: –, spam_threshold: 0.9, sites: blog work"
        );
    }
}
