//! Labelled texts as JSONL, CSV or TSV: the samples that training reads, that `POST /api/v1/samples`
//! takes, and, without labels, what `score` reads. A record that cannot be read becomes an error that
//! names its line, and reading goes on. What is done with the records is not decided here.

mod json;
mod lines;
mod table;

use std::io::{self, BufRead};
use std::path::Path;

use serde_json::Value;

use self::{json::JsonLines, table::Table};
pub use self::{json::parse_json, lines::Lines};

use super::encoding::Decoded;
use crate::bayes::{Label, Question};

/// A JSON line or a table's row longer than this is refused, in bytes.
pub const LONGEST_LINE: usize = 1 << 20;

/// The shape of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated, with a header.
    Csv,
    /// Tab-separated without quoting, with a header, or without one as `label<TAB>text`.
    Tsv,
}

impl Format {
    /// The format that a file's name says.
    #[must_use]
    pub fn of_name(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            _ => None,
        }
    }

    /// The format that the first bytes of a stream look like.
    #[must_use]
    fn of_content(start: &[u8]) -> Self {
        let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
        let line = start
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        if line.trim_ascii_start().starts_with(b"{") {
            Self::Jsonl
        } else if line.contains(&b'\t') {
            Self::Tsv
        } else {
            Self::Csv
        }
    }
}

/// One record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The line it starts on, from 1.
    pub line: u64,
    /// Whatever the writer called it.
    pub id: Option<Value>,
    /// The text.
    pub text: String,
    /// What it is, where that is known.
    pub label: Option<Label>,
    /// The author's name.
    pub name: Option<String>,
    /// The author's email address, or its domain alone.
    pub email: Option<String>,
    /// The author's website.
    pub website: Option<String>,
    /// The page it was written on.
    pub page: Option<String>,
    /// The site it was written on.
    pub site: Option<String>,
    /// The code of its language; JSON alone has it.
    pub language: Option<String>,
    /// Which sort of spam or ham; JSON alone has it.
    pub kind: Option<String>,
    /// The question that its label answers.
    pub question: Option<Question>,
}

impl Record {
    /// The part of the email address after the `@`.
    #[must_use]
    pub fn email_domain(&self) -> Option<&str> {
        let email = self.email.as_deref()?;
        Some(email.rsplit('@').next().unwrap_or(email)).filter(|domain| !domain.is_empty())
    }
}

/// Why a record could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The record is not what it should be. Reading can go on.
    #[error("line {line}: {problem}")]
    Line {
        /// Where, from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// The input itself failed. Nothing more will come.
    #[error("line {line}: reading failed: {source}")]
    Input {
        /// Where, from 1.
        line: u64,
        /// Why.
        source: io::Error,
    },
}

/// Records, one after another.
pub type Records<'a> = Box<dyn Iterator<Item = Result<Record, RecordError>> + Send + 'a>;

/// Reads records from `input`.
pub fn read<'a>(input: impl BufRead + Send + 'a, format: Format) -> Records<'a> {
    match format {
        Format::Jsonl => Box::new(JsonLines::new(input)),
        Format::Csv => Box::new(Table::new(Decoded::new(input, None), None, true)),
        Format::Tsv => Box::new(Table::new(Decoded::new(input, None), Some(b'\t'), false)),
    }
}

/// Reads records from `input`, telling the format from its first bytes.
///
/// # Errors
/// An input that cannot be read at all.
pub fn read_any<'a>(mut input: impl BufRead + Send + 'a) -> io::Result<Records<'a>> {
    let format = Format::of_content(input.fill_buf()?);
    Ok(read(input, format))
}

fn label_of_text(text: &str) -> Result<Label, String> {
    let label = label_of(text);
    label.ok_or_else(|| {
        format!(
            "the label '{}' is neither spam nor ham",
            text.trim().to_ascii_lowercase()
        )
    })
}

/// What a word says that a text is.
pub(super) fn label_of(word: &str) -> Option<Label> {
    match word.trim().to_ascii_lowercase().as_str() {
        "spam" | "abuse" | "1" | "1.0" | "true" | "yes" => Some(Label::Spam),
        "ham" | "clean" | "0" | "0.0" | "false" | "no" | "not spam" | "notspam" | "not_spam"
        | "genuine" => Some(Label::Ham),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Found = Result<(u64, Option<Label>, String), String>;

    fn labels(input: &str, format: Format) -> Vec<Found> {
        read(input.as_bytes(), format)
            .map(|record| {
                record
                    .map(|r| (r.line, r.label, r.text))
                    .map_err(|error| error.to_string())
            })
            .collect()
    }

    #[test]
    fn json_lines_are_read_and_bad_ones_named_by_their_line() {
        let input = "\u{FEFF}{\"text\":\"a\",\"label\":\"spam\"}\n\n{\"text\":1}\n{\"text\":\"b\",\"label\":0}\n{\"text\":\"c\",\"label\":\"so so\"}";
        let read = labels(input, Format::Jsonl);
        assert_eq!(read[0], Ok((1, Some(Label::Spam), "a".into())));
        assert!(
            read[1]
                .as_ref()
                .is_err_and(|error| error.starts_with("line 3: invalid type"))
        );
        assert_eq!(read[2], Ok((4, Some(Label::Ham), "b".into())));
        assert_eq!(
            read[3],
            Err("line 5: the label 'so so' is neither spam nor ham".into())
        );
        assert_eq!(read.len(), 4);
    }

    #[test]
    fn tables_with_and_without_header_are_read() {
        let csv = "id,CONTENT,CLASS\n1,\"two\nlines\",1\n2,x,0\n3,,1\n";
        let read = labels(csv, Format::Csv);
        assert_eq!(read[0], Ok((2, Some(Label::Spam), "two\nlines".into())));
        assert_eq!(read[1], Ok((4, Some(Label::Ham), "x".into())));
        assert_eq!(read[2], Err("line 5: has no text".into()));
        let bare = labels("ham\tsay \"hi\"\nspam\tbuy\n", Format::Tsv);
        assert_eq!(bare[0], Ok((1, Some(Label::Ham), "say \"hi\"".into())));
        assert_eq!(bare.len(), 2);
    }

    #[test]
    fn a_table_without_text_is_refused_once() {
        assert_eq!(
            labels("a,b\n1,2\n", Format::Csv),
            [Err("line 1: the header names no column 'text'".into())]
        );
    }

    #[test]
    fn a_quotation_mark_never_closed_ends_the_reading() {
        let csv = format!("text,label\n\"{}", "x".repeat(3 << 20));
        let read = labels(&csv, Format::Csv);
        assert_eq!(read.len(), 1);
        assert!(
            read[0]
                .as_ref()
                .is_err_and(|error| error.contains("longer than")),
            "{read:?}"
        );
    }

    #[test]
    fn an_over_long_line_is_skipped_and_the_next_one_read() {
        let long = "x".repeat(3 << 20);
        let read = labels(
            &format!("{{\"text\":\"{long}\"}}\n{{\"text\":\"b\"}}\n"),
            Format::Jsonl,
        );
        assert!(
            read[0]
                .as_ref()
                .is_err_and(|error| error.starts_with("line 1: longer than"))
        );
        assert_eq!(read[1], Ok((2, None, "b".into())));
    }
}
