//! Tables: CSV and TSV, with a header that names the columns, or bare `label<TAB>text`.

use std::io::{self, BufRead};

use serde_json::Value;

use super::{LONGEST_LINE, Record, RecordError, label_of_text};
use crate::bayes::Question;
use crate::interchange::rows::{Rows, TableRow, TableRowError};

pub(super) struct Table<R> {
    rows: Rows<R>,
    quoted: bool,
    begun: bool,
    ended: bool,
}

impl<R: BufRead> Table<R> {
    pub(super) fn new(input: R, separator: Option<u8>, quoted: bool) -> Self {
        Self {
            rows: Rows::new(input, separator, quoted).up_to(LONGEST_LINE),
            quoted,
            begun: false,
            ended: false,
        }
    }

    /// Reads the header, or finds that there is none.
    fn begin(&mut self) -> Option<RecordError> {
        self.begun = true;
        let quoted = self.quoted;
        let is_bare = |row: &TableRow| {
            let label = row.get(0).map(label_of_text);
            !quoted && row.len() >= 2 && label.is_some_and(|label| label.is_ok())
        };
        let named = match self.rows.header(is_bare, &["label", "text"]) {
            Ok(named) => named,
            Err(error) => return Some(record_error(error)),
        };
        let missing = if named { "label" } else { "text" };
        let problem = format!("the header names no column '{missing}'");
        (!named || !self.rows.has("label")).then_some(RecordError::Line { line: 1, problem })
    }

    fn record(&self, row: &TableRow) -> Result<Record, RecordError> {
        let line = row.line;
        let wrong = |problem: String| RecordError::Line { line, problem };
        let field = |column: &str| self.rows.get(row, column).map(str::to_owned);
        let text = field("text").ok_or_else(|| wrong("has no text".to_owned()))?;
        let label = field("label")
            .map(|label| label_of_text(&label))
            .transpose()
            .map_err(wrong)?;
        let question = field("question").filter(|word| !word.is_empty());
        let question = question
            .map(|word| {
                Question::parse(&word)
                    .ok_or_else(|| format!("the question '{word}' is neither spam nor abuse"))
            })
            .transpose()
            .map_err(wrong)?;
        Ok(Record {
            line,
            id: field("id").map(Value::String),
            text,
            label,
            name: field("name"),
            email: field("email"),
            website: field("website"),
            page: field("page"),
            site: field("site"),
            question,
        })
    }
}

fn record_error(error: TableRowError) -> RecordError {
    let (line, problem) = (error.line, error.problem);
    if error.ends {
        let problem = format!("{problem}; no row may be longer than {LONGEST_LINE} bytes");
        let source = io::Error::new(io::ErrorKind::InvalidData, problem);
        return RecordError::Input { line, source };
    }
    RecordError::Line { line, problem }
}

impl<R: BufRead> Iterator for Table<R> {
    type Item = Result<Record, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        if !self.begun
            && let Some(error) = self.begin()
        {
            self.ended = true;
            return Some(Err(error));
        }
        let row = self.rows.next()?;
        Some(row.map_err(record_error).and_then(|row| self.record(&row)))
    }
}
