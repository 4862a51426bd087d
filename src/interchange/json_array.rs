//! The elements of a JSON array one after another, without holding the array: `[…]`, or the array
//! that stands under a key of an object (`{"data": […]}`). Each element
//! is bounded; nesting is bounded by `serde_json`, which follows 128 levels.

use std::io::BufRead;

use serde_json::Value;

use super::foreign::ReadError;

/// The largest element, in bytes.
const LARGEST: usize = 1 << 20;

/// The elements of an array.
pub struct JsonArray<R> {
    input: R,
    /// The key under which the array stands; any, or none at all, when this is `None`.
    key: Option<&'static str>,
    state: State,
    element: u64,
}

#[derive(PartialEq)]
enum State {
    Before,
    Inside,
    Ended,
}

impl<R: BufRead> JsonArray<R> {
    /// Starts at the file's beginning.
    pub const fn new(input: R) -> Self {
        Self {
            input,
            key: None,
            state: State::Before,
            element: 0,
        }
    }

    /// Looks for the array under a key, however deep it stands, unless the file is an array itself.
    pub const fn under(input: R, key: &'static str) -> Self {
        let mut array = Self::new(input);
        array.key = Some(key);
        array
    }

    fn byte(&mut self) -> Result<Option<u8>, ReadError> {
        let byte = self.input.fill_buf()?.first().copied();
        if byte.is_some() {
            self.input.consume(1);
        }
        Ok(byte)
    }

    /// Reads up to the array's bracket.
    fn find_array(&mut self) -> Result<(), ReadError> {
        let (mut at_start, mut last, mut is_key) = (true, Vec::new(), false);
        while let Some(byte) = self.byte()? {
            match byte {
                b'[' if at_start || self.key.is_none() => break,
                b'[' if is_key && self.key.is_some_and(|key| key.as_bytes() == last) => break,
                b'"' => last = self.string()?,
                byte if byte.is_ascii_whitespace() => continue,
                _ => {}
            }
            at_start &= matches!(byte, 0xEF | 0xBB | 0xBF);
            is_key = byte == b':';
        }
        if self.input.fill_buf()?.is_empty() {
            return Err(ReadError::broken(
                "the file",
                &"there is no JSON array of comments in it",
            ));
        }
        self.state = State::Inside;
        Ok(())
    }

    /// The rest of a string whose quote was read; only its beginning when it is long.
    fn string(&mut self) -> Result<Vec<u8>, ReadError> {
        let mut string = Vec::new();
        while let Some(byte) = self.byte()? {
            match byte {
                b'"' => break,
                b'\\' => {
                    self.byte()?;
                }
                byte if string.len() < 64 => string.push(byte),
                _ => {}
            }
        }
        Ok(string)
    }

    /// The bytes of the next element; `None` behind the last, an empty one when it was too large.
    fn bytes(&mut self) -> Result<Option<Vec<u8>>, ReadError> {
        let mut bytes = Vec::new();
        let (mut depth, mut in_string, mut too_large) = (0_usize, false, false);
        loop {
            if bytes.len() > LARGEST {
                too_large = true;
                bytes.clear();
            }
            let Some(byte) = self.byte()? else {
                return Err(ReadError::broken("the file", &"it ends inside its array"));
            };
            match byte {
                b'"' => in_string = !in_string,
                b'\\' if in_string => {
                    bytes.push(byte);
                    bytes.extend(self.byte()?);
                    continue;
                }
                b'[' | b'{' if !in_string => depth += 1,
                b']' if !in_string && depth == 0 => {
                    self.state = State::Ended;
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

impl<R: BufRead> Iterator for JsonArray<R> {
    /// An element's place, from 1, and what it is.
    type Item = Result<(u64, Value), ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Before
            && let Err(error) = self.find_array()
        {
            self.state = State::Ended;
            return Some(Err(error));
        }
        if self.state == State::Ended {
            return None;
        }
        self.element += 1;
        let place = format!("comment {}", self.element);
        match self.bytes() {
            Ok(None) => None,
            Ok(Some(bytes)) if bytes.is_empty() => {
                Some(Err(ReadError::item(place, &"larger than is read")))
            }
            Ok(Some(bytes)) => {
                let parsed = serde_json::from_slice(&bytes);
                let parsed = parsed.map(|value| (self.element, value));
                Some(parsed.map_err(|error| ReadError::item(place, &error)))
            }
            Err(error) => {
                self.state = State::Ended;
                Some(Err(error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(json: &str) -> Vec<Result<Value, String>> {
        JsonArray::new(json.as_bytes())
            .map(|found| {
                found
                    .map(|(_, value)| value)
                    .map_err(|error| error.to_string())
            })
            .collect()
    }

    #[test]
    fn elements_come_one_by_one_and_a_bad_one_alone_is_bad() {
        let read =
            elements(r#"{"version": "[1]", "data": [{"a": "],{\"["}, {"b": [1, 2]}, nope, 3]}"#);
        assert_eq!(read.len(), 4, "{read:?}");
        assert_eq!(read[0], Ok(serde_json::json!({ "a": "],{\"[" })));
        assert!(
            read[2]
                .as_ref()
                .is_err_and(|error| error.starts_with("comment 3"))
        );
        assert_eq!(read[3], Ok(serde_json::json!(3)));
        assert!(elements("[]").is_empty());
        assert!(elements("[1, 2")[1].is_err());
        assert!(elements("{}")[0].is_err());
        let nested = r#"{"tables": ["Comment"], "data": {"Comment": [1, 2], "Users": [3]}}"#;
        let found = JsonArray::under(nested.as_bytes(), "Comment");
        assert_eq!(
            found.flatten().map(|(_, value)| value).collect::<Vec<_>>(),
            [1, 2]
        );
        let bare = JsonArray::under(&b" [4]"[..], "Comment");
        assert_eq!(bare.count(), 1);
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let deep = format!("[{}{}, 1]", "[".repeat(10_000), "]".repeat(10_000));
        let read = elements(&deep);
        assert!(read[0].is_err() && read[1].is_ok(), "{read:?}");
        for filling in ["x", "\\\""] {
            let large = format!("[\"{}\", 1]", filling.repeat(LARGEST + 1));
            let read = elements(&large);
            assert!(read[0].is_err() && read[1].is_ok());
        }
        // The end of an element that was too large is no element, and nothing is its own.
        let last = format!("[[{}{{\"a\":1}}", " ".repeat(LARGEST - 1)) + "]]";
        assert!(elements(&last)[0].is_err());
    }
}
