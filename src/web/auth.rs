//! Who sends a request: a bearer token or the session cookie, as arguments of handlers. With the
//! cookie, a request that changes something must carry the session's CSRF token; a bearer token needs
//! none, because no browser sends one by itself.

use actix_web::{
    HttpMessage as _,
    cookie::{Cookie, SameSite, time::Duration as CookieDuration},
};

use super::sender;
use crate::{
    accounts::{
        links::LinkError,
        own::OwnError,
        passwords::PasswordError,
        people::PeopleError,
        sessions::{Session, principal_of},
        sign_in::{self, Device, SignInError},
        tokens,
    },
    domain::moderator::Moderator as Account,
    storage::acts,
    web::{below::Root, prelude::*},
};

/// The header that carries a session's CSRF token.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// The name of the cookie that carries a session, where the service is not reached by TLS.
pub const SESSION_COOKIE: &str = "hamlet";

/// Someone who may read the queue and decide, on the sites of their scope.
pub struct Moderator(pub Principal);

/// Someone who runs the place.
pub struct Operator(pub Principal);

/// A person with a session, and not a token. Safe for changes: the CSRF token was right.
pub struct Person(pub SignedIn);

/// A person who looks at a page. Nothing may be changed on the strength of this: a form's CSRF
/// token is checked by [`SignedIn::accepts`], once its body is read.
pub struct Visitor(pub Option<SignedIn>);

/// A session and whose it is.
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The account as it is now.
    pub account: Account,
    /// The language that they chose, or that their browser asks for.
    pub words: &'static Words,
}

impl SignedIn {
    /// The person behind the session.
    #[must_use]
    pub fn principal(&self) -> Principal {
        principal_of(&self.account)
    }

    /// Checks a form's CSRF token.
    ///
    /// # Errors
    /// 403 `csrf`.
    pub fn accepts(&self, app: &App, csrf_token: &str) -> Result<(), Problem> {
        if self.session.accepts(app, csrf_token) {
            return Ok(());
        }
        let title = "The form is out of date. Load the page again and repeat.";
        Err(Problem::new(StatusCode::FORBIDDEN, "csrf", title))
    }
}

/// Lets handlers take something that is read from a request without its body.
macro_rules! from_request {
    ($taken:ty, $error:ty) => {
        impl ::actix_web::FromRequest for $taken {
            type Error = $error;
            type Future = ::futures_util::future::LocalBoxFuture<'static, Result<Self, $error>>;

            fn from_request(
                request: &::actix_web::HttpRequest,
                _: &mut ::actix_web::dev::Payload,
            ) -> Self::Future {
                Box::pin(Self::read(request.clone()))
            }
        }
    };
}
pub(in crate::web) use from_request;

from_request!(Moderator, Problem);
from_request!(Operator, Problem);
from_request!(Person, Problem);
from_request!(Visitor, Problem);

impl Moderator {
    async fn read(request: HttpRequest) -> Result<Self, Problem> {
        recognise(&request).await.map(Self)
    }
}

impl Operator {
    async fn read(request: HttpRequest) -> Result<Self, Problem> {
        let principal = recognise(&request).await?;
        if principal.is_operator() {
            return Ok(Self(principal));
        }
        Err(Problem::forbidden("Only operators may do this."))
    }
}

impl Person {
    async fn read(request: HttpRequest) -> Result<Self, Problem> {
        if bearer(&request).is_some() {
            let title = "This is for people who signed in, not for tokens.";
            return Err(Problem::forbidden(title));
        }
        let signed_in = by_session(&request).await?;
        let signed_in = signed_in.ok_or_else(Problem::unauthenticated)?;
        refuse_forged(&request, &signed_in)?;
        Ok(Self(signed_in))
    }
}

impl Visitor {
    async fn read(request: HttpRequest) -> Result<Self, Problem> {
        by_session(&request).await.map(Self)
    }
}

/// Recognises the sender. A bearer token that is no good is refused even beside a good session.
async fn recognise(request: &HttpRequest) -> Result<Principal, Problem> {
    if let Some(secret) = bearer(request) {
        let app = shared(request)?;
        let principal = tokens::recognise(&app.store, &secret, app.now()).await?;
        let principal = principal.ok_or_else(Problem::unauthenticated)?;
        acts::act_as(&principal.actor);
        return Ok(principal);
    }
    let signed_in = by_session(request).await?;
    let signed_in = signed_in.ok_or_else(Problem::unauthenticated)?;
    refuse_forged(request, &signed_in)?;
    Ok(signed_in.principal())
}

async fn by_session(request: &HttpRequest) -> Result<Option<SignedIn>, Problem> {
    let app = shared(request)?;
    let Some(cookie) = request.cookie(cookie_name(&app)) else {
        return Ok(None);
    };
    let found = Session::recognise(&app, cookie.value()).await?;
    let signed_in = found.map(|(session, account)| SignedIn {
        words: Words::asked(account.language.as_deref(), accepted_languages(request)),
        session,
        account,
    });
    if let Some(signed_in) = &signed_in {
        request.extensions_mut().insert(signed_in.words);
    }
    if let Some(signed_in) = signed_in.as_ref().filter(|_| bearer(request).is_none()) {
        acts::act_as(&signed_in.principal().actor);
    }
    Ok(signed_in)
}

/// The languages that a browser asks for.
#[must_use]
pub fn accepted_languages(request: &HttpRequest) -> Option<&str> {
    let header = request.headers().get(header::ACCEPT_LANGUAGE)?;
    header.to_str().ok()
}

