//! What people decide shows in the next score, everywhere, and leaves no trace when taken back.

use std::sync::Arc;

use hamlet::{
    app::App,
    background,
    bayes::{Question, file::FEATURES_VERSION},
    clock::Clock,
    config::Settings,
    domain::{decision::Decision, moderator::Role, site::Policy},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};

pub const SPAM: &str = "Zorblax gardens weekly, now at zorblax.example";

/// What the service makes of a text now.
pub async fn score(app: &TestApp, token: &str, text: &str) -> Value {
    let request = app.with(token, Method::POST, "/api/v1/score");
    let (status, judged) = answer(request.json(&json!({ "text": text }))).await;
    assert_eq!(status, 200, "{judged}");
    judged
}

/// Posts comments and decides about them.
pub async fn decided(app: &TestApp, texts: &[&str], decision: Decision) -> Vec<Value> {
    let posted = posted(app, texts).await;
    app.decide_all(&posted, decision).await;
    background::learn(&app.app).await;
    posted
}

/// Posts comments.
pub async fn posted(app: &TestApp, texts: &[&str]) -> Vec<Value> {
    let mut posted = Vec::new();
    for text in texts {
        let fields = json!({ "page": "/garden", "name": "Osric", "email": "osric@elsinore.example", "text": text });
        let (status, comment) = answer(app.comment("default", &fields)).await;
        assert!(status.is_success(), "{comment}");
        posted.push(comment);
    }
    posted
}

pub const HAM: [&str; 3] = [
    "The second paragraph answers my question, thanks.",
    "I planted mine in April and they came up well.",
    "Could you say which soil you used?",
];

pub const UNWANTED: [&str; 2] = [
    "Zorblax gardens has moved, visit zorblax.example today",
    "Best zorblax prices, ask for the zorblax newsletter",
];

on_both_engines!(
    a_few_labels_of_one_campaign_make_no_spam_of_a_readers_question,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        decided(&app, &HAM, Decision::Approve).await;
        let campaign: Vec<String> = (1..=12)
            .map(|n| {
                format!(
                    "Great post! I really like your site. Come and see what {n} gardeners say of garden soil, of clay and of compost"
                )
            })
            .collect();
        let campaign: Vec<&str> = campaign.iter().map(String::as_str).collect();
        decided(&app, &campaign, Decision::Spam).await;
        let question =
            "Great post, I really like it. My garden soil is clay, which compost would you use?";
        let judged = score(&app, &token, question).await;
        assert!(judged["score"].as_f64().unwrap() > 0.95, "{judged}");
        assert_eq!(judged["verdict"], "hold", "{judged}");
        let why = judged["evidence"]["because"].as_str().unwrap();
        assert!(why.contains("too few"), "{why}");
        let posted = app.posted("default", "Rosa", question).await;
        let stored = app.stored(&json!({ "id": posted })).await;
        assert_eq!(stored.status.as_str(), "pending");
        // What the shipped model knows is spam as before.
        let known = "SUBSCRIBE to my channel and get free followers now!!! Click http://free-followers.example.com check out my channel";
        assert_eq!(score(&app, &token, known).await["verdict"], "spam");
        // With enough genuine ones the site's own word counts.
        let genuine: Vec<String> = (0..20)
            .map(|n| {
                format!(
                    "My beans came up after {n} days, and the snails ate {}.",
                    n * 3
                )
            })
            .collect();
        let genuine: Vec<&str> = genuine.iter().map(String::as_str).collect();
        decided(&app, &genuine, Decision::Approve).await;
        let again = score(&app, &token, campaign[3]).await;
        assert_eq!(again["verdict"], "spam", "{again}");
    }
);

on_both_engines!(
    a_decision_shows_in_the_next_score_and_undo_restores_it_exactly,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        decided(&app, &HAM, Decision::Approve).await;
        decided(&app, &UNWANTED, Decision::Spam).await;
        let shipped = score(&app, &token, SPAM).await;
        assert!(
            shipped["evidence"]["model"]["version"]
                .as_str()
                .is_some_and(|version| !version.contains('+')),
            "too few labels: the shipped model as it is: {shipped}"
        );
        let third = decided(
            &app,
            &["Order zorblax now, zorblax.example"],
            Decision::Spam,
        )
        .await;
        let taught = score(&app, &token, SPAM).await;
        let log_odds = |judged: &Value| judged["evidence"]["model"]["log_odds"].as_f64().unwrap();
        assert!(log_odds(&taught) > log_odds(&shipped) + 1.0, "{taught}");
        let fourth = decided(&app, &["One more zorblax offer"], Decision::Spam).await;
        assert_ne!(score(&app, &token, SPAM).await, taught);
        undo(&app, &token, &fourth[0]).await;
        assert_eq!(score(&app, &token, SPAM).await, taught);
        undo(&app, &token, &third[0]).await;
        assert_eq!(score(&app, &token, SPAM).await, shipped);
        app.stop().await;
    }
);

