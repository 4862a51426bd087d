//! The service behind a pooler that lends a server's connection for one transaction at a time: whatever it asks next
//! may reach another, which has none of its prepared statements, settings and locks.

use futures_util::future::join_all;
use hamlet::{
    background,
    domain::{decision::Decision, moderator::Role},
    notify,
};
use serde_json::json;

use crate::support::{
    app::{Engine, TestApp, answer},
    pooler::Pooled,
};

async fn start(pooled: &Pooled) -> TestApp {
    let url = pooled.url();
    let variables = [
        ("DATABASE__URL", url.as_str()),
        ("DATABASE__POOLER", "true"),
        ("INTAKE__NETWORK_HARD_LIMIT", "100000"),
    ];
    // The database is the pooler's, so that none is made here.
    let started = TestApp::start(Engine::Sqlite, &variables).await;
    let app = started.expect("a service");
    assert_eq!(app.app.store.engine_name(), "postgres");
    app
}

fn comment(n: usize) -> serde_json::Value {
    json!({
        "page": "/garden", "name": "Ophelia", "email": format!("reader{n}@elsinore.example"),
        "text": format!("Comment {n}: there's rosemary, that's for remembrance."),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_works_with_connections_that_are_lent() {
    let Some(pooled) = Pooled::start().await else {
        return;
    };
    let first = start(&pooled).await;
    let operator = first.token(Role::Operator, &[]).await;
    for round in 0..3 {
        let posts = (0..40).map(async |n| {
            let request = first.comment("default", &comment(40 * round + n));
            answer(request.header("idempotency-key", format!("{round} {n}"))).await
        });
        let posted = join_all(posts).await;
        assert!(
            posted.iter().all(|(status, _)| *status == 202),
            "{posted:?}"
        );
        let receipts: Vec<_> = posted.into_iter().map(|(_, receipt)| receipt).collect();
        first.decide_all(&receipts[..20], Decision::Approve).await;
        first.decide_all(&receipts[20..30], Decision::Spam).await;
        let lists = (0..20).map(async |n| {
            let sort = ["newest", "oldest", "uncertain", "spammiest"][n % 4];
            let path = format!("/api/v1/comments?status=pending&sort={sort}&q=rosemary&limit=100");
            answer(first.get(&path).bearer_auth(&operator)).await
        });
        for (status, list) in join_all(lists).await {
            assert_eq!(status, 200, "{list}");
            assert_eq!(list["comments"].as_array().unwrap().len(), 10 * (round + 1));
        }
        background::refresh(&first.app).await;
        background::learn(&first.app).await;
        background::forget(&first.app).await;
        background::fold(&first.app).await;
        notify::tick(&first.app.notify).await.expect("the mail job");
    }
    let public = answer(first.get("/api/v1/sites/default/comments?page=/garden")).await;
    assert_eq!(public.1["comments"].as_array().unwrap().len(), 60);
    assert!(first.app.store.lock_keys().await.unwrap().is_some());
    // Another instance starts beside it; the schema is there.
    let other = first.join().await;
    let (status, _) = answer(other.comment("default", &comment(1000))).await;
    assert_eq!(status, 202);
    other.stop().await;
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_right_to_change_keys_is_one_behind_a_pooler_too() {
    let Some(pooled) = Pooled::start().await else {
        return;
    };
    let app = start(&pooled).await;
    let held = app.app.store.lock_keys().await.unwrap();
    assert!(held.is_some());
    for _ in 0..8 {
        assert!(app.app.store.lock_keys().await.unwrap().is_none());
    }
    drop(held);
    app.stop().await;
}
