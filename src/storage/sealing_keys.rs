//! The names of the keys that seal, and which instance uses which. No key is here: they are in the key
//! file. What this holds keeps two things from happening: a key made here while a key made elsewhere has
//! not arrived, and a value stored with a key that was retired (the triggers of migration 13 refuse it).

use sqlx::{Any, SqlSafeStr, Transaction, any::AnyRow};

use crate::{
    domain::timestamp::Timestamp,
    storage::{
        Result, Store,
        engine::Engine,
        sql::{Conn, get, values},
    },
};

/// PostgreSQL's advisory lock for whoever changes keys: "hamlkeys" as a number.
const LOCK: i64 = 0x6861_6d6c_6b65_7973;

/// A key as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKey {
    /// Its name.
    pub id: String,
    /// When it was first heard of.
    pub made_at: Timestamp,
    /// Since when nothing may be sealed with it.
    pub retired_at: Option<Timestamp>,
}

/// A running instance and the key that it seals with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Identifier of this run.
    pub id: String,
    /// Where it runs: machine and address.
    pub name: String,
    /// The key's name.
    pub sealing_key: String,
    /// Since when it seals with that key.
    pub adopted_at: Timestamp,
    /// When it last said so.
    pub seen_at: Timestamp,
}

/// The right to change keys, over all instances, until it is dropped. On SQLite the key file's own lock
/// has to do; two with key files of their own are told apart by [`Store::know_keys`].
/// The database lets go of it when the transaction ends, however this process ends.
#[derive(Debug)]
pub struct KeysLock {
    _transaction: Option<Transaction<'static, Any>>,
}

