//! Who sends a request: a bearer token or the session cookie, as arguments of handlers. With the
//! cookie, a request that changes something must carry the session's CSRF token; a bearer token needs
//! none, because no browser sends one by itself.

use actix_web::HttpMessage as _;

use super::cookies::cookie_name;
use crate::{
    accounts::{
        sessions::{Session, principal_of},
        tokens,
    },
    domain::moderator::Moderator as Account,
    storage::acts,
    web::prelude::*,
};

/// The header that carries a session's CSRF token.
pub const CSRF_HEADER: &str = "x-csrf-token";

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
