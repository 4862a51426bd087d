//! The bytes of a table, made tidy for whoever takes its rows apart: one line feed ends each, and where each
//! begins is known.

use std::{
    collections::VecDeque,
    io::{self, BufRead, Read},
};

use super::{escapes::Escapes, input::Bounded};

/// Bytes of a table whose rows all end in one line feed, and where they begin.
pub(super) struct Tidied<R> {
    pub(super) input: Bounded<R>,
    separator: u8,
    quoted: bool,
    pub(super) line: u64,
    /// The lines on which rows begin that were handed out and not counted yet.
    pub(super) starts: VecDeque<u64>,
    place: Place,
    escapes: Escapes,
    /// What was read before, where it decides what the next byte means: a carriage return, a backslash.
    after: Option<u8>,
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
            escapes: Escapes::None,
            after: None,
            is_done: false,
        }
    }

    /// The same where a backslash takes the meaning of what follows it away.
    pub(super) fn escaped(self, escapes: Escapes) -> Self {
        Self { escapes, ..self }
    }

    /// Whether a quotation mark is open.
    pub(super) fn is_open(&self) -> bool {
        self.place == Place::Quoted
    }

    /// Whether a line end has ended the last row.
    pub(super) fn is_between(&self) -> bool {
        self.place == Place::Between
    }

    /// The bytes to hand out for one that was read: what a backslash protects becomes what the reader of rows knows.
    fn hand_out(&mut self, byte: u8, out: &mut Vec<u8>) {
        let protects = match self.escapes {
            Escapes::None => false,
            Escapes::Unquoted => true,
            Escapes::Quoted => self.place == Place::Quoted,
        };
        if self.after != Some(b'\\') {
            if protects && byte == b'\\' {
                self.after = Some(byte);
            } else {
                out.extend(self.pass(byte));
            }
            return;
        }
        self.after = None;
        if self.escapes == Escapes::Unquoted {
            self.line += u64::from(byte == b'\n');
            let name = match byte {
                b'\n' => b'n',
                b'\t' => b't',
                other => other,
            };
            out.extend(self.pass(b'\\'));
            out.extend(self.pass(name));
            return;
        }
        match byte {
            // Two quotation marks are one, and end nothing.
            b'"' => out.extend(b"\"\""),
            b'\\' => out.push(b'\\'),
            b'\n' | b'\r' => out.extend(self.pass(byte)),
            other => {
                out.push(b'\\');
                out.extend(self.pass(other));
            }
        }
    }

    /// The byte to hand out for one that was read.
    fn pass(&mut self, byte: u8) -> Option<u8> {
        if self.after.take() == Some(b'\r') && byte == b'\n' {
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
            self.after = (byte == b'\r').then_some(byte);
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
            // A byte becomes two at most.
            let room = (buffer.len() / 2).max(1);
            let chunk = chunk[..chunk.len().min(room)].to_vec();
            self.is_done = chunk.is_empty();
            self.input.consume(chunk.len());
            let mut out = Vec::with_capacity(chunk.len() * 2);
            for byte in chunk {
                self.hand_out(byte, &mut out);
            }
            let length = out.len().min(buffer.len());
            buffer[..length].copy_from_slice(&out[..length]);
            if length > 0 || self.is_done {
                return Ok(length);
            }
        }
    }
}
