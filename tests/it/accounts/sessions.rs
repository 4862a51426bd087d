//! Passwords and sessions: who gets in, what a session may do, and when it ends.

use std::time::Duration;

use hamlet::accounts;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::EMAIL;
use crate::{
    on_both_engines,
    support::{
        app::answer,
        people::{PASSWORD, Session, text},
    },
};

on_both_engines!(
    a_password_signs_in_and_a_wrong_one_says_no_more_than_an_unknown_address,
    |app: TestApp| async move {
        app.first_operator(EMAIL).await;
        let sign_in = |email: &str, password: &str| {
            let body = json!({ "email": email, "password": password });
            answer(app.post("/api/v1/session", &body))
        };
        let (status, session) = sign_in("Horatio@ELSINORE.example", PASSWORD).await;
        assert_eq!(status, 200);
        assert!(!text(&session["csrf_token"]).is_empty());
        let wrong = sign_in(EMAIL, "something is rotten").await;
        let unknown = sign_in("yorick@elsinore.example", PASSWORD).await;
        assert_eq!(wrong.0, 401);
        assert_eq!(wrong, unknown);
    }
);

on_both_engines!(
    guessing_is_stopped_and_told_when_to_come_back,
    |app: TestApp| async move {
        app.first_operator(EMAIL).await;
        let wrong = json!({ "email": EMAIL, "password": "something is rotten" });
        for _ in 0..10 {
            let (status, _) = answer(app.post("/api/v1/session", &wrong)).await;
            assert_eq!(status, 401);
        }
        let right = json!({ "email": EMAIL, "password": PASSWORD });
        let response = app.post("/api/v1/session", &right).send().await.unwrap();
        assert_eq!(response.status(), 429);
        assert!(response.headers().contains_key("retry-after"));
        app.pass(Duration::from_mins(16)).await;
        let (status, _) = answer(app.post("/api/v1/session", &right)).await;
        assert_eq!(status, 200);
    }
);

on_both_engines!(
    a_session_changes_nothing_without_its_own_csrf_token,
    |app: TestApp| async move {
        let mine = app.first_operator(EMAIL).await;
        let other = app
            .moderator(&mine, "marcellus@elsinore.example", &[])
            .await;
        let site = json!({ "slug": "gallery" });
        let bare = app
            .post("/api/v1/sites", &site)
            .header("cookie", &mine.cookie);
        let (status, problem) = answer(bare).await;
        assert_eq!((status.as_u16(), text(&problem["code"])), (403, "csrf"));
        let foreign = Session {
            cookie: mine.cookie.clone(),
            csrf: other.csrf.clone(),
        };
        let request = foreign.request(&app, Method::POST, "/api/v1/sites");
        assert_eq!(answer(request.json(&site)).await.0, 403);
        let request = mine.request(&app, Method::POST, "/api/v1/sites");
        assert_eq!(answer(request.json(&site)).await.0, 201);

        let cross = app
            .request(Method::POST, "/sign-in")
            .header("origin", "https://evil.example")
            .form(&[("email", EMAIL), ("password", PASSWORD)]);
        assert_eq!(cross.send().await.unwrap().status(), 403);
    }
);

on_both_engines!(
    a_form_to_sign_in_is_taken_from_pages_of_our_own_alone,
    |app: TestApp| async move {
        app.first_operator(EMAIL).await;
        let here = app.url.clone();
        let sent = async |headers: &[(&str, &str)]| {
            let request = app.request(Method::POST, "/sign-in");
            let request = request.form(&[("email", EMAIL), ("password", PASSWORD)]);
            let add = |request: RequestBuilder, (name, value): &(&str, &str)| {
                request.header(*name, *value)
            };
            let request = headers.iter().fold(request, add);
            request.send().await.unwrap().status().as_u16()
        };
        let own: [&[(&str, &str)]; 5] = [
            &[],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            &[("origin", "http://hamlet.test")],
            &[("origin", &here)],
        ];
        for headers in own {
            assert_eq!(sent(headers).await, 303, "{headers:?}");
        }
        let foreign: [&[(&str, &str)]; 5] = [
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "cross-site"), ("origin", &here)],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
        ];
        for headers in foreign {
            assert_eq!(sent(headers).await, 403, "{headers:?}");
        }
    }
);

