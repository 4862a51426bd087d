//! Many arrivals at the same moment: what is counted of one author and one text is exact, however many batches are
//! written at once.

use std::collections::HashMap;

use futures_util::future::join_all;
use hamlet::domain::evidence::Check;
use serde_json::json;

use crate::{on_both_engines, support::app::answer};

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
