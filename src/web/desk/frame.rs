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
    /// Whether senders cannot be told apart, because the proxy before the service is not known to it.
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
            words: Words::english(),
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

/// Where a form said that it came from, if that is on the desk; else there.
#[must_use]
pub fn back_of(fields: &FormFields, or_else: &str) -> String {
    let back = fields.get("back");
    if back.is_empty() {
        or_else
    } else {
        inside(back)
    }
    .to_owned()
}
