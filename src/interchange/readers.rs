//! Which reader reads which file.

use std::io::BufRead;

use serde_json::Value;

use super::{
    artrans,
    disqus::Disqus,
    foreign::{Findings, ForeignFormat, Found, ReadError},
    input::{self, Input},
    json_array::JsonArray,
    labelled::{Lines, RecordError},
    own_json, remark42,
    table::Table,
    waline, wordpress_json,
    wxr::Wxr,
};

/// Reads a stream in a format, compressed or not. Isso's database is no stream; see
/// [`super::isso::Isso::open`].
///
/// # Errors
/// [`ReadError`] when nothing can be read, or the format is not one of a stream.
pub fn read(
    format: ForeignFormat,
    input: impl BufRead + Send + 'static,
) -> Result<Findings, ReadError> {
    let input = input::unpacked(input)?;
    Ok(match format {
        ForeignFormat::Wxr => Box::new(Wxr::new(input)),
        ForeignFormat::Disqus => Box::new(Disqus::new(input)),
        ForeignFormat::WpRest => array(input, wordpress_json::of_rest),
        ForeignFormat::WpCli => array(input, wordpress_json::of_cli),
        ForeignFormat::Artrans => array(input, artrans::of),
        ForeignFormat::Waline => {
            let elements = JsonArray::under(input, "Comment");
            Box::new(elements.map(|element| element.map(|(_, value)| waline::of(&value))))
        }
        ForeignFormat::Remark42 => lines(input, remark42::of),
        ForeignFormat::Jsonl => lines(input, own_json::of),
        ForeignFormat::Csv => Box::new(Table::new(input)),
        ForeignFormat::Isso => {
            return Err(ReadError::broken(
                "the file",
                &"Isso's is a database, not a stream",
            ));
        }
    })
}

fn array(input: Input, of: fn(&Value) -> Found) -> Findings {
    let elements = JsonArray::new(input);
    Box::new(elements.map(move |element| element.map(|(_, value)| of(&value))))
}

fn lines(input: Input, of: fn(&Value) -> Found) -> Findings {
    Box::new(JsonLines {
        lines: Lines::new(input),
        buffer: Vec::new(),
        of,
        ended: false,
    })
}

struct JsonLines {
    lines: Lines<Input>,
    buffer: Vec<u8>,
    of: fn(&Value) -> Found,
    ended: bool,
}

impl Iterator for JsonLines {
    type Item = Result<Found, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.lines.next_line(&mut self.buffer) {
                Ok(Some(_)) if self.buffer.trim_ascii().is_empty() => {}
                Ok(Some(line)) => {
                    let start = self.buffer.strip_prefix(b"\xEF\xBB\xBF");
                    let bytes = start.unwrap_or(&self.buffer);
                    let parsed: Result<Value, _> = serde_json::from_slice(bytes);
                    let place = format!("line {line}");
                    return Some(match parsed {
                        Ok(value) => Ok((self.of)(&value)),
                        Err(error) => Err(ReadError::item(place, &error)),
                    });
                }
                Ok(None) => self.ended = true,
                Err(RecordError::Line { line, problem }) => {
                    return Some(Err(ReadError::item(format!("line {line}"), &problem)));
                }
                Err(RecordError::Input { line, source }) => {
                    self.ended = true;
                    return Some(Err(ReadError::broken(format!("line {line}"), &source)));
                }
            }
        }
        None
    }
}
