//! Comments on their way in: encodings, refusals, checks, repetition.

use std::time::Duration;

use hamlet::{
    domain::{
        comment::Status,
        evidence::{Check, Verdict},
        site::Policy,
    },
    words::Words,
};
use reqwest::{Method, StatusCode, multipart};
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};

const POST: &str = "/api/v1/sites/default/comments";

/// A genuine comment; `changes` replaces fields of it.
fn comment(changes: Value) -> Value {
    let mut fields = json!({
        "page": "https://example.org/garden",
        "name": "Ophelia",
        "email": "ophelia@elsinore.example",
        "text": "There's rosemary, that's for remembrance; pray you, love, remember.",
    });
    if let (Some(fields), Value::Object(changes)) = (fields.as_object_mut(), changes) {
        fields.extend(changes);
    }
    fields
}

/// The fields that a refusal names, with their codes.
fn refused(body: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    errors
        .iter()
        .map(|error| (text(&error["field"]), text(&error["code"])))
        .collect()
}

fn names(body: &Value, field: &str, code: &str) -> bool {
    refused(body).contains(&(field.to_owned(), code.to_owned()))
}

on_both_engines!(
    every_encoding_is_stored_alike_and_awaits_review,
    |app: TestApp| async move {
        let fields = comment(json!({}));
        let pairs: Vec<(String, String)> = fields
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        let parts = pairs
            .iter()
            .fold(multipart::Form::new(), |form, (name, value)| {
                form.text(name.clone(), value.clone())
            });
        let requests = [
            app.post(POST, &fields),
            app.request(Method::POST, POST).form(&pairs),
            app.request(Method::POST, POST).multipart(parts),
        ];
        for request in requests {
            let (status, body) = answer(request).await;
            assert_eq!(status, StatusCode::ACCEPTED, "{body}");
            assert_eq!(body["status"], "awaiting_review");
            let names: Vec<&String> = body.as_object().unwrap().keys().collect();
            assert_eq!(
                names,
                ["author_token", "id", "status"],
                "no answer carries a score"
            );
            let stored = app.stored(&body).await;
            assert_eq!(stored.text, fields["text"].as_str().unwrap());
            assert_eq!(stored.page.as_str(), "https://example.org/garden");
            assert_eq!(stored.network.as_deref(), Some("127.0.0.0/24"));
            assert_eq!(stored.status, Status::Pending);
            assert!(stored.score.is_some());
            assert!(stored.evidence.model.is_some());
            let email = app.app.vault.open(&stored.email, &stored).unwrap();
            assert_eq!(email.expose(), "ophelia@elsinore.example");
        }
        app.stop().await;
    }
);

