//! Callbacks: programs hear when a person decides otherwise than they were told, at their own site
//! and nowhere else.

use std::time::Duration;

use hamlet::{
    domain::{
        decision::Decision,
        moderator::Role,
        site::{ClientMode, Policy},
    },
    notify::webhooks,
    privacy::rotation,
    sealing::vault::Owner,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{HAM, SPAM, asked, call, comments, key};
use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
    webhooks::{LOCAL, Listener},
};

const CHECK: &str = "/1.1/comment-check";

/// A site on the listener's origin, and a key of it.
pub async fn site_at(app: &TestApp, listener: &Listener, clients: ClientMode) -> String {
    let policy = Policy {
        clients,
        ..Policy::default()
    };
    app.add_site("blog", &[&listener.origin()], policy).await;
    key(app, "blog").await
}

/// Asks about a text and names a callback; what the judgement goes by.
pub async fn ask(app: &TestApp, key: &str, text: &str, callback: &str) -> Value {
    let mut fields = asked(key, text);
    fields.push(("callback", callback));
    let (headers, _) = call(app, CHECK, &fields).await;
    json!({ "id": headers["x-akismet-guid"].to_str().unwrap() })
}

async fn tick(app: &TestApp) -> usize {
    webhooks::tick(&app.app.notify).await.unwrap()
}

on_both_engines!(
    a_program_hears_of_a_decision_that_is_news_to_it,
    LOCAL,
    |app: TestApp| async move {
        let listener = Listener::start().await;
        let key = site_at(&app, &listener, ClientMode::Queue).await;
        let asked = ask(&app, &key, HAM, &listener.url).await;
        assert_eq!(tick(&app).await, 0, "nobody decided yet");

        app.decide(&asked, Decision::Approve).await;
        assert_eq!(tick(&app).await, 0, "it was told so when it asked");
        app.decide(&asked, Decision::Trash).await;
        assert_eq!(tick(&app).await, 0, "the protocol has no word for that");
        app.decide(&asked, Decision::Spam).await;
        assert_eq!(tick(&app).await, 1);
        let taken = listener.taken();
        assert_eq!(taken[0].header("x-akismet-webhook"), "1");
        assert_eq!(
            taken[0].json(),
            json!({ "key": key, "endpoint": "comment-check",
                    "comments": [{ "guid": asked["id"], "result": "true" }] })
        );

        app.decide(&asked, Decision::Spam).await;
        assert_eq!(tick(&app).await, 0, "no news any more");
        app.decide(&asked, Decision::Hold).await;
        assert_eq!(tick(&app).await, 1, "as it was said at first");
        assert_eq!(listener.taken()[1].json()["comments"][0]["result"], "false");
    }
);

on_both_engines!(
    a_program_that_reported_itself_hears_nothing_of_it,
    LOCAL,
    |app: TestApp| async move {
        let listener = Listener::start().await;
        let key = site_at(&app, &listener, ClientMode::Queue).await;
        ask(&app, &key, HAM, &listener.url).await;
        call(&app, "/1.1/submit-spam", &asked(&key, HAM)).await;
        assert_eq!(comments(&app, "blog").await[0]["status"], "spam");
        assert_eq!(tick(&app).await, 0);
        assert!(listener.taken().is_empty());
    }
);

on_both_engines!(
    a_program_that_is_down_hears_later_how_it_stands_then,
    LOCAL,
    |app: TestApp| async move {
        let listener = Listener::start().await;
        let key = site_at(&app, &listener, ClientMode::Queue).await;
        let asked = ask(&app, &key, HAM, &listener.url).await;
        listener.answers("302 Found\r\nlocation: http://127.0.0.1:1/");
        app.decide(&asked, Decision::Spam).await;
        assert_eq!(tick(&app).await, 0, "and no redirect was followed");
        assert_eq!(listener.taken().len(), 1);
        listener.answers("200 OK");
        app.decide(&asked, Decision::Approve).await;
        app.app.clock.advance(Duration::from_mins(2));
        assert_eq!(tick(&app).await, 0, "it is as it was said at first");
        assert_eq!(listener.taken().len(), 1);
        app.decide(&asked, Decision::Spam).await;
        assert_eq!(tick(&app).await, 1);
    }
);

