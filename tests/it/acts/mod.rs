//! The record of what operators do: every operation that changes something leaves exactly one line,
//! wherever it is asked for, and nothing that anybody wrote or is called is in it.

mod world;

use std::{collections::BTreeSet, time::Duration};

use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;

use self::world::World;
use crate::{
    on_both_engines, program,
    support::{
        app::answer,
        people::{PASSWORD, text},
    },
    threats::{dump, operations},
};

const EMAIL: &str = "horatio@elsinore.example";

/// What operators do about comments, which is of moderators, and is recorded.
const OF_MODERATORS: [&str; 4] = [
    "POST /api/v1/comments/{id}/email",
    "POST /api/v1/sites/{site}/blocks",
    "POST /api/v1/sites/{site}/blocks/import",
    "DELETE /api/v1/sites/{site}/blocks/{id}",
];

/// A page of the desk, the fields of its form, and the act that it is.
type Form<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);

on_both_engines!(
    every_change_by_an_operator_leaves_one_line,
    |app: TestApp| async move {
        let world = World::of(app).await;
        let mut operations = operations(&world.app).await;
        // What takes the comment away comes last.
        operations.sort_by_key(|operation| operation.path == "/api/v1/subjects/erase");
        let (mut tried, mut kinds) = (0, BTreeSet::new());
        for operation in &operations {
            let name = operation.name();
            let of_operators = operation.tag == "operators" && operation.method != "GET";
            if !of_operators && !OF_MODERATORS.contains(&name.as_str()) {
                continue;
            }
            let request = world.request(operation).await;
            let before = world.acts().await.len();
            let (status, said) = answer(request).await;
            assert!(status.is_success(), "{name}: {status} {said}");
            let acts = world.acts().await;
            assert_eq!(acts.len(), before + 1, "{name}: {acts:?}");
            assert_eq!(
                (acts[0].actor_name.as_str(), acts[0].via.as_str()),
                ("Horatio", "session")
            );
            kinds.insert(acts[0].action.clone());
            tried += 1;
        }
        assert!(
            tried >= 22 && kinds.len() >= 20,
            "{tried} changes: {kinds:?}"
        );
        let held = dump(&world.app).await;
        let record = held["acts"].join("\n").to_lowercase();
        for private in [
            "ophelia",
            "fortinbras",
            "norway.example",
            "rosemary",
            "zorblax",
            "hooks.",
        ] {
            assert!(!record.contains(private), "{private} is in {record}");
        }
    }
);

on_both_engines!(
    what_is_refused_or_only_looked_at_leaves_no_line,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let nobody = "01890000-0000-7000-8000-000000000000";
        let before = app.app.store.acts(None, 100).await.unwrap().len();
        for (method, path) in [
            (Method::DELETE, format!("/api/v1/tokens/{nobody}")),
            (Method::DELETE, format!("/api/v1/blocks/{nobody}")),
            (Method::DELETE, format!("/api/v1/moderators/{nobody}")),
            (
                Method::DELETE,
                format!("/api/v1/sites/default/webhooks/{nobody}"),
            ),
            (
                Method::DELETE,
                format!("/api/v1/sites/default/keys/{nobody}"),
            ),
            (Method::POST, format!("/api/v1/outbox/{nobody}/retry")),
            (Method::DELETE, "/api/v1/sites/nowhere".to_owned()),
            (Method::GET, "/api/v1/tokens".to_owned()),
            (Method::GET, "/api/v1/audit".to_owned()),
        ] {
            answer(me.request(&app, method, &path)).await;
        }
        let taken = json!({ "slug": "default" });
        answer(me.request(&app, Method::POST, "/api/v1/sites").json(&taken)).await;
        let rule = |more: &str| {
            let mut rule = json!({ "kind": "network", "pattern": "10.0.0.0/7", "action": "hold" });
            if !more.is_empty() {
                rule[more] = true.into();
            }
            rule
        };
        for (path, more, wanted) in [
            ("/api/v1/blocks", "dry_run", 200),
            ("/api/v1/sites/default/blocks", "dry_run", 200),
            ("/api/v1/blocks", "", 422),
            ("/api/v1/sites/default/blocks", "", 422),
        ] {
            let request = me.request(&app, Method::POST, path).json(&rule(more));
            assert_eq!(answer(request).await.0, wanted, "{path}, {more}");
        }
        let after = app.app.store.acts(None, 100).await.unwrap();
        assert_eq!(after.len(), before, "{after:?}");

        let request = me.request(&app, Method::POST, "/api/v1/blocks");
        let (status, said) = answer(request.json(&rule("force"))).await;
        assert_eq!(status, 201, "{said}");
        let forced = app.app.store.acts(None, 100).await.unwrap();
        assert_eq!(forced.len(), before + 1, "{forced:?}");
        assert_eq!(forced[0].action, "rule.add");
        assert_eq!(forced[0].detail["too_broad"], true, "{:?}", forced[0]);
    }
);

