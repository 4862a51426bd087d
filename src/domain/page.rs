//! What is commented on: one canonical spelling for each page, so that a shared link with tracking
//! parameters does not split its discussion.

use std::fmt;

use serde::Serialize;
use url::Url;

use super::{
    field::{FieldError, parse_line},
    origin::Origin,
};

/// Longest page address, in Unicode scalar values.
pub const MAX_CHARS: usize = 2_000;

/// Longest page title, in Unicode scalar values.
pub const MAX_TITLE_CHARS: usize = 300;

/// Parameters that say where a reader came from, not what they read.
const TRACKING: [&str; 18] = [
    "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid",
    "igshid", "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok", "ref_src",
];

/// A canonical page: a path with its query (`/post?p=1`) on the site itself, an absolute URL
/// elsewhere. No fragment, no tracking parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Page(String);

impl Page {
    /// Reads a page. A URL on one of the site's `origins` becomes its path and query; a path stays
    /// one; a URL elsewhere is refused when the site names its origins and kept whole when it names
    /// none.
    ///
    /// # Errors
    /// A [`FieldError`] on `page`: `required`, `too_long`, `control_character`, `invalid` or
    /// `not_on_site`.
    pub fn parse(raw: &str, origins: &[Origin]) -> Result<Self, FieldError> {
        let line = parse_line("page", raw, MAX_CHARS)?;
        if line.starts_with('/') && !line.starts_with("//") {
            let base = Url::parse("https://page.invalid").map_err(|_| invalid())?;
            let url = base.join(&line).map_err(|_| invalid())?;
            return Ok(Self(path_and_query(&url)));
        }
        let url = Url::parse(&line).map_err(|_| invalid())?;
        let origin = Origin::of(&url).ok_or_else(invalid)?;
        if origins.contains(&origin) {
            return Ok(Self(path_and_query(&url)));
        }
        if !origins.is_empty() {
            let message = "This page is not on one of the site's origins.";
            return Err(FieldError::new("page", "not_on_site", message));
        }
        Ok(Self(format!("{origin}{}", path_and_query(&url))))
    }

    /// Takes a spelling that [`Page::parse`] made before, from the database.
    #[must_use]
    pub fn from_canonical(page: String) -> Self {
        Self(page)
    }

    /// The canonical spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The page's full address, for links: a path is put on the site's first origin, if it has one.
    #[must_use]
    pub fn url(&self, origins: &[Origin]) -> Option<String> {
        if !self.0.starts_with('/') {
            return Some(self.0.clone());
        }
        origins.first().map(|origin| format!("{origin}{}", self.0))
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn invalid() -> FieldError {
    let message = "A page is an absolute web address or a path that starts with a slash.";
    FieldError::new("page", "invalid", message)
}

fn is_tracking(name: &str) -> bool {
    name.starts_with("utm_") || TRACKING.contains(&name)
}

fn path_and_query(url: &Url) -> String {
    let kept: Vec<&str> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            !name.is_empty() && !is_tracking(&name.to_ascii_lowercase())
        })
        .collect();
    // Two slashes at the start would name a host to whoever takes the page for a link.
    let path = url.path().trim_start_matches('/');
    if kept.is_empty() {
        return format!("/{path}");
    }
    format!("/{path}?{}", kept.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_page_has_one_spelling() {
        let site = [Origin::parse("https://example.org").unwrap()];
        for spelling in [
            "/a?p=1",
            "/x/../a?p=1#top",
            "https://EXAMPLE.org:443/a?p=1&utm_source=mail",
            "https://example.org/a?fbclid=1&p=1#c2",
            "/x/..//a?p=1",
        ] {
            assert_eq!(
                Page::parse(spelling, &site).unwrap().as_str(),
                "/a?p=1",
                "{spelling}"
            );
        }
        assert_eq!(
            Page::parse("https://b.org/a#x", &[]).unwrap().as_str(),
            "https://b.org/a"
        );
    }

    #[test]
    fn a_foreign_or_senseless_page_is_refused() {
        let site = [Origin::parse("https://example.org").unwrap()];
        assert_eq!(
            Page::parse("https://b.org/", &site).unwrap_err().code,
            "not_on_site"
        );
        for bad in [
            "a",
            "//b.org/a",
            "javascript:alert(1)",
            "data:text/html,x",
            "/a\0b",
        ] {
            assert!(Page::parse(bad, &site).is_err(), "{bad}");
        }
        assert!(Page::parse("https://example.org\"x/a", &[]).is_err());
    }
}
