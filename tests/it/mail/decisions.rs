//! The links in moderators' mail: a page on GET, a decision on POST, for one person, once.

use std::time::Duration;

use hamlet::{
    accounts::{links, people},
    domain::{
        comment::Status,
        decision::DecisionReason,
        moderator::{Moderator, Role},
    },
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    office::{Office, html, link_after, moderator, open, post, text},
    on_each_engine,
};
use crate::support::app::Engine;

on_each_engine!(
    a_link_changes_nothing_on_get_and_decides_on_post,
    why_a_comment_is_rejected_can_be_said_on_the_page,
    what_was_decided_can_be_taken_back_on_the_page,
    a_stale_link_tells_who_decided_what,
    a_link_that_is_forged_or_too_old_does_nothing,
    a_moderator_who_lost_the_site_or_the_account_decides_nothing,
);

/// A comment that Horatio was mailed about, and that mail's text.
async fn mailed(engine: Engine) -> Option<(Office, Moderator, Value, String)> {
    let office = Office::open(engine, &[]).await?;
    office
        .app
        .add_site("castle", &[], hamlet::domain::site::Policy::default())
        .await;
    let horatio = moderator(&office.app, "horatio", Some(&["castle"])).await;
    let held = post(&office.app, "castle", json!({})).await;
    assert_eq!(office.tick().await.sent, 1);
    let mail = office.last().await;
    let said = text(&mail);
    for word in ["Approve", "Spam", "Reject"] {
        let link = link_after(&said, &format!("{word}:"));
        assert!(html(&mail).contains(&link), "the page has the same links");
    }
    Some((office, horatio, held, said))
}

async fn a_link_changes_nothing_on_get_and_decides_on_post(engine: Engine) {
    for (word, status) in [
        ("Approve:", Status::Approved),
        ("Spam:", Status::Spam),
        ("Reject:", Status::Rejected),
    ] {
        let Some((office, _, held, said)) = mailed(engine).await else {
            return;
        };
        let app = &office.app;
        let link = link_after(&said, word);
        let before = app.stored(&held).await;
        for method in [Method::GET, Method::HEAD, Method::GET] {
            let response = app.request(method, &link).send().await.expect("an answer");
            assert_eq!(response.status(), StatusCode::OK);
            let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
            assert_eq!(header("referrer-policy"), "no-referrer");
            assert_eq!(header("cache-control"), "no-store");
            assert!(header("x-robots-tag").contains("noindex"));
            assert!(!header("content-security-policy").contains("script-src"));
        }
        let (_, page) = open(app, Method::GET, &link).await;
        assert!(page.contains("There&#39;s rosemary") && page.contains("<form method=\"post\">"));
        assert!(
            !page.contains("<script") && !page.contains("denmark"),
            "{page}"
        );
        let after = app.stored(&held).await;
        assert_eq!(
            (after.version, after.status),
            (before.version, Status::Pending)
        );

        let (code, page) = open(app, Method::POST, &link).await;
        assert_eq!(code, StatusCode::OK, "{page}");
        let decided = app.stored(&held).await;
        assert_eq!(decided.status, status);
        let history = app.app.store.history(&decided).await.expect("the history");
        let last = history.last().expect("a decision");
        assert_eq!(last.by.as_deref(), Some("horatio"));
        assert_eq!(last.via.as_deref(), Some("mail_link"));
    }
}

async fn why_a_comment_is_rejected_can_be_said_on_the_page(engine: Engine) {
    for (word, kept) in [("Reject:", true), ("Approve:", false)] {
        let Some((office, _, held, said)) = mailed(engine).await else {
            return;
        };
        let app = &office.app;
        let link = link_after(&said, word);
        let (_, page) = open(app, Method::GET, &link).await;
        assert_eq!(page.contains("<option value=\"abuse\">"), kept, "{page}");
        let form = app
            .request(Method::POST, &link)
            .form(&[("reason", "abuse")]);
        assert_eq!(
            form.send().await.expect("an answer").status(),
            StatusCode::OK
        );
        let decided = app.stored(&held).await;
        let history = app.app.store.history(&decided).await.expect("the history");
        let reason = history.last().expect("a decision").reason;
        assert_eq!(reason, kept.then_some(DecisionReason::Abuse));
    }
}

