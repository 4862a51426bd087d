//! The record of what operators do: one row an act, written in the transaction of the act itself, so
//! that there is neither without the other.
//!
//! Who acts is not a parameter of every operation here: it is known to whoever lets somebody in, at
//! the door, and is kept beside the task that does their work ([`on_behalf`], [`act_as`]). What the
//! program does by itself, with nobody behind it, is no act and is not recorded. A row holds no
//! address, no text and no secret: what was done is named by identifiers.

use std::cell::RefCell;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    clock::Clock,
    domain::{decision::Actor, timestamp::Timestamp},
    storage::{
        Result, Store,
        sql::{Conn, record, values},
    },
};

/// An act as it is kept.
#[derive(Debug, Clone)]
pub struct Act {
    /// Identifier; grows with time.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The identifier of the moderator or token, or `command line`.
    pub actor_id: String,
    /// Their name then.
    pub actor_name: String,
    /// The door: `session`, `token` or `command`.
    pub via: String,
    /// What was done: `token.add`, `site.change`, …
    pub action: String,
    /// To what: an identifier or a slug; empty where nothing is named.
    pub target: String,
    /// More about it, without anybody's data.
    pub detail: Value,
}

/// Who is behind the work of a task.
struct Behind {
    clock: Clock,
    actor: RefCell<Option<Actor>>,
    /// What a room adds to the next act that is recorded.
    more: RefCell<Map<String, Value>>,
}

tokio::task_local! {
    static BEHIND: Behind;
}

/// Does work behind which somebody may turn out to be; see [`act_as`].
pub async fn on_behalf<F: Future>(clock: Clock, actor: Option<Actor>, work: F) -> F::Output {
    let behind = Behind {
        clock,
        actor: RefCell::new(actor),
        more: RefCell::default(),
    };
    BEHIND.scope(behind, work).await
}

/// Says who is behind the work that goes on in this task from now on.
pub fn act_as(actor: &Actor) {
    // Outside of `on_behalf` nobody's work is done.
    let _ = BEHIND.try_with(|behind| behind.actor.replace(Some(actor.clone())));
}

/// Adds to the detail of the next act that is recorded in this task.
pub fn mention(name: &str, value: Value) {
    let _ = BEHIND.try_with(|behind| behind.more.borrow_mut().insert(name.to_owned(), value));
}

/// Records an act within the transaction that does it, if anybody is behind it.
pub(super) async fn record(
    tx: &mut Conn<'_>,
    action: &'static str,
    target: &str,
    detail: Value,
) -> Result<()> {
    let who = BEHIND.try_with(|behind| {
        let actor = behind.actor.borrow().clone();
        (behind.clock.now(), actor, behind.more.take())
    });
    let Ok((now, Some(actor), more)) = who else {
        return Ok(());
    };
    let mut detail = match detail {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    detail.extend(more);
    let text = "INSERT INTO acts (id, at, actor_id, actor_name, via, action, target, detail) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    tx.run(
        text,
        values![
            Uuid::now_v7(),
            now,
            actor.id,
            actor.name,
            actor.via,
            action,
            target,
            Value::Object(detail)
        ],
    )
    .await?;
    Ok(())
}

impl Store {
    /// Records an act that changes nothing here: a look at somebody's data, a copy of it.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn record_act(
        &self,
        action: &'static str,
        target: String,
        detail: Value,
    ) -> Result<()> {
        self.write(async |tx| record(tx, action, &target, detail).await)
            .await
    }

    /// Acts, the latest first: those before the one of this identifier, at most `limit`.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn acts(&self, before: Option<String>, limit: u32) -> Result<Vec<Act>> {
        let text = format!(
            "SELECT {COLUMNS} FROM acts WHERE $1 = '' OR id < $1 ORDER BY id DESC LIMIT $2"
        );
        let found = self
            .all(text, values![before.unwrap_or_default(), limit])
            .await?;
        found.iter().map(read).collect()
    }
}

record! {
    COLUMNS, read -> Act {
        id: "id",
        at: "at",
        actor_id: "actor_id",
        actor_name: "actor_name",
        via: "via",
        action: "action",
        target: "target",
        detail: json "detail",
    }
}
