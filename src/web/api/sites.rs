//! Sites and their policies, for operators.

use crate::{
    domain::site::Site,
    sites::{
        self,
        abuse::{self, AbuseTrial},
        change::{NewSite, SiteChange},
    },
    web::prelude::*,
};

/// Every site you may see.
#[derive(Debug, Serialize, ToSchema)]
struct SiteList {
    /// The sites, by slug.
    sites: Vec<Site>,
}

/// The sites you may see.
#[utoipa::path(responses((status = 200, body = SiteList)))]
#[get("/api/v1/sites")]
async fn list_sites(app: Shared, Moderator(principal): Moderator) -> HttpResponse {
    let snapshot = app.directory.snapshot();
    let sites = snapshot.sites.values();
    let seen = sites.filter(|site| principal.scope.covers(&site.slug));
    private().json(SiteList {
        sites: seen.map(|site| site.as_ref().clone()).collect(),
    })
}

/// Adds a site.
#[utoipa::path(responses((status = 201, body = Site)))]
#[post("/api/v1/sites")]
async fn add_site(
    app: Shared,
    _operator: Operator,
    Json(new): Json<NewSite>,
) -> Result<HttpResponse, Problem> {
    let site = sites::add(&app, new).await?;
    Ok(private().status(StatusCode::CREATED).json(site))
}

/// One site.
#[utoipa::path(responses((status = 200, body = Site)))]
#[get("/api/v1/sites/{site}")]
async fn get_site(
    app: Shared,
    Moderator(principal): Moderator,
    slug: Path<String>,
) -> Result<HttpResponse, Problem> {
    let site = site::named_within(&app, &principal.scope, &slug)?;
    Ok(private().json(site.as_ref()))
}

/// Changes a site's name, origins or policy.
#[utoipa::path(responses((status = 200, body = Site)))]
#[patch("/api/v1/sites/{site}")]
async fn change_site(
    app: Shared,
    _operator: Operator,
    slug: Path<String>,
    Json(change): Json<SiteChange>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    Ok(private().json(sites::change(&app, &site, change).await?))
}

/// What a removal is to take along.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RemovalQuery {
    /// The slug once more: the site's comments are to go with it. They cannot be brought back.
    #[param(min_length = 1, max_length = 63)]
    with_comments: Option<String>,
}

/// Removes a site with its keys, webhooks, rules and models, and takes it out of every scope. One that has
/// comments is removed only if the slug is given again as `with_comments`.
#[utoipa::path(
    params(RemovalQuery),
    responses(
        (status = 204, description = "Removed. Of a very large site some may still be on its way out."),
        (status = 409, description = "It has comments and stays (`has_comments`)."),
    ),
)]
#[delete("/api/v1/sites/{site}")]
async fn remove_site(
    app: Shared,
    _operator: Operator,
    slug: Path<String>,
    Query(query): Query<RemovalQuery>,
) -> Result<HttpResponse, Problem> {
    let slug = SiteSlug::parse(&slug).map_err(|_| Problem::not_found("site"))?;
    let confirmed = query.with_comments;
    if confirmed
        .as_ref()
        .is_some_and(|typed| *typed != slug.as_str())
    {
        let message = "This is not the slug of the site that is to be removed.";
        return Err(FieldError::new("with_comments", "mismatch", message).into());
    }
    sites::remove(&app.sites, &slug, confirmed.is_some()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Two pages of a site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ThreadMove {
    /// The page that the comments are on.
    #[schema(min_length = 1, max_length = 2000)]
    from: String,
    /// The page that they belong to; those that are there already stay.
    #[schema(min_length = 1, max_length = 2000)]
    to: String,
}

/// How many comments were moved.
#[derive(Debug, Serialize, ToSchema)]
struct Moved {
    moved: u64,
}

/// Moves all comments of one page to another, where an article has moved or one thread was parted in two.
#[utoipa::path(responses((status = 200, body = Moved)))]
#[post("/api/v1/sites/{site}/pages/move")]
async fn move_thread(
    app: Shared,
    _operator: Operator,
    slug: Path<String>,
    Json(pages): Json<ThreadMove>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    let moved = sites::pages::move_thread(&app.sites, &site, &pages.from, &pages.to).await?;
    Ok(private().json(Moved { moved }))
}

/// A score of abuse from which comments would be held.
#[derive(ToSchema)]
#[schema(minimum = 0.5, maximum = 1)]
#[expect(dead_code, reason = "it describes the numbers of a list")]
struct AbuseThreshold(f64);

/// Which thresholds to look at.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AbuseTrialRequest {
    /// Each from 0.5 to 1; absent: eight of them, from 0.5 to 1.
    #[schema(min_items = 1, max_items = 50, value_type = Option<Vec<AbuseThreshold>>)]
    thresholds: Option<Vec<f64>>,
}

/// What holding comments that seem abusive would have done to the site's last thousand, at several thresholds. That you looked is
/// kept: only then does the site's policy take `hold`, at a threshold within those that were shown.
#[utoipa::path(responses((status = 200, body = AbuseTrial)))]
#[post("/api/v1/sites/{site}/abuse/trial")]
async fn try_abuse(
    app: Shared,
    Operator(operator): Operator,
    slug: Path<String>,
    Json(wanted): Json<AbuseTrialRequest>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    let thresholds = wanted.thresholds.as_deref().unwrap_or(&abuse::THRESHOLDS);
    let trial = abuse::look(&app.sites, &site, thresholds, &operator.actor.name).await?;
    Ok(private().json(trial))
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .service(list_sites)
        .service(add_site)
        .service(get_site)
        .service(change_site)
        .service(remove_site)
        .service(move_thread)
        .service(try_abuse);
}
