//! What a file is by its beginning, so that one of another format is refused with the name of its own, and
//! not read as an empty one.

use super::foreign::{ForeignFormat, ReadError};

/// What dumps of databases begin with.
const SQL: [&str; 12] = [
    "--",
    "# phpMyAdmin",
    "BEGIN TRANSACTION",
    "START TRANSACTION",
    "USE `",
    "DROP TABLE",
    "LOCK TABLES",
    "/*!",
    "CREATE TABLE",
    "INSERT INTO",
    "PRAGMA ",
    "SET ",
];

/// A file's beginning.
pub struct Start {
    kind: Kind,
}

enum Kind {
    Nothing,
    /// XML, or HTML, with the name of its first element.
    Xml(String),
    Json,
    Other(String),
}

impl Start {
    /// Looks at the first characters of a file.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = &text[before_xml(text).max(before_json(text))..];
        let text = without_comments(text.trim_start_matches(BLANK));
        let kind = match text.chars().next() {
            None => Kind::Nothing,
            Some('<') => Kind::Xml(first_element(text).to_owned()),
            Some('[' | '{') => Kind::Json,
            Some('#') if text.starts_with("#filetype:JSON") => Kind::Json,
            Some(_) => Kind::Other(
                text.chars()
                    .take_while(|c| !c.is_control())
                    .take(40)
                    .collect(),
            ),
        };
        Self { kind }
    }

    /// Refuses a file that is plainly of another format.
    ///
    /// # Errors
    /// [`ReadError::Broken`] with what it seems to be.
    pub fn refuse_unless(&self, format: ForeignFormat) -> Result<(), ReadError> {
        if let Kind::Other(start) = &self.kind
            && ["---", "- ", "_id: "]
                .iter()
                .any(|begins| start.starts_with(begins))
        {
            let problem = "it is YAML, which is not read: convert it to JSON lines";
            return Err(ReadError::broken("the file", &problem));
        }
        if let Kind::Other(start) = &self.kind
            && SQL.iter().any(|begins| start.starts_with(begins))
        {
            let problem = "it is a dump of a database (SQL): export the comments with the system that they are of";
            return Err(ReadError::broken("the file", &problem));
        }
        if self.is_movable_type() && format != ForeignFormat::MovableType {
            let problem = "it is Movable Type's export: try --format movable-type";
            return Err(ReadError::broken("the file", &problem));
        }
        let (is_it, wanted) = match format {
            ForeignFormat::Wxr => (
                self.is_element(&["rss", "channel"]),
                "WordPress's export (WXR)",
            ),
            ForeignFormat::Disqus => (self.is_element(&["disqus"]), "Disqus's export"),
            ForeignFormat::Blogger => (self.is_element(&["feed"]), "Blogger's export"),
            ForeignFormat::MovableType => (self.is_movable_type(), "Movable Type's export"),
            ForeignFormat::Csv => (
                !matches!(self.kind, Kind::Nothing | Kind::Xml(_) | Kind::Json),
                "a table with a header",
            ),
            ForeignFormat::Isso => (true, ""),
            _ => (matches!(self.kind, Kind::Json), "JSON"),
        };
        if is_it {
            return Ok(());
        }
        let problem = format!("there is no comment in it: is it {wanted}? {}", self.said());
        Err(ReadError::broken("the file", &problem))
    }

    /// The format that a file of which this `text` is the beginning most likely has.
    #[must_use]
    pub fn guess(&self, text: &str) -> ForeignFormat {
        let has = |names: &[&str]| {
            names
                .iter()
                .all(|name| text.contains(&format!("\"{name}\"")))
        };
        match &self.kind {
            Kind::Xml(name) if name == "disqus" => ForeignFormat::Disqus,
            Kind::Xml(name) if name == "feed" => ForeignFormat::Blogger,
            Kind::Xml(_) => ForeignFormat::Wxr,
            Kind::Other(_) if self.is_movable_type() => ForeignFormat::MovableType,
            Kind::Nothing | Kind::Other(_) => ForeignFormat::Csv,
            Kind::Json if has(&["comment_ID"]) => ForeignFormat::WpCli,
            Kind::Json if has(&["author_name", "content", "link"]) => ForeignFormat::WpRest,
            Kind::Json if has(&["commentHex"]) || has(&["comments", "commenters"]) => {
                ForeignFormat::Commento
            }
            Kind::Json if has(&["locator"]) || has(&["version", "users", "posts"]) => {
                ForeignFormat::Remark42
            }
            Kind::Json if has(&["page_key", "content"]) => ForeignFormat::Artrans,
            Kind::Json if has(&["comment", "nick"]) => ForeignFormat::Waline,
            Kind::Json if has(&["comments", "author"]) => ForeignFormat::IssoJson,
            Kind::Json => ForeignFormat::Jsonl,
        }
    }

    /// Whether it begins with a field of a post: a name in capitals, and a colon.
    fn is_movable_type(&self) -> bool {
        const FIRST: [&str; 8] = [
            "AUTHOR:",
            "TITLE:",
            "STATUS:",
            "DATE:",
            "BASENAME:",
            "ALLOW ",
            "UNIQUE URL:",
            "CONVERT ",
        ];
        matches!(&self.kind, Kind::Other(start) if FIRST.iter().any(|first| start.starts_with(first)))
    }

    fn is_element(&self, names: &[&str]) -> bool {
        matches!(&self.kind, Kind::Xml(name) if names.contains(&name.as_str()))
    }

    fn said(&self) -> String {
        match &self.kind {
            Kind::Nothing => "It is empty.".to_owned(),
            Kind::Json => {
                "It is JSON: try --format jsonl, or that of the system it comes from.".to_owned()
            }
            Kind::Other(start) if start.matches([',', ';', '\t']).count() > 1 => {
                format!("It begins with \"{start}\": if it is a table, try --format csv.")
            }
            Kind::Other(start) => format!("It begins with \"{start}\"."),
            Kind::Xml(name) => {
                let hint = match name.to_ascii_lowercase().as_str() {
                    "rss" => ": try --format wxr",
                    "disqus" => ": try --format disqus",
                    "articles" => {
                        ", as in Disqus's exports of before 2011: export it again, or convert it to JSON lines"
                    }
                    "html" => {
                        ", which is a page and no export: was there an error when it was fetched?"
                    }
                    "output" => ", as in IntenseDebate's exports, which are not read",
                    "blogml" | "blog" => ": that is BlogML, which is not read",
                    "feed" => ", which is a feed: if it is Blogger's export, try --format blogger",
                    _ => "",
                };
                format!("Its first element is <{name}>{hint}.")
            }
        }
    }
}

