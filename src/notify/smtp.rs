//! A conversation with a mail server: one connection for each message, which is enough for the few
//! that this service sends. Errors are sorted by the step at which they happened: only what the
//! server says about the recipient or the message is final, all else can be put right.

use std::{error::Error as _, fmt, fs, time::Duration};

use lettre::{
    Address, Message,
    transport::smtp::{
        Error, SUBMISSION_PORT, SUBMISSIONS_PORT,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, MailParameter},
    },
};
use percent_encoding::percent_decode_str;
use url::Url;

use super::failure::{MailerError, SendError};
use crate::config::Settings;

/// When the conversation is encrypted.
enum Encryption {
    /// From the first byte.
    Implicit(TlsParameters),
    /// From STARTTLS on, or not at all and no mail.
    Required(TlsParameters),
    /// From STARTTLS on, if the server can.
    Opportunistic(TlsParameters),
}

/// A mail server, and how to talk to it.
pub(super) struct Server {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    own_name: ClientId,
    /// For each step: connecting, greeting, signing in, each command, the message.
    patience: Duration,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at port {}", self.host, self.port)
    }
}

impl Server {
    /// Reads `smtp://` and `smtps://`.
    pub(super) fn new(settings: &Settings, url: &str) -> Result<Self, MailerError> {
        let url = Url::parse(url).map_err(|_| MailerError::Url("it is not a URL"))?;
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(MailerError::Url("it names no host"));
        }
        let required = settings.mail.require_tls;
        let (port, encryption) = match url.scheme() {
            "smtps" => (
                SUBMISSIONS_PORT,
                Encryption::Implicit(tls(settings, host, true)?),
            ),
            "smtp" if required => (
                SUBMISSION_PORT,
                Encryption::Required(tls(settings, host, true)?),
            ),
            // Not verified: what it would fall back to is no encryption at all.
            "smtp" => (
                SUBMISSION_PORT,
                Encryption::Opportunistic(tls(settings, host, false)?),
            ),
            _ => {
                let why = "it must begin with smtp://, smtps:// or file://";
                return Err(MailerError::Url(why));
            }
        };
        Ok(Self {
            host: host.to_owned(),
            port: url.port().unwrap_or(port),
            encryption,
            credentials: credentials(&url),
            own_name: own_name(settings),
            patience: Duration::from_secs(settings.mail.timeout_seconds.max(1)),
        })
    }

    /// Connects, encrypts and signs in, and says goodbye.
    pub(super) async fn check(&self) -> Result<(), SendError> {
        self.connect().await?.abort().await;
        Ok(())
    }

    /// Hands a message over.
    pub(super) async fn send(&self, message: &Message) -> Result<(), SendError> {
        let mut connection = self.connect().await?;
        let sent = self.converse(&mut connection, message).await;
        // By now the mail is taken or refused: how the goodbye ends changes nothing.
        let _ = tokio::time::timeout(self.patience, connection.abort()).await;
        sent
    }

    /// A refusal up to here is about the server or the settings, and says nothing about a recipient.
    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let implicit = match &self.encryption {
            Encryption::Implicit(tls) => Some(tls.clone()),
            _ => None,
        };
        let address = (self.host.as_str(), self.port);
        let patience = Some(self.patience);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(address, patience, &self.own_name, implicit, None);
        let mut connection = self.step(unreachable, connecting).await?;
        let tls = match &self.encryption {
            Encryption::Required(tls) => Some(tls),
            Encryption::Opportunistic(tls) if connection.can_starttls() => Some(tls),
            _ => None,
        };
        if let Some(tls) = tls {
            let upgrading = connection.starttls(tls.clone(), &self.own_name);
            self.step(unreachable, upgrading).await?;
        }
        if let Some(credentials) = &self.credentials {
            let signing_in = connection.auth(DEFAULT_MECHANISMS, credentials);
            self.step(unreachable, signing_in).await?;
        }
        Ok(connection)
    }

    async fn converse(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
    ) -> Result<(), SendError> {
        let envelope = message.envelope();
        let addresses = envelope.from().into_iter().chain(envelope.to());
        let international = addresses.map(Address::to_string).any(|one| !one.is_ascii());
        let parameters = international.then_some(MailParameter::SmtpUtfEight);
        let from = Mail::new(envelope.from().cloned(), parameters.into_iter().collect());
        // A sender that is refused is a setting to be put right.
        self.step(deferred, connection.command(from)).await?;
        for to in envelope.to() {
            let to = Rcpt::new(to.clone(), Vec::new());
            self.step(sorted, connection.command(to)).await?;
        }
        self.step(sorted, connection.command(Data)).await?;
        let bytes = message.formatted();
        self.step(sorted, connection.message(&bytes)).await?;
        Ok(())
    }

    async fn step<T>(
        &self,
        sort: fn(&Failure) -> SendError,
        step: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, SendError> {
        let failure = match tokio::time::timeout(self.patience, step).await {
            Ok(Ok(done)) => return Ok(done),
            Ok(Err(error)) => Failure::Smtp(error),
            Err(_) => Failure::Late,
        };
        Err(sort(&failure))
    }
}

