//! Who may come in: the first start, passwords, sessions, tokens, links, and those who manage them.

use std::time::Duration;

use hamlet::{accounts, domain::moderator::Role};
use reqwest::{Method, RequestBuilder};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::answer,
        people::{PASSWORD, Session, text},
    },
};

const EMAIL: &str = "horatio@elsinore.example";

on_both_engines!(
    the_first_link_works_once_and_makes_the_operator,
    |app: TestApp| async move {
        let link = accounts::first_link(&app.app).await.unwrap().unwrap();
        let path = link.strip_prefix("http://hamlet.test").unwrap();
        let page = app.get(path).send().await.unwrap();
        assert_eq!(page.status(), 200);
        assert!(page.text().await.unwrap().contains("name=\"password\""));

        let short = [
            ("name", "Horatio"),
            ("email", "nonsense"),
            ("password", "short"),
        ];
        let refused = app
            .request(Method::POST, path)
            .form(&short)
            .send()
            .await
            .unwrap();
        assert_eq!(refused.status(), 422);
        let html = refused.text().await.unwrap();
        assert!(html.contains("email-error") && html.contains("password-error"));

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
        assert_eq!(accepted.status(), 303);
        assert_eq!(accepted.headers()["location"], "/desk");
        let cookie = accepted.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        let session = app.session(Session::cookie_of(&accepted)).await;
        let (_, me) = answer(session.request(&app, Method::GET, "/api/v1/me")).await;
        assert_eq!(
            (text(&me["name"]), text(&me["role"])),
            ("Horatio", "operator")
        );
        assert_eq!(me["email"], "h***@e***.example");

        let again = app
            .request(Method::POST, path)
            .form(&right)
            .send()
            .await
            .unwrap();
        assert_eq!(again.status(), 404);
        assert_eq!(accounts::first_link(&app.app).await.unwrap(), None);
        app.stop().await;
    }
);

on_both_engines!(
    the_first_operator_has_to_say_who_they_are,
    |app: TestApp| async move {
        let link = accounts::first_link(&app.app).await.unwrap().unwrap();
        let path = link.strip_prefix("http://hamlet.test").unwrap();
        for (name, email, wrong) in [("", EMAIL, "name-error"), ("Horatio", "", "email-error")] {
            let fields = [("name", name), ("email", email), ("password", PASSWORD)];
            let request = app.request(Method::POST, path).form(&fields);
            let refused = request.send().await.unwrap();
            assert_eq!(refused.status(), 422, "{wrong}");
            assert!(refused.text().await.unwrap().contains(wrong), "{wrong}");
        }
    }
);

on_both_engines!(
    whoever_was_added_with_an_address_chooses_a_password_and_may_leave_the_rest,
    |app: TestApp| async move {
        let operator = app.first_operator(EMAIL).await;
        let new = json!({ "name": "Marcellus", "email": "marcellus@elsinore.example" });
        let request = operator.request(&app, Method::POST, "/api/v1/moderators");
        let (_, added) = answer(request.json(&new)).await;
        let link = text(&added["sign_in_link"]);
        let path = link.strip_prefix("http://hamlet.test").unwrap();
        let rest = [("name", ""), ("email", ""), ("password", PASSWORD)];
        let request = app.request(Method::POST, path).form(&rest);
        let accepted = request.send().await.unwrap();
        assert_eq!(accepted.status(), 303, "{:?}", accepted.text().await);
        let session = app.session(Session::cookie_of(&accepted)).await;
        let (_, me) = answer(session.request(&app, Method::GET, "/api/v1/me")).await;
        assert_eq!(text(&me["name"]), "Marcellus");
        assert_eq!(me["email"], "m***@e***.example");
    }
);

on_both_engines!(
    a_start_without_any_password_makes_a_fresh_link_and_the_old_one_dies,
    |app: TestApp| async move {
        let first = accounts::first_link(&app.app).await.unwrap().unwrap();
        let second = accounts::first_link(&app.app).await.unwrap().unwrap();
        assert_ne!(first, second);
        let status = |link: &str| {
            let path = link.strip_prefix("http://hamlet.test").unwrap().to_owned();
            let request = app.get(&path);
            async move { request.send().await.unwrap().status() }
        };
        assert_eq!(status(&first).await, 404);
        assert_eq!(status(&second).await, 200);
        app.pass(Duration::from_hours(25)).await;
        assert_eq!(status(&second).await, 404);
        assert_eq!(app.app.store.moderators().await.unwrap().len(), 1);
    }
);

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
    mail_preferences_are_kept_by_site,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let change = json!({ "name": "Horatio of Wittenberg",
            "mail": { "default": "daily", "sites": { "default": "none" } } });
        let request = me.request(&app, Method::PATCH, "/api/v1/me").json(&change);
        let (status, changed) = answer(request).await;
        assert_eq!(status, 200, "{changed}");
        let (_, seen) = answer(me.request(&app, Method::GET, "/api/v1/me")).await;
        assert_eq!(
            seen["mail"],
            json!({ "default": "daily", "sites": { "default": "none" } })
        );
        assert_eq!(seen["name"], "Horatio of Wittenberg");
        let change = json!({ "mail": { "sites": { "nowhere": "each" } } });
        let request = me.request(&app, Method::PATCH, "/api/v1/me").json(&change);
        assert_eq!(answer(request).await.0, 422);
    }
);

