//! API tokens: 256 random bits shown once, recognised by their SHA-256. A hash meant for passwords
//! would be slow and add nothing: there is no dictionary of random bits.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    domain::{
        decision::{Actor, Door},
        field::{FieldError, parse_line},
        moderator::{Moderator, Principal, Role, Scope},
        timestamp::Timestamp,
    },
    storage::{
        Result, Store,
        tokens::{Token, TokenOrigin, TokenOwner},
    },
};

/// What every token begins with, so that scanners for leaked secrets recognise one.
pub const PREFIX: &str = "hamlet_";

/// Longest name of a token, in Unicode scalar values.
const MAX_NAME_CHARS: usize = 100;

/// A token just made: its secret is known here and nowhere else.
pub struct Minted {
    /// The token as it is kept.
    pub token: Token,
    /// What its owner sends: shown once.
    pub secret: String,
}

/// Reads a token's name.
///
/// # Errors
/// A [`FieldError`] on `name`.
pub fn parse_name(raw: &str) -> Result<String, FieldError> {
    parse_line("name", raw, MAX_NAME_CHARS)
}

/// Makes and keeps a token that belongs to no account: its maker runs the program beside its data.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn mint(
    store: &Store,
    name: String,
    role: Role,
    scope: Scope,
    now: Timestamp,
) -> Result<Minted> {
    keep(store, None, name, role, scope, now).await
}

/// Makes and keeps a token of somebody's: it ends with their account, and may never do more than
/// they may.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn mint_for(
    store: &Store,
    owner: &Moderator,
    name: String,
    role: Role,
    scope: Scope,
    now: Timestamp,
) -> Result<Minted> {
    let owner = TokenOwner {
        id: owner.id.clone(),
        name: owner.name.clone(),
    };
    keep(store, Some(owner), name, role, scope, now).await
}

async fn keep(
    store: &Store,
    owner: Option<TokenOwner>,
    name: String,
    role: Role,
    scope: Scope,
    now: Timestamp,
) -> Result<Minted> {
    let secret = format!("{PREFIX}{}", random_word());
    let token = Token {
        id: Uuid::now_v7().to_string(),
        name,
        role,
        scope,
        origin: match owner {
            Some(_) => TokenOrigin::Person,
            None => TokenOrigin::CommandLine,
        },
        owner,
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    store.add_token(token.clone(), digest(&secret)).await?;
    Ok(Minted { token, secret })
}

/// Who sends this token, if it is a good one.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn recognise(store: &Store, secret: &str, now: Timestamp) -> Result<Option<Principal>> {
    if !secret.starts_with(PREFIX) {
        return Ok(None);
    }
    let token = store.use_token(&digest(secret), now).await?;
    Ok(token.map(|token| Principal {
        actor: Actor {
            id: token.id,
            name: token.name,
            via: Door::Token,
        },
        role: token.role,
        scope: token.scope,
        moderator: None,
    }))
}

/// 256 random bits in base64url.
pub(super) fn random_word() -> String {
    let bits: [u8; 32] = rand::random();
    BASE64_URL_SAFE_NO_PAD.encode(bits)
}

/// The form in which a secret of [`random_word`]'s strength is kept.
pub(super) fn digest(secret: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(secret))
}