on_both_engines!(
    one_signs_in_by_the_address_to_which_one_changed,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let another = "horatio@wittenberg.example";
        let change = async |change: Value| {
            let request = me.request(&app, Method::PATCH, "/api/v1/me");
            answer(request.json(&change)).await.0.as_u16()
        };
        assert_eq!(change(json!({ "email": another })).await, 422);
        let right = json!({ "email": another, "current_password": PASSWORD });
        assert_eq!(change(right).await, 200);
        for (email, wanted) in [(EMAIL, 401), (another, 200)] {
            let body = json!({ "email": email, "password": PASSWORD });
            let (status, _) = answer(app.post("/api/v1/session", &body)).await;
            assert_eq!(status, wanted, "{email}");
        }
    }
);

on_both_engines!(
    a_session_ends_by_time_by_signing_out_and_by_a_new_password_elsewhere,
    |app: TestApp| async move {
        let here = app.first_operator(EMAIL).await;
        let right = [
            ("email", EMAIL),
            ("password", PASSWORD),
            ("next", "//evil.example"),
        ];
        let signed_in = app
            .request(Method::POST, "/sign-in")
            .form(&right)
            .send()
            .await
            .unwrap();
        assert_eq!(signed_in.status(), 303);
        assert_eq!(signed_in.headers()["location"], "/desk");
        let there = app.session(Session::cookie_of(&signed_in)).await;

        let change =
            json!({ "current_password": "not this one", "new_password": "words, words, words" });
        let request = here
            .request(&app, Method::PATCH, "/api/v1/me")
            .json(&change);
        let (status, problem) = answer(request).await;
        assert_eq!(status, 422);
        assert_eq!(problem["errors"][0]["field"], "current_password");
        let change = json!({ "current_password": PASSWORD, "new_password": "words, words, words" });
        let request = here
            .request(&app, Method::PATCH, "/api/v1/me")
            .json(&change);
        let changed = request.send().await.unwrap();
        assert_eq!(changed.status(), 200);
        let here = app.session(Session::cookie_of(&changed)).await;
        let (status, _) = answer(there.request(&app, Method::GET, "/api/v1/me")).await;
        assert_eq!(status, 401);

        let out = here
            .request(&app, Method::DELETE, "/api/v1/session")
            .send()
            .await
            .unwrap();
        assert_eq!(out.status(), 204);
        assert!(
            out.headers()["set-cookie"]
                .to_str()
                .unwrap()
                .contains("Max-Age=0")
        );
        let (status, _) = answer(here.request(&app, Method::GET, "/api/v1/me")).await;
        assert_eq!(status, 401, "signed out, not only without the cookie");
        let again = json!({ "email": EMAIL, "password": "words, words, words" });
        let response = app.post("/api/v1/session", &again).send().await.unwrap();
        let here = app.session(Session::cookie_of(&response)).await;
        app.pass(Duration::from_hours(15 * 24)).await;
        let (status, _) = answer(here.request(&app, Method::GET, "/api/v1/me")).await;
        assert_eq!(status, 401);
    }
);

on_both_engines!(
    behind_https_the_cookie_is_bound_to_the_host,
    &[("SERVER__PUBLIC_URL", "https://comments.example.org")],
    |app: TestApp| async move {
        let link = accounts::first_link(&app.app).await.unwrap().unwrap();
        let path = link.strip_prefix("https://comments.example.org").unwrap();
        let right = [
            ("name", "Horatio"),
            ("email", EMAIL),
            ("password", PASSWORD),
        ];
        let accepted = app
            .request(Method::POST, path)
            .form(&right)
            .send()
            .await
            .unwrap();
        let cookie = accepted.headers()["set-cookie"].to_str().unwrap();
        assert!(
            cookie.starts_with("__Host-") && cookie.contains("Secure"),
            "{cookie}"
        );
    }
);
