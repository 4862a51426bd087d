//! The bytes of a file: unpacked if they are compressed, with an end put to what would unpack for
//! ever and to a single piece that would fill the memory.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// Compressed bytes may unpack to this many times as much, beyond the first [`FREE`].
const RATIO: u64 = 200;

/// So much may be unpacked from however little, in bytes.
const FREE: u64 = 64 << 20;

/// What gzip begins with.
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// A file's bytes.
pub type Input = Box<dyn BufRead + Send>;

/// What files of bytes begin with that are no text, and what is to be done with them.
const NO_TEXT: [(&[u8], &str); 17] = [
    (
        b"PK\x03\x04",
        "it is a zip archive: unpack it, and import each file in it",
    ),
    (b"PK\x05\x06", "it is an empty zip archive"),
    (
        b"BZh",
        "it is compressed with bzip2: unpack it first (bunzip2)",
    ),
    (
        b"\xFD7zXZ",
        "it is compressed with xz: unpack it first (unxz)",
    ),
    (
        b"\x28\xB5\x2F\xFD",
        "it is compressed with zstd: unpack it first (unzstd)",
    ),
    (
        b"7z\xBC\xAF",
        "it is a 7-zip archive: unpack it, and import each file in it",
    ),
    (
        b"Rar!",
        "it is a rar archive: unpack it, and import each file in it",
    ),
    (
        b"SQLite format 3",
        "it is an SQLite database: only --format isso reads one",
    ),
    (b"%PDF", "it is a PDF"),
    (b"\xFF\xFE\0\0", UTF_32),
    (b"\0\0\xFE\xFF", UTF_32),
    (
        b"{\\rtf",
        "it is a document of a word processor (RTF): save it as plain text",
    ),
    (
        b"\xD0\xCF\x11\xE0",
        "it is an old Excel or Word document: save it as CSV (UTF-8)",
    ),
    (
        b"PGDMP",
        "it is a dump of a PostgreSQL database: restore it, and export the comments from there",
    ),
    (b"PAR1", "it is a Parquet file: convert it to JSON lines"),
    (
        b"\x1F\x9D",
        "it is compressed with compress: unpack it first (uncompress)",
    ),
    (
        b"\x04\x22\x4D\x18",
        "it is compressed with lz4: unpack it first (unlz4)",
    ),
];

const UTF_32: &str = "it is in UTF-32, which is not read: convert it: iconv -f utf-32 -t utf-8";

/// Why bytes that begin so cannot be read as they stand, if they cannot.
fn refusal(start: &[u8]) -> Option<&'static str> {
    let no_text = NO_TEXT.iter().find(|(begins, _)| start.starts_with(begins));
    let tar = (start.get(257..262) == Some(b"ustar"))
        .then_some("it is a tar archive: unpack it, and import each file in it");
    // Without a mark, the first character's zeros show it.
    let utf_32 = matches!(start, [0, 0, 0, first, ..] | [first, 0, 0, 0, ..] if *first != 0)
        .then_some(UTF_32);
    no_text.map(|(_, problem)| *problem).or(tar).or(utf_32)
}

fn refuse(start: &[u8]) -> io::Result<()> {
    match refusal(start) {
        Some(problem) => Err(io::Error::new(io::ErrorKind::InvalidData, problem)),
        None => Ok(()),
    }
}

/// The bytes to read, unpacked if they begin like gzip.
///
/// # Errors
/// When nothing can be read at all, or it is a file that holds no text as it stands.
pub fn unpacked(mut input: impl BufRead + Send + 'static) -> io::Result<Input> {
    let start = input.fill_buf()?;
    refuse(start)?;
    if !start.starts_with(&GZIP) {
        return Ok(Box::new(input));
    }
    let counted = Counted { input, read: 0 };
    let unpacking = Unpacking {
        decoder: MultiGzDecoder::new(BufReader::new(counted)),
        unpacked: 0,
    };
    let mut input = BufReader::with_capacity(1 << 16, unpacking);
    // What is packed may be an archive too.
    let start = input.fill_buf()?;
    refuse(start)?;
    if start.starts_with(&GZIP) {
        let problem = "it is compressed twice: unpack it once (gunzip)";
        return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
    }
    Ok(Box::new(input))
}

struct Counted<R> {
    input: R,
    read: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.read += read as u64;
        Ok(read)
    }
}

struct Unpacking<R: Read> {
    decoder: MultiGzDecoder<BufReader<Counted<R>>>,
    unpacked: u64,
}