impl Store {
    /// Takes the right to change keys; `None` while another instance has it.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn lock_keys(&self) -> Result<Option<KeysLock>> {
        if self.engine == Engine::Sqlite {
            return Ok(Some(KeysLock { _transaction: None }));
        }
        // A transaction's, not a session's: behind a pooler there is no session.
        let connection = self.write.acquire().await?;
        let begin = self.engine.begin().into_sql_str();
        let mut transaction = Transaction::begin(connection, Some(begin)).await?;
        let text = "SELECT CASE WHEN pg_try_advisory_xact_lock($1) THEN 1 ELSE 0 END AS mine";
        let row = self.on(&mut transaction).one(text, values![LOCK]).await?;
        let mine: i32 = get(&row, "mine")?;
        Ok((mine == 1).then_some(KeysLock {
            _transaction: Some(transaction),
        }))
    }

    /// Every key that was ever heard of, earliest first.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn sealing_keys(&self) -> Result<Vec<KnownKey>> {
        let mut connection = self.read.acquire().await?;
        known(&mut self.on(&mut connection)).await
    }

    /// Makes a key file's keys known, unless one that is in use is not among them: then the file is not
    /// complete, and what its other keys would seal could be lost with it. Tells what is known now.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn know_keys(&self, ids: Vec<String>, now: Timestamp) -> Result<Vec<KnownKey>> {
        let have = self.sealing_keys().await?;
        if ids.iter().all(|id| have.iter().any(|key| key.id == *id)) {
            return Ok(have);
        }
        self.write(async |tx| {
            if tx.engine == Engine::Postgres {
                let text = "LOCK TABLE sealing_keys IN SHARE ROW EXCLUSIVE MODE";
                tx.run(text, values![]).await?;
            }
            let have = known(tx).await?;
            if have.iter().any(|key| is_lacking(&ids, key)) {
                return Ok(have);
            }
            for id in ids {
                let text = "INSERT INTO sealing_keys (id, made_at) VALUES ($1, $2) \
                            ON CONFLICT DO NOTHING";
                tx.run(text, values![id, now]).await?;
            }
            known(tx).await
        })
        .await
    }

    /// Notes that an instance runs and seals with a key; `false` when that key is not known or was
    /// retired: it must not be sealed with. Another entry of the same name is of an earlier run.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn announce_instance(&self, one: Instance) -> Result<bool> {
        let text = "SELECT retired_at FROM sealing_keys WHERE id = $1 {lock_key}";
        self.write(async |tx| {
            let key = tx.find(text, values![one.sealing_key]).await?;
            let retired = key.map(|row| get::<Option<Timestamp>>(&row, "retired_at"));
            if retired.transpose()? != Some(None) {
                return Ok(false);
            }
            let text = "DELETE FROM instances WHERE name = $1 AND id <> $2";
            tx.run(text, values![one.name, one.id]).await?;
            let text = "INSERT INTO instances (id, name, sealing_key, adopted_at, seen_at) \
                        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET \
                            name = excluded.name, sealing_key = excluded.sealing_key, \
                            adopted_at = excluded.adopted_at, seen_at = excluded.seen_at";
            tx.touch(
                text,
                values![
                    one.id,
                    one.name,
                    one.sealing_key,
                    one.adopted_at,
                    one.seen_at
                ],
            )
            .await
        })
        .await
    }

    /// Forgets an instance that ends.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn forget_instance(&self, id: String) -> Result<()> {
        self.write_one("DELETE FROM instances WHERE id = $1", values![id])
            .await
            .map(drop)
    }

    /// The instances that were heard of at or after a time.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn instances(&self, heard_since: Timestamp) -> Result<Vec<Instance>> {
        let mut connection = self.read.acquire().await?;
        instances(&mut self.on(&mut connection), heard_since).await
    }

    /// Retires every key but one: from here on the database takes nothing that is sealed with them, and
    /// what was on its way is there. Not if an instance that was heard of since then seals with another
    /// key, which is named; then nothing has changed.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn retire_keys(
        &self,
        but: String,
        heard_since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Instance>> {
        let lock = "SELECT id FROM sealing_keys WHERE id <> $1 ORDER BY id {lock}";
        self.write(async |tx| {
            // Whoever seals with one of them, or begins to, is waited for: it holds its key's row.
            tx.all(lock, values![but]).await?;
            let mut others = instances(tx, heard_since).await?;
            others.retain(|one| one.sealing_key != but);
            if others.is_empty() {
                let text = "UPDATE sealing_keys SET retired_at = $1 \
                            WHERE id <> $2 AND retired_at IS NULL";
                tx.run(text, values![now, but]).await?;
                let text = "DELETE FROM instances WHERE seen_at < $1";
                tx.run(text, values![heard_since]).await?;
            }
            Ok(others)
        })
        .await
    }
}

/// Whether a key that may still seal is not among these.
fn is_lacking(ids: &[String], key: &KnownKey) -> bool {
    key.retired_at.is_none() && !ids.contains(&key.id)
}

async fn known(tx: &mut Conn<'_>) -> Result<Vec<KnownKey>> {
    let text = "SELECT id, made_at, retired_at FROM sealing_keys ORDER BY made_at, id";
    let found = tx.all(text, values![]).await?;
    let read = |row: &AnyRow| {
        Ok(KnownKey {
            id: get(row, "id")?,
            made_at: get(row, "made_at")?,
            retired_at: get(row, "retired_at")?,
        })
    };
    found.iter().map(read).collect()
}

async fn instances(tx: &mut Conn<'_>, since: Timestamp) -> Result<Vec<Instance>> {
    let text = "SELECT id, name, sealing_key, adopted_at, seen_at FROM instances \
                WHERE seen_at >= $1 ORDER BY name, id";
    let found = tx.all(text, values![since]).await?;
    let read = |row: &AnyRow| {
        Ok(Instance {
            id: get(row, "id")?,
            name: get(row, "name")?,
            sealing_key: get(row, "sealing_key")?,
            adopted_at: get(row, "adopted_at")?,
            seen_at: get(row, "seen_at")?,
        })
    };
    found.iter().map(read).collect()
}
