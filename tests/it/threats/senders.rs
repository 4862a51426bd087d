//! Who someone claims to be: by forged forwarding headers, by a forged host, by another's origin.

use hamlet::{accounts, domain::site::Policy};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        people::PASSWORD,
    },
};

const FEW: &[(&str, &str)] = &[("INTAKE__NETWORK_HARD_LIMIT", "3")];
const FEW_BEHIND_A_PROXY: &[(&str, &str)] = &[
    ("INTAKE__NETWORK_HARD_LIMIT", "3"),
    ("SERVER__TRUSTED_PROXIES", "127.0.0.0/8"),
];

fn comment(n: usize) -> Value {
    json!({ "page": "/garden", "name": "Osric", "email": format!("osric{n}@elsinore.example"),
            "text": format!("Remark {n}: it is very hot.") })
}

/// Posts with forwarding headers of every kind, each naming another sender.
async fn forged(app: &TestApp, n: usize) -> StatusCode {
    let address = format!("198.51.{n}.7");
    let request = app.comment("default", &comment(n));
    let request = request
        .header("x-forwarded-for", &address)
        .header("x-real-ip", &address)
        .header("forwarded", format!("for={address}"))
        .header("cf-connecting-ip", &address)
        .header("true-client-ip", &address);
    answer(request).await.0
}

on_both_engines!(
    forged_forwarding_headers_do_not_make_another_sender,
    FEW,
    |app: TestApp| async move {
        for n in 0..3 {
            assert_eq!(forged(&app, n).await, StatusCode::ACCEPTED);
        }
        assert_eq!(forged(&app, 3).await, StatusCode::TOO_MANY_REQUESTS);
    }
);

on_both_engines!(
    behind_a_trusted_proxy_the_address_it_saw_counts_and_not_what_stood_before,
    FEW_BEHIND_A_PROXY,
    |app: TestApp| async move {
        let post = async |n: usize, header: &str| {
            let request = app.comment("default", &comment(n));
            answer(request.header("x-forwarded-for", header)).await.0
        };
        for n in 0..3 {
            let seen = format!("198.51.{n}.7, 203.0.113.9");
            assert_eq!(post(n, &seen).await, StatusCode::ACCEPTED);
        }
        let seen = "192.0.2.1, 203.0.113.9";
        assert_eq!(post(3, seen).await, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(
            post(4, "192.0.2.1").await,
            StatusCode::ACCEPTED,
            "another sender"
        );
    }
);

on_both_engines!(
    forged_headers_give_no_more_tries_to_guess_a_password,
    |app: TestApp| async move {
        app.first_operator("horatio@elsinore.example").await;
        let guess = async |n: usize| {
            let body =
                json!({ "email": format!("nobody{n}@elsinore.example"), "password": PASSWORD });
            let request = app.post("/api/v1/session", &body);
            answer(request.header("x-forwarded-for", format!("198.51.{n}.7")))
                .await
                .0
        };
        let mut answers = Vec::new();
        for n in 0..31 {
            answers.push(guess(n).await);
        }
        assert_eq!(answers[29], StatusCode::UNAUTHORIZED);
        assert_eq!(
            answers[30],
            StatusCode::TOO_MANY_REQUESTS,
            "30 from a network"
        );
    }
);

on_both_engines!(
    a_forged_host_leads_nobody_elsewhere_and_opens_no_origin,
    |app: TestApp| async move {
        app.add_site("blog", &["https://blog.example"], Policy::default())
            .await;
        let hosts = [
            ("host", "evil.example"),
            ("x-forwarded-host", "evil.example"),
            ("forwarded", "host=evil.example"),
        ];
        for (name, host) in hosts {
            let link = accounts::first_link(&app.app).await.unwrap().unwrap();
            assert!(link.starts_with("http://hamlet.test/"), "{link}");
            for path in ["/sign-in", "/desk", "/sites/blog/form?page=/p", "/docs"] {
                let response = app.get(path).header(name, host).send().await.unwrap();
                let told = format!("{:?}", response.headers());
                let told = told + &response.text().await.unwrap();
                assert!(!told.contains("evil.example"), "{path} with {name}: {told}");
            }
        }
        // A page of another origin cannot set `Host`; what it can set must not stand for it.
        for (name, host) in &hosts[1..] {
            let request = app.comment("blog", &comment(1)).header(*name, *host);
            let request = request.header("origin", "https://evil.example");
            assert_eq!(answer(request).await.0, StatusCode::FORBIDDEN, "{name}");
            let fields = [
                ("email", "horatio@elsinore.example"),
                ("password", PASSWORD),
            ];
            let request = app
                .request(Method::POST, "/sign-in")
                .form(&fields)
                .header(*name, *host);
            let request = request.header("origin", "https://evil.example");
            assert_eq!(
                request.send().await.unwrap().status(),
                StatusCode::FORBIDDEN,
                "{name}"
            );
        }
    }
);
