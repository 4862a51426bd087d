//! The keys of programs that speak Akismet's protocol. Keyed hashes find them; the key itself is kept
//! only where its program wants to be called back, and sealed. A revoked key stays in the list, for the
//! record.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{site::SiteSlug, timestamp::Timestamp},
    storage::{
        Result, Store, acts,
        sql::{record, sql, values},
    },
};

/// A key, without what would let anyone use it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ClientKeyView)]
pub struct ClientKey {
    /// Identifier.
    pub id: String,
    /// The site it judges and reports for.
    pub site: SiteSlug,
    /// What its owner calls it.
    pub name: String,
    /// The key itself, sealed, where it has to go along with what is sent to its program.
    #[serde(skip)]
    pub sealed: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl Store {
    /// The keys of a site, or of every site, revoked ones too: by site, earliest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn client_keys(&self, site: Option<&SiteSlug>) -> Result<Vec<ClientKey>> {
        let text = format!(
            "SELECT {COLUMNS} FROM client_keys WHERE $1 = '' OR site = $1 ORDER BY site, id"
        );
        let query = sql(
            text,
            values![site.map(SiteSlug::to_string).unwrap_or_default()],
        );
        self.gather("client_keys", query, read).await
    }

    /// Adds a key by the hash of its secret; `false` when another key has it.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn add_client_key(&self, key: ClientKey, hash: String) -> Result<bool> {
        self.write(async |tx| {
            let text = "INSERT INTO client_keys (site, id, name, hash, created_at) \
                        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
            let detail = serde_json::json!({ "site": key.site, "name": key.name });
            let added = tx
                .touch(
                    text,
                    values![key.site, key.id, key.name, hash, key.created_at],
                )
                .await?;
            if added {
                acts::record(tx, "key.add", &key.id, detail).await?;
            }
            Ok(added)
        })
        .await
    }

    /// The key whose secret has this hash, unless it was revoked; its use is noted.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn use_client_key(&self, hash: &str, now: Timestamp) -> Result<Option<ClientKey>> {
        let text =
            format!("SELECT {COLUMNS} FROM client_keys WHERE hash = $1 AND revoked_at IS NULL");
        let found = self.find(text, values![hash]).await?;
        let Some(key) = found.as_ref().map(read).transpose()? else {
            return Ok(None);
        };
        let text = "UPDATE client_keys SET last_used_at = $1 WHERE hash = $2";
        self.note_use(text, hash, key.last_used_at, now).await;
        Ok(Some(key))
    }

    /// Keeps a key sealed, if it is not yet.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn seal_client_key(&self, key: &ClientKey, sealed: String) -> Result<()> {
        let (site, id) = (key.site.to_string(), key.id.clone());
        let text = "UPDATE client_keys SET key_sealed = $3 \
                    WHERE site = $1 AND id = $2 AND key_sealed IS NULL";
        self.write_one(text, values![site, id, sealed])
            .await
            .map(drop)
    }

    /// Revokes a key of a site; `false` when there is none, or it is revoked already.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn revoke_client_key(
        &self,
        site: &SiteSlug,
        id: String,
        now: Timestamp,
    ) -> Result<bool> {
        let text = "UPDATE client_keys SET revoked_at = $1, key_sealed = NULL \
                    WHERE site = $2 AND id = $3 AND revoked_at IS NULL";
        self.revoke(text, [site.to_string(), id], now, "key.revoke")
            .await
    }
}

record! {
    COLUMNS, read -> ClientKey {
        id: "id",
        site: "site",
        name: "name",
        sealed: "key_sealed",
        created_at: "created_at",
        last_used_at: "last_used_at",
        revoked_at: "revoked_at",
    }
}