/// Refuses a change that does not carry the session's CSRF token in its header.
fn refuse_forged(request: &HttpRequest, signed_in: &SignedIn) -> Result<(), Problem> {
    if request.method().is_safe() {
        return Ok(());
    }
    let app = shared(request)?;
    let token = request.headers().get(CSRF_HEADER);
    let token = token.and_then(|token| token.to_str().ok());
    signed_in.accepts(&app, token.unwrap_or_default())
}

/// The value after `Authorization: Bearer`; an empty one when the header is of another kind, which
/// recognises nobody.
fn bearer(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get(header::AUTHORIZATION)?;
    let value = value.to_str().unwrap_or_default();
    let (scheme, secret) = value.split_once(' ').unwrap_or_default();
    let known = scheme.eq_ignore_ascii_case("bearer");
    Some(if known { secret.trim() } else { "" }.to_owned())
}

fn shared(request: &HttpRequest) -> Result<Shared, Problem> {
    request
        .app_data::<Shared>()
        .cloned()
        .ok_or_else(Problem::unavailable)
}

/// Refuses a form that another site's page sent: signing someone in as somebody else is an attack
/// of its own, and before a session there is no CSRF token to ask for.
///
/// # Errors
/// 403 `cross_site`.
pub fn refuse_cross_site(app: &App, request: &HttpRequest) -> Result<(), Problem> {
    let of = |name: &str| request.headers().get(name)?.to_str().ok();
    let foreign = match (of("sec-fetch-site"), of("origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            app.public_origin().is_none_or(|own| own.as_str() != origin)
                && (host.is_none() || host != of("host"))
        }
        (None, None) => false,
    };
    if foreign {
        let title = "This form was sent from another site.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "cross_site", title));
    }
    Ok(())
}

/// The session cookie's value, to look at again later.
#[must_use]
pub fn session_value(app: &App, request: &HttpRequest) -> Option<String> {
    let cookie = request.cookie(cookie_name(app))?;
    Some(cookie.value().to_owned())
}

fn is_secure(app: &App) -> bool {
    app.public_url().starts_with("https://")
}

/// With the `__Host-` prefix browsers see to it that no other host can set the cookie; it can only be for all of a host, which is
/// not for a service below a path of another's.
fn cookie_name(app: &App) -> &'static str {
    match (is_secure(app), is_below(app)) {
        (true, false) => "__Host-hamlet",
        (true, true) => "__Secure-hamlet",
        (false, _) => SESSION_COOKIE,
    }
}

fn is_below(app: &App) -> bool {
    !Root::of(&app.public_url()).is_empty()
}

/// The cookie that carries a session.
#[must_use]
pub fn session_cookie(app: &App, session: &Session) -> Cookie<'static> {
    let seconds = session.remaining(app.now()).as_secs();
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    cookie(app, session.sign(app), CookieDuration::seconds(seconds))
}

/// Where a try to sign in comes from.
#[must_use]
pub fn origin_of(app: &App, request: &HttpRequest) -> sign_in::Origin {
    let cookie = request.cookie(device_cookie_name(app));
    sign_in::Origin {
        sender: sender::of(request, &app.settings.server.trusted_proxies),
        device: cookie.and_then(|cookie| Device::recognise(app, cookie.value())),
    }
}

/// The cookie by which a browser is known that somebody signed in with. It opens nothing.
#[must_use]
pub fn device_cookie(app: &App, device: &Device) -> Cookie<'static> {
    let seconds = sign_in::known_for().as_secs();
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let mut cookie = cookie(app, device.sign(app), CookieDuration::seconds(seconds));
    cookie.set_name(device_cookie_name(app));
    cookie
}

fn device_cookie_name(app: &App) -> &'static str {
    match (is_secure(app), is_below(app)) {
        (true, false) => "__Host-hamlet-device",
        (true, true) => "__Secure-hamlet-device",
        (false, _) => "hamlet-device",
    }
}

/// The cookie that ends a session in the browser.
#[must_use]
pub fn ended_cookie(app: &App) -> Cookie<'static> {
    cookie(app, String::new(), CookieDuration::ZERO)
}

fn cookie(app: &App, value: String, age: CookieDuration) -> Cookie<'static> {
    Cookie::build(cookie_name(app), value)
        .path(Root::of(&app.public_url()).cookie_path())
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_secure(app))
        .max_age(age)
        .finish()
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        tracing::warn!(%error, "a password was not checked");
        Self::unavailable()
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => {
                let title = "The address or the password is not right.";
                Self::new(StatusCode::UNAUTHORIZED, "wrong_credentials", title)
            }
            SignInError::TooMany(after) => {
                Self::too_many("Too many tries to sign in. Come back later.", after)
            }
            SignInError::Password(error) => error.into(),
            SignInError::Store(error) => error.into(),
        }
    }
}

impl From<LinkError> for Problem {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Gone => Self::not_found("link"),
            LinkError::Invalid(errors) => Self::invalid(errors),
            LinkError::Password(error) => error.into(),
            LinkError::Store(error) => error.into(),
        }
    }
}

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Invalid(errors) => Self::invalid(errors),
            PeopleError::NotFound => Self::not_found("moderator"),
            PeopleError::LastOperator => {
                let title = "This is the last operator: nobody else could run the place.";
                Self::conflict("last_operator", title)
            }
            PeopleError::Store(error) => error.into(),
        }
    }
}

impl From<OwnError> for Problem {
    fn from(error: OwnError) -> Self {
        match error {
            OwnError::Invalid(errors) => Self::invalid(errors),
            OwnError::SignIn(error) => error.into(),
            OwnError::People(error) => error.into(),
            OwnError::Password(error) => error.into(),
            OwnError::Store(error) => error.into(),
        }
    }
}
