//! Which reader reads which file.

use std::{io::BufRead, iter, sync::Arc};

use encoding_rs::Encoding;
use serde_json::Value;

use super::{
    artrans,
    blogger::Blogger,
    commento::Commento,
    dates::Clocks,
    disqus::Disqus,
    encoding::{Decoded, Decoding},
    foreign::{Findings, ForeignFormat, Found, ReadError},
    input::{self, Input},
    isso_json,
    json_envelopes::JsonComments,
    json_replies::{self, Above},
    json_values::JsonValues,
    movable_type::MovableType,
    own_json, remark42,
    start::{Start, before_json, before_xml},
    table::Table,
    waline, wordpress_json,
    wxr::Wxr,
};

/// Reads a stream in a format, compressed or not, in the encoding that it says or shows. Isso's database is
/// no stream; see [`super::isso::Isso::open`].
///
/// # Errors
/// [`ReadError`] when nothing can be read, or the file is not one of the format.
pub fn read(
    format: ForeignFormat,
    input: impl BufRead + Send + 'static,
) -> Result<Findings, ReadError> {
    read_encoded(format, input, None)
}

/// Likewise, in an encoding that the operator knows.
///
/// # Errors
/// As [`read`].
pub fn read_encoded(
    format: ForeignFormat,
    input: impl BufRead + Send + 'static,
    encoding: Option<&'static Encoding>,
) -> Result<Findings, ReadError> {
    let mut input = Decoded::new(input::unpacked(input)?, encoding);
    let beginning = input.start()?;
    Start::of(&beginning).refuse_unless(format)?;
    let before = before_xml(&beginning);
    let passed_over = beginning[..before].trim_matches(['\u{FEFF}', ' ', '\r', '\n', '\t']);
    let passed_over = (!passed_over.is_empty()).then(|| {
        let line: String = passed_over
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(100)
            .collect();
        format!("what stands before the XML was passed over: {line}")
    });
    input.consume(before.max(before_json(&beginning)));
    let decoding = input.found();
    let input: Input = Box::new(input);
    let findings: Findings = match format {
        ForeignFormat::Wxr => {
            let mut reader = Wxr::new(input);
            until_the_end(move || reader.advance())
        }
        ForeignFormat::Disqus => {
            let mut reader = Disqus::new(input);
            until_the_end(move || reader.advance())
        }
        ForeignFormat::Blogger => {
            let mut reader = Blogger::new(input);
            until_the_end(move || reader.advance())
        }
        ForeignFormat::MovableType => {
            let mut reader = MovableType::new(input);
            until_the_end(move || reader.advance())
        }
        ForeignFormat::WpRest => {
            let mut clocks = Clocks::default();
            json(input, move |value| {
                wordpress_json::of_rest(value, &mut clocks)
            })
        }
        ForeignFormat::WpCli => {
            let mut clocks = Clocks::default();
            json(input, move |value| {
                wordpress_json::of_cli(value, &mut clocks)
            })
        }
        ForeignFormat::Artrans => json(input, artrans::of),
        ForeignFormat::Waline => json(input, waline::of),
        // Its first line has lists of its own.
        ForeignFormat::Remark42 => {
            let values = JsonValues::new(input, &[]);
            Box::new(values.flat_map(|value| match value {
                Ok((place, value)) => {
                    json_replies::read(&place, &value, &Above::default(), &mut remark42::of)
                }
                Err(error) => vec![Err(error)],
            }))
        }
        ForeignFormat::Jsonl => json(input, own_json::of),
        ForeignFormat::IssoJson => {
            let threads = JsonValues::new(input, &["threads", "data"]).of_threads();
            Box::new(threads.flat_map(|thread| match thread {
                Ok((place, thread)) => isso_json::of(&place, &thread).into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            }))
        }
        ForeignFormat::Commento => Box::new(Commento::new(input)),
        ForeignFormat::Csv => Box::new(Table::new(input)),
        ForeignFormat::Isso => {
            let problem = "Isso's is a database, not a stream";
            return Err(ReadError::broken("the file", &problem));
        }
    };
    let passed_over = passed_over
        .into_iter()
        .map(|remark| Ok(Found::Remark(remark)));
    Ok(Box::new(Remarked {
        findings: Box::new(passed_over.chain(findings)),
        decoding,
        remarks: None,
    }))
}

/// What a file is, by how it begins: what each system's objects have and no other's do.
///
/// # Errors
/// [`ReadError`] when nothing can be read.
pub fn guess(mut input: impl BufRead + Send + 'static) -> Result<ForeignFormat, ReadError> {
    if input.fill_buf()?.starts_with(b"SQLite format 3") {
        return Ok(ForeignFormat::Isso);
    }
    let start = Decoded::new(input::unpacked(input)?, None).start()?;
    Ok(Start::of(&start).guess(&start))
}

/// What a reader finds, up to its end or its first error.
fn until_the_end(
    mut advance: impl FnMut() -> Result<Option<Found>, ReadError> + Send + 'static,
) -> Findings {
    let mut ended = false;
    Box::new(iter::from_fn(move || {
        if ended {
            return None;
        }
        let found = advance();
        ended = !matches!(found, Ok(Some(_)));
        found.transpose()
    }))
}

fn json(input: Input, of: impl FnMut(&Value) -> Found + Send + 'static) -> Findings {
    Box::new(JsonComments::new(input, of))
}

/// What is found in a file, and behind it what is to be said of its encoding.
struct Remarked {
    findings: Findings,
    decoding: Arc<Decoding>,
    remarks: Option<std::vec::IntoIter<String>>,
}

impl Iterator for Remarked {
    type Item = Result<Found, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(remarks) = &mut self.remarks {
            return remarks.next().map(|remark| Ok(Found::Remark(remark)));
        }
        let found = self.findings.next();
        if found.is_some() && !matches!(found, Some(Err(ReadError::Broken { .. }))) {
            return found;
        }
        let mut remarks = self.decoding.remarks().into_iter();
        // Nothing may follow what broke the reading.
        let next = match found {
            Some(broken) => {
                remarks = Vec::new().into_iter();
                Some(broken)
            }
            None => remarks.next().map(|remark| Ok(Found::Remark(remark))),
        };
        self.remarks = Some(remarks);
        next
    }
}
