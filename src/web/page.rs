//! HTML pages: rendered on the server from askama templates, under a policy that lets nothing in
//! from elsewhere and runs no inline script or style.

use crate::{domain::origin::Origin, web::prelude::*};

/// Everything a page may load comes from this service, and no other site may frame it.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; \
     frame-ancestors 'none'; base-uri 'none'";

/// Renders a page that no cache may keep.
///
/// # Errors
/// A [`Problem`] when the template fails, which is a defect and is logged.
pub fn render(status: StatusCode, template: &impl Template) -> Result<HttpResponse, Problem> {
    render_leading_to(status, template, &[])
}

/// Renders a page whose form is answered with a redirect to one of these origins: browsers hold the
/// policy's `form-action` against redirects too.
///
/// # Errors
/// As [`render`].
pub fn render_leading_to(
    status: StatusCode,
    template: &impl Template,
    origins: &[Origin],
) -> Result<HttpResponse, Problem> {
    let origins: String = origins
        .iter()
        .flat_map(|origin| [" ", origin.as_str()])
        .collect();
    let policy = CONTENT_SECURITY_POLICY.replace(
        "form-action 'self'",
        &format!("form-action 'self'{origins}"),
    );
    let body = template.render().map_err(|error| {
        tracing::error!(%error, "a page could not be rendered");
        Problem::unavailable()
    })?;
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .body(body))
}

/// 303: the browser goes there with GET.
#[must_use]
pub fn see_other(place: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, place))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}
