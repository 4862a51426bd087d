//! What the checks find, what it weighs, and what follows from it.

use std::time::Duration;

use hamlet::{
    domain::{
        evidence::{Check, Verdict},
        site::Policy,
    },
    words::Words,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{POST, comment, names};
use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};

on_both_engines!(
    checks_add_evidence_with_a_reason,
    |app: TestApp| async move {
        let token = answer(app.get("/api/v1/sites/default/form-token")).await.1;
        let token = token["form_token"].as_str().unwrap().to_owned();
        let links = "see https://a.example https://b.example https://c.example https://d.example";
        let cases = [
            (json!({ "subject": "hello" }), Check::Honeypot),
            (json!({ "form_token": token }), Check::Timing),
            (json!({ "form_token": "made.up.token" }), Check::Timing),
            (json!({ "text": links }), Check::Links),
        ];
        for (change, check) in cases {
            let (_, body) = answer(app.post(POST, &comment(change))).await;
            let stored = app.stored(&body).await;
            let finding = stored
                .evidence
                .checks
                .iter()
                .find(|finding| finding.check == check);
            let finding = finding.unwrap_or_else(|| panic!("{check:?}: {:?}", stored.evidence));
            assert!(finding.weight > 0.0);
            assert!(!Words::english().reason(&finding.reason).is_empty());
            let model = stored.evidence.model.as_ref().unwrap().log_odds;
            let sum = model
                + stored
                    .evidence
                    .checks
                    .iter()
                    .map(|finding| finding.weight)
                    .sum::<f64>();
            let score = 1.0 / (1.0 + (-sum).exp());
            assert!(
                (stored.score.unwrap() - score).abs() < 1e-9,
                "the parts sum to the score"
            );
        }
        app.pass(Duration::from_secs(10)).await;
        let (_, body) = answer(app.post(
            POST,
            &comment(json!({ "form_token": token, "text": "Ten seconds later." })),
        ))
        .await;
        assert_eq!(app.stored(&body).await.evidence.checks, []);
        app.stop().await;
    }
);

on_both_engines!(
    a_language_that_the_model_does_not_know_is_held_shown_and_found,
    |app: TestApp| async move {
        let policy = Policy {
            spam_threshold: 0.5,
            ..Policy::default()
        };
        app.add_site("world", &[], policy).await;
        let post = "/api/v1/sites/world/comments";
        let spam = "Osta kohe odavat viagrat ja kasiino boonust ilma retseptita, kirjuta meile kohe siia \
            https://viagra-casino.top https://casino-bonus.top https://viagra-pills.top";
        let known = "Buy viagra and a casino bonus now, no prescription, write to us here right now \
            https://viagra-casino.top https://casino-bonus.top https://viagra-pills.top";
        let (_, body) = answer(app.post(post, &comment(json!({ "text": known })))).await;
        let stored = app.stored(&body).await;
        assert_eq!(stored.verdict, Verdict::Spam);
        assert_eq!(stored.evidence.language.as_deref(), Some("en"));
        let (_, body) = answer(app.post(post, &comment(json!({ "text": spam })))).await;
        let stored = app.stored(&body).await;
        assert!(stored.score.unwrap() > 0.5, "{:?}", stored.score);
        assert_eq!(stored.verdict, Verdict::Hold);
        let why = Words::english().because(&stored.evidence);
        assert!(why.contains("does not know its language"), "{why}");
        app.stop().await;
    }
);

on_both_engines!(
    repeated_text_is_noticed_across_pages,
    |app: TestApp| async move {
        let mut reasons = Vec::new();
        for page in ["/a", "/b", "/c"] {
            let (_, body) = answer(app.post(POST, &comment(json!({ "page": page })))).await;
            let found = app.stored(&body).await.evidence.checks;
            reasons.push(
                found
                    .first()
                    .map(|finding| (finding.check, Words::english().reason(&finding.reason))),
            );
        }
        assert_eq!(reasons[0], None);
        let said = |reason: &str| Some((Check::Duplicate, reason.to_owned()));
        assert_eq!(reasons[1], said("The same text was posted once before"));
        assert_eq!(reasons[2], said("The same text was posted 2 times before"));
        app.stop().await;
    }
);

/// What a check's finding on a comment weighs.
async fn weight(app: &TestApp, posted: &Value, check: Check) -> Option<f64> {
    let found = app.stored(posted).await.evidence.checks;
    let found = found.iter().find(|finding| finding.check == check);
    found.map(|finding| finding.weight)
}

on_both_engines!(
    each_link_above_what_a_site_allows_weighs_the_same_up_to_a_limit,
    |app: TestApp| async move {
        let policy = Policy {
            max_links: 1,
            ..Policy::default()
        };
        app.add_site("links", &[], policy).await;
        for (links, wanted) in [(1, None), (2, Some(1.25)), (5, Some(2.0)), (40, Some(3.0))] {
            let link = |place| format!("https://a{place}.example");
            let text: Vec<String> = (0..links).map(link).collect();
            let own =
                json!({ "email": format!("l{links}@example.org"), "text": text.join(" and ") });
            let (_, posted) = answer(app.comment("links", &comment(own))).await;
            assert_eq!(weight(&app, &posted, Check::Links).await, wanted, "{links}");
        }
        app.stop().await;
    }
);