on_both_engines!(
    the_desk_and_the_shell_are_recorded_as_well,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let forms: [Form<'_>; 8] = [
            (
                "/desk/settings",
                &[
                    ("do", "add-token"),
                    ("name", "spare"),
                    ("role", "moderator"),
                ],
                "token.add",
            ),
            (
                "/desk/settings",
                &[("do", "add-site"), ("slug", "norway")],
                "site.add",
            ),
            (
                "/desk/settings",
                &[
                    ("do", "remove-site"),
                    ("site", "norway"),
                    ("typed", "norway"),
                ],
                "site.remove",
            ),
            (
                "/desk/settings",
                &[
                    ("do", "add-person"),
                    ("name", "Osric"),
                    ("email", "osric@elsinore.example"),
                    ("role", "moderator"),
                ],
                "person.add",
            ),
            (
                "/desk/settings",
                &[
                    ("do", "add-key"),
                    ("site", "default"),
                    ("name", "WordPress"),
                ],
                "key.add",
            ),
            (
                "/desk/model",
                &[("do", "train"), ("site", "default")],
                "model.train",
            ),
            (
                "/desk/privacy",
                &[("do", "look"), ("email", "ophelia@elsinore.example")],
                "subject.export",
            ),
            (
                "/desk/me",
                &[
                    ("name", "Horatio"),
                    ("mail", "each"),
                    ("current_password", PASSWORD),
                    ("new_password", "words, words, words"),
                ],
                "person.password",
            ),
        ];
        for (path, fields, action) in forms {
            let before = app.app.store.acts(None, 100).await.unwrap().len();
            let (status, page) = me.send(&app, path, fields).await;
            assert!(status < 400, "{action}: {page}");
            let acts = app.app.store.acts(None, 100).await.unwrap();
            assert!(acts.len() > before, "{action}");
            assert_eq!(acts[0].action, action);
        }
        let folder = tempfile::tempdir().unwrap();
        let add: &[&str] = &["token", "add", "--role", "moderator", "--name", "spare"];
        let rotate: &[&str] = &["key", "rotate"];
        for (arguments, action) in [(add, "token.add"), (rotate, "sealing_key.rotate")] {
            let mut command = program::hamlet(folder.path(), arguments);
            let url = app.app.settings.database_url();
            command.env("HAMLET_DATABASE__URL", url.expose_secret());
            command.env("HAMLET_PRIVACY__KEY_FILE", app.app.settings.key_file());
            let run = tokio::task::spawn_blocking(|| program::run(command))
                .await
                .unwrap();
            assert!(run.status.success(), "{}", program::says(&run));
            let acts = app.app.store.acts(None, 100).await.unwrap();
            assert_eq!(
                (
                    acts[0].action.as_str(),
                    acts[0].actor_name.as_str(),
                    acts[0].via.as_str()
                ),
                (action, "command line", "command")
            );
        }
    }
);

on_both_engines!(
    acts_are_read_in_pages_on_the_desk_too_and_forgotten,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        for n in 0..7 {
            let rule = json!({ "kind": "word", "pattern": format!("peas{n}"), "action": "hold" });
            let added = me.request(&app, Method::POST, "/api/v1/blocks").json(&rule);
            assert_eq!(answer(added).await.0, 201);
        }
        let mut seen = BTreeSet::new();
        let mut path = "/api/v1/audit?limit=3".to_owned();
        loop {
            let (status, list) = answer(me.request(&app, Method::GET, &path)).await;
            assert_eq!(status, 200, "{list}");
            let acts = list["acts"].as_array().unwrap();
            assert!(
                acts.iter()
                    .all(|act| seen.insert(text(&act["id"]).to_owned()))
            );
            let Some(cursor) = list["next_cursor"].as_str() else {
                break;
            };
            path = format!("/api/v1/audit?limit=3&cursor={cursor}");
        }
        assert_eq!(seen.len(), 7);
        for odd in ["limit=0", "limit=101", "cursor=made-up"] {
            let path = format!("/api/v1/audit?{odd}");
            assert_eq!(
                answer(me.request(&app, Method::GET, &path)).await.0,
                422,
                "{odd}"
            );
        }
        let page = me.page(&app, "/desk/activity").await;
        assert_eq!(page.matches("added a block rule").count(), 7);
        app.pass(Duration::from_hours(399 * 24)).await;
        assert_eq!(app.app.store.acts(None, 100).await.unwrap().len(), 7);
        app.pass(Duration::from_hours(2 * 24)).await;
        assert!(app.app.store.acts(None, 100).await.unwrap().is_empty());
    }
);
