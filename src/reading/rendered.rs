//! A body ready to be sent, with a digest by which a client knows whether it has it already.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
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
