//! The servers that other tests lean on do what those tests take for granted.

use lettre::message::Message as Mail;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::response::Severity;
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{AsyncTransport, Tokio1Executor};
use sqlx::{Connection, Executor, PgConnection, Row};

use crate::support::postgres::Database;
use crate::support::smtp::{Encryption, Options, Reply, SmtpServer};

#[tokio::test]
async fn each_database_is_empty_and_takes_unicode() -> sqlx::Result<()> {
    let (Some(one), Some(other)) = (Database::create().await, Database::create().await) else {
        return Ok(());
    };
    let mut first = PgConnection::connect(&one.url()).await?;
    first
        .execute("CREATE TABLE notes (text TEXT NOT NULL)")
        .await?;
    let lower = first.fetch_one("SELECT lower('ÅRHUS') AS city").await?;
    assert_eq!(lower.get::<String, _>("city"), "århus");

    let mut second = PgConnection::connect(&other.url()).await?;
    let tables = second
        .fetch_all("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")
        .await?;
    assert!(tables.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_dropped_database_is_gone_although_someone_was_connected() -> sqlx::Result<()> {
    let Some(database) = Database::create().await else {
        return Ok(());
    };
    let url = database.url();
    let mut connection = PgConnection::connect(&url).await?;
    drop(database);
    assert!(connection.execute("SELECT 1").await.is_err());
    assert!(PgConnection::connect(&url).await.is_err());
    Ok(())
}

fn mail(to: &str) -> Mail {
    Mail::builder()
        .from("hamlet@example.org".parse().expect("an address"))
        .to(to.parse().expect("an address"))
        .subject("Words")
        .body("To publish, or not to publish".to_owned())
        .expect("a mail")
}

fn client(server: &SmtpServer, encryption: Tls) -> AsyncSmtpTransport<Tokio1Executor> {
    client_with_login(server, encryption, None)
}

fn client_with_login(
    server: &SmtpServer,
    encryption: Tls,
    login: Option<(&str, &str)>,
) -> AsyncSmtpTransport<Tokio1Executor> {
    let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("localhost")
        .port(server.port())
        .tls(encryption);
    match login {
        Some((user, password)) => {
            builder.credentials(Credentials::new(user.to_owned(), password.to_owned()))
        }
        None => builder,
    }
    .build()
}

fn trusting(server: &SmtpServer) -> TlsParameters {
    let pem = std::fs::read(server.certificate()).expect("a certificate file");
    TlsParameters::builder("localhost".to_owned())
        .add_root_certificate(Certificate::from_pem(&pem).expect("a certificate"))
        .build()
        .expect("TLS parameters")
}

fn severity(
    outcome: &Result<lettre::transport::smtp::response::Response, Error>,
) -> Option<Severity> {
    outcome
        .as_ref()
        .err()
        .and_then(Error::status)
        .map(|code| code.severity)
}

#[tokio::test]
async fn the_smtp_server_keeps_what_it_takes() {
    let Some(server) = SmtpServer::start(Options::default()).await else {
        return;
    };
    let sent = client(&server, Tls::None)
        .send(mail("horatio@example.net"))
        .await;
    assert!(sent.is_ok(), "{sent:?}");
    let messages = server.messages().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].from, "hamlet@example.org");
    assert_eq!(messages[0].to, ["horatio@example.net"]);
    let raw = &messages[0].raw;
    assert!(raw.contains("Subject: Words\r\n"), "{raw:?}");
    assert!(
        raw.ends_with("To publish, or not to publish\r\n"),
        "{raw:?}"
    );
}

#[tokio::test]
async fn the_smtp_server_refuses_as_told() {
    let Some(server) = SmtpServer::start(Options::default()).await else {
        return;
    };
    let client = client(&server, Tls::None);
    server
        .set_reply_for("yorick@example.net", Reply::NoSuchMailbox)
        .await;
    let gone = client.send(mail("yorick@example.net")).await;
    assert_eq!(severity(&gone), Some(Severity::PermanentNegativeCompletion));
    for reply in [Reply::TryLater, Reply::Closing] {
        server.set_reply(reply).await;
        let later = client.send(mail("horatio@example.net")).await;
        assert_eq!(
            severity(&later),
            Some(Severity::TransientNegativeCompletion),
            "{reply:?}"
        );
    }
    assert!(server.messages().await.is_empty());

    server.set_reply(Reply::Accept).await;
    assert!(client.send(mail("horatio@example.net")).await.is_ok());
    assert_eq!(server.wait_for_messages(1).await.len(), 1);
}

#[tokio::test]
async fn the_smtp_server_loses_its_reply_or_falls_silent() {
    let Some(server) = SmtpServer::start(Options::default()).await else {
        return;
    };
    let client = client(&server, Tls::None);
    server.set_reply(Reply::Lost).await;
    assert!(client.send(mail("horatio@example.net")).await.is_err());
    assert_eq!(
        server.messages().await.len(),
        1,
        "taken, although the client cannot know"
    );

    // lettre bounds only the connecting in time, so a silent server holds it until somebody else gives up.
    server.set_reply(Reply::Silent).await;
    let unheard = client.send(mail("ophelia@example.net"));
    let patience = std::time::Duration::from_millis(300);
    assert!(
        tokio::time::timeout(patience, unheard).await.is_err(),
        "no answer"
    );
    assert_eq!(
        server.wait_for_recipients(2).await,
        ["horatio@example.net", "ophelia@example.net"]
    );
}

#[tokio::test]
async fn the_smtp_server_insists_on_starttls_and_a_login() {
    let login = Some(("desk".to_owned(), "arras".to_owned()));
    let Some(server) = SmtpServer::start(Options {
        tls: Encryption::StartTls,
        login,
    })
    .await
    else {
        return;
    };
    let bare = client(&server, Tls::None)
        .send(mail("horatio@example.net"))
        .await;
    assert!(bare.is_err(), "in the clear");
    let required = || Tls::Required(trusting(&server));
    let nobody = client(&server, required())
        .send(mail("horatio@example.net"))
        .await;
    assert!(nobody.is_err(), "without a login");
    let wrong = client_with_login(&server, required(), Some(("desk", "rapier")));
    assert!(
        wrong.send(mail("horatio@example.net")).await.is_err(),
        "with a wrong password"
    );
    assert!(server.messages().await.is_empty());

    let right = client_with_login(&server, required(), Some(("desk", "arras")));
    let sent = right.send(mail("horatio@example.net")).await;
    assert!(sent.is_ok(), "{sent:?}");
    assert_eq!(server.messages().await.len(), 1);
}

#[tokio::test]
async fn the_smtp_server_speaks_tls_from_the_first_byte() {
    let login = Some(("desk".to_owned(), "arras".to_owned()));
    let Some(server) = SmtpServer::start(Options {
        tls: Encryption::Implicit,
        login,
    })
    .await
    else {
        return;
    };
    let stranger = TlsParameters::new("localhost".to_owned()).expect("TLS parameters");
    let distrusted = client(&server, Tls::Wrapper(stranger))
        .send(mail("horatio@example.net"))
        .await;
    assert!(distrusted.is_err(), "an unknown certificate");
    let trusted = client_with_login(
        &server,
        Tls::Wrapper(trusting(&server)),
        Some(("desk", "arras")),
    );
    let sent = trusted.send(mail("horatio@example.net")).await;
    assert!(sent.is_ok(), "{sent:?}");
    assert_eq!(server.messages().await.len(), 1);
}
