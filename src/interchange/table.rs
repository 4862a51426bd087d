//! CSV with a header: the names that `hamlet export` writes, and those that spreadsheets of other
//! systems use for the same. What cannot be understood is told by its line.

use std::io::BufRead;

use csv::ByteRecord;

use super::{
    dates,
    foreign::{ForeignComment, Found, ReadError},
    input::Bounded,
    json_fields,
    own_json::standing,
};

/// The largest row, in bytes.
const LARGEST: usize = 1 << 20;

/// What is read on for one row before it is given up: a quotation mark that is never closed must not
/// draw the whole file into memory.
const LARGEST_PIECE: usize = 4 << 20;

const COLUMNS: [(&str, &[&str]); 14] = [
    ("id", &["id", "comment_id"]),
    ("parent", &["parent", "parent_id", "reply_to"]),
    ("page", &["page", "url", "link", "permalink"]),
    ("page_title", &["page_title", "title"]),
    ("name", &["name", "author", "nick"]),
    ("email", &["email", "mail", "author_email"]),
    ("website", &["website", "author_url", "homepage"]),
    ("text", &["text", "content", "comment", "message", "body"]),
    ("address", &["address", "ip", "author_ip"]),
    ("created_at", &["created_at", "date", "created", "time"]),
    ("status", &["status", "state"]),
    ("label", &["label", "class", "spam", "is_spam"]),
    ("withheld", &json_fields::WITHHELD),
    ("discarded", &json_fields::DISCARDED),
];

/// Reads a table.
pub struct Table<R> {
    rows: csv::ByteRecordsIntoIter<Bounded<R>>,
    places: Option<[Option<usize>; COLUMNS.len()]>,
    ended: bool,
}

impl<R: BufRead> Table<R> {
    /// Starts at the file's beginning.
    pub fn new(input: R) -> Self {
        let reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .from_reader(Bounded::new(input));
        Self {
            rows: reader.into_byte_records(),
            places: None,
            ended: false,
        }
    }

    fn row(&mut self) -> Option<Result<ByteRecord, ReadError>> {
        self.rows.reader_mut().get_mut().allow(LARGEST_PIECE);
        let row = self.rows.next()?;
        Some(row.map_err(|error| {
            self.ended = error.is_io_error();
            let line = error.position().map_or(0, csv::Position::line);
            let place = format!("line {line}");
            if self.ended {
                ReadError::broken(place, &error)
            } else {
                ReadError::item(place, &error)
            }
        }))
    }

    fn header(&mut self) -> Option<ReadError> {
        let header = match self.row()? {
            Ok(header) => header,
            Err(error) => return Some(error),
        };
        let names: Vec<String> = header
            .iter()
            .map(|name| {
                let name = name.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(name);
                let name = String::from_utf8_lossy(name).trim().to_lowercase();
                name.replace([' ', '-'], "_")
            })
            .collect();
        let place_of = |(_, known): (&str, &[&str])| {
            let mut places = known.iter();
            places.find_map(|known| names.iter().position(|name| name == known))
        };
        let places = COLUMNS.map(place_of);
        if places[7].is_none() {
            self.ended = true;
            let problem = "the header names no column 'text'";
            return Some(ReadError::broken("line 1", &problem));
        }
        self.places = Some(places);
        None
    }

    fn comment(
        places: &[Option<usize>; COLUMNS.len()],
        row: &ByteRecord,
    ) -> Result<Found, ReadError> {
        let line = row.position().map_or(0, csv::Position::line);
        if row.as_slice().len() > LARGEST {
            return Err(ReadError::item(
                format!("line {line}"),
                &"larger than is read",
            ));
        }
        let mut values: [Option<String>; COLUMNS.len()] = Default::default();
        for (value, place) in values.iter_mut().zip(places) {
            let bytes = place.and_then(|place| row.get(place)).unwrap_or_default();
            let text = std::str::from_utf8(bytes)
                .map_err(|_| ReadError::item(format!("line {line}"), &"not valid UTF-8"))?;
            *value = Some(undefused(text.trim()).to_owned()).filter(|text| !text.is_empty());
        }
        let [
            id,
            parent,
            page,
            page_title,
            name,
            email,
            website,
            text,
            address,
            created_at,
            status,
            label,
            withheld,
            discarded,
        ] = values;
        let Some(text) = text else {
            return Ok(Found::Skipped("no text"));
        };
        let (standing, label) = standing(status.as_deref(), label.as_deref());
        Ok(ForeignComment {
            id,
            parent,
            page: page.unwrap_or_default(),
            page_title,
            name: name.unwrap_or_default(),
            email,
            website,
            text,
            address: address.and_then(|raw| raw.parse().ok()),
            created_at: created_at.as_deref().and_then(dates::parse),
            standing,
            label,
            withheld: None,
        }
        .withheld(marked(withheld, json_fields::MARKED_WITHHELD))
        .discarded(marked(discarded, json_fields::MARKED_DISCARDED))
        .into())
    }
}

/// What spreadsheets would take for a formula begins with one of these.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A value that no spreadsheet takes for a formula: an apostrophe goes before it.
#[must_use]
pub fn defused(value: &str) -> String {
    if value.starts_with(FORMULA) {
        return format!("'{value}");
    }
    value.to_owned()
}

/// Takes the apostrophe of [`defused`] away again.
fn undefused(value: &str) -> &str {
    match value.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest,
        _ => value,
    }
}

/// The reason, where a column's word does not deny its mark.
fn marked(word: Option<String>, why: &'static str) -> Option<&'static str> {
    word.filter(|word| !json_fields::says_no(word)).map(|_| why)
}

impl<R: BufRead> Iterator for Table<R> {
    type Item = Result<Found, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        if self.places.is_none()
            && let Some(error) = self.header()
        {
            self.ended = true;
            return Some(Err(error));
        }
        let places = self.places?;
        Some(match self.row()? {
            Ok(row) => Self::comment(&places, &row),
            Err(error) => Err(error),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::{Table, defused, undefused};
    use crate::interchange::foreign::{Found, ReadError};

    #[test]
    fn formulas_are_defused_and_come_back_as_they_were() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            let safe = defused(formula);
            assert!(safe.starts_with('\''));
            assert_eq!(undefused(&safe), formula);
        }
        assert_eq!(defused("'tis"), "'tis");
        assert_eq!(undefused("'tis"), "'tis");
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_draws_no_file_into_memory() {
        let row = |text: &str| format!("text\n{text}\nnext\n");
        let large = row(&"x".repeat(2 << 20));
        let read: Vec<_> = Table::new(large.as_bytes()).collect();
        assert!(matches!(read[0], Err(ReadError::Item { .. })), "{read:?}");
        assert!(matches!(read[1], Ok(Found::Comment(_))));
        let endless = BufReader::new(std::io::repeat(b'x'));
        let open = std::io::Read::chain("text\n\"".as_bytes(), endless);
        let read: Vec<_> = Table::new(open).collect();
        assert!(
            matches!(read[..], [Err(ReadError::Broken { .. })]),
            "{read:?}"
        );
    }
}
