//! GET requests to somebody's WordPress: over TLS unless it is on this machine, each on a connection of its own, tried
//! again where it is busy. The password goes to the host that was named and to no other, and is in no message.

use std::{io, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{HeaderMap, Request, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use secrecy::{ExposeSecret, SecretString};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::notify::webhooks;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// The largest answer: a hundred comments of the longest kind, and their post's data.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Redirects that are followed.
const HOPS: usize = 5;

/// How often one request is tried, and the longest wait that a server may ask for.
const TRIES: u32 = 5;
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// Why there is no answer. What the server wrote is in none of it, nor is the password.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The address cannot be used.
    #[error("{0}")]
    Address(String),
    /// A certificate authority's file cannot be used.
    #[error("the file of the certificate authority cannot be used: {0}")]
    Authority(String),
    /// No connection came about, or it broke.
    #[error("{0} cannot be reached: {1}")]
    Unreached(String, String),
    /// It answered, and not with success.
    #[error("{}", said(*.status, .path))]
    Status {
        /// The status.
        status: u16,
        /// What was asked for.
        path: String,
    },
    /// It answered with something else than what was asked for.
    #[error("{0} did not answer as WordPress does: {1}")]
    Nonsense(String, String),
}

/// What a status means to who asks.
fn said(status: u16, path: &str) -> String {
    let why = match status {
        401 => {
            "it does not know the user or the application password, or the web server keeps the header \
             `Authorization` from WordPress"
        }
        403 => {
            "this user may not read all comments: it takes one who may moderate them, such as an editor"
        }
        404 => "WordPress's REST interface is not there: it may be switched off",
        429 => "it is asked too often, and stayed so: try again later",
        _ => "it failed",
    };
    format!("{path} answered {status}: {why}")
}

/// An answer with success.
pub struct SiteAnswer {
    /// Where it came from, after redirects.
    pub url: Url,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl SiteAnswer {
    /// A number that a header holds.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.headers.get(name)?.to_str().ok()?.parse().ok()
    }
}

/// Who asks.
pub struct Client {
    tls: TlsConnector,
    user: String,
    password: SecretString,
    /// The host that may see the password.
    host: String,
    /// The first wait before another try; each one after is twice as long.
    first_wait: Duration,
}

impl Client {
    /// Who asks the site at `home`, trusting the authorities in `ca_file` too unless it is empty.
    ///
    /// # Errors
    /// [`AskError::Address`], [`AskError::Authority`].
    pub fn new(
        home: &Url,
        user: String,
        password: SecretString,
        ca_file: &str,
        first_wait: Duration,
    ) -> Result<Self, AskError> {
        if !home.username().is_empty() || home.password().is_some() {
            let said =
                "the address must not hold a password: everybody on this machine could read it";
            return Err(AskError::Address(said.to_owned()));
        }
        let (true, Some(host)) = (matches!(home.scheme(), "http" | "https"), home.host_str())
        else {
            let said = "the address is one that begins with https://".to_owned();
            return Err(AskError::Address(said));
        };
        let tls = webhooks::trusting(ca_file).map_err(AskError::Authority)?;
        Ok(Self {
            tls: Arc::new(tls).into(),
            user,
            password,
            host: host.to_owned(),
            first_wait,
        })
    }

    /// Asks without the password, wherever redirects lead.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn look(&self, url: Url) -> Result<SiteAnswer, AskError> {
        self.get(url, false).await
    }

    /// Asks with the password.
    ///
    /// # Errors
    /// [`AskError`]; where a redirect leads to another host too.
    pub async fn ask(&self, url: Url) -> Result<SiteAnswer, AskError> {
        self.get(url, true).await
    }

    async fn get(&self, mut url: Url, signed: bool) -> Result<SiteAnswer, AskError> {
        for _ in 0..=HOPS {
            match self.get_patiently(&url, signed).await? {
                Reply::Answer(answer) => return Ok(answer),
                Reply::Elsewhere(to) => url = to,
                Reply::Busy(_, error) => return Err(error),
            }
        }
        Err(nonsense(&url, "too many redirects"))
    }

    /// Tries again where the server is busy or cannot be reached.
    async fn get_patiently(&self, url: &Url, signed: bool) -> Result<Reply, AskError> {
        let mut wait = self.first_wait;
        let mut tries = 1;
        loop {
            let (asked, failed) = match self.get_once(url, signed).await {
                Ok(Reply::Busy(after, error)) => (after, error),
                Err(error @ AskError::Unreached(..)) => (None, error),
                other => return other,
            };
            if tries == TRIES {
                return Err(failed);
            }
            tries += 1;
            sleep(asked.unwrap_or(wait).min(LONGEST_WAIT)).await;
            wait = wait.saturating_mul(2);
        }
    }

    async fn get_once(&self, url: &Url, signed: bool) -> Result<Reply, AskError> {
        if signed {
            self.may_see_the_password(url)?;
        }
        let exchange = async {
            let stream = connect(url).await?;
            let request = self.request(url, signed)?;
            if url.scheme() == "http" {
                return exchange(stream, request).await;
            }
            let name = ServerName::try_from(host(url).to_owned());
            let name = name.map_err(|error| io::Error::other(error.to_string()))?;
            let stream = self.tls.connect(name, stream).await?;
            exchange(stream, request).await
        };
        let answered = timeout(PATIENCE, exchange).await;
        let answered = answered.unwrap_or_else(|_| Err(io::Error::other("no answer in a minute")));
        let unreached =
            |error: io::Error| AskError::Unreached(host(url).to_owned(), error.to_string());
        let (status, headers, body) = answered.map_err(unreached)?;
        if (300..400).contains(&status)
            && let Some(to) = headers.get(header::LOCATION)
        {
            let to = to.to_str().ok().and_then(|to| url.join(to).ok());
            let to = to.ok_or_else(|| nonsense(url, "a redirect that leads nowhere"))?;
            return Ok(Reply::Elsewhere(to));
        }
        let failed = || AskError::Status {
            status,
            path: url.path().to_owned(),
        };
        match status {
            200..300 => Ok(Reply::Answer(SiteAnswer {
                url: url.clone(),
                headers,
                body,
            })),
            429 | 500 | 502..=504 => {
                let after = headers.get(header::RETRY_AFTER);
                let after = after.and_then(|after| after.to_str().ok()?.parse().ok());
                Ok(Reply::Busy(after.map(Duration::from_secs), failed()))
            }
            _ => Err(failed()),
        }
    }

    /// # Errors
    /// [`AskError::Address`] where it would go to another host, or could be read on the way.
    fn may_see_the_password(&self, url: &Url) -> Result<(), AskError> {
        let host = url.host_str().unwrap_or_default();
        if host != self.host {
            let said = format!(
                "{} leads to {host}, which does not get the password: give that address if it is yours",
                self.host
            );
            return Err(AskError::Address(said));
        }
        let is_here = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        if url.scheme() != "https" && !is_here {
            let said = "without https anybody on the way could read the password".to_owned();
            return Err(AskError::Address(said));
        }
        Ok(())
    }

    fn request(&self, url: &Url, signed: bool) -> io::Result<Request<Empty<Bytes>>> {
        let host = url.host_str().unwrap_or_default();
        let host = url
            .port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let query = url.query().map(|query| format!("?{query}"));
        let mut request = Request::get(format!("{}{}", url.path(), query.unwrap_or_default()))
            .header(header::HOST, host)
            .header(header::ACCEPT, "application/json, text/html")
            .header(header::CONNECTION, "close")
            .header(
                header::USER_AGENT,
                concat!("hamlet/", env!("CARGO_PKG_VERSION")),
            );
        if signed {
            // WordPress shows an application password in groups of four, and reads it either way.
            let password = self.password.expose_secret().trim();
            let pair = BASE64_STANDARD.encode(format!("{}:{password}", self.user));
            request = request.header(header::AUTHORIZATION, format!("Basic {pair}"));
        }
        request.body(Empty::new()).map_err(io::Error::other)
    }
}

enum Reply {
    Answer(SiteAnswer),
    /// A redirect.
    Elsewhere(Url),
    /// It may be asked again, after so long if it said so.
    Busy(Option<Duration>, AskError),
}

fn nonsense(url: &Url, what: &str) -> AskError {
    AskError::Nonsense(url.path().to_owned(), what.to_owned())
}

/// The host as it is looked up: an IPv6 address without its brackets.
fn host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.trim_start_matches('[').trim_end_matches(']')
}

async fn connect(url: &Url) -> io::Result<TcpStream> {
    let port = url.port_or_known_default().unwrap_or(443);
    TcpStream::connect((host(url), port)).await
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Empty<Bytes>>,
) -> io::Result<(u16, HeaderMap, Bytes)> {
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(io::Error::other)?;
    let driving = tokio::spawn(connection);
    let answer = async {
        let answer = sender.send_request(request).await;
        let (head, body) = answer.map_err(io::Error::other)?.into_parts();
        let body = Limited::new(body, MAX_BYTES).collect().await;
        let body = body.map_err(io::Error::other)?.to_bytes();
        Ok((head.status.as_u16(), head.headers, body))
    };
    let answer = answer.await;
    driving.abort();
    answer
}