async fn what_was_decided_can_be_taken_back_on_the_page(engine: Engine) {
    let Some((office, _, held, said)) = mailed(engine).await else {
        return;
    };
    let app = &office.app;
    let (_, page) = open(app, Method::POST, &link_after(&said, "Spam:")).await;
    let (_, rest) = page.split_once("action=\"").expect("a form");
    let (token, _) = rest.split_once('"').expect("its action");
    let undo = format!("/m/{token}");
    let (code, page) = open(app, Method::GET, &undo).await;
    assert!(
        code == StatusCode::OK && page.contains("Take it back"),
        "{page}"
    );
    assert_eq!(app.stored(&held).await.status, Status::Spam);
    let (code, _) = open(app, Method::POST, &undo).await;
    assert_eq!(code, StatusCode::OK);
    assert_eq!(app.stored(&held).await.status, Status::Pending);
    let (code, _) = open(app, Method::POST, &undo).await;
    assert_eq!(code, StatusCode::CONFLICT, "once");
}

async fn a_stale_link_tells_who_decided_what(engine: Engine) {
    let Some((office, _, held, said)) = mailed(engine).await else {
        return;
    };
    let app = &office.app;
    open(app, Method::POST, &link_after(&said, "Approve:")).await;
    for (method, expected) in [
        (Method::GET, StatusCode::OK),
        (Method::POST, StatusCode::CONFLICT),
    ] {
        let (code, page) = open(app, method, &link_after(&said, "Reject:")).await;
        assert_eq!(code, expected);
        assert!(page.contains("horatio decided “approve”"), "{page}");
    }
    let request = app.request(Method::GET, &link_after(&said, "Reject:"));
    let request = request.header("accept-language", "de");
    let page = request.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("„freigeben“ entschieden"), "{page}");
    assert_eq!(app.stored(&held).await.status, Status::Approved);
}

async fn a_link_that_is_forged_or_too_old_does_nothing(engine: Engine) {
    let Some((office, _, held, said)) = mailed(engine).await else {
        return;
    };
    let app = &office.app;
    let link = link_after(&said, "Approve:");
    let mut forged = link.clone();
    forged.replace_range(30..31, if &link[30..31] == "A" { "B" } else { "A" });
    let as_subscription = link.replacen("/m/", "/r/", 1);
    for path in [
        forged.as_str(),
        &as_subscription,
        "/m/x",
        "/m/a.b.c",
        "/m/%00",
        "/r/x",
    ] {
        for method in [Method::GET, Method::POST] {
            let (code, _) = open(app, method, path).await;
            assert_eq!(code, StatusCode::NOT_FOUND, "{path}");
        }
    }
    office.pass(Duration::from_hours(7 * 24)).await;
    for method in [Method::GET, Method::POST] {
        let (code, _) = open(app, method, &link).await;
        assert_eq!(code, StatusCode::GONE);
    }
    assert_eq!(app.stored(&held).await.status, Status::Pending);
}

async fn a_moderator_who_lost_the_site_or_the_account_decides_nothing(engine: Engine) {
    let Some((office, horatio, held, said)) = mailed(engine).await else {
        return;
    };
    let app = &office.app;
    let link = link_after(&said, "Approve:");
    let elsewhere = people::Wanted {
        sites: Some(Some(vec!["default".to_owned()])),
        ..people::Wanted::default()
    };
    let king = people::Wanted {
        name: Some("fortinbras".to_owned()),
        email: Some("fortinbras@castle.example".to_owned()),
        role: Some(Role::Operator),
        ..people::Wanted::default()
    };
    links::invite(&app.app, king).await.expect("an operator");
    people::change(&app.app, &horatio.id, elsewhere)
        .await
        .expect("a change");
    let (code, page) = open(app, Method::POST, &link).await;
    assert_eq!(code, StatusCode::FORBIDDEN);
    assert!(!page.contains("rosemary"), "{page}");
    people::remove(&app.app, horatio.id).await.expect("removed");
    let (code, _) = open(app, Method::POST, &link).await;
    assert_eq!(code, StatusCode::FORBIDDEN);
    assert_eq!(app.stored(&held).await.status, Status::Pending);
}
