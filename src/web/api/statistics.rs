//! What came and what was decided over some days.

use crate::{
    review::statistics::{self, Statistics},
    web::{prelude::*, query::read},
};

/// The longest time over which is added up, in days.
const MOST_DAYS: i64 = 366;
/// The time where none is asked for, in days.
pub const USUAL_DAYS: i64 = 30;

/// Which sums.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// A site's slug; every site that you may see when absent.
    site: Option<String>,
    /// From so many days ago until today; 30 when absent. Pages are known for 100 days.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 366)]
    days: Option<String>,
}

/// What came to your sites and what people decided about it: by day, site, page, language and reason, how long comments
/// waited, and what you decided yourself (for operators: what each moderator decided). Added up a few minutes behind; days are
/// those of UTC. Imported comments are left out.
#[utoipa::path(
    params(Wanted),
    responses((status = 200, body = Statistics), (status = 404, description = "No such site."))
)]
#[get("/api/v1/statistics")]
async fn read_statistics(
    app: Shared,
    Moderator(principal): Moderator,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Vec::new();
    let days = read(&mut errors, "days", wanted.days.as_deref(), parse_days);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let sites = sites_of(&app, &principal, wanted.site.as_deref().unwrap_or_default())?;
    let days = days.unwrap_or(USUAL_DAYS);
    let statistics = statistics::of(&app, &principal, &sites, days).await?;
    Ok(super::private().json(statistics))
}

/// A number of days, from 1 to 366.
#[must_use]
pub fn parse_days(raw: &str) -> Option<i64> {
    let days = raw.parse().ok();
    days.filter(|days| (1..=MOST_DAYS).contains(days))
}

/// The site of a slug, or every one that somebody may see where it is empty.
///
/// # Errors
/// 404.
pub fn sites_of(app: &App, principal: &Principal, slug: &str) -> Result<Vec<SiteSlug>, Problem> {
    if slug.is_empty() {
        return Ok(app.directory.covered(&principal.scope));
    }
    let site = site::named_within(app, &principal.scope, slug)?;
    Ok(vec![site.slug.clone()])
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(read_statistics);
}
