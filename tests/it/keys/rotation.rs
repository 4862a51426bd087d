//! Rotation and retirement, with others at the same time and with instances that lag behind.

use hamlet::{
    background,
    privacy::{
        presence,
        rotation::{self, RotationError},
    },
    sealing::registry::Incomplete,
};
use reqwest::StatusCode;

use super::{LONG_ENOUGH, Posted, command, copy_keys, execute, keys_in_file};
use crate::on_both_engines;

on_both_engines!(
    rotations_at_once_lose_no_address,
    |app: TestApp| async move {
        let mut posted = Posted::default();
        for _ in 0..5 {
            posted.post(&app).await;
        }
        let commands = [
            command(&app).await,
            command(&app).await,
            command(&app).await,
        ];
        let [one, two, three] = &commands;
        let (one, two, three) = tokio::join!(
            rotation::rotate(&one.privacy),
            rotation::rotate(&two.privacy),
            rotation::rotate(&three.privacy)
        );
        for rotated in [one, two, three] {
            assert_eq!(rotated.unwrap().unopenable, 0);
        }
        assert_eq!(keys_in_file(&app).len(), 4, "one each, and the first");
        background::refresh(&app.app).await;
        posted.post(&app).await;
        posted.settle(&app).await;
        for command in commands {
            command.store.close().await;
        }
        app.stop().await;
    }
);

on_both_engines!(
    no_key_is_retired_before_the_newest_has_been_in_use_for_long_enough,
    |app: TestApp| async move {
        let mut posted = Posted::default();
        posted.post(&app).await;
        rotation::rotate(&app.app.privacy).await.unwrap();
        posted.post(&app).await;
        let early = rotation::retire(&app.app.privacy).await;
        assert!(
            matches!(early, Err(RotationError::Young { wait: 1.., .. })),
            "{early:?}"
        );
        assert_eq!(keys_in_file(&app).len(), 2);
        app.pass(LONG_ENOUGH).await;
        rotation::retire(&app.app.privacy).await.unwrap();
        assert_eq!(keys_in_file(&app).len(), 1);
        posted.post(&app).await;
        posted.settle(&app).await;
        app.stop().await;
    }
);

on_both_engines!(
    who_still_seals_with_an_older_key_is_named_though_others_spoke_since,
    |app: TestApp| async move {
        let other = app.join().await;
        rotation::rotate(&app.app.privacy).await.unwrap();
        app.pass(LONG_ENOUGH).await;
        background::refresh(&other.app).await;
        background::refresh(&app.app).await;
        let refused = rotation::retire(&app.app.privacy).await;
        let Err(RotationError::InUse(who)) = refused else {
            panic!("{refused:?}");
        };
        let folder = other.app.settings.data_dir.display().to_string();
        assert!(who.contains(&folder), "{who}");
        assert_eq!(keys_in_file(&app).len(), 2);
        other.stop().await;
        app.stop().await;
    }
);

on_both_engines!(
    where_no_other_key_is_left_there_is_nothing_to_wait_for,
    |app: TestApp| async move {
        let mut posted = Posted::default();
        posted.post(&app).await;
        let kept = keys_in_file(&app);
        let retired = rotation::retire(&app.app.privacy).await.unwrap();
        assert_eq!((retired.done, retired.unopenable), (0, 0));
        assert_eq!(keys_in_file(&app), kept);
        posted.settle(&app).await;
        app.stop().await;
    }
);

on_both_engines!(
    no_key_is_retired_while_another_instance_seals_with_it,
    |app: TestApp| async move {
        let other = app.join().await;
        let mut posted = Posted::default();
        rotation::rotate(&app.app.privacy).await.unwrap();
        for _ in 0..2 {
            app.pass(LONG_ENOUGH).await;
            background::refresh(&other.app).await;
            posted.post(&other).await;
            let refused = rotation::retire(&app.app.privacy).await;
            let Err(RotationError::InUse(who)) = refused else {
                panic!("{refused:?}");
            };
            assert!(who.contains("still seals with the key"), "{who}");
        }
        assert_eq!(keys_in_file(&app).len(), 2);
        copy_keys(&app, &other);
        background::refresh(&other.app).await;
        posted.post(&other).await;
        let early = rotation::retire(&app.app.privacy).await;
        assert!(
            matches!(early, Err(RotationError::Young { .. })),
            "the other has only just adopted it: {early:?}"
        );
        app.pass(LONG_ENOUGH).await;
        background::refresh(&other.app).await;
        rotation::retire(&app.app.privacy).await.unwrap();
        copy_keys(&app, &other);
        background::refresh(&other.app).await;
        for one in [&app, &other] {
            posted.post(one).await;
            posted.settle(one).await;
        }
        other.stop().await;
        app.stop().await;
    }
);

