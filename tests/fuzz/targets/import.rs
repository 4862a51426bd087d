//! Any file of comments or labelled texts: reading ends, yields no more than was there, and no row larger
//! than is read.

use std::{
    io::{self, BufReader, Cursor, Read},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use hamlet::interchange::{
    foreign::{ForeignComment, ForeignFormat, Found, ReadError},
    labelled::{self, Format, Record, RecordError},
    readers,
};

const FORMATS: [(u8, ForeignFormat); 9] = [
    (b'w', ForeignFormat::Wxr),
    (b'r', ForeignFormat::WpRest),
    (b'p', ForeignFormat::WpCli),
    (b'd', ForeignFormat::Disqus),
    (b'k', ForeignFormat::Remark42),
    (b'a', ForeignFormat::Artrans),
    (b'l', ForeignFormat::Waline),
    (b'c', ForeignFormat::Csv),
    (b'j', ForeignFormat::Jsonl),
];
const LABELLED: [(u8, Format); 3] = [
    (b'J', Format::Jsonl),
    (b'C', Format::Csv),
    (b'T', Format::Tsv),
];

/// The largest element, line or row that is read, and a little: some entities are shorter than what they
/// stand for.
const LARGEST: usize = (1 << 20) + (1 << 16);
/// Bytes kept at most for each byte of a file, besides what comments share.
const KEPT: usize = 3;
/// Gzip's own best is a thousandfold.
const PACKED: usize = 1_100;
/// What is drawn of a table for one row, and what its readers hold ready.
const ROW: usize = 5 << 20;

/// A letter for the format, `1` or how often (up to 16,000 times) the piece between two bytes 0xFF is
/// repeated, and the file.
pub fn check(data: &[u8]) {
    let [format, times, file @ ..] = data else {
        return;
    };
    let file = repeated(file, *times);
    let size = if file.starts_with(&[0x1f, 0x8b]) {
        file.len() * PACKED
    } else {
        file.len()
    };
    if let Some((_, format)) = FORMATS.iter().find(|(letter, _)| letter == format) {
        foreign(*format, file, size);
    } else if let Some((_, format)) = LABELLED.iter().find(|(letter, _)| letter == format) {
        records(*format, file, size);
    }
}

/// The file with its repeated piece: what grows with a file's size shows in a small input.
fn repeated(file: &[u8], times: u8) -> Vec<u8> {
    let times = match times {
        b'2'..=b'9' => 1_usize << (2 * (times - b'2')),
        _ => 1,
    };
    let mut parts = file.splitn(3, |byte| *byte == 0xFF);
    let (before, Some(piece), Some(after)) =
        (parts.next().unwrap_or_default(), parts.next(), parts.next())
    else {
        return file.to_vec();
    };
    let times = times.min((8 << 20) / piece.len().max(1));
    [before, &piece.repeat(times), after].concat()
}

/// A file that tells how much of it was read.
struct Told(Cursor<Vec<u8>>, Arc<AtomicUsize>);

impl Read for Told {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.fetch_add(read, Ordering::Relaxed);
        Ok(read)
    }
}

fn told(file: Vec<u8>) -> (BufReader<Told>, Arc<AtomicUsize>) {
    let read = Arc::new(AtomicUsize::new(0));
    (
        BufReader::new(Told(Cursor::new(file), Arc::clone(&read))),
        read,
    )
}

fn foreign(format: ForeignFormat, file: Vec<u8>, size: usize) {
    let (input, read) = told(file);
    let Ok(findings) = readers::read(format, input) else {
        return;
    };
    let (mut found, mut kept, mut broken, mut before) = (0, 0, false, 0);
    for one in findings {
        assert!(!broken, "{format:?} goes on behind its end");
        found += 1;
        assert!(found <= size + 2, "{format:?}: more things than bytes");
        let drawn = read.load(Ordering::Relaxed) - before;
        assert!(
            format != ForeignFormat::Csv || drawn <= ROW,
            "a row drew {drawn} bytes"
        );
        before += drawn;
        match one {
            Ok(Found::Comment(comment)) => kept += sane(format, &comment),
            Ok(Found::Skipped(reason)) => assert!(!reason.is_empty()),
            Ok(Found::Remark(remark)) => assert!(!remark.is_empty()),
            Err(ReadError::Item { place, problem }) => {
                assert!(!place.is_empty() && !problem.is_empty());
            }
            Err(ReadError::Broken { place, problem }) => {
                assert!(!place.is_empty() && !problem.is_empty());
                broken = true;
            }
        }
        assert!(
            kept <= KEPT * size,
            "{format:?}: {kept} bytes kept of {size}"
        );
    }
}

/// How large a comment is, besides what it shares with others of its page: that is short.
fn sane(format: ForeignFormat, comment: &ForeignComment) -> usize {
    let shared = [Some(comment.page.as_str()), comment.page_title.as_deref()];
    let own = [
        comment.id.as_deref(),
        comment.parent.as_deref(),
        Some(comment.name.as_str()),
        comment.email.as_deref(),
        comment.website.as_deref(),
        Some(comment.text.as_str()),
    ];
    let length =
        |texts: &[Option<&str>]| texts.iter().flatten().map(|text| text.len()).sum::<usize>();
    let size = length(&own) + length(&shared);
    assert!(size <= LARGEST, "a comment of {size} bytes");
    if let Some(time) = comment.created_at {
        assert!(time.millis() >= 0 && !time.to_string().is_empty());
    }
    if !matches!(format, ForeignFormat::Wxr | ForeignFormat::Disqus) {
        return size;
    }
    let [page, title] = shared.map(|text| text.unwrap_or_default().chars().count());
    assert!(
        page <= 2_000 && title <= 300,
        "a page of {page} and a title of {title} characters with each comment"
    );
    length(&own)
}

fn records(format: Format, file: Vec<u8>, size: usize) {
    let (input, read) = told(file);
    let (mut found, mut kept, mut ended, mut before) = (0, 0, false, 0);
    for one in labelled::read(input, format) {
        assert!(!ended, "{format:?} goes on behind its end");
        found += 1;
        assert!(found <= size + 2, "{format:?}: more records than bytes");
        let drawn = read.load(Ordering::Relaxed) - before;
        assert!(
            format == Format::Jsonl || drawn <= ROW,
            "a row drew {drawn} bytes"
        );
        before += drawn;
        match one {
            Ok(record) => kept += length(&record),
            Err(RecordError::Line { problem, .. }) => assert!(!problem.is_empty()),
            Err(RecordError::Input { .. }) => ended = true,
        }
        assert!(
            kept <= KEPT * size,
            "{format:?}: {kept} bytes kept of {size}"
        );
    }
}

fn length(record: &Record) -> usize {
    let rest = [
        &record.name,
        &record.email,
        &record.website,
        &record.page,
        &record.site,
    ];
    let size = record.text.len() + rest.into_iter().flatten().map(String::len).sum::<usize>();
    let domain = record.email_domain().map_or(0, str::len);
    assert!(
        domain <= size && size <= LARGEST,
        "a record of {size} bytes"
    );
    size
}