on_both_engines!(
    a_token_is_shown_once_says_when_it_was_used_and_dies_when_revoked,
    |app: TestApp| async move {
        let operator = app.first_operator(EMAIL).await;
        let new = json!({ "name": "the blog", "role": "moderator", "sites": ["default"] });
        let request = operator
            .request(&app, Method::POST, "/api/v1/tokens")
            .json(&new);
        let (status, minted) = answer(request).await;
        assert_eq!(status, 201, "{minted}");
        let secret = text(&minted["token"]).to_owned();
        assert!(
            secret.starts_with("hamlet_") && secret.len() == 50,
            "{secret}"
        );
        assert_eq!(
            answer(app.with(&secret, Method::GET, "/api/v1/me")).await.0,
            200
        );

        let list = || answer(operator.request(&app, Method::GET, "/api/v1/tokens"));
        let (_, tokens) = list().await;
        assert!(!tokens.to_string().contains(&secret));
        let used = tokens["tokens"][0]["last_used_at"].clone();
        assert!(used.is_string());
        app.pass(Duration::from_secs(30)).await;
        answer(app.with(&secret, Method::GET, "/api/v1/me")).await;
        assert_eq!(list().await.1["tokens"][0]["last_used_at"], used);
        app.pass(Duration::from_secs(31)).await;
        answer(app.with(&secret, Method::GET, "/api/v1/me")).await;
        assert_ne!(list().await.1["tokens"][0]["last_used_at"], used);

        let path = format!("/api/v1/tokens/{}", text(&minted["id"]));
        assert_eq!(
            answer(operator.request(&app, Method::DELETE, &path))
                .await
                .0,
            204
        );
        assert_eq!(
            answer(operator.request(&app, Method::DELETE, &path))
                .await
                .0,
            404
        );
        assert_eq!(
            answer(app.with(&secret, Method::GET, "/api/v1/me")).await.0,
            401
        );
        assert!(list().await.1["tokens"][0]["revoked_at"].is_string());
    }
);

on_both_engines!(
    only_operators_run_the_place_and_none_is_held_to_some_sites,
    |app: TestApp| async move {
        let moderator = app.token(Role::Moderator, &[]).await;
        for path in ["/api/v1/moderators", "/api/v1/tokens", "/api/v1/blocks"] {
            assert_eq!(answer(app.get(path)).await.0, 401, "{path}");
            let (status, problem) = answer(app.with(&moderator, Method::GET, path)).await;
            assert_eq!(
                (status.as_u16(), text(&problem["code"])),
                (403, "forbidden"),
                "{path}"
            );
        }
        let operator = app.token(Role::Operator, &[]).await;
        let half = json!({ "name": "half", "role": "operator", "sites": ["default"] });
        let request = app
            .with(&operator, Method::POST, "/api/v1/tokens")
            .json(&half);
        let (status, problem) = answer(request).await;
        assert_eq!(status, 422);
        assert_eq!(problem["errors"][0]["field"], "sites");
        let basic = app.get("/api/v1/me").basic_auth("x", Some("y"));
        assert_eq!(answer(basic).await.0, 401);
    }
);

on_both_engines!(
    people_are_added_changed_and_removed_but_never_the_last_operator,
    |app: TestApp| async move {
        let operator = app.first_operator(EMAIL).await;
        let (_, me) = answer(operator.request(&app, Method::GET, "/api/v1/me")).await;
        let own = format!("/api/v1/moderators/{}", text(&me["id"]));
        let (status, problem) = answer(operator.request(&app, Method::DELETE, &own)).await;
        assert_eq!(
            (status.as_u16(), text(&problem["code"])),
            (409, "last_operator")
        );
        let less = json!({ "role": "moderator" });
        let request = operator.request(&app, Method::PATCH, &own).json(&less);
        assert_eq!(answer(request).await.0, 409);

        let other = app
            .moderator(&operator, "marcellus@elsinore.example", &["default"])
            .await;
        let (_, list) = answer(operator.request(&app, Method::GET, "/api/v1/moderators")).await;
        assert!(
            !list.to_string().contains("elsinore"),
            "addresses are masked"
        );
        assert_eq!(
            list["moderators"][1]["scope"],
            json!({ "sites": ["default"] })
        );
        let id = text(&list["moderators"][1]["id"]).to_owned();
        let path = format!("/api/v1/moderators/{id}");
        let taken = json!({ "email": "HORATIO@elsinore.example" });
        let request = operator.request(&app, Method::PATCH, &path).json(&taken);
        let (status, problem) = answer(request).await;
        assert_eq!(
            (status.as_u16(), text(&problem["errors"][0]["code"])),
            (422, "taken")
        );

        let more = json!({ "role": "operator" });
        let request = operator.request(&app, Method::PATCH, &path).json(&more);
        assert_eq!(answer(request).await.1["scope"], "all");
        assert_eq!(
            answer(other.request(&app, Method::GET, "/api/v1/tokens"))
                .await
                .0,
            200
        );
        assert_eq!(
            answer(other.request(&app, Method::DELETE, &own)).await.0,
            204
        );
        assert_eq!(
            answer(operator.request(&app, Method::GET, "/api/v1/me"))
                .await
                .0,
            401
        );
    }
);

