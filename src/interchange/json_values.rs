//! The comments of a JSON file one after another, whatever holds them: one list or one behind another (as a
//! loop over pages writes them), an object a line, objects written over many lines, or an object that has
//! the list somewhere inside (`{"code": 0, "data": […]}`). Nothing is held but one element; its nesting is
//! bounded by `serde_json`, which follows 128 levels. A bad one alone is bad, and reading goes on behind it. Who asks for it gets an
//! object that has lists whole, up to a size, since what belongs to a list may stand before or behind it.

use std::io::BufRead;

use serde_json::Value;

use super::{foreign::ReadError, json_fields::is_address, json_mending::parsed};
use names::THREADS;
pub use names::{ANSWERS, LISTS, TABLES};

/// The largest element, in bytes.
const LARGEST: usize = 1 << 20;

/// The largest thread, in bytes.
const LARGEST_THREAD: usize = 16 << 20;

/// The largest object that is given whole with its lists, in bytes.
const LARGEST_WHOLE: usize = 16 << 20;

/// The longest name of a list, in bytes.
const LONGEST_NAME: usize = 4_000;

/// Something in a file: where it stands, and what it is.
pub type JsonElement = (String, Value);

/// The values of a file.
pub struct JsonValues<R> {
    input: R,
    lists: &'static [&'static str],
    largest: usize,
    /// Bytes that were read too far, and are read again.
    again: Vec<u8>,
    again_at: usize,
    line: u64,
    /// The name of the list that was begun last.
    list: String,
    /// How many brackets deep the envelope's map of answers is that is being read; 0 where none is.
    answers: usize,
    state: State,
    /// Elements of lists so far.
    element: u64,
    /// Whether what belongs to a list is wanted wherever it stands.
    in_any_order: bool,
    /// What the last element is.
    part: JsonPart,
}

/// What an element is of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonPart {
    /// An element of a list, or an object that has none.
    Element,
    /// An object with all of its lists.
    Envelope,
    /// What stands in an object before its first list; the elements of its lists follow.
    Beginning,
}

enum State {
    /// Between the values of the file.
    Top,
    /// In a list, so many brackets deep inside of its envelope.
    List(usize),
    /// In an envelope, so many brackets deep, on the way to its next list or its end.
    Envelope(usize),
    Ended,
}

