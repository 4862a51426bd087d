//! A statement put together from conditions, each with its values: numbered as it grows, so that a
//! value can never end up in the text.

use sqlx::{Any, any::AnyArguments, query::Query};

use super::engine::Engine;

/// A value bound to a parameter.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Real(f64),
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
    pub(super) fn bind<'q>(
        &self,
        mut query: Query<'q, Any, AnyArguments>,
    ) -> Query<'q, Any, AnyArguments> {
        for value in self.values.clone() {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Integer(integer) => query.bind(integer),
                Value::Real(real) => query.bind(real),
            };
        }
        query
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