on_both_engines!(
    a_forgotten_password_is_answered_with_a_link,
    |app: TestApp| async move {
        let operator = app.first_operator(EMAIL).await;
        app.moderator(&operator, "marcellus@elsinore.example", &[])
            .await;
        let (_, list) = answer(operator.request(&app, Method::GET, "/api/v1/moderators")).await;
        let path = format!(
            "/api/v1/moderators/{}/sign-in-link",
            text(&list["moderators"][1]["id"])
        );
        let (status, made) = answer(operator.request(&app, Method::POST, &path)).await;
        assert_eq!(status, 201);
        let link = text(&made["sign_in_link"]).to_owned();
        let path = link.strip_prefix("http://hamlet.test").unwrap();
        let page = app.get(path).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("Sign in as Marcellus") && !page.contains("name=\"email\""));
        let short = [("password", "short")];
        let refused = app.request(Method::POST, path).form(&short).send().await;
        assert_eq!(refused.unwrap().status(), 422);
        let new = [("password", "the play's the thing")];
        let used = app.request(Method::POST, path).form(&new).send().await;
        let used = used.unwrap();
        assert_eq!(used.status(), 303);
        let body = json!({ "email": "marcellus@elsinore.example", "password": new[0].1 });
        assert_eq!(answer(app.post("/api/v1/session", &body)).await.0, 200);
        let session = app.session(Session::cookie_of(&used)).await;
        assert_eq!(
            answer(session.request(&app, Method::GET, "/api/v1/me"))
                .await
                .0,
            200
        );
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

on_both_engines!(
    the_shell_works_beside_a_running_service,
    |app: TestApp| async move {
        let run = |arguments: &[&str]| {
            let output = std::process::Command::new(env!("CARGO_BIN_EXE_hamlet"))
                .args(arguments)
                .env("HAMLET_DATA_DIR", &app.app.settings.data_dir)
                .env(
                    "HAMLET_DATABASE__URL",
                    app.app.settings.database.url.expose_secret(),
                )
                .output()
                .expect("the program runs");
            let out = String::from_utf8(output.stdout).expect("text");
            let error = String::from_utf8(output.stderr).expect("text");
            (output.status.code(), out, error)
        };
        let json = |arguments: &[&str]| -> Value {
            let (code, out, error) = run(arguments);
            assert_eq!(code, Some(0), "{error}");
            serde_json::from_str(&out).expect("JSON")
        };
        let (code, token, error) = run(&["token", "add", "--role", "operator", "--name", "shell"]);
        assert_eq!(code, Some(0), "{error}");
        let token = token.trim();
        assert_eq!(
            answer(app.with(token, Method::GET, "/api/v1/tokens"))
                .await
                .0,
            200
        );
        let id = json(&["token", "list", "--json"])[0]["id"].clone();
        assert_eq!(run(&["token", "remove", text(&id)]).0, Some(0));
        assert_eq!(
            answer(app.with(token, Method::GET, "/api/v1/tokens"))
                .await
                .0,
            401
        );

        let added = json(&[
            "moderator",
            "add",
            "--name",
            "Marcellus",
            "--email",
            "m@elsinore.example",
            "--site",
            "default",
            "--json",
        ]);
        assert!(text(&added["sign_in_link"]).contains("/sign-in/"));
        let (_, table, _) = run(&["moderator", "list"]);
        assert!(
            table.contains("m***@e***.example") && !table.contains("elsinore"),
            "{table}"
        );
        assert_eq!(
            run(&["moderator", "remove", "m@elsinore.example"]).0,
            Some(0)
        );

        assert_eq!(
            run(&[
                "site",
                "add",
                "gallery",
                "--origin",
                "https://gallery.example"
            ])
            .0,
            Some(0)
        );
        app.pass(Duration::from_secs(1)).await;
        app.posted(
            "gallery",
            "Ophelia",
            "There's rosemary, that's for remembrance.",
        )
        .await;
        assert_eq!(json(&["site", "list", "--json"])[1]["slug"], "gallery");
        let (code, _, error) = run(&["site", "remove", "gallery"]);
        assert_eq!(code, Some(1), "it has comments");
        assert!(error.contains("stays"), "{error}");
        let (code, _, error) = run(&["site", "add", "Not a slug"]);
        assert_eq!(code, Some(2), "{error}");
        assert!(error.contains("slug:"), "{error}");
    }
);
