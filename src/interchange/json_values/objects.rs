//! What stands between a file's lists: objects, which are comments or have the list inside, and comments of JavaScript's.

use std::io::BufRead;

use super::{JsonElement, JsonValues, LARGEST_THREAD, State, name_of};
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
    /// It is the envelope of a list, which begins here, so many brackets deep.
    Envelope(usize, String),
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

    /// An object at the top whose bracket was read.
    pub(super) fn object(&mut self, place: String) -> Result<Option<JsonElement>, ReadError> {
        let bytes = match self.object_bytes()? {
            Object::Envelope(depth, list) => {
                self.list = list;
                self.state = State::List(depth);
                return Ok(None);
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
                    return Ok(Object::Envelope(depth, name_of(name)));
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
