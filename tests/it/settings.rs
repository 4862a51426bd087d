//! The settings' page without script: keys of programs, webhooks, and mail that was given up.

use hamlet::{
    domain::{decision::Decision, site::ClientMode},
    notify::webhooks,
};
use reqwest::Method;
use serde_json::json;

use crate::{
    akismet, on_both_engines,
    support::{
        app::{TestApp, answer},
        people::Session,
    },
    webhooks::{LOCAL, Listener},
};

const EMAIL: &str = "horatio@elsinore.example";
const PAGE: &str = "/desk/settings";

/// What stands between the first `before` of a page and the next `after`.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page
        .split_once(before)
        .unwrap_or_else(|| panic!("{before} in {page}"));
    rest.split_once(after).expect(after).0
}

/// A part of the page.
fn part<'a>(page: &'a str, id: &str) -> &'a str {
    between(page, &format!("id=\"{id}\""), "</section>")
}

/// The value of the first hidden `id` of a part of the page.
fn id_in(page: &str, id: &str) -> String {
    between(part(page, id), "name=\"id\" value=\"", "\"").to_owned()
}

async fn verify(app: &TestApp, key: &str) -> String {
    akismet::call(app, "/1.1/verify-key", &[("key", key)])
        .await
        .1
}

on_both_engines!(
    a_programs_key_is_made_shown_once_and_revoked,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        assert!(part(&me.page(&app, PAGE).await, "keys").contains("None."));
        let new = [
            ("do", "add-key"),
            ("site", "default"),
            ("name", "WordPress"),
        ];
        let (status, made) = me.send(&app, PAGE, &new).await;
        assert_eq!(status, 200);
        let key = between(part(&made, "keys"), "<code>", "</code>").to_owned();
        assert_eq!(verify(&app, &key).await, "valid");

        let seen = me.page(&app, PAGE).await;
        assert!(!seen.contains(&key), "shown once");
        let row = part(&seen, "keys");
        for word in ["WordPress", "default", "judged only", "just now"] {
            assert!(row.contains(word), "{word} in {row}");
        }
        let id = id_in(&seen, "keys");
        let revoke = [
            ("do", "revoke-key"),
            ("site", "default"),
            ("id", id.as_str()),
        ];
        let (status, revoked) = me.send(&app, PAGE, &revoke).await;
        assert_eq!(status, 200);
        let row = part(&revoked, "keys");
        assert!(row.contains("The key is revoked.") && !row.contains("value=\"revoke-key\""));
        assert_eq!(verify(&app, &key).await, "invalid");

        let (status, refused) = me.send(&app, PAGE, &[new[0], new[1], ("name", " ")]).await;
        assert_eq!(status, 422);
        assert!(part(&refused, "keys").contains("role=\"alert\""));
        let elsewhere = [new[0], ("site", "nowhere"), new[2]];
        assert_eq!(me.send(&app, PAGE, &elsewhere).await.0, 404);
    }
);

on_both_engines!(
    whether_a_site_keeps_what_it_is_asked_about_is_chosen_on_its_page,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let new = [
            ("do", "add-key"),
            ("site", "default"),
            ("name", "WordPress"),
        ];
        me.send(&app, PAGE, &new).await;
        let (_, site) = answer(me.request(&app, Method::GET, "/api/v1/sites/default")).await;
        let policy = |name: &str| site["policy"][name].to_string();
        let numbers = [
            "spam_threshold",
            "publish_below",
            "max_links",
            "min_form_seconds",
            "max_form_hours",
        ];
        let numbers = numbers.map(|name| (name, policy(name)));
        let mut fields: Vec<(&str, &str)> = numbers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        fields.extend([("name", "Default"), ("keep_asked", "1")]);
        for (mode, words) in [("queue", "kept for review"), ("judge", "judged only")] {
            let saved = me.form(&app, "/desk/settings/sites/default", &fields);
            assert_eq!(saved.send().await.unwrap().status(), 303);
            let (_, site) = answer(me.request(&app, Method::GET, "/api/v1/sites/default")).await;
            assert_eq!(site["policy"]["clients"], mode);
            assert!(part(&me.page(&app, PAGE).await, "keys").contains(words));
            fields.pop();
        }
    }
);

