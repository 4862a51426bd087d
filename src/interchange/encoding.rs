//! Bytes of a file as UTF-8, whatever they are: what the caller, a byte order mark or an XML declaration
//! says (unless its letters are UTF-8 all the same), UTF-16 by its zeros, else UTF-8. A byte that is wrong there
//! becomes U+FFFD and is counted. A file that says nothing of itself and is plainly not UTF-8 is taken for
//! what its letters look like, which is reported. Characters that a database has written as two halves of UTF-16 (CESU-8) are put
//! together.

use std::{
    io::{self, BufRead, Read},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use guess::guessed;

/// Bytes decoded at a time.
const CHUNK: usize = 1 << 16;

/// Bytes that are looked at before the encoding is chosen, unless the file is shorter.
const START: usize = 1 << 10;

/// What was found out about a file's bytes.
#[derive(Debug, Default)]
pub struct Decoding {
    replaced: AtomicU64,
    guessed: OnceLock<&'static str>,
    /// What the file says that it is in, where that is not known.
    unknown: OnceLock<String>,
}

impl Decoding {
    /// What the operator should know: an encoding that was guessed, bytes that were wrong.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some(name) = self.guessed.get() {
            remarks.push(format!(
                "the file is not UTF-8 and was read as {name}; where its letters are wrong, say what it is \
                 with --encoding, or convert it: iconv -f {} -t utf-8",
                name.to_uppercase()
            ));
        }
        if let Some(label) = self.unknown.get() {
            remarks.push(format!(
                "the file says that it is in {label}, which is not known here, and was read as UTF-8; convert it: \
                 iconv -f {label} -t utf-8"
            ));
        }
        match self.replaced.load(Ordering::Relaxed) {
            0 => {}
            1 => remarks.push("1 byte was no text, and is \u{FFFD} now".to_owned()),
            many => remarks.push(format!(
                "{many} bytes were no text, and are \u{FFFD} now; where whole words are, say what the file is with --encoding"
            )),
        }
        remarks
    }

    fn replaced(&self, count: usize) {
        self.replaced.fetch_add(count as u64, Ordering::Relaxed);
    }
}

/// A file's text as UTF-8, without a byte order mark.
pub struct Decoded<R> {
    input: R,
    /// Bytes that were read and are not decoded yet.
    raw: Vec<u8>,
    text: Vec<u8>,
    at: usize,
    how: How,
    /// XML that says nothing is UTF-8, unless nothing in it looks so.
    is_xml: bool,
    found: Arc<Decoding>,
    ended: bool,
}

