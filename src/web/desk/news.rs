//! News of arrivals and of decisions as server-sent events. An event about arrivals says only that something came: what,
//! the page asks with its filters. One about a decision or a changed text says whose it was, and what the
//! comment is now; one about looks who has which comment open now. The stream ends with the session, when the service stops, and when the same
//! person has too many.

use std::{collections::BTreeSet, time::Duration};

use actix_web::{http::header::ContentEncoding, web::Bytes};
use futures_util::stream;
use serde_json::json;

use crate::{
    accounts::sessions::{Session, principal_of},
    domain::decision::Action,
    news::{self, Place},
    web::{auth::Visitor, cookies::session_value, desk::prelude::*},
};

/// How often a stream without news is written to: proxies close those that are silent, and a
/// session that ended elsewhere is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What a browser is sent first: to come back after so many milliseconds.
const OPENING: &str = "retry: 5000\n\n";

/// What a page is sent whose place a newer one has taken: not to come back by itself.
const DISPLACED: &str = "event: displaced\ndata: {}\n\n";

/// What a page is sent of who looks, where nobody does.
const NOBODY: &str = "[]";

/// When somebody who found no place may come back.
const COME_BACK: Duration = Duration::from_secs(30);

struct Listener {
    app: Shared,
    cookie: String,
    place: Place,
    over: bool,
    seen: Option<CommentId>,
    /// Lines of history that this listener knows.
    told: BTreeSet<String>,
    opened: bool,
    /// Who looks at what, as it was last sent to this listener.
    looks: String,
}

/// A decision as it is sent to a page.
#[derive(Serialize)]
struct Told<'a> {
    id: CommentId,
    /// The comment's: a row that has it shows the decision.
    version: i64,
    status: Status,
    action: Action,
    decision: &'a str,
    by: &'a str,
    by_you: bool,
    at: Timestamp,
}

pub(super) async fn listen(
    app: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
) -> Result<HttpResponse, Problem> {
    let signed_in = signed_in.ok_or_else(Problem::unauthenticated)?;
    let cookie = session_value(&app, &request).ok_or_else(Problem::unauthenticated)?;
    let place = app.news.listen(signed_in.session.held());
    let full = || Problem::too_many("Too many listen already. Come back later.", COME_BACK);
    let listener = Listener {
        place: place.ok_or_else(full)?,
        over: false,
        app,
        cookie,
        seen: None,
        told: BTreeSet::new(),
        opened: false,
        looks: NOBODY.to_owned(),
    };
    let mut listener = listener;
    // Who looks at what already is sent at once, what was decided before is not.
    listener.place.looks.mark_changed();
    let known = listener.place.lately.borrow_and_update().clone();
    listener
        .told
        .extend(known.iter().map(|one| one.line.clone()));
    let known = listener.place.edits.borrow_and_update().clone();
    listener
        .told
        .extend(known.iter().map(|one| one.line.clone()));
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((
            Ok::<_, std::convert::Infallible>(Bytes::from(event)),
            listener,
        ))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(ContentEncoding::Identity)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // nginx gathers what it passes on, unless it is asked not to.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(events))
}

impl Listener {
    /// The next thing to write; none when the stream ends.
    async fn next(&mut self) -> Option<String> {
        if self.over {
            return None;
        }
        if !self.opened {
            self.opened = true;
            return Some(OPENING.to_owned());
        }
        loop {
            let app = self.app.clone();
            let changed = tokio::select! {
                () = app.news.closed() => return None,
                () = self.place.dismissed.cancelled() => return None,
                () = self.place.displaced.cancelled() => {
                    self.over = true;
                    return Some(DISPLACED.to_owned());
                }
                changed = self.place.latest.changed() => { changed.ok()?; true }
                changed = self.place.lately.changed() => { changed.ok()?; true }
                changed = self.place.edits.changed() => { changed.ok()?; true }
                changed = self.place.looks.changed() => { changed.ok()?; true }
                () = tokio::time::sleep(HEARTBEAT) => false,
            };
            let session = Session::recognise(&self.app, &self.cookie).await;
            let (_, account) = session.ok().flatten()?;
            if !changed {
                return Some(": nothing new\n\n".to_owned());
            }
            let principal = principal_of(&account);
            let mut events = self.changes(&principal);
            events.push_str(&self.looks(&principal));
            let latest = self.place.latest.borrow_and_update().clone();
            let newest = news::latest_for(&self.app, &principal, &latest);
            if newest > self.seen {
                self.seen = newest;
                events.push_str("event: arrival\ndata: {}\n\n");
            }
            if !events.is_empty() {
                return Some(events);
            }
        }
    }

    /// Who else has which comment open on the sites of somebody, if that is not what was sent last.
    fn looks(&mut self, principal: &Principal) -> String {
        let all = self.place.looks.borrow_and_update().clone();
        let theirs = all
            .iter()
            .filter(|one| principal.scope.covers(&one.site) && one.who.0 != principal.actor.id);
        let told: Vec<_> = theirs
            .map(|one| json!({ "id": one.comment, "by": one.name }))
            .collect();
        let told = serde_json::to_string(&told).unwrap_or_default();
        if told == self.looks {
            return String::new();
        }
        self.looks = told;
        format!("event: looks\ndata: {}\n\n", self.looks)
    }

    /// What was decided or written anew on the sites of somebody, and was not sent yet.
    fn changes(&mut self, principal: &Principal) -> String {
        let lately = self.place.lately.borrow_and_update().clone();
        let edits = self.place.edits.borrow_and_update().clone();
        let mut events = String::new();
        for one in edits.iter().filter(|one| principal.scope.covers(&one.site)) {
            if !self.told.contains(&one.line) {
                let told = json!({ "id": one.comment, "version": one.version, "by": one.by, "at": one.at,
                                   "by_you": one.by_id == principal.actor.id });
                events.extend(["event: edit\ndata: ", &told.to_string(), "\n\n"]);
            }
        }
        for one in lately
            .iter()
            .filter(|one| principal.scope.covers(&one.site))
        {
            if self.told.contains(&one.line) {
                continue;
            }
            let told = Told {
                id: one.comment,
                version: one.version,
                status: one.status,
                action: one.action,
                decision: &one.decision,
                by: &one.by,
                by_you: one.by_id == principal.actor.id,
                at: one.at,
            };
            if let Ok(data) = serde_json::to_string(&told) {
                events.extend(["event: decision\ndata: ", &data, "\n\n"]);
            }
        }
        let told = lately.iter().map(|one| one.line.clone());
        self.told = told
            .chain(edits.iter().map(|one| one.line.clone()))
            .collect();
        events
    }
}
