//! One's own account as a page: name, address, password, and how one wants to be mailed.

use std::{borrow::Cow, collections::BTreeMap};

use secrecy::ExposeSecret;

use super::{sign_in::set_cookie, site_choice::SiteChoice};
use crate::{
    accounts::{
        own::{self, OwnChange, OwnError},
        people::{PeopleError, masked},
    },
    domain::moderator::{MailMode, MailPreferences},
    web::{
        cookies::{ended_cookie, session_cookie},
        desk::prelude::*,
    },
};

/// Each choice with the name of its sentence.
const MODES: [(MailMode, &str); 4] = [
    (MailMode::Each, "me-mail-each"),
    (MailMode::Hourly, "me-mail-hourly"),
    (MailMode::Daily, "me-mail-daily"),
    (MailMode::None, "me-mail-never"),
];

/// The field for a site that has no line.
const ANOTHER: &str = "another";

#[derive(Template)]
#[template(path = "desk_me.html")]
struct MePage {
    frame: Frame,
    name: String,
    /// Masked.
    email: String,
    mail: MailPreferences,
    /// The language that was chosen, as its tag.
    language: String,
    /// The sites that have a line: all, or of many those with a choice of their own.
    sites: Vec<String>,
    /// Whether there are more, so that another one is named.
    is_searched: bool,
    /// The one that was named, where nothing came of it.
    another: String,
    errors: Vec<FieldError>,
    saved: bool,
}

impl MePage {
    fn error(&self, field: &str) -> Option<Cow<'_, str>> {
        let found = self.errors.iter().find(|error| error.field == field);
        found.map(|error| self.frame.words.relay(&error.message))
    }

    /// The choices for a site, the one in force marked; for every site when none is named.
    fn modes(&self, site: &str) -> Vec<(&'static str, &'static str, bool)> {
        let own = self
            .mail
            .sites
            .iter()
            .find(|(slug, _)| slug.as_str() == site);
        let chosen = if site.is_empty() {
            Some(self.mail.default)
        } else {
            own.map(|(_, mode)| *mode)
        };
        MODES
            .map(|(mode, label)| (mode.as_str(), label, Some(mode) == chosen))
            .to_vec()
    }
}

#[derive(serde::Deserialize)]
pub(super) struct MeQuery {
    saved: Option<String>,
}

pub(super) async fn show(
    app: Shared,
    Entered(signed_in): Entered,
    Query(query): Query<MeQuery>,
) -> Result<HttpResponse, Refused> {
    let nothing = FormFields::from(Vec::new());
    let saved = query.saved.is_some();
    render(&app, &signed_in, Vec::new(), &nothing, saved).await
}

pub(super) async fn change(
    app: Shared,
    Sent { by, fields }: Sent,
) -> Result<HttpResponse, Refused> {
    if fields.get("do") == "end-sessions" {
        own::end_every_session(&app, &app.news, &by.account).await?;
        let mut response = see_other("/sign-in");
        set_cookie(&mut response, &ended_cookie(&app));
        return Ok(response);
    }
    let given = |name: &str| Some(fields.get(name).to_owned()).filter(|value| !value.is_empty());
    let secret = |name: &str| {
        let secret = fields.secret(name);
        Some(secret).filter(|secret| !secret.expose_secret().is_empty())
    };
    let mail = match mail_of(&app, &by, &fields) {
        Ok(mail) => mail,
        Err(error) => return render(&app, &by, vec![error], &fields, false).await,
    };
    let wanted = OwnChange {
        name: Some(fields.get("name").to_owned()),
        email: given("email"),
        mail: Some(mail),
        language: language_of(&fields),
        current_password: secret("current_password"),
        new_password: secret("new_password"),
    };
    let session = by.session.clone();
    let errors = match own::change(&app, &by.account, session, wanted).await {
        Ok(session) => {
            let mut response = see_other(&format!("{HOME}/me?saved=1"));
            set_cookie(&mut response, &session_cookie(&app, &session));
            return Ok(response);
        }
        Err(OwnError::Invalid(errors) | OwnError::People(PeopleError::Invalid(errors))) => errors,
        Err(error) => return Err(error.into()),
    };
    render(&app, &by, errors, &fields, false).await
}

/// The language that the form names: empty where the browser's is meant.
fn language_of(fields: &FormFields) -> Option<String> {
    let tag = fields.all("language").next()?;
    let words = Words::of(tag);
    Some(words.map_or_else(String::new, |words| words.language.to_owned()))
}

/// The mail fields: `mail` for every site, `mail:slug` for one, and for one of many that has no line its name and its mode. Sites that one does not see keep
/// what was chosen for them only as long as nothing is saved here; they mail nobody anyway.
fn mail_of(app: &App, by: &SignedIn, fields: &FormFields) -> Result<MailPreferences, FieldError> {
    let snapshot = app.directory.snapshot();
    let mode = |word: &str| MODES.iter().find(|(mode, _)| mode.as_str() == word);
    let chosen = snapshot.sites.keys().filter_map(|slug| {
        let (mode, _) = mode(fields.get(&format!("mail:{slug}")))?;
        Some((slug.clone(), *mode))
    });
    let mut sites: BTreeMap<_, _> = chosen.collect();
    let another = fields.get(ANOTHER).trim();
    if !another.is_empty() {
        let site = app.directory.site(another);
        let site = site.filter(|site| by.account.scope.covers(&site.slug));
        let unknown = || FieldError::new(ANOTHER, "unknown", "There is no such site.");
        let site = site.ok_or_else(unknown)?;
        if let Some((mode, _)) = mode(fields.get("another_mode")) {
            sites.insert(site.slug.clone(), *mode);
        }
    }
    Ok(MailPreferences {
        default: mode(fields.get("mail")).map_or(MailMode::Each, |(mode, _)| *mode),
        sites,
    })
}

async fn render(
    app: &App,
    signed_in: &SignedIn,
    errors: Vec<FieldError>,
    fields: &FormFields,
    saved: bool,
) -> Result<HttpResponse, Refused> {
    let account = &signed_in.account;
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let choice = SiteChoice::new(app, &account.scope, "");
    let mail = app.store.mail_preferences(&account.id).await?;
    let sites = if choice.is_searched() {
        let own = mail.sites.keys().filter(|site| account.scope.covers(site));
        own.map(ToString::to_string).collect()
    } else {
        choice.listed.clone()
    };
    let template = MePage {
        frame: Frame::new(app, signed_in, format!("{HOME}/me"), None),
        name: account.name.clone(),
        email: masked(app, account).unwrap_or_default(),
        language: account.language.clone().unwrap_or_default(),
        mail,
        sites,
        is_searched: choice.is_searched(),
        another: fields.get(ANOTHER).to_owned(),
        errors,
        saved,
    };
    Ok(page::render(status, &template)?)
}
