//! The demo: a sample article with its comments and the form, on a site of its own.

use actix_web::{HttpResponse, get, http::StatusCode};
use askama::Template;

use super::form::Form;
use crate::{
    app::App,
    domain::{
        origin::Origin,
        page::Page,
        site::{Policy, Site, SiteSlug},
    },
    intake::{self, submission::Fields},
    published::{self, Shown},
    storage,
    web::{Shared, page, problem::Problem},
};

/// The demo's site.
const SITE: &str = "demo";

/// The article's page.
const PAGE: &str = "/demo";

/// Comments that a newcomer finds in the queue: name, email, text.
const SAMPLES: [(&str, &str, &str); 4] = [
    (
        "Marta",
        "marta@example.org",
        "The peas on the rail are a lovely idea. Which variety do you sow, and when do you take them down?",
    ),
    (
        "Best Prices 4 You",
        "deals@example.com",
        "HOT DEAL!!! Buy cheap followers and likes now at http://cheap-likes.example/buy limited offer, click here >>> http://cheap-likes.example",
    ),
    (
        "Jonas",
        "jonas@example.net",
        "I tried the same with a fig and it sulked for two years, then gave more than we could eat.",
    ),
    (
        "Ann",
        "ann@example.org",
        "Nice post! My channel has more balcony tips, please subscribe and check it out",
    ),
];

#[derive(Template)]
#[template(path = "demo.html")]
struct DemoPage {
    comments: Vec<Shown>,
    form: Form,
}

/// The article, where the demo is switched on.
#[get("/demo")]
pub(super) async fn demo(app: Shared) -> Result<HttpResponse, Problem> {
    let site = app.directory.site(SITE).filter(|_| app.settings.demo);
    let site = site.ok_or_else(|| Problem::not_found("page"))?;
    let page = Page::parse(PAGE, &site.origins)?;
    let fields = Fields {
        page: Some(PAGE.to_owned()),
        page_title: Some("Keeping a garden on a balcony".to_owned()),
        ..Fields::default()
    };
    let template = DemoPage {
        comments: published::read(&app, &site.slug, &page, None)
            .await?
            .comments,
        form: Form::new(&app, &site, fields),
    };
    page::render(StatusCode::OK, &template)
}

/// Adds the demo's site and its sample comments, through the ordinary intake; `false` when they were
/// there already.
///
/// # Errors
/// [`storage::StoreError`].
pub async fn prepare(app: &App) -> storage::Result<bool> {
    let Ok(slug) = SiteSlug::parse(SITE) else {
        return Ok(false);
    };
    let site = Site {
        slug,
        name: "Demo".to_owned(),
        origins: Origin::parse(&app.public_url()).into_iter().collect(),
        policy: Policy::default(),
        created_at: app.now(),
    };
    if !app.store.add_site(site).await? {
        return Ok(false);
    }
    app.directory.refresh(&app.store, app.now()).await?;
    let Some(site) = app.directory.site(SITE) else {
        return Ok(false);
    };
    for (name, email, text) in SAMPLES {
        let fields = Fields {
            page: Some(PAGE.to_owned()),
            name: Some(name.to_owned()),
            email: Some(email.to_owned()),
            text: Some(text.to_owned()),
            ..Fields::default()
        };
        let Ok(submission) = fields.parse(&site) else {
            continue;
        };
        if let Err(error) = intake::submit(app, site.clone(), submission, None, None).await {
            tracing::warn!(%error, "a sample comment could not be added");
        }
    }
    Ok(true)
}
