//! Signing in: with address and password, or with a one-time link. A link's page changes nothing
//! when it is only looked at: mail systems open every link they see.

use std::borrow::Cow;

use crate::{
    accounts::{
        links::{self, FirstSignIn, LinkError},
        passwords::{MAX_CHARS, MIN_CHARS},
        people::masked,
        sessions::Session,
        sign_in::{self, SignInError},
    },
    domain::moderator::Moderator,
    web::{
        auth::{Visitor, refuse_cross_site},
        cookies::{device_cookie, ended_cookie, origin_of, session_cookie},
        desk::prelude::*,
        reader::Reader,
    },
};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    words: &'static Words,
    email: &'a str,
    next: &'a str,
    error: Option<Said<'static>>,
    /// Whether nobody can sign in yet, so that whoever came here looks for the link that was printed.
    nobody_yet: bool,
}

#[derive(Template)]
#[template(path = "sign_in_link.html")]
struct LinkPage<'a> {
    words: &'static Words,
    /// Whose link it is; none when it is no good.
    name: Option<&'a str>,
    /// Whether a password has to be chosen.
    first: bool,
    /// Whether a name and an address do, too.
    nobody_yet: bool,
    /// The address that the account has, masked.
    known: Option<String>,
    filled: Filled<'a>,
    errors: Vec<FieldError>,
    min: usize,
    max: usize,
}

#[derive(Default)]
struct Filled<'a> {
    name: &'a str,
    email: &'a str,
}

#[derive(Template)]
#[template(path = "sign_out.html")]
struct SignOutPage<'a> {
    words: &'static Words,
    csrf: Option<&'a str>,
}

impl LinkPage<'_> {
    fn error(&self, field: &str) -> Option<Cow<'_, str>> {
        let found = self.errors.iter().find(|error| error.field == field);
        found.map(|error| self.words.relay(&error.message))
    }
}

#[derive(Deserialize)]
pub(super) struct SignInQuery {
    next: Option<String>,
}

pub(super) async fn show(
    app: Shared,
    Reader(words): Reader,
    Visitor(signed_in): Visitor,
    Query(query): Query<SignInQuery>,
) -> Result<HttpResponse, Refused> {
    let next = inside(query.next.as_deref().unwrap_or_default());
    if signed_in.is_some() {
        return Ok(see_other(next));
    }
    let template = SignInPage {
        words,
        email: "",
        next,
        error: None,
        nobody_yet: links::has_no_operator(&app).await?,
    };
    Ok(page::render(StatusCode::OK, &template)?)
}

pub(super) async fn with_password(
    app: Shared,
    request: HttpRequest,
    fields: FormFields,
) -> Result<HttpResponse, Refused> {
    refuse_cross_site(&app, &request)?;
    let origin = origin_of(&app, &request);
    let email = fields.get("email");
    let next = inside(fields.get("next"));
    let password = fields.secret("password");
    let tried = sign_in::with_password(&app, email, password, &origin).await;
    let (status, error) = match tried {
        Ok(account) => return Ok(begin(&app, &account, &origin, next).await),
        Err(SignInError::Wrong) => {
            let error = "sign-in-wrong";
            (StatusCode::UNAUTHORIZED, error)
        }
        Err(SignInError::TooMany(_)) => {
            let error = "sign-in-too-many";
            (StatusCode::TOO_MANY_REQUESTS, error)
        }
        Err(error) => return Err(error.into()),
    };
    let Reader(words) = Reader::of(&request);
    let template = SignInPage {
        words,
        email,
        next,
        error: Some(words.say(error)),
        nobody_yet: links::has_no_operator(&app).await?,
    };
    Ok(page::render(status, &template)?)
}

pub(super) async fn show_link(
    app: Shared,
    reader: Reader,
    word: Path<String>,
) -> Result<HttpResponse, Refused> {
    let account = links::look_up(&app, &word).await?;
    show_link_of(
        &app,
        reader,
        account.as_ref(),
        Filled::default(),
        Vec::new(),
    )
}

