//! The instance that takes a label learns it from what it has at hand.

use std::time::Duration;

use hamlet::{background, domain::decision::Decision};
use tokio::time::timeout;

use super::decisions::{HAM, UNWANTED, decided, instance, posted, version};
use crate::on_both_engines;

/// How long something is waited for that takes a moment.
const PATIENCE: Duration = Duration::from_mins(1);

on_both_engines!(
    what_is_taught_here_is_learnt_without_being_read_back_and_the_same_comes_of_it,
    |app: TestApp| async move {
        decided(&app, &HAM, Decision::Approve).await;
        decided(&app, &UNWANTED, Decision::Spam).await;
        let other = instance(app.app.settings.clone()).await;
        let own = app.app.clone();
        let hearing = tokio::spawn(async move { own.learning.woken().await });
        let taught = posted(&app, &["Zorblax for your balcony, zorblax.example"]).await;
        let before = version(&app.app).await;
        app.decide_all(&taught, Decision::Spam).await;
        let is_learnt = async {
            while version(&app.app).await == before {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, is_learnt).await.expect("it is learnt");
        background::learn(&other).await;
        assert_eq!(version(&app.app).await, version(&other).await);
        assert!(!hearing.is_finished(), "there was nothing to look up");

        app.sql("UPDATE learning SET revision = revision + 1").await;
        let taught = posted(&app, &["Zorblax again, in all colours"]).await;
        app.decide_all(&taught, Decision::Spam).await;
        let looked_up = timeout(PATIENCE, hearing).await;
        looked_up.expect("a step is missing").unwrap();
        background::learn(&app.app).await;
        background::learn(&other).await;
        assert_ne!(version(&app.app).await, before);
        assert_eq!(version(&app.app).await, version(&other).await);
        other.store.close().await;
        app.stop().await;
    }
);
