//! Several at the same moment: what is counted of one author and one text is exact, however many batches are written at
//! once, and who changes one thing leaves what somebody else changes meanwhile.

use std::{collections::HashMap, pin::pin};

use futures_util::future::{join, join_all};
use hamlet::{
    accounts::{
        links,
        own::{self, OwnChange},
        people::{self, Wanted},
        sessions::Session,
    },
    domain::{
        evidence::Check,
        moderator::{Moderator, Role},
    },
};
use reqwest::Method;
use serde_json::json;

use crate::{
    cancelled::begun,
    on_both_engines,
    support::{
        app::{TestApp, answer},
        people::text,
    },
};

/// Authors, and posts of each.
const AUTHORS: usize = 24;
const EACH: usize = 12;
const LIMIT: usize = 5;

on_both_engines!(
    limits_and_repetitions_are_exact_when_all_come_at_once,
    &[
        ("INTAKE__NETWORK_HARD_LIMIT", "100000"),
        ("INTAKE__EMAIL_HARD_LIMIT", "5"),
        ("SERVER__MAX_CONNECTIONS_PER_ADDRESS", "0"),
    ],
    |app: TestApp| async move {
        // Each author posts one text, over and over; the posts of all of them are mixed.
        let posts = (0..AUTHORS * EACH).map(async |n| {
            let author = n % AUTHORS;
            let fields = json!({
                "page": "/garden", "name": "Ophelia", "email": format!("reader{author}@elsinore.example"),
                "text": format!("There's rosemary, that's for remembrance, says reader number {author}."),
            });
            let (status, receipt) = answer(app.comment("default", &fields)).await;
            (author, status.as_u16(), receipt)
        });
        let (mut accepted, mut first) = (HashMap::new(), HashMap::new());
        for (author, status, receipt) in join_all(posts).await {
            if status != 202 {
                assert_eq!(status, 429, "{receipt}");
                continue;
            }
            *accepted.entry(author).or_insert(0) += 1;
            let stored = app.stored(&receipt).await;
            let checks = stored.evidence.checks.iter();
            let repeats = checks
                .filter(|found| found.check == Check::Duplicate)
                .count();
            *first.entry(author).or_insert(0) += 1 - repeats;
        }
        for author in 0..AUTHORS {
            assert_eq!(accepted[&author], LIMIT, "of author {author}");
            assert_eq!(first[&author], 1, "a text that is new, of author {author}");
        }
        app.stop().await;
    }
);

/// Adds an operator.
async fn operator(app: &TestApp, name: &str) -> Moderator {
    let wanted = Wanted {
        name: Some(name.to_owned()),
        email: Some(format!("{name}@elsinore.example")),
        role: Some(Role::Operator),
        sites: None,
    };
    links::invite(&app.app, wanted).await.unwrap().0
}

on_both_engines!(
    who_is_made_less_while_they_change_their_name_stays_what_they_were_made,
    |app: TestApp| async move {
        operator(&app, "claudius").await;
        // The name's change is on its way for one waiting longer each time when the role is changed.
        for waits in 0..12 {
            let them = operator(&app, &format!("rosencrantz{waits}")).await;
            let session = Session::begin(&them.id, them.session_epoch, app.app.now());
            let new_name = OwnChange {
                name: Some("Guildenstern".to_owned()),
                ..OwnChange::default()
            };
            let less = Wanted {
                role: Some(Role::Moderator),
                ..Wanted::default()
            };
            let mut renaming = pin!(own::change(&app.app, &them, session, new_name));
            let demoting = people::change(&app.app, &them.id, less);
            let (demoted, renamed) = if waits == 0 {
                // The session has read the account before.
                (demoting.await, renaming.await)
            } else {
                match begun(waits - 1, renaming.as_mut()).await {
                    Some(renamed) => (demoting.await, renamed),
                    None => join(demoting, renaming).await,
                }
            };
            demoted.unwrap();
            renamed.unwrap();
            let now = app.app.store.moderator(&them.id).await.unwrap().unwrap();
            assert_eq!(
                (now.role, now.name.as_str()),
                (Role::Moderator, "Guildenstern"),
                "after {waits} waitings"
            );
        }
        app.stop().await;
    }
);

on_both_engines!(
    an_instance_that_has_not_seen_a_sites_change_yet_takes_nothing_of_it_back,
    |app: TestApp| async move {
        let (path, other) = ("/api/v1/sites/default", app.join().await);
        let token = app.token(Role::Operator, &[]).await;
        let change =
            json!({ "policy": { "spam_threshold": 0.5 }, "origins": ["https://elsinore.example"] });
        let changed = answer(app.with(&token, Method::PATCH, path).json(&change)).await;
        assert_eq!(changed.0, 200, "{}", changed.1);
        // The other looks every second, and has not yet.
        let named = json!({ "name": "Elsinore" });
        let (status, site) = answer(other.with(&token, Method::PATCH, path).json(&named)).await;
        assert_eq!(
            (status.as_u16(), text(&site["name"])),
            (200, "Elsinore"),
            "{site}"
        );
        for site in [
            site,
            answer(other.with(&token, Method::GET, path)).await.1,
            {
                hamlet::background::refresh(&app.app).await;
                answer(app.with(&token, Method::GET, path)).await.1
            },
        ] {
            assert_eq!(site["policy"]["spam_threshold"], 0.5);
            assert_eq!(site["origins"], change["origins"]);
            assert_eq!(text(&site["name"]), "Elsinore");
        }
        other.stop().await;
        app.stop().await;
    }
);
