//! The rows of a table as spreadsheets and databases write it: separated by commas, semicolons, tabs or
//! bars, whichever its header is; lines ended in any way; each row with the line that it begins on. What
//! the columns mean is in [`super::columns`].

use std::{collections::VecDeque, io::BufRead};

use csv::StringRecord;

use super::{
    columns::{is_known, names_of, same},
    escapes::{self, Escapes},
    tidied::Tidied,
};

/// What is read on for one row before it is given up, in bytes: a quotation mark that is never closed must
/// not draw the whole file into memory.
const LARGEST_PIECE: usize = 4 << 20;

/// Columns of a table whose rows can be known from lines of a text.
const LEAST_COLUMNS: usize = 3;

/// A row.
#[derive(Debug)]
pub struct TableRow {
    /// The line that it begins on, from 1.
    pub line: u64,
    fields: StringRecord,
}

/// Why a row, or the rest of the table, cannot be read.
#[derive(Debug)]
pub struct TableRowError {
    /// Where, from 1.
    pub line: u64,
    /// What is wrong.
    pub problem: String,
    /// Whether nothing more can be read.
    pub ends: bool,
    /// Whether it is what is left of a row where the file was cut.
    pub is_cut: bool,
}

/// A table's rows.
pub struct Rows<R> {
    reader: csv::Reader<Tidied<R>>,
    /// The header's names in small letters, with `_` for what is between words.
    names: Vec<String>,
    /// Rows that were read already: the first, where there is no header; those that a quotation mark had swallowed.
    ready: VecDeque<TableRow>,
    separator: u8,
    escapes: Escapes,
    largest: usize,
    ended: bool,
}

impl<R: BufRead> Rows<R> {
    /// Starts at the file's beginning. The separator is found in the header unless it is given; where it is
    /// `quoted`, a value may stand in quotation marks.
    pub fn new(mut input: R, separator: Option<u8>, quoted: bool) -> Self {
        let start = input.fill_buf().unwrap_or_default();
        let (separator, skipped, escapes) = if let Some(separator) = separator {
            (separator, 0, Escapes::None)
        } else {
            let (separator, skipped) = separator_of(start);
            let escapes = Escapes::of(&start[skipped..], separator, quoted);
            (separator, skipped, escapes)
        };
        let quoted = quoted && escapes != Escapes::Unquoted;
        input.consume(skipped);
        let tidied = Tidied::new(input, separator, quoted, u64::from(skipped > 0));
        let reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(separator)
            .quoting(quoted)
            .from_reader(tidied.escaped(escapes));
        Self {
            reader,
            names: Vec::new(),
            ready: VecDeque::new(),
            separator,
            escapes,
            largest: LARGEST_PIECE,
            ended: false,
        }
    }

    /// Gives a row up after so many bytes.
    #[must_use]
    pub fn up_to(mut self, bytes: usize) -> Self {
        self.largest = bytes;
        self
    }

    /// Reads the header; whether it names a column of text. If it does not and `is_row` takes it for the
    /// first row of a table without one, the columns have the names that are given.
    ///
    /// # Errors
    /// When nothing can be read.
    pub fn header(
        &mut self,
        is_row: impl Fn(&TableRow) -> bool,
        names: &[&str],
    ) -> Result<bool, TableRowError> {
        let Some(first) = self.next() else {
            return Ok(false);
        };
        let first = first?;
        self.names = first.fields.iter().map(normal).collect();
        if self.place("text").is_none() && is_row(&first) {
            self.names = names.iter().map(ToString::to_string).collect();
            self.ready.push_back(first);
        }
        Ok(self.place("text").is_some())
    }

    /// Whether what stands where the header should is a row: a number, a date, an address, or nothing as databases write it.
    #[must_use]
    pub fn begins_with_values(&self) -> bool {
        let is_value = |name: &String| {
            name.contains('@')
                || name.starts_with(|c: char| c.is_ascii_digit())
                || escapes::is_null(&name.to_uppercase())
        };
        self.names.iter().any(is_value)
    }

    /// The header as it is shown to who looks for a column.
    #[must_use]
    pub fn names(&self) -> String {
        let shown = self.names.iter().take(12);
        let shown = shown.map(|name| name.chars().take(40).collect::<String>());
        shown.collect::<Vec<_>>().join(", ")
    }

