//! CSV with a header: the names that `hamlet export` writes, and those that spreadsheets of other
//! systems use for the same. What cannot be understood is reported by its line.

use std::io::BufRead;

use serde_json::Value;

use super::{
    columns::in_two,
    dates,
    doubt::Doubt,
    foreign::{ForeignComment, Found, ReadError},
    json_fields::{ID_ALONE, is_address, is_key, is_reference},
    json_trees,
    labelled::label_of,
    marks::Marks,
    plain,
    rows::{Rows, TableRow, TableRowError},
    standing::{decides, marked, standing},
    typed,
    wordpress_posts::page_of_post,
    wxr::not_a_comment,
};
use crate::domain::network;

/// The largest row, in bytes.
const LARGEST: usize = 1 << 20;

/// Reads a table.
pub struct Table<R> {
    rows: Rows<R>,
    begun: bool,
    ended: bool,
}

impl<R: BufRead> Table<R> {
    /// Starts at the file's beginning.
    pub fn new(input: R) -> Self {
        Self {
            rows: Rows::new(input, None, true),
            begun: false,
            ended: false,
        }
    }

    fn begin(&mut self) -> Result<(), ReadError> {
        self.begun = true;
        if self
            .rows
            .header(|_| false, &[])
            .map_err(|error| read_error(&error))?
        {
            return Ok(());
        }
        // What stands in a row is no one's to read in an error.
        let problem = if self.rows.begins_with_values() {
            "there is no header: write the columns' names into a line before it (id, page, name, text, …)".to_owned()
        } else {
            let names = self.rows.names();
            format!("the header names no column 'text'; it names {names}")
        };
        Err(ReadError::broken("line 1", &problem))
    }

    fn comment(&self, row: &TableRow) -> Result<Found, ReadError> {
        let place = format!("line {}", row.line);
        if row.size() > LARGEST {
            return Err(ReadError::item(place, &"larger than is read"));
        }
        if self.rows.is_header(row) {
            return Ok(Found::Skipped("the header again"));
        }
        let get = |column: &str| {
            let value = undefused(self.rows.get(row, column)?.trim());
            Some(value.to_owned()).filter(|value| !value.is_empty())
        };
        if let Some(skipped) = not_a_comment(self.rows.get(row, "wordpress_type")) {
            return Ok(skipped);
        }
        let Some(text) = get("text") else {
            return Ok(Found::Skipped("no text"));
        };
        let (status, label) = (get("status"), get("label"));
        let is_mark = !self.rows.is_own("label");
        let said = match &label {
            Some(mark) if is_mark => marked(status.as_deref(), mark),
            _ => standing(status.as_deref(), label.as_deref()),
        };
        let label = label.filter(|mark| !is_mark || decides(mark, status.as_deref()));
        // What a column of ours holds stands as it was typed.
        let name = get("name").or_else(|| in_two(get));
        let is_id = name.as_deref().is_some_and(is_key);
        let name = name.filter(|_| !is_id);
        let tree = json_trees::text_of(&Value::from(text.as_str()));
        let (text, name) = if self.rows.is_own("text") {
            (text, name)
        } else {
            let name = name.map(|name| plain::line(&name));
            (typed::of_either(&text), name)
        };
        let text = tree.unwrap_or(text);
        // WordPress's own table names a comment's post by its number.
        let post = || Some(page_of_post(self.rows.get(row, "wordpress_post")?));
        let parent = get("parent");
        let above = || parent.clone().filter(|parent| is_address(parent));
        let page = get("page").or_else(post).or_else(above);
        let comment = ForeignComment {
            id: get("id"),
            parent: parent
                .clone()
                .filter(|id| is_reference(id) && !is_address(id)),
            page: page.unwrap_or_default(),
            page_title: get("page_title"),
            name: name.unwrap_or_default(),
            email: get("email"),
            website: get("website"),
            text,
            address: get("address").and_then(|raw| network::read(&raw)),
            standing: said.standing,
            label: said.label,
            doubts: said.doubts,
            place,
            ..ForeignComment::default()
        };
        let label = label.as_deref().and_then(label_of);
        let mut comment = comment.written(dates::first(self.rows.values(row, "created_at")));
        let alone = is_id.then(|| Doubt::new(ID_ALONE, ""));
        comment.doubts.extend(alone);
        let comment = Marks::of(self.rows.fields(row)).apply(comment);
        // A label of its own says nothing about who may see it.
        Ok(ForeignComment {
            label: label.or(comment.label),
            ..comment
        }
        .into())
    }
}

fn read_error(error: &TableRowError) -> ReadError {
    let place = format!("line {}", error.line);
    if error.ends || error.is_cut {
        ReadError::broken(place, &error.problem)
    } else {
        ReadError::item(place, &error.problem)
    }
}

/// Rows with the names of their columns, as CSV. What people wrote is to be [`defused`] first.
#[must_use]
pub fn csv<const COLUMNS: usize>(
    names: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut written = writer.write_record(names);
    for row in rows {
        written = written.and_then(|()| writer.write_record(row));
    }
    // Writing to memory cannot fail.
    let bytes = written.ok().and_then(|()| writer.into_inner().ok());
    String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
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
#[must_use]
pub fn undefused(value: &str) -> &str {
    match value.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest,
        _ => value,
    }
}

impl<R: BufRead> Iterator for Table<R> {
    type Item = Result<Found, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        if !self.begun
            && let Err(error) = self.begin()
        {
            self.ended = true;
            return Some(Err(error));
        }
        let row = self.rows.next()?;
        Some(
            row.map_err(|error| read_error(&error))
                .and_then(|row| self.comment(&row)),
        )
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
