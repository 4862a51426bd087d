//! A real SMTP server for the tests of outgoing mail: aiosmtpd in a process of its own
//! (`smtp_server.py`), which gets its answers over pipes. Certificates, modes and received messages live
//! here; what the service should do about them lives in the tests.
//!
//! The interpreter is `HAMLET_TEST_PYTHON`, else `python3`. Without aiosmtpd the test skips with a line
//! on standard error, unless `HAMLET_TEST_REQUIRE_SMTP=1`, which turns the skip into a failure.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;

/// How long a wait lasts before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// How the server encrypts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all: `smtp://` without TLS.
    #[default]
    None,
    /// STARTTLS, and no mail without it.
    StartTls,
    /// From the first byte: `smtps://`.
    Implicit,
}

/// What the server asks of its clients.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Encryption.
    pub tls: Encryption,
    /// The user and password to ask for (AUTH PLAIN or LOGIN), or nothing.
    pub login: Option<(String, String)>,
}

/// What the server does with a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Takes the mail.
    Accept,
    /// 451 on RCPT TO: try again later.
    TryLater,
    /// 421 on RCPT TO: the server is going away.
    Closing,
    /// 550 on RCPT TO: no such mailbox, for good.
    NoSuchMailbox,
    /// Takes the mail, then drops the connection instead of saying so.
    Lost,
    /// Answers RCPT TO with nothing at all.
    Silent,
}

impl Reply {
    fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::TryLater => "451",
            Self::Closing => "421",
            Self::NoSuchMailbox => "550",
            Self::Lost => "lost",
            Self::Silent => "silent",
        }
    }
}

/// A mail the server took.
#[derive(Clone, Debug)]
pub struct Message {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers and body as they came over the wire.
    pub raw: String,
}

/// What the server process reports, in the order it happened.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event {
    Ready {
        port: u16,
    },
    Recipient {
        to: String,
    },
    Message {
        from: String,
        to: Vec<String>,
        raw: String,
    },
    Done {
        id: u64,
    },
}

/// A running server; it stops when dropped, and when the test process dies.
pub struct SmtpServer {
    process: Child,
    commands: Mutex<ChildStdin>,
    last_command: AtomicU64,
    events: watch::Receiver<Vec<Event>>,
    port: u16,
    certificate: Option<PathBuf>,
    _folder: tempfile::TempDir,
}

