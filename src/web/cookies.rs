//! The cookies of the service: the one that carries a session, and the one by which a browser is known that
//! somebody signed in with. What a request's cookies say of its sender is for [`auth`](super::auth).

use actix_web::cookie::{Cookie, SameSite, time::Duration as CookieDuration};

use super::sender;
use crate::{
    accounts::{
        sessions::Session,
        sign_in::{self, Device},
    },
    web::{below::Root, prelude::*},
};

/// The name of the cookie that carries a session, where the service is not reached by TLS.
pub const SESSION_COOKIE: &str = "hamlet";

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
pub(super) fn cookie_name(app: &App) -> &'static str {
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
