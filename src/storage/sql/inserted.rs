//! Rows on their way into a table: many of them in one statement, as each engine takes them at least cost.
//!
//! SQLite takes a parameter for each value. PostgreSQL takes an array for each column: one text for any number
//! of rows, so that it is prepared once.

use super::value::Value;

/// Rows that one statement inserts on SQLite: few sizes, so that the engine keeps each prepared.
const CHUNKS: [usize; 6] = [32, 16, 8, 4, 2, 1];

/// How many of so many rows the next statement inserts.
pub(super) fn chunk(rows: usize) -> usize {
    let fits = CHUNKS.into_iter().find(|size| *size <= rows);
    fits.unwrap_or(1)
}

/// `(?, ?), (?, ?)`: so many rows of so many parameters. SQLite takes `$1` for a name, which it looks up among
/// all others when it is bound.
pub(super) fn marks(rows: usize, width: usize) -> String {
    let row = format!("({})", vec!["?"; width].join(", "));
    vec![row; rows].join(", ")
}

/// A statement for PostgreSQL that inserts rows, and its parameters: an array a column.
pub(super) fn by_column<const N: usize>(
    table: &str,
    rows: Vec<[(&'static str, Value); N]>,
) -> (String, Vec<Value>) {
    let names = rows
        .first()
        .map(|row| row.each_ref().map(|(name, _)| *name));
    let names = names.map(|names| names.join(", ")).unwrap_or_default();
    let mut columns: [Column; N] = std::array::from_fn(|_| Column::default());
    for row in rows {
        for (column, (_, value)) in columns.iter_mut().zip(row) {
            column.push(&value);
        }
    }
    let arrays = columns.iter().zip(1..);
    let arrays = arrays.map(|(column, n)| format!("CAST(${n} AS {}[])", column.kind));
    let arrays = arrays.collect::<Vec<_>>().join(", ");
    let text = format!("INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays})");
    let values = columns.map(|column| Value::Text(Some(column.array())));
    (text, values.into())
}

/// A column's values, as PostgreSQL writes an array: `{1,NULL}`.
/// <https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO>
#[derive(Default)]
struct Column {
    kind: &'static str,
    array: String,
}

impl Column {
    fn push(&mut self, value: &Value) {
        self.array
            .push(if self.array.is_empty() { '{' } else { ',' });
        let text = match value {
            Value::Text(text) => {
                self.kind = "TEXT";
                text.as_deref().map(quoted)
            }
            Value::Integer(integer) => {
                self.kind = "BIGINT";
                integer.map(|integer| integer.to_string())
            }
            Value::Real(real) => {
                self.kind = "DOUBLE PRECISION";
                real.map(|real| real.to_string())
            }
            Value::Bytes(bytes) => {
                self.kind = "BYTEA";
                bytes.as_deref().map(hexadecimal)
            }
        };
        self.array.push_str(text.as_deref().unwrap_or("NULL"));
    }

    fn array(mut self) -> String {
        self.array.push('}');
        self.array
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    format!("\"\\\\x{}\"", digits.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_a_mark_for_each_value() {
        assert_eq!(marks(2, 3), "(?, ?, ?), (?, ?, ?)");
        assert_eq!(marks(1, 1), "(?)");
        assert_eq!([1, 3, 4, 31, 32, 256].map(chunk), [1, 2, 4, 16, 32, 32]);
    }

    #[test]
    fn what_an_array_would_read_otherwise_is_escaped() {
        let row = |text: Option<&str>, number, real| {
            let text = text.map(str::to_owned);
            [
                ("a", Value::Text(text)),
                ("b", Value::Integer(number)),
                ("c", Value::Real(real)),
                ("d", Value::Bytes(Some(vec![0, 255]))),
            ]
        };
        let rows = vec![
            row(Some("NULL, {\"x\\}\n"), Some(-1), None),
            row(None, None, Some(1e-7)),
        ];
        let (text, values) = by_column("t", rows);
        assert_eq!(
            text,
            "INSERT INTO t (a, b, c, d) SELECT * FROM unnest(CAST($1 AS TEXT[]), \
             CAST($2 AS BIGINT[]), CAST($3 AS DOUBLE PRECISION[]), CAST($4 AS BYTEA[]))"
        );
        let arrays = values.into_iter().map(|value| match value {
            Value::Text(Some(array)) => array,
            other => panic!("{other:?}"),
        });
        let wanted = [
            "{\"NULL, {\\\"x\\\\}\n\",NULL}",
            "{-1,NULL}",
            "{NULL,0.0000001}",
            "{\"\\\\x00ff\",\"\\\\x00ff\"}",
        ];
        assert_eq!(arrays.collect::<Vec<_>>(), wanted);
    }
}
