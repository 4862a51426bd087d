//! The bytes of a table, made tidy for whoever takes its rows apart: one line feed ends each, and where each
//! begins is known.

use std::{
    collections::VecDeque,
    io::{self, BufRead, Read},
};

use super::input::Bounded;

/// Bytes of a table whose rows all end in one line feed, and where they begin.
pub(super) struct Tidied<R> {
    pub(super) input: Bounded<R>,
    separator: u8,
    quoted: bool,
    pub(super) line: u64,
    /// The lines on which rows begin that were handed out and not counted yet.
    pub(super) starts: VecDeque<u64>,
    place: Place,
    after_return: bool,
    pub(super) is_done: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Between rows.
    Between,
    /// At the beginning of a value.
    Start,
    Value,
    Quoted,
    /// Behind a quotation mark within quotation marks: the last, or the first of two.
    Closed,
}

impl<R: BufRead> Tidied<R> {
    pub(super) fn new(input: R, separator: u8, quoted: bool, line: u64) -> Self {
        Self {
            input: Bounded::new(input),
            separator,
            quoted,
            line: line + 1,
            starts: VecDeque::new(),
            place: Place::Between,
            after_return: false,
            is_done: false,
        }
    }

    /// Whether a quotation mark is open.
    pub(super) fn is_open(&self) -> bool {
        self.place == Place::Quoted
    }

    /// Whether a line end has ended the last row.
    pub(super) fn is_between(&self) -> bool {
        self.place == Place::Between
    }

    /// The byte to hand out for one that was read.
    fn pass(&mut self, byte: u8) -> Option<u8> {
        let is_second = std::mem::take(&mut self.after_return) && byte == b'\n';
        if is_second {
            return None;
        }
        if self.place == Place::Quoted {
            self.line += u64::from(byte == b'\n');
            if byte == b'"' {
                self.place = Place::Closed;
            }
            return Some(byte);
        }
        if matches!(byte, b'\n' | b'\r') {
            self.after_return = byte == b'\r';
            self.line += 1;
            self.place = Place::Between;
            return Some(b'\n');
        }
        if self.place == Place::Between {
            self.starts.push_back(self.line);
            self.place = Place::Start;
        }
        self.place = match byte {
            b'"' if self.quoted && matches!(self.place, Place::Start | Place::Closed) => {
                Place::Quoted
            }
            byte if byte == self.separator => Place::Start,
            _ => Place::Value,
        };
        Some(byte)
    }
}

impl<R: BufRead> Read for Tidied<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let chunk = self.input.fill_buf()?;
            let chunk = chunk[..chunk.len().min(buffer.len())].to_vec();
            self.is_done = chunk.is_empty();
            self.input.consume(chunk.len());
            let mut length = 0;
            for byte in &chunk {
                if let Some(byte) = self.pass(*byte) {
                    buffer[length] = byte;
                    length += 1;
                }
            }
            if length > 0 || self.is_done {
                return Ok(length);
            }
        }
    }
}
