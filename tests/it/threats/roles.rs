//! Every operation that the interface describes, tried by each kind of caller on a site that is
//! theirs, one that is another's, and one that is not there; and every page of the desk.

use hamlet::domain::{
    moderator::{Role, Scope},
    site::Policy,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Operation, dump, operations, routes};
use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};

const MINE: &str = "castle";
const MISSING: &str = "nowhere";
const NOBODYS: &str = "01890000-0000-7000-8000-000000000000";

/// Asked by anyone: no token is looked at.
const OPEN: [&str; 4] = ["public", "clients", "operation", "session"];
/// What operators do and moderators may look at, as far as it is theirs.
const READ_BY_MODERATORS: [&str; 2] = ["GET /api/v1/sites", "GET /api/v1/sites/{site}"];
/// What operators do in person: a token is refused after it is let in.
const IN_PERSON: &str = "POST /api/v1/tokens";
/// About a person's own session: never a token's.
const OF_PERSONS: [&str; 2] = ["PATCH /api/v1/me", "DELETE /api/v1/session"];

/// Pages of the desk that are the operators', and all below them.
const OF_OPERATORS: [&str; 5] = [
    "/desk/comments/{id}/erase",
    "/desk/settings",
    "/desk/model",
    "/desk/imports",
    "/desk/privacy",
];

/// Who may call an operation.
#[derive(Debug, PartialEq, Eq)]
enum For {
    Anyone,
    Persons,
    Moderators,
    Operators,
}

fn whom(operation: &Operation) -> For {
    let name = operation.name();
    if OF_PERSONS.contains(&name.as_str()) {
        return For::Persons;
    }
    if READ_BY_MODERATORS.contains(&name.as_str()) {
        return For::Moderators;
    }
    match operation.tag.as_str() {
        "operators" => For::Operators,
        "review" => For::Moderators,
        "account" if operation.secured => For::Moderators,
        "account" if name == "POST /api/v1/session" => For::Anyone,
        tag if OPEN.contains(&tag) && !operation.secured => For::Anyone,
        other => panic!("{name} is of no known kind: {other}"),
    }
}

struct World {
    app: TestApp,
    comment: String,
    revoked: String,
    stranger: String,
    moderator: String,
    operator: String,
}

impl World {
    async fn of(app: TestApp) -> Self {
        for slug in [MINE, "garden"] {
            app.add_site(slug, &[], Policy::default()).await;
        }
        let comment = app.posted(MINE, "Ophelia", "There's rosemary.").await;
        let revoked = revoked(&app).await;
        Self {
            comment,
            revoked,
            stranger: app.token(Role::Moderator, &["garden"]).await,
            moderator: app.token(Role::Moderator, &[MINE]).await,
            operator: app.token(Role::Operator, &[]).await,
            app,
        }
    }

    /// Calls an operation, with a body that is right: only the caller is in question.
    async fn call(&self, operation: &Operation, token: Option<&str>, site: &str, id: &str) -> Told {
        let mut path = operation.path_for(site, id);
        if operation.query.iter().any(|name| name == "site") {
            path = format!("{path}?site={site}");
        }
        let method = Method::from_bytes(operation.method.as_bytes()).expect("a method");
        let mut request = self.app.request(method, &path);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if operation.takes_json {
            request = request.json(&body(operation, site, id));
        } else if operation.path == "/api/v1/samples" {
            let line = json!({ "text": "Peas", "label": "ham" }).to_string();
            let kind = "application/x-ndjson";
            request = request.header("content-type", kind).body(line);
        }
        let (status, body) = answer(request).await;
        assert!(
            !status.is_server_error(),
            "{} {path}: {body}",
            operation.method
        );
        Told { status, body }
    }
}

