//! What operators manage, on the pages and from the shell: people, tokens, how each is mailed.

use std::time::Duration;

use hamlet::domain::moderator::Role;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::EMAIL;
use crate::{
    on_both_engines,
    support::{app::answer, people::text},
};

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
