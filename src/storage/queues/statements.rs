//! The queue's statements, completed with what a table is called and what its key is.

use sqlx::{Row, any::AnyRow};

use crate::storage::{
    Result,
    engine::Engine,
    queues::{Lease, Table},
    sql::get,
};

impl Table {
    /// `a.site, a.id`: the key's columns, each after `prefix`.
    fn key(&self, prefix: &str) -> String {
        let columns = self.key.iter().map(|column| format!("{prefix}{column}"));
        columns.collect::<Vec<_>>().join(", ")
    }

    /// `site = $6 AND id = $7`: one row, its key bound from the parameter `first` on.
    fn is_row(&self, first: usize) -> String {
        let columns = self.key.iter().zip(first..);
        let each = columns.map(|(column, number)| format!("{column} = ${number}"));
        each.collect::<Vec<_>>().join(" AND ")
    }

    /// Destinations with something due at `$1` that are not in `$2`, at most `$3`.
    pub(super) fn due(&self) -> String {
        format!(
            "SELECT q.destination FROM {} q WHERE q.status = 'queued' AND q.due_at <= $1 AND {} \
             AND q.destination NOT IN {{list:$2}} \
             GROUP BY q.destination ORDER BY MIN(q.due_at) LIMIT $3",
            self.name, self.claimable
        )
    }

    /// Claims up to `each` rows of every destination in `$3` that are due at `$1`, until `$2`. The
    /// number is in the text: neither engine takes it from a row.
    pub(super) fn claim(&self, engine: Engine, each: u32) -> String {
        let name = self.name;
        let first = format!(
            "q.destination = r.value->>'v' AND q.status = 'queued' AND q.due_at <= $1 AND {} \
             ORDER BY q.due_at LIMIT {each}",
            self.claimable
        );
        let (key, own) = (self.key(""), self.key("q."));
        let found = match engine {
            Engine::Sqlite => format!(
                "rowid IN (SELECT o.rowid FROM {{rows:$3}} CROSS JOIN {name} o ON o.rowid IN ( \
                 SELECT q.rowid FROM {name} q WHERE {first}))"
            ),
            Engine::Postgres => format!(
                "({key}) IN (SELECT {own} FROM {{rows:$3}} CROSS JOIN LATERAL ( \
                 SELECT q.* FROM {name} q WHERE {first} {{skip_locked}}) q)"
            ),
        };
        format!(
            "UPDATE {name} SET due_at = $2, attempts = attempts + 1 WHERE {found} \
             RETURNING {key}, destination, attempts, queued_at"
        )
    }

    /// Reads the rows whose keys are in `$1`, an array of objects.
    pub(super) fn read(&self) -> String {
        let Self { name, columns, .. } = self;
        let values = self
            .key
            .iter()
            .map(|column| format!("r.value->>'{column}'"));
        let values = values.collect::<Vec<_>>().join(", ");
        let key = self.key("");
        format!(
            "SELECT {key}, {columns} FROM {name} \
             WHERE ({key}) IN (SELECT {values} FROM {{rows:$1}})"
        )
    }

    /// Ends a try: status `$1`, due at `$2`, finished at `$3`, error `$4`, if it is the try `$5` still.
    pub(super) fn finish(&self) -> String {
        let Self { name, done, .. } = self;
        let destination = if self.looked_up {
            "CASE WHEN $1 = 'queued' THEN '' ELSE destination END"
        } else {
            "destination"
        };
        format!(
            "UPDATE {name} SET status = $1, due_at = $2, finished_at = $3, last_error = $4, \
                 destination = {destination} \
             WHERE {} AND (attempts = $5 OR $1 = '{done}') AND status = 'queued'",
            self.is_row(6)
        )
    }

    /// Gives up a row that cannot be read: forgotten at `$1`, given up at `$2`.
    pub(super) fn bury(&self) -> String {
        format!(
            "UPDATE {} SET status = 'dead', due_at = $1, finished_at = $2, \
             last_error = 'its row cannot be read'{} WHERE {}",
            self.name,
            self.freed,
            self.is_row(3)
        )
    }

    /// Puts the try `$2` off until `$1`.
    pub(super) fn postpone(&self) -> String {
        format!(
            "UPDATE {} SET due_at = $1, attempts = attempts - 1 \
             WHERE {} AND attempts = $2 AND status = 'queued'",
            self.name,
            self.is_row(3)
        )
    }

    /// Puts a dead row back, due at `$1`.
    pub(super) fn put_back(&self) -> String {
        let destination = if self.looked_up { "''" } else { "destination" };
        format!(
            "UPDATE {} SET status = 'queued', attempts = 0, queued_at = $1, due_at = $1, \
                 finished_at = NULL, destination = {destination} \
             WHERE {} AND status = 'dead'",
            self.name,
            self.is_row(2)
        )
    }

    /// Gives up what is due at `$1` for the destinations in `$4` since before `$3`; forgotten at `$2`.
    pub(super) fn give_up(&self) -> String {
        format!(
            "UPDATE {} SET status = 'dead', due_at = $2, finished_at = $1, \
                 last_error = COALESCE(last_error, 'its destination does not answer') \
             WHERE status = 'queued' AND due_at <= $1 AND queued_at <= $3 \
             AND destination IN {{list:$4}}",
            self.name
        )
    }

    /// The key's values, as [`Table::read`] takes them.
    pub(super) fn object(&self, lease: &Lease) -> serde_json::Value {
        let pairs = self.key.iter().zip(&lease.key);
        pairs
            .map(|(column, value)| ((*column).to_owned(), value.clone().into()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// The key's values in a row.
    pub(super) fn key_of(&self, row: &AnyRow) -> Result<Vec<String>> {
        let values = self.key.iter().map(|column| Ok(row.try_get(*column)?));
        values.collect()
    }

    /// Which row was claimed, and which try it is.
    pub(in crate::storage) fn lease(&self, row: &AnyRow) -> Result<Lease> {
        Ok(Lease {
            key: self.key_of(row)?,
            destination: get(row, "destination")?,
            attempts: get(row, "attempts")?,
            queued_at: get(row, "queued_at")?,
        })
    }
}