on_both_engines!(
    errors_name_every_field_and_store_nothing,
    |app: TestApp| async move {
        let bad = json!({ "page": "nonsense", "name": "a\nb", "email": "a..b@x.org", "text": " ", "website": "javascript:x" });
        let (status, body) = answer(app.post(POST, &bad)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut fields: Vec<String> = refused(&body).into_iter().map(|(field, _)| field).collect();
        fields.sort();
        assert_eq!(fields, ["email", "name", "page", "text", "website"]);
        let cases = [
            (json!({ "text": "x".repeat(15_001) }), "text", "too_long"),
            (json!({ "name": "x".repeat(101) }), "name", "too_long"),
            (json!({ "text": "a\u{0}b" }), "text", "control_character"),
            (json!({ "parent": "7" }), "parent", "invalid"),
            (json!({ "shoe_size": 44 }), "shoe_size", "unknown_field"),
            (json!({ "name": 7 }), "name", "invalid"),
        ];
        for (change, field, code) in cases {
            let (status, body) = answer(app.post(POST, &comment(change))).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
            assert!(names(&body, field, code), "{field}: {body}");
        }
        assert_eq!(app.app.store.queue_depth().await.unwrap(), 0);
        app.stop().await;
    }
);

on_both_engines!(
    a_body_that_cannot_be_read_is_refused,
    |app: TestApp| async move {
        let raw = |kind: &str, body: Vec<u8>| {
            app.request(Method::POST, POST)
                .header("content-type", kind)
                .body(body)
        };
        let json = "application/json";
        let form = "application/x-www-form-urlencoded";
        let cases = [
            (raw(json, b"{".to_vec()), 400),
            (raw(json, b"{} {}".to_vec()), 400),
            (raw(json, br#"{"name":"\ud800"}"#.to_vec()), 400),
            (raw(json, vec![b' '; 65 * 1024]), 413),
            (raw("text/plain", b"hello".to_vec()), 415),
            (raw(form, b"name=%ff%fe".to_vec()), 422),
            (raw(form, b"name=a&name=b".to_vec()), 422),
            (
                raw("multipart/form-data; boundary=x", b"nothing".to_vec()),
                400,
            ),
            (raw(json, vec![]).header("content-encoding", "gzip"), 415),
        ];
        for (request, expected) in cases {
            let (status, body) = answer(request).await;
            assert_eq!(status.as_u16(), expected, "{body}");
            assert!(body["code"].is_string());
        }
        let (status, _) = answer(app.comment("nowhere", &comment(json!({})))).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        app.stop().await;
    }
);

on_both_engines!(
    a_repeated_request_is_stored_once,
    |app: TestApp| async move {
        let send = |key: &str, fields: Value| {
            app.post(POST, &fields)
                .header("idempotency-key", key.to_owned())
        };
        let one = comment(json!({ "text": "Good night, ladies; good night, sweet ladies." }));
        let (_, first) = answer(send("k1", one.clone())).await;
        let (status, again) = answer(send("k1", one.clone())).await;
        assert_eq!((status, &again), (StatusCode::ACCEPTED, &first));
        let both = tokio::join!(
            answer(send("k2", one.clone())),
            answer(send("k2", one.clone()))
        );
        assert_eq!(both.0, both.1, "two at once are one");
        let (status, body) = answer(send("k1", comment(json!({ "text": "Another text." })))).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(names(&body, "Idempotency-Key", "reused"));
        assert_eq!(app.app.store.queue_depth().await.unwrap(), 2);
        app.pass(Duration::from_hours(25)).await;
        let (_, later) = answer(send("k1", one)).await;
        assert_ne!(later, first, "a key is remembered for a day");
        app.stop().await;
    }
);

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
    replies_go_to_public_comments_of_the_same_page,
    |app: TestApp| async move {
        let (_, parent) = answer(app.post(POST, &comment(json!({})))).await;
        let reply = comment(json!({ "parent": parent["id"], "text": "I do, my lord." }));
        assert!(names(
            &answer(app.post(POST, &reply)).await.1,
            "parent",
            "unknown"
        ));
        app.approve(&parent).await;
        assert_eq!(answer(app.post(POST, &reply)).await.0, StatusCode::ACCEPTED);
        let elsewhere = comment(json!({ "parent": parent["id"], "page": "/other" }));
        assert!(names(
            &answer(app.post(POST, &elsewhere)).await.1,
            "parent",
            "unknown"
        ));
        app.stop().await;
    }
);

on_both_engines!(
    only_a_sites_own_pages_may_talk_to_it,
    |app: TestApp| async move {
        app.add_site("blog", &["https://blog.example"], Policy::default())
            .await;
        let path = "/api/v1/sites/blog/comments";
        let preflight = |origin: &str| {
            app.request(Method::OPTIONS, path)
                .header("origin", origin.to_owned())
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "content-type")
                .send()
        };
        let allowed = preflight("https://blog.example").await.unwrap();
        assert_eq!(
            allowed.headers()["access-control-allow-origin"],
            "https://blog.example"
        );
        assert!(
            !allowed
                .headers()
                .contains_key("access-control-allow-credentials")
        );
        let foreign = preflight("https://evil.example").await.unwrap();
        assert!(
            !foreign
                .headers()
                .contains_key("access-control-allow-origin")
        );
        // A frame with `sandbox` has no origin: it may do what anyone may, and nothing with a credential.
        let sandboxed = preflight("null").await.unwrap();
        assert_eq!(sandboxed.headers()["access-control-allow-origin"], "null");
        assert!(
            !sandboxed
                .headers()
                .contains_key("access-control-allow-credentials")
        );
        for path in [
            "/api/v1/sites/blog/webhooks",
            "/api/v1/sites/nowhere/comments",
            "/api/v1/comments",
        ] {
            let asked = app.request(Method::OPTIONS, path).header("origin", "null");
            let asked = asked.header("access-control-request-method", "POST");
            let asked = asked.send().await.unwrap();
            assert!(
                !asked.headers().contains_key("access-control-allow-origin"),
                "{path}"
            );
        }
        let fields = comment(json!({ "page": "https://blog.example/p?utm_source=x#top" }));
        let send =
            |origin: &str| answer(app.post(path, &fields).header("origin", origin.to_owned()));
        assert_eq!(send("https://evil.example").await.0, StatusCode::FORBIDDEN);
        let (status, body) = send("https://blog.example").await;
        assert_eq!(status, StatusCode::ACCEPTED);
        assert_eq!(app.stored(&body).await.page.as_str(), "/p");
        let foreign_page = comment(json!({ "page": "https://evil.example/p" }));
        assert!(names(
            &answer(app.post(path, &foreign_page)).await.1,
            "page",
            "not_on_site"
        ));
        app.stop().await;
    }
);

on_both_engines!(
    a_form_without_script_is_answered_with_pages,
    |app: TestApp| async move {
        app.add_site("blog", &["https://blog.example"], Policy::default())
            .await;
        let page = app.get("/sites/blog/form?page=/p").send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        let html = page.text().await.unwrap();
        assert!(html.contains("Your email address will not be published"));
        let path = "/api/v1/sites/blog/comments";
        let send = |email: &'static str| {
            let fields = [
                ("page", "/p"),
                ("name", "<b>Yorick"),
                ("email", email),
                ("text", "Alas!"),
                ("button", "Send"),
            ];
            app.request(Method::POST, path)
                .header("accept", "text/html")
                .form(&fields)
                .send()
        };
        let refused = send("nobody").await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let html = refused.text().await.unwrap();
        assert!(html.contains("Alas!") && html.contains("This is not an email address."));
        assert!(html.contains("&#60;b&#62;Yorick") && !html.contains("<b>Yorick"));
        let thanked = send("yorick@elsinore.example").await.unwrap();
        assert_eq!(thanked.status(), StatusCode::SEE_OTHER);
        assert_eq!(
            thanked.headers()["location"],
            "/sites/blog/thanks?page=%2Fp"
        );
        let thanks = app
            .get("/sites/blog/thanks?page=%2Fp")
            .send()
            .await
            .unwrap();
        let html = thanks.text().await.unwrap();
        assert!(html.contains("awaits review") && html.contains("href=\"https://blog.example/p\""));
        let elsewhere = app.get("/sites/blog/thanks?page=https%3A%2F%2Fevil.example%2F");
        let html = elsewhere.send().await.unwrap().text().await.unwrap();
        assert!(!html.contains("evil.example"), "nobody is led elsewhere");
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
