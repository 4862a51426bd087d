//! Passwords: what may be one, and their Argon2id hashes.
//!
//! The parameters are the OWASP cheat sheet's first choice: 19 MiB, two passes, one lane. A hash
//! takes tens of milliseconds of a whole core, so it runs on the blocking pool, and only a few at
//! once: the memory of all of them together is bounded.

use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::domain::field::FieldError;

/// Fewest characters; see NIST SP 800-63B, section 3.1.1: length is all that is asked for.
pub const MIN_CHARS: usize = 10;
/// Most characters.
pub const MAX_CHARS: usize = 128;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes computed at once, each with its own 19 MiB.
const AT_ONCE: usize = 2;
static PERMITS: Semaphore = Semaphore::const_new(AT_ONCE);

/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// The hash that an unknown account's password is compared with, so that it takes as long as a
/// known one's. Of a random password that nobody knows; same parameters as [`hasher`].
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$y3wKWLHQZiJEoy+AU0KyeQ$HjmVkd\
                       zgof3l4MWzhMiBcVPjMOyjXASBjDViIObS9uw";

/// Why a password could not be hashed or compared.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many others wait.
    #[error("too many passwords are being checked at the moment")]
    Busy,
    /// The hash could not be computed.
    #[error("the password could not be hashed")]
    Failed,
}

/// A password someone chose: 10 to 128 characters, nothing else is asked of it.
#[derive(Clone)]
pub struct Password(SecretString);

impl Password {
    /// Reads a new password.
    ///
    /// # Errors
    /// A [`FieldError`] on `field` with code `too_short` or `too_long`.
    pub fn parse(field: &str, raw: &SecretString) -> Result<Self, FieldError> {
        let length = raw.expose_secret().chars().count();
        if length < MIN_CHARS {
            let message = format!("Use at least {MIN_CHARS} characters.");
            return Err(FieldError::new(field, "too_short", message));
        }
        if length > MAX_CHARS {
            return Err(FieldError::too_long(field, MAX_CHARS));
        }
        Ok(Self(raw.clone()))
    }

    /// Its hash, in PHC form with a fresh salt.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn hash(self) -> Result<String, PasswordError> {
        let permit = wait_for_turn().await?;
        let hashed = tokio::task::spawn_blocking(move || {
            let salt: [u8; 16] = rand::random();
            let hash = hasher().hash_password_with_salt(self.0.expose_secret().as_bytes(), &salt);
            drop(permit);
            hash.map(|hash: PasswordHash| hash.to_string())
        });
        hashed
            .await
            .ok()
            .and_then(Result::ok)
            .ok_or(PasswordError::Failed)
    }
}

/// Whether `password` is the one behind `hash`. Without a hash the answer is no, after as long.
///
/// # Errors
/// [`PasswordError`].
pub async fn is_right(password: SecretString, hash: Option<String>) -> Result<bool, PasswordError> {
    let permit = wait_for_turn().await?;
    let compared = tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODYS.to_owned());
        let password = password.expose_secret().as_bytes();
        let equal = hasher().verify_password(password, hash.as_str()).is_ok();
        drop(permit);
        known && equal
    });
    compared.await.map_err(|_| PasswordError::Failed)
}

/// A place among those that may compute. It is held by the computation and not by the request: one
/// that is given up goes on to its end, and its memory counts until then.
async fn wait_for_turn() -> Result<SemaphorePermit<'static>, PasswordError> {
    let turn = tokio::time::timeout(PATIENCE, PERMITS.acquire()).await;
    turn.map_err(|_| PasswordError::Busy)?
        .map_err(|_| PasswordError::Busy)
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_recognised_and_another_is_not() {
        let chosen = SecretString::from("the readiness is all");
        let hash = Password::parse("password", &chosen)
            .unwrap()
            .hash()
            .await
            .unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(is_right(chosen.clone(), Some(hash.clone())).await.unwrap());
        let other = SecretString::from("the rest is silence");
        assert!(!is_right(other, Some(hash)).await.unwrap());
        assert!(!is_right(chosen, None).await.unwrap());
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_anyones() {
        let hash = PasswordHash::new(NOBODYS).unwrap();
        let params = Params::try_from(&hash).unwrap();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (MEMORY_KIB, PASSES, LANES)
        );
    }

    #[tokio::test]
    async fn an_unknown_account_takes_as_long_as_a_known_one() {
        let mut least = [Duration::MAX; 2];
        let known = NOBODYS.to_owned();
        for _ in 0..3 {
            for (place, hash) in [Some(known.clone()), None].into_iter().enumerate() {
                let begun = std::time::Instant::now();
                let right = is_right(SecretString::from("to be or not"), hash).await;
                assert!(!right.unwrap());
                least[place] = least[place].min(begun.elapsed());
            }
        }
        // Without a hash to compute it would be a thousandth.
        assert!(least[1] * 3 > least[0], "{least:?}");
    }

    #[test]
    fn length_in_characters_is_all_that_is_asked() {
        let code = |raw: &str| {
            Password::parse("password", &SecretString::from(raw))
                .err()
                .map(|e| e.code)
        };
        assert_eq!(code("Kurz1!"), Some("too_short"));
        assert_eq!(code("zehn ümläüt"), None);
        assert_eq!(code(&"x".repeat(129)), Some("too_long"));
    }
}
