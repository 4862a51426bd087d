//! SQL in every place where a word can stand: the address, its parameters, the fields of bodies.

use hamlet::domain::moderator::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::{dump, encoded, operations};
use crate::{on_both_engines, support::app::answer};

const RATES: &[(&str, &str)] = &[
    ("INTAKE__NETWORK_HARD_LIMIT", "1000000"),
    ("INTAKE__EMAIL_HARD_LIMIT", "1000000"),
];

const SQL: [&str; 10] = [
    "' OR '1'='1",
    "'; DROP TABLE comments; --",
    "\" OR 1=1 --",
    "1) UNION SELECT hash FROM tokens --",
    "%' OR text LIKE '%",
    "\\'; SELECT pg_sleep(10); --",
    "$1",
    "{rows:$1}",
    "{like}",
    "')) OR json_each('[1]",
];

on_both_engines!(
    sql_in_an_address_or_a_parameter_is_just_a_word,
    |app: TestApp| async move {
        app.posted("default", "Ophelia", "There's rosemary.").await;
        let token = app.token(Role::Operator, &[]).await;
        answer(app.with(&token, Method::GET, "/api/v1/me")).await;
        let before = dump(&app).await;
        for operation in operations(&app).await {
            if operation.method != "GET" && operation.method != "DELETE" {
                continue;
            }
            for sql in SQL.map(encoded) {
                let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
                let mut paths = vec![operation.path_for(&sql, &sql)];
                let plain = operation.path_for("default", "7");
                let queries = operation.query.iter();
                paths.extend(queries.map(|name| format!("{plain}?{name}={sql}")));
                if !operation.path.contains('{') && operation.method == "DELETE" {
                    continue;
                }
                for path in paths {
                    let (status, body) = answer(app.with(&token, method.clone(), &path)).await;
                    assert!(!status.is_server_error(), "{path}: {body}");
                    let said = body.to_string();
                    assert!(
                        !said.to_lowercase().contains("syntax error"),
                        "{path}: {said}"
                    );
                }
            }
        }
        assert_eq!(dump(&app).await, before);
    }
);

on_both_engines!(sql_finds_no_more_than_it_says, |app: TestApp| async move {
    for (site, text) in [
        ("default", "There's rosemary."),
        ("default", "50% of it is $1."),
    ] {
        app.posted(site, "Ophelia", text).await;
    }
    let token = app.token(Role::Moderator, &["default"]).await;
    let found = async |word: &str| {
        let path = format!("/api/v1/comments?q={}", encoded(word));
        let (status, list) = answer(app.with(&token, Method::GET, &path)).await;
        assert_eq!(status, 200, "{list}");
        list["comments"].as_array().unwrap().len()
    };
    assert_eq!(found("rosemary").await, 1);
    for (word, count) in [("$1", 1), ("%", 1), ("_", 0), ("\\", 0)] {
        assert_eq!(found(word).await, count, "{word}");
    }
    for sql in SQL.iter().filter(|sql| **sql != "$1") {
        assert_eq!(found(sql).await, 0, "{sql}");
    }
});

on_both_engines!(
    sql_in_a_field_is_kept_as_it_was_written_and_does_nothing_later,
    RATES,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let mut kept = Vec::new();
        for sql in SQL {
            let fields = json!({ "page": format!("/{}", encoded(sql)), "page_title": sql, "name": sql,
                "email": "ophelia@elsinore.example", "text": sql });
            let (status, body) = answer(app.comment("default", &fields)).await;
            assert_eq!(status, 202, "{body}");
            let stored = app.stored(&body).await;
            assert_eq!((stored.name.as_str(), stored.text.as_str()), (sql, sql));
            kept.push(body);
        }
        // What was kept goes through decisions, notes, learning, lists and the export unharmed.
        for (body, sql) in kept.iter().zip(SQL) {
            let path = format!(
                "/api/v1/comments/{}/decisions",
                body["id"].as_str().unwrap()
            );
            let wish = json!({ "decision": "spam", "version": 1, "note": sql });
            let request = app.with(&token, Method::POST, &path).json(&wish);
            let (status, told) = answer(request).await;
            assert_eq!(status, 200, "{told}");
        }
        hamlet::background::learn(&app.app).await;
        let (_, list) = answer(app.with(&token, Method::GET, "/api/v1/comments?status=spam")).await;
        let texts: Vec<&Value> = list["comments"].as_array().unwrap().iter().collect();
        assert_eq!(texts.len(), SQL.len());
        let samples = app
            .with(&token, Method::GET, "/api/v1/samples")
            .send()
            .await;
        let samples = samples.unwrap().text().await.unwrap();
        assert_eq!(samples.lines().count(), SQL.len());
    }
);