enum Failure {
    Late,
    Smtp(Error),
}

fn unreachable(failure: &Failure) -> SendError {
    SendError::Unreachable(describe(failure))
}

fn deferred(failure: &Failure) -> SendError {
    match failure {
        Failure::Late => SendError::Late(describe(failure)),
        Failure::Smtp(error) if error.is_timeout() => SendError::Late(describe(failure)),
        Failure::Smtp(_) => SendError::Deferred(describe(failure)),
    }
}

/// Replies that are about the recipient or the message are final (RFC 5321, 4.2.3; RFC 7504). Other
/// 5xx replies (syntax, sequence, signing in) are about settings.
fn sorted(failure: &Failure) -> SendError {
    let code = match failure {
        Failure::Smtp(error) => error.status().map_or(0, u16::from),
        Failure::Late => 0,
    };
    if matches!(code, 550..=554 | 556) {
        SendError::Refused(describe(failure))
    } else {
        deferred(failure)
    }
}

/// A failure in words: the reply's code and enhanced status (RFC 3463), or what the system said.
/// Nothing else of what the server wrote: servers quote addresses.
fn describe(failure: &Failure) -> String {
    let Failure::Smtp(error) = failure else {
        return "the mail server did not answer in time".to_owned();
    };
    let source = error.source().map(ToString::to_string);
    if let Some(code) = error.status() {
        let status = source.as_deref().and_then(enhanced_status);
        let status = status.map(|status| format!(" {status}"));
        return format!(
            "the mail server answered {code}{}",
            status.unwrap_or_default()
        );
    }
    if error.is_response() {
        return "the mail server hung up or its answer cannot be understood".to_owned();
    }
    if error.is_timeout() {
        return "the mail server did not answer in time".to_owned();
    }
    let what = if error.is_tls() {
        "TLS with the mail server failed"
    } else if error.is_client() {
        "the mail server cannot do what is needed"
    } else {
        "the mail server cannot be reached"
    };
    source.map_or_else(|| what.to_owned(), |source| format!("{what}: {source}"))
}

/// `5.1.1` at the beginning of a reply's text.
fn enhanced_status(text: &str) -> Option<&str> {
    let first = text.split_whitespace().next()?;
    let digits =
        |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let well_formed = first.split('.').count() == 3 && first.split('.').all(digits);
    well_formed.then_some(first)
}

fn credentials(url: &Url) -> Option<Credentials> {
    let plain = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let password = plain(url.password().unwrap_or_default());
    (!url.username().is_empty()).then(|| Credentials::new(plain(url.username()), password))
}

fn tls(settings: &Settings, host: &str, verified: bool) -> Result<TlsParameters, MailerError> {
    let mut builder = TlsParameters::builder(host.to_owned())
        .dangerous_accept_invalid_certs(!verified)
        .dangerous_accept_invalid_hostnames(!verified);
    let file = &settings.mail.ca_file;
    if !file.is_empty() {
        let bad = |why: String| MailerError::Authority(format!("{file}: {why}"));
        let pem = fs::read(file).map_err(|error| bad(error.to_string()))?;
        let authority = Certificate::from_pem(&pem)
            .map_err(|_| bad("it holds no certificate in PEM form".to_owned()))?;
        builder = builder.add_root_certificate(authority);
    }
    builder
        .build()
        .map_err(|error| MailerError::Tls(error.to_string()))
}

/// What the service calls itself to the mail server: its public host, or its address if it has none.
fn own_name(settings: &Settings) -> ClientId {
    let url = Url::parse(&settings.server.public_url).ok();
    match url.as_ref().and_then(Url::domain) {
        Some(domain) => ClientId::Domain(domain.to_owned()),
        None => ClientId::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::enhanced_status;

    #[test]
    fn only_the_status_of_a_servers_words_is_kept() {
        assert_eq!(enhanced_status("5.1.1 <jo@x.org>: no such"), Some("5.1.1"));
        assert_eq!(enhanced_status("jo@1.2.3 unknown"), None);
        assert_eq!(enhanced_status(""), None);
    }
}