    /// The places of a column's names, the one that says it best first.
    fn places<'a>(&'a self, column: &'a str) -> impl Iterator<Item = usize> + 'a {
        // Two columns may have one name, and the first be empty.
        let of_name = |name: &'static &str| {
            let names = self.names.iter().enumerate();
            names.filter(move |(_, other)| same(other, name))
        };
        let places = names_of(column).iter().flat_map(of_name);
        let places = places.map(|(place, _)| place);
        // What is the page's address in one system is the author's in another.
        let page = (column == "website").then(|| self.place("page")).flatten();
        places.filter(move |place| Some(*place) != page)
    }

    fn place(&self, column: &str) -> Option<usize> {
        self.places(column).next()
    }

    /// Whether a column is called as `hamlet export` calls it.
    #[must_use]
    pub fn is_own(&self, column: &str) -> bool {
        self.names.iter().any(|name| name == column)
    }

    /// Whether the header names a column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.place(column).is_some()
    }

    /// A row's value in a column; `None` when it is empty.
    pub fn get<'a>(&self, row: &'a TableRow, column: &str) -> Option<&'a str> {
        let value = self.places(column).find_map(|place| row.get(place));
        value.filter(|value| column == "text" || !escapes::is_null(value))
    }

    /// A row's values in all of a column's names that are there, with these names.
    pub fn values<'a>(
        &'a self,
        row: &'a TableRow,
        column: &'a str,
    ) -> impl Iterator<Item = (&'a str, String)> {
        self.places(column).filter_map(|place| {
            let value = row.get(place).filter(|value| !escapes::is_null(value))?;
            Some((self.names[place].as_str(), value.to_owned()))
        })
    }

    /// A row's values with the names of their columns.
    pub fn fields<'a>(&'a self, row: &'a TableRow) -> impl Iterator<Item = (&'a str, &'a str)> {
        let named = self.names.iter().enumerate();
        named.filter_map(|(place, name)| {
            let value = row.get(place).filter(|value| !escapes::is_null(value))?;
            Some((name.as_str(), value))
        })
    }

    /// Whether a row is the header, as where tables were put together.
    #[must_use]
    pub fn is_header(&self, row: &TableRow) -> bool {
        let names = row.fields.iter().map(normal);
        row.fields.len() == self.names.len() && names.eq(self.names.iter().cloned())
    }

    /// Whether a row whose quotation mark is never closed has swallowed whole rows, which are ready then: every line behind its own
    /// has as many values as the header. Lines of a text that was cut have not.
    fn swallowed(&mut self, row: &TableRow) -> bool {
        let wants = self.names.len();
        let last = row.fields.iter().next_back().unwrap_or_default();
        let Some((_, lines)) = last.split_once('\n').filter(|_| wants >= LEAST_COLUMNS) else {
            return false;
        };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(self.separator)
            .quoting(false)
            .from_reader(lines.as_bytes());
        let rows = reader.records().zip(row.line + 1..).map(|(fields, line)| {
            let fields = fields.ok().filter(|fields| fields.len() == wants)?;
            Some(TableRow { line, fields })
        });
        let rows: Option<VecDeque<TableRow>> = rows.collect();
        self.ready = rows.unwrap_or_default();
        !self.ready.is_empty()
    }

    /// What is odd about a row's shape.
    fn misshapen(&mut self, row: &TableRow) -> Option<TableRowError> {
        let error = |problem: String, is_cut| TableRowError {
            line: row.line,
            problem,
            ends: false,
            is_cut,
        };
        let (has, wants) = (row.fields.len(), self.names.len());
        let tidied = self.reader.get_ref();
        let is_last = tidied.is_done && tidied.starts.is_empty();
        if is_last && tidied.is_open() {
            let problem = "the file ends early: a quotation mark is not closed";
            return Some(error(problem.to_owned(), true));
        }
        if wants == 0 {
            return None;
        }
        if has < wants && is_last && !tidied.is_between() {
            let problem = format!("the file ends early: {has} values, the header has {wants}");
            return Some(error(problem, true));
        }
        let spare = row
            .fields
            .iter()
            .skip(wants)
            .any(|value| !value.trim().is_empty());
        (has > wants && spare).then(|| {
            let problem =
                format!("{has} values, the header has {wants}: is a quotation mark missing?");
            error(problem, false)
        })
    }
}

impl TableRow {
    /// The value in a place; `None` when it is empty.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&str> {
        self.fields
            .get(place)
            .filter(|value| !value.trim().is_empty())
    }

    /// Its size, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.fields.as_slice().len()
    }

    /// How many values it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Result<TableRow, TableRowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        if let Some(row) = self.ready.pop_front() {
            return Some(Ok(row));
        }
        self.reader.get_mut().input.allow(self.largest);
        let mut fields = StringRecord::new();
        let read = self.reader.read_record(&mut fields);
        let line = self.reader.get_mut().starts.pop_front();
        let line = line.unwrap_or(self.reader.get_ref().line);
        match read {
            Ok(false) => {
                self.ended = true;
                None
            }
            Ok(true) => {
                if self.escapes == Escapes::Unquoted {
                    fields = fields.iter().map(escapes::undone).collect();
                }
                let row = TableRow { line, fields };
                Some(match self.misshapen(&row) {
                    None => Ok(row),
                    Some(error) if error.is_cut && self.swallowed(&row) => Err(TableRowError {
                        problem: "a quotation mark is not closed".to_owned(),
                        is_cut: false,
                        ..error
                    }),
                    Some(error) => Err(error),
                })
            }
            Err(error) => {
                self.ended = error.is_io_error();
                let problem = match error.into_kind() {
                    csv::ErrorKind::Io(error) => error.to_string(),
                    other => format!("{other:?}"),
                };
                Some(Err(TableRowError {
                    line,
                    problem,
                    ends: self.ended,
                    is_cut: false,
                }))
            }
        }
    }
}

/// The separator that the first line shows, and how many bytes are a line that says it (`sep=;`).
fn separator_of(start: &[u8]) -> (u8, usize) {
    let mut line = start;
    if let Some(end) = start.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
        line = &start[..end];
        if let [b's' | b'S', b'e', b'p', b'=', separator] = line {
            let ended = &start[end..];
            let length = if ended.starts_with(b"\r\n") { 2 } else { 1 };
            return (*separator, end + length);
        }
    }
    let line = String::from_utf8_lossy(line);
    let known = |separator: char| {
        let names = line.split(separator).map(normal);
        names.filter(|name| is_known(name)).count()
    };
    let separators = [b'|', b'\t', b';', b','];
    let best = separators.into_iter().max_by_key(|separator| {
        let separator = char::from(*separator);
        (known(separator), line.matches(separator).count())
    });
    (best.unwrap_or(b','), 0)
}

fn normal(name: &str) -> String {
    let name = name
        .trim_start_matches('\u{FEFF}')
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    name.to_lowercase().replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests;
