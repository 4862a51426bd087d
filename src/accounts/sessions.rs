//! Sessions: a signed cookie that names the moderator and their session epoch, and the token that
//! proves a request was made by a page of ours. Any instance can read either. What the database keeps
//! is which sessions were ended before their time, and it is asked at every request: a copy of the
//! cookie is worth nothing once its owner has signed out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::principal;
use crate::{
    domain::{
        decision::Door,
        moderator::{Moderator, ModeratorId, Principal},
        timestamp::Timestamp,
    },
    ground::Ground,
    news::News,
    sealing::keys::Purpose,
    storage::{Result, sessions::Held},
};

/// How long a session lasts.
pub const LASTS: Duration = Duration::from_hours(14 * 24);

/// What the cookie says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    moderator: ModeratorId,
    /// Their epoch at sign-in.
    epoch: i64,
    /// When they signed in.
    issued_at: Timestamp,
    /// When it ends.
    expires_at: Timestamp,
    /// Distinguishes two sessions of one moderator.
    nonce: u64,
}

/// What a CSRF token says: which session it was made for.
#[derive(Serialize, Deserialize)]
struct Csrf(ModeratorId, u64);

impl Session {
    /// A new session.
    #[must_use]
    pub fn begin(moderator: &ModeratorId, epoch: i64, now: Timestamp) -> Self {
        Self {
            moderator: moderator.clone(),
            epoch,
            issued_at: now,
            expires_at: now.plus(LASTS),
            nonce: rand::random(),
        }
    }

    /// The same session after the epoch was raised, for the one who raised it.
    #[must_use]
    pub fn carried_on(mut self, epoch: i64) -> Self {
        self.epoch = epoch;
        self
    }

    /// The cookie's value.
    #[must_use]
    pub fn sign(&self, ground: &Ground) -> String {
        ground.signer.sign(Purpose::Session, self)
    }

    /// The name by which it is ended.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{:016x}", self.nonce)
    }

    /// What a listener is known by.
    #[must_use]
    pub fn held(&self) -> Held {
        Held {
            id: self.id(),
            moderator: self.moderator.0.clone(),
            epoch: self.epoch,
        }
    }

    /// Ends it, at every instance and for every copy of its cookie.
    ///
    /// # Errors
    /// [`crate::storage::StoreError`]; then it goes on.
    pub async fn end(&self, ground: &Ground, news: &News) -> Result<()> {
        ground.store.end_session(self.id(), self.expires_at).await?;
        news.dismiss(&self.id());
        Ok(())
    }

    /// When it ends.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// How much of it is left.
    #[must_use]
    pub fn remaining(&self, now: Timestamp) -> Duration {
        self.expires_at.since(now)
    }

    /// The token that pages of this session send back with every change.
    #[must_use]
    pub fn csrf_token(&self, ground: &Ground) -> String {
        let csrf = Csrf(self.moderator.clone(), self.nonce);
        ground.signer.sign(Purpose::Csrf, &csrf)
    }

    /// Whether a CSRF token was made for this session.
    #[must_use]
    pub fn accepts(&self, ground: &Ground, csrf_token: &str) -> bool {
        let csrf: Option<Csrf> = ground.signer.verify(Purpose::Csrf, csrf_token);
        csrf.is_some_and(|Csrf(moderator, nonce)| {
            moderator == self.moderator && nonce == self.nonce
        })
    }

    /// The session of a cookie and whose it is, unless it ended, was ended, or all of theirs were.
    ///
    /// # Errors
    /// [`crate::storage::StoreError`].
    pub async fn recognise(ground: &Ground, cookie: &str) -> Result<Option<(Self, Moderator)>> {
        let Some(session) = ground.signer.verify::<Self>(Purpose::Session, cookie) else {
            return Ok(None);
        };
        if session.expires_at <= ground.now() {
            return Ok(None);
        }
        let id = session.id();
        let holder = ground.store.session_holder(&id, &session.moderator);
        let moderator = holder.await?;
        let current = moderator.filter(|moderator| moderator.session_epoch == session.epoch);
        Ok(current.map(|moderator| (session, moderator)))
    }
}

/// The person behind a session.
#[must_use]
pub fn principal_of(moderator: &Moderator) -> Principal {
    principal(moderator, Door::Session)
}
