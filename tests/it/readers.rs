//! Readers: searches beside those who must not wait, clients that do not read, lists that are long.

use std::{collections::HashSet, time::Duration};

use futures_util::future::join_all;
use hamlet::domain::moderator::Role;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use crate::{
    on_both_engines,
    support::{
        app::{Engine, TestApp, answer},
        database::Raw,
    },
};

const LIST: &str = "/api/v1/sites/default/comments?page=/garden";

/// Makes so many comments of the one there is, numbered in their text.
async fn multiply(app: &TestApp, count: usize) {
    let differs = |column: &str| match column {
        "id" => Some("printf('01900000-0000-7000-8000-%012x', n.n)"),
        "text" => Some(
            "'number ' || n.n || ' of many' || CASE n.n % 4000 WHEN 7 THEN ' rue §' ELSE '' END",
        ),
        "score" => Some("(n.n % 1000) / 1000.0"),
        "fingerprint" => Some("NULL"),
        _ => None,
    };
    Raw::of(app).await.multiply(count, differs).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_finds_the_same_however_many_slices_it_takes() {
    let app = TestApp::start(Engine::Sqlite, &[]).await.unwrap();
    app.posted("default", "Ophelia", "There's rosemary.").await;
    multiply(&app, 25_000).await;
    hamlet::background::index(&app.app).await;
    let token = app.token(Role::Operator, &[]).await;
    let rue: Vec<usize> = (0..7).map(|n| n * 4000 + 7).collect();
    let by_score = |n: &usize| (n % 1000, *n);
    let mut by_spam = rue.clone();
    by_spam.sort_by_key(by_score);
    by_spam.reverse();
    // What has no word in it is looked for in slices, words by the index.
    for (q, sort, expected) in ["%C2%A7", "rue"].into_iter().flat_map(|q| {
        [
            (q, "newest", rue.iter().rev().copied().collect::<Vec<_>>()),
            (q, "oldest", rue.clone()),
            (q, "spammiest", by_spam.clone()),
        ]
    }) {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/comments?q={q}&limit=3&sort={sort}{cursor}");
            let (status, page) = answer(app.with(&token, Method::GET, &path)).await;
            assert_eq!(
                (status.as_u16(), &page["counts"]["pending"]),
                (200, &json!(7))
            );
            for comment in page["comments"].as_array().unwrap() {
                let text = comment["text"].as_str().unwrap();
                let number = text.split_whitespace().nth(1).unwrap();
                found.push(number.parse::<usize>().unwrap());
            }
            let Some(next) = page["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(found, expected, "{q} {sort}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn searches_wait_for_their_turn_and_nobody_waits_for_them() {
    // One connection for everything else: were it shared with them, nobody would get it.
    let settings = [("DATABASE__MAX_CONNECTIONS", "1")];
    let app = TestApp::start(Engine::Sqlite, &settings).await.unwrap();
    app.posted("default", "Ophelia", "There's rosemary.").await;
    multiply(&app, 60_000).await;
    let token = app.token(Role::Operator, &[]).await;
    let search = || {
        app.with(&token, Method::GET, "/api/v1/comments?q=%7E%7E%7E")
            .send()
    };
    let searches = join_all((0..12).map(|_| search()));
    let others = async {
        let mut seen = Vec::new();
        for _ in 0..10 {
            for path in ["/health/ready", LIST] {
                seen.push(app.get(path).send().await.unwrap().status().as_u16());
            }
        }
        seen
    };
    let (searches, seen) = tokio::join!(searches, others);
    assert!(seen.iter().all(|status| *status == 200), "{seen:?}");
    for search in searches {
        let search = search.unwrap();
        if search.status() == 503 {
            assert!(search.headers().contains_key("retry-after"));
            assert_eq!(search.json::<Value>().await.unwrap()["code"], "busy");
        } else {
            assert_eq!(search.status(), 200);
        }
    }
}

async fn connect(app: &TestApp) -> TcpStream {
    let address = app.url.strip_prefix("http://").unwrap().parse().unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(address).await.unwrap()
}

/// Asks on a connection of its own; what comes back before it ends.
async fn ask(stream: &mut TcpStream) -> String {
    let request = "GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let _ = stream.write_all(request.as_bytes()).await;
    let mut said = String::new();
    let _ = stream.read_to_string(&mut said).await;
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_does_not_read_is_cut_off_and_its_place_is_free_again() {
    let settings = [("SERVER__MAX_CONNECTIONS", "8")];
    let app = TestApp::start(Engine::Sqlite, &settings).await.unwrap();
    let mut mute = Vec::new();
    for _ in 0..8 {
        let mut stream = connect(&app).await;
        let request = "GET /openapi.json HTTP/1.1\r\nhost: x\r\naccept-encoding: identity\r\n\r\n";
        stream
            .write_all(request.repeat(60).as_bytes())
            .await
            .unwrap();
        mute.push(stream);
    }
    // It waits in line until places are free: longer than a client has patience for, were they not.
    let live = tokio::time::timeout(Duration::from_mins(1), ask(&mut connect(&app).await)).await;
    assert!(live.unwrap().starts_with("HTTP/1.1 204"));
    drop(mute);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_keeps_so_many_connections_and_a_proxy_as_many_as_it_likes() {
    for (proxies, admitted) in [("10.0.0.0/8", false), ("127.0.0.0/8", true)] {
        let settings = [
            ("SERVER__MAX_CONNECTIONS_PER_ADDRESS", "3"),
            ("SERVER__TRUSTED_PROXIES", proxies),
        ];
        let app = TestApp::start(Engine::Sqlite, &settings).await.unwrap();
        let mut open = Vec::new();
        for _ in 0..3 {
            let mut stream = connect(&app).await;
            let request = "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut said = [0; 12];
            stream.read_exact(&mut said).await.unwrap();
            open.push(stream);
        }
        let said = ask(&mut connect(&app).await).await;
        assert_eq!(said.starts_with("HTTP/1.1 204"), admitted, "{said}");
        drop(open);
        let again = async {
            while !ask(&mut connect(&app).await)
                .await
                .starts_with("HTTP/1.1 204")
            {}
        };
        let freed = tokio::time::timeout(Duration::from_secs(30), again).await;
        assert!(freed.is_ok(), "places are free once they are left");
    }
}

on_both_engines!(
    a_list_of_long_comments_goes_on_in_the_next_answer,
    |app: TestApp| async move {
        let mut posted = HashSet::new();
        for n in 0..50 {
            app.app.clock.advance(Duration::from_mins(5));
            let text = format!("{n} {}", "words ".repeat(2_400));
            let fields = json!({ "page": "/garden", "name": "Polonius", "text": text,
                                 "email": format!("polonius{n}@elsinore.example") });
            let (_, made) = answer(app.comment("default", &fields)).await;
            posted.insert(made["id"].as_str().unwrap().to_owned());
            app.approve(&made).await;
        }
        let (mut read, mut cursor, mut answers) = (Vec::new(), String::new(), 0);
        loop {
            let (status, list) = answer(app.get(&format!("{LIST}{cursor}"))).await;
            assert_eq!(status, 200);
            assert!(list.to_string().len() < 2 * 1024 * 1024);
            answers += 1;
            let comments = list["comments"].as_array().unwrap();
            read.extend(
                comments
                    .iter()
                    .map(|one| one["id"].as_str().unwrap().to_owned()),
            );
            let Some(next) = list["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(read.len(), 50, "each once");
        assert_eq!(read.into_iter().collect::<HashSet<_>>(), posted);
        assert_eq!(answers, 2);
    }
);
