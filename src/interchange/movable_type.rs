//! Movable Type's export, which `TypePad`, FC2, Hatena and others write too: text in which each post has its fields first, and its
//! comments as sections behind. A line of dashes ends a section only where another, or the post's end, follows: people write such lines too.
//! It has no ids, names no zone, and a post's address only at some.

use std::io::BufRead;

use super::{
    dates::{self, Date},
    foreign::{self, ForeignComment, Found, ReadError, Standing},
    marks::Marks,
    plain,
    text_lines::TextLines,
    typed,
    wordpress_posts::why_withheld,
};
use crate::{bayes::Label, domain::network};

/// What ends a section, and a post.
const SECTION: &str = "-----";
const POST: &str = "--------";

/// What a section begins with.
const SECTIONS: [&str; 8] = [
    "BODY:",
    "EXTENDED BODY:",
    "EXCERPT:",
    "KEYWORDS:",
    "COMMENT:",
    "PING:",
    "META:",
    "TAGS:",
];

/// The fields of a comment, before its text. FC2 has those of comments for the blog's owner alone.
const OF_A_COMMENT: [&str; 12] = [
    "AUTHOR", "TITLE", "EMAIL", "IP", "URL", "DATE", "SECRET", "PRIVATE", "STATUS", "VISIBLE",
    "APPROVED", "DELETED",
];

/// What a post begins with.
const OF_A_POST: [&str; 7] = [
    "AUTHOR",
    "TITLE",
    "STATUS",
    "DATE",
    "BASENAME",
    "UNIQUE URL",
    "ALLOW COMMENTS",
];

/// Where a post's address is, at systems that write it.
const ADDRESSES: [&str; 4] = ["UNIQUE URL", "PERMALINK", "LINK", "URL"];

/// The largest comment, in bytes, and the most fields of a post.
const LARGEST: usize = 1 << 20;
const MOST_FIELDS: usize = 50;

/// What the operator is to know of every such file.
const NO_ZONE: &str = "the file names no time zone: its dates were taken for universal time";
const BY_NAME: &str = "the file names pages by their BASENAME, and not by their addresses: move their comments with `hamlet site move-page`";

type Fields = Vec<(String, String)>;

/// Reads an export.
pub struct MovableType<R> {
    lines: TextLines<R>,
    post: Fields,
    comments: u64,
    /// What is still to be said of the file.
    remarks: Vec<&'static str>,
    is_by_name: bool,
    /// Whether the last section was the last of its post.
    is_past: bool,
}

impl<R: BufRead> MovableType<R> {
    /// Starts at the file's beginning.
    pub const fn new(input: R) -> Self {
        Self {
            lines: TextLines::new(input),
            post: Vec::new(),
            comments: 0,
            remarks: Vec::new(),
            is_by_name: false,
            is_past: false,
        }
    }

    /// What comes next; `None` at the end. Nothing follows that, or an error.
    pub(super) fn advance(&mut self) -> Result<Option<Found>, ReadError> {
        loop {
            if std::mem::take(&mut self.is_past) {
                self.post.clear();
            }
            let Some(line) = self.lines.next()? else {
                break;
            };
            match line.trim_end() {
                POST => self.post.clear(),
                "COMMENT:" => return self.comment().map(Some),
                "PING:" => {
                    self.section()?;
                    return Ok(Some(Found::Skipped("a pingback or trackback")));
                }
                line if SECTIONS.contains(&line) => drop(self.section()?),
                line => self
                    .post
                    .extend(field(line).filter(|_| self.post.len() < MOST_FIELDS)),
            }
        }
        if self.comments > 0 {
            self.comments = 0;
            self.remarks.push(NO_ZONE);
            self.remarks.extend(self.is_by_name.then_some(BY_NAME));
        }
        let remark = self.remarks.pop();
        Ok(remark.map(|remark| Found::Remark(remark.to_owned())))
    }

    /// The lines of a section whose first one was read; `None` where they are more than a comment has.
    fn section(&mut self) -> Result<Option<Vec<String>>, ReadError> {
        let (mut lines, mut size) = (Vec::new(), 0);
        while let Some(line) = self.lines.next()? {
            let dashes = line.trim_end();
            if dashes == SECTION && self.ends_here()? || dashes == POST && self.post_ends_here()? {
                return Ok((size <= LARGEST).then_some(lines));
            }
            size += line.len() + 1;
            if size <= LARGEST {
                lines.push(line);
            }
        }
        let place = format!("comment {}", self.comments);
        Err(ReadError::broken(place, &"the file ends early"))
    }

