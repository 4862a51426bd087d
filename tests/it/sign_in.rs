//! The limits of signing in: they slow down whoever guesses, and lock nobody out of what is theirs.

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, Variables},
        people::PASSWORD,
    },
};
use hamlet::domain::{arrival::Counted, email::EmailAddress};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

const EMAIL: &str = "horatio@elsinore.example";
const WRONG: &str = "something is rotten";
const HOME: &str = "203.0.113.1";
const BEHIND_A_PROXY: Variables<'_> = &[("SERVER__TRUSTED_PROXIES", "127.0.0.0/8")];

fn try_from(app: &TestApp, address: &str, email: &str, password: &str) -> RequestBuilder {
    app.post(
        "/api/v1/session",
        &json!({ "email": email, "password": password }),
    )
    .header("x-forwarded-for", address)
}

async fn tried(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

/// Signs in from home, and gives the cookies but the session's back.
async fn at_home(app: &TestApp) -> String {
    let request = try_from(app, HOME, EMAIL, PASSWORD);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let set = response.headers().get_all("set-cookie").iter();
    let pairs = set.filter_map(|cookie| cookie.to_str().unwrap().split(';').next());
    let device = pairs
        .filter(|pair| pair.starts_with("hamlet-device="))
        .collect::<Vec<_>>();
    assert_eq!(device.len(), 1, "one cookie for the browser");
    device[0].to_owned()
}

/// As many tries as there may be for an account, from networks all over the world.
async fn fill(app: &TestApp, email: &str) {
    let email = EmailAddress::parse("email", email).unwrap();
    for _ in 0..100 {
        let counted = Counted {
            site: String::new(),
            kind: "sign_in_account",
            counted: app.app.vault.email_index(&email).0,
            expires_at: app
                .app
                .now()
                .plus(std::time::Duration::from_mins(15))
                .millis(),
        };
        app.app.store.count(counted, app.app.now()).await.unwrap();
    }
}

on_both_engines!(
    browsers_keep_the_cookies_for_as_long_as_they_are_good,
    BEHIND_A_PROXY,
    |app: TestApp| async move {
        app.first_operator(EMAIL).await;
        let request = try_from(&app, HOME, EMAIL, PASSWORD);
        let response = request.send().await.unwrap();
        let set = response.headers().get_all("set-cookie").iter();
        let cookies: Vec<&str> = set.map(|cookie| cookie.to_str().unwrap()).collect();
        for (name, days) in [("hamlet=", 14), ("hamlet-device=", 180)] {
            let age = format!("Max-Age={}", days * 24 * 60 * 60);
            let is_kept = |cookie: &&str| cookie.starts_with(name) && cookie.contains(&age);
            assert_eq!(
                cookies.iter().filter(|one| is_kept(one)).count(),
                1,
                "{cookies:?}"
            );
        }
    }
);

on_both_engines!(
    a_strangers_wrong_tries_lock_nobody_out_at_home,
    BEHIND_A_PROXY,
    |app: TestApp| async move {
        app.first_operator(EMAIL).await;
        for _ in 0..10 {
            assert_eq!(
                tried(try_from(&app, "198.51.100.9", EMAIL, WRONG)).await,
                401
            );
        }
        let there = || try_from(&app, "198.51.100.9", EMAIL, PASSWORD);
        assert_eq!(tried(there()).await, 429, "not from there, right or wrong");
        // Home was never seen before: the stranger's tries do not count there.
        let device = at_home(&app).await;
        // Somebody at home guesses; the browser that its owner signed in with has its own count.
        for _ in 0..9 {
            tried(try_from(&app, HOME, EMAIL, WRONG)).await;
        }
        assert_eq!(tried(try_from(&app, HOME, EMAIL, PASSWORD)).await, 429);
        let with_it = try_from(&app, HOME, EMAIL, PASSWORD).header("cookie", &device);
        assert_eq!(tried(with_it).await, 200);
    }
);

on_both_engines!(
    guessing_from_everywhere_is_stopped_but_for_those_who_signed_in_before,
    BEHIND_A_PROXY,
    |app: TestApp| async move {
        app.first_operator(EMAIL).await;
        let device = at_home(&app).await;
        fill(&app, EMAIL).await;
        fill(&app, "yorick@elsinore.example").await;
        let stranger = "198.51.100.9";
        for email in [EMAIL, "yorick@elsinore.example"] {
            let answered = try_from(&app, stranger, email, WRONG).send().await.unwrap();
            assert_eq!(answered.status(), 429, "known or not");
        }
        assert_eq!(tried(try_from(&app, stranger, EMAIL, PASSWORD)).await, 429);
        assert_eq!(tried(try_from(&app, HOME, EMAIL, PASSWORD)).await, 200);
        let away = try_from(&app, "198.51.100.77", EMAIL, PASSWORD).header("cookie", &device);
        assert_eq!(tried(away).await, 200);
        // The browser opens no other account, and a made-up one opens none.
        for cookie in [device.as_str(), "hamlet-device=made.up.entirely"] {
            let other = try_from(&app, stranger, "yorick@elsinore.example", WRONG);
            assert_eq!(tried(other.header("cookie", cookie)).await, 429);
        }
    }
);

on_both_engines!(
    a_browser_that_is_known_guesses_no_more_often_than_others,
    BEHIND_A_PROXY,
    |app: TestApp| async move {
        app.first_operator(EMAIL).await;
        let device = at_home(&app).await;
        let guess = |n: usize, password: &str| {
            let address = format!("2001:db8:{n:x}::1");
            try_from(&app, &address, EMAIL, password).header("cookie", &device)
        };
        for n in 0..10 {
            assert_eq!(tried(guess(n, WRONG)).await, 401, "guess {n}");
        }
        assert_eq!(tried(guess(10, PASSWORD)).await, 429);
        assert_eq!(tried(try_from(&app, HOME, EMAIL, PASSWORD)).await, 200);
    }
);

/// Whoever holds a /48 has 65,536 networks to try from, and a /56 has 256.
async fn passed(app: &TestApp, address: impl Fn(usize) -> String) -> usize {
    let mut passed = 0;
    for n in 0..137 {
        let email = format!("yorick{n}@elsinore.example");
        let status = tried(try_from(app, &address(n), &email, WRONG)).await;
        passed += usize::from(status == 401);
        if status == 429 {
            break;
        }
    }
    passed
}

on_both_engines!(
    rotating_networks_of_one_holder_are_counted_together,
    BEHIND_A_PROXY,
    |app: TestApp| async move {
        let of_56 = passed(&app, |n| format!("2001:db8:1:1{n:02x}::1")).await;
        assert_eq!(of_56, 60);
        let of_48 = passed(&app, |n| format!("2001:db8:2:{n:02x}00::1")).await;
        assert_eq!(of_48, 100);
        let elsewhere = try_from(&app, "2001:db8:3::1", EMAIL, WRONG);
        assert_eq!(tried(elsewhere).await, 401);
    }
);

on_both_engines!(
    the_form_counts_as_the_interface_does,
    BEHIND_A_PROXY,
    |app: TestApp| async move {
        app.first_operator(EMAIL).await;
        let form = |address: &str, password: &str| {
            app.request(Method::POST, "/sign-in")
                .header("x-forwarded-for", address)
                .form(&[("email", EMAIL), ("password", password)])
        };
        for n in 0..10 {
            let status = if n % 2 == 0 {
                tried(form("198.51.100.9", WRONG)).await
            } else {
                tried(try_from(&app, "198.51.100.9", EMAIL, WRONG)).await
            };
            assert_eq!(status, 401);
        }
        assert_eq!(tried(form("198.51.100.9", PASSWORD)).await, 429);
        assert_eq!(tried(form(HOME, PASSWORD)).await, 303);
    }
);
