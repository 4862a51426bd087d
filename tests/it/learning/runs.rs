//! Runs and activations while other things happen: killed instances, several instances, load.

use std::{sync::Arc, time::Duration};

use hamlet::{
    app::App,
    background,
    bayes::Question,
    domain::{model::ModelStatus, moderator::Role, site::SiteSlug},
    learn::{registry, training},
    storage::runs::Lease,
};
use serde_json::json;

use super::{
    decisions::instance,
    models::{activate, id, label, train},
};
use crate::on_both_engines;

fn site() -> SiteSlug {
    SiteSlug::parse("default").unwrap()
}

async fn version(app: &App) -> String {
    app.learning
        .model(&site())
        .await
        .unwrap()
        .base_version
        .clone()
}

/// An instance that will take a run up and never be heard of again.
fn doomed(app: &App) -> Lease {
    Lease {
        holder: "doomed".to_owned(),
        now: app.now(),
        until: app.now().plus(Duration::from_secs(30)),
    }
}

on_both_engines!(
    a_killed_instances_run_is_taken_up_by_another_once_its_lease_has_ended,
    |app: TestApp| async move {
        label(&app, "nursery", 60, false).await;
        let run = training::start(&app.app, Question::Spam, &site(), "Test")
            .await
            .unwrap();
        let taken = app.app.store.take_run(doomed(&app.app)).await.unwrap();
        assert_eq!(taken.unwrap().id, run);
        assert!(
            !training::work(&app.app.learning).await.unwrap(),
            "one at a time"
        );
        app.app.clock.advance(Duration::from_secs(31));
        assert!(training::work(&app.app.learning).await.unwrap());
        let entry = registry::find(&app.app, run).await.unwrap().unwrap();
        assert_eq!((entry.status, entry.attempts), (ModelStatus::Candidate, 2));
        app.stop().await;
    }
);

on_both_engines!(
    a_run_that_is_killed_every_time_is_given_up,
    |app: TestApp| async move {
        let run = training::start(&app.app, Question::Spam, &site(), "Test")
            .await
            .unwrap();
        for _ in 0..3 {
            let taken = app.app.store.take_run(doomed(&app.app)).await.unwrap();
            assert!(taken.is_some());
            app.app.clock.advance(Duration::from_secs(31));
        }
        assert!(!training::work(&app.app.learning).await.unwrap());
        let entry = registry::find(&app.app, run).await.unwrap().unwrap();
        assert_eq!(entry.status, ModelStatus::Failed);
        assert!(entry.failure.unwrap().contains("interrupted"));
        assert!(
            training::start(&app.app, Question::Spam, &site(), "Test")
                .await
                .is_ok()
        );
        app.stop().await;
    }
);

on_both_engines!(
    a_training_run_that_panics_ends_as_failed,
    |app: TestApp| async move {
        label(&app, "nursery", 60, false).await;
        let run = training::start(&app.app, Question::Spam, &site(), "Test")
            .await
            .unwrap();
        app.app.faults.arm("training", "default", 1);
        assert!(training::work(&app.app.learning).await.unwrap());
        let entry = registry::find(&app.app, run).await.unwrap().unwrap();
        assert_eq!(entry.status, ModelStatus::Failed);
        assert!(entry.failure.unwrap().contains("panicked"));
        let again = training::start(&app.app, Question::Spam, &site(), "Test")
            .await
            .unwrap();
        assert!(training::work(&app.app.learning).await.unwrap());
        let entry = registry::find(&app.app, again).await.unwrap().unwrap();
        assert_eq!(entry.status, ModelStatus::Candidate);
        app.stop().await;
    }
);

on_both_engines!(
    a_second_run_for_a_site_is_refused_while_one_waits,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let first = training::start(&app.app, Question::Spam, &site(), "Test")
            .await
            .unwrap();
        let request = app.with(&token, reqwest::Method::POST, "/api/v1/models");
        let (status, problem) = crate::support::app::answer(request.json(&json!({}))).await;
        assert_eq!(
            (status.as_u16(), &problem["code"]),
            (409, &json!("under_way"))
        );
        assert_eq!(problem["current"]["id"], first.to_string());
        app.stop().await;
    }
);

