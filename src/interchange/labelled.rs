//! Labelled texts as JSONL, CSV or TSV: the samples that training reads, that `POST /api/v1/samples`
//! takes, and, without labels, what `score` reads. A record that cannot be read becomes an error that
//! names its line, and reading goes on. What is done with the records is not decided here.

use std::io::{self, BufRead, Read as _};
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::spam::Label;

/// A JSON line longer than this is refused, in bytes.
pub const LONGEST_LINE: u64 = 1 << 20;

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
    pub fn of_content(start: &[u8]) -> Self {
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
        Format::Jsonl => Box::new(JsonLines {
            lines: Lines::new(input),
            buffer: Vec::new(),
            ended: false,
        }),
        Format::Csv => Box::new(Table::new(input, b',', true)),
        Format::Tsv => Box::new(Table::new(input, b'\t', false)),
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

/// Lines of an input, numbered, none longer than [`LONGEST_LINE`].
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    line: u64,
}

impl<R: BufRead> Lines<R> {
    /// Starts before the first line.
    pub fn new(input: R) -> Self {
        Self { input, line: 0 }
    }

    /// The input.
    pub fn get_ref(&self) -> &R {
        &self.input
    }

    /// Reads the next line into `buffer` and returns its number; `None` at the end.
    ///
    /// # Errors
    /// [`RecordError::Line`] for a line that is too long (it is skipped), [`RecordError::Input`] when
    /// reading fails.
    pub fn next_line(&mut self, buffer: &mut Vec<u8>) -> Result<Option<u64>, RecordError> {
        self.line += 1;
        buffer.clear();
        let line = self.line;
        let failed = |source| RecordError::Input { line, source };
        let read = (&mut self.input)
            .take(LONGEST_LINE + 1)
            .read_until(b'\n', buffer)
            .map_err(failed)?;
        if buffer.len() as u64 > LONGEST_LINE && buffer.last() != Some(&b'\n') {
            skip_line(&mut self.input).map_err(failed)?;
            return Err(RecordError::Line {
                line,
                problem: format!("longer than {LONGEST_LINE} bytes"),
            });
        }
        Ok((read > 0).then_some(line))
    }
}

struct JsonLines<R> {
    lines: Lines<R>,
    buffer: Vec<u8>,
    ended: bool,
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

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let chunk = input.fill_buf()?;
        if chunk.is_empty() {
            return Ok(());
        }
        if let Some(end) = chunk.iter().position(|byte| *byte == b'\n') {
            input.consume(end + 1);
            return Ok(());
        }
        let length = chunk.len();
        input.consume(length);
    }
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

fn label_of_text(text: &str) -> Result<Label, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "spam" | "1" | "true" => Ok(Label::Spam),
        "ham" | "0" | "false" | "not spam" | "notspam" => Ok(Label::Ham),
        other => Err(format!("the label '{other}' is neither spam nor ham")),
    }
}

/// Where in a table each field stands.
#[derive(Default)]
struct Places {
    id: Option<usize>,
    text: Option<usize>,
    label: Option<usize>,
    name: Option<usize>,
    email: Option<usize>,
    website: Option<usize>,
    page: Option<usize>,
    site: Option<usize>,
}

impl Places {
    fn of_header(header: &csv::ByteRecord) -> Self {
        let mut places = Self::default();
        for (at, field) in header.iter().enumerate() {
            let field = field.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(field);
            let place = match String::from_utf8_lossy(field)
                .trim()
                .to_lowercase()
                .as_str()
            {
                "id" => &mut places.id,
                "text" | "content" | "comment" | "body" | "message" => &mut places.text,
                "label" | "class" | "spam" => &mut places.label,
                "name" => &mut places.name,
                "email" => &mut places.email,
                "website" => &mut places.website,
                "page" => &mut places.page,
                "site" => &mut places.site,
                _ => continue,
            };
            place.get_or_insert(at);
        }
        places
    }
}

struct Table<R> {
    records: csv::ByteRecordsIntoIter<R>,
    places: Option<Places>,
    first: Option<csv::ByteRecord>,
    quoted: bool,
    ended: bool,
}

impl<R: BufRead> Table<R> {
    fn new(input: R, delimiter: u8, quoted: bool) -> Self {
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(quoted)
            .flexible(true)
            .has_headers(false)
            .from_reader(input);
        Self {
            records: reader.into_byte_records(),
            places: None,
            first: None,
            quoted,
            ended: false,
        }
    }

    /// Reads the header, or finds that there is none.
    fn start(&mut self) -> Option<RecordError> {
        let first = match self.records.next()? {
            Ok(record) => record,
            Err(error) => return Some(self.fail(error)),
        };
        let places = Places::of_header(&first);
        if places.text.is_some() {
            self.places = Some(places);
            return None;
        }
        let bare = !self.quoted
            && first.len() >= 2
            && label_of_text(&String::from_utf8_lossy(&first[0])).is_ok();
        if bare {
            self.places = Some(Places {
                label: Some(0),
                text: Some(1),
                ..Places::default()
            });
            self.first = Some(first);
            return None;
        }
        self.ended = true;
        Some(RecordError::Line {
            line: 1,
            problem: "the header names no column 'text'".to_owned(),
        })
    }

    fn fail(&mut self, error: csv::Error) -> RecordError {
        let line = error.position().map_or(0, csv::Position::line);
        self.ended = error.is_io_error();
        match error.into_kind() {
            csv::ErrorKind::Io(source) => RecordError::Input { line, source },
            other => RecordError::Line {
                line,
                problem: format!("{other:?}"),
            },
        }
    }

    fn record(places: &Places, fields: &csv::ByteRecord) -> Result<Record, RecordError> {
        let line = fields.position().map_or(0, csv::Position::line);
        let wrong = |problem: String| RecordError::Line { line, problem };
        let field = |place: Option<usize>| -> Result<Option<String>, RecordError> {
            let Some(bytes) = place
                .and_then(|at| fields.get(at))
                .filter(|bytes| !bytes.is_empty())
            else {
                return Ok(None);
            };
            let text =
                std::str::from_utf8(bytes).map_err(|_| wrong("not valid UTF-8".to_owned()))?;
            Ok(Some(text.to_owned()))
        };
        let text = field(places.text)?.ok_or_else(|| wrong("has no text".to_owned()))?;
        let label = field(places.label)?
            .map(|label| label_of_text(&label))
            .transpose()
            .map_err(wrong)?;
        Ok(Record {
            line,
            id: field(places.id)?.map(Value::String),
            text,
            label,
            name: field(places.name)?,
            email: field(places.email)?,
            website: field(places.website)?,
            page: field(places.page)?,
            site: field(places.site)?,
        })
    }
}

impl<R: BufRead> Iterator for Table<R> {
    type Item = Result<Record, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        if self.places.is_none()
            && let Some(error) = self.start()
        {
            return Some(Err(error));
        }
        let fields = match self.first.take() {
            Some(first) => first,
            None => match self.records.next()? {
                Ok(fields) => fields,
                Err(error) => return Some(Err(self.fail(error))),
            },
        };
        self.places
            .as_ref()
            .map(|places| Self::record(places, &fields))
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
