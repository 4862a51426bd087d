//! A site's labels, most of which are of one class.

use hamlet::domain::{decision::Decision, moderator::Role};

use super::decisions::{decided, score};
use crate::on_both_engines;

/// Spam about something else.
const UNWANTED: [&str; 3] = [
    "Zorblax gardens has moved, visit zorblax.example today",
    "Best zorblax prices, ask for the zorblax newsletter",
    "Earn money from home with zorblax, write to zorblax.example",
];

on_both_engines!(
    what_a_site_is_about_makes_no_ham_of_spam_though_nearly_all_is_approved,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let new = "Cheap guitar strings, fast delivery! Visit my guitar shop https://guitar-bargains.example";
        let judge = async || score(&app, &token, new).await["score"].as_f64().unwrap();
        let cold = judge().await;
        assert!(cold > 0.9, "{cold}");
        decided(&app, &UNWANTED, Decision::Spam).await;
        let genuine: Vec<String> = (1..=40)
            .map(|n| {
                format!(
                    "The guitar strings of lesson {n} sound warm, my shop had them at a good price"
                )
            })
            .collect();
        let genuine: Vec<&str> = genuine.iter().map(String::as_str).collect();
        decided(&app, &genuine, Decision::Approve).await;
        let after = judge().await;
        assert!(after > 0.5, "{cold} before, {after} after 40 approvals");
        let read = score(&app, &token, genuine[7]).await["score"]
            .as_f64()
            .unwrap();
        assert!(read < 0.2, "{read}");
    }
);
