//! A clock that jumps: ahead by years and back again, as machines without a battery do.

use std::{sync::atomic::Ordering, time::Duration};

use hamlet::{background, clock::Clock};
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{Ledger, comment};
use crate::{
    on_both_engines,
    support::{
        app::{Engine, TestApp, answer},
        people::PASSWORD,
        smtp::{Options, Reply, SmtpServer},
    },
};

const YEAR: Duration = Duration::from_hours(365 * 24);
const FEW: &[(&str, &str)] = &[("INTAKE__NETWORK_HARD_LIMIT", "3")];

/// Sets a test's clock back.
fn set_back(app: &TestApp, by: Duration) {
    let Clock::Manual(hands) = &app.app.clock else {
        panic!("tests have a clock of their own");
    };
    let millis = i64::try_from(by.as_millis()).expect("a time");
    hands.fetch_sub(millis, Ordering::SeqCst);
}

on_both_engines!(
    a_clock_that_jumps_loses_and_publishes_nothing,
    |app: TestApp| async move {
        let mut ledger = Ledger::default();
        ledger.post(&app).await;
        app.pass(YEAR * 30).await;
        assert_eq!(ledger.post(&app).await, StatusCode::ACCEPTED);
        set_back(&app, YEAR * 60);
        app.pass(Duration::ZERO).await;
        assert_eq!(ledger.post(&app).await, StatusCode::ACCEPTED);
        app.pass(YEAR * 30).await;
        assert_eq!(ledger.post(&app).await, StatusCode::ACCEPTED);
        ledger.settle(&app).await;
    }
);

on_both_engines!(
    who_was_shut_out_while_the_clock_ran_ahead_may_come_back_when_it_is_right,
    FEW,
    |app: TestApp| async move {
        app.first_operator("horatio@elsinore.example").await;
        app.pass(YEAR).await;
        let post = async |n| answer(app.comment("default", &comment(n))).await.0;
        let sign_in = async |password: &str| {
            let body = json!({ "email": "horatio@elsinore.example", "password": password });
            answer(app.request(Method::POST, "/api/v1/session").json(&body))
                .await
                .0
        };
        for n in 0..4 {
            post(n).await;
        }
        for _ in 0..10 {
            sign_in("something is rotten").await;
        }
        assert_eq!(post(4).await, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(sign_in(PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
        set_back(&app, YEAR);
        background::forget(&app.app).await;
        assert_eq!(post(5).await, StatusCode::ACCEPTED);
        assert_eq!(sign_in(PASSWORD).await, StatusCode::OK);
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_put_off_while_the_clock_ran_ahead_leaves_when_it_is_right() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(smtp) = SmtpServer::start(Options::default()).await else {
            return;
        };
        let url = format!("smtp://127.0.0.1:{}", smtp.port());
        let settings = [("MAIL__URL", url.as_str()), ("MAIL__REQUIRE_TLS", "false")];
        let Some(app) = TestApp::start(engine, &settings).await else {
            return;
        };
        app.first_operator("horatio@elsinore.example").await;
        app.pass(YEAR).await;
        smtp.set_reply(Reply::TryLater).await;
        Ledger::default().post(&app).await;
        let tick = async || {
            hamlet::notify::tick(&app.app.notify)
                .await
                .expect("the outbox")
        };
        assert_eq!(tick().await.deferred, 1);
        set_back(&app, YEAR);
        smtp.set_reply(Reply::Accept).await;
        background::forget(&app.app).await;
        assert_eq!(tick().await.sent, 1);
        // And the interval that began then does not last a year.
        app.pass(Duration::from_mins(5)).await;
        app.posted("default", "Ophelia", "There's rosemary.").await;
        assert_eq!(tick().await.sent, 1);
    }
}
