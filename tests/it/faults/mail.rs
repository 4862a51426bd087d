//! Mail servers in every way of being broken, beside those of `mail::delivery` (421, 451, 550, down,
//! silent, lost after the message). Comments are taken all the while, and each mail arrives once.

use std::{sync::Arc, time::Duration};

use hamlet::notify::Ticked;
use reqwest::StatusCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::Ledger;
use crate::support::{
    app::{Engine, TestApp},
    smtp::{Encryption, Options, Reply, SmtpServer},
};

const DEFERRED: Ticked = Ticked {
    sent: 0,
    deferred: 1,
    dead: 0,
    cancelled: 0,
};

/// How a server is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Broken {
    /// It takes the connection and says nothing.
    SlowBanner,
    /// It hangs up at once.
    HangsUp,
    /// Not a word of SMTP.
    Garbage,
    /// A line without an end.
    EndlessLine,
    /// 421 before anything else.
    Closing,
    /// 554: no service here.
    NoService,
    /// It greets and hangs up at the first command.
    DropsAtHello,
    /// It takes everything up to DATA, then the connection is gone.
    DropsAtData,
    /// It takes the message and answers something else than a reply.
    GarbageAtTheEnd,
    /// It answers each command with a syntax error.
    UnderstandsNothing,
    Not,
}

/// What a broken server does with a connection.
async fn break_it(broken: Broken, mut client: TcpStream) -> std::io::Result<()> {
    match broken {
        Broken::SlowBanner => std::future::pending().await,
        Broken::HangsUp | Broken::Not => Ok(()),
        Broken::Garbage => {
            client
                .write_all(b"\x16\x03\xff\x00 HTTP/1.1 200 OK\r\n\r\n")
                .await
        }
        Broken::EndlessLine => loop {
            client.write_all(&[b'2'; 4096]).await?;
        },
        Broken::Closing => client.write_all(b"421 4.3.2 closing\r\n").await,
        Broken::NoService => client.write_all(b"554 5.3.2 no service\r\n").await,
        _ => converse(broken, client).await,
    }
}

/// Speaks SMTP up to the point where it breaks.
async fn converse(broken: Broken, mut client: TcpStream) -> std::io::Result<()> {
    client.write_all(b"220 ready\r\n").await?;
    let mut said = vec![0; 64 * 1024];
    let mut in_message = false;
    loop {
        let count = client.read(&mut said).await?;
        if count == 0 {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&said[..count]).into_owned();
        let ended = line.ends_with("\r\n.\r\n");
        let reply: &[u8] = match (broken, line.get(..4).unwrap_or_default()) {
            (Broken::DropsAtHello, _) | (Broken::DropsAtData, "DATA") => return Ok(()),
            (Broken::UnderstandsNothing, _) => b"500 5.5.1 what?\r\n",
            (_, "DATA") => {
                in_message = true;
                b"354 go on\r\n"
            }
            (Broken::GarbageAtTheEnd, _) if in_message && ended => b"fine, I think\r\n",
            _ if in_message => continue,
            _ => b"250 fine\r\n",
        };
        client.write_all(reply).await?;
    }
}

/// A server in front of a real one: broken as told, or a way through.
async fn door(behind: u16, mut broken: watch::Receiver<Broken>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let now = *broken.borrow_and_update();
            tokio::spawn(async move {
                if now == Broken::Not {
                    let mut server = TcpStream::connect(("127.0.0.1", behind)).await?;
                    copy_bidirectional(&mut client, &mut server).await?;
                    return Ok(());
                }
                break_it(now, client).await
            });
        }
    });
    port
}

/// A service with a moderator who is mailed at once, by this server.
async fn office(url: &str, more: &[(&str, &str)]) -> Option<TestApp> {
    let mut settings = vec![
        ("MAIL__URL", url),
        ("MAIL__REQUIRE_TLS", "false"),
        ("MAIL__TIMEOUT_SECONDS", "1"),
        ("INTAKE__NETWORK_SOFT_LIMIT", "100000"),
    ];
    settings.extend_from_slice(more);
    let app = TestApp::start(Engine::Sqlite, &settings).await?;
    app.first_operator("horatio@castle.example").await;
    Some(app)
}

