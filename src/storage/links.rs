//! One-time links to sign in by. Only their hashes are kept.

use crate::{
    domain::{
        email::{EmailIndex, SealedEmail},
        moderator::{Moderator, ModeratorId},
        timestamp::Timestamp,
    },
    storage::{
        Result, Store, acts,
        moderators::{insert, is_taken, replace_password, rights_of},
        sql::{Conn, get, values},
    },
};

/// What someone chose at their first sign-in.
#[derive(Debug, Clone)]
pub struct FirstChoices {
    /// Name for the history.
    pub name: String,
    /// Address, sealed, and its keyed hash.
    pub email: (SealedEmail, EmailIndex),
    /// Argon2id hash in PHC form.
    pub password_hash: String,
}

/// What whoever uses a link chose.
#[derive(Debug, Clone)]
pub enum Chosen {
    /// Nothing: they only sign in.
    Nothing,
    /// All that a first sign-in asks for.
    First(FirstChoices),
    /// A new password, as its Argon2id hash in PHC form: every session they have ends.
    Password(String),
}

/// What a new link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFor {
    /// An account just added, whose act is recorded already.
    Newcomer,
    /// An account that was there before.
    Known,
}

/// What became of the use of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redeemed {
    /// Signed in; the link is spent.
    Done,
    /// There is no such link, it was used, or its time is over.
    Gone,
    /// Another account has the chosen address; the link is still good.
    EmailTaken,
}

impl Store {
    /// Adds an account with a link to sign in by, of which the hash is kept: both, or neither; `false` when
    /// its address belongs to another.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn invite(
        &self,
        moderator: Moderator,
        hash: String,
        expires_at: Timestamp,
    ) -> Result<bool> {
        self.write(async |tx| {
            let (id, detail) = (moderator.id.clone(), rights_of(&moderator));
            let added = insert(tx, moderator).await?;
            if added {
                replace_link(tx, &id, hash, expires_at).await?;
                acts::record(tx, "person.add", &id.0, detail).await?;
            }
            Ok(added)
        })
        .await
    }

    /// Keeps a link's hash. Other links of the same moderator stop working: the latest one counts.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn add_sign_in_link(
        &self,
        hash: String,
        moderator: ModeratorId,
        whom: LinkFor,
        expires_at: Timestamp,
    ) -> Result<()> {
        self.write(async |tx| {
            replace_link(tx, &moderator, hash, expires_at).await?;
            if whom == LinkFor::Known {
                let detail = serde_json::json!({});
                acts::record(tx, "person.link", &moderator.0, detail).await?;
            }
            Ok(())
        })
        .await
    }

    /// Whose link this is, while it is good. Looking does not spend it.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn sign_in_link(&self, hash: &str, now: Timestamp) -> Result<Option<Moderator>> {
        let text = "SELECT moderator FROM sign_in_links WHERE hash = $1 AND expires_at > $2";
        let row = self.find(text, values![hash, now]).await?;
        match row {
            Some(row) => self.moderator(&ModeratorId(get(&row, "moderator")?)).await,
            None => Ok(None),
        }
    }

    /// Spends a link, and writes into the account what was chosen: both, or neither.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn redeem_sign_in_link(
        &self,
        hash: String,
        moderator: ModeratorId,
        chosen: Chosen,
        now: Timestamp,
    ) -> Result<Redeemed> {
        self.write(async |tx| {
            if let Chosen::First(choices) = &chosen
                && is_taken(tx, &choices.email.1, &moderator).await?
            {
                return Ok(Redeemed::EmailTaken);
            }
            let text = "DELETE FROM sign_in_links \
                        WHERE hash = $1 AND moderator = $2 AND expires_at > $3";
            let spent = tx.touch(text, values![hash, moderator, now]).await?;
            if !spent {
                return Ok(Redeemed::Gone);
            }
            match chosen {
                Chosen::Nothing => {}
                Chosen::First(choices) => choose(tx, moderator, choices).await?,
                Chosen::Password(hash) => {
                    replace_password(tx, moderator, hash).await?;
                }
            }
            Ok(Redeemed::Done)
        })
        .await
    }
}

/// Keeps a link's hash instead of those that the moderator had.
async fn replace_link(
    tx: &mut Conn<'_>,
    moderator: &ModeratorId,
    hash: String,
    expires_at: Timestamp,
) -> Result<()> {
    let text = "DELETE FROM sign_in_links WHERE moderator = $1";
    tx.run(text, values![moderator]).await?;
    let text = "INSERT INTO sign_in_links (hash, moderator, expires_at) VALUES ($1, $2, $3)";
    tx.run(text, values![hash, moderator, expires_at]).await?;
    Ok(())
}

async fn choose(tx: &mut Conn<'_>, moderator: ModeratorId, choices: FirstChoices) -> Result<()> {
    let text = "UPDATE moderators SET name = $2, email_sealed = $3, email_index = $4, \
                    password_hash = $5, session_epoch = session_epoch + 1 \
                WHERE id = $1";
    let (sealed, index) = choices.email;
    tx.run(
        text,
        values![
            moderator,
            choices.name,
            sealed,
            index,
            choices.password_hash
        ],
    )
    .await?;
    Ok(())
}
