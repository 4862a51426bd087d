//! Rows that cannot be read: a word that is no status, JSON cut short, bytes that are no text, a time in no
//! calendar, as a failing disk, a hand in the database or a defect may leave them. Whoever reads many rows
//! reads the others: a damaged one is left out, counted, and named in the log by table and identifier, never
//! by what it holds. `hamlet doctor` names them all.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeSet, HashSet},
    sync::{Mutex, PoisonError},
};

use futures_util::StreamExt;
use sqlx::{
    Any, AnyConnection, Row,
    any::{AnyArguments, AnyRow},
    query::Query,
};

use crate::storage::{Result, StoreError};

/// Damaged rows that are remembered as logged; one that is read every second is logged once.
const REMEMBERED: usize = 10_000;

/// A row that cannot be read.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, utoipa::ToSchema,
)]
pub struct Damaged {
    /// Its table.
    #[schema(value_type = String)]
    pub table: Cow<'static, str>,
    /// Its identifier, when at least that can be read.
    pub id: Option<String>,
}

/// What a query found.
pub(super) struct Gathered<T> {
    /// What could be read, in order.
    pub rows: Vec<T>,
    /// What could not.
    pub damaged: Vec<Damaged>,
    /// How many rows there were.
    pub seen: usize,
    /// The last of them whose columns at least can be told apart.
    pub last: Option<AnyRow>,
}

tokio::task_local! {
    /// What was left out of one answer: rows that have a name, each once, and how many that have none.
    static LEFT_OUT: RefCell<(BTreeSet<Damaged>, usize)>;
}

/// Runs the work of one answer; its result, and how many rows were left out of it.
pub async fn counting<T>(work: impl Future<Output = T>) -> (T, usize) {
    LEFT_OUT
        .scope(RefCell::default(), async {
            let done = work.await;
            let count = LEFT_OUT.with(|left_out| {
                let (named, nameless) = &*left_out.borrow();
                named.len() + nameless
            });
            (done, count)
        })
        .await
}

impl StoreError {
    /// Whether a row is at fault, which another try will not mend, rather than the database.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Corrupt(_) => true,
            Self::Database(error) => is_unreadable(error),
            _ => false,
        }
    }
}

fn is_unreadable(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. }
    )
}

/// Reads what a query finds, row by row.
pub(super) async fn gather<T>(
    connection: &mut AnyConnection,
    table: &'static str,
    query: Query<'_, Any, AnyArguments>,
    read: impl Fn(&AnyRow) -> Result<T>,
) -> Result<Gathered<T>> {
    let mut gathered = Gathered {
        rows: Vec::new(),
        damaged: Vec::new(),
        seen: 0,
        last: None,
    };
    let mut found = query.fetch(connection);
    while let Some(next) = found.next().await {
        let row = match next {
            Ok(row) => row,
            Err(error) if is_unreadable(&error) => {
                gathered.seen += 1;
                gathered.damaged.push(Damaged {
                    table: table.into(),
                    id: None,
                });
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        gathered.seen += 1;
        match read(&row) {
            Ok(one) => gathered.rows.push(one),
            Err(error) if error.is_damage() => {
                let id = identifier(&row);
                gathered.damaged.push(Damaged {
                    table: table.into(),
                    id,
                });
            }
            Err(error) => return Err(error),
        }
        gathered.last = Some(row);
    }
    for damaged in &gathered.damaged {
        note(damaged);
    }
    Ok(gathered)
}

/// What names a row, by the columns that tables have for it.
fn identifier(row: &AnyRow) -> Option<String> {
    let text = |column: &str| row.try_get::<String, _>(column).ok();
    let id = ["id", "slug", "comment_id", "sample", "moderator"];
    let id = id.into_iter().find_map(text);
    id.or_else(|| text("site"))
}

/// Counts a damaged row; logs it the first time.
fn note(damaged: &Damaged) {
    static LOGGED: Mutex<Option<HashSet<Damaged>>> = Mutex::new(None);
    metrics::counter!("hamlet_damaged_rows_total", "table" => damaged.table.clone()).increment(1);
    // Outside of an answer nobody counts.
    let _ = LEFT_OUT.try_with(|left_out| {
        let (named, nameless) = &mut *left_out.borrow_mut();
        if damaged.id.is_none() {
            *nameless += 1;
        } else {
            named.insert(damaged.clone());
        }
    });
    let mut logged = LOGGED.lock().unwrap_or_else(PoisonError::into_inner);
    let logged = logged.get_or_insert_default();
    if logged.len() < REMEMBERED && logged.insert(damaged.clone()) {
        let (table, id) = (&damaged.table, damaged.id.as_deref().unwrap_or("unknown"));
        tracing::error!(
            %table,
            id,
            "a row cannot be read and is left out; see hamlet doctor"
        );
    }
}
