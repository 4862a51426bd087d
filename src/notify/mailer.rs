//! Handing messages over: to an SMTP server, or as `.eml` files into a folder. The transport is
//! chosen by the URL's scheme. Errors say whether another try makes sense, and never repeat what
//! the server said, because servers quote addresses.

use std::{
    fmt, fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Duration,
};

use lettre::{Message, message::Mailbox};
use secrecy::ExposeSecret;

use super::{
    failure::{MailerError, SendError},
    smtp::Server,
};
use crate::{config::Settings, domain::email::EmailAddress, files};

enum Transport {
    Smtp(Box<Server>),
    Folder(PathBuf),
}

impl fmt::Display for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.transport {
            Transport::Smtp(server) => write!(f, "the mail server {server}"),
            Transport::Folder(folder) => write!(f, "the folder {}", folder.display()),
        }
    }
}

/// Hands messages over.
pub struct Mailer {
    transport: Transport,
    /// For a whole conversation: a server that trickles cannot hold a mail for ever.
    deadline: Duration,
    from: Mailbox,
}

impl Mailer {
    /// Makes the transport that the settings name. Nothing is connected yet.
    ///
    /// # Errors
    /// [`MailerError`], naming the setting.
    pub fn new(settings: &Settings) -> Result<Self, MailerError> {
        let from = sender(&settings.mail.from).ok_or(MailerError::From)?;
        let url = settings.mail_url();
        let url = url.expose_secret();
        let transport = match url.strip_prefix("file://") {
            Some("") => return Err(MailerError::Url("file:// needs a folder")),
            Some(folder) => Transport::Folder(PathBuf::from(folder)),
            None => Transport::Smtp(Box::new(Server::new(settings, url)?)),
        };
        let step = Duration::from_secs(settings.mail.timeout_seconds.max(1));
        Ok(Self {
            transport,
            deadline: step.saturating_mul(5),
            from,
        })
    }

    /// The sender of every mail.
    #[must_use]
    pub const fn from(&self) -> &Mailbox {
        &self.from
    }

    /// The folder that messages are written to instead of being sent, where that is so.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match &self.transport {
            Transport::Folder(folder) => Some(folder),
            Transport::Smtp(_) => None,
        }
    }

    /// The longest that one message can take.
    #[must_use]
    pub const fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Hands a message over. `id` names its file, where files are written.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn send(&self, id: &str, message: &Message) -> Result<(), SendError> {
        let sending = async {
            match &self.transport {
                Transport::Smtp(server) => server.send(message).await,
                Transport::Folder(folder) => write_file(folder, id, message.formatted()).await,
            }
        };
        let late = || SendError::Late("the mail server took too long".to_owned());
        tokio::time::timeout(self.deadline, sending)
            .await
            .unwrap_or_else(|_| Err(late()))
    }

    /// Whether the transport works: connects, greets and signs in, or writes into the folder if it
    /// is there already. No mail is sent.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn check(&self) -> Result<(), SendError> {
        match &self.transport {
            Transport::Smtp(server) => server.check().await,
            Transport::Folder(folder) => probe(folder).map_err(|error| unwritable(&error)),
        }
    }
}

/// Writes beside its place and moves it there: who reads the folder never sees half a mail, and a
/// mail sent again replaces itself.
async fn write_file(folder: &Path, id: &str, bytes: Vec<u8>) -> Result<(), SendError> {
    let (folder, id) = (folder.to_owned(), id.to_owned());
    let writing = tokio::task::spawn_blocking(move || {
        make_folder(&folder)?;
        files::write(&folder.join(format!("{id}.eml")), &bytes)
    });
    let written = writing
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)));
    written.map_err(|error| unwritable(&error))
}

fn make_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// Writes into a folder that is there; one that is not is made with the first mail.
fn probe(folder: &Path) -> io::Result<()> {
    if !folder.try_exists()? {
        return Ok(());
    }
    let file = folder.join(".probe");
    fs::write(&file, "")?;
    fs::remove_file(&file)
}

/// The sender, with its domain as every server takes it: in ASCII (IDNA).
fn sender(from: &str) -> Option<Mailbox> {
    let mut sender: Mailbox = from.parse().ok()?;
    if from.chars().any(char::is_control) {
        return None;
    }
    let address: &str = sender.email.as_ref();
    if !address.is_ascii() {
        let ascii = EmailAddress::parse("mail.from", address).ok()?;
        sender.email = ascii.expose().parse().ok()?;
    }
    Some(sender)
}

fn unwritable(error: &io::Error) -> SendError {
    SendError::Unreachable(format!("the folder for mail cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, os::unix::fs::PermissionsExt};

    use super::*;

    fn mailer(variables: &[(&str, &str)]) -> Result<Mailer, MailerError> {
        let variables = variables
            .iter()
            .map(|(name, value)| (format!("HAMLET_MAIL__{name}"), (*value).to_owned()));
        let settings = Settings::from_sources(None, variables.collect::<HashMap<_, _>>());
        Mailer::new(&settings.unwrap())
    }

    #[test]
    fn the_url_chooses_the_transport_and_a_bad_one_is_not_repeated() {
        assert!(mailer(&[("URL", "smtps://jo:p%40ss@mail.example")]).is_ok());
        assert!(mailer(&[("URL", "smtp://[::1]:2525"), ("REQUIRE_TLS", "false")]).is_ok());
        for bad in [
            "smtp://",
            "file://",
            "http://jo:secret@mail.example",
            "jo:secret",
        ] {
            let error = mailer(&[("URL", bad)]).err().expect(bad).to_string();
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(mailer(&[("FROM", "nobody")]).is_err());
        assert!(mailer(&[("FROM", "ü@bücher.example")]).is_err());
        let sender = mailer(&[("FROM", "Bücher <jo@bücher.example>")]).unwrap();
        let address = sender.from().email.to_string();
        assert_eq!(address, "jo@xn--bcher-kva.example");
        assert!(mailer(&[("CA_FILE", "/nowhere.pem"), ("URL", "smtp://h")]).is_err());
    }

    #[tokio::test]
    async fn a_mail_file_is_whole_private_and_replaced_when_sent_again() {
        let folder = tempfile::tempdir().unwrap();
        let mails = folder.path().join("mail");
        for bytes in [b"one".to_vec(), b"two".to_vec()] {
            write_file(&mails, "0190", bytes).await.unwrap();
        }
        let names: Vec<_> = fs::read_dir(&mails).unwrap().collect();
        assert_eq!(names.len(), 1);
        let file = mails.join("0190.eml");
        assert_eq!(fs::read(&file).unwrap(), b"two");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(&mails)), (0o600, 0o700));
    }
}