on_both_engines!(
    only_the_sites_own_origins_are_called,
    LOCAL,
    |app: TestApp| async move {
        let (own, foreign) = (Listener::start().await, Listener::start().await);
        let key = site_at(&app, &own, ClientMode::Queue).await;
        let user = own.url.replace("http://", "http://user@");
        let long = format!("{}&{}", own.url, "x".repeat(2_000));
        let elsewhere = [
            foreign.url.as_str(),
            &user,
            &long,
            "file:///etc/passwd",
            "x",
        ];
        for (n, callback) in elsewhere.into_iter().enumerate() {
            let asked = ask(&app, &key, &format!("{HAM} Verse {n}."), callback).await;
            app.decide(&asked, Decision::Spam).await;
        }
        assert_eq!(tick(&app).await, 0);
        assert!(foreign.taken().is_empty() && own.taken().is_empty());

        // The origin was the site's when it was named, and is not any more.
        let asked = ask(&app, &key, HAM, &own.url).await;
        app.decide(&asked, Decision::Spam).await;
        let operator = app.token(Role::Operator, &[]).await;
        let change = json!({ "origins": ["https://moved.example"] });
        let request = app.with(&operator, Method::PATCH, "/api/v1/sites/blog");
        assert_eq!(answer(request.json(&change)).await.0, 200);
        assert_eq!(tick(&app).await, 0);
        assert!(own.taken().is_empty());
    }
);

on_both_engines!(
    a_private_network_is_not_called_back_although_it_is_the_sites_own,
    |app: TestApp| async move {
        let listener = Listener::start().await;
        let by_name = format!("http://localhost:{}", listener.port);
        let policy = Policy {
            clients: ClientMode::Queue,
            ..Policy::default()
        };
        app.add_site("blog", &[&listener.origin(), &by_name], policy)
            .await;
        let key = key(&app, "blog").await;
        let by_name = format!("{by_name}/hook");
        for (text, callback, decision) in [
            (HAM, &listener.url, Decision::Spam),
            (SPAM, &by_name, Decision::Approve),
        ] {
            let asked = ask(&app, &key, text, callback).await;
            app.decide(&asked, decision).await;
        }
        assert_eq!(tick(&app).await, 0);
        assert!(listener.taken().is_empty());
    }
);

on_both_engines!(
    a_site_that_only_judges_keeps_no_callback_and_no_key,
    LOCAL,
    |app: TestApp| async move {
        let listener = Listener::start().await;
        let key = site_at(&app, &listener, ClientMode::Judge).await;
        ask(&app, &key, HAM, &listener.url).await;
        let slug = app.app.directory.site("blog").unwrap().slug.clone();
        let kept = app.app.store.client_keys(Some(&slug)).await.unwrap();
        assert_eq!(kept[0].sealed, None);
    }
);

on_both_engines!(
    a_key_survives_the_rotation_of_what_seals_it_and_not_its_own_revocation,
    LOCAL,
    |app: TestApp| async move {
        let listener = Listener::start().await;
        let key = site_at(&app, &listener, ClientMode::Queue).await;
        let asked = ask(&app, &key, HAM, &listener.url).await;
        let slug = app.app.directory.site("blog").unwrap().slug.clone();
        let kept = || async {
            app.app
                .store
                .client_keys(Some(&slug))
                .await
                .unwrap()
                .remove(0)
        };
        let sealed = kept().await.sealed.expect("a sealed key");
        assert!(!sealed.contains(&key), "{sealed}");
        rotation::rotate(&app.app.privacy).await.unwrap();
        app.pass(Duration::from_mins(3)).await;
        rotation::retire(&app.app.privacy).await.unwrap();
        let owner = Owner::client_key(&slug, &kept().await.id);
        assert!(app.app.vault.open_client_key(&sealed, &owner).is_err());
        app.decide(&asked, Decision::Spam).await;
        assert_eq!(tick(&app).await, 1);
        assert_eq!(listener.taken()[0].json()["key"], json!(key));

        let operator = app.token(Role::Operator, &[]).await;
        let path = format!("/api/v1/sites/blog/keys/{}", kept().await.id);
        let revoke = app.with(&operator, Method::DELETE, &path);
        assert_eq!(answer(revoke).await.0, 204);
        assert_eq!(kept().await.sealed, None);
        app.decide(&asked, Decision::Hold).await;
        assert_eq!(tick(&app).await, 0);
    }
);