impl SmtpServer {
    /// Starts a server on a free loopback port, or says why it cannot and returns `None`.
    ///
    /// # Panics
    /// When aiosmtpd is there but the server does not start, and when aiosmtpd is missing although
    /// `HAMLET_TEST_REQUIRE_SMTP=1`.
    pub async fn start(options: Options) -> Option<Self> {
        if !aiosmtpd_is_installed() {
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let certificate =
            (options.tls != Encryption::None).then(|| make_certificate(folder.path()));
        let mut process = Command::new(python())
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/smtp_server.py"))
            .arg(arguments(&options, folder.path()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the SMTP server starts");
        let commands = Mutex::new(process.stdin.take().expect("piped"));
        let mut events = read_events(process.stdout.take().expect("piped"));
        let port = wait(&mut events, |events| events.iter().find_map(Event::port)).await;
        Some(Self {
            process,
            commands,
            last_command: AtomicU64::new(0),
            events,
            port,
            certificate,
            _folder: folder,
        })
    }

    /// The port it listens on, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The PEM file of the certificate (for `localhost` and `127.0.0.1`) that a client has to trust.
    ///
    /// # Panics
    /// When the server does not encrypt.
    #[must_use]
    pub fn certificate(&self) -> &Path {
        self.certificate
            .as_deref()
            .expect("a server started with TLS")
    }

    /// Says what to do with every recipient that has no reply of its own.
    pub async fn set_reply(&self, reply: Reply) {
        self.command(json!({"command": "mode", "reply": reply.name(), "mailbox": null}))
            .await;
    }

    /// Says what to do with one recipient.
    pub async fn set_reply_for(&self, mailbox: &str, reply: Reply) {
        self.command(json!({"command": "mode", "reply": reply.name(), "mailbox": mailbox}))
            .await;
    }

    /// Every mail taken so far, oldest first.
    pub async fn messages(&self) -> Vec<Message> {
        self.command(json!({"command": "sync"})).await;
        self.events
            .borrow()
            .iter()
            .filter_map(Event::message)
            .collect()
    }

    /// Waits until at least `count` mails have been taken, and returns all of them.
    pub async fn wait_for_messages(&self, count: usize) -> Vec<Message> {
        wait(&mut self.events.clone(), |events| {
            let messages: Vec<_> = events.iter().filter_map(Event::message).collect();
            (messages.len() >= count).then_some(messages)
        })
        .await
    }

    /// Waits until at least `count` recipients have been named, and returns all of them, also
    /// those that the server refused.
    pub async fn wait_for_recipients(&self, count: usize) -> Vec<String> {
        wait(&mut self.events.clone(), |events| {
            let recipients: Vec<_> = events.iter().filter_map(Event::recipient).collect();
            (recipients.len() >= count).then_some(recipients)
        })
        .await
    }

    /// Sends a command and waits until it has taken effect; events that came before it are then here.
    async fn command(&self, mut command: serde_json::Value) {
        let number = self.last_command.fetch_add(1, Ordering::Relaxed) + 1;
        command["id"] = json!(number);
        writeln!(self.commands.lock().expect("not poisoned"), "{command}")
            .expect("the SMTP server reads");
        wait(&mut self.events.clone(), |events| {
            events
                .iter()
                .any(|event| matches!(event, Event::Done { id } if *id == number))
                .then_some(())
        })
        .await;
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Event {
    fn port(&self) -> Option<u16> {
        match self {
            Self::Ready { port } => Some(*port),
            _ => None,
        }
    }

    fn recipient(&self) -> Option<String> {
        match self {
            Self::Recipient { to } => Some(to.clone()),
            _ => None,
        }
    }

    fn message(&self) -> Option<Message> {
        let Self::Message { from, to, raw } = self else {
            return None;
        };
        let raw = BASE64_STANDARD
            .decode(raw)
            .expect("base64 from the SMTP server");
        let raw = String::from_utf8_lossy(&raw).into_owned();
        Some(Message {
            from: from.clone(),
            to: to.clone(),
            raw,
        })
    }
}

fn python() -> String {
    std::env::var("HAMLET_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// Whether the interpreter has aiosmtpd; found out, and said, once a process.
fn aiosmtpd_is_installed() -> bool {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    *INSTALLED.get_or_init(|| {
        let import = Command::new(python())
            .args(["-c", "import aiosmtpd.smtp"])
            .stderr(Stdio::null())
            .status();
        let installed = import.is_ok_and(|status| status.success());
        if !installed {
            let missing = format!(
                "{} cannot import aiosmtpd (HAMLET_TEST_PYTHON names the interpreter)",
                python()
            );
            assert!(
                std::env::var("HAMLET_TEST_REQUIRE_SMTP").as_deref() != Ok("1"),
                "{missing}"
            );
            skip(&missing);
        }
        installed
    })
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skip(why: &str) {
    eprintln!("skipping the tests that need an SMTP server: {why}");
}

/// Makes a certificate that is its own trust anchor, and writes it and its key into `folder`.
fn make_certificate(folder: &Path) -> PathBuf {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let certificate = folder.join("certificate.pem");
    std::fs::write(&certificate, made.cert.pem()).expect("the certificate is written");
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem())
        .expect("the key is written");
    certificate
}

fn arguments(options: &Options, folder: &Path) -> String {
    let tls = match options.tls {
        Encryption::None => "none",
        Encryption::StartTls => "starttls",
        Encryption::Implicit => "implicit",
    };
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    json!({"tls": tls, "certificate": certificate, "key": key, "login": options.login}).to_string()
}

/// Collects what the server process reports, on a thread that ends with it.
fn read_events(output: ChildStdout) -> watch::Receiver<Vec<Event>> {
    let (sender, receiver) = watch::channel(Vec::new());
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let event = serde_json::from_str(&line).expect("a report of the SMTP server");
            sender.send_modify(|events| events.push(event));
        }
    });
    receiver
}

/// Waits until `find` finds something in the events; fails the test when the server ends or stays mute.
async fn wait<T>(
    events: &mut watch::Receiver<Vec<Event>>,
    find: impl Fn(&[Event]) -> Option<T>,
) -> T {
    let found = async {
        loop {
            if let Some(found) = find(&events.borrow_and_update()) {
                return found;
            }
            events.changed().await.expect("the SMTP server is running");
        }
    };
    tokio::time::timeout(PATIENCE, found)
        .await
        .expect("an event of the SMTP server in time")
}
