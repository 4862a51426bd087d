//! What stands between a file's lists: objects, which are comments or have the list inside, and comments of JavaScript's.

use std::io::BufRead;

use serde_json::Value;

use super::repeated::repeats_a_list;
use super::{JsonElement, JsonPart, JsonValues, LARGEST_THREAD, LARGEST_WHOLE, State, name_of};
use crate::interchange::{foreign::ReadError, json_mending::parsed};

/// Fields of a comment: an object that has one is no envelope of a list.
const OF_A_COMMENT: [&str; 15] = [
    "created_at",
    "createdAt",
    "created",
    "date_gmt",
    "parent",
    "pid",
    "email",
    "text",
    "content",
    "comment",
    "message",
    "orig",
    "nick",
    "author",
    "author_name",
];

/// Fields of a thread that say which page it is under: an object that has one is no envelope either.
const OF_A_THREAD: [&str; 6] = ["url", "uri", "permalink", "page_url", "page", "link"];

/// How the reading of an object at the top went.
enum Object {
    Whole(Vec<u8>),
    /// It is the envelope of a list, which begins here, so many brackets deep; what was read of it.
    Envelope(usize, String, Vec<u8>),
    /// It is not closed on its line, or not at all.
    Cut(Vec<u8>),
    TooLarge,
}

impl<R: BufRead> JsonValues<R> {
    /// Passes over a comment of JavaScript's whose slash was read; whether it is one.
    pub(super) fn comment(&mut self) -> Result<bool, ReadError> {
        match self.byte()? {
            Some(b'/') => drop(self.rest_of_line()?),
            Some(b'*') => {
                let mut last = 0;
                while let Some(byte) = self.byte()? {
                    if (last, byte) == (b'*', b'/') {
                        break;
                    }
                    last = byte;
                }
            }
            Some(other) => {
                self.give_back(&[other]);
                return Ok(false);
            }
            None => return Ok(false),
        }
        Ok(true)
    }

    /// Whether a list whose bracket was read holds objects, or nothing.
    pub(super) fn is_of_objects(&mut self) -> Result<bool, ReadError> {
        let Some(next) = self.visible()? else {
            return Ok(true);
        };
        self.give_back(&[next]);
        Ok(matches!(next, b'{' | b']'))
    }

    /// Whether a list whose bracket was read begins with an object.
    pub(super) fn begins_with_object(&mut self) -> Result<bool, ReadError> {
        let next = self.visible()?;
        self.give_back(next.as_slice());
        Ok(next == Some(b'{'))
    }

