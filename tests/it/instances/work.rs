//! Work that nobody asks for at the moment it is done: each piece is done by one instance, once, and
//! by another when that one dies over it.

use std::{collections::HashSet, time::Duration};

use hamlet::{
    background,
    domain::{
        decision::Decision,
        moderator::Role,
        site::{Policy, SiteSlug},
    },
    learn::training,
    notify::{self, webhooks},
};
use reqwest::Method;
use serde_json::json;

use super::two;
use crate::{
    learning::{
        decisions::{SPAM, score},
        models::{activate, id, label},
    },
    mail::office::{Office, moderator, post, unaddressed},
    support::{
        app::{Engine, answer},
        database::Raw,
    },
    webhooks::{LOCAL, Listener, PATH},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_mail_is_sent_by_one_of_them() {
    let Some(office) = Office::open(Engine::Postgres, &[]).await else {
        return;
    };
    let other = office.app.join().await;
    let count = 30;
    for n in 0..count {
        moderator(&office.app, &format!("watch{n}"), None).await;
    }
    post(&other, "default", json!({})).await;
    let (mut sent, mut by_other) = (0, 0);
    while sent + by_other < count {
        let (here, there) = tokio::join!(
            notify::tick(&office.app.app.notify),
            notify::tick(&other.app.notify)
        );
        let (here, there) = (here.unwrap(), there.unwrap());
        assert_eq!((here.deferred, there.deferred), (0, 0));
        sent += here.sent;
        by_other += there.sent;
    }
    let mails = office.mails().await;
    let to: HashSet<_> = mails.iter().flat_map(|mail| &mail.to).collect();
    assert_eq!((mails.len(), to.len()), (count, count));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_that_a_lost_instance_had_claimed_is_sent_by_the_other_when_its_lease_ends() {
    let Some(office) = Office::open(Engine::Postgres, &[]).await else {
        return;
    };
    let other = office.app.join().await;
    let comment = post(&office.app, "default", json!({ "notify_replies": true })).await;
    office.app.approve(&comment).await;
    let (lost, clock) = (&office.app.app, &office.app.app.clock);
    clock.advance(Duration::from_mins(2));
    let (now, lease) = (clock.now(), Duration::from_mins(2));
    let claimed = lost
        .store
        .claim_mail(unaddressed(10, now, now.plus(lease)))
        .await;
    assert_eq!(claimed.unwrap().len(), 1);
    assert_eq!(notify::tick(&other.app.notify).await.unwrap().sent, 0);
    clock.advance(lease);
    assert_eq!(notify::tick(&other.app.notify).await.unwrap().sent, 1);
    assert_eq!(office.mails().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_delivery_to_a_webhook_is_made_by_one_of_them() {
    let Some([one, other]) = two(LOCAL).await else {
        return;
    };
    let listener = Listener::start().await;
    let operator = one.token(Role::Operator, &[]).await;
    let new = json!({ "url": listener.url, "events": ["comment.received"] });
    let (status, made) = answer(one.with(&operator, Method::POST, PATH).json(&new)).await;
    assert_eq!(status, 201, "{made}");
    background::refresh(&other.app).await;
    let count = 20;
    for n in 0..count {
        let app = [&one, &other][n % 2];
        app.app.clock.advance(Duration::from_mins(2));
        app.posted("default", "Ophelia", &format!("Violets, number {n}."))
            .await;
    }
    let mut told = 0;
    while told < count {
        let (here, there) = tokio::join!(
            webhooks::tick(&one.app.notify),
            webhooks::tick(&other.app.notify)
        );
        told += here.unwrap() + there.unwrap();
    }
    let taken = listener.taken();
    let messages: HashSet<_> = taken.iter().map(|one| one.header("webhook-id")).collect();
    assert_eq!((taken.len(), messages.len()), (count, count));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_asked_for_at_one_is_trained_by_one_and_its_model_judges_at_both() {
    let Some([one, other]) = two(&[]).await else {
        return;
    };
    let token = one.token(Role::Operator, &[]).await;
    label(&one, "nursery", 60, false).await;
    let site = SiteSlug::parse("default").unwrap();
    let run = training::start(&one.app, hamlet::bayes::Question::Spam, &site, "Test")
        .await
        .unwrap();
    let (here, there) = tokio::join!(
        training::work(&one.app.learning),
        training::work(&other.app.learning)
    );
    assert!(here.unwrap() ^ there.unwrap(), "one of them, not both");
    let run = json!({ "id": run.to_string() });
    let (status, said) = activate(&other, &token, id(&run), json!({})).await;
    assert_eq!(status, 200, "{said}");
    background::learn(&one.app).await;
    background::learn(&other.app).await;
    let (here, there) = (
        score(&one, &token, SPAM).await,
        score(&other, &token, SPAM).await,
    );
    assert_eq!(here, there, "the same model, the same judgement");
    let live = one.app.learning.model(&site).await.unwrap();
    assert_eq!(live.base_version, said["version"].as_str().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taught_first_and_told_last_is_not_missed() {
    let Some([one, other]) = two(&[]).await else {
        return;
    };
    one.add_site("arras", &[], Policy::default()).await;
    background::refresh(&other.app).await;
    let sites = ["arras", "default"].map(|site| SiteSlug::parse(site).unwrap());
    for site in &sites {
        let id = one
            .posted(site.as_str(), "Ophelia", "There's fennel.")
            .await;
        one.decide(&json!({ "id": id }), Decision::Approve).await;
    }
    background::learn(&other.app).await;
    let labels = async || {
        background::learn(&other.app).await;
        let mut labels = Vec::new();
        for site in &sites {
            labels.push(other.app.learning.model(site).await.unwrap().labels);
        }
        labels
    };
    assert_eq!(labels().await, [[1, 0], [1, 0]]);
    // Both sites' lessons are taken back, the first by a transaction that goes on for longer.
    let pool = Raw::of(&one).await.pool;
    let taken_back = |site: &SiteSlug| {
        let text = format!(
            "UPDATE lessons SET learn = NULL WHERE site = '{site}'; \
             UPDATE learning SET epoch = epoch + 1 WHERE site = '{site}'"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(text))
    };
    let mut slow = pool.begin().await.unwrap();
    taken_back(&sites[0]).execute(&mut *slow).await.unwrap();
    taken_back(&sites[1]).execute(&pool).await.unwrap();
    assert_eq!(labels().await, [[1, 0], [0, 0]]);
    assert_eq!(labels().await, [[1, 0], [0, 0]]);
    slow.commit().await.unwrap();
    assert_eq!(labels().await, [[0, 0], [0, 0]]);
}
