//! Tables: CSV and TSV, with a header that names the columns, or bare `label<TAB>text`.

use std::io::{self, BufRead, Read};

use serde_json::Value;

use super::{LONGEST_LINE, Record, RecordError, label_of_text};

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

/// An input that ends with an error when one row goes on and on: a quotation mark that is never
/// closed must not draw the whole input into memory.
struct Bounded<R> {
    input: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let problem = format!("a row of the table is longer than {LONGEST_LINE} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        }
        let read = self.input.read(buffer)?;
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}

pub(super) struct Table<R> {
    reader: csv::Reader<Bounded<R>>,
    places: Option<Places>,
    first: Option<csv::ByteRecord>,
    quoted: bool,
    ended: bool,
}

impl<R: BufRead> Table<R> {
    pub(super) fn new(input: R, delimiter: u8, quoted: bool) -> Self {
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(quoted)
            .flexible(true)
            .has_headers(false)
            .from_reader(Bounded {
                input,
                left: LONGEST_LINE,
            });
        Self {
            reader,
            places: None,
            first: None,
            quoted,
            ended: false,
        }
    }

    /// The next row; `None` at the end.
    fn next_row(&mut self) -> Option<Result<csv::ByteRecord, csv::Error>> {
        self.reader.get_mut().left = LONGEST_LINE;
        let mut row = csv::ByteRecord::new();
        match self.reader.read_byte_record(&mut row) {
            Ok(true) => Some(Ok(row)),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// Reads the header, or finds that there is none.
    fn start(&mut self) -> Option<RecordError> {
        let first = match self.next_row()? {
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
            None => match self.next_row()? {
                Ok(fields) => fields,
                Err(error) => return Some(Err(self.fail(error))),
            },
        };
        self.places
            .as_ref()
            .map(|places| Self::record(places, &fields))
    }
}
