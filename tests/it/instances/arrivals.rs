//! What comes in: repetition, limits and single use hold across instances, and a death loses nothing.

use futures_util::future::join_all;
use hamlet::{background, domain::site::Policy};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::two;
use crate::support::app::{TestApp, answer};

/// Rates out of the way of tests that post much.
const FREE: &[(&str, &str)] = &[
    ("INTAKE__NETWORK_HARD_LIMIT", "100000"),
    ("INTAKE__EMAIL_HARD_LIMIT", "100000"),
];

fn comment(n: usize) -> Value {
    json!({
        "page": "/garden", "name": "Ophelia", "email": format!("reader{n}@elsinore.example"),
        "text": format!("Comment {n}: there's rosemary, that's for remembrance."),
    })
}

async fn post(app: &TestApp, key: &str, fields: &Value) -> (StatusCode, Value) {
    let request = app.comment("default", fields);
    answer(request.header("idempotency-key", key)).await
}

async fn stored(app: &TestApp) -> i64 {
    app.app.store.queue_depth().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_sent_to_both_at_once_is_stored_once() {
    let Some([one, other]) = two(FREE).await else {
        return;
    };
    let rounds = (0..40).map(|n| {
        let (one, other) = (&one, &other);
        async move {
            let (key, fields) = (format!("key-{n}"), comment(n));
            let (here, there) = tokio::join!(post(one, &key, &fields), post(other, &key, &fields));
            assert_eq!(here.0, StatusCode::ACCEPTED, "{}", here.1);
            assert_eq!(here, there, "both tell the same comment");
        }
    });
    join_all(rounds).await;
    assert_eq!(stored(&one).await, 40);
    let (status, refused) = post(&other, "key-0", &comment(1000)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    other.stop().await;
    one.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_posts_to_each_in_turn_has_one_limit() {
    let limit = [
        ("INTAKE__NETWORK_SOFT_LIMIT", "100"),
        ("INTAKE__NETWORK_HARD_LIMIT", "10"),
    ];
    let Some(pair) = two(&limit).await else {
        return;
    };
    for n in 0..10 {
        let (status, said) = answer(pair[n % 2].comment("default", &comment(n))).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{n}: {said}");
    }
    for (n, app) in pair.iter().enumerate() {
        let (status, _) = answer(app.comment("default", &comment(100 + n))).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(stored(&pair[0]).await, 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_is_taken_by_another_than_gave_it_and_its_work_counts_once() {
    let Some([one, other]) = two(FREE).await else {
        return;
    };
    let policy = Policy {
        proof_of_work_bits: Some(8),
        ..Policy::default()
    };
    one.add_site("work", &[], policy).await;
    background::refresh(&other.app).await;
    let (_, given) = answer(one.get("/api/v1/sites/work/form-token")).await;
    let token = given["form_token"].as_str().unwrap();
    let bits = hamlet::intake::form_token::zero_bits;
    let mut nonces = (0..).map(|n: u32| n.to_string());
    let proof = nonces.find(|nonce| bits(token, nonce) >= 8).unwrap();
    let mut fields = comment(1);
    fields["form_token"] = json!(token);
    fields["proof"] = json!(proof);
    let (status, said) = answer(other.comment("work", &fields)).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{said}");
    fields["text"] = json!("The same work again, for another text.");
    for app in [&one, &other] {
        let (status, said) = answer(app.comment("work", &fields)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(said["errors"][0]["code"], "spent", "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_lost_instance_had_taken_in_is_there_and_what_it_left_unanswered_is_stored_once() {
    let Some([kept, lost]) = two(FREE).await else {
        return;
    };
    // Answers that never arrived: the comments may have been stored, or not.
    let cut_off = (0..40).map(|n| {
        let request = lost.comment("default", &comment(n));
        let request = request.header("idempotency-key", format!("key-{n}"));
        tokio::spawn(request.send())
    });
    let cut_off: Vec<_> = cut_off.collect();
    let mut answered = Vec::new();
    for n in 40..50 {
        let (status, told) = post(&lost, &format!("key-{n}"), &comment(n)).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{told}");
        answered.push((n, told));
    }
    lost.die().await;
    cut_off.iter().for_each(tokio::task::JoinHandle::abort);
    for (n, told) in answered {
        assert_eq!(post(&kept, &format!("key-{n}"), &comment(n)).await.1, told);
    }
    for n in 0..40 {
        let (status, told) = post(&kept, &format!("key-{n}"), &comment(n)).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{told}");
    }
    assert_eq!(stored(&kept).await, 50, "none lost, none twice");
}
