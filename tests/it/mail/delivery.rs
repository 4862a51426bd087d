//! How mail leaves: encrypted and signed in, again and again when it fails, never twice when it does
//! not, and visibly given up.

use std::{net::SocketAddr, time::Duration};

use hamlet::{domain::mail::MailStatus, notify::Ticked};
use reqwest::StatusCode;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};

use super::{
    office::{
        Office, header, html, moderator, operator, outbox, pass, post, read, start, text,
        unaddressed,
    },
    on_each_engine,
};
use crate::support::{
    app::{Engine, answer},
    smtp::{Encryption, Options, Reply, SmtpServer},
};

const MINUTES: Duration = Duration::from_mins(5);
const HOURS: Duration = Duration::from_hours(5);

const SENT: Ticked = Ticked {
    sent: 1,
    deferred: 0,
    dead: 0,
    cancelled: 0,
};
const DEFERRED: Ticked = Ticked {
    sent: 0,
    deferred: 1,
    dead: 0,
    cancelled: 0,
};

on_each_engine!(
    mail_leaves_encrypted_and_signed_in,
    a_server_that_says_later_gets_it_later_once,
    a_server_that_is_down_gets_it_later_once,
    an_unknown_mailbox_is_a_visible_dead_letter_that_can_be_tried_again,
    a_mail_that_fails_for_days_is_given_up,
    a_lost_answer_repeats_the_same_mail,
    workers_that_share_an_outbox_send_each_mail_once,
    a_mail_whose_worker_died_is_sent_when_its_lease_ends,
);

