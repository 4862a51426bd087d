//! A web origin: scheme, host and port, as browsers send it.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// An `http` or `https` origin in its ASCII serialisation (`https://example.org`), as defined by
/// the URL standard.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "https://example.org")]
pub struct Origin(String);

impl Origin {
    /// Reads an origin; a path, query or fragment after it is refused.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let url = Url::parse(raw.trim()).ok()?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        bare.then(|| Self::of(&url)).flatten()
    }

    /// The origin of a URL, if it is a web URL.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        let web = matches!(url.scheme(), "http" | "https") && has_host_name(url);
        let origin = web.then(|| url.origin().ascii_serialization())?;
        // A full stop behind a host's name means what it means without.
        let host = url.host_str().filter(|host| host.len() > 1);
        Some(Self(match host.and_then(|host| host.strip_suffix('.')) {
            Some(name) => origin.replacen(&format!("{name}."), name, 1),
            None => origin,
        }))
    }

    /// Whether pages of both are pages of one site: their hosts differ by `www.` at most, and the schemes do not count. Another
    /// port is another site.
    #[must_use]
    pub fn is_alike(&self, other: &Self) -> bool {
        self.bare_host() == other.bare_host()
    }

    /// The host, with a port that is not the scheme's own and without `www.`.
    fn bare_host(&self) -> &str {
        let host = self.0.split_once("://").map_or("", |(_, host)| host);
        host.strip_prefix("www.").unwrap_or(host)
    }

    /// The serialisation, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a URL has a host that DNS could know, or an IP address. The URL standard takes quotation
/// marks and other punctuation in a host too.
fn has_host_name(url: &Url) -> bool {
    let ordinary = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    match url.host() {
        Some(Host::Domain(name)) => name.bytes().all(ordinary),
        host => host.is_some(),
    }
}

impl TryFrom<String> for Origin {
    type Error = &'static str;

    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw).ok_or("an origin looks like https://example.org, without a path")
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