impl<R: Read> Unpacking<R> {
    /// Whether nothing but zeros is left. Reads them.
    fn is_zeros_to_the_end(&mut self) -> io::Result<bool> {
        let packed = self.decoder.get_mut();
        loop {
            let left = packed.fill_buf()?;
            let length = left.len();
            if length == 0 || left.iter().any(|byte| *byte != 0) {
                return Ok(length == 0);
            }
            packed.consume(length);
        }
    }
}

impl<R: Read> Read for Unpacking<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self.decoder.read(buffer) {
            // Tapes and disks fill the rest of a block with zeros.
            Err(_) if self.unpacked > 0 && self.is_zeros_to_the_end()? => 0,
            read => read?,
        };
        self.unpacked += read as u64;
        let packed = self.decoder.get_ref().get_ref().read;
        if self.unpacked > FREE + RATIO * packed {
            return Err(io::Error::other(
                "it unpacks to more than any comments would: is it a decompression bomb?",
            ));
        }
        Ok(read)
    }
}

/// A reader that gives out so many bytes and then fails, until it is allowed more.
pub struct Bounded<R> {
    input: R,
    left: usize,
}

impl<R: BufRead> Bounded<R> {
    /// Allows nothing yet.
    pub fn new(input: R) -> Self {
        Self { input, left: 0 }
    }

    /// Allows so many bytes from here on.
    pub fn allow(&mut self, bytes: usize) {
        self.left = bytes;
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let left = self.left;
        let available = self.input.fill_buf()?;
        if left == 0 && !available.is_empty() {
            return Err(io::Error::other("one piece of it is larger than is read"));
        }
        Ok(&available[..available.len().min(left)])
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.input.consume(amount);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn compressed_and_plain_files_read_alike() {
        for bytes in [packed(b"to be"), b"to be".to_vec()] {
            let mut text = String::new();
            let mut input = unpacked(io::Cursor::new(bytes)).unwrap();
            input.read_to_string(&mut text).unwrap();
            assert_eq!(text, "to be");
        }
    }

    #[test]
    fn zeros_behind_what_is_packed_are_no_part_of_it_and_anything_else_is_an_error() {
        for (behind, is_read) in [(&[0; 700][..], true), (b"garbage of any kind", false)] {
            let bytes = [packed(b"to be"), packed(b" or not"), behind.to_vec()].concat();
            let mut text = String::new();
            let input = unpacked(io::Cursor::new(bytes));
            let read = input.and_then(|mut input| input.read_to_string(&mut text));
            assert_eq!(read.is_ok(), is_read, "{read:?}");
            assert!(!is_read || text == "to be or not", "{text}");
        }
    }

    #[test]
    fn what_is_no_text_is_named_packed_or_not() {
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (bytes, said) in [
            (b"PK\x03\x04\x14\0".to_vec(), "a zip archive"),
            (tar, "a tar archive"),
            (packed(b"<rss>"), "compressed twice"),
            (b"\xD0\xCF\x11\xE0\xA1".to_vec(), "save it as CSV"),
            (b"PGDMP\x01".to_vec(), "PostgreSQL"),
            (b"\xFF\xFE\0\0i\0\0\0".to_vec(), "UTF-32"),
            (b"\0\0\0{\0\0\0\"".to_vec(), "UTF-32"),
            (b"{\\rtf1\\ansi".to_vec(), "RTF"),
            (b"SQLite format 3\0".to_vec(), "--format isso"),
        ] {
            let error = unpacked(io::Cursor::new(packed(&bytes))).err().unwrap();
            assert!(error.to_string().contains(said), "{error}");
            if !bytes.starts_with(&GZIP) {
                let error = unpacked(io::Cursor::new(bytes)).err().unwrap();
                assert!(error.to_string().contains(said), "{error}");
            }
        }
    }

    #[test]
    fn a_decompression_bomb_is_given_up() {
        let bomb = packed(&vec![0; 100 << 20]);
        let mut input = unpacked(io::Cursor::new(bomb)).unwrap();
        let read = io::copy(&mut input, &mut io::sink());
        assert!(read.unwrap_err().to_string().contains("bomb"));
    }

    #[test]
    fn a_piece_that_is_too_large_is_refused() {
        let mut input = Bounded::new(&b"1234567890"[..]);
        input.allow(4);
        let mut line = Vec::new();
        assert!(input.read_until(b'\n', &mut line).is_err());
    }
}