enum How {
    Unknown(Option<&'static Encoding>),
    /// UTF-8; `sure` when something said so, or some letter was not ASCII and right.
    Utf8 {
        sure: bool,
    },
    /// What the file says of itself, until the first letters that are not ASCII: a program that turns a file into UTF-8 may leave its
    /// declaration as it was.
    Declared(&'static Encoding),
    Other(Decoder),
}

impl<R: BufRead> Decoded<R> {
    /// Starts at the file's beginning; `encoding` is what the operator said.
    pub fn new(input: R, encoding: Option<&'static Encoding>) -> Self {
        Self {
            input,
            raw: Vec::new(),
            text: Vec::new(),
            at: 0,
            how: How::Unknown(encoding),
            is_xml: false,
            found: Arc::default(),
            ended: false,
        }
    }

    /// What is found out about the file while it is read.
    pub fn found(&self) -> Arc<Decoding> {
        Arc::clone(&self.found)
    }

    /// The beginning of the text, some hundreds of characters if there are as many.
    ///
    /// # Errors
    /// When nothing can be read.
    pub fn start(&mut self) -> io::Result<String> {
        Ok(String::from_utf8_lossy(self.fill_buf()?).into_owned())
    }

    fn choose(&mut self, said: Option<&'static Encoding>) {
        let marked = Encoding::for_bom(&self.raw);
        let declared = said.or_else(|| match declared(&self.raw)? {
            Ok(encoding) => Some(encoding),
            Err(label) => {
                let _ = self.found.unknown.set(label);
                None
            }
        });
        let encoding = match marked {
            Some((encoding, length)) => {
                self.raw.drain(..length);
                Some(encoding)
            }
            None => declared.or_else(|| by_zeros(&self.raw)),
        };
        self.is_xml = self.raw.trim_ascii_start().starts_with(b"<");
        self.how = match encoding {
            None => How::Utf8 { sure: false },
            Some(encoding) if encoding == UTF_8 => How::Utf8 { sure: true },
            Some(encoding)
                if said.is_none() && marked.is_none() && encoding.is_ascii_compatible() =>
            {
                How::Declared(encoding)
            }
            Some(encoding) => How::Other(encoding.new_decoder_without_bom_handling()),
        };
    }

    fn decode(&mut self) {
        if let How::Unknown(said) = self.how {
            self.choose(said);
        }
        if let How::Declared(encoding) = self.how {
            let letters = self.raw.iter().position(|byte| !byte.is_ascii());
            let ascii = letters.unwrap_or(self.raw.len());
            if self.raw.len() - ascii < START && !(self.ended && letters.is_some()) {
                self.text.extend(self.raw.drain(..ascii));
                return;
            }
            self.how = if is_utf8(&self.raw, self.ended) {
                How::Utf8 { sure: true }
            } else {
                How::Other(encoding.new_decoder_without_bom_handling())
            };
        }
        if matches!(self.how, How::Utf8 { .. }) {
            join_halves(&mut self.raw);
        }
        if let How::Utf8 { sure: false } = self.how
            && is_rather_a_single_byte(&self.raw, self.is_xml)
        {
            // The more letters there are, the better is the guess.
            if self.raw.len() < CHUNK && !self.ended {
                return;
            }
            let encoding = guessed(&self.raw, self.ended);
            let _ = self.found.guessed.set(encoding.name());
            self.how = How::Other(encoding.new_decoder_without_bom_handling());
        }
        match &mut self.how {
            How::Unknown(_) | How::Declared(_) => {}
            How::Utf8 { sure } => {
                let whole = finished(&self.raw, self.ended);
                for chunk in self.raw[..whole].utf8_chunks() {
                    *sure |= !chunk.valid().is_ascii();
                    self.text.extend_from_slice(chunk.valid().as_bytes());
                    if !chunk.invalid().is_empty() {
                        self.found.replaced(chunk.invalid().len());
                        self.text.extend_from_slice("\u{FFFD}".as_bytes());
                    }
                }
                self.raw.drain(..whole);
            }
            How::Other(decoder) => {
                let room = decoder.max_utf8_buffer_length(self.raw.len());
                let mut text = String::with_capacity(room.unwrap_or(4 * CHUNK));
                let (_, read, wrong) = decoder.decode_to_string(&self.raw, &mut text, self.ended);
                self.raw.drain(..read);
                if wrong {
                    self.found.replaced(text.matches('\u{FFFD}').count());
                }
                self.text.extend_from_slice(text.as_bytes());
            }
        }
    }
}

/// What an XML declaration says, or its word where that is not known. One that can be read as ASCII is not of UTF-16,
/// whatever it says.
fn declared(raw: &[u8]) -> Option<Result<&'static Encoding, String>> {
    // A warning may stand before it.
    let at = raw
        .windows(5)
        .take(START)
        .position(|window| window == b"<?xml")?;
    let raw = &raw[at..];
    let end = raw.iter().take(START).position(|byte| *byte == b'>')?;
    let declaration = std::str::from_utf8(&raw[..end]).ok()?;
    let (_, rest) = declaration.strip_prefix("<?xml")?.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let label = rest.get(1..)?.split(['"', '\'']).next()?;
    Some(match by_label(label) {
        Some(encoding) if [UTF_16BE, UTF_16LE].contains(&encoding) => Ok(UTF_8),
        Some(encoding) => Ok(encoding),
        None => Err(label.chars().take(40).filter(|c| !c.is_control()).collect()),
    })
}

/// An encoding by what the standard calls it, or people: `latin-1`, `win1251`, `cp_1252`.
#[must_use]
pub fn by_label(label: &str) -> Option<&'static Encoding> {
    let letters = label.chars().filter(char::is_ascii_alphanumeric);
    let bare: String = letters.collect::<String>().to_ascii_lowercase();
    let number = ["windows", "win", "cp", "ms", "ibm"]
        .iter()
        .find_map(|begins| bare.strip_prefix(begins));
    let number = number.filter(|number| number.starts_with("125") || *number == "866");
    let spelled = match number {
        Some("866") => "ibm866".to_owned(),
        Some(number) => format!("windows-{number}"),
        None => match bare.strip_prefix("iso8859") {
            Some(part) => format!("iso-8859-{part}"),
            None => bare,
        },
    };
    let known = Encoding::for_label(label.trim().as_bytes());
    known.or_else(|| Encoding::for_label(spelled.as_bytes()))
}

