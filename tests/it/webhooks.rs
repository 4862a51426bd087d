//! Webhooks: told in order of what happened, signed, tried again, and never to where they may not go.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hamlet::{
    domain::{decision::Decision, moderator::Role, site::Policy},
    notify::webhooks,
};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    on_both_engines,
    support::{
        app::{Engine, TestApp, answer},
        programs,
    },
};

pub const LOCAL: &[(&str, &str)] = &[("WEBHOOKS__ALLOW_NETWORKS", "127.0.0.0/8")];

/// A program that takes deliveries, and answers as it is told.
pub struct Listener {
    pub url: String,
    pub port: u16,
    taken: Arc<Mutex<Vec<Taken>>>,
    answer: Arc<Mutex<&'static str>>,
}

#[derive(Clone)]
pub struct Taken {
    head: String,
    body: String,
}

impl Taken {
    pub fn header(&self, name: &str) -> String {
        let mut lines = self.head.lines();
        let line = lines.find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
        line.unwrap().split_once(':').unwrap().1.trim().to_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Listener {
    pub async fn start() -> Self {
        Self::behind("http", |stream| async { Some(stream) }).await
    }

    /// One whose connections are opened by `open` before anything is read; `None` gives one up.
    async fn behind<S, F>(scheme: &str, open: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
        F: Future<Output = Option<S>> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(Mutex::new("204 No Content"));
        let (kept, said) = (taken.clone(), answer.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Some(stream) = open(stream).await else {
                    continue;
                };
                let mut stream = BufReader::new(stream);
                let (mut head, mut length) = (String::new(), 0);
                loop {
                    let mut line = String::new();
                    stream.read_line(&mut line).await.unwrap();
                    if line.trim().is_empty() {
                        break;
                    }
                    if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    head.push_str(&line);
                }
                let mut body = vec![0; length];
                stream.read_exact(&mut body).await.unwrap();
                let body = String::from_utf8(body).unwrap();
                kept.lock().unwrap().push(Taken { head, body });
                let said = *said.lock().unwrap();
                let answer = format!("HTTP/1.1 {said}\r\ncontent-length: 0\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self {
            url: format!("{scheme}://127.0.0.1:{port}/hook?a=1"),
            port,
            taken,
            answer,
        }
    }

    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    pub fn answers(&self, with: &'static str) {
        *self.answer.lock().unwrap() = with;
    }
}

pub const PATH: &str = "/api/v1/sites/default/webhooks";

async fn add(app: &TestApp, url: &str, events: Value) -> (u16, Value) {
    let operator = app.token(Role::Operator, &[]).await;
    let new = json!({ "url": url, "events": events });
    let (status, made) = answer(app.with(&operator, Method::POST, PATH).json(&new)).await;
    (status.as_u16(), made)
}

async fn state(app: &TestApp) -> Value {
    let operator = app.token(Role::Operator, &[]).await;
    let (_, list) = answer(app.with(&operator, Method::GET, PATH)).await;
    list["webhooks"][0].clone()
}

on_both_engines!(
    what_happens_is_told_signed_and_without_an_address,
    LOCAL,
    |app: TestApp| async move {
        let listener = Listener::start().await;
        let events = json!(["comment.received", "comment.decided"]);
        let (status, made) = add(&app, &listener.url, events).await;
        assert_eq!(status, 201, "{made}");
        let id = app
            .posted(
                "default",
                "Ophelia",
                "There's rosemary, that's for remembrance.",
            )
            .await;
        app.decide(&json!({ "id": id }), Decision::Approve).await;
        assert_eq!(webhooks::tick(&app.app.notify).await.unwrap(), 2);
        assert_eq!(webhooks::tick(&app.app.notify).await.unwrap(), 0, "once");

        let taken = listener.taken();
        let mut kinds: Vec<Value> = taken.iter().map(|one| one.json()["type"].clone()).collect();
        kinds.sort_by_key(ToString::to_string);
        assert_eq!(kinds, ["comment.decided", "comment.received"]);
        for one in &taken {
            assert!(
                one.head.starts_with("POST /hook?a=1 HTTP/1.1"),
                "{}",
                one.head
            );
            assert!(!one.body.contains("elsinore"), "{}", one.body);
            assert_eq!(one.json()["data"]["id"], json!(id));
            let secret = made["secret"]
                .as_str()
                .unwrap()
                .strip_prefix("whsec_")
                .unwrap();
            let secret = BASE64_STANDARD.decode(secret).unwrap();
            let (message, time) = (one.header("webhook-id"), one.header("webhook-timestamp"));
            let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
            mac.update(format!("{message}.{time}.{}", one.body).as_bytes());
            let expected = BASE64_STANDARD.encode(mac.finalize().into_bytes());
            assert_eq!(one.header("webhook-signature"), format!("v1,{expected}"));
            assert_eq!(time, (app.app.now().millis() / 1000).to_string());
        }
        let mut told = taken.iter().map(Taken::json);
        let decided = told.find(|one| one["type"] == "comment.decided").unwrap();
        assert_eq!(decided["data"]["decision"], "approve");
        assert_eq!(
            (&decided["data"]["from"], &decided["data"]["to"]),
            (&json!("pending"), &json!("approved"))
        );
    }
);

on_both_engines!(
    the_published_libraries_verify_what_is_sent,
    LOCAL,
    |app: TestApp| async move {
        let listener = Listener::start().await;
        let (_, made) = add(&app, &listener.url, json!(["comment.received"])).await;
        // The libraries look at their own clock.
        app.posted("default", "Zoe", "Zoë: there's rosemary — “remembrance”.")
            .await;
        assert_eq!(webhooks::tick(&app.app.notify).await.unwrap(), 1);
        let one = listener.taken().remove(0);
        let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        let [id, time, signature] = headers.map(|name| one.header(name));
        let secret = made["secret"].as_str().unwrap();
        let python = programs::python();
        let probes = [
            (
                python.as_str(),
                ["-c", "import standardwebhooks"],
                "python/webhook.py",
            ),
            (
                "node",
                [
                    "-e",
                    "require.resolve('standardwebhooks', { paths: ['npm'] })",
                ],
                "npm/webhook.mjs",
            ),
        ];
        for (program, probe, script) in probes {
            if programs::available(program, &probe).await {
                let arguments = [script, secret, &id, &time, &signature, &one.body];
                let said = programs::succeed(program, &arguments, programs::folder()).await;
                assert_eq!(said.trim(), "comment.received");
            }
        }
    }
);

on_both_engines!(
    a_program_that_is_down_is_told_later_with_the_same_id_and_given_up_visibly,
    LOCAL,
    |app: TestApp| async move {
        let listener = Listener::start().await;
        add(&app, &listener.url, json!(["comment.received"])).await;
        listener.answers("503 Service Unavailable");
        app.posted(
            "default",
            "Ophelia",
            "There's rosemary, that's for remembrance.",
        )
        .await;
        assert_eq!(webhooks::tick(&app.app.notify).await.unwrap(), 0);
        assert_eq!(
            webhooks::tick(&app.app.notify).await.unwrap(),
            0,
            "not before its time"
        );
        assert_eq!(listener.taken().len(), 1);
        assert_eq!(state(&app).await["last_error"], "it answered 503");
        listener.answers("200 OK");
        app.app.clock.advance(Duration::from_mins(2));
        assert_eq!(webhooks::tick(&app.app.notify).await.unwrap(), 1);
        let taken = listener.taken();
        assert_eq!(taken[0].header("webhook-id"), taken[1].header("webhook-id"));

        listener.answers("302 Found\r\nlocation: http://127.0.0.1:1/");
        app.posted(
            "default",
            "Gertrude",
            "I hoped thou shouldst have been my Hamlet's wife.",
        )
        .await;
        for _ in 0..30 {
            webhooks::tick(&app.app.notify).await.unwrap();
            app.app.clock.advance(Duration::from_hours(4));
        }
        let state = state(&app).await;
        assert_eq!((&state["dead"], &state["queued"]), (&json!(1), &json!(0)));
        assert_eq!(
            state["last_error"], "it answered 302",
            "and no redirect was followed"
        );
    }
);

on_both_engines!(
    private_networks_are_refused_by_address_and_by_name,
    |app: TestApp| async move {
        let listener = Listener::start().await;
        for url in [
            &listener.url,
            "http://[::1]/",
            "http://169.254.169.254/",
            "http://10.0.0.1/",
        ] {
            let (status, problem) = add(&app, url, json!(["comment.received"])).await;
            assert_eq!(
                (status, &problem["errors"][0]["field"]),
                (422, &json!("url")),
                "{url}"
            );
        }
        // A name is judged by what it leads to when it is connected to.
        let by_name = format!("http://localhost:{}/", listener.port);
        let (status, _) = add(&app, &by_name, json!(["comment.received"])).await;
        assert_eq!(status, 201);
        app.posted(
            "default",
            "Ophelia",
            "There's rosemary, that's for remembrance.",
        )
        .await;
        assert_eq!(webhooks::tick(&app.app.notify).await.unwrap(), 0);
        assert!(listener.taken().is_empty());
        let error = state(&app).await["last_error"].clone();
        assert!(error.as_str().unwrap().contains("not public"), "{error}");
    }
);

on_both_engines!(
    only_operators_see_webhooks_and_a_removed_one_hears_nothing_more,
    LOCAL,
    |app: TestApp| async move {
        let listener = Listener::start().await;
        let (_, made) = add(&app, &listener.url, json!(["comment.received"])).await;
        let moderator = app.token(Role::Moderator, &[]).await;
        assert_eq!(answer(app.with(&moderator, Method::GET, PATH)).await.0, 403);
        app.posted(
            "default",
            "Ophelia",
            "There's rosemary, that's for remembrance.",
        )
        .await;
        let operator = app.token(Role::Operator, &[]).await;
        let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
        assert_eq!(
            answer(app.with(&operator, Method::DELETE, &path)).await.0,
            204
        );
        assert_eq!(webhooks::tick(&app.app.notify).await.unwrap(), 0);
        app.add_site("other", &[], Policy::default()).await;
        let (status, _) = add(&app, &listener.url, json!([])).await;
        assert_eq!(status, 422);
        assert!(listener.taken().is_empty());
    }
);

/// A listener that speaks TLS with a certificate that it signed itself, and that certificate.
async fn encrypted() -> (Listener, String) {
    let names = ["127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let open = move |stream| {
        let acceptor = acceptor.clone();
        async move { acceptor.accept(stream).await.ok() }
    };
    (Listener::behind("https", open).await, made.cert.pem())
}

/// What was taken by an encrypted listener, and what the webhook says of its last delivery.
async fn told_over_tls(is_trusted: bool) -> (usize, Value) {
    let (listener, certificate) = encrypted().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, certificate).unwrap();
    let path = file.path().to_str().unwrap();
    let authority = if is_trusted { path } else { "" };
    let settings = [LOCAL[0], ("WEBHOOKS__CA_FILE", authority)];
    let app = TestApp::start(Engine::Sqlite, &settings).await.unwrap();
    add(&app, &listener.url, json!(["comment.received"])).await;
    app.posted("default", "Ophelia", "There's fennel for you.")
        .await;
    webhooks::tick(&app.app.notify).await.unwrap();
    (
        listener.taken().len(),
        state(&app).await["last_error"].clone(),
    )
}

#[tokio::test]
async fn a_certificate_authority_of_the_settings_is_trusted_and_no_unknown_one() {
    let (taken, error) = told_over_tls(true).await;
    assert_eq!((taken, error), (1, Value::Null));
    let (taken, error) = told_over_tls(false).await;
    assert_eq!(taken, 0);
    assert!(error.as_str().unwrap().contains("certificate"), "{error}");
}