// It was cut off, so that it was taken for ended; and it goes on sealing with a key that was retired.
on_both_engines!(
    what_comes_late_and_is_sealed_with_a_retired_key_is_refused_and_not_lost,
    |app: TestApp| async move {
        let other = app.join().await;
        let mut posted = Posted::default();
        rotation::rotate(&app.app.privacy).await.unwrap();
        app.pass(LONG_ENOUGH).await;
        posted.post(&other).await;
        rotation::retire(&app.app.privacy).await.unwrap();
        let late = posted.post(&other).await;
        assert_eq!(late, StatusCode::SERVICE_UNAVAILABLE);
        background::refresh(&other.app).await;
        assert_eq!(posted.post(&other).await, StatusCode::SERVICE_UNAVAILABLE);
        copy_keys(&app, &other);
        background::refresh(&other.app).await;
        assert_eq!(posted.post(&other).await, StatusCode::ACCEPTED);
        for one in [&app, &other] {
            posted.settle(one).await;
        }
        other.stop().await;
        app.stop().await;
    }
);

on_both_engines!(
    an_instance_that_ended_holds_nothing_up,
    |app: TestApp| async move {
        let (stopped, killed) = (app.join().await, app.join().await);
        rotation::rotate(&app.app.privacy).await.unwrap();
        presence::leave(&stopped.app.privacy).await;
        app.pass(LONG_ENOUGH).await;
        rotation::retire(&app.app.privacy).await.unwrap();
        assert_eq!(
            keys_in_file(&app).len(),
            1,
            "nothing was heard of the other"
        );
        for ended in [stopped, killed] {
            ended.stop().await;
        }
        app.stop().await;
    }
);

on_both_engines!(
    a_file_that_lacks_a_key_made_elsewhere_is_neither_rotated_nor_retired,
    |app: TestApp| async move {
        let other = app.join().await;
        let mut posted = Posted::default();
        rotation::rotate(&other.app.privacy).await.unwrap();
        posted.post(&other).await;
        let before = keys_in_file(&app);
        for refused in [
            rotation::rotate(&app.app.privacy).await,
            rotation::retire(&app.app.privacy).await,
        ] {
            assert!(
                matches!(
                    refused,
                    Err(RotationError::Incomplete(Incomplete::Lacking(_)))
                ),
                "{refused:?}"
            );
        }
        assert_eq!(keys_in_file(&app), before);
        copy_keys(&other, &app);
        background::refresh(&app.app).await;
        rotation::rotate(&app.app.privacy).await.unwrap();
        copy_keys(&app, &other);
        background::refresh(&other.app).await;
        for one in [&app, &other] {
            posted.post(one).await;
            posted.settle(one).await;
        }
        other.stop().await;
        app.stop().await;
    }
);

on_both_engines!(
    nothing_is_retired_while_a_value_cannot_be_opened,
    |app: TestApp| async move {
        let mut posted = Posted::default();
        posted.post(&app).await;
        posted.post(&app).await;
        let lost = "UPDATE comments SET email_sealed = 'ffffffff.2.AAAA' WHERE email_sealed = \
                    (SELECT MIN(email_sealed) FROM comments)";
        execute(&app, lost.to_owned()).await;
        let rotated = rotation::rotate(&app.app.privacy).await.unwrap();
        assert_eq!((rotated.done, rotated.unopenable), (1, 1));
        app.pass(LONG_ENOUGH).await;
        let refused = rotation::retire(&app.app.privacy).await;
        assert!(
            matches!(refused, Err(RotationError::Unopenable(1))),
            "{refused:?}"
        );
        assert_eq!(keys_in_file(&app).len(), 2);
        app.stop().await;
    }
);
