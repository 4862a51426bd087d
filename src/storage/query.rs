//! A statement put together from conditions, each with its values: numbered as it grows, so that a
//! value can never end up in the text.

use sqlx::{Any, AnyConnection, AssertSqlSafe, any::AnyArguments, query::Query};

use super::{Result, engine::Engine};

/// A value bound to a parameter.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(Option<String>),
    Integer(Option<i64>),
    Real(Option<f64>),
}

/// A value, or NULL where there is none.
macro_rules! from {
    ($($type:ty => $variant:ident),*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(Some(value))
            }
        }

        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value)
            }
        }
    )*};
}

from!(String => Text, i64 => Integer, f64 => Real);

type Pending<'q> = Query<'q, Any, AnyArguments>;

fn bind(query: Pending<'_>, value: Value) -> Pending<'_> {
    match value {
        Value::Text(text) => query.bind(text),
        Value::Integer(integer) => query.bind(integer),
        Value::Real(Some(real)) => query.bind(real),
        // sqlx 0.9.0 hands a missing f64 to PostgreSQL as a missing f32 and the other way round. A
        // statement prepared with the wrong one refuses every number that comes after it.
        Value::Real(None) => query.bind(None::<f32>),
    }
}

/// Rows that one statement inserts: few sizes, so that the engine keeps each prepared.
const CHUNKS: [usize; 4] = [32, 8, 4, 1];

/// Inserts rows of equal length with as few statements as their number needs. `insert` ends before
/// `VALUES`. Parameters are cheaper here than JSON, which each column of each row would be read
/// from again.
pub(super) async fn insert_rows(
    connection: &mut AnyConnection,
    engine: Engine,
    insert: &str,
    mut rows: Vec<Vec<Value>>,
) -> Result<()> {
    while !rows.is_empty() {
        let fits = CHUNKS.into_iter().find(|size| *size <= rows.len());
        let chunk = rows.split_off(rows.len() - fits.unwrap_or(1));
        let width = chunk.first().map_or(0, Vec::len);
        let text = format!("{insert} VALUES {}", marks(engine, chunk.len(), width));
        let mut query = sqlx::query(AssertSqlSafe(text));
        for value in chunk.into_iter().flatten() {
            query = bind(query, value);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// `($1, $2), ($3, $4)`: so many rows of so many parameters. On SQLite `(?, ?), (?, ?)`: there `$1`
/// is a name, which is looked up among all others when it is bound.
fn marks(engine: Engine, rows: usize, width: usize) -> String {
    let mut marks = String::with_capacity(rows * width * 6);
    for parameter in 0..rows * width {
        marks.push_str(match (parameter % width, parameter) {
            (0, 0) => "(",
            (0, _) => "), (",
            _ => ", ",
        });
        match engine {
            Engine::Sqlite => marks.push('?'),
            Engine::Postgres => marks.extend(["$", &(parameter + 1).to_string()]),
        }
    }
    marks.push(')');
    marks
}

/// A statement under construction. In the text pushed, `?` stands for the next value.
pub(super) struct Statement {
    text: String,
    values: Vec<Value>,
}

impl Statement {
    pub(super) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            values: Vec::new(),
        }
    }

    /// Adds text in which each `?` is one of `values`, in order.
    pub(super) fn push(
        &mut self,
        text: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> &mut Self {
        let mut values = values.into_iter();
        self.text.push(' ');
        for (index, piece) in text.split('?').enumerate() {
            if index > 0 {
                self.values.extend(values.next());
                self.text.push('$');
                self.text.push_str(&self.values.len().to_string());
            }
            self.text.push_str(piece);
        }
        self
    }

    /// The finished text for one engine.
    pub(super) fn text(&self, engine: Engine) -> String {
        engine.dialect(&self.text)
    }

    /// Binds the values, in order.
    pub(super) fn bind<'q>(&self, query: Pending<'q>) -> Pending<'q> {
        self.values.iter().cloned().fold(query, bind)
    }
}

/// A `LIKE` pattern that finds `needle` anywhere, taken literally (with `ESCAPE '\'`).
pub(super) fn contains(needle: &str) -> String {
    let mut pattern = String::from("%");
    for c in needle.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::{Engine, marks};

    #[test]
    fn parameters_are_numbered_through_all_rows() {
        let rows = marks(Engine::Postgres, 2, 3);
        assert_eq!(rows, "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(marks(Engine::Sqlite, 2, 1), "(?), (?)");
    }
}
