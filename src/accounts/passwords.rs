//! Passwords: what may be one, and their Argon2id hashes.
//!
//! The parameters are the OWASP cheat sheet's first choice: 19 MiB, two passes, one lane. A hash
//! takes tens of milliseconds of a whole core, so it runs on the blocking pool, and only two at
//! once, each in a [`Workspace`] that is used again and again: passwords cost 38 MiB, however many
//! are tried. Memory of its own for each hash would not do: the allocator keeps what was given back
//! in whichever thread's heap it lay, and a stranger's wrong passwords made that hundreds of MiB.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Block, Params, PasswordHash, Version,
    password_hash::phc::{Output, ParamsString, Salt},
};
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

/// Hashes computed at once, each in a workspace of 19 MiB.
const AT_ONCE: usize = 2;
static PERMITS: Semaphore = Semaphore::const_new(AT_ONCE);

/// The workspaces that nobody uses now. Who holds a permit takes one, or makes it when there is
/// none: there are never more than permits.
static WORKSPACES: Mutex<Vec<Workspace>> = Mutex::new(Vec::new());

/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// The hash that an unknown account's password is compared with, so that it takes as long as a
/// known one's. Of a random password that nobody knows; same parameters as [`params`].
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
            let mut workspace = Workspace::take();
            let hash = workspace.hash(self.0.expose_secret().as_bytes());
            workspace.put_back(permit);
            hash
        });
        hashed.await.ok().flatten().ok_or(PasswordError::Failed)
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
        let mut workspace = Workspace::take();
        let equal = workspace.verify(password.expose_secret().as_bytes(), &hash);
        workspace.put_back(permit);
        equal.map(|equal| known && equal)
    });
    compared.await.ok().flatten().ok_or(PasswordError::Failed)
}

/// The memory that one hash is computed in.
struct Workspace(Vec<Block>);

impl Workspace {
    fn take() -> Self {
        let free = WORKSPACES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        free.unwrap_or_else(|| Self(vec![Block::new(); params().block_count()]))
    }

    /// Leaves the workspace to the next one, without what a password left in it, and only then the
    /// permit: otherwise the next one would find none and make a third.
    fn put_back(mut self, permit: SemaphorePermit<'static>) {
        self.0.fill(Block::new());
        WORKSPACES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(self);
        drop(permit);
    }

    /// A password's hash in PHC form, with a fresh salt.
    fn hash(&mut self, password: &[u8]) -> Option<String> {
        let salt: [u8; 16] = rand::random();
        let params = params();
        let output = self.compute(Algorithm::Argon2id, params.clone(), password, &salt)?;
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).ok()?,
            salt: Some(Salt::new(&salt).ok()?),
            hash: Some(output),
        };
        Some(hash.to_string())
    }

    /// Whether a password is the one behind a hash in PHC form; nothing when that cannot be
    /// computed: it is no hash of ours, or one that asks for more memory.
    fn verify(&mut self, password: &[u8], hash: &str) -> Option<bool> {
        let hash = PasswordHash::new(hash).ok()?;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        let current = hash.version == Some(Version::V0x13.into());
        let (salt, expected) = hash.salt.zip(hash.hash).filter(|_| current)?;
        let params = Params::try_from(&hash).ok()?;
        let output = self.compute(algorithm, params, password, &salt)?;
        // Compared in constant time by the library.
        Some(output == expected)
    }

    fn compute(
        &mut self,
        algorithm: Algorithm,
        params: Params,
        password: &[u8],
        salt: &[u8],
    ) -> Option<Output> {
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let argon = Argon2::new(algorithm, Version::V0x13, params);
        let mut output = [0; Output::MAX_LENGTH];
        let output = output.get_mut(..length)?;
        argon
            .hash_password_into_with_memory(password, salt, output, &mut self.0)
            .ok()?;
        Output::new(output).ok()
    }
}

/// A place among those that may compute. It is held by the computation and not by the request: one
/// that is given up goes on to its end, and its memory counts until then.
async fn wait_for_turn() -> Result<SemaphorePermit<'static>, PasswordError> {
    let turn = tokio::time::timeout(PATIENCE, PERMITS.acquire()).await;
    turn.map_err(|_| PasswordError::Busy)?
        .map_err(|_| PasswordError::Busy)
}

fn params() -> Params {
    Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are valid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_may_be_as_short_and_as_long_as_it_says() {
        let code = |chars| {
            let raw = SecretString::from("é".repeat(chars));
            Password::parse("password", &raw)
                .err()
                .map(|error| error.code)
        };
        assert_eq!(code(MIN_CHARS), None);
        assert_eq!(code(MAX_CHARS), None);
        assert_eq!(code(MIN_CHARS - 1), Some("too_short"));
        assert_eq!(code(MAX_CHARS + 1), Some("too_long"));
    }

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

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_at_once_share_two_workspaces_that_keep_nothing() {
        let tries = (0..12).map(|n| {
            let wrong = SecretString::from(format!("wrong password {n}"));
            tokio::spawn(is_right(wrong, Some(NOBODYS.to_owned())))
        });
        for tried in tries.collect::<Vec<_>>() {
            assert!(!tried.await.unwrap().unwrap());
        }
        let all = PERMITS.acquire_many(2).await.unwrap();
        let free = WORKSPACES.lock().unwrap();
        assert!((1..=AT_ONCE).contains(&free.len()), "{}", free.len());
        for workspace in free.iter() {
            let used = |block: &Block| block.as_ref().iter().any(|word| *word != 0);
            assert_eq!(workspace.0.len(), MEMORY_KIB as usize);
            assert!(!workspace.0.iter().any(used), "what a password left");
        }
        drop(free);
        drop(all);
    }

    #[tokio::test]
    async fn a_hash_that_asks_for_more_memory_or_is_none_is_an_error_and_no_wrong_password() {
        let large = NOBODYS.replace("m=19456", "m=99999");
        for hash in [large.as_str(), "plain", &NOBODYS.replace("$v=19", "$v=16")] {
            let tried = is_right(SecretString::from("to be or not"), Some(hash.to_owned())).await;
            assert!(matches!(tried, Err(PasswordError::Failed)), "{hash}");
        }
    }

    #[tokio::test]
    async fn hashes_of_the_library_itself_are_recognised() {
        use argon2::{PasswordHasher, PasswordVerifier};
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params());
        let theirs = argon.hash_password_with_salt(b"the readiness is all", &[7; 16]);
        let right = SecretString::from("the readiness is all");
        let theirs = theirs.unwrap().to_string();
        assert!(is_right(right.clone(), Some(theirs)).await.unwrap());
        let ours = Password::parse("password", &right).unwrap().hash().await;
        let ours = ours.unwrap();
        assert!(
            argon
                .verify_password(b"the readiness is all", ours.as_str())
                .is_ok()
        );
    }

    #[tokio::test]
    async fn an_unknown_account_takes_as_long_as_a_known_one() {
        let mut least = [Duration::MAX; 2];
        let known = NOBODYS.to_owned();
        for _ in 0..12 {
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
