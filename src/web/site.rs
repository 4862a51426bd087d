//! The site that a request names, in its path or in its body. Whether the sender may do what they
//! ask there is [`super::auth`]'s; here a site outside of someone's scope is one that is not there.

use std::sync::Arc;

use super::problem::Problem;
use crate::{
    app::App,
    domain::{moderator::Scope, site::Site},
};

/// The site of a slug.
///
/// # Errors
/// 404 when there is none.
pub fn named(app: &App, slug: &str) -> Result<Arc<Site>, Problem> {
    let site = app.directory.site(slug);
    site.ok_or_else(|| Problem::not_found("site"))
}

/// The site of a slug, if the scope covers it.
///
/// # Errors
/// 404 when there is none, or it is not theirs to see.
pub fn named_within(app: &App, scope: &Scope, slug: &str) -> Result<Arc<Site>, Problem> {
    let site = named(app, slug)?;
    if scope.covers(&site.slug) {
        return Ok(site);
    }
    Err(Problem::not_found("site"))
}
