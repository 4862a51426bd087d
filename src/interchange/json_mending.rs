//! JSON that is not quite what it should be, as programs without a library for it write it: characters in
//! strings that have to be written otherwise, half a surrogate pair, a comma behind the last member, the words and quotation marks of
//! JavaScript, Python and the shell of `MongoDB`, names without quotation marks, numbers that no machine word holds.

use serde_json::Value;

/// Parses a value, if need be as it was meant.
///
/// # Errors
/// What is wrong with it as it stands.
pub(super) fn parsed(bytes: &[u8]) -> Result<Value, String> {
    // Two ids of so many digits would be one number.
    if has_long_number(bytes)
        && let Ok(value) = serde_json::from_slice(&mended(bytes))
    {
        return Ok(value);
    }
    serde_json::from_slice(bytes).or_else(|error| {
        let problem = describe(&error);
        serde_json::from_slice(&mended(bytes)).map_err(|_| problem)
    })
}

/// Digits of a number that is kept as text.
const LONG: usize = 20;

fn has_long_number(bytes: &[u8]) -> bool {
    let mut run = 0;
    bytes.iter().any(|byte| {
        run = if byte.is_ascii_digit() { run + 1 } else { 0 };
        run >= LONG
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
    let (mut at, mut quote) = (0, None);
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let in_string = quote.is_some();
        let mut read = 1;
        match byte {
            b'"' | b'\'' if quote.is_none_or(|quote| quote == *byte) => {
                quote = quote.is_none().then_some(*byte);
                mended.push(b'"');
            }
            b'"' => mended.extend_from_slice(b"\\\""),
            b'\\' if quote == Some(b'\'') && rest.get(1) == Some(&b'\'') => {
                mended.push(b'\'');
                read = 2;
            }
            b'\\' if in_string => read = escape(rest, &mut mended),
            control @ 0..0x20 if in_string => {
                mended.extend_from_slice(format!("\\u{control:04x}").as_bytes());
            }
            b'0'..=b'9' | b'-' if !in_string => read = number(rest, &mut mended),
            byte if !in_string && (byte.is_ascii_alphabetic() || b"_$".contains(byte)) => {
                read = word(rest, &mut mended);
            }
            b',' if !in_string
                && matches!(rest[1..].trim_ascii_start().first(), Some(b']' | b'}')) => {}
            byte => mended.push(*byte),
        }
        at += read;
    }
    mended
}

/// Writes a number, as text where it would not be the same as a number; how many bytes it is.
fn number(rest: &[u8], mended: &mut Vec<u8>) -> usize {
    let is_of_it = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
    let length = rest.iter().take_while(is_of_it).count();
    let number = &rest[..length];
    let value = std::str::from_utf8(number).ok();
    let value = value.and_then(|number| number.parse::<f64>().ok());
    match value {
        Some(value) if !value.is_finite() => mended.extend_from_slice(b"null"),
        Some(_) if length >= LONG && number.iter().all(u8::is_ascii_digit) => {
            mended.push(b'"');
            mended.extend_from_slice(number);
            mended.push(b'"');
        }
        _ => mended.extend_from_slice(number),
    }
    length
}

/// Writes a word that is none of JSON's as what it means: `NaN`, `None`, `ObjectId("…")`; how many bytes it is.
fn word(rest: &[u8], mended: &mut Vec<u8>) -> usize {
    let is_of_it = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_$".contains(byte);
    let length = rest.iter().take_while(is_of_it).count();
    if rest[length..].trim_ascii_start().starts_with(b":") {
        mended.push(b'"');
        mended.extend_from_slice(&rest[..length]);
        mended.push(b'"');
        return length;
    }
    let meant: &[u8] = match &rest[..length] {
        b"NaN" | b"Infinity" | b"undefined" | b"None" => b"null",
        b"True" => b"true",
        b"False" => b"false",
        b"new" => b"",
        name => match call(&rest[length..]) {
            Some((inside, read)) => {
                mended.extend_from_slice(inside);
                return length + read;
            }
            None => name,
        },
    };
    mended.extend_from_slice(meant);
    length
}

/// What stands in the brackets of a call, if it is one text or number, and how many bytes the brackets are.
fn call(rest: &[u8]) -> Option<(&[u8], usize)> {
    let inside = rest.strip_prefix(b"(")?;
    let mut in_string = false;
    let end = inside.iter().position(|byte| {
        in_string ^= *byte == b'"';
        *byte == b')' && !in_string
    })?;
    let value = inside[..end].trim_ascii();
    let is_value = value.starts_with(b"\"") && value.ends_with(b"\"")
        || !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    Some((if is_value { value } else { b"null" }, end + 2))
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
        for (text, meant) in [
            (
                "[NaN, -Infinity, undefined, None, 1e999]",
                "[null,null,null,null,null]",
            ),
            ("[True, False, true, null]", "[true,false,true,null]"),
            (
                r#"{"_id": ObjectId("61a"), "at": new Date(1635425415000), "n": NumberLong("5"), "now": Date()}"#,
                r#"{"_id":"61a","at":1635425415000,"n":"5","now":null}"#,
            ),
            (
                r#"{"id": 12345678901234567890123, "text": "12345678901234567890123, NaN"}"#,
                r#"{"id":"12345678901234567890123","text":"12345678901234567890123, NaN"}"#,
            ),
            ("[-1.5e3, 0]", "[-1500.0,0]"),
            (
                r#"{id: 1, $x: 'it\'s "so"', 'b': "it's", c_d: [1, 2,], }"#,
                r#"{"id":1,"$x":"it's \"so\"","b":"it's","c_d":[1,2]}"#,
            ),
        ] {
            let read = parsed(text.as_bytes()).unwrap();
            let meant: Value = serde_json::from_str(meant).unwrap();
            assert_eq!(read, meant, "{text}");
        }
        assert_eq!(parsed(b"[1, 2, ]").unwrap().as_array().unwrap().len(), 2);
        assert!(parsed(b"{\"a\": tru}").is_err_and(|problem| problem.starts_with("not JSON")));
    }
}
