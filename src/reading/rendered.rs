//! A body ready to be sent, with a digest by which a client can tell whether it has it already.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    body::{BodySize, MessageBody},
    web::Bytes,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A body with its digest.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The body.
    pub body: Bytes,
    /// 128 bits of its SHA-256 digest, in base64url.
    pub tag: String,
}

impl Rendered {
    /// Takes a body and digests it.
    #[must_use]
    pub fn new(body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let tag = BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..16]);
        Self { body, tag }
    }
}

/// How much of a body is handed to a connection at once.
const PIECE: usize = 32 * 1024;

/// A body that all its readers share: each connection holds a piece of it at a time, where actix would
/// copy the whole.
pub struct Shared(Bytes);

impl From<&Rendered> for Shared {
    fn from(rendered: &Rendered) -> Self {
        Self(rendered.body.clone())
    }
}

impl MessageBody for Shared {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0.len() as u64)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.0.len().min(PIECE);
        Poll::Ready(Some(Ok(self.0.split_to(length))))
    }
}
