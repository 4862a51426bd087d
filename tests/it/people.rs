//! What ends with a person: their sessions, for every copy of the cookie; their tokens; their streams.

use std::time::Duration;

use hamlet::{
    background,
    domain::moderator::{Role, Scope},
    storage::tokens::{Token, TokenOrigin},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        people::{PASSWORD, Session, text},
    },
    threats::dump,
};

const EMAIL: &str = "horatio@elsinore.example";
const OTHER: &str = "marcellus@elsinore.example";

async fn status(app: &TestApp, who: &Session) -> u16 {
    let (status, _) = answer(who.request(app, Method::GET, "/api/v1/me")).await;
    status.as_u16()
}

/// Signs in once more.
async fn again(app: &TestApp, email: &str) -> Session {
    let fields = [("email", email), ("password", PASSWORD)];
    let request = app.request(Method::POST, "/sign-in").form(&fields);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 303);
    app.session(Session::cookie_of(&response)).await
}

/// Makes a token; the answer.
async fn mint(app: &TestApp, who: &Session, new: Value) -> (StatusCode, Value) {
    let request = who.request(app, Method::POST, "/api/v1/tokens");
    answer(request.json(&new)).await
}

async fn id_of(app: &TestApp, who: &Session) -> String {
    let (_, me) = answer(who.request(app, Method::GET, "/api/v1/me")).await;
    text(&me["id"]).to_owned()
}

on_both_engines!(
    a_copied_cookie_is_worth_nothing_once_its_owner_signed_out,
    |app: TestApp| async move {
        let first = app.first_operator(EMAIL).await;
        for by_desk in [true, false] {
            let mine = again(&app, EMAIL).await;
            let copy = Session {
                cookie: mine.cookie.clone(),
                csrf: mine.csrf.clone(),
            };
            let out = if by_desk {
                mine.form(&app, "/sign-out", &[])
            } else {
                mine.request(&app, Method::DELETE, "/api/v1/session")
            };
            let out = out.send().await.unwrap();
            assert!(
                out.headers()["set-cookie"]
                    .to_str()
                    .unwrap()
                    .contains("Max-Age=0")
            );
            assert_eq!(status(&app, &copy).await, 401);
            let (minted, _) =
                mint(&app, &copy, json!({ "name": "thief", "role": "operator" })).await;
            assert_eq!(minted, 401);
            let desk = app.get("/desk").header("cookie", &copy.cookie).send();
            assert_eq!(desk.await.unwrap().status(), 303);
            let news = app.get("/desk/news").header("cookie", &copy.cookie).send();
            assert_eq!(news.await.unwrap().status(), 401);
            assert_eq!(
                status(&app, &first).await,
                200,
                "another session of theirs goes on"
            );
        }
        assert_eq!(dump(&app).await["ended_sessions"].len(), 2);
        app.pass(Duration::from_hours(14 * 24 + 1)).await;
        assert!(
            dump(&app).await["ended_sessions"].is_empty(),
            "they are over"
        );
        assert_eq!(status(&app, &first).await, 401);
    }
);

on_both_engines!(
    signing_out_everywhere_ends_all_sessions_and_links,
    |app: TestApp| async move {
        let first = app.first_operator(EMAIL).await;
        let other = app.moderator(&first, OTHER, &[]).await;
        let id = id_of(&app, &first).await;
        for by_desk in [true, false] {
            let (here, there) = (again(&app, EMAIL).await, again(&app, EMAIL).await);
            let path = format!("/api/v1/moderators/{id}/sign-in-link");
            let (_, link) = answer(here.request(&app, Method::POST, &path)).await;
            let link = text(&link["sign_in_link"]).replace("http://hamlet.test", "");
            assert_eq!(app.get(&link).send().await.unwrap().status(), 200);
            let out = if by_desk {
                here.form(&app, "/desk/me", &[("do", "end-sessions")])
            } else {
                let path = "/api/v1/session?everywhere=true";
                here.request(&app, Method::DELETE, path)
            };
            assert!(!out.send().await.unwrap().status().is_client_error());
            for session in [&first, &here, &there] {
                assert_eq!(status(&app, session).await, 401);
            }
            assert_eq!(app.get(&link).send().await.unwrap().status(), 404);
            assert_eq!(status(&app, &other).await, 200, "they are somebody else");
        }
        let here = again(&app, EMAIL).await;
        let odd = "/api/v1/session?everywhere=perhaps";
        let refused = answer(here.request(&app, Method::DELETE, odd)).await.0;
        assert_eq!(refused, 422);
        assert_eq!(status(&app, &here).await, 200);
    }
);

