//! A statement: a text in the store's dialect, and the values of its parameters. A value can never end up in
//! the text.

use std::borrow::Cow;

use super::value::Value;

/// A statement, whole or under construction.
#[derive(Debug, Clone)]
pub(in crate::storage) struct Statement {
    pub(super) text: Cow<'static, str>,
    pub(super) values: Vec<Value>,
}

/// The statement of a text with its parameters' values, in order.
pub(in crate::storage) fn sql(text: impl Into<Cow<'static, str>>, values: Vec<Value>) -> Statement {
    let text = text.into();
    Statement { text, values }
}

impl Statement {
    /// Adds text in which each `?` is the parameter of one of `values`, in order.
    pub(in crate::storage) fn push(&mut self, text: &str, values: Vec<Value>) -> &mut Self {
        let mut values = values.into_iter();
        let whole = self.text.to_mut();
        whole.push(' ');
        for (index, piece) in text.split('?').enumerate() {
            if index > 0 {
                self.values.extend(values.next());
                whole.extend(["$", &self.values.len().to_string()]);
            }
            whole.push_str(piece);
        }
        self
    }
}

/// A `LIKE` pattern that finds `needle` anywhere, taken literally (with `ESCAPE '\'`).
pub(in crate::storage) fn contains(needle: &str) -> String {
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