    /// An object at the top whose bracket was read.
    pub(super) fn object(&mut self, place: String) -> Result<Option<JsonElement>, ReadError> {
        let bytes = match self.object_bytes()? {
            Object::Envelope(depth, list, start) => {
                self.list = list;
                self.state = State::List(depth);
                let whole = self.in_any_order.then(|| self.envelope(depth, &start));
                return Ok(whole.transpose()?.flatten().map(|value| (place, value)));
            }
            Object::TooLarge => return Err(ReadError::item(place, &"larger than is read")),
            Object::Whole(bytes) => match parsed(&bytes) {
                Ok(value) => return Ok(Some((place, value))),
                Err(problem) => (bytes, problem),
            },
            Object::Cut(bytes) if !bytes.contains(&b'\n') && self.byte()?.is_none() => {
                return Err(ReadError::broken(place, &"the file ends early"));
            }
            Object::Cut(bytes) => (bytes, "it is not closed".to_owned()),
        };
        let (bytes, problem) = bytes;
        // What stands on the lines behind it may be whole.
        if let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.give_back(&bytes[end..]);
        }
        Err(ReadError::item(place, &problem))
    }

    /// An object of which a list begins, so many brackets deep: the whole of it, or, where it is too large or has something that cannot
    /// be read, what stands before that list, if anything.
    fn envelope(&mut self, depth: usize, start: &[u8]) -> Result<Option<Value>, ReadError> {
        let rest = self.rest_of_object(depth + 1, LARGEST_WHOLE.saturating_sub(start.len()))?;
        let whole = [start, &rest].concat();
        if let Ok(value) = parsed(&whole)
            && !repeats_a_list(&whole)
        {
            self.state = State::Top;
            self.part = JsonPart::Envelope;
            return Ok(Some(value));
        }
        self.give_back(&rest);
        let closed = without_last_list(start);
        self.part = JsonPart::Beginning;
        Ok(parsed(&closed).ok())
    }

    /// The bytes up to the bracket that closes an object so many brackets deep, or as many as there may be.
    fn rest_of_object(&mut self, mut depth: usize, most: usize) -> Result<Vec<u8>, ReadError> {
        let (mut bytes, mut quote) = (Vec::new(), None);
        while depth > 0
            && bytes.len() < most
            && let Some(byte) = self.byte()?
        {
            let in_string = quote.is_some();
            bytes.push(byte);
            match byte {
                b'"' | b'\'' if quote.is_none_or(|quote| quote == byte) => {
                    quote = quote.is_none().then_some(byte);
                }
                b'/' if !in_string && self.comment()? => drop(bytes.pop()),
                b'\\' if in_string => bytes.extend(self.byte()?),
                b'[' | b'{' if !in_string => depth += 1,
                b']' | b'}' if !in_string => depth -= 1,
                _ => {}
            }
        }
        Ok(bytes)
    }

    fn object_bytes(&mut self) -> Result<Object, ReadError> {
        let (mut bytes, mut depth, mut is_comment) = (vec![b'{'], 1_usize, false);
        // A string's beginning, and the mark that ends it.
        let mut string: Option<(usize, u8)> = None;
        let mut key: Option<(usize, usize)> = None;
        let (mut is_after_key, mut starts_line) = (false, false);
        let (mut is_page, mut is_thread, mut is_map) = (false, false, false);
        loop {
            let largest = if is_thread || is_map {
                LARGEST_THREAD
            } else {
                self.largest
            };
            if bytes.len() > largest {
                if bytes.contains(&b'\n') {
                    return Ok(Object::Cut(bytes));
                }
                self.rest_of_line()?;
                return Ok(Object::TooLarge);
            }
            let Some(byte) = self.byte()? else {
                return Ok(Object::Cut(bytes));
            };
            bytes.push(byte);
            if let Some((start, mark)) = string {
                match byte {
                    b'\\' => bytes.extend(self.byte()?),
                    byte if byte == mark => {
                        let value = &bytes[start..];
                        is_thread |=
                            is_page && (value.starts_with(b"/") || value.starts_with(b"http"));
                        key = Some((start, bytes.len() - 1));
                        string = None;
                    }
                    // No string goes on behind its line.
                    b'\n' => return Ok(Object::Cut(bytes)),
                    _ => {}
                }
                continue;
            }
            let name = key.map_or(&b""[..], |(start, end)| &bytes[start..end]);
            let is = |names: &[&str]| names.iter().any(|known| known.as_bytes() == name);
            match byte {
                b'"' | b'\'' => {
                    is_page = is_after_key && depth == 1 && is(&OF_A_THREAD);
                    string = Some((bytes.len(), byte));
                }
                b'/' if self.comment()? => {
                    bytes.pop();
                    continue;
                }
                b':' => {
                    is_comment |= depth == 1 && is(&OF_A_COMMENT);
                    is_after_key = true;
                    continue;
                }
                b'[' if is_after_key
                    && !is_comment
                    && !(is_thread && is(&["comments"]))
                    && self.is_list(depth, name)
                    && self.is_of_objects()? =>
                {
                    let list = name_of(name);
                    return Ok(Object::Envelope(depth, list, bytes));
                }
                // No member of an object begins so: the line before it was cut.
                b'{' if starts_line && depth == 1 && !is_after_key => {
                    return Ok(Object::Cut(bytes));
                }
                b'[' | b'{' => {
                    // It may be a map to all of the file's comments.
                    is_map |= is_after_key && depth == 1 && !is_comment;
                    depth += 1;
                }
                b']' | b'}' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(Object::Whole(bytes));
                    }
                }
                byte if byte.is_ascii_whitespace() => {
                    starts_line |= byte == b'\n';
                    continue;
                }
                _ => {}
            }
            (is_after_key, starts_line) = (false, false);
        }
    }
}

/// An object's beginning up to a list's bracket, closed in that list's place.
fn without_last_list(start: &[u8]) -> Vec<u8> {
    let mut closed = start[..start.len() - 1].to_vec();
    closed.extend_from_slice(b"null");
    let (mut open, mut quote, mut is_escaped) = (Vec::new(), None, false);
    for byte in start.iter().take(start.len() - 1).copied() {
        match byte {
            _ if is_escaped => {}
            b'"' | b'\'' if quote.is_none_or(|quote| quote == byte) => {
                quote = quote.is_none().then_some(byte);
            }
            b'{' if quote.is_none() => open.push(b'}'),
            b'[' if quote.is_none() => open.push(b']'),
            b'}' | b']' if quote.is_none() => drop(open.pop()),
            _ => {}
        }
        is_escaped = byte == b'\\' && quote.is_some() && !is_escaped;
    }
    closed.extend(open.into_iter().rev());
    closed
}
