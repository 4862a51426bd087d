//! A post office for the tests of mail: the service, a real SMTP server it sends to, and what tests
//! do with both. No assertion about what mail says lives here.

use std::time::Duration;

use crate::support::{
    app::{Engine, TestApp, answer},
    smtp::{Message, Options, SmtpServer},
};
use hamlet::{
    accounts::{links, people, tokens},
    domain::{
        moderator::{MailMode, MailPreferences, Moderator, Role, Scope},
        timestamp::Timestamp,
    },
    notify::{self, Ticked},
    storage::{own_account::OwnWrites, queues::Claim},
};
use mail_parser::{Message as Parsed, MessageParser};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// How the service is reached, as its mail says.
pub const PUBLIC_URL: &str = "http://hamlet.test";

/// A service and its mail server.
pub struct Office {
    pub app: TestApp,
    pub smtp: SmtpServer,
}

impl Office {
    /// Opens an office whose server takes mail without encryption; `None` where the engine or the
    /// mail server are not to be had.
    pub async fn open(engine: Engine, more: &[(&str, &str)]) -> Option<Self> {
        let smtp = SmtpServer::start(Options::default()).await?;
        let url = format!("smtp://127.0.0.1:{}", smtp.port());
        let app = start(engine, &url, more).await?;
        Some(Self { app, smtp })
    }

    /// Lets time pass and sends what is due.
    pub async fn pass(&self, time: Duration) -> Ticked {
        pass(&self.app, time).await
    }

    /// Sends what is due now.
    pub async fn tick(&self) -> Ticked {
        self.pass(Duration::ZERO).await
    }

    /// Every mail that the server took.
    pub async fn mails(&self) -> Vec<Message> {
        self.smtp.messages().await
    }

    /// The last mail that the server took.
    pub async fn last(&self) -> Message {
        self.mails().await.pop().expect("a mail")
    }
}

/// Lets time pass and sends what is due.
pub async fn pass(app: &TestApp, time: Duration) -> Ticked {
    app.pass(time).await;
    notify::tick(&app.app.notify).await.expect("the outbox")
}

/// A claim of mails whose destination nobody has looked up yet.
pub fn unaddressed(each: u32, now: Timestamp, until: Timestamp) -> Claim {
    Claim {
        destinations: vec![String::new()],
        each,
        now,
        until,
    }
}

/// Starts the service with this mail server.
pub async fn start(engine: Engine, url: &str, more: &[(&str, &str)]) -> Option<TestApp> {
    let mut variables = vec![
        ("MAIL__URL", url),
        ("MAIL__FROM", "Hamlet <hamlet@elsinore.example>"),
        ("MAIL__REQUIRE_TLS", "false"),
        ("INTAKE__NETWORK_SOFT_LIMIT", "100000"),
        ("INTAKE__NETWORK_HARD_LIMIT", "100000"),
    ];
    variables.extend_from_slice(more);
    TestApp::start(engine, &variables).await
}

/// Adds a moderator of these sites, or of all.
pub async fn moderator(app: &TestApp, name: &str, sites: Option<&[&str]>) -> Moderator {
    let wanted = people::Wanted {
        name: Some(name.to_owned()),
        email: Some(format!("{name}@castle.example")),
        role: Some(Role::Moderator),
        sites: Some(sites.map(|sites| sites.iter().map(|site| (*site).to_owned()).collect())),
    };
    links::invite(&app.app, wanted).await.expect("an account").0
}

/// Sets how often a moderator is mailed.
pub async fn mode(app: &TestApp, moderator: &Moderator, mode: MailMode) {
    let preferences = MailPreferences {
        default: mode,
        ..MailPreferences::default()
    };
    prefer(app, moderator, preferences).await;
}

/// Sets how a moderator is mailed.
pub async fn prefer(app: &TestApp, moderator: &Moderator, mail: MailPreferences) {
    let writes = OwnWrites {
        mail: Some(mail),
        ..OwnWrites::default()
    };
    let set = app.app.store.change_own(moderator.id.clone(), writes).await;
    set.expect("preferences");
}

/// Posts a comment that is held; `changes` replaces fields of it.
pub async fn post(app: &TestApp, site: &str, changes: Value) -> Value {
    let mut fields = json!({
        "page": "/garden",
        "name": "Ophelia",
        "email": "ophelia@denmark.example",
        "text": "There's rosemary, that's for remembrance; pray you, love, remember.",
    });
    if let (Some(fields), Value::Object(changes)) = (fields.as_object_mut(), changes) {
        fields.extend(changes);
    }
    let (status, body) = answer(app.comment(site, &fields)).await;
    assert!(status.is_success(), "{status} {body}");
    body
}

/// Posts many comments, each with its own words and author.
pub async fn post_many(app: &TestApp, site: &str, count: usize) {
    for n in 0..count {
        let text = format!("A thought numbered {n}, unlike the others: {}", n * 7919);
        let email = format!("author{n}@denmark.example");
        post(app, site, json!({ "text": text, "email": email })).await;
    }
}

/// An operator's token.
pub async fn operator(app: &TestApp) -> String {
    let (name, now) = ("test".to_owned(), app.app.now());
    let minted = tokens::mint(&app.app.store, name, Role::Operator, Scope::All, now).await;
    minted.expect("a token").secret
}

/// Asks for mails of one status, as an operator.
pub async fn outbox(app: &TestApp, token: &str, status: &str) -> Vec<Value> {
    let request = app.get(&format!("/api/v1/outbox?status={status}"));
    let (code, body) = answer(request.bearer_auth(token)).await;
    assert_eq!(code, StatusCode::OK, "{body}");
    body["mails"].as_array().cloned().unwrap_or_default()
}

/// Reads a message.
pub fn read(message: &Message) -> Parsed<'_> {
    let parsed = MessageParser::default().parse(message.raw.as_bytes());
    parsed.expect("a message")
}

/// A message's plain text.
pub fn text(message: &Message) -> String {
    read(message).body_text(0).expect("a text").into_owned()
}

/// A message's page.
pub fn html(message: &Message) -> String {
    read(message).body_html(0).expect("a page").into_owned()
}

/// A header's value as it is on the wire.
pub fn header(message: &Message, name: &str) -> Option<String> {
    let parsed = read(message);
    let raw = parsed.header_raw(name)?;
    Some(raw.trim().to_owned())
}

/// The paths of the service's links in a text: `/m/…` or `/r/…`.
pub fn links(text: &str) -> Vec<String> {
    let words = text.split_whitespace();
    let paths = words.filter_map(|word| word.strip_prefix(PUBLIC_URL));
    paths
        .filter(|path| path.len() > 3 && !path.starts_with("/desk") && !path.starts_with("/m/stop"))
        .map(str::to_owned)
        .collect()
}

/// The path that follows a word on its line: `Approve: http://…`.
pub fn link_after(text: &str, word: &str) -> String {
    let line = text
        .lines()
        .find(|line| line.trim_start().starts_with(word));
    let line = line.unwrap_or_else(|| panic!("no line {word} in {text}"));
    links(line).pop().expect("a link")
}

/// Opens a page; its status and text.
pub async fn open(app: &TestApp, method: Method, path: &str) -> (StatusCode, String) {
    let response = app.request(method, path).send().await.expect("an answer");
    let status = response.status();
    (status, response.text().await.expect("a page"))
}
