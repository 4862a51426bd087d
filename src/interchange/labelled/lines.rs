//! Lines of an input, numbered and bounded: a line without an end takes no memory without an end.

use std::io::{self, BufRead, Read};

use super::{LONGEST_LINE, RecordError};

/// Lines of an input, numbered, none longer than [`LONGEST_LINE`].
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    line: u64,
}

impl<R: BufRead> Lines<R> {
    /// Starts before the first line.
    pub fn new(input: R) -> Self {
        Self { input, line: 0 }
    }

    /// The input.
    pub fn get_ref(&self) -> &R {
        &self.input
    }

    /// Reads the next line into `buffer` and returns its number; `None` at the end.
    ///
    /// # Errors
    /// [`RecordError::Line`] for a line that is too long (it is skipped), [`RecordError::Input`] when
    /// reading fails.
    pub fn next_line(&mut self, buffer: &mut Vec<u8>) -> Result<Option<u64>, RecordError> {
        self.line += 1;
        buffer.clear();
        let line = self.line;
        let failed = |source| RecordError::Input { line, source };
        let read = (&mut self.input)
            .take(LONGEST_LINE as u64 + 1)
            .read_until(b'\n', buffer)
            .map_err(failed)?;
        if buffer.len() > LONGEST_LINE && buffer.last() != Some(&b'\n') {
            skip_line(&mut self.input).map_err(failed)?;
            return Err(RecordError::Line {
                line,
                problem: format!("longer than {LONGEST_LINE} bytes"),
            });
        }
        Ok((read > 0).then_some(line))
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let chunk = input.fill_buf()?;
        if chunk.is_empty() {
            return Ok(());
        }
        if let Some(end) = chunk.iter().position(|byte| *byte == b'\n') {
            input.consume(end + 1);
            return Ok(());
        }
        let length = chunk.len();
        input.consume(length);
    }
}
