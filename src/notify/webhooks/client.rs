//! One POST over a connection of its own: the host is resolved, an address that nothing may be sent to is
//! left out, and just the address that was checked is connected to. No redirect is followed, and of
//! the answer only its status is read.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::Full;
use hyper::{Request, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
};
use tokio_rustls::TlsConnector;
use url::Url;

use super::address::{Refused, check_url, is_allowed};
use crate::{config, sealing::vault::Unopenable};

/// Why a delivery was not taken. Nothing that the other side wrote is in it.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Nothing can be sent to the address.
    #[error("the address is refused: {0}")]
    Refused(#[from] Refused),
    /// The host's name has no address, or none that may be sent to.
    #[error("{0}")]
    Unresolved(&'static str),
    /// No connection came about, or it broke.
    #[error("the connection failed: {0}")]
    Connection(#[from] io::Error),
    /// HTTP failed.
    #[error("the exchange failed: {0}")]
    Exchange(#[from] hyper::Error),
    /// The request cannot be put together.
    #[error("the request cannot be put together")]
    Request(#[from] hyper::http::Error),
    /// The other side answered, and not with success.
    #[error("it answered {0}")]
    Status(u16),
    /// It took too long.
    #[error("it took too long")]
    Late,
    /// What is to go along cannot be opened.
    #[error(transparent)]
    Unopenable(#[from] Unopenable),
}

impl CallError {
    /// Whether another try would fare the same: the address is refused, or is gone for good (410), or
    /// what is to go along is damaged. A key that is missing may arrive.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Refused(_) | Self::Status(410) | Self::Unopenable(Unopenable::Altered)
        )
    }

    /// Whether the other side gave no answer at all, as opposed to one that is no success.
    #[must_use]
    pub const fn is_silence(&self) -> bool {
        !matches!(self, Self::Refused(_) | Self::Status(_) | Self::Request(_))
    }
}

/// The setting `webhooks.ca_file` cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the setting webhooks.ca_file is not right: {file}: {reason}")]
pub struct AuthorityError {
    file: String,
    reason: String,
}

/// What deliveries leave through. All share one TLS configuration, and with it the sessions that servers let us resume.
///
/// A connection is not kept for the next delivery: many servers close it without a word, and a POST that meets such an end
/// looks the same as one that was read.
pub struct HookClient {
    tls: TlsConnector,
    allowed: Vec<IpNet>,
}

impl HookClient {
    /// Trusts the usual certificate authorities, and the one of the settings beside them.
    ///
    /// # Errors
    /// [`AuthorityError`] when its file cannot be read or holds no certificate.
    pub fn new(settings: &config::WebhooksSettings) -> Result<Self, AuthorityError> {
        let file = &settings.ca_file;
        let tls = tls(file).map_err(|reason| AuthorityError {
            file: file.clone(),
            reason,
        })?;
        Ok(Self {
            tls: Arc::new(tls).into(),
            allowed: settings.allow_networks.clone(),
        })
    }

    /// Posts a JSON body.
    ///
    /// # Errors
    /// [`CallError`].
    pub(super) async fn post(
        &self,
        raw: &str,
        headers: Vec<(&'static str, String)>,
        body: String,
        timeout: Duration,
    ) -> Result<(), CallError> {
        let url = check_url(raw, &self.allowed)?;
        let exchange = async {
            let stream = connect(&url, &self.allowed).await?;
            let request = request(&url, headers, body)?;
            if url.scheme() == "http" {
                return send(stream, request).await;
            }
            let name = ServerName::try_from(host(&url).to_owned()).map_err(|_| Refused::Shape)?;
            let stream = self.tls.connect(name, stream).await?;
            send(stream, request).await
        };
        tokio::time::timeout(timeout, exchange)
            .await
            .unwrap_or(Err(CallError::Late))
    }
}

/// The host as it is looked up: an IPv6 address without its brackets.
fn host(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.trim_start_matches('[').trim_end_matches(']')
}

/// Connects to the first of the host's addresses that may be sent to and takes the connection.
async fn connect(url: &Url, allowed: &[IpNet]) -> Result<TcpStream, CallError> {
    let port = url.port_or_known_default().unwrap_or(443);
    let found = lookup_host((host(url), port)).await;
    let found: Vec<SocketAddr> = found
        .map_err(|_| CallError::Unresolved("the host's name was not found"))?
        .collect();
    let may_be_told = found
        .iter()
        .filter(|address| is_allowed(address.ip(), allowed));
    let mut failed =
        CallError::Unresolved("the host's name leads into a network that is not public");
    for address in may_be_told {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = error.into(),
        }
    }
    Err(failed)
}

fn request(
    url: &Url,
    headers: Vec<(&'static str, String)>,
    body: String,
) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let host = url.host_str().unwrap_or_default();
    let host = url
        .port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let query = url
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let mut request = Request::post(format!("{}{query}", url.path()))
        .header(header::HOST, host)
        .header(header::CONTENT_TYPE, "application/json")
        .header(
            header::USER_AGENT,
            concat!("hamlet/", env!("CARGO_PKG_VERSION")),
        )
        .header(header::CONNECTION, "close");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(Full::new(Bytes::from(body)))
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<(), CallError> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(64 * 1024)
        .handshake(TokioIo::new(stream))
        .await?;
    // The connection ends when the sender and its answer are dropped.
    let driving = tokio::spawn(connection);
    let answer = sender.send_request(request).await;
    driving.abort();
    let status = answer?.status();
    if status.is_success() {
        return Ok(());
    }
    Err(CallError::Status(status.as_u16()))
}

/// The configuration, trusting the authorities in `file` too unless it is empty; or why it cannot be made.
///
/// # Errors
/// In words.
pub fn tls(file: &str) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if !file.is_empty() {
        let own = CertificateDer::pem_file_iter(file).map_err(|error| error.to_string())?;
        let own = own.collect::<Result<Vec<_>, _>>();
        let (added, _) = roots.add_parsable_certificates(own.map_err(|error| error.to_string())?);
        if added == 0 {
            return Err("it holds no certificate in PEM form".to_owned());
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
