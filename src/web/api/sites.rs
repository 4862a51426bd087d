//! Sites and their policies, for operators.

use actix_web::{HttpResponse, delete, get, http::StatusCode, patch, post, web::Path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::private;
use crate::{
    app::App,
    domain::{
        field::{FieldError, parse_line},
        origin::Origin,
        site::{MAX_NAME_CHARS, Policy, Site, SiteSlug},
    },
    sites::removal,
    storage::removal::Removal,
    web::{
        Shared,
        auth::{Moderator, Operator},
        body::JsonBody,
        problem::Problem,
        query::Query,
        route_table::RouteTable,
        site,
    },
};

/// Most origins of one site.
const MAX_ORIGINS: usize = 50;

/// Every site you may see.
#[derive(Debug, Serialize, ToSchema)]
struct SiteList {
    /// The sites, by slug.
    sites: Vec<Site>,
}

/// A new site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    /// Its name in URLs: 1 to 63 lower-case letters, digits and inner hyphens. It never changes.
    #[schema(
        min_length = 1,
        max_length = 63,
        pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
    )]
    pub slug: String,
    /// Its name for people; absent: the slug.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    )]
    pub name: Option<String>,
    /// The origins of its pages, such as `https://example.org`.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub origins: Vec<String>,
    /// What it does with scores and evidence; what is absent has its default.
    #[serde(default)]
    pub policy: Policy,
}

/// What to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteChange {
    /// Its name for people.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    )]
    pub name: Option<String>,
    /// The origins of its pages.
    #[schema(max_items = 50)]
    pub origins: Option<Vec<String>>,
    /// What it does with scores and evidence; replaced as a whole.
    pub policy: Option<Policy>,
}

/// The sites you may see.
#[utoipa::path(
    tag = "operators",
    responses(
        (status = 200, description = "The sites.", body = SiteList),
        (status = 401, description = "Not signed in.", body = Problem),
    ),
    security(("token" = [])),
)]
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
#[utoipa::path(
    tag = "operators",
    request_body = NewSite,
    responses(
        (status = 201, description = "Added.", body = Site),
        (status = 401, description = "Not signed in.", body = Problem),
        (status = 403, description = "Not an operator.", body = Problem),
        (status = 422, description = "A field is not right.", body = Problem),
    ),
    security(("token" = [])),
)]
#[post("/api/v1/sites")]
async fn add_site(
    app: Shared,
    _operator: Operator,
    JsonBody(new): JsonBody<NewSite>,
) -> Result<HttpResponse, Problem> {
    let site = new.parse(&app).map_err(Problem::invalid)?;
    if !app.store.add_site(site.clone()).await? {
        let message = "Another site has this slug.";
        return Err(FieldError::new("slug", "taken", message).into());
    }
    app.directory.refresh(&app.store, app.now()).await?;
    Ok(private().status(StatusCode::CREATED).json(site))
}