on_both_engines!(
    each_comment_above_the_soft_limit_weighs_the_same_up_to_a_limit,
    &[
        ("INTAKE__NETWORK_SOFT_LIMIT", "2"),
        ("INTAKE__NETWORK_HARD_LIMIT", "20")
    ],
    |app: TestApp| async move {
        let mut weights = Vec::new();
        for place in 1..=11 {
            let (email, text) = (format!("r{place}@example.org"), format!("Comment {place}"));
            let own = json!({ "email": email, "text": text });
            let (_, posted) = answer(app.post(POST, &comment(own))).await;
            weights.push(weight(&app, &posted, Check::Rate).await);
        }
        assert_eq!(
            weights[..5],
            [None, None, Some(1.25), Some(1.5), Some(1.75)]
        );
        assert_eq!(weights[9..], [Some(3.0), Some(3.0)]);
        app.stop().await;
    }
);

on_both_engines!(
    many_from_one_sender_are_evidence_then_refused,
    &[
        ("INTAKE__NETWORK_SOFT_LIMIT", "2"),
        ("INTAKE__NETWORK_HARD_LIMIT", "3")
    ],
    |app: TestApp| async move {
        let post = |n: u32| {
            let own =
                json!({ "email": format!("p{n}@example.org"), "text": format!("Comment {n}") });
            answer(app.post(POST, &comment(own)))
        };
        let (_, second) = (post(1).await, post(2).await.1);
        assert_eq!(app.stored(&second).await.evidence.checks, []);
        let third = post(3).await.1;
        let found = app.stored(&third).await.evidence.checks;
        assert_eq!(found[0].check, Check::Rate);
        assert_eq!(
            Words::english().reason(&found[0].reason),
            "3 comments came from this network within 10 minutes"
        );
        let response = app
            .post(POST, &comment(json!({ "email": "p4@example.org" })))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()["retry-after"], "600");
        app.pass(Duration::from_secs(601)).await;
        assert_eq!(post(5).await.0, StatusCode::ACCEPTED);
        app.stop().await;
    }
);

on_both_engines!(
    work_is_asked_for_checked_and_good_once,
    |app: TestApp| async move {
        let policy = Policy {
            proof_of_work_bits: Some(8),
            ..Policy::default()
        };
        app.add_site("work", &[], policy).await;
        let (_, token) = answer(app.get("/api/v1/sites/work/form-token")).await;
        assert_eq!(token["proof_of_work"]["bits"], 8);
        let form_token = token["form_token"].as_str().unwrap();
        let zero_bits = hamlet::intake::form_token::zero_bits;
        let nonce = |good: bool| {
            let mut numbers = (0..).map(|n: u32| n.to_string());
            numbers
                .find(|nonce| (zero_bits(form_token, nonce) >= 8) == good)
                .unwrap()
        };
        let send = |changes: Value| answer(app.comment("work", &comment(changes)));
        assert!(names(&send(json!({})).await.1, "form_token", "required"));
        assert!(names(
            &send(json!({ "form_token": form_token })).await.1,
            "proof",
            "required"
        ));
        let (_, body) = send(json!({ "form_token": form_token, "proof": nonce(false) })).await;
        assert!(names(&body, "proof", "invalid"));
        let good = json!({ "form_token": form_token, "proof": nonce(true) });
        assert_eq!(send(good.clone()).await.0, StatusCode::ACCEPTED);
        assert!(names(&send(good).await.1, "proof", "spent"));
        app.stop().await;
    }
);

on_both_engines!(
    a_trusted_author_is_published_at_once,
    |app: TestApp| async move {
        let policy = Policy {
            trusted_after: Some(1),
            publish_below: 0.94,
            ..Policy::default()
        };
        app.add_site("trusting", &[], policy).await;
        let send = |token: &Value, text: &str| {
            let fields = comment(json!({ "text": text, "author_token": token }));
            answer(app.comment("trusting", &fields))
        };
        let text = "I have read this twice, and I still think the last act is the best of it.";
        let (status, first) = send(&Value::Null, text).await;
        assert_eq!(status, StatusCode::ACCEPTED);
        app.approve(&first).await;
        let text = "The second time I noticed how much the gravediggers know.";
        let (status, second) = send(&first["author_token"], text).await;
        assert_eq!(
            (status, &second["status"]),
            (StatusCode::CREATED, &json!("published"))
        );
        assert_eq!(app.stored(&second).await.verdict, Verdict::Publish);
        let honeypot = comment(json!({ "subject": "  ", "text": "And a third thought.",
                                       "author_token": first["author_token"] }));
        assert_eq!(
            answer(app.comment("trusting", &honeypot)).await.0,
            StatusCode::ACCEPTED
        );
        app.stop().await;
    }
);

on_both_engines!(
    a_limit_holds_for_many_at_once_whose_windows_end_at_different_times,
    &[("INTAKE__NETWORK_HARD_LIMIT", "5")],
    |app: TestApp| async move {
        let clock = app.app.clock.clone();
        let ticking = tokio::spawn(async move {
            for _ in 0..100_000 {
                clock.advance(Duration::from_millis(1));
                tokio::task::yield_now().await;
            }
        });
        let post = |n: u64| {
            let own =
                json!({ "email": format!("p{n}@example.org"), "text": format!("Comment {n}") });
            answer(app.post(POST, &comment(own)))
        };
        let answers = futures_util::future::join_all((0..40).map(post)).await;
        ticking.await.unwrap();
        let accepted = answers.iter().filter(|(status, _)| *status == 202).count();
        let refused = answers.iter().filter(|(status, _)| *status == 429).count();
        assert_eq!((accepted, refused), (5, 35));
        app.stop().await;
    }
);
