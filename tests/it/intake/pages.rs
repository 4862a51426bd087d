//! Pages that post: those of the site alone, with script and without.

use hamlet::domain::site::Policy;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{comment, names};
use crate::{on_both_engines, support::app::answer};

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
