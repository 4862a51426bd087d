//! What is commented on: one canonical spelling for each page, so that a shared link with tracking
//! parameters does not split its discussion. How an address is spelled is in [`super::page_rules`].

use std::fmt;

use serde::Serialize;
use url::Url;

use super::{
    field::{FieldError, has_visible, is_separator, parse_line},
    origin::Origin,
    page_rules::PageRules,
};

/// Longest page address, in Unicode scalar values.
pub const MAX_CHARS: usize = 2_000;

/// Longest page title, in Unicode scalar values.
pub const MAX_TITLE_CHARS: usize = 300;

/// A canonical page: a path with its query (`/post?p=1`) on the site itself, an absolute URL
/// elsewhere. No tracking parameter, and no fragment but a route (`/app#!/post`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Page(String);

impl Page {
    /// Reads a page. A URL on one of the site's `origins` becomes its path and query; a path stays
    /// one; a URL elsewhere is refused when the site names its origins and kept whole when it names
    /// none. `http` and `https` are the same site here, and `www.` names no other: themes and canonical links mix them.
    ///
    /// # Errors
    /// A [`FieldError`] on `page`: `required`, `too_long`, `control_character`, `invalid` or
    /// `not_on_site`.
    pub fn parse(raw: &str, origins: &[Origin], rules: &PageRules) -> Result<Self, FieldError> {
        let line = parse_line("page", raw, MAX_CHARS)?;
        if line.starts_with('/') && !line.starts_with("//") {
            let base = Url::parse("https://page.invalid").map_err(|_| invalid())?;
            let url = base.join(&line).map_err(|_| invalid())?;
            // Browsers take a backslash for a slash, and two of them for a host's beginning.
            if (url.host(), url.port()) != (base.host(), base.port()) {
                return Err(invalid());
            }
            return Ok(Self(rules.spell(&url)));
        }
        let url = Url::parse(&line).map_err(|_| invalid())?;
        let origin = Origin::of(&url).ok_or_else(invalid)?;
        if origins.iter().any(|own| own.is_alike(&origin)) {
            return Ok(Self(rules.spell(&url)));
        }
        if !origins.is_empty() {
            let message = "This page is not on one of the site's origins.";
            return Err(FieldError::new("page", "not_on_site", message));
        }
        Ok(Self(format!("{origin}{}", rules.spell(&url))))
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

/// A title as it is kept: one line of at most [`MAX_TITLE_CHARS`] characters; `None` where nothing is left. It is the
/// page's and not the writer's, who could not mend it.
#[must_use]
pub fn fit_title(raw: &str) -> Option<String> {
    let words = raw.split(|c: char| c.is_whitespace() || c.is_control() || is_separator(c));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let title: String = words.join(" ").chars().take(MAX_TITLE_CHARS).collect();
    has_visible(&title).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str, origins: &[Origin]) -> Result<Page, FieldError> {
        Page::parse(raw, origins, &PageRules::default())
    }

    #[test]
    fn one_page_has_one_spelling() {
        let site = [Origin::parse("https://example.org").unwrap()];
        for spelling in [
            "/a?p=1",
            "/x/../a?p=1#top",
            "https://EXAMPLE.org:443/a?p=1&utm_source=mail",
            "https://example.org/a?fbclid=1&p=1#c2",
            "/x/..//a?p=1",
            "http://example.org/a?p=1",
            "https://www.example.org/a?p=1",
            "https://example.org./a?p=1",
        ] {
            assert_eq!(
                parse(spelling, &site).unwrap().as_str(),
                "/a?p=1",
                "{spelling}"
            );
        }
        assert_eq!(
            parse("https://b.org/a#x", &[]).unwrap().as_str(),
            "https://b.org/a"
        );
    }

    #[test]
    fn a_foreign_or_senseless_page_is_refused() {
        let site = [Origin::parse("https://example.org").unwrap()];
        for elsewhere in [
            "https://b.org/",
            "https://example.org:8443/",
            "https://a.example.org/",
        ] {
            assert_eq!(parse(elsewhere, &site).unwrap_err().code, "not_on_site");
        }
        for bad in [
            "a",
            "//b.org/a",
            "/\\b.org/a",
            "javascript:alert(1)",
            "data:text/html,x",
            "/a\0b",
        ] {
            assert!(parse(bad, &site).is_err(), "{bad}");
        }
        assert!(parse("https://example.org\"x/a", &[]).is_err());
    }

    #[test]
    fn a_title_is_fitted_and_never_refused() {
        assert_eq!(
            fit_title(" A\u{2028}title\n of\0two ").unwrap(),
            "A title of two"
        );
        assert_eq!(fit_title(&"é".repeat(301)).unwrap(), "é".repeat(300));
        assert_eq!(fit_title(" \n\u{200b}"), None);
    }
}
