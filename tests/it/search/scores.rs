//! The queue's orders by score, which begin at one end of the index.

use std::cmp::Ordering;

use hamlet::{
    background,
    domain::{decision::Decision, moderator::Role, site::Policy},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{RATES, forget_index};
use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};

/// Scores at both ends, about the middle, in pairs that are equal, and none.
const SCORES: [&str; 16] = [
    "0.5",
    "0.0",
    "1.0",
    "NULL",
    "0.499999",
    "0.500001",
    "0.0000000001",
    "0.9999999999",
    "0.25",
    "0.75",
    "0.31",
    "0.31",
    "0.98",
    "0.98",
    "0.02",
    "NULL",
];

const COMMENTS: usize = 48;

async fn list(app: &TestApp, token: &str, more: &str) -> Value {
    let path = format!("/api/v1/comments?{more}");
    let (status, list) = answer(app.with(token, Method::GET, &path)).await;
    assert_eq!(status, 200, "{more}: {list}");
    list
}

fn names(list: &Value) -> impl Iterator<Item = (String, Value)> {
    let comments = list["comments"].as_array().unwrap().clone().into_iter();
    comments.map(|one| (one["id"].as_str().unwrap().to_owned(), one["score"].clone()))
}

/// Pages through an order.
async fn paged(app: &TestApp, token: &str, sort: &str, more: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = list(app, token, &format!("sort={sort}&limit=5{more}{cursor}")).await;
        found.extend(names(&page).map(|(id, _)| id));
        let Some(next) = page["next_cursor"].as_str() else {
            return found;
        };
        cursor = format!("&cursor={next}");
    }
}

/// All that are wanted, in the order as it is documented.
async fn ordered(app: &TestApp, token: &str, sort: &str, more: &str) -> Vec<String> {
    let all = list(app, token, &format!("limit=100{more}")).await;
    let mut all: Vec<(String, Value)> = names(&all).collect();
    let key = |score: &Value| match (sort, score.as_f64()) {
        ("uncertain", score) => score.map_or(-1.0, |score| (score - 0.5).abs()),
        (_, score) => -score.unwrap_or(2.0),
    };
    all.sort_by(|(one, a), (other, b)| {
        let by_id = one.cmp(other);
        let by_id = if sort == "uncertain" {
            by_id
        } else {
            by_id.reverse()
        };
        key(a).total_cmp(&key(b)).then(by_id)
    });
    assert_ne!(all.len(), 0, "{more}");
    assert!(
        all.windows(2)
            .any(|pair| key(&pair[0].1).total_cmp(&key(&pair[1].1)) == Ordering::Equal)
    );
    all.into_iter().map(|(id, _)| id).collect()
}

async fn check(app: &TestApp, token: &str, when: &str) {
    for more in [
        "&status=pending",
        "&status=pending&site=gallery",
        "&status=approved",
    ] {
        for sort in ["uncertain", "spammiest"] {
            let wanted = ordered(app, token, sort, more).await;
            assert_eq!(
                paged(app, token, sort, more).await,
                wanted,
                "{when}: {sort}{more}"
            );
        }
    }
}

on_both_engines!(
    orders_by_score_are_the_same_with_the_index_beside_it_and_without_it,
    RATES,
    |app: TestApp| async move {
        app.add_site("gallery", &[], Policy::default()).await;
        let token = app.token(Role::Operator, &[]).await;
        let mut ids = Vec::new();
        for n in 0..COMMENTS {
            let site = if n % 3 == 0 { "gallery" } else { "default" };
            let id = app
                .posted(site, &format!("V{n}"), &format!("comment {n}{n}"))
                .await;
            app.sql(&format!(
                "UPDATE comments SET score = {} WHERE id = '{id}';",
                SCORES[n % 16]
            ))
            .await;
            ids.push(json!({ "id": id }));
        }
        app.decide_all(&ids[0..20], Decision::Approve).await;
        check(&app, &token, "nothing is in the index yet").await;
        background::index(&app.app).await;
        check(&app, &token, "all is in it").await;
        app.decide_all(&ids[18..23], Decision::Spam).await;
        app.decide_all(&ids[24..26], Decision::Approve).await;
        let id = ids[30]["id"].as_str().unwrap();
        app.sql(&format!(
            "UPDATE comments SET score = 0.5 WHERE id = '{id}';"
        ))
        .await;
        let late = app.posted("default", "Late", "one that came later").await;
        app.sql(&format!(
            "UPDATE comments SET score = 0.5 WHERE id = '{late}';"
        ))
        .await;
        check(&app, &token, "some changed since").await;
        background::index(&app.app).await;
        check(&app, &token, "what changed is in it").await;
        // Without its terms the index finds nothing: the order came from there.
        app.sql("DELETE FROM search_terms;").await;
        assert_eq!(
            paged(&app, &token, "uncertain", "&status=pending").await,
            [""; 0]
        );
        forget_index(&app).await;
        check(&app, &token, "there is no index").await;
    }
);