/// UTF-16 without a mark: its first character is ASCII in every format.
fn by_zeros(raw: &[u8]) -> Option<&'static Encoding> {
    match raw {
        [0, first, ..] if *first != 0 => Some(UTF_16BE),
        [first, 0, second, ..] if *first != 0 && *second != 0 => Some(UTF_16LE),
        _ => None,
    }
}

/// Whether bytes are UTF-8 up to their end, or up to a character that goes on behind them.
fn is_utf8(raw: &[u8], is_whole: bool) -> bool {
    std::str::from_utf8(&raw[..finished(raw, is_whole)]).is_ok()
}

/// Whether bytes that say nothing of themselves have more that is wrong in UTF-8 than letters of it; of XML, whether they have no
/// such letter at all, and not one slip alone.
fn is_rather_a_single_byte(raw: &[u8], is_xml: bool) -> bool {
    let raw = &raw[..finished(raw, false)];
    let (mut wrong, mut right) = (0, 0);
    for chunk in raw.utf8_chunks() {
        wrong += usize::from(!chunk.invalid().is_empty());
        right += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
    }
    if is_xml {
        wrong > 1 && right == 0
    } else {
        wrong > right
    }
}

/// Puts characters together whose halves of UTF-16 were each written as UTF-8 writes characters, as `MySQL`, Oracle and Java do, and leaves
/// Java's two bytes for a zero out.
fn join_halves(raw: &mut Vec<u8>) {
    let half = |bytes: &[u8], range: std::ops::RangeInclusive<u32>| match bytes {
        [0xED, high @ 0xA0..=0xBF, low @ 0x80..=0xBF, ..] => {
            let unit = 0xD000 | (u32::from(*high) & 0x3F) << 6 | u32::from(*low) & 0x3F;
            range.contains(&unit).then_some(unit)
        }
        _ => None,
    };
    if !raw.iter().any(|byte| matches!(byte, 0xC0 | 0xED)) {
        return;
    }
    let (mut joined, mut at) = (Vec::with_capacity(raw.len()), 0);
    while let Some(byte) = raw.get(at) {
        if raw[at..].starts_with(&[0xC0, 0x80]) {
            at += 2;
            continue;
        }
        let high = half(&raw[at..], 0xD800..=0xDBFF);
        let low = raw
            .get(at + 3..)
            .and_then(|rest| half(rest, 0xDC00..=0xDFFF));
        let whole = high.zip(low).and_then(|(high, low)| {
            char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        });
        if let Some(whole) = whole {
            joined.extend_from_slice(whole.encode_utf8(&mut [0; 4]).as_bytes());
            at += 6;
        } else {
            joined.push(*byte);
            at += 1;
        }
    }
    *raw = joined;
}

/// How many bytes are whole characters, or wrong: all of them at the file's end.
fn finished(raw: &[u8], is_whole: bool) -> usize {
    let kept = if is_whole { 0 } else { unfinished(raw) };
    raw.len() - kept
}

/// How many bytes at the end begin a character that goes on behind them, or the first half of one.
fn unfinished(raw: &[u8]) -> usize {
    let half = (3..=raw.len().min(5)).find(|length| {
        let tail = &raw[raw.len() - length..];
        matches!(tail, [0xED, 0xA0..=0xAF, ..]) && matches!(tail[3..], [] | [0xED] | [0xED, _])
    });
    if let Some(length) = half {
        return length;
    }
    // The first half's own first bytes.
    if raw.ends_with(&[0xED]) {
        return 1;
    }
    if let [.., 0xED, 0xA0..=0xAF] = raw {
        return 2;
    }
    let is_open = |length: &usize| {
        let tail = &raw[raw.len() - length..];
        std::str::from_utf8(tail)
            .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    };
    (1..=raw.len().min(3)).find(is_open).unwrap_or(0)
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let length = available.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.text.len() && !self.ended {
            self.text.clear();
            self.at = 0;
            let chunk = self.input.fill_buf()?;
            let length = chunk.len().min(CHUNK);
            self.ended = length == 0;
            self.raw.extend_from_slice(&chunk[..length]);
            self.input.consume(length);
            let at_start = matches!(self.how, How::Unknown(_));
            if !at_start || self.ended || self.raw.len() >= START {
                self.decode();
            }
        }
        Ok(&self.text[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at = self.text.len().min(self.at + amount);
    }
}

mod guess;
#[cfg(test)]
mod tests;