impl<R: BufRead> JsonValues<R> {
    /// Starts at the file's beginning; `lists` are the names of the lists that an envelope may have.
    pub const fn new(input: R, lists: &'static [&'static str]) -> Self {
        Self {
            input,
            lists,
            largest: LARGEST,
            again: Vec::new(),
            again_at: 0,
            line: 1,
            list: String::new(),
            answers: 0,
            state: State::Top,
            element: 0,
            in_any_order: false,
            part: JsonPart::Element,
        }
    }

    /// Gives objects that have lists whole where they are not too large, and else what stands before their first list.
    #[must_use]
    pub const fn in_any_order(mut self) -> Self {
        self.in_any_order = true;
        self
    }

    /// What the last element is.
    #[must_use]
    pub const fn part(&self) -> JsonPart {
        self.part
    }

    /// Whether no object or list is being read.
    #[must_use]
    pub const fn is_at_top(&self) -> bool {
        matches!(self.state, State::Top | State::Ended)
    }

    /// Numbers the file's next element, for one that was found in an object that was given whole.
    pub const fn numbered(&mut self) -> u64 {
        self.element += 1;
        self.element
    }

    /// Where an element is a whole thread: reads larger ones.
    #[must_use]
    pub const fn of_threads(mut self) -> Self {
        self.largest = 64 << 20;
        self
    }

    /// The name of the list that the last element stood in; empty where it had none.
    #[must_use]
    pub fn list(&self) -> &str {
        &self.list
    }

    fn byte(&mut self) -> Result<Option<u8>, ReadError> {
        let byte = if let Some(byte) = self.again.get(self.again_at) {
            self.again_at += 1;
            Some(*byte)
        } else {
            let byte = self.input.fill_buf()?.first().copied();
            if byte.is_some() {
                self.input.consume(1);
            }
            byte
        };
        self.line += u64::from(byte == Some(b'\n'));
        Ok(byte)
    }

    /// Gives bytes back to be read again.
    fn give_back(&mut self, bytes: &[u8]) {
        self.line -= bytes.split(|byte| *byte == b'\n').count() as u64 - 1;
        self.again = [bytes, &self.again[self.again_at..]].concat();
        self.again_at = 0;
    }

    /// The next byte that is no blank.
    fn visible(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            match self.byte()? {
                Some(byte) if byte.is_ascii_whitespace() => {}
                byte => return Ok(byte),
            }
        }
    }

    /// The rest of a string whose quote was read; only its beginning when it is long.
    fn string(&mut self) -> Result<Vec<u8>, ReadError> {
        let mut string = Vec::new();
        while let Some(byte) = self.byte()? {
            match byte {
                b'"' => break,
                b'\\' => {
                    string.push(byte);
                    string.extend(self.byte()?);
                }
                byte if string.len() < LONGEST_NAME => string.push(byte),
                _ => {}
            }
        }
        Ok(string)
    }

    fn rest_of_line(&mut self) -> Result<Vec<u8>, ReadError> {
        let mut start = Vec::new();
        while let Some(byte) = self.byte()? {
            if byte == b'\n' {
                break;
            }
            if start.len() < 64 {
                start.push(byte);
            }
        }
        Ok(start)
    }

    /// What comes next between the file's values.
    fn at_top(&mut self) -> Result<Option<JsonElement>, ReadError> {
        let Some(byte) = self.visible()? else {
            self.state = State::Ended;
            return Ok(None);
        };
        let place = format!("line {}", self.line);
        match byte {
            b'[' => self.state = State::List(0),
            // Between texts of a sequence (RFC 7464), and where files were put together with their byte order marks.
            // Behind the last, where JavaScript called a function with it, its bracket is closed.
            b',' | b')' | b';' | 0x1E | 0xEF | 0xBB | 0xBF => {}
            // Programs number what they print: `/* 1 */`.
            b'/' if self.comment()? => {}
            // LeanCloud begins its lines with one about the file.
            b'#' => {
                self.rest_of_line()?;
            }
            b'{' => return self.object(place),
            byte => {
                let rest = [&[byte], self.rest_of_line()?.as_slice()].concat();
                let start = String::from_utf8_lossy(&rest)
                    .chars()
                    .take(40)
                    .collect::<String>();
                let problem = format!("neither an object nor a list of them: {start}");
                return Err(ReadError::item(place, &problem));
            }
        }
        Ok(None)
    }

    /// Whether a list under this name, so many brackets deep, is one of comments: that of a page's address, as data files of static
    /// sites have it, is.
    fn is_list(&self, depth: usize, name: &[u8]) -> bool {
        let is_known = self.lists.iter().any(|known| known.as_bytes() == name);
        // The front page may have no name; and what stands beside pages' lists is no less one.
        let is_of_pages =
            || name.is_empty() || is_address(&name_of(name)) || is_address(&self.list);
        is_known || depth == 1 && !self.lists.is_empty() && is_of_pages()
    }

    /// An element of a list whose name says its page, or what it answers, with that.
    fn named(&self, mut value: Value) -> Value {
        let field = if self.answers > 0 {
            "parent"
        } else if is_address(&self.list) {
            "page"
        } else {
            return value;
        };
        if let Some(fields) = value.as_object_mut() {
            let field = fields.entry(field);
            field.or_insert_with(|| Value::String(self.list.clone()));
        }
        value
    }

    /// The next element of a list; `None` behind the last.
    fn in_list(&mut self, envelope: usize) -> Result<Option<JsonElement>, ReadError> {
        let bytes = self.element_bytes(envelope)?;
        let Some(bytes) = bytes else { return Ok(None) };
        self.element += 1;
        let place = format!("comment {}", self.element);
        if bytes.is_empty() {
            return Err(ReadError::item(place, &"larger than is read"));
        }
        match parsed(&bytes) {
            Ok(value) => Ok(Some((place, self.named(value)))),
            Err(problem) => Err(ReadError::item(place, &problem)),
        }
    }

    /// The bytes of the next element; `None` behind the last, empty ones when it was too large.
    fn element_bytes(&mut self, envelope: usize) -> Result<Option<Vec<u8>>, ReadError> {
        let mut bytes = Vec::new();
        let (mut depth, mut quote, mut too_large) = (0_usize, None, false);
        let is_thread = THREADS.contains(&self.list.as_str());
        let largest = self.largest.max(if is_thread { LARGEST_THREAD } else { 0 });
        loop {
            if bytes.len() > largest {
                too_large = true;
                bytes.clear();
            }
            let Some(byte) = self.byte()? else {
                return Err(ReadError::broken(
                    "the file",
                    &"it ends early, inside its list",
                ));
            };
            let in_string = quote.is_some();
            match byte {
                b'"' | b'\'' if quote.is_none_or(|quote| quote == byte) => {
                    quote = quote.is_none().then_some(byte);
                }
                b'/' if !in_string && self.comment()? => continue,
                b'\\' if in_string => {
                    bytes.push(byte);
                    bytes.extend(self.byte()?);
                    continue;
                }
                b'[' | b'{' if !in_string => depth += 1,
                b']' if !in_string && depth == 0 => {
                    self.state = match envelope {
                        0 => State::Top,
                        depth => State::Envelope(depth),
                    };
                    if too_large {
                        return Ok(Some(Vec::new()));
                    }
                    let blank = bytes.trim_ascii().is_empty();
                    return Ok((!blank).then_some(bytes));
                }
                b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
                b',' if !in_string && depth == 0 => {
                    return Ok(Some(if too_large { Vec::new() } else { bytes }));
                }
                _ => {}
            }
            bytes.push(byte);
        }
    }
}

impl<R: BufRead> Iterator for JsonValues<R> {
    type Item = Result<JsonElement, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.part = JsonPart::Element;
            let step = match self.state {
                State::Ended => return None,
                State::Top => self.at_top(),
                State::List(envelope) => self.in_list(envelope),
                State::Envelope(depth) => self.in_envelope(depth),
            };
            match step {
                Ok(Some(element)) => return Some(Ok(element)),
                Ok(None) => {}
                Err(error) => {
                    if matches!(error, ReadError::Broken { .. }) {
                        self.state = State::Ended;
                    }
                    return Some(Err(error));
                }
            }
        }
    }
}

/// A name that was read, without its escapes.
fn name_of(raw: &[u8]) -> String {
    let quoted = [b"\"", raw, b"\""].concat();
    serde_json::from_slice(&quoted).unwrap_or_else(|_| String::from_utf8_lossy(raw).into_owned())
}

mod between;
mod names;
mod objects;
mod repeated;
#[cfg(test)]
mod tests;