/// Lets time pass and sends what is due.
async fn pass(app: &TestApp, time: Duration) -> Ticked {
    app.pass(time).await;
    hamlet::notify::tick(&app.app.notify)
        .await
        .expect("the outbox")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_a_server_is_broken_its_mail_waits_and_arrives_once() {
    let Some(smtp) = SmtpServer::start(Options::default()).await else {
        return;
    };
    let (set, broken) = watch::channel(Broken::Not);
    let port = door(smtp.port(), broken).await;
    let Some(app) = office(&format!("smtp://127.0.0.1:{port}"), &[]).await else {
        return;
    };
    let mut ledger = Ledger::default();
    let ways = [
        Broken::SlowBanner,
        Broken::HangsUp,
        Broken::Garbage,
        Broken::EndlessLine,
        Broken::Closing,
        Broken::NoService,
        Broken::DropsAtHello,
        Broken::DropsAtData,
        Broken::GarbageAtTheEnd,
        Broken::UnderstandsNothing,
    ];
    for (already, way) in ways.into_iter().enumerate() {
        set.send(way).unwrap();
        assert_eq!(ledger.post(&app).await, StatusCode::ACCEPTED);
        assert_eq!(
            pass(&app, Duration::from_mins(6)).await,
            DEFERRED,
            "{way:?}"
        );
        let waiting = app.app.store.list_mail(None, None, 100).await.unwrap();
        let error = waiting.iter().find_map(|mail| mail.last_error.clone());
        let error = error.expect("an error that operators see");
        assert!(!error.contains("castle"), "{way:?}: {error}");
        set.send(Broken::Not).unwrap();
        assert_eq!(pass(&app, Duration::from_mins(6)).await.sent, 1, "{way:?}");
        assert_eq!(pass(&app, Duration::from_hours(5)).await, Ticked::default());
        assert_eq!(smtp.messages().await.len(), already + 1, "{way:?}");
    }
    ledger.settle(&app).await;
}

/// Refused the first time by a server that wants to see whether one comes back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn greylisting_delays_a_mail_and_does_not_lose_it() {
    let Some(smtp) = SmtpServer::start(Options::default()).await else {
        return;
    };
    let url = format!("smtp://127.0.0.1:{}", smtp.port());
    let Some(app) = office(&url, &[]).await else {
        return;
    };
    smtp.set_reply(Reply::TryLater).await;
    Ledger::default().post(&app).await;
    let mut tries = 0;
    // Five minutes is what such servers ask for: those who come back too soon are refused again.
    let came = app.app.now();
    while app.app.now().since(came) < Duration::from_mins(5) {
        let ticked = pass(&app, Duration::from_mins(1)).await;
        assert_eq!((ticked.sent, ticked.dead), (0, 0));
        tries += ticked.deferred;
    }
    assert!((2..=4).contains(&tries), "{tries} tries");
    smtp.set_reply(Reply::Accept).await;
    assert_eq!(pass(&app, Duration::from_mins(10)).await.sent, 1);
    assert_eq!(smtp.messages().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_tls_that_can_be_trusted_no_mail_leaves() {
    for (encryption, scheme, door_is_plain) in [
        (Encryption::StartTls, "smtp", false),
        (Encryption::Implicit, "smtps", false),
        (Encryption::None, "smtps", true),
    ] {
        let options = Options {
            tls: encryption,
            login: None,
        };
        let Some(smtp) = SmtpServer::start(options).await else {
            return;
        };
        let url = format!("{scheme}://user:secret@localhost:{}", smtp.port());
        let Some(app) = office(&url, &[("MAIL__REQUIRE_TLS", "true")]).await else {
            return;
        };
        let app = Arc::new(app);
        let mut ledger = Ledger::default();
        ledger.post(&app).await;
        assert_eq!(pass(&app, Duration::ZERO).await, DEFERRED, "{scheme}");
        assert!(smtp.messages().await.is_empty(), "plain: {door_is_plain}");
        ledger.settle(&app).await;
    }
}
