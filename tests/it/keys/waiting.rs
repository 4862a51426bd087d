//! Work that wants a key which has not arrived waits for it, as for a server that is away.

use std::time::Duration;

use hamlet::{
    domain::decision::Decision, domain::site::ClientMode, notify::webhooks, privacy::rotation,
};

use super::copy_keys;
use crate::{
    akismet::HAM,
    akismet::callbacks::{ask, site_at},
    mail::office::{Office, moderator, operator, outbox, pass, post},
    on_both_engines,
    support::app::Engine,
    webhooks::{LOCAL, Listener},
};

const HOURS: Duration = Duration::from_hours(5);

async fn mail_waits_for_a_key_that_has_not_arrived(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let other = office.app.join().await;
    moderator(&office.app, "horatio", None).await;
    rotation::rotate(&office.app.app.privacy).await.unwrap();
    post(&other, "default", serde_json::json!({})).await;
    let token = operator(&office.app).await;
    for _ in 0..3 {
        let ticked = pass(&other, HOURS).await;
        assert_eq!((ticked.deferred, ticked.dead), (1, 0), "{ticked:?}");
    }
    assert!(outbox(&office.app, &token, "dead").await.is_empty());
    let waiting = outbox(&office.app, &token, "queued").await;
    let why = waiting[0]["last_error"].as_str().unwrap();
    assert!(why.contains("is not in the key file"), "{why}");
    copy_keys(&office.app, &other);
    assert_eq!(pass(&other, HOURS).await.sent, 1);
    assert_eq!(office.mails().await.len(), 1);
    other.stop().await;
    office.app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_waits_for_a_key_on_sqlite() {
    mail_waits_for_a_key_that_has_not_arrived(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_waits_for_a_key_on_postgres() {
    mail_waits_for_a_key_that_has_not_arrived(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_whose_key_never_arrives_becomes_a_dead_letter_in_time() {
    let Some(office) = Office::open(Engine::Sqlite, &[]).await else {
        return;
    };
    let other = office.app.join().await;
    moderator(&office.app, "horatio", None).await;
    rotation::rotate(&office.app.app.privacy).await.unwrap();
    post(&other, "default", serde_json::json!({})).await;
    assert_eq!(pass(&other, HOURS).await.deferred, 1);
    let ticked = pass(&other, Duration::from_hours(24 * 6)).await;
    assert_eq!((ticked.deferred, ticked.dead), (0, 1));
    other.stop().await;
    office.app.stop().await;
}

on_both_engines!(
    a_callback_waits_for_a_key_that_has_not_arrived,
    LOCAL,
    |app: TestApp| async move {
        let listener = Listener::start().await;
        let key = site_at(&app, &listener, ClientMode::Queue).await;
        let asked = ask(&app, &key, HAM, &listener.url).await;
        let other = app.join().await;
        rotation::rotate(&app.app.privacy).await.unwrap();
        app.decide(&asked, Decision::Spam).await;
        for _ in 0..2 {
            other.pass(HOURS).await;
            assert_eq!(webhooks::tick(&other.app.notify).await.unwrap(), 0);
        }
        assert!(listener.taken().is_empty());
        copy_keys(&app, &other);
        other.pass(HOURS).await;
        assert_eq!(webhooks::tick(&other.app.notify).await.unwrap(), 1);
        assert_eq!(listener.taken()[0].json()["key"], serde_json::json!(key));
        other.stop().await;
        app.stop().await;
    }
);
