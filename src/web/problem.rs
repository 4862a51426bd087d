//! Every refusal and failure that leaves over HTTP, as `application/problem+json` (RFC 9457).
//!
//! | cause | answer |
//! |---|---|
//! | the request cannot be read | 400 `malformed`, 413 `too_large`, 415 `unsupported_media_type`, 408 `body_timeout` |
//! | a field is not right | 422 `invalid`, with `errors` naming each field |
//! | nobody, or not allowed | 401 `unauthenticated`, 403 `forbidden` |
//! | not there, or not theirs to see | 404 `not_found` |
//! | another method is meant | 405 `method_not_allowed`, with `Allow` |
//! | someone was faster | 409 `stale` with the present state |
//! | too many | 429 `too_many`, with `Retry-After` |
//! | too many searches | 503 `busy`, with `Retry-After` |
//! | the database failed | 503 `unavailable`: nothing was stored, the client may try again |
//!
//! What the database or another library said goes to the log, never into an answer.

use std::{fmt, time::Duration};

use actix_web::ResponseError;

use crate::{
    accounts::{
        links::LinkError, own::OwnError, passwords::PasswordError, people::PeopleError,
        sign_in::SignInError,
    },
    learn::live::LiveError,
    sites::SiteError,
    storage::StoreError,
    web::prelude::*,
};

/// The media type of problems.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal or failure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// The HTTP status code.
    pub status: u16,
    /// A stable word for programs.
    pub code: &'static str,
    /// What happened, in one sentence.
    pub title: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The present state of what the request was about, where someone else was faster.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub current: Option<Box<serde_json::Value>>,
    #[serde(skip)]
    retry_after: Option<Duration>,
}

impl Problem {
    /// A problem with a status, a stable code and a sentence.
    pub fn new(status: StatusCode, code: &'static str, title: impl Into<String>) -> Self {
        Self {
            status: status.as_u16(),
            code,
            title: title.into(),
            errors: Vec::new(),
            current: None,
            retry_after: None,
        }
    }

    /// 422: these fields are not right.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let title = "Some of what was sent is not right.";
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title);
        problem.errors = errors;
        problem
    }

    /// 400: the request cannot be read.
    pub fn malformed(title: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed", title)
    }

    /// 415: the body is of a media type that is not taken here.
    pub fn unsupported(title: impl Into<String>) -> Self {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self::new(status, "unsupported_media_type", title)
    }

    /// 409: it cannot be done as things are.
    pub fn conflict(code: &'static str, title: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, title)
    }

    /// 401: nobody was recognised.
    #[must_use]
    pub fn unauthenticated() -> Self {
        let title = "Sign in, or send a token: Authorization: Bearer …";
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", title)
    }

    /// 403: recognised, but not allowed to do this.
    pub fn forbidden(title: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", title)
    }

    /// 404: not there, or not theirs to see; the answer does not say which.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        let title = format!("There is no such {what}.");
        Self::new(StatusCode::NOT_FOUND, "not_found", title)
    }

    /// 409: someone was faster.
    pub fn stale(current: &impl Serialize) -> Self {
        let title = "It was changed in the meantime; this is how it stands now.";
        Self::conflict("stale", title).with_current(current)
    }

    /// With the present state of what the request was about.
    #[must_use]
    pub fn with_current(mut self, current: &impl Serialize) -> Self {
        self.current = serde_json::to_value(current).ok().map(Box::new);
        self
    }

    /// 429: too many of these; come back after a while.
    pub fn too_many(title: impl Into<String>, retry_after: Duration) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", title);
        problem.retry_after = Some(retry_after);
        problem
    }

    /// 503: too many searches are running, or this one took too long.
    #[must_use]
    pub fn busy() -> Self {
        let title = "Too many searches are running, or this one took too long. Try again in a \
                     moment, or search less at once.";
        let mut problem = Self::unavailable();
        (problem.code, problem.title) = ("busy", title.to_owned());
        problem
    }

    /// 503: the service cannot do this now; nothing was stored.
    #[must_use]
    pub fn unavailable() -> Self {
        let title = "The service cannot do this at the moment. Nothing was stored; try again.";
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", title);
        problem.retry_after = Some(Duration::from_secs(5));
        problem
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Gone) {
            return Self::not_found("site");
        }
        if matches!(error, StoreError::Busy) {
            return Self::busy();
        }
        tracing::error!(%error, "the store failed");
        Self::unavailable()
    }
}

impl From<LiveError> for Problem {
    fn from(error: LiveError) -> Self {
        match error {
            LiveError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "a site's model cannot be had");
                Self::unavailable()
            }
        }
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self::invalid(vec![error])
    }
}

impl From<SiteError> for Problem {
    fn from(error: SiteError) -> Self {
        match error.of_fields() {
            Ok(errors) => Self::invalid(errors),
            Err(SiteError::NoRule) => Self::not_found("block rule"),
            Err(SiteError::HasComments(ref slug, count)) => {
                let title = format!(
                    "The site has comments and stays ({count} of them); \
                     `?with_comments={slug}` removes them too."
                );
                Self::conflict("has_comments", title)
            }
            Err(SiteError::Store(error)) => error.into(),
            Err(SiteError::Unjudged(error)) => error.into(),
            Err(_) => Self::not_found("site"),
        }
    }
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

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.content_type(MEDIA_TYPE);
        if let Some(after) = self.retry_after {
            let seconds = after.as_secs().max(1);
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response.body(serde_json::to_string(self).unwrap_or_default())
    }
}
