//! Who is published at once, and what it takes.

use std::time::Duration;

use hamlet::domain::{decision::Decision, site::Policy, timestamp::Timestamp};
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};

const NICE: &str = "I have read this twice, and I still think the last act is the best of it.";

async fn site(app: &TestApp, slug: &str) {
    let policy = Policy {
        trusted_after: Some(1),
        publish_below: 0.94,
        ..Policy::default()
    };
    app.add_site(slug, &[], policy).await;
}

/// Posts with a token; the status and the answer.
async fn post(app: &TestApp, site: &str, token: &Value, fields: Value) -> (u16, Value) {
    let mut comment = json!({ "page": "/p", "name": "Alice", "email": "alice@victim.example",
                              "text": "A friendly remark", "author_token": token });
    let fields = fields.as_object().expect("fields").clone();
    comment.as_object_mut().expect("an object").extend(fields);
    let (status, answer) = answer(app.comment(site, &comment)).await;
    (status.as_u16(), answer)
}

/// The token of an author with an approved comment.
async fn trusted(app: &TestApp, site: &str) -> Value {
    let (_, first) = post(app, site, &Value::Null, json!({ "text": NICE })).await;
    app.approve(&first).await;
    first["author_token"].clone()
}

on_both_engines!(
    an_authors_address_alone_publishes_nothing,
    |app: TestApp| async move {
        site(&app, "trust").await;
        let token = trusted(&app, "trust").await;
        // Whoever knows the address has a token of their own comment, in which nothing is approved.
        let (status, mine) = post(
            &app,
            "trust",
            &Value::Null,
            json!({ "text": "Mallory was here" }),
        )
        .await;
        assert_eq!(status, 202);
        let text = json!({ "text": "And here she is again" });
        assert_eq!(
            post(&app, "trust", &mine["author_token"], text).await.0,
            202
        );
        // The form without script carries none.
        let form = [
            ("page", "/p"),
            ("name", "Alice"),
            ("email", "alice@victim.example"),
            ("text", "By the form"),
        ];
        let sent = app.request(reqwest::Method::POST, "/api/v1/sites/trust/comments");
        let sent = sent
            .header("accept", "text/html")
            .form(&form)
            .send()
            .await
            .expect("an answer");
        let page = sent.text().await.expect("a page");
        assert!(!page.contains("author_token"), "{page}");
        let (status, answer) =
            post(&app, "trust", &token, json!({ "text": "It is me again" })).await;
        assert_eq!((status, &answer["status"]), (201, &json!("published")));
    }
);

on_both_engines!(
    a_token_is_good_for_its_site_its_address_and_its_time_and_cannot_be_changed,
    |app: TestApp| async move {
        site(&app, "trust").await;
        site(&app, "other").await;
        let token = trusted(&app, "trust").await;
        let stranger = json!({ "email": "bob@victim.example", "text": "By another address" });
        assert_eq!(post(&app, "trust", &token, stranger).await.0, 202);
        assert_eq!(post(&app, "other", &token, json!({})).await.0, 202);
        let whole = token.as_str().expect("a token");
        for altered in [format!("{whole}x"), whole[1..].to_owned(), "x".to_owned()] {
            let text = json!({ "text": format!("Altered {}", altered.len()) });
            assert_eq!(
                post(&app, "trust", &json!(altered), text).await.0,
                202,
                "{altered}"
            );
        }
        app.app.clock.advance(Duration::from_hours(24 * 181));
        let (status, _) = post(
            &app,
            "trust",
            &token,
            json!({ "text": "Half a year later" }),
        )
        .await;
        assert_eq!(status, 202);
    }
);

on_both_engines!(
    a_token_is_good_to_the_last_moment_of_its_time_and_no_longer,
    |app: TestApp| async move {
        site(&app, "trust").await;
        let (_, first) = post(&app, "trust", &Value::Null, json!({ "text": NICE })).await;
        app.approve(&first).await;
        let (token, id) = (&first["author_token"], app.stored(&first).await.id);
        let (half_a_year, last) = (Duration::from_hours(24 * 180), Duration::from_millis(1));
        let ends = Timestamp::from_millis(id.made_at()).plus(half_a_year);
        let left = ends.since(app.app.now());
        app.app.clock.advance(left.saturating_sub(last));
        let text = json!({ "text": "In the very last moment" });
        assert_eq!(post(&app, "trust", token, text).await.0, 201);
        app.app.clock.advance(last);
        let text = json!({ "text": "Half a year to the moment" });
        assert_eq!(post(&app, "trust", token, text).await.0, 202);
    }
);

