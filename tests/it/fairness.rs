//! No destination delays another: servers that never answer, and how many are asked of them at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hamlet::{
    domain::{moderator::Role, site::Policy},
    notify::{self, webhooks},
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::{
    mail::office::{Office, moderator, post, post_many},
    on_both_engines,
    support::{
        app::{Engine, TestApp, answer},
        smtp::Reply,
    },
    webhooks::{LOCAL, Listener},
};

/// A server that takes connections and never says a word, or hangs up at once.
struct Mute {
    url: String,
    came: Arc<AtomicUsize>,
    left: Arc<AtomicUsize>,
}

impl Mute {
    async fn start(hangs_up: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let (came, left) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (coming, leaving) = (came.clone(), left.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                coming.fetch_add(1, Ordering::SeqCst);
                if !hangs_up {
                    tokio::spawn(hold(stream, leaving.clone()));
                }
            }
        });
        Self { url, came, left }
    }

    fn came(&self) -> usize {
        self.came.load(Ordering::SeqCst)
    }

    /// How many were waited for until the other side gave up.
    fn left(&self) -> usize {
        self.left.load(Ordering::SeqCst)
    }
}

async fn hold(mut stream: TcpStream, left: Arc<AtomicUsize>) {
    let mut said = [0; 4096];
    while stream.read(&mut said).await.is_ok_and(|count| count > 0) {}
    left.fetch_add(1, Ordering::SeqCst);
}

