//! The lines of a text, ended in any way, with a look at the next one.

use std::{
    collections::VecDeque,
    io::{BufRead, Read},
};

use super::foreign::ReadError;

/// The longest line that is kept, in bytes; the rest of a longer one is another.
const LONGEST: u64 = 1 << 20;

/// A text's lines.
pub(super) struct TextLines<R> {
    input: R,
    ready: VecDeque<String>,
}

impl<R: BufRead> TextLines<R> {
    /// Starts at the text's beginning.
    pub(super) const fn new(input: R) -> Self {
        Self {
            input,
            ready: VecDeque::new(),
        }
    }

    /// The next line without its end; `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<String>, ReadError> {
        self.read()?;
        Ok(self.ready.pop_front())
    }

    /// The next line, which stays the next one.
    pub(super) fn peek(&mut self) -> Result<Option<&str>, ReadError> {
        self.read()?;
        Ok(self.ready.front().map(String::as_str))
    }

    fn read(&mut self) -> Result<(), ReadError> {
        if !self.ready.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::new();
        (&mut self.input)
            .take(LONGEST)
            .read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        self.ready.extend(text.split('\r').map(str::to_owned));
        Ok(())
    }
}
