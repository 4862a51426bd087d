//! A refusal as a page for people, where programs get a problem.

use std::fmt;

use actix_web::{
    Error, HttpMessage as _, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use url::form_urlencoded::byte_serialize;

use crate::web::{desk::prelude::*, reader::Reader};

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
            Self::SignInFirst(_) => f.write_str("unauthenticated"),
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
            Self::Problem(problem) => show(Words::english(), problem),
            Self::SignInFirst(next) => {
                let next: String = byte_serialize(next.as_bytes()).collect();
                see_other(&format!("/sign-in?next={next}"))
            }
        }
    }
}

fn show(words: &'static Words, problem: &Problem) -> HttpResponse {
    let errors = problem.errors.iter();
    let template = RefusedPage {
        words,
        title: &problem.title,
        errors: errors.map(|error| error.message.as_str()).collect(),
    };
    let mut response = page::render(problem.status_code(), &template)
        .unwrap_or_else(|problem| problem.error_response());
    response.extensions_mut().insert(problem.clone());
    response
}

/// Middleware next to the routes: says a refusal in the language of whoever asked, which an error does not know.
///
/// # Errors
/// Those of the inner service.
pub async fn in_their_language(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let refused = response.response().extensions().get::<Problem>().cloned();
    let Some(problem) = refused else {
        return Ok(response);
    };
    let request = response.request();
    let signed_in = request.extensions().get::<&'static Words>().copied();
    let words = signed_in.unwrap_or_else(|| Reader::of(request).0);
    let shown = show(words, &problem);
    let headers = response.headers().clone();
    let (request, _) = response.into_parts();
    let mut shown = ServiceResponse::new(request, shown);
    for (name, value) in &headers {
        if !shown.headers().contains_key(name) {
            shown.headers_mut().append(name.clone(), value.clone());
        }
    }
    Ok(shown)
}