on_both_engines!(
    a_new_password_ends_the_link_that_was_made_before,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let path = format!("/api/v1/moderators/{}/sign-in-link", id_of(&app, &me).await);
        let (_, link) = answer(me.request(&app, Method::POST, &path)).await;
        let link = text(&link["sign_in_link"]).replace("http://hamlet.test", "");
        let change = json!({ "current_password": PASSWORD, "new_password": "words, words, words" });
        let changed = me.request(&app, Method::PATCH, "/api/v1/me").json(&change);
        assert_eq!(answer(changed).await.0, 200);
        assert_eq!(app.get(&link).send().await.unwrap().status(), 404);
    }
);

on_both_engines!(
    a_token_ends_with_its_owner_and_never_does_more_than_they_may,
    |app: TestApp| async move {
        let first = app.first_operator(EMAIL).await;
        let other = app.moderator(&first, OTHER, &[]).await;
        let own = format!("/api/v1/moderators/{}", id_of(&app, &other).await);
        let change = |body: Value| answer(first.request(&app, Method::PATCH, &own).json(&body));
        assert_eq!(change(json!({ "role": "operator" })).await.0, 200);
        let (made, minted) = mint(
            &app,
            &other,
            json!({ "name": "backup script", "role": "operator" }),
        )
        .await;
        assert_eq!(made, 201, "{minted}");
        assert_eq!(
            (text(&minted["owner"]["name"]), text(&minted["origin"])),
            ("Marcellus", "person")
        );
        let token = text(&minted["token"]);
        let may = async |path: &str| answer(app.with(token, Method::GET, path)).await.0.as_u16();
        assert_eq!(may("/api/v1/moderators").await, 200);

        let posted = app.posted("default", "Ophelia", "There's rosemary.").await;
        app.add_site("garden", &[], hamlet::domain::site::Policy::default())
            .await;
        let less = json!({ "role": "moderator", "sites": ["garden"] });
        assert_eq!(change(less).await.0, 200);
        assert_eq!(may("/api/v1/moderators").await, 403, "no operator any more");
        assert_eq!(
            may(&format!("/api/v1/comments/{posted}")).await,
            404,
            "of another site"
        );
        assert_eq!(may("/api/v1/sites/garden").await, 200);
        let (_, seen) = answer(app.with(token, Method::GET, "/api/v1/me")).await;
        assert_eq!(seen["scope"], json!({ "sites": ["garden"] }));

        assert_eq!(change(json!({ "role": "operator" })).await.0, 200);
        assert_eq!(
            may("/api/v1/moderators").await,
            200,
            "it is theirs, and they may again"
        );
        let removed = answer(first.request(&app, Method::DELETE, &own)).await.0;
        assert_eq!(removed, 204);
        assert_eq!(may("/api/v1/me").await, 401);
        let (_, list) = answer(first.request(&app, Method::GET, "/api/v1/tokens")).await;
        assert!(list["tokens"][0]["revoked_at"].is_string(), "{list}");
        assert_eq!(
            list["tokens"][0]["owner"]["name"], "Marcellus",
            "whose it was is kept"
        );
    }
);

on_both_engines!(tokens_make_no_tokens, |app: TestApp| async move {
    let me = app.first_operator(EMAIL).await;
    let new = json!({ "name": "another", "role": "operator" });
    let (_, own) = mint(&app, &me, json!({ "name": "mine", "role": "operator" })).await;
    let of_shell = app.token(Role::Operator, &[]).await;
    for token in [text(&own["token"]), &of_shell] {
        // Not with a good session beside it either.
        let request = app
            .with(token, Method::POST, "/api/v1/tokens")
            .header("cookie", &me.cookie)
            .header("x-csrf-token", &me.csrf);
        let (status, problem) = answer(request.json(&new)).await;
        assert_eq!(
            (status.as_u16(), text(&problem["code"])),
            (403, "person_needed")
        );
    }
    assert_eq!(app.app.store.tokens().await.unwrap().len(), 2);
});