/// Waits until something is so, for half a minute.
async fn until(what: &str, so: impl Fn() -> bool) {
    let waiting = async {
        while !so() {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    assert!(waited.is_ok(), "it never came to be that {what}");
}

async fn webhook(app: &TestApp, site: &str, url: &str) {
    let operator = app.token(Role::Operator, &[]).await;
    let path = format!("/api/v1/sites/{site}/webhooks");
    let new = json!({ "url": url, "events": ["comment.received"] });
    let made = answer(app.with(&operator, Method::POST, &path).json(&new)).await;
    assert_eq!(made.0, 201, "{}", made.1);
}

async fn state(app: &TestApp, site: &str) -> Value {
    let operator = app.token(Role::Operator, &[]).await;
    let path = format!("/api/v1/sites/{site}/webhooks");
    let (_, list) = answer(app.with(&operator, Method::GET, &path)).await;
    list["webhooks"][0].clone()
}

/// Posts comments to a site, each with words of its own.
async fn posted(app: &TestApp, site: &str, count: usize) {
    for n in 0..count {
        app.app.clock.advance(Duration::from_mins(2));
        let text = format!("Violets, number {n}: {}", n * 7919);
        app.posted(site, "Ophelia", &text).await;
    }
}

fn deliver(app: &TestApp) -> JoinHandle<()> {
    let app = app.app.clone();
    tokio::spawn(async move {
        webhooks::tick(&app.notify).await.expect("the deliveries");
    })
}

on_both_engines!(
    a_program_that_never_answers_delays_nobody_else,
    LOCAL,
    |app: TestApp| async move {
        let (mute, listener) = (Mute::start(false).await, Listener::start().await);
        app.add_site("other", &[], Policy::default()).await;
        webhook(&app, "default", &mute.url).await;
        webhook(&app, "other", &listener.url).await;
        posted(&app, "default", 20).await;
        posted(&app, "other", 1).await;
        let delivering = deliver(&app);
        until("the other hears", || {
            listener.taken().len() == 1 || mute.left() > 0
        })
        .await;
        assert_eq!(listener.taken().len(), 1, "before anybody was given up");
        until("it is asked", || mute.came() == 2).await;

        // What happens while they are waited for is told, too.
        posted(&app, "other", 4).await;
        until("the other hears", || {
            listener.taken().len() == 5 || mute.left() > 0
        })
        .await;
        assert_eq!(listener.taken().len(), 5);
        assert_eq!((mute.came(), mute.left()), (2, 0), "two at once, no more");
        delivering.abort();
    }
);

on_both_engines!(
    a_program_that_keeps_silent_is_left_alone_and_loses_nothing,
    LOCAL,
    |app: TestApp| async move {
        let mute = Mute::start(true).await;
        webhook(&app, "default", &mute.url).await;
        posted(&app, "default", 8).await;
        assert_eq!(webhooks::tick(&app.app.notify).await.unwrap(), 0);
        assert_eq!(mute.came(), 3, "the rest is not tried in vain");
        assert_eq!(webhooks::tick(&app.app.notify).await.unwrap(), 0);
        assert_eq!(mute.came(), 3);
        app.app.clock.advance(Duration::from_secs(30));
        assert_eq!(webhooks::tick(&app.app.notify).await.unwrap(), 0);
        assert_eq!(mute.came(), 4, "one asks whether it is back");
        let state = state(&app, "default").await;
        assert_eq!((&state["queued"], &state["dead"]), (&json!(8), &json!(0)));
    }
);

on_both_engines!(
    what_waits_for_a_lost_program_is_given_up_visibly,
    LOCAL,
    |app: TestApp| async move {
        let mute = Mute::start(true).await;
        webhook(&app, "default", &mute.url).await;
        posted(&app, "default", 40).await;
        for _ in 0..3 {
            webhooks::tick(&app.app.notify).await.unwrap();
            app.app.clock.advance(Duration::from_hours(25));
        }
        webhooks::tick(&app.app.notify).await.unwrap();
        let state = state(&app, "default").await;
        assert_eq!((&state["queued"], &state["dead"]), (&json!(0), &json!(40)));
        assert!(mute.came() < 20, "{}", mute.came());
    }
);

on_both_engines!(
    a_program_that_is_back_gets_all_that_waited,
    LOCAL,
    |app: TestApp| async move {
        let listener = Listener::start().await;
        webhook(&app, "default", &listener.url).await;
        posted(&app, "default", 12).await;
        assert_eq!(webhooks::tick(&app.app.notify).await.unwrap(), 12);
        let taken = listener.taken();
        let mut ids: Vec<_> = taken.iter().map(|one| one.header("webhook-id")).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((taken.len(), ids.len()), (12, 12));
    }
);

/// A mail server that takes its time with one domain, which it has from the first mail on.
async fn a_tarpit_delays_no_other_domain(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    app.add_site("other", &[], Policy::default()).await;
    for n in 0..24 {
        // The office's moderators are all at one domain, and this one never answers.
        let name = format!("m{n}");
        moderator(app, &name, Some(&["default"])).await;
        let mailbox = format!("{name}@castle.example");
        office.smtp.set_reply_for(&mailbox, Reply::Silent).await;
    }
    post_many(app, "default", 1).await;
    app.pass(Duration::from_mins(3)).await;
    let running = app.app.clone();
    let sending = tokio::spawn(async move { notify::tick(&running.notify).await });
    office.smtp.wait_for_recipients(2).await;

    let asking = json!({ "notify_replies": true, "email": "ophelia@denmark.example" });
    let comment = post(app, "other", asking).await;
    app.approve(&comment).await;
    app.pass(Duration::from_mins(3)).await;
    let mails = office.smtp.wait_for_messages(1).await;
    assert_eq!(mails[0].to, ["ophelia@denmark.example"]);
    let all = app.app.store.list_mail(None, None, 100).await.unwrap();
    let failed = all.iter().filter(|mail| mail.last_error.is_some()).count();
    assert_eq!((all.len(), failed), (25, 0), "before anybody was given up");
    let tried = all.iter().filter(|mail| mail.attempts > 0).count();
    assert!(tried <= 3, "two at once, and the other: {tried}");
    sending.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tarpit_delays_no_other_domain_on_sqlite() {
    a_tarpit_delays_no_other_domain(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tarpit_delays_no_other_domain_on_postgres() {
    a_tarpit_delays_no_other_domain(Engine::Postgres).await;
}