/// A body that an operation takes.
fn body(operation: &Operation, site: &str, id: &str) -> Value {
    let email = "fortinbras@norway.example";
    let block = json!({ "kind": "word", "pattern": "peas", "action": "hold" });
    match operation.name().as_str() {
        "POST /api/v1/blocks" | "POST /api/v1/sites/{site}/blocks" => block,
        "POST /api/v1/comments/{id}/decisions" | "POST /api/v1/comments/{id}/copies/decisions" => {
            json!({ "decision": "spam", "version": 1 })
        }
        "POST /api/v1/comments/{id}/undo" | "POST /api/v1/comments/{id}/edits/undo" => json!({}),
        "POST /api/v1/blocks/import" | "POST /api/v1/sites/{site}/blocks/import" => {
            json!({ "list": "peas", "action": "hold" })
        }
        "POST /api/v1/comments/{id}/edits" => json!({ "text": "There is rosemary.", "version": 1 }),
        "POST /api/v1/comments/{id}/notes" => json!({ "note": "off topic" }),
        "POST /api/v1/decisions" => {
            json!({ "decision": "spam", "items": [{ "id": id, "version": 1 }] })
        }
        "POST /api/v1/models" => json!({ "site": site }),
        "POST /api/v1/models/{id}/activate" => json!({ "force": true }),
        "POST /api/v1/moderators" => json!({ "name": "Fortinbras", "email": email }),
        "POST /api/v1/score" => json!({ "text": "Peas", "site": site }),
        "POST /api/v1/sites/{site}/abuse/trial" => json!({ "thresholds": [0.9] }),
        "POST /api/v1/sites/{site}/pages/move" => json!({ "from": "/p", "to": "/q" }),
        "POST /api/v1/sites" => json!({ "slug": "norway" }),
        "POST /api/v1/sites/{site}/keys" => json!({ "name": "WordPress" }),
        "POST /api/v1/sites/{site}/webhooks" => {
            json!({ "url": "https://hooks.example/", "events": ["comment.received"] })
        }
        "POST /api/v1/subjects/erase" | "POST /api/v1/subjects/export" => json!({ "email": email }),
        "POST /api/v1/tokens" => json!({ "name": "mine", "role": "operator" }),
        "PATCH /api/v1/me" | "PATCH /api/v1/moderators/{id}" | "PATCH /api/v1/sites/{site}" => {
            json!({ "name": "Fortinbras" })
        }
        other => panic!("say here which body {other} takes"),
    }
}

#[derive(Debug, PartialEq)]
struct Told {
    status: StatusCode,
    body: Value,
}

impl Told {
    fn code(&self) -> u16 {
        self.status.as_u16()
    }
}

/// A token of an operator that was taken back.
async fn revoked(app: &TestApp) -> String {
    let (store, now) = (&app.app.store, app.app.now());
    let name = "revoked".to_owned();
    let minted = hamlet::accounts::tokens::mint(store, name, Role::Operator, Scope::All, now).await;
    let minted = minted.expect("a token");
    let revoked = store.revoke_token(minted.token.id, now).await;
    assert!(revoked.expect("the store"));
    minted.secret
}

on_both_engines!(
    every_operation_is_refused_to_whoever_may_not_call_it,
    |app: TestApp| async move {
        let world = World::of(app).await;
        let operations = operations(&world.app).await;
        let before = dump(&world.app).await;
        for operation in &operations {
            let name = operation.name();
            let for_whom = whom(operation);
            if for_whom == For::Anyone {
                continue;
            }
            for site in [MINE, MISSING] {
                for id in [world.comment.as_str(), NOBODYS] {
                    let tried = async |token| world.call(operation, token, site, id).await.code();
                    assert_eq!(tried(None).await, 401, "{name} by nobody on {site}");
                    let revoked = tried(Some(&world.revoked)).await;
                    assert!([401, 403].contains(&revoked), "{name}: {revoked}");
                    assert!(revoked == 401 || for_whom == For::Persons, "{name}");
                    if for_whom == For::Operators {
                        let refused = [&world.stranger, &world.moderator];
                        for token in refused {
                            assert_eq!(tried(Some(token)).await, 403, "{name} on {site}");
                        }
                    }
                    if for_whom == For::Persons {
                        assert_eq!(tried(Some(&world.operator)).await, 403, "{name}");
                    }
                }
            }
        }
        let after = dump(&world.app).await;
        for (table, rows) in before.iter().filter(|(table, _)| *table != "tokens") {
            assert_eq!(rows, &after[table], "{table}");
        }
    }
);