async fn undo(app: &TestApp, token: &str, comment: &Value) {
    let path = format!("/api/v1/comments/{}/undo", comment["id"].as_str().unwrap());
    let (status, undone) = answer(app.with(token, Method::POST, &path)).await;
    assert_eq!(status, 200, "{undone}");
    background::learn(&app.app).await;
}

on_both_engines!(
    only_approve_and_spam_are_labels_and_a_comment_has_one_vote,
    |app: TestApp| async move {
        let comments = decided(&app, &HAM, Decision::Approve).await;
        let labels = || async {
            background::learn(&app.app).await;
            let site = app.app.directory.site("default").unwrap();
            app.app.learning.model(&site.slug).await.unwrap().labels
        };
        assert_eq!(labels().await, [3, 0]);
        app.decide(&comments[0], Decision::Approve).await;
        assert_eq!(labels().await, [3, 0], "the same vote again");
        app.decide(&comments[0], Decision::Spam).await;
        assert_eq!(labels().await, [2, 1], "another vote replaces it");
        app.decide(&comments[0], Decision::Reject).await;
        assert_eq!(labels().await, [2, 0], "genuine but unwanted is no label");
        app.decide(&comments[1], Decision::Trash).await;
        app.decide(&comments[2], Decision::Hold).await;
        assert_eq!(labels().await, [0, 0]);
        app.stop().await;
    }
);

on_both_engines!(
    other_instances_and_later_starts_judge_alike,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        decided(&app, &HAM, Decision::Approve).await;
        decided(&app, &UNWANTED, Decision::Spam).await;
        let other = instance(app.app.settings.clone()).await;
        assert_eq!(version(&other).await, version(&app.app).await);
        decided(
            &app,
            &["Order zorblax now, zorblax.example"],
            Decision::Spam,
        )
        .await;
        let here = score(&app, &token, SPAM).await;
        assert_ne!(version(&other).await, version(&app.app).await);
        background::learn(&other).await;
        assert_eq!(version(&other).await, version(&app.app).await);
        assert_eq!(here["evidence"]["model"]["version"], version(&other).await);
        let later = instance(app.app.settings.clone()).await;
        assert_eq!(
            version(&later).await,
            version(&other).await,
            "read when it is asked for"
        );
        other.store.close().await;
        later.store.close().await;
        app.stop().await;
    }
);

/// What judges at an instance now.
pub async fn version(app: &App) -> String {
    let site = app.directory.site("default").unwrap();
    let live = app.learning.model(&site.slug).await.unwrap();
    live.model.version().to_owned()
}

pub async fn instance(settings: Settings) -> Arc<App> {
    let app = App::build(settings, Clock::System, true).await.unwrap();
    background::learn(&app).await;
    app
}

on_both_engines!(
    beyond_the_cap_of_a_source_labels_wait_for_a_training_run,
    &[("LEARNING__CAP_PER_SOURCE", "2")],
    |app: TestApp| async move {
        decided(&app, &HAM, Decision::Approve).await;
        let site = app.app.directory.site("default").unwrap();
        assert_eq!(
            app.app.learning.model(&site.slug).await.unwrap().labels,
            [2, 0]
        );
        let sites = [site.slug.clone()];
        let counts = hamlet::learn::samples::count(&app.app, Question::Spam, &sites)
            .await
            .unwrap();
        assert_eq!((counts[0].count, counts[0].counted), (3, 2), "{counts:?}");
        app.stop().await;
    }
);

on_both_engines!(
    a_decision_that_finds_a_comment_stale_is_no_label,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let comments = decided(&app, &HAM[..1], Decision::Approve).await;
        let path = format!(
            "/api/v1/comments/{}/decisions",
            comments[0]["id"].as_str().unwrap()
        );
        let request = app.with(&token, Method::POST, &path);
        let stale = json!({ "decision": "spam", "version": 1 });
        assert_eq!(answer(request.json(&stale)).await.0, 409);
        background::learn(&app.app).await;
        let site = app.app.directory.site("default").unwrap();
        assert_eq!(
            app.app.learning.model(&site.slug).await.unwrap().labels,
            [1, 0]
        );
        app.stop().await;
    }
);

on_both_engines!(
    a_site_that_cannot_be_followed_holds_up_no_other,
    |app: TestApp| async move {
        app.add_site("arras", &[], Policy::default()).await;
        let arras = app.app.directory.site("arras").unwrap().slug.clone();
        let follow = async || app.app.learning.follow().await.unwrap();
        let judges = async || app.app.learning.model(&arras).await.is_ok();
        assert!(judges().await);
        let broken = "INSERT INTO learning (site, revision, epoch, live) \
                      VALUES ('arras', 1, 1, '00000000-0000-7000-8000-000000000000')";
        app.sql(broken).await;
        assert_eq!(follow().await, 1);
        assert_eq!(follow().await, 0, "it rests for a while");
        assert!(judges().await, "by the model it had");
        app.sql("UPDATE learning SET revision = 2 WHERE site = 'arras'")
            .await;
        assert_eq!(follow().await, 1, "something new is a reason to try");
        decided(&app, &HAM, Decision::Approve).await;
        let site = app.app.directory.site("default").unwrap();
        assert_eq!(
            app.app.learning.model(&site.slug).await.unwrap().labels,
            [3, 0]
        );
        app.sql("UPDATE learning SET live = NULL WHERE site = 'arras'")
            .await;
        assert_eq!(follow().await, 0, "mended, and followed at once");
        assert!(judges().await);
    }
);

