//! XML with its longest pieces made short, before it is parsed: of a text, a section or an attribute of many
//! megabytes (a picture within a post) only the beginning is let through, and the piece is still whole. What
//! is too large to keep is so afterwards too; but it does not end the reading.

use std::io::{self, BufRead, Read};

/// What is let through of one piece, in bytes: more than of any that is kept.
const LONGEST: usize = 2 << 20;

/// A file of XML, its pieces bounded.
pub struct Squeezed<R> {
    input: R,
    out: Vec<u8>,
    at: usize,
    piece: Piece,
    /// Bytes of the piece so far.
    length: usize,
    /// The last bytes, to see where a piece begins and ends.
    last: [u8; 9],
}

#[derive(Clone, Copy, PartialEq)]
enum Piece {
    Text,
    Tag,
    Quoted(u8),
    Section,
    Comment,
}

impl<R: BufRead> Squeezed<R> {
    /// Starts at the file's beginning.
    pub const fn new(input: R) -> Self {
        Self {
            input,
            out: Vec::new(),
            at: 0,
            piece: Piece::Text,
            length: 0,
            last: [0; 9],
        }
    }

    fn pass(&mut self, byte: u8) {
        self.last.rotate_left(1);
        self.last[8] = byte;
        let ends = |mark: &[u8]| self.last.ends_with(mark);
        let next = match self.piece {
            Piece::Text if byte == b'<' => Some(Piece::Tag),
            Piece::Tag if ends(b"<![CDATA[") => Some(Piece::Section),
            Piece::Tag if ends(b"<!--") => Some(Piece::Comment),
            Piece::Tag if byte == b'"' || byte == b'\'' => Some(Piece::Quoted(byte)),
            Piece::Tag if byte == b'>' => Some(Piece::Text),
            Piece::Quoted(quote) if byte == quote => Some(Piece::Tag),
            Piece::Section if ends(b"]]>") => Some(Piece::Text),
            Piece::Comment if ends(b"-->") => Some(Piece::Text),
            _ => None,
        };
        self.length += 1;
        match next {
            Some(next) => {
                // The mark that ends a long piece has lost its beginning.
                if self.length > LONGEST {
                    match self.piece {
                        Piece::Section => self.out.extend_from_slice(b"]]"),
                        Piece::Comment => self.out.extend_from_slice(b"--"),
                        _ => {}
                    }
                }
                self.out.push(byte);
                self.length = 0;
                self.piece = next;
            }
            // No character is torn.
            None if self.length <= LONGEST
                || (self.length < LONGEST + 8 && byte & 0xC0 == 0x80) =>
            {
                self.out.push(byte);
            }
            None => self.length = self.length.max(LONGEST + 8),
        }
    }
}

impl<R: BufRead> Read for Squeezed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let length = available.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Squeezed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.out.len() {
            self.out.clear();
            self.at = 0;
            let chunk = self.input.fill_buf()?.to_vec();
            if chunk.is_empty() {
                break;
            }
            self.input.consume(chunk.len());
            for byte in chunk {
                self.pass(byte);
            }
        }
        Ok(&self.out[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = self.out.len().min(self.at + amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squeezed(xml: &str) -> String {
        let mut text = String::new();
        Squeezed::new(xml.as_bytes())
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn only_what_is_too_long_becomes_shorter_and_ends_as_before() {
        let small =
            "<?xml v='1'?><!-- - -->\n<a b='<!-- >' c=\"'\">x ]]> <![CDATA[<b> ]] > -- ü]]></a>";
        assert_eq!(squeezed(small), small);
        let long = "ü".repeat(3 << 20);
        for (before, after) in [
            ("<a>", "</a>"),
            ("<a><![CDATA[", "]]></a>"),
            ("<a b='>", "'/>"),
            ("<!--", "--><a/>"),
        ] {
            let read = squeezed(&format!("{before}{long}{after}<z/>"));
            assert!(read.starts_with(&format!("{before}ü")), "{before}");
            assert!(read.ends_with(&format!("{after}<z/>")), "{before}");
            assert!(
                (LONGEST..LONGEST + 100).contains(&read.len()),
                "{before}: {}",
                read.len()
            );
        }
    }
}
