//! The comment form as a page of its own, for sites and readers without script: shown empty, shown
//! again filled in when something is not right, and followed by thanks.

use std::sync::Arc;

use actix_web::http::header::{Accept, Header};

use crate::{
    domain::{evidence::Verdict, name, page::Page, site::Site, text, website},
    intake::{
        Accepted, form_token,
        submission::{Fields, HONEYPOT},
    },
    web::prelude::*,
};

#[derive(Template)]
#[template(path = "form.html")]
struct FormPage {
    words: &'static Words,
    form: Form,
    title: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "thanks.html")]
struct ThanksPage {
    words: &'static Words,
    published: bool,
}

/// The form with its values and errors, wherever it is shown.
#[derive(Template)]
#[template(path = "form_fields.html")]
pub struct Form {
    words: &'static Words,
    action: String,
    fields: Fields,
    honeypot: &'static str,
    errors: Vec<(String, String)>,
    /// Zero bits of the proof of work asked for, where one is; only script can do it.
    work_bits: Option<u8>,
}

impl Form {
    /// A form for a page of a site, with what was filled in before.
    #[must_use]
    pub fn new(app: &Shared, site: &Site, mut fields: Fields) -> Self {
        let token = form_token::issue(app, site);
        fields.form_token = Some(token.form_token);
        Self {
            words: Words::english(),
            action: format!("/api/v1/sites/{}/comments", site.slug),
            fields,
            honeypot: HONEYPOT,
            errors: Vec::new(),
            work_bits: token.proof_of_work.map(|work| work.bits),
        }
    }

    fn error(&self, field: &str) -> Option<&str> {
        let found = self.errors.iter().find(|(named, _)| named == field);
        found.map(|(_, message)| message.as_str())
    }

    const NAME_MAX: usize = name::MAX_CHARS;
    const WEBSITE_MAX: usize = website::MAX_CHARS;
    const TEXT_MAX: usize = text::MAX_CHARS;
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    page: String,
    parent: Option<String>,
}

/// The form for a page.
pub(super) async fn show_form(
    app: Shared,
    slug: Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    Page::parse(&wanted.page, &site.origins)?;
    let fields = Fields {
        page: Some(wanted.page),
        parent: wanted.parent,
        ..Fields::default()
    };
    let words = Words::english();
    let template = FormPage {
        words,
        form: Form::new(&app, &site, fields),
        title: words.say("form-title").into(),
        problem: None,
    };
    page::render_leading_to(StatusCode::OK, &template, &site.origins)
}

/// Whether a browser's form was sent, and not a script or a program.
#[must_use]
pub fn wants_page(request: &HttpRequest) -> bool {
    let Ok(accept) = Accept::parse(request) else {
        return false;
    };
    accept
        .ranked()
        .first()
        .is_some_and(|kind| kind.essence_str() == "text/html")
}

/// The form again, filled in, with what was wrong.
///
/// # Errors
/// A [`Problem`] when the page cannot be rendered.
pub fn refused(
    app: &Shared,
    site: &Arc<Site>,
    fields: Fields,
    problem: &Problem,
) -> Result<HttpResponse, Problem> {
    let mut form = Form::new(app, site, fields);
    let errors = problem.errors.iter();
    form.errors = errors
        .map(|error| (error.field.clone(), error.message.clone()))
        .collect();
    let words = Words::english();
    let template = FormPage {
        words,
        form,
        title: words.say("form-title-refused").into(),
        problem: Some(problem.title.clone()),
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    page::render_leading_to(status, &template, &site.origins)
}

/// Back to the article where that is on one of the site's origins, else a page of thanks.
///
/// # Errors
/// A [`Problem`] when the page cannot be rendered.
pub fn thanks(
    site: &Arc<Site>,
    fields: &Fields,
    accepted: &Accepted,
) -> Result<HttpResponse, Problem> {
    let published = accepted.verdict == Verdict::Publish;
    let parsed = fields
        .page
        .as_deref()
        .map(|raw| Page::parse(raw, &site.origins));
    let on_site = parsed
        .and_then(Result::ok)
        .filter(|page| page.as_str().starts_with('/'));
    if let Some(back) = on_site.and_then(|page| page.url(&site.origins)) {
        let anchor = if published {
            format!("comment-{}", accepted.id)
        } else {
            "comment-awaits-review".to_owned()
        };
        return Ok(HttpResponse::SeeOther()
            .insert_header((header::LOCATION, format!("{back}#{anchor}")))
            .finish());
    }
    let words = Words::english();
    page::render(StatusCode::OK, &ThanksPage { words, published })
}
