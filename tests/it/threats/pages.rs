//! What every page and every answer carries, so that browsers help: nothing from elsewhere, no
//! inline script, no frame, no guessing of types, no copy in a cache.

use hamlet::domain::site::Policy;
use reqwest::{Method, header::HeaderMap};

use super::{encoded, routes};
use crate::on_both_engines;

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap_or(""))
}

/// What a page must forbid.
fn check_page(path: &str, headers: &HeaderMap, html: &str) {
    let policy = header(headers, "content-security-policy");
    for rule in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(rule), "{path} without {rule}: {policy}");
    }
    for hole in ["unsafe-inline", "unsafe-eval", "*", "data:", "http:"] {
        assert!(!policy.contains(hole), "{path} with {hole}: {policy}");
    }
    assert_eq!(header(headers, "cache-control"), "no-store", "{path}");
    assert!(
        ["no-referrer", "same-origin"].contains(&header(headers, "referrer-policy")),
        "{path}"
    );
    let lower = html.to_lowercase();
    assert!(
        !lower.contains(" onclick=") && !lower.contains(" style="),
        "{path}: inline"
    );
    for tag in lower.split("<script").skip(1) {
        assert!(
            tag.starts_with(" src=\"/"),
            "{path}: only scripts of this service"
        );
    }
}

on_both_engines!(
    every_page_is_framed_by_nobody_and_loads_nothing_from_elsewhere,
    &[("DEMO", "true")],
    |app: TestApp| async move {
        hamlet::demo::prepare(&app.app).await.expect("the demo");
        hamlet::background::refresh(&app.app).await;
        let id = app.posted("default", "Ophelia", "There's rosemary.").await;
        let me = app.first_operator("horatio@elsinore.example").await;
        let mut pages = 0;
        let paths = routes("get")
            .into_iter()
            .filter(|path| path != "/desk/news");
        for path in paths {
            let path = path.replace("{site}", "default").replace("{id}", &id);
            let path = if path.ends_with("/form") {
                format!("{path}?page=/p")
            } else {
                path
            };
            for cookie in ["", me.cookie.as_str()] {
                let response = app
                    .get(&path)
                    .header("cookie", cookie)
                    .send()
                    .await
                    .unwrap();
                let headers = response.headers().clone();
                assert_eq!(
                    header(&headers, "x-content-type-options"),
                    "nosniff",
                    "{path}"
                );
                let html = response.text().await.unwrap();
                if header(&headers, "content-type").starts_with("text/html") {
                    check_page(&path, &headers, &html);
                    pages += 1;
                }
            }
        }
        assert!(pages >= 15, "{pages} pages");
    }
);

on_both_engines!(
    a_browser_is_sent_to_no_address_that_a_stranger_chose,
    |app: TestApp| async move {
        app.add_site("blog", &["https://blog.example"], Policy::default())
            .await;
        let me = app.first_operator("horatio@elsinore.example").await;
        for evil in [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "https://blog.example.evil.example/",
            "https://blog.example@evil.example/",
            "javascript:alert(1)",
        ] {
            let fields = [
                ("page", evil),
                ("name", "Yorick"),
                ("email", "y@elsinore.example"),
                ("text", "Alas!"),
            ];
            let sent = app
                .request(Method::POST, "/api/v1/sites/blog/comments")
                .header("accept", "text/html")
                .header("referer", evil)
                .form(&fields);
            let next = [
                ("email", "horatio@elsinore.example"),
                ("password", crate::support::people::PASSWORD),
                ("next", evil),
            ];
            let signed = app.request(Method::POST, "/sign-in").form(&next);
            let seen = app
                .get(&format!("/sign-in?next={}", encoded(evil)))
                .header("cookie", &me.cookie);
            let decided = me.form(
                &app,
                "/desk/decisions",
                &[("one", "spam:x:1"), ("back", evil)],
            );
            for request in [sent, signed, seen, decided] {
                let response = request.send().await.unwrap();
                let to = header(response.headers(), "location").to_owned();
                let inside = to.is_empty()
                    || to.starts_with("/desk")
                    || to.starts_with("/sign-in")
                    || to.starts_with("/sites/blog/thanks?page=%2F")
                    || to.starts_with("https://blog.example/");
                assert!(inside, "{evil}: {to}");
            }
        }
    }
);
