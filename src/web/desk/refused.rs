//! A refusal as a page for people, where programs get a problem.

use std::fmt;

use actix_web::ResponseError;
use url::form_urlencoded::byte_serialize;

use crate::web::desk::prelude::*;

/// What a page's handler answers when it cannot do what was asked.
#[derive(Debug)]
pub enum Refused {
    /// It is not to be, or does not work now.
    Problem(Problem),
    /// Whoever asks has to sign in, and then goes on to this place on the desk.
    SignInFirst(String),
}

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage<'a> {
    words: &'static Words,
    title: &'a str,
    errors: Vec<&'a str>,
}

impl<E> From<E> for Refused
where
    Problem: From<E>,
{
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem(problem) => problem.fmt(f),
            Self::SignInFirst(_) => f.write_str("not signed in"),
        }
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Problem(problem) => problem.status_code(),
            Self::SignInFirst(_) => StatusCode::SEE_OTHER,
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Problem(problem) => show(problem),
            Self::SignInFirst(next) => {
                let next: String = byte_serialize(next.as_bytes()).collect();
                see_other(&format!("/sign-in?next={next}"))
            }
        }
    }
}

fn show(problem: &Problem) -> HttpResponse {
    let errors = problem.errors.iter();
    let template = RefusedPage {
        words: Words::english(),
        title: &problem.title,
        errors: errors.map(|error| error.message.as_str()).collect(),
    };
    page::render(problem.status_code(), &template)
        .unwrap_or_else(|problem| problem.error_response())
}