on_both_engines!(
    a_list_of_tokens_says_who_made_them,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        mint(&app, &me, json!({ "name": "mine", "role": "moderator" })).await;
        app.token(Role::Moderator, &[]).await;
        let old = Token {
            id: "0".to_owned(),
            name: "from before".to_owned(),
            role: Role::Operator,
            scope: Scope::All,
            owner: None,
            origin: TokenOrigin::Unknown,
            created_at: app.app.now(),
            last_used_at: None,
            revoked_at: None,
        };
        assert!(old.is_ownerless());
        app.app
            .store
            .add_token(old, "hash".to_owned())
            .await
            .unwrap();
        let (_, list) = answer(me.request(&app, Method::GET, "/api/v1/tokens")).await;
        let list = list["tokens"].as_array().unwrap();
        let of = |one: &Value| {
            (
                text(&one["origin"]).to_owned(),
                text(&one["owner"]["name"]).to_owned(),
            )
        };
        let said: Vec<(String, String)> = list.iter().map(of).collect();
        let expected = [("unknown", ""), ("person", "Horatio"), ("command line", "")];
        assert_eq!(said, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        let page = me.page(&app, "/desk/settings").await;
        for words in [
            "unknown owner",
            "command line",
            "Of 1 that work nobody knows",
        ] {
            assert!(page.contains(words), "{words}");
        }
    }
);

on_both_engines!(
    the_streams_of_a_session_end_when_it_does,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        for way in ["/sign-out", "everywhere", "elsewhere"] {
            let here = again(&app, EMAIL).await;
            let mut stream = crate::news::listen(&app, &here).await;
            match way {
                "/sign-out" => drop(here.form(&app, way, &[]).send().await.unwrap()),
                "everywhere" => {
                    let path = "/api/v1/session?everywhere=true";
                    answer(here.request(&app, Method::DELETE, path)).await;
                }
                _ => {
                    // As another instance does it; this one looks once a second.
                    let id = app.app.store.moderators().await.unwrap()[0].id.clone();
                    app.app.store.end_every_session(id).await.unwrap();
                    background::announce(&app.app).await;
                }
            }
            assert_eq!(crate::news::told(&mut stream).await, None, "{way}");
        }
        assert_eq!(status(&app, &me).await, 401);
    }
);

on_both_engines!(
    one_person_has_few_streams_and_the_oldest_makes_room,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let other = app.moderator(&me, OTHER, &[]).await;
        let mut theirs = crate::news::listen(&app, &other).await;
        let mut oldest = crate::news::listen(&app, &me).await;
        let mut rest = Vec::new();
        for _ in 0..6 {
            rest.push(crate::news::listen(&app, &again(&app, EMAIL).await).await);
        }
        let said = crate::news::told(&mut oldest).await.unwrap();
        assert!(said.starts_with("event: displaced"), "{said}");
        assert_eq!(crate::news::told(&mut oldest).await, None);
        app.posted("default", "Ophelia", "There's rosemary.").await;
        background::announce(&app.app).await;
        for stream in rest.iter_mut().chain([&mut theirs]) {
            let said = crate::news::told(stream).await.unwrap();
            assert!(said.starts_with("event: arrival"), "{said}");
        }
    }
);

on_both_engines!(
    all_streams_together_have_an_end,
    |app: TestApp| async move {
        use hamlet::{news, storage::sessions::Held};
        let me = app.first_operator(EMAIL).await;
        let held = |n: usize| Held {
            id: format!("{n:016x}"),
            moderator: format!("moderator {n}"),
            epoch: 0,
        };
        let places: Vec<_> = (0..news::IN_ALL)
            .map(|n| app.app.news.listen(held(n)))
            .collect();
        assert!(places.iter().all(Option::is_some));
        let refused = app.get("/desk/news").header("cookie", &me.cookie).send();
        let refused = refused.await.unwrap();
        assert_eq!(refused.status(), 429);
        assert!(refused.headers().contains_key("retry-after"));
        drop(places);
        drop(crate::news::listen(&app, &me).await);
    }
);
