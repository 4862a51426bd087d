//! Whether mail arrives: a test mail by button and by command, and what DNS says of the sender's domain, asked of a server on loopback.

use hamlet::{
    config::{MailSettings, Settings},
    notify::records::{self, DnsRecord},
};

use super::office::{Office, read, start};
use crate::{
    program::{hamlet, run, says},
    support::{
        app::Engine,
        dns::{BROKEN, NameServer, Zone},
        smtp::{Options, SmtpServer},
    },
};

const EMAIL: &str = "horatio@castle.example";
const SETTINGS: &str = "/desk/settings";

fn settings(server: &NameServer, selector: &str) -> MailSettings {
    let variables = [
        ("HAMLET_MAIL__DNS_SERVER", server.address.as_str()),
        ("HAMLET_MAIL__DKIM_SELECTOR", selector),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Settings::from_sources(None, variables.into()).unwrap().mail
}

async fn found(zone: Zone<'_>, selector: &str) -> Vec<DnsRecord> {
    let server = NameServer::start(zone).await;
    let found = records::look_up(&settings(&server, selector), "elsinore.example").await;
    found.unwrap()
}

/// A key of 2,048 bits takes so many characters.
fn key(characters: usize) -> String {
    "MIIB".repeat(characters / 4)
}

#[tokio::test]
async fn a_domain_whose_mail_can_be_known_is_well() {
    let key = format!("v=DKIM1; k=rsa; p={}", key(392));
    let zone = [
        ("elsinore.example", "google-site-verification=abc"),
        (
            "elsinore.example",
            "v=spf1 mx include:_spf.mail.example ~all",
        ),
        ("s1._domainkey.elsinore.example", key.as_str()),
        (
            "_dmarc.elsinore.example",
            "v=DMARC1; p=quarantine; rua=mailto:p@elsinore.example",
        ),
    ];
    let records = found(&zone, "s1").await;
    let about: Vec<&str> = records.iter().map(|record| record.about).collect();
    assert_eq!(about, ["spf", "dkim", "dmarc"]);
    for record in &records {
        assert_eq!(record.advice, None, "{record:?}");
    }
    assert!(records[0].says.contains("include:_spf.mail.example"));
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named_with_what_to_do() {
    let short = format!("p={}", key(160));
    for (zone, selector, about, says) in [
        (&[][..], "", "spf", "names no servers"),
        (&[], "", "dmarc", "says nothing"),
        (
            &[],
            "s1",
            "dkim",
            "no key at s1._domainkey.elsinore.example",
        ),
        (
            &[("elsinore.example", "v=spf1 +all")],
            "",
            "spf",
            "every server",
        ),
        (
            &[
                ("elsinore.example", "v=spf1 mx -all"),
                ("elsinore.example", "V=SPF1 a -all"),
            ],
            "",
            "spf",
            "2 records",
        ),
        (
            &[("elsinore.example", "v=spf10 mx -all")],
            "",
            "spf",
            "names no servers",
        ),
        (
            &[("s1._domainkey.elsinore.example", "v=DKIM1; p=")],
            "s1",
            "dkim",
            "revoked",
        ),
        (
            &[("s1._domainkey.elsinore.example", "v=DKIM1; p=MI|B")],
            "s1",
            "dkim",
            "cannot be read",
        ),
        (
            &[("s1._domainkey.elsinore.example", short.as_str())],
            "s1",
            "dkim",
            "1024",
        ),
        (
            &[("_dmarc.elsinore.example", "v=DMARC1; rua=mailto:a@b")],
            "",
            "dmarc",
            "without a policy",
        ),
    ] {
        let records = found(zone, selector).await;
        let record = records.iter().find(|record| record.about == about).unwrap();
        assert!(record.says.contains(says), "{says}: {record:?}");
        assert!(record.advice.is_some(), "{record:?}");
    }
    let ed25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let records = found(&[("s1._domainkey.elsinore.example", ed25519)], "s1").await;
    assert_eq!(records[1].advice, None, "{records:?}");
}

#[tokio::test]
async fn a_subdomain_has_the_policy_of_its_domain_and_a_silent_server_says_nothing_of_it() {
    let zone = [("_dmarc.elsinore.example", "v=DMARC1; p=none")];
    let server = NameServer::start(&zone).await;
    let settings_of = settings(&server, "");
    let records = records::look_up(&settings_of, "mail.elsinore.example")
        .await
        .unwrap();
    assert_eq!(records[1].advice, None, "{records:?}");
    assert!(
        records[1].says.starts_with("elsinore.example:"),
        "{records:?}"
    );
    let own = NameServer::start(&[("_dmarc.mail.elsinore.example", "v=DMARC1; p=reject")]).await;
    let records = records::look_up(&settings(&own, ""), "mail.elsinore.example").await;
    let says = &records.unwrap()[1].says;
    assert!(
        says.starts_with("mail.elsinore.example: v=DMARC1; p=reject"),
        "{says}"
    );
    let local = records::look_up(&settings_of, "localhost").await;
    assert!(local.unwrap_err().to_string().contains("localhost"));
    let broken = NameServer::start(&[("elsinore.example", BROKEN)]).await;
    let failed = records::look_up(&settings(&broken, ""), "elsinore.example").await;
    assert!(failed.unwrap_err().to_string().contains("does not answer"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_says_what_it_found_and_is_not_ill_for_it() {
    let Some(smtp) = SmtpServer::start(Options::default()).await else {
        return;
    };
    let names = NameServer::start(&[("elsinore.example", "v=spf1 mx -all")]).await;
    let folder = tempfile::tempdir().unwrap();
    let mut doctor = hamlet(folder.path(), &["doctor"]);
    doctor
        .env(
            "HAMLET_MAIL__URL",
            format!("smtp://127.0.0.1:{}", smtp.port()),
        )
        .env("HAMLET_MAIL__REQUIRE_TLS", "false")
        .env("HAMLET_MAIL__FROM", "hamlet@elsinore.example")
        .env("HAMLET_MAIL__DNS_SERVER", &names.address);
    let ran = tokio::task::spawn_blocking(|| run(doctor)).await.unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(ran.status.code(), Some(0), "{said}{}", says(&ran));
    for line in [
        "ok   mail",
        "ok   spf",
        "WARN dmarc",
        "_dmarc.elsinore.example",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
}

#[test]
fn while_mail_goes_to_files_the_doctor_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(hamlet(folder.path(), &["doctor"]));
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(ran.status.code(), Some(0), "{said}");
    let line = said.lines().find(|line| line.contains(" mail ")).unwrap();
    assert!(
        line.starts_with("WARN") && line.contains("nobody gets it"),
        "{said}"
    );
    let sent = run(hamlet(folder.path(), &["mail", "test", EMAIL, "--json"]));
    assert_eq!(sent.status.code(), Some(0), "{}", says(&sent));
    let answer: serde_json::Value = serde_json::from_slice(&sent.stdout).unwrap();
    assert_eq!(answer["sent"], false, "{answer}");
    let files = std::fs::read_dir(folder.path().join("data/mail")).unwrap();
    assert_eq!(files.count(), 1);
    let wrong = run(hamlet(folder.path(), &["mail", "test", "nobody"]));
    assert_eq!(wrong.status.code(), Some(2), "{}", says(&wrong));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_says_that_mail_goes_to_files_and_sends_a_test() {
    let app = start(Engine::Sqlite, "", &[]).await.expect("an app");
    let operator = app.first_operator(EMAIL).await;
    let moderator = app
        .moderator(&operator, "marcellus@castle.example", &[])
        .await;
    for page in [SETTINGS, "/desk"] {
        let page = operator.page(&app, page).await;
        assert!(page.contains("Mail is written to files in"), "{page}");
        assert!(!page.contains("everything was delivered"), "{page}");
    }
    let page = moderator.page(&app, "/desk/me").await;
    assert!(page.contains("no mail reaches you"), "{page}");
    let (status, page) = operator.send(&app, SETTINGS, &[("do", "test-mail")]).await;
    assert_eq!(status, 200);
    assert!(page.contains("nobody gets it"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_mail_arrives_and_a_mail_server_that_does_not_take_it_is_heard() {
    let Some(office) = Office::open(Engine::Sqlite, &[]).await else {
        return;
    };
    let operator = office.app.first_operator(EMAIL).await;
    let page = operator.page(&office.app, SETTINGS).await;
    assert!(!page.contains("written to files"), "{page}");
    let wanted = [("do", "test-mail")];
    let (status, page) = operator.send(&office.app, SETTINGS, &wanted).await;
    assert_eq!(status, 200);
    assert!(page.contains("The mail server took it for h"), "{page}");
    assert!(!page.contains(EMAIL), "{page}");
    let mail = office.last().await;
    assert_eq!(mail.to, [EMAIL]);
    assert_eq!(
        read(&mail).subject(),
        Some("A test mail of Hamlet at http://hamlet.test")
    );
    drop(office.smtp);
    let (status, page) = operator.send(&office.app, SETTINGS, &wanted).await;
    assert_eq!(status, 422);
    assert!(page.contains("It was not sent: the mail server"), "{page}");
}