async fn mail_leaves_encrypted_and_signed_in(engine: Engine) {
    for (encryption, scheme) in [
        (Encryption::StartTls, "smtp"),
        (Encryption::Implicit, "smtps"),
    ] {
        let login = ("ham let".to_owned(), "p@ss/word:1".to_owned());
        let options = Options {
            tls: encryption,
            login: Some(login),
        };
        let Some(smtp) = SmtpServer::start(options).await else {
            return;
        };
        let port = smtp.port();
        let url = format!("{scheme}://ham%20let:p%40ss%2Fword%3A1@localhost:{port}");
        let authority = smtp.certificate().display().to_string();
        let tls = [
            ("MAIL__CA_FILE", authority.as_str()),
            ("MAIL__REQUIRE_TLS", "true"),
        ];
        let Some(app) = start(engine, &url, &tls).await else {
            return;
        };
        moderator(&app, "horatio", None).await;
        post(&app, "default", json!({})).await;
        assert_eq!(pass(&app, Duration::ZERO).await, SENT);
        let mails = smtp.messages().await;
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to, ["horatio@castle.example"]);
        assert_eq!(mails[0].from, "hamlet@elsinore.example");
        let parsed = read(&mails[0]);
        assert_eq!(
            parsed.subject(),
            Some("A comment waits on Default: Ophelia")
        );
        assert_eq!(
            header(&mails[0], "Auto-Submitted").as_deref(),
            Some("auto-generated")
        );
        assert_eq!(
            header(&mails[0], "List-Id").as_deref(),
            Some("<queue.elsinore.example>")
        );
        assert!(text(&mails[0]).contains("> There's rosemary"));
        assert!(html(&mails[0]).contains("There&#39;s rosemary"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_starttls_no_password_and_no_mail_is_sent() {
    let Some(smtp) = SmtpServer::start(Options::default()).await else {
        return;
    };
    let url = format!("smtp://hamlet:secret@127.0.0.1:{}", smtp.port());
    let tls = [("MAIL__REQUIRE_TLS", "true")];
    let app = start(Engine::Sqlite, &url, &tls).await.expect("an app");
    moderator(&app, "horatio", None).await;
    post(&app, "default", json!({})).await;
    assert_eq!(pass(&app, Duration::ZERO).await, DEFERRED);
    assert!(smtp.messages().await.is_empty());
}

async fn a_server_that_says_later_gets_it_later_once(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    moderator(&office.app, "horatio", None).await;
    for reply in [Reply::TryLater, Reply::Closing] {
        office.smtp.set_reply(reply).await;
        post(&office.app, "default", json!({})).await;
        let before = office.mails().await.len();
        assert_eq!(office.pass(MINUTES).await, DEFERRED);
        assert_eq!(
            office.tick().await,
            Ticked::default(),
            "not before its time"
        );
        office.smtp.set_reply(Reply::Accept).await;
        assert_eq!(office.pass(MINUTES).await, SENT);
        assert_eq!(office.pass(HOURS).await, Ticked::default());
        assert_eq!(office.mails().await.len(), before + 1);
    }
}

async fn a_server_that_is_down_gets_it_later_once(engine: Engine) {
    let Some(smtp) = SmtpServer::start(Options::default()).await else {
        return;
    };
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let door = closed.local_addr().expect("its address");
    drop(closed);
    let Some(app) = start(engine, &format!("smtp://{door}"), &[]).await else {
        return;
    };
    moderator(&app, "horatio", None).await;
    post(&app, "default", json!({})).await;
    assert_eq!(pass(&app, Duration::ZERO).await, DEFERRED);
    let token = operator(&app).await;
    let waiting = outbox(&app, &token, "queued").await;
    let error = waiting[0]["last_error"].as_str().expect("an error");
    assert!(
        error.starts_with("the mail server cannot be reached"),
        "{error}"
    );

    let listener = TcpListener::bind(door).await.expect("the port again");
    tokio::spawn(forward(listener, ([127, 0, 0, 1], smtp.port()).into()));
    assert_eq!(pass(&app, HOURS).await, SENT);
    assert_eq!(pass(&app, HOURS).await, Ticked::default());
    assert_eq!(smtp.messages().await.len(), 1);
}

/// Lets a mail server come up at an address where there was none.
async fn forward(listener: TcpListener, server: SocketAddr) {
    while let Ok((mut client, _)) = listener.accept().await {
        let mut server = TcpStream::connect(server).await.expect("the server");
        tokio::spawn(async move {
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        });
    }
}

async fn an_unknown_mailbox_is_a_visible_dead_letter_that_can_be_tried_again(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    moderator(app, "horatio", None).await;
    office.smtp.set_reply(Reply::NoSuchMailbox).await;
    post(app, "default", json!({})).await;
    assert_eq!(office.tick().await.dead, 1);

    let token = operator(app).await;
    let dead = outbox(app, &token, "dead").await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0]["to"], "h***@c***.example");
    assert_eq!(dead[0]["moderator"], "horatio");
    let error = dead[0]["last_error"].as_str().expect("an error");
    assert!(error.contains("550") && !error.contains('@'), "{error}");

    post(
        app,
        "default",
        json!({ "text": "Another thought altogether." }),
    )
    .await;
    assert_eq!(
        office.pass(HOURS).await,
        Ticked::default(),
        "one dead letter a day"
    );

    office.smtp.set_reply(Reply::Accept).await;
    let id = dead[0]["id"].as_str().expect("an id");
    let retry = format!("/api/v1/outbox/{id}/retry");
    let (status, _) = answer(app.post(&retry, &json!({}))).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (status, _) = answer(app.post(&retry, &json!({})).bearer_auth(&token)).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(office.tick().await, SENT);
    assert!(text(&office.last().await).contains("Another thought"));
    let (status, _) = answer(app.post(&retry, &json!({})).bearer_auth(&token)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

async fn a_mail_that_fails_for_days_is_given_up(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    moderator(&office.app, "horatio", None).await;
    office.smtp.set_reply(Reply::TryLater).await;
    post(&office.app, "default", json!({})).await;
    let mut tries = 0;
    loop {
        let ticked = office.pass(HOURS).await;
        tries += 1;
        if ticked.dead == 1 {
            break;
        }
        assert_eq!(ticked, DEFERRED);
    }
    assert_eq!(tries, 25, "120 hours, a try every five");
    let all = office.app.app.store.list_mail(None, None, 10).await;
    let all = all.expect("the outbox");
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].status, MailStatus::Dead);
}

async fn a_lost_answer_repeats_the_same_mail(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    moderator(&office.app, "horatio", None).await;
    office.smtp.set_reply(Reply::Lost).await;
    post(&office.app, "default", json!({})).await;
    assert_eq!(office.tick().await, DEFERRED);
    office.smtp.set_reply(Reply::Accept).await;
    assert_eq!(office.pass(MINUTES).await, SENT);
    let mails = office.mails().await;
    assert_eq!(mails.len(), 2);
    assert_eq!(
        header(&mails[0], "Message-ID"),
        header(&mails[1], "Message-ID")
    );
}

async fn workers_that_share_an_outbox_send_each_mail_once(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let names = [
        "horatio",
        "marcellus",
        "bernardo",
        "francisco",
        "osric",
        "laertes",
        "fortinbras",
    ];
    for name in names {
        moderator(&office.app, name, None).await;
    }
    post(&office.app, "default", json!({})).await;
    let (a, b, c) = tokio::join!(office.tick(), office.tick(), office.tick());
    assert_eq!(
        a.sent + b.sent + c.sent + office.tick().await.sent,
        names.len()
    );
    let mut to: Vec<_> = office
        .mails()
        .await
        .into_iter()
        .flat_map(|mail| mail.to)
        .collect();
    to.sort();
    to.dedup();
    assert_eq!(
        (to.len(), office.mails().await.len()),
        (names.len(), names.len())
    );
}

async fn a_mail_whose_worker_died_is_sent_when_its_lease_ends(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let comment = post(&office.app, "default", json!({ "notify_replies": true })).await;
    office.app.approve(&comment).await;
    let (store, clock) = (&office.app.app.store, &office.app.app.clock);
    clock.advance(MINUTES);
    let now = clock.now();
    let claim = unaddressed(10, now, now.plus(MINUTES));
    let claimed = store.claim_mail(claim).await.expect("a claim");
    assert_eq!(claimed.len(), 1);
    assert_eq!(
        office.tick().await,
        Ticked::default(),
        "it is someone else's"
    );
    assert_eq!(office.pass(MINUTES).await, SENT);
    assert_eq!(office.pass(HOURS).await, Ticked::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_server_is_not_waited_for_longer_than_configured() {
    let timeout = [("MAIL__TIMEOUT_SECONDS", "1")];
    let Some(office) = Office::open(Engine::Sqlite, &timeout).await else {
        return;
    };
    moderator(&office.app, "horatio", None).await;
    office.smtp.set_reply(Reply::Silent).await;
    post(&office.app, "default", json!({})).await;
    assert_eq!(office.tick().await, DEFERRED);
    let all = office.app.app.store.list_mail(None, None, 10).await;
    let error = all.expect("the outbox")[0].last_error.clone();
    assert_eq!(
        error.as_deref(),
        Some("the mail server did not answer in time")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_mail_server_mail_is_files_in_the_data_folder() {
    let app = start(Engine::Sqlite, "", &[]).await.expect("an app");
    moderator(&app, "horatio", None).await;
    post(&app, "default", json!({})).await;
    assert_eq!(pass(&app, Duration::ZERO).await, SENT);
    let folder = app.folder.path().join("data/mail");
    let files: Vec<_> = std::fs::read_dir(folder).expect("a folder").collect();
    assert_eq!(files.len(), 1);
    let path = files[0].as_ref().expect("a file").path();
    assert_eq!(path.extension().and_then(|end| end.to_str()), Some("eml"));
    let message = std::fs::read_to_string(path).expect("a mail");
    assert!(message.contains("Subject: A comment waits on Default: Ophelia\r\n"));
}
