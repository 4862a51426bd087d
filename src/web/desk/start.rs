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

/// A step: the name of its sentence, where it is done, whether it is.
pub struct FirstStep {
    pub says: &'static str,
    pub href: &'static str,
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
    let step = |says, href, done| FirstStep { says, href, done };
    let steps = vec![
        step("start-site", "/desk/settings#sites", !own.is_empty()),
        step(
            "start-page",
            "/desk/settings#sites",
            came || app.readiness.has_seen_page(),
        ),
        step("start-comment", "/desk?status=all", came),
        step(
            "start-mail",
            "/desk/settings#mail",
            app.notify.mail_folder().is_none(),
        ),
        step("start-people", "/desk/settings#people", people >= SEVERAL),
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