on_both_engines!(
    every_instance_follows_an_activation_and_a_rollback,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        label(&app, "nursery", 60, false).await;
        let others = [
            instance(app.app.settings.clone()).await,
            instance(app.app.settings.clone()).await,
        ];
        let shipped = version(&app.app).await;
        let first = train(&app, &token).await;
        activate(&app, &token, id(&first), json!({})).await;
        label(&app, "orchard", 40, false).await;
        let second = train(&app, &token).await;
        activate(&app, &token, id(&second), json!({})).await;
        let everywhere = || async {
            let mut versions = vec![version(&app.app).await];
            for other in &others {
                background::learn(other).await;
                let (here, there) = (
                    app.app.learning.model(&site()).await.unwrap(),
                    other.learning.model(&site()).await.unwrap(),
                );
                assert_eq!(
                    here.model.version(),
                    there.model.version(),
                    "labels and all"
                );
                versions.push(version(other).await);
            }
            versions.dedup();
            versions
        };
        assert_eq!(everywhere().await, [second["version"].as_str().unwrap()]);
        let back = registry::roll_back(&app.app.learning, Question::Spam, &site(), "Test")
            .await
            .unwrap();
        assert_eq!(back.unwrap().to_string(), id(&first));
        assert_eq!(everywhere().await, [first["version"].as_str().unwrap()]);
        assert_eq!(
            registry::roll_back(&others[0].learning, Question::Spam, &site(), "Test")
                .await
                .unwrap(),
            None
        );
        background::learn(&app.app).await;
        assert_eq!(everywhere().await, [shipped]);
        assert!(
            registry::roll_back(&app.app.learning, Question::Spam, &site(), "Test")
                .await
                .is_err()
        );
        for other in others {
            other.store.close().await;
        }
        app.stop().await;
    }
);

on_both_engines!(
    no_request_fails_while_models_change,
    &[
        ("INTAKE__NETWORK_HARD_LIMIT", "1000000"),
        ("INTAKE__EMAIL_HARD_LIMIT", "1000000")
    ],
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        label(&app, "nursery", 60, false).await;
        let model = train(&app, &token).await;
        let app = Arc::new(app);
        let (done, mut stopped) = tokio::sync::watch::channel(false);
        let (first, mut begun) = tokio::sync::mpsc::channel(1);
        let load = tokio::spawn({
            let (app, token) = (app.clone(), token.clone());
            async move {
                let mut answers = 0;
                while !*stopped.borrow_and_update() {
                    let request = app.with(&token, reqwest::Method::POST, "/api/v1/score");
                    let text = json!({ "text": format!("Peas and beans, number {answers}") });
                    let response = request.json(&text).send().await.unwrap();
                    assert_eq!(response.status(), 200);
                    let fields = json!({ "page": "/p", "name": "A", "email": "a@elsinore.example", "text": text["text"] });
                    let posted = app.comment("default", &fields).send().await.unwrap();
                    assert_eq!(posted.status(), 202);
                    answers += 1;
                    let _ = first.try_send(());
                }
                answers
            }
        });
        for _ in 0..4 {
            begun.recv().await.unwrap();
            assert_eq!(activate(&app, &token, id(&model), json!({})).await.0, 200);
            begun.recv().await.unwrap();
            assert_eq!(activate(&app, &token, "shipped", json!({})).await.0, 200);
        }
        done.send(true).unwrap();
        assert!(load.await.unwrap() >= 8);
        if let Ok(app) = Arc::try_unwrap(app) {
            app.stop().await;
        }
    }
);

on_both_engines!(
    a_model_that_cannot_be_read_leaves_the_shipped_one_in_its_place,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        label(&app, "nursery", 60, false).await;
        let shipped = version(&app.app).await;
        let model = train(&app, &token).await;
        activate(&app, &token, id(&model), json!({})).await;
        super::damage_models(&app).await;
        let later = instance(app.app.settings.clone()).await;
        assert_eq!(version(&later).await, shipped);
        let standing = registry::standing(&later.learning, Question::Spam, &site())
            .await
            .unwrap();
        assert!(
            standing.says.contains("cannot be used"),
            "{}",
            standing.says
        );
        later.store.close().await;
        app.stop().await;
    }
);
