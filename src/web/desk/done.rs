//! What a form on a page of several parts did, as the page that answers it says: in the part that it
//! belongs to. Secrets are shown once, so such an answer is a page and no redirect.

use actix_web::http::StatusCode;

use crate::domain::field::FieldError;

/// What the form before did.
#[derive(Default)]
pub struct Done {
    /// The part of the page that it belongs to.
    pub part: &'static str,
    pub said: Option<String>,
    /// What is shown only now: a link or a token.
    pub secret: Option<String>,
    pub errors: Vec<FieldError>,
}

impl Done {
    /// It was done.
    #[must_use]
    pub fn said(part: &'static str, said: &str) -> Self {
        Self {
            part,
            said: Some(said.to_owned()),
            ..Self::default()
        }
    }

    /// It was not done.
    #[must_use]
    pub fn wrong(part: &'static str, errors: Vec<FieldError>) -> Self {
        Self {
            part,
            errors,
            ..Self::default()
        }
    }

    /// It was done, and this is to be noted down now.
    #[must_use]
    pub fn secret(part: &'static str, said: &str, secret: String) -> Self {
        Self {
            secret: Some(secret),
            ..Self::said(part, said)
        }
    }

    /// The status of the page that says so.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        if self.errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}
