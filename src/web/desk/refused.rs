//! A refusal as a page for people, where programs get a problem.

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use askama::Template;

use crate::web::{page, problem::Problem};

/// What a page's handler answers when it cannot do what was asked.
#[derive(Debug)]
pub struct Refused(Problem);

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage<'a> {
    title: &'a str,
    errors: Vec<&'a str>,
}

impl<E> From<E> for Refused
where
    Problem: From<E>,
{
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        self.0.status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let errors = self.0.errors.iter();
        let template = RefusedPage {
            title: &self.0.title,
            errors: errors.map(|error| error.message.as_str()).collect(),
        };
        page::render(self.status_code(), &template)
            .unwrap_or_else(|problem| problem.error_response())
    }
}