/// What may stand before a file's first sign and says nothing.
const BLANK: fn(char) -> bool = |c| c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{1E}');

/// A text without what a shell has printed before its first object: `/* 1 */`. Dumps of databases begin with comments of
/// their own.
fn without_comments(text: &str) -> &str {
    let mut rest = text;
    while let Some(comment) = rest
        .strip_prefix("/*")
        .filter(|comment| !comment.starts_with('!'))
    {
        let Some((_, after)) = comment.split_once("*/") else {
            return text;
        };
        rest = after.trim_start_matches(BLANK);
    }
    if rest.starts_with(['{', '[']) {
        rest
    } else {
        text
    }
}

/// Bytes before an export in XML: a warning that PHP printed while the export was written, blank lines. None where there is no
/// such export.
#[must_use]
pub fn before_xml(text: &str) -> usize {
    if text.trim_start().starts_with(['{', '[']) {
        return 0;
    }
    let at = text.find("<?xml");
    let is_export = |at: &usize| {
        matches!(
            first_element(&text[*at..]),
            "rss" | "channel" | "disqus" | "feed"
        )
    };
    at.filter(is_export).unwrap_or(0)
}

/// Bytes of JavaScript before its first list or object: the function that an interface was asked to call with it, the name that it is
/// given, what keeps a page of another origin from running it.
#[must_use]
pub fn before_json(text: &str) -> usize {
    let Some(at) = text.find(['{', '[']).filter(|at| *at <= LONGEST_SCRIPT) else {
        return 0;
    };
    let script = text[..at].trim_matches(BLANK);
    let is_of_it = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_$.=(/*".contains(c);
    let is_given = script.ends_with(['(', '=']) && script.chars().all(is_of_it);
    let is_kept = [
        ")]}'",
        ")]}',",
        "for(;;);",
        "for (;;);",
        "while(1);",
        "export default",
    ];
    let begins = script.starts_with(|c: char| c.is_alphabetic() || "_$/".contains(c));
    if is_given && begins || is_kept.contains(&script) {
        at
    } else {
        0
    }
}

/// The longest such beginning, in bytes.
const LONGEST_SCRIPT: usize = 200;

/// The name of the first element behind declarations, comments and the document type.
fn first_element(text: &str) -> &str {
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let lower = rest.get(..8).unwrap_or_default().to_ascii_lowercase();
        if lower == "!doctype"
            && rest[8..]
                .trim_start()
                .get(..4)
                .is_some_and(|name| name.eq_ignore_ascii_case("html"))
        {
            return "html";
        }
        let end = if rest.starts_with("!--") {
            rest.find("-->")
        } else {
            rest.find('>')
        };
        if rest.starts_with(['!', '?']) {
            rest = &rest[end.unwrap_or(rest.len())..];
            continue;
        }
        let length = rest.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
        return &rest[..length.unwrap_or(rest.len()).min(40)];
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_format_is_refused_with_the_name_of_its_own() {
        for (text, format, said) in [
            (
                "<?xml version='1.0'?>\n<!-- <x> -->\n<rss version='2.0'>",
                ForeignFormat::Disqus,
                "--format wxr",
            ),
            ("\u{FEFF}<disqus>", ForeignFormat::Wxr, "--format disqus"),
            ("<disqus>", ForeignFormat::Jsonl, "--format disqus"),
            ("<articles><article>", ForeignFormat::Disqus, "before 2011"),
            ("<!DOCTYPE html><head>", ForeignFormat::Waline, "is a page"),
            ("[{}]", ForeignFormat::Wxr, "It is JSON"),
            ("[{}]", ForeignFormat::Csv, "It is JSON"),
            (" \n", ForeignFormat::Wxr, "It is empty"),
            ("", ForeignFormat::Jsonl, "It is empty"),
            (
                "link,mail,nick,pid\n",
                ForeignFormat::Waline,
                "try --format csv",
            ),
            (
                "-- MySQL dump 10.13\n",
                ForeignFormat::Csv,
                "a dump of a database",
            ),
            (
                "--\n-- PostgreSQL database dump",
                ForeignFormat::Wxr,
                "a dump of a database",
            ),
            (
                "SET NAMES utf8;",
                ForeignFormat::Csv,
                "a dump of a database",
            ),
            (
                "<feed xmlns='x'>",
                ForeignFormat::Disqus,
                "--format blogger",
            ),
            ("id,text\n", ForeignFormat::Jsonl, "begins with \"id,text\""),
            ("---\n- id: 1\n", ForeignFormat::Jsonl, "YAML"),
            ("- id: 1\n", ForeignFormat::Jsonl, "YAML"),
            ("AUTHOR: A\n", ForeignFormat::Csv, "--format movable-type"),
            ("<output><blogpost>", ForeignFormat::Disqus, "IntenseDebate"),
        ] {
            let error = Start::of(text)
                .refuse_unless(format)
                .unwrap_err()
                .to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
        for (text, format) in [
            ("<?xml?><rss>", ForeignFormat::Wxr),
            (
                "<!DOCTYPE disqus [<!ENTITY a 'b'>]><disqus>",
                ForeignFormat::Disqus,
            ),
            ("\n[", ForeignFormat::WpRest),
            ("\u{1e}{\"id\":1}", ForeignFormat::Jsonl),
            ("/* 1 */\n/* x */ {\"_id\"", ForeignFormat::Waline),
            ("{\"id\":1}", ForeignFormat::Jsonl),
            ("id;text", ForeignFormat::Csv),
            ("/**/ cb_1([{\"id\"", ForeignFormat::WpRest),
            (")]}'\n{\"id\"", ForeignFormat::Jsonl),
            ("module.exports = [", ForeignFormat::Waline),
        ] {
            assert!(Start::of(text).refuse_unless(format).is_ok(), "{text}");
        }
    }
}
