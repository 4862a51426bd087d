//! The keys of programs that speak Akismet's protocol. Keyed hashes find them; the key itself is kept
//! only where its program wants to be called back, and sealed. A revoked key stays in the list, for the
//! record.

use serde::Serialize;
use sqlx::{Row, any::AnyRow};
use utoipa::ToSchema;

use super::{Result, Store, acts, rows, touched};
use crate::domain::{site::SiteSlug, timestamp::Timestamp};

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
    /// The key itself, sealed, where it has to go along with what its program is told.
    #[serde(skip)]
    pub sealed: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

pub(super) const COLUMNS: &str = "site, id, name, key_sealed, created_at, last_used_at, revoked_at";

impl Store {
    /// The keys of a site, or of every site, revoked ones too: by site, earliest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn client_keys(&self, site: Option<&SiteSlug>) -> Result<Vec<ClientKey>> {
        let text = format!(
            "SELECT {COLUMNS} FROM client_keys WHERE $1 = '' OR site = $1 ORDER BY site, id"
        );
        let query =
            sqlx::query(self.sql(&text)).bind(site.map(SiteSlug::to_string).unwrap_or_default());
        self.gather("client_keys", query, read).await
    }

    /// Adds a key by the hash of its secret; `false` when another key has it.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn add_client_key(&self, key: ClientKey, hash: String) -> Result<bool> {
        self.write(move |connection| {
            Box::pin(async move {
                let text = "INSERT INTO client_keys (site, id, name, hash, created_at) \
                            VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
                let detail = serde_json::json!({ "site": key.site, "name": key.name });
                let added = sqlx::query(text)
                    .bind(key.site.to_string())
                    .bind(key.id.clone())
                    .bind(key.name)
                    .bind(hash)
                    .bind(key.created_at.millis())
                    .execute(&mut *connection)
                    .await?;
                if touched(&added) {
                    acts::record(connection, "key.add", &key.id, detail).await?;
                }
                Ok(touched(&added))
            })
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
        let found = sqlx::query(self.sql(&text))
            .bind(hash.to_owned())
            .fetch_optional(&self.read)
            .await?;
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
        self.write(move |connection| {
            Box::pin(async move {
                let text = "UPDATE client_keys SET key_sealed = $3 \
                            WHERE site = $1 AND id = $2 AND key_sealed IS NULL";
                let query = sqlx::query(text).bind(site).bind(id).bind(sealed);
                query.execute(connection).await?;
                Ok(())
            })
        })
        .await
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

pub(super) fn read(row: &AnyRow) -> Result<ClientKey> {
    Ok(ClientKey {
        id: row.try_get("id")?,
        site: rows::site(row)?,
        name: row.try_get("name")?,
        sealed: row.try_get("key_sealed")?,
        created_at: rows::timestamp(row, "created_at")?,
        last_used_at: rows::optional_timestamp(row, "last_used_at")?,
        revoked_at: rows::optional_timestamp(row, "revoked_at")?,
    })
}