pub(super) async fn with_link(
    app: Shared,
    request: HttpRequest,
    word: Path<String>,
    fields: FormFields,
) -> Result<HttpResponse, Refused> {
    refuse_cross_site(&app, &request)?;
    let choices = FirstSignIn {
        name: fields.get("name").to_owned(),
        email: fields.get("email").to_owned(),
        password: fields.secret("password"),
    };
    let reader = Reader::of(&request);
    match links::redeem(&app, &word, choices).await {
        Ok(account) => Ok(begin(&app, &account, &origin_of(&app, &request), HOME).await),
        Err(LinkError::Gone) => show_link_of(&app, reader, None, Filled::default(), Vec::new()),
        Err(LinkError::Invalid(errors)) => {
            let account = links::look_up(&app, &word).await?;
            let filled = Filled {
                name: fields.get("name"),
                email: fields.get("email"),
            };
            show_link_of(&app, reader, account.as_ref(), filled, errors)
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn show_sign_out(
    app: Shared,
    Reader(words): Reader,
    Visitor(signed_in): Visitor,
) -> Result<HttpResponse, Refused> {
    let words = signed_in.as_ref().map_or(words, |one| one.words);
    let csrf = signed_in.map(|signed_in| signed_in.session.csrf_token(&app));
    let template = SignOutPage {
        words,
        csrf: csrf.as_deref(),
    };
    Ok(page::render(StatusCode::OK, &template)?)
}

pub(super) async fn sign_out(
    app: Shared,
    Visitor(signed_in): Visitor,
    fields: FormFields,
) -> Result<HttpResponse, Refused> {
    if let Some(signed_in) = signed_in {
        signed_in.accepts(&app, fields.get("csrf"))?;
        signed_in.session.end(&app, &app.news).await?;
    }
    let mut response = see_other("/sign-in");
    set_cookie(&mut response, &ended_cookie(&app));
    Ok(response)
}

fn show_link_of(
    app: &App,
    Reader(words): Reader,
    account: Option<&Moderator>,
    filled: Filled<'_>,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Refused> {
    let status = match (account, errors.is_empty()) {
        (None, _) => StatusCode::NOT_FOUND,
        (Some(_), true) => StatusCode::OK,
        (Some(_), false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let template = LinkPage {
        words,
        name: account.map(|account| account.name.as_str()),
        first: account.is_some_and(links::is_first),
        nobody_yet: account.is_some_and(links::is_nobody_yet),
        known: account.and_then(|account| masked(app, account)),
        filled,
        errors,
        min: MIN_CHARS,
        max: MAX_CHARS,
    };
    Ok(page::render(status, &template)?)
}

/// Begins a session and goes on.
async fn begin(
    app: &App,
    account: &Moderator,
    origin: &sign_in::Origin,
    next: &str,
) -> HttpResponse {
    let device = sign_in::remember(app, account, origin).await;
    let session = Session::begin(&account.id, account.session_epoch, app.now());
    let mut response = see_other(next);
    set_cookie(&mut response, &session_cookie(app, &session));
    set_cookie(&mut response, &device_cookie(app, &device));
    response
}

pub(super) fn set_cookie(response: &mut HttpResponse, cookie: &actix_web::cookie::Cookie<'_>) {
    if let Err(error) = response.add_cookie(cookie) {
        tracing::error!(%error, "a cookie could not be written");
    }
}

/// A place on the desk, whatever was asked for: a link to the sign-in page must not be a way to
/// send people elsewhere.
pub(super) fn inside(next: &str) -> &str {
    let rest = next.strip_prefix(HOME);
    let within = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    let plain = next.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if within && plain { next } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn signing_in_leads_to_the_desk_and_nowhere_else() {
        assert_eq!(inside("/desk?status=spam"), "/desk?status=spam");
        for bad in [
            "",
            "//evil.example",
            "/deskevil",
            "https://evil.example/desk",
            "/desk\r\nX: y",
        ] {
            assert_eq!(inside(bad), "/desk", "{bad}");
        }
    }
}
