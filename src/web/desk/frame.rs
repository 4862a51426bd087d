//! What every page of the desk has around it: who is signed in, and what the last form did.

use crate::web::desk::{prelude::*, sign_in::inside};

/// The frame of a page.
pub struct Frame {
    /// The words of the page.
    pub words: &'static Words,
    /// The name of who is signed in.
    pub who: String,
    /// Whether they run the place.
    pub operator: bool,
    /// Whether all senders look alike, because the proxy before the service is not known to it.
    pub unknown_proxy: bool,
    /// The folder that mail is written to, where no mail server is set up: nobody gets it.
    pub mail_folder: Option<String>,
    /// For forms and the script.
    pub csrf: String,
    /// What the last form did.
    pub flash: Option<Flash>,
    /// Where forms of this page come back to.
    pub back: String,
}

impl Frame {
    /// The frame for someone, on a page that forms come back to.
    #[must_use]
    pub fn new(app: &App, signed_in: &SignedIn, back: String, flash: Option<Flash>) -> Self {
        Self {
            words: signed_in.words,
            who: signed_in.account.name.clone(),
            operator: signed_in.principal().is_operator(),
            unknown_proxy: app.readiness.has_noticed_unknown_proxy(),
            mail_folder: app
                .notify
                .mail_folder()
                .map(|folder| folder.display().to_string()),
            csrf: signed_in.session.csrf_token(app),
            flash,
            back,
        }
    }
}

/// A place in the menu: its address, the name of its label, whether the page is there.
type Place = (&'static str, &'static str, bool);

impl Frame {
    /// The menu.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let of_all = [
            ("/desk", "desk-queue"),
            ("/desk/activity", "desk-activity"),
            ("/desk/statistics", "desk-statistics"),
            ("/desk/blocks", "desk-blocks"),
        ];
        let of_operators = [
            ("/desk/model", "desk-model"),
            ("/desk/settings", "desk-settings"),
            ("/desk/privacy", "desk-privacy"),
        ];
        let of_operators = of_operators.into_iter().filter(|_| self.operator);
        let path = self.back.split('?').next().unwrap_or_default();
        let current = |href: &str| match href {
            HOME => path == HOME || path.starts_with("/desk/comments"),
            "/desk/settings" => path.starts_with(href) || path.starts_with("/desk/imports"),
            "/desk/activity" => path.starts_with(href) || path.starts_with("/desk/batches"),
            other => path.starts_with(other),
        };
        let places = of_all.into_iter().chain(of_operators);
        places
            .map(|(href, label)| (href, label, current(href)))
            .collect()
    }
}

/// Where a form said that it came from, if that is on the desk; else there.
#[must_use]
pub fn back_of(fields: &FormFields, or_else: &str) -> String {
    inside_or(fields.get("back"), or_else)
}

/// A place that a form named, if that is on the desk; else another.
#[must_use]
pub fn inside_or(place: &str, or_else: &str) -> String {
    if place.is_empty() {
        or_else
    } else {
        inside(place)
    }
    .to_owned()
}