on_both_engines!(
    what_no_model_can_be_had_for_is_held_until_there_is_one,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        app.add_site("arras", &[], Policy::default()).await;
        app.sql(
            "INSERT INTO learning (site, revision, epoch, live) \
             VALUES ('arras', 1, 1, '00000000-0000-7000-8000-000000000000')",
        )
        .await;
        let post = async |text: &str| {
            let id = app.posted("arras", "Osric", text).await;
            let path = format!("/api/v1/comments/{id}");
            answer(app.with(&token, Method::GET, &path)).await.1
        };
        let held = post(HAM[0]).await;
        assert_eq!(
            (&held["status"], &held["score"]),
            (&json!("pending"), &Value::Null)
        );
        let path = "/api/v1/models?site=arras";
        let (status, _) = answer(app.with(&token, Method::GET, path)).await;
        assert_eq!(status, 503, "and whoever asks hears of it");
        app.sql("UPDATE learning SET live = NULL WHERE site = 'arras'")
            .await;
        assert!(post(HAM[1]).await["score"].is_number());
        app.stop().await;
    }
);

on_both_engines!(
    what_lessons_add_up_to_is_kept_and_gone_with_the_first_that_is_erased,
    |app: TestApp| async move {
        super::models::label(&app, "nursery", 200, false).await;
        let site = app.app.directory.site("default").unwrap().slug.clone();
        let live = app.app.learning.model(&site).await.unwrap();
        let kept = async || {
            let state = app
                .app
                .store
                .learning_state(Question::Spam, &site)
                .await
                .unwrap()
                .unwrap();
            app.app.store.learnt_sums(&state, FEATURES_VERSION).await
        };
        let sums = kept().await.unwrap().expect("400 lessons are worth it");
        // What is read from the sums alone judges as what was read from the lessons; damaged sums are none.
        let alike = async |why: &str| {
            let later = instance(app.app.settings.clone()).await;
            let same = later.learning.model(&site).await.unwrap();
            assert_eq!(same.model.version(), live.model.version(), "{why}");
            assert_eq!(same.labels, live.labels, "{why}");
            later.store.close().await;
        };
        app.sql("CREATE TABLE away AS SELECT * FROM lessons; DELETE FROM lessons")
            .await;
        alike("by the sums").await;
        app.sql("INSERT INTO lessons SELECT * FROM away; DROP TABLE away")
            .await;
        app.sql("UPDATE learnt_sums SET digest = digest + 1").await;
        alike("by the lessons").await;
        app.sql("UPDATE learnt_sums SET digest = digest - 1").await;
        assert!(kept().await.unwrap().is_some());
        // Somebody's text among them has to be forgotten, and whoever still has the old sums cannot put them back.
        let before = app
            .app
            .store
            .learning_state(Question::Spam, &site)
            .await
            .unwrap()
            .unwrap();
        let token = app.token(Role::Operator, &[]).await;
        let posted = app.posted("default", "Osric", "Sweets to the sweet.").await;
        app.decide(&json!({ "id": posted }), Decision::Approve)
            .await;
        let erase = app.with(&token, Method::POST, "/api/v1/subjects/erase");
        let who = json!({ "email": "osric@elsinore.example" });
        let (status, erased) = answer(erase.json(&who)).await;
        assert!(status.is_success(), "{erased}");
        assert!(kept().await.unwrap().is_none());
        let store = &app.app.store;
        let put_back = store.keep_learnt_sums(before, FEATURES_VERSION, sums);
        assert!(!put_back.await.unwrap(), "they are of an earlier epoch");
        assert!(kept().await.unwrap().is_none());
        app.stop().await;
    }
);

on_both_engines!(
    whoever_goes_away_while_a_site_is_followed_leaves_it_where_it_was,
    |app: TestApp| async move {
        decided(&app, &HAM, Decision::Approve).await;
        let site = app.app.directory.site("default").unwrap();
        let posted = json!({ "page": "/garden", "name": "Osric", "email": "osric@elsinore.example",
            "text": UNWANTED[0] });
        let (_, posted) = answer(app.comment("default", &posted)).await;
        app.decide(&posted, Decision::Spam).await;
        for steps in 0..12 {
            // Given up after a few steps, wherever it is then.
            let mut following = std::pin::pin!(app.app.learning.follow());
            for _ in 0..steps {
                if futures_util::poll!(following.as_mut()).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        background::learn(&app.app).await;
        assert_eq!(
            app.app.learning.model(&site.slug).await.unwrap().labels,
            [3, 1]
        );
    }
);