on_both_engines!(
    anothers_site_and_a_missing_one_are_answered_alike,
    |app: TestApp| async move {
        let world = World::of(app).await;
        let operations = operations(&world.app).await;
        let mut compared = 0;
        for operation in &operations {
            if whom(operation) != For::Moderators {
                continue;
            }
            let name = operation.name();
            let token = Some(world.stranger.as_str());
            let has_site = operation.path.contains("{site}")
                || operation.path == "/api/v1/score"
                || operation.query.iter().any(|name| name == "site");
            if has_site {
                let theirs = world.call(operation, token, MINE, NOBODYS).await;
                let missing = world.call(operation, token, MISSING, NOBODYS).await;
                assert_eq!(theirs, missing, "{name}");
                assert_eq!(theirs.code(), 404, "{name}: {theirs:?}");
                compared += 1;
            }
            if operation.path.starts_with("/api/v1/comments/{id}") {
                let theirs = world.call(operation, token, MINE, &world.comment).await;
                let missing = world.call(operation, token, MINE, NOBODYS).await;
                assert_eq!(theirs, missing, "{name}");
                assert_eq!(theirs.code(), 404, "{name}: {theirs:?}");
                compared += 1;
            }
        }
        assert!(
            compared >= 9,
            "{compared} operations name a site or a comment"
        );
    }
);

on_both_engines!(
    whoever_may_call_an_operation_is_let_in,
    |app: TestApp| async move {
        let world = World::of(app).await;
        let mut operations = operations(&world.app).await;
        // What takes the world away comes last.
        let takes_away = |operation: &Operation| {
            operation.method == "DELETE" || operation.path.ends_with("/author/erase")
        };
        operations.sort_by_key(takes_away);
        for operation in &operations {
            let name = operation.name();
            let comment = if takes_away(operation) && operation.path.contains("/comments/") {
                let text = format!("There's rosemary for {name}.");
                world.app.posted(MINE, "Laertes", &text).await
            } else {
                world.comment.clone()
            };
            let mut callers = vec![&world.operator];
            match whom(operation) {
                For::Moderators => callers.push(&world.moderator),
                For::Operators => {}
                For::Anyone | For::Persons => continue,
            }
            for token in callers {
                let on_mine = world.call(operation, Some(token), MINE, &comment).await;
                if name == IN_PERSON {
                    assert_eq!(on_mine.body["code"], "person_needed", "{on_mine:?}");
                    continue;
                }
                assert!(![401, 403].contains(&on_mine.code()), "{name}: {on_mine:?}");
                let of_comment = operation.path.starts_with("/api/v1/comments");
                if !operation.path.contains("{id}") || of_comment {
                    assert_ne!(on_mine.code(), 404, "{name}: {on_mine:?}");
                }
                if operation.path.contains("{site}") {
                    let missing = world.call(operation, Some(token), MISSING, NOBODYS).await;
                    assert_eq!(missing.code(), 404, "{name}: {missing:?}");
                }
            }
        }
    }
);

on_both_engines!(
    every_page_of_the_desk_asks_who_comes,
    |app: TestApp| async move {
        app.add_site(MINE, &[], Policy::default()).await;
        let comment = app.posted(MINE, "Ophelia", "There's rosemary.").await;
        let me = app.first_operator("horatio@elsinore.example").await;
        let garden = app
            .moderator(&me, "marcellus@elsinore.example", &["default"])
            .await;
        let mut tried = 0;
        for (verb, method) in [("get", Method::GET), ("post", Method::POST)] {
            for route in routes(verb).iter().filter(|path| path.starts_with("/desk")) {
                let path = route.replace("{id}", &comment).replace("{site}", MINE);
                let request = || app.request(method.clone(), &path);
                let bare = if verb == "post" {
                    request().form(&[("x", "y")])
                } else {
                    request()
                };
                let refused = bare.send().await.expect("an answer");
                let to = refused.headers().get("location").cloned();
                let led = to.is_some_and(|to| to.as_bytes().starts_with(b"/sign-in"));
                assert!(
                    led || refused.status() == 401,
                    "{route}: {}",
                    refused.status()
                );
                let other = if verb == "post" {
                    garden.form(&app, &path, &[("x", "y")])
                } else {
                    request().header("cookie", &garden.cookie)
                };
                let told = other.send().await.expect("an answer").status().as_u16();
                if OF_OPERATORS.iter().any(|part| route.starts_with(part)) {
                    assert_eq!(told, 403, "{route} is the operators'");
                } else if route.contains("{id}") {
                    assert_eq!(told, 404, "{route} of another's site");
                }
                tried += 1;
            }
        }
        assert!(tried >= 12, "{tried} pages");
    }
);
