//! The address of a commenter's own site.

use serde::Serialize;
use url::Url;

use super::{
    field::{FieldError, parse_line},
    origin::Origin,
};

/// Longest website address, in Unicode scalar values.
pub const MAX_CHARS: usize = 500;

/// An absolute `http` or `https` URL with a host and without user name or password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Website(String);

impl Website {
    /// Whether a field says that there is none: it is empty, or holds only the scheme that some forms come with.
    #[must_use]
    pub fn is_none(raw: &str) -> bool {
        matches!(raw.trim(), "" | "http://" | "https://")
    }

    /// Reads a website; an address without a scheme (`example.org`) gets `https://`.
    ///
    /// # Errors
    /// A [`FieldError`] on `website`: `too_long`, `control_character` or `invalid`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let invalid = || {
            let message = "This is not the address of a web site.";
            FieldError::new("website", "invalid", message)
        };
        let line = parse_line("website", raw, MAX_CHARS)?;
        let absolute = if line.contains("://") {
            line
        } else {
            format!("https://{line}")
        };
        let url = Url::parse(&absolute).map_err(|_| invalid())?;
        let named = url.host_str().is_some_and(|host| host.contains(['.', ':']));
        let web = Origin::of(&url).is_some();
        if !named || !web || !url.username().is_empty() || url.password().is_some() {
            return Err(invalid());
        }
        Ok(Self(url.into()))
    }

    /// The normalised URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Website;

    #[test]
    fn takes_web_addresses_only() {
        assert_eq!(
            Website::parse("Example.org/a").unwrap().as_str(),
            "https://example.org/a"
        );
        for bad in [
            "javascript:alert(1)",
            "javascript://x.org/%0aalert(1)",
            "ftp://x.org",
            "http://",
            "https://u:p@x.org",
            "https://x\"onclick=\"y.org",
            "nonsense",
        ] {
            assert_eq!(Website::parse(bad).unwrap_err().code, "invalid", "{bad}");
        }
    }
}
