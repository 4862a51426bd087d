//! The service below a path of another's address, such as `https://blog.example/comments`: requests lose the path of
//! `server.public_url` on their way in, and redirects, links and addresses in pages get it on their way out, so that no handler and no
//! template knows of it. A proxy may take the path off itself or leave it: both work.
//!
//! In pages it is enough to look at attributes that lead somewhere: what people wrote is escaped, so that a quotation mark before a slash is always a
//! template's own. Scripts read the path from the page's `data-root`.

use actix_web::{
    Error,
    body::{BoxBody, MessageBody, to_bytes},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Uri,
        header::{self, HeaderValue},
        uri::PathAndQuery,
    },
    middleware::Next,
};

/// Attributes whose value leads somewhere. What a form carries back to the service (`value`) is no address of the browser's.
const LEADING: [&str; 6] = [
    "href",
    "src",
    "action",
    "formaction",
    "data-root",
    "data-worker",
];

/// The path before every path of ours: empty, or with a slash at its start and none at its end.
#[derive(Clone, Debug)]
pub struct Root(String);

impl Root {
    /// The path of a public address.
    #[must_use]
    pub fn of(public_url: &str) -> Self {
        let url = url::Url::parse(public_url).ok();
        let path = url.as_ref().map_or("", |url| url.path());
        Self(path.trim_end_matches('/').to_owned())
    }

    /// Whether there is no such path.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The path, for a cookie that no other part of the host is to have.
    #[must_use]
    pub fn cookie_path(&self) -> String {
        format!("{}/", self.0)
    }

    /// A request's path and query without it, where it begins with it.
    fn strip(&self, uri: &Uri) -> Option<Uri> {
        let whole = uri.path_and_query()?.as_str();
        let rest = whole.strip_prefix(self.0.as_str())?;
        let rest = match rest.chars().next() {
            Some('/') => rest.to_owned(),
            None | Some('?') => format!("/{rest}"),
            Some(_) => return None,
        };
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(rest).ok()?);
        Uri::from_parts(parts).ok()
    }

    fn add_to_page(&self, page: String) -> String {
        LEADING.iter().fold(page, |page, name| {
            page.replace(&format!(" {name}=\"/"), &format!(" {name}=\"{}/", self.0))
        })
    }
}

/// Middleware around everything: takes the path off a request.
///
/// # Errors
/// Those of the inner service.
pub async fn strip(
    root: Root,
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(uri) = root.strip(request.uri()) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

/// Middleware next to the routes, where bodies are not compressed yet: puts the path before addresses that lead here.
///
/// # Errors
/// Those of the inner service, and of a body that cannot be read.
pub async fn add(
    root: Root,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = next.call(request).await?.map_into_boxed_body();
    let location = response.headers().get(header::LOCATION);
    let inside = location
        .and_then(|place| place.to_str().ok())
        .filter(|place| place.starts_with('/') && !place.starts_with("//"));
    if let Some(place) =
        inside.and_then(|place| HeaderValue::try_from(format!("{}{place}", root.0)).ok())
    {
        response.headers_mut().insert(header::LOCATION, place);
    }
    let kind = response.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (response, body) = response.into_parts();
    let body = to_bytes(body)
        .await
        .map_err(actix_web::error::ErrorInternalServerError)?;
    let page = root.add_to_page(String::from_utf8_lossy(&body).into_owned());
    Ok(ServiceResponse::new(
        request,
        response.set_body(BoxBody::new(page)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::OWN_PATHS,
        web::{route_table, routes},
    };

    #[test]
    fn the_settings_know_what_paths_of_the_service_begin_with() {
        for path in route_table::methods(routes).keys() {
            let first = path.split('/').nth(1).unwrap_or_default();
            assert!(first.is_empty() || OWN_PATHS.contains(&first), "{path}");
        }
    }

    #[test]
    fn the_path_is_taken_off_whole_segments_alone() {
        let root = Root::of("https://blog.example/comments/");
        let strip = |raw: &str| root.strip(&raw.parse().unwrap()).map(|uri| uri.to_string());
        for (raw, wanted) in [
            ("/comments/desk?status=spam", Some("/desk?status=spam")),
            ("/comments", Some("/")),
            ("/comments?a=1", Some("/?a=1")),
            ("/commentsx/desk", None),
            ("/desk", None),
        ] {
            assert_eq!(strip(raw).as_deref(), wanted, "{raw}");
        }
        assert!(Root::of("https://blog.example").is_empty());
        assert_eq!(root.cookie_path(), "/comments/");
    }

    #[test]
    fn only_addresses_of_ours_get_the_path() {
        let root = Root::of("https://blog.example/comments");
        let page = r#"<a href="/desk">x=&quot;/y</a><img src="/a.svg"><a href="https://x.example/"><a href="//x"><a href="?a=/b"><input value="/desk">"#;
        let wanted = r#"<a href="/comments/desk">x=&quot;/y</a><img src="/comments/a.svg"><a href="https://x.example/"><a href="/comments//x"><a href="?a=/b"><input value="/desk">"#;
        assert_eq!(root.add_to_page(page.to_owned()), wanted);
    }
}
