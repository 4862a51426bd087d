//! What every address answers to a method that it does not take.

use std::collections::BTreeMap;

use reqwest::Method;

use super::{operations, routes};
use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};

/// The methods of every path that the description or the route table names.
async fn taken(app: &TestApp) -> BTreeMap<String, Vec<String>> {
    let mut taken: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for operation in operations(app).await {
        taken
            .entry(operation.path)
            .or_default()
            .push(operation.method);
    }
    for method in ["get", "post", "patch", "delete"] {
        for path in routes(method) {
            taken.entry(path).or_default().push(method.to_uppercase());
        }
    }
    taken
}

on_both_engines!(
    a_wrong_method_is_told_which_are_right,
    |app: TestApp| async move {
        let taken = taken(&app).await;
        assert!(taken.len() > 60, "{}", taken.len());
        for (path, methods) in taken {
            let path = path.replace("{site}", "default").replace("{seed}", "7");
            let path = path.replace(['{', '}'], "");
            for method in [Method::PUT, Method::TRACE] {
                let request = app.request(method, &path).header("accept", "*/*");
                let response = request.send().await.expect("an answer");
                assert_eq!(response.status(), 405, "{path}");
                let header = |name: &str| {
                    let value = response.headers().get(name);
                    let value = value.unwrap_or_else(|| panic!("{path}: {name}"));
                    value.to_str().expect("text").to_owned()
                };
                assert_eq!(header("content-type"), "application/problem+json", "{path}");
                let allow = header("allow");
                let allowed: Vec<&str> = allow.split(", ").collect();
                for method in &methods {
                    assert!(allowed.contains(&method.as_str()), "{path}: {allow}");
                }
            }
        }
        let (status, problem) = answer(app.request(Method::DELETE, "/api/v1/score")).await;
        assert_eq!(
            (status.as_u16(), &problem["code"]),
            (405, &"method_not_allowed".into())
        );
        let (status, _) = answer(app.request(Method::DELETE, "/api/v1/nowhere")).await;
        assert_eq!(
            status, 404,
            "where there is nothing, there is nothing to allow"
        );
    }
);