on_both_engines!(
    links_to_hosts_that_were_not_approved_before_wait_for_a_person,
    |app: TestApp| async move {
        site(&app, "trust").await;
        let token = trusted(&app, "trust").await;
        let (status, held) = post(
            &app,
            "trust",
            &token,
            json!({ "text": "My notes are at notes.example now" }),
        )
        .await;
        assert_eq!(status, 202);
        // While it waits, so does all else.
        let (status, also) = post(
            &app,
            "trust",
            &token,
            json!({ "text": "Without any link at all" }),
        )
        .await;
        assert_eq!(status, 202);
        app.decide_all(&[held, also], Decision::Approve).await;
        let known = json!({ "text": "See also https://notes.example/act-five for more" });
        assert_eq!(post(&app, "trust", &token, known).await.0, 201);
        let website = json!({ "text": "A new home page", "website": "https://pills.example/" });
        let (status, held) = post(&app, "trust", &token, website).await;
        assert_eq!(status, 202);
        app.decide(&held, Decision::Spam).await;
        let (status, _) = post(
            &app,
            "trust",
            &token,
            json!({ "text": "Trust is gone with spam" }),
        )
        .await;
        assert_eq!(status, 202);
    }
);

on_both_engines!(
    answers_of_the_trusted_and_of_strangers_have_one_shape,
    |app: TestApp| async move {
        site(&app, "trust").await;
        let mut shapes = Vec::new();
        let spam = "Buy cheap viagra and cialis online without prescription! http://cheap-pills-store.example/viagra";
        for text in [NICE, spam] {
            let (_, answer) = post(&app, "trust", &Value::Null, json!({ "text": text })).await;
            let length = answer["author_token"].as_str().expect("a token").len();
            let names: Vec<String> = answer
                .as_object()
                .expect("fields")
                .keys()
                .cloned()
                .collect();
            shapes.push((names, length, answer["status"].clone()));
        }
        assert_eq!(shapes[0], shapes[1]);
    }
);

const COUNTED: &[(&str, &str)] = &[
    ("INTAKE__NETWORK_HARD_LIMIT", "4"),
    ("INTAKE__EMAIL_HARD_LIMIT", "4"),
    ("SERVER__TRUSTED_PROXIES", "127.0.0.0/8"),
];

on_both_engines!(
    twins_of_one_mailbox_and_neighbours_in_one_network_are_counted_together,
    COUNTED,
    |app: TestApp| async move {
        let send = async |place: usize, email: String, from: String| {
            let fields = json!({ "page": "/p", "name": "Osric", "email": email, "text": format!("Remark {place}") });
            let request = app
                .comment("default", &fields)
                .header("x-forwarded-for", from);
            answer(request).await.0.as_u16()
        };
        for place in 0..5 {
            let wanted = if place < 4 { 202 } else { 429 };
            let answered = send(
                place,
                format!("Jo+{place}@mail.example"),
                format!("10.{place}.0.1:99"),
            );
            assert_eq!(answered.await, wanted, "mailbox, {place}");
        }
        for place in 0..9 {
            let wanted = if place < 8 { 202 } else { 429 };
            let from = format!("[2001:db8:78:{place:x}::1]:443");
            assert_eq!(
                send(place, format!("a{place}@x.example"), from).await,
                wanted,
                "/56, {place}"
            );
        }
        for place in 0..33 {
            let wanted = if place < 32 { 202 } else { 429 };
            let from = format!("2001:db8:79:{place:x}00::1");
            assert_eq!(
                send(place, format!("b{place}@x.example"), from).await,
                wanted,
                "/48, {place}"
            );
        }
    }
);

on_both_engines!(
    one_form_token_brings_a_few_comments_and_more_are_evidence,
    |app: TestApp| async move {
        let (_, form) = answer(app.get("/api/v1/sites/default/form-token")).await;
        app.app.clock.advance(Duration::from_mins(1));
        for place in 0..5 {
            let fields = json!({ "page": "/p", "name": "Osric", "email": format!("o{place}@x.example"),
                                 "text": format!("Remark {place}"), "form_token": form["form_token"] });
            let (_, sent) = answer(app.comment("default", &fields)).await;
            let found = app.stored(&sent).await.evidence.checks.len();
            assert_eq!(found, usize::from(place >= 3), "{place}");
        }
    }
);