    /// Whether a line of dashes ends its section.
    fn ends_here(&mut self) -> Result<bool, ReadError> {
        let next = self.lines.peek()?.map(str::trim_end);
        Ok(next.is_none_or(|next| next == POST || SECTIONS.contains(&next)))
    }

    /// Likewise its post, where whoever wrote the file left the section's own dashes out.
    fn post_ends_here(&mut self) -> Result<bool, ReadError> {
        let next = self.lines.peek()?;
        let ends = next.is_none_or(|next| {
            field(next).is_some_and(|(name, _)| OF_A_POST.contains(&name.as_str()))
        });
        self.is_past |= ends;
        Ok(ends)
    }

    fn comment(&mut self) -> Result<Found, ReadError> {
        self.comments += 1;
        let Some(lines) = self.section()? else {
            return Ok(Found::Skipped("too large"));
        };
        let mut fields = Fields::new();
        let mut lines = lines.into_iter().peekable();
        while let Some(found) = lines.peek().and_then(|line| field(line)) {
            let is_new = !fields.iter().any(|(name, _)| *name == found.0);
            if !is_new || !OF_A_COMMENT.contains(&found.0.as_str()) {
                break;
            }
            fields.push(found);
            lines.next();
        }
        let text = lines.collect::<Vec<_>>().join("\n");
        if text.trim().is_empty() {
            return Ok(Found::Skipped("no text"));
        }
        let get = |name: &str| get(&fields, name);
        let page = self.page();
        let comment = ForeignComment {
            page,
            page_title: self::get(&self.post, "TITLE")
                .map(|title| foreign::title(&plain::line(title))),
            name: plain::line(get("AUTHOR").unwrap_or_default()),
            email: get("EMAIL").map(str::to_owned),
            website: get("URL").map(plain::address),
            text: typed::of_either(&text),
            address: get("IP").and_then(network::read),
            standing: Standing::Approved,
            label: Some(Label::Ham),
            place: format!("comment {}", self.comments),
            ..ForeignComment::default()
        };
        let comment = marks(&fields).apply(comment.written(date(get("DATE"))));
        Ok(self.of_post(comment).into())
    }

    /// A comment as the state of its post allows.
    fn of_post(&self, comment: ForeignComment) -> ForeignComment {
        let status = get(&self.post, "STATUS").unwrap_or_default();
        let comment = comment.withheld(why_withheld(&status.to_lowercase()));
        Marks::of(borrowed(&self.post)).apply(comment)
    }

    /// The post's address, or at least what its system calls it.
    fn page(&mut self) -> String {
        let address = ADDRESSES.iter().find_map(|name| get(&self.post, name));
        if let Some(address) = address {
            return foreign::page(&plain::address(address));
        }
        let Some(name) = get(&self.post, "BASENAME") else {
            return String::new();
        };
        self.is_by_name = true;
        foreign::page(&format!("/{}", name.trim_start_matches('/')))
    }
}

/// A field, where a line is one: its name has capitals alone, or, at some, none.
fn field(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let is_of = |is_letter: fn(&u8) -> bool| {
        name.as_bytes().first().is_some_and(is_letter)
            && name.bytes().all(|b| is_letter(&b) || b == b' ')
    };
    let is_name = is_of(u8::is_ascii_uppercase) || is_of(u8::is_ascii_lowercase);
    is_name.then(|| (name.to_uppercase(), value.trim().to_owned()))
}

fn get<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    let (_, value) = fields.iter().find(|(other, _)| other == name)?;
    Some(value.as_str()).filter(|value| !value.is_empty())
}

fn borrowed(fields: &Fields) -> impl Iterator<Item = (&str, &str)> {
    fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
}

/// What its fields say of a comment. A word for its state counts as that of a moderator.
fn marks(fields: &Fields) -> Marks {
    Marks::of(borrowed(fields).map(|(name, value)| match name {
        "STATUS" => ("moderation_status", value),
        name => (name, value),
    }))
}

/// When it was written: the month first, always.
fn date(raw: Option<&str>) -> Date {
    let iso = raw.and_then(|raw| {
        let mut parts = raw.splitn(3, '/');
        let (month, day, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let (year, clock) = rest.split_at_checked(4)?;
        Some(format!("{year}-{month:0>2}-{day:0>2}{clock}"))
    });
    let read = dates::read(iso.as_deref());
    if read.at.is_some() {
        read
    } else {
        dates::read(raw)
    }
}
