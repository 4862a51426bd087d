//! Nothing changes by being looked at: mail programs and link scanners open every link there is.

use hamlet::domain::{decision::Decision, moderator::Role};
use reqwest::Method;
use serde_json::json;

use super::{dump, operations, routes};
use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        people::text,
    },
};

/// Every address to look at, with real identifiers where it takes some.
async fn addresses(app: &TestApp, comment: &str, link: &str) -> Vec<String> {
    let mut paths: Vec<String> = operations(app)
        .await
        .iter()
        .filter(|operation| operation.method == "GET")
        .map(|operation| operation.path.clone())
        .chain(routes("get"))
        .filter(|path| path != "/desk/news")
        .map(|path| {
            let path = path.replace("{site}", "default").replace("{id}", comment);
            let path = path.replace("/sign-in/{word}", link);
            path.replace("{name}", "desk.css").replace("{seed}", "7")
        })
        .collect();
    for page in ["comments", "counts"] {
        paths.push(format!("/api/v1/sites/default/{page}?page=/garden"));
    }
    paths.push("/sites/default/form?page=/garden".to_owned());
    paths.push("/desk?status=approved&undo=x&one=approve".to_owned());
    paths.sort();
    paths.dedup();
    paths
}

on_both_engines!(nothing_changes_on_get, |app: TestApp| async move {
    let me = app.first_operator("horatio@elsinore.example").await;
    let token = app.token(Role::Operator, &[]).await;
    let asking = json!({ "page": "/garden", "name": "Ophelia", "email": "o@elsinore.example",
        "text": "There's rosemary.", "notify_replies": true });
    let (_, held) = answer(app.comment("default", &asking)).await;
    let approved = app
        .posted("default", "Gertrude", "Sweets to the sweet.")
        .await;
    app.decide(&json!({ "id": approved }), Decision::Approve)
        .await;
    hamlet::notify::tick(&app.app.notify)
        .await
        .expect("the outbox");
    let people = me.request(&app, Method::GET, "/api/v1/moderators");
    let (_, people) = answer(people).await;
    let link = format!(
        "/api/v1/moderators/{}/sign-in-link",
        text(&people["moderators"][0]["id"])
    );
    let (_, made) = answer(me.request(&app, Method::POST, &link)).await;
    let link = text(&made["sign_in_link"]).trim_start_matches("http://hamlet.test");

    // The first use of a token is noted; the clock stands still, so further ones are not.
    answer(app.with(&token, Method::GET, "/api/v1/me")).await;
    let before = dump(&app).await;
    let addresses = addresses(&app, text(&held["id"]), link).await;
    assert!(addresses.len() > 40, "{addresses:?}");
    for path in &addresses {
        for method in [Method::GET, Method::HEAD] {
            let by_token = app.with(&token, method.clone(), path);
            let by_cookie = app.request(method, path).header("cookie", &me.cookie);
            for request in [by_token, by_cookie] {
                let status = request.send().await.expect("an answer").status();
                assert!(!status.is_server_error(), "{path}: {status}");
            }
        }
    }
    let after = dump(&app).await;
    for (table, rows) in &before {
        assert_eq!(rows, &after[table], "{table}");
    }
});
