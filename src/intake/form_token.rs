//! Form tokens: when a form was opened, signed, and the proof of work asked of whoever sends it.
//!
//! The work is a hashcash: find a nonce such that SHA-256 of `token:nonce` begins with a number of
//! zero bits. A token with work can be used once.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::submission::{HONEYPOT, Submission};
use crate::{
    domain::{field::FieldError, site::Site, timestamp::Timestamp},
    ground::Ground,
    sealing::keys::Purpose,
};

/// How long a proof of work is good for.
const WORK_LIFETIME: Duration = Duration::from_hours(24);

/// Longest nonce that is looked at, in bytes.
const NONCE_MAX: usize = 64;

#[derive(Serialize, Deserialize)]
struct Payload {
    site: String,
    /// Milliseconds since 1970.
    at: i64,
    /// Zero bits asked for; 0: no work.
    bits: u8,
    /// Makes every token different.
    salt: u64,
}

/// What a form needs to be sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormToken {
    /// To be sent as `form_token`.
    pub form_token: String,
    /// The name of a field that must stay empty; hide it from people.
    pub honeypot: &'static str,
    /// The proof of work that the site asks for, if it does.
    pub proof_of_work: Option<Work>,
}

/// A proof of work: find a `proof` such that the SHA-256 digest of `form_token:proof` (ASCII)
/// begins with `bits` zero bits, and send it as `proof`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Work {
    /// The hash function: `SHA-256`.
    pub algorithm: &'static str,
    /// Leading zero bits.
    pub bits: u8,
}

/// What a submission's token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// When the form was opened.
    pub opened: Opened,
    /// Names the token, if it is a good one that is not spent by its work.
    pub name: Option<String>,
    /// The work that was done, to be spent.
    pub proof: Option<Proof>,
}

/// When a form was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// No token came.
    Unknown,
    /// The token was not made here, or for another site.
    Forged,
    /// So long ago.
    Ago(Duration),
}

/// A proof of work, to be spent once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Names the token.
    pub token: String,
    /// When the token is no longer good.
    pub expires_at: Timestamp,
}

/// Makes a token for a form that is being opened.
#[must_use]
pub fn issue(ground: &Ground, site: &Site) -> FormToken {
    let bits = site.policy.proof_of_work_bits;
    let payload = Payload {
        site: site.slug.to_string(),
        at: ground.now().millis(),
        bits: bits.unwrap_or(0),
        salt: rand::random(),
    };
    FormToken {
        form_token: ground.signer.sign(Purpose::FormToken, &payload),
        honeypot: HONEYPOT,
        proof_of_work: bits.map(|bits| Work {
            algorithm: "SHA-256",
            bits,
        }),
    }
}

/// Reads a submission's token and checks its work. A wrong time is evidence for later; missing or
/// wrong work, where the site asks for it, is refused.
///
/// # Errors
/// A [`FieldError`] on `form_token` or `proof`.
pub fn check(
    ground: &Ground,
    site: &Site,
    submission: &Submission,
    now: Timestamp,
) -> Result<Checked, FieldError> {
    let token = submission.form_token.as_deref();
    let payload: Option<Payload> =
        token.and_then(|token| ground.signer.verify(Purpose::FormToken, token));
    let payload = payload.filter(|payload| payload.site == site.slug.as_str());
    let opened = match (&payload, token) {
        (_, None) => Opened::Unknown,
        (None, Some(_)) => Opened::Forged,
        (Some(payload), _) => Opened::Ago(now.since(Timestamp::from_millis(payload.at))),
    };
    let Some(bits) = site.policy.proof_of_work_bits else {
        let name = payload.map(|payload| format!("{}.{}", payload.at, payload.salt));
        return Ok(Checked {
            opened,
            name,
            proof: None,
        });
    };
    let (Some(payload), Some(token)) = (payload, token) else {
        let message = "This site asks for a form token with a proof of work.";
        return Err(FieldError::new("form_token", "required", message));
    };
    let expires_at = Timestamp::from_millis(payload.at).plus(WORK_LIFETIME);
    let proof = submission
        .proof
        .as_deref()
        .ok_or_else(|| FieldError::required("proof"))?;
    if expires_at <= now {
        let message = "The form was open too long; fetch a new form token.";
        return Err(FieldError::new("form_token", "expired", message));
    }
    if payload.bits < bits || proof.len() > NONCE_MAX || zero_bits(token, proof) < u32::from(bits) {
        let message = "This is not the proof of work that was asked for.";
        return Err(FieldError::new("proof", "invalid", message));
    }
    let proof = Proof {
        token: format!("{}.{}", payload.at, payload.salt),
        expires_at,
    };
    Ok(Checked {
        opened,
        name: None,
        proof: Some(proof),
    })
}

/// The leading zero bits of SHA-256 of `token:nonce`.
#[must_use]
pub fn zero_bits(token: &str, nonce: &str) -> u32 {
    let digest = Sha256::digest(format!("{token}:{nonce}"));
    let mut zeros = 0;
    for byte in digest {
        zeros += byte.leading_zeros();
        if byte != 0 {
            break;
        }
    }
    zeros
}

#[cfg(test)]
mod tests {
    use super::zero_bits;

    /// Counted by another program: whoever asks and whoever answers count with this one function.
    #[test]
    fn zero_bits_are_counted_to_the_first_that_is_set() {
        for (nonce, zeros) in [("1", 0), ("0", 1), ("209", 7), ("361", 8), ("6119", 13)] {
            assert_eq!(zero_bits("token", nonce), zeros, "{nonce}");
        }
    }
}
