//! JSON lines: one object a line.

use std::io::BufRead;

use serde::Deserialize;
use serde_json::Value;

use super::{Record, RecordError, label_of_text, lines::Lines};
use crate::bayes::{Label, Question};

pub(super) struct JsonLines<R> {
    lines: Lines<R>,
    buffer: Vec<u8>,
    ended: bool,
}

impl<R: BufRead> JsonLines<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            lines: Lines::new(input),
            buffer: Vec::new(),
            ended: false,
        }
    }
}

/// A JSON record before its label is understood.
#[derive(Deserialize)]
struct Raw {
    id: Option<Value>,
    text: String,
    label: Option<Value>,
    name: Option<String>,
    email: Option<String>,
    website: Option<String>,
    page: Option<String>,
    site: Option<String>,
    question: Option<Question>,
}

/// Understands one line of JSON.
///
/// # Errors
/// [`RecordError::Line`] saying what is wrong with it.
pub fn parse_json(line: u64, bytes: &[u8]) -> Result<Record, RecordError> {
    let wrong = |problem: String| RecordError::Line { line, problem };
    let start = if line == 1 {
        bytes.strip_prefix(b"\xEF\xBB\xBF")
    } else {
        None
    };
    let raw: Raw =
        serde_json::from_slice(start.unwrap_or(bytes)).map_err(|error| wrong(describe(&error)))?;
    let label = raw
        .label
        .as_ref()
        .filter(|label| !label.is_null())
        .map(label_of_json)
        .transpose()
        .map_err(wrong)?;
    Ok(Record {
        line,
        id: raw.id,
        text: raw.text,
        label,
        name: raw.name,
        email: raw.email,
        website: raw.website,
        page: raw.page,
        site: raw.site,
        question: raw.question,
    })
}

/// The problem without serde's "line 1", which would mislead: every record is a document of its own.
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(problem, _)| problem);
    format!("{text} (column {})", error.column())
}

impl<R: BufRead> Iterator for JsonLines<R> {
    type Item = Result<Record, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.lines.next_line(&mut self.buffer) {
                Ok(Some(_)) if self.buffer.trim_ascii().is_empty() => {}
                Ok(Some(line)) => return Some(parse_json(line, &self.buffer)),
                Ok(None) => self.ended = true,
                Err(error) => {
                    self.ended = matches!(error, RecordError::Input { .. });
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

fn label_of_json(value: &Value) -> Result<Label, String> {
    match value {
        Value::String(text) => label_of_text(text),
        Value::Bool(true) => Ok(Label::Spam),
        Value::Bool(false) => Ok(Label::Ham),
        Value::Number(number) => label_of_text(&number.to_string()),
        other => Err(format!("the label {other} is neither spam nor ham")),
    }
}
