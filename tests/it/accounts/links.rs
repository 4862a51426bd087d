//! One-time links: the first operator's, those of people who were added, and those after a forgotten password.

use std::time::Duration;

use hamlet::accounts;
use reqwest::Method;
use serde_json::json;

use super::EMAIL;
use crate::{
    on_both_engines,
    support::{
        app::answer,
        people::{PASSWORD, Session, text},
    },
};

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
