//! What people change about their own account, as one transaction.

use crate::{
    domain::moderator::{MailPreferences, ModeratorId},
    storage::{
        Result, Store, mail_preferences,
        moderators::{AccountWrites, Change, replace_password, update},
        sql::values,
    },
};

/// What someone changed about their own account; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct OwnWrites {
    /// The new name or address.
    pub account: Option<AccountWrites>,
    /// How to be mailed.
    pub mail: Option<MailPreferences>,
    /// The language to read in, as its tag; empty: what the browser asks for.
    pub language: Option<String>,
    /// The new password's Argon2id hash in PHC form; every session and unused link ends.
    pub password_hash: Option<String>,
}

impl Store {
    /// Keeps how many comments somebody's lists show on a page.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn choose_page_size(&self, id: &ModeratorId, size: i64) -> Result<()> {
        let text = "UPDATE moderators SET page_size = $2 WHERE id = $1";
        self.write_one(text, values![id, size]).await.map(drop)
    }

    /// Writes what someone changed about their own account, all of it or nothing; the second answer is the new
    /// session epoch where the password was changed.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn change_own(
        &self,
        id: ModeratorId,
        writes: OwnWrites,
    ) -> Result<(Change, Option<i64>)> {
        self.write(async |tx| {
            let mut epoch = None;
            if let Some(account) = writes.account {
                let outcome = update(tx, &id, account).await?;
                if outcome != Change::Done {
                    return Ok((outcome, None));
                }
            }
            if let Some(hash) = writes.password_hash {
                epoch = replace_password(tx, id.clone(), hash).await?;
                if epoch.is_none() {
                    return Ok((Change::NotFound, None));
                }
            }
            if let Some(language) = writes.language {
                let text = "UPDATE moderators SET language = NULLIF($2, '') WHERE id = $1";
                tx.run(text, values![id, language]).await?;
            }
            if let Some(mail) = writes.mail {
                mail_preferences::replace(tx, &id, mail).await?;
            }
            Ok((Change::Done, epoch))
        })
        .await
    }
}