/// One site.
#[utoipa::path(
    tag = "operators",
    params(("site" = String, Path, description = "The site's slug.")),
    responses(
        (status = 200, description = "The site.", body = Site),
        (status = 401, description = "Not signed in.", body = Problem),
        (status = 404, description = "No such site, or not yours to see.", body = Problem),
    ),
    security(("token" = [])),
)]
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
#[utoipa::path(
    tag = "operators",
    params(("site" = String, Path, description = "The site's slug.")),
    request_body = SiteChange,
    responses(
        (status = 200, description = "Changed.", body = Site),
        (status = 401, description = "Not signed in.", body = Problem),
        (status = 403, description = "Not an operator.", body = Problem),
        (status = 404, description = "No such site.", body = Problem),
        (status = 422, description = "A field is not right.", body = Problem),
    ),
    security(("token" = [])),
)]
#[patch("/api/v1/sites/{site}")]
async fn change_site(
    app: Shared,
    _operator: Operator,
    slug: Path<String>,
    JsonBody(change): JsonBody<SiteChange>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    let changed = change.apply(&site).map_err(Problem::invalid)?;
    if !app.store.update_site(changed.clone()).await? {
        return Err(Problem::not_found("site"));
    }
    app.directory.refresh(&app.store, app.now()).await?;
    Ok(private().json(changed))
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
    tag = "operators",
    params(("site" = String, Path, description = "The site's slug."), RemovalQuery),
    responses(
        (status = 204, description = "Removed. Of a very large site some may still be on its way out."),
        (status = 401, description = "Not signed in.", body = Problem),
        (status = 403, description = "Not an operator.", body = Problem),
        (status = 404, description = "No such site.", body = Problem),
        (status = 409, description = "It has comments and stays (`has_comments`).", body = Problem),
        (status = 422, description = "`with_comments` is not the site's slug.", body = Problem),
    ),
    security(("token" = [])),
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
    match removal::remove(&app.sites, &slug, confirmed.is_some()).await? {
        Removal::NotFound => Err(Problem::not_found("site")),
        Removal::HasComments(count) => {
            let title = format!(
                "The site has comments and stays ({count} of them); \
                 `?with_comments={slug}` removes them too."
            );
            Err(Problem::new(StatusCode::CONFLICT, "has_comments", title))
        }
        Removal::Begun => Ok(HttpResponse::NoContent().finish()),
    }
}

impl SiteChange {
    /// The site as changed, if every field is right.
    ///
    /// # Errors
    /// One [`FieldError`] for each field that is not right.
    pub fn apply(self, site: &Site) -> Result<Site, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut keep = |error| errors.push(error);
        let name = self
            .name
            .map(|raw| parse_line("name", &raw, MAX_NAME_CHARS));
        let name = name.transpose().map_err(&mut keep).unwrap_or_default();
        let origins = self.origins.map(|raw| parse_origins(&raw));
        let origins = origins.transpose().map_err(&mut keep).unwrap_or_default();
        let policy = self.policy.unwrap_or_else(|| site.policy.clone());
        errors.extend(policy.validate().err().into_iter().flatten());
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Site {
            slug: site.slug.clone(),
            name: name.unwrap_or_else(|| site.name.clone()),
            origins: origins.unwrap_or_else(|| site.origins.clone()),
            policy,
            created_at: site.created_at,
        })
    }
}

impl NewSite {
    /// The site, if every field is right.
    ///
    /// # Errors
    /// One [`FieldError`] for each field that is not right.
    pub fn parse(self, app: &App) -> Result<Site, Vec<FieldError>> {
        let slug = SiteSlug::parse(&self.slug);
        let name = self.name.as_deref().unwrap_or(&self.slug);
        let name = parse_line("name", name, MAX_NAME_CHARS);
        let origins = parse_origins(&self.origins);
        let policy = self.policy.validate();
        match (slug, name, origins, policy) {
            (Ok(slug), Ok(name), Ok(origins), Ok(())) => Ok(Site {
                slug,
                name,
                origins,
                policy: self.policy,
                created_at: app.now(),
            }),
            (slug, name, origins, policy) => {
                let errors = [slug.err(), name.err(), origins.err()];
                let policy = policy.err().unwrap_or_default();
                Err(errors.into_iter().flatten().chain(policy).collect())
            }
        }
    }
}

fn parse_origins(raw: &[String]) -> Result<Vec<Origin>, FieldError> {
    if raw.len() > MAX_ORIGINS {
        let message = format!("At most {MAX_ORIGINS} origins.");
        return Err(FieldError::new("origins", "out_of_range", message));
    }
    let mut origins: Vec<Origin> = Vec::with_capacity(raw.len());
    for (place, raw) in raw.iter().enumerate() {
        let Some(origin) = Origin::parse(raw) else {
            let message = "An origin looks like https://example.org, without a path.";
            return Err(FieldError::new(
                format!("origins[{place}]"),
                "invalid",
                message,
            ));
        };
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok(origins)
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .service(list_sites)
        .service(add_site)
        .service(get_site)
        .service(change_site)
        .service(remove_site);
}
