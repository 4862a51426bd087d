//! The first steps: what an operator has to do until comments come and are answered for, each ticked once it is
//! done.

use crate::{
    demo,
    domain::{queue::Filter, site::Site},
    storage,
    web::desk::prelude::*,
};

/// Moderators without whom nobody shares the work.
const SEVERAL: usize = 2;

/// Where a site is added, with the form open.
const ADDING: &str = "/desk/settings?open=sites#sites";

/// A step: the name of its sentence, where it is done, whether it is.
pub struct FirstStep {
    pub says: &'static str,
    pub href: String,
    pub done: bool,
}

/// The steps; none once all of them are done.
///
/// # Errors
/// [`storage::StoreError`].
pub async fn steps(app: &App) -> storage::Result<Vec<FirstStep>> {
    let snapshot = app.directory.snapshot();
    let own = snapshot.sites.values().filter(|site| is_own(site));
    let own: Vec<SiteSlug> = own.map(|site| site.slug.clone()).collect();
    let comments = Filter {
        sites: own.clone(),
        ..Filter::default()
    };
    let counts = app.store.count_comments(&comments).await?;
    let came = Status::ALL.iter().any(|status| counts.of(*status) > 0);
    let people = app.store.moderators().await?.len();
    let step = |says, href: &str, done| FirstStep {
        says,
        href: href.to_owned(),
        done,
    };
    // Where the two lines are, once there is a site to have some.
    let lines = own.first().map_or_else(
        || ADDING.to_owned(),
        |slug| format!("{HOME}/settings/sites/{slug}"),
    );
    let steps = vec![
        step("start-site", ADDING, !own.is_empty()),
        step("start-page", &lines, came || app.readiness.has_seen_page()),
        step("start-comment", "/desk?status=all", came),
        step(
            "start-mail",
            "/desk/settings#mail",
            app.notify.mail_folder().is_none(),
        ),
        step(
            "start-people",
            "/desk/settings?open=people#people",
            people >= SEVERAL,
        ),
    ];
    let all_done = steps.iter().all(|step| step.done);
    Ok(if all_done { Vec::new() } else { steps })
}

/// Whether a site has pages of somebody's own: the ones to begin with have none.
fn is_own(site: &Site) -> bool {
    !site.origins.is_empty() && site.slug.as_str() != demo::SITE
}

/// The address that the service prints when it starts, and that mails name.
pub(super) async fn home() -> HttpResponse {
    see_other(HOME)
}