on_both_engines!(
    a_webhook_is_added_shown_with_how_it_fares_and_removed,
    LOCAL,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let listener = Listener::start().await;
        let (add, site) = (("do", "add-webhook"), ("site", "default"));
        let (status, refused) = me
            .send(&app, PAGE, &[add, site, ("url", "http://10.0.0.1/")])
            .await;
        assert_eq!(status, 422);
        let errors = part(&refused, "webhooks");
        assert!(
            errors.contains("not public") && errors.contains("<strong>Told when</strong>: "),
            "{errors}"
        );

        let event = ("event", "comment.received");
        let (status, added) = me
            .send(&app, PAGE, &[add, site, event, ("url", &listener.url)])
            .await;
        assert_eq!(status, 200);
        let secret = between(part(&added, "webhooks"), "<code>", "</code>").to_owned();
        assert!(secret.starts_with("whsec_"), "{secret}");
        let seen = me.page(&app, PAGE).await;
        assert!(!seen.contains(&secret), "shown once");
        let row = part(&seen, "webhooks");
        assert!(
            row.contains("hook?a=1") && row.contains("nothing yet"),
            "{row}"
        );

        listener.answers("503 Service Unavailable");
        app.posted(
            "default",
            "Ophelia",
            "There's rosemary, that's for remembrance.",
        )
        .await;
        webhooks::tick(&app.app.notify).await.unwrap();
        let seen = me.page(&app, PAGE).await;
        let row = part(&seen, "webhooks");
        assert!(
            row.contains("1 waiting") && row.contains("it answered 503"),
            "{row}"
        );
        listener.answers("200 OK");
        app.app.clock.advance(std::time::Duration::from_mins(2));
        assert_eq!(webhooks::tick(&app.app.notify).await.unwrap(), 1);
        let seen = me.page(&app, PAGE).await;
        let row = part(&seen, "webhooks");
        assert!(
            row.contains("just now") && !row.contains("waiting"),
            "{row}"
        );

        let id = id_in(&seen, "webhooks");
        let remove = [("do", "remove-webhook"), site, ("id", id.as_str())];
        let (_, removed) = me.send(&app, PAGE, &remove).await;
        assert!(!removed.contains("hook?a=1"));
        app.posted("default", "Gertrude", "Sweets to the sweet: farewell!")
            .await;
        webhooks::tick(&app.app.notify).await.unwrap();
        assert_eq!(
            listener.taken().len(),
            2,
            "one it did not take, one it took"
        );
    }
);

on_both_engines!(
    callbacks_that_a_program_does_not_take_are_shown,
    LOCAL,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let listener = Listener::start().await;
        let key = akismet::callbacks::site_at(&app, &listener, ClientMode::Queue).await;
        let asked = akismet::callbacks::ask(&app, &key, akismet::HAM, &listener.url).await;
        listener.answers("401 Unauthorized");
        app.decide(&asked, Decision::Spam).await;
        webhooks::tick(&app.app.notify).await.unwrap();
        let seen = me.page(&app, PAGE).await;
        let told = part(&seen, "keys");
        let words = "Callbacks of blog: 1 waiting (it answered 401).";
        assert!(told.contains(words), "{told}");
        for _ in 0..30 {
            app.app.clock.advance(std::time::Duration::from_hours(4));
            webhooks::tick(&app.app.notify).await.unwrap();
        }
        let seen = me.page(&app, PAGE).await;
        let words = "Callbacks of blog: 0 waiting, 1 given up (it answered 401).";
        assert!(part(&seen, "keys").contains(words), "{seen}");
    }
);

on_both_engines!(
    moderators_make_no_keys_and_add_no_webhooks,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let them = app.moderator(&me, "marcellus@elsinore.example", &[]).await;
        let forged = Session {
            cookie: me.cookie.clone(),
            csrf: "forged".to_owned(),
        };
        for who in [&them, &forged] {
            for what in ["add-key", "revoke-key", "add-webhook", "remove-webhook"] {
                let fields = [
                    ("do", what),
                    ("site", "default"),
                    ("name", "x"),
                    ("url", "https://hooks.example/"),
                    ("event", "comment.received"),
                ];
                assert_eq!(who.send(&app, PAGE, &fields).await.0, 403, "{what}");
            }
        }
        for path in [
            "/api/v1/sites/default/keys",
            "/api/v1/sites/default/webhooks",
        ] {
            let (_, list) = answer(me.request(&app, Method::GET, path)).await;
            let list = list.as_object().unwrap().values().next().unwrap();
            assert_eq!(list, &json!([]), "{path}");
        }
    }
);
