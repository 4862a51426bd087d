//! JSON that is not quite what it should be, as programs without a library for it write it: characters in
//! strings that have to be written otherwise, half a surrogate pair, a comma behind the last member.

use serde_json::Value;

/// Parses a value, if need be as it was meant.
///
/// # Errors
/// What is wrong with it as it stands.
pub(super) fn parsed(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes).or_else(|error| {
        let problem = describe(&error);
        serde_json::from_slice(&mended(bytes)).map_err(|_| problem)
    })
}

/// The problem without serde's line, which would mislead: every value is a document of its own.
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let problem = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(problem, _)| problem);
    format!("not JSON: {problem}")
}

fn mended(bytes: &[u8]) -> Vec<u8> {
    let mut mended = Vec::with_capacity(bytes.len());
    let (mut at, mut in_string) = (0, false);
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let mut read = 1;
        match byte {
            b'"' => {
                in_string = !in_string;
                mended.push(b'"');
            }
            b'\\' if in_string => read = escape(rest, &mut mended),
            control @ 0..0x20 if in_string => {
                mended.extend_from_slice(format!("\\u{control:04x}").as_bytes());
            }
            b',' if !in_string
                && matches!(rest[1..].trim_ascii_start().first(), Some(b']' | b'}')) => {}
            byte => mended.push(*byte),
        }
        at += read;
    }
    mended
}

/// Writes an escape that is one, and what stands in for one that is not; how many bytes it is.
fn escape(rest: &[u8], mended: &mut Vec<u8>) -> usize {
    match rest.get(1) {
        Some(b'u') => {}
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
            mended.extend_from_slice(&rest[..2]);
            return 2;
        }
        // `\'` is what PHP and JavaScript make of an apostrophe.
        Some(b'\'') => return 1,
        _ => {
            mended.extend_from_slice(b"\\\\");
            return 1;
        }
    }
    match (unit(rest), unit(&rest[rest.len().min(6)..])) {
        (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => {
            mended.extend_from_slice(&rest[..12]);
            12
        }
        (Some(0xD800..=0xDFFF), _) => {
            mended.extend_from_slice(b"\\ufffd");
            6
        }
        (Some(_), _) => {
            mended.extend_from_slice(&rest[..6]);
            6
        }
        (None, _) => {
            mended.extend_from_slice(b"\\\\");
            1
        }
    }
}

/// The unit of UTF-16 that `\uXXXX` at the beginning writes.
fn unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_meant_one_way_only_is_read() {
        for (text, meant) in [
            (r#""half \ud83d""#, "half \u{FFFD}"),
            (
                r#""half \udc00 \u00e9 \ud83d\ude00""#,
                "half \u{FFFD} é \u{1f600}",
            ),
            ("\"two\nlines\tand \u{1}\"", "two\nlines\tand \u{1}"),
            (r#""it\'s""#, "it's"),
            (r#""C:\x \u12""#, "C:\\x \\u12"),
        ] {
            assert_eq!(parsed(text.as_bytes()), Ok(Value::from(meant)), "{text}");
        }
        assert_eq!(parsed(b"[1, 2, ]").unwrap().as_array().unwrap().len(), 2);
        assert!(parsed(b"{\"a\": tru}").is_err_and(|problem| problem.starts_with("not JSON")));
    }
}
