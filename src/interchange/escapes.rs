//! Backslashes in tables as databases write them: `--tab` and `--batch` of `MySQL`, `PostgreSQL`'s `COPY`, `INTO OUTFILE`, and
//! programs that put one before a quotation mark within quotation marks. Whether a backslash is only that is seen in the
//! file's beginning, for a spreadsheet means nothing by one.

/// What a backslash means in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// Itself.
    None,
    /// It stands for tabs and line ends in values that have no quotation marks around them.
    Unquoted,
    /// It protects quotation marks within quotation marks.
    Quoted,
}

impl Escapes {
    /// What the beginning of a table shows.
    pub(super) fn of(start: &[u8], separator: u8, quoted: bool) -> Self {
        if separator == b'\t' && is_of_database(start) {
            return Self::Unquoted;
        }
        if quoted && has_protected_mark(start, separator) {
            return Self::Quoted;
        }
        Self::None
    }
}

/// Whether values say in a database's way that there is none. Where no value begins with a quotation mark, tabs and line ends that are
/// written as letters are enough.
fn is_of_database(start: &[u8]) -> bool {
    let values = || start.split(|byte| matches!(byte, b'\t' | b'\n' | b'\r'));
    let has = |wanted: &[u8]| start.windows(wanted.len()).any(|bytes| bytes == wanted);
    values().any(|value| matches!(value, b"\\N" | b"NULL"))
        || (has(b"\\n") || has(b"\\t") || has(b"\\\n"))
            && !values().any(|value| value.starts_with(b"\""))
}

/// Whether a backslash stands before a quotation mark behind which a value goes on, and no quotation mark is doubled.
fn has_protected_mark(start: &[u8], separator: u8) -> bool {
    let is_end = |byte: &u8| matches!(*byte, b'\n' | b'\r' | b'"') || *byte == separator;
    let protected = start
        .windows(3)
        .any(|bytes| matches!(bytes, [b'\\', b'"', next] if !is_end(next)));
    let doubled = start.windows(4).any(
        |bytes| matches!(bytes, [before, b'"', b'"', after] if !is_end(before) && *before != b'\\' && !is_end(after)),
    );
    protected && !doubled
}

/// Whether a value is what databases write for none.
pub(super) fn is_null(value: &str) -> bool {
    matches!(value, "\\N" | "NULL")
}

/// A value without its backslashes. `\N` alone stays: it is none.
pub(super) fn undone(value: &str) -> String {
    if value == "\\N" || !value.contains('\\') {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r' | '0' | 'b' | 'Z' | 'v' | 'f') => {}
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backslash_means_what_the_file_shows() {
        for (start, separator, escapes) in [
            (&b"id\ttext\n1\t\\N\n"[..], b'\t', Escapes::Unquoted),
            (b"id\ttext\n1\ta\\nb\n", b'\t', Escapes::Unquoted),
            (b"id\ttext\n1\t\"C:\\new\"\n", b'\t', Escapes::None),
            (b"id,text\n1,\"a \\\"b\\\" c\"\n", b',', Escapes::Quoted),
            (
                b"id,text\n1,\"C:\\\",\"a \"\"b\"\"\"\n",
                b',',
                Escapes::None,
            ),
            (b"id,text\n1,\"C:\\\"\n", b',', Escapes::None),
        ] {
            let found = Escapes::of(start, separator, true);
            assert_eq!(found, escapes, "{}", String::from_utf8_lossy(start));
        }
        assert_eq!(undone("a\\nb\\\\n\\tc\\"), "a\nb\\n\tc\\");
    }
}
