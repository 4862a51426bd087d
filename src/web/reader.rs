//! The language of pages that ask for no account: the one that the reader's browser asks for.

use std::{convert::Infallible, future::Ready, future::ready};

use actix_web::{FromRequest, dev::Payload};

use super::auth::accepted_languages;
use crate::web::prelude::*;

/// A reader, by the words that their browser asks for.
#[derive(Debug, Clone, Copy)]
pub struct Reader(pub &'static Words);

impl Reader {
    /// The sender of a request.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        Self(Words::asked(None, accepted_languages(request)))
    }
}

impl FromRequest for Reader {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
