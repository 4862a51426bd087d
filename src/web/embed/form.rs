//! The comment form as a page of its own, for sites and readers without script: shown empty, shown
//! again filled in when something is not right, and followed by thanks.

use std::sync::Arc;

use actix_web::http::header::{Accept, Header};
use url::form_urlencoded;

use crate::{
    domain::{evidence::Verdict, name, page::Page, site::Site, text, website},
    intake::{
        Accepted, form_token,
        submission::{Fields, HONEYPOT},
    },
    web::{prelude::*, reader::Reader},
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
    back: Option<String>,
}

/// The form with its values and errors, on every page that shows it.
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
    pub fn new(app: &Shared, words: &'static Words, site: &Site, mut fields: Fields) -> Self {
        let token = form_token::issue(app, site);
        fields.form_token = Some(token.form_token);
        Self {
            words,
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
    Reader(words): Reader,
    slug: Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    site.page(&wanted.page)?;
    let fields = Fields {
        page: Some(wanted.page),
        parent: wanted.parent,
        ..Fields::default()
    };
    let template = FormPage {
        words,
        form: Form::new(&app, words, &site, fields),
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
    Reader(words): Reader,
    site: &Arc<Site>,
    fields: Fields,
    problem: &Problem,
) -> Result<HttpResponse, Problem> {
    let mut form = Form::new(app, words, site, fields);
    let errors = problem.errors.iter();
    form.errors = errors
        .map(|error| {
            let message = words.relay(&error.message).into_owned();
            (error.field.clone(), message)
        })
        .collect();
    let template = FormPage {
        words,
        form,
        title: words.say("form-title-refused").into(),
        problem: Some(words.relay(&problem.title).into_owned()),
    };
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
    page::render_leading_to(status, &template, &site.origins)
}

/// What the page of thanks is about.
#[derive(Deserialize)]
pub(super) struct Sent {
    page: Option<String>,
    published: Option<String>,
}

/// After a form was taken: to the comment, where it is public in an article of the site, else to a page of thanks. A redirect
/// either way, so that loading the page again sends nothing twice.
#[must_use]
pub fn taken(site: &Arc<Site>, fields: &Fields, accepted: &Accepted) -> HttpResponse {
    let published = accepted.verdict == Verdict::Publish;
    let page = fields.page.as_deref().and_then(|raw| site.page(raw).ok());
    let back = page.as_ref().and_then(|page| article(site, page));
    if let Some(back) = back.filter(|_| published) {
        return page::see_other(&format!("{back}#comment-{}", accepted.id));
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(page) = page {
        query.append_pair("page", page.as_str());
    }
    if published {
        query.append_pair("published", "1");
    }
    page::see_other(&format!("/sites/{}/thanks?{}", site.slug, query.finish()))
}

/// The page of thanks, with a way back to the article.
pub(super) async fn show_thanks(
    app: Shared,
    Reader(words): Reader,
    slug: Path<String>,
    Query(sent): Query<Sent>,
) -> Result<HttpResponse, Problem> {
    let site = site::named(&app, &slug)?;
    let page = sent.page.as_deref().and_then(|raw| site.page(raw).ok());
    let template = ThanksPage {
        words,
        published: sent.published.is_some(),
        back: page.and_then(|page| article(&site, &page)),
    };
    page::render(StatusCode::OK, &template)
}

/// The address of an article of the site, where it is known where its pages are.
pub(super) fn article(site: &Site, page: &Page) -> Option<String> {
    page.url(&site.origins).filter(|_| !site.origins.is_empty())
}
