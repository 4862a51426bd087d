//! Writing a site's comments out: everything as JSON lines, the comments as WordPress's WXR, or a
//! table as CSV. Addresses are opened for this, on an operator's machine, and only where asked for.

use std::{
    collections::HashMap,
    io::{self, Write},
    sync::atomic::{AtomicU64, Ordering},
};

use clap::ValueEnum;
use quick_xml::escape::escape;
use serde_json::json;

use crate::interchange::table::defused;
use crate::{
    bayes::Label,
    domain::{
        abuse::AbuseScore,
        comment::{Comment, CommentId, Status},
        queue::{Cursor, Filter, Sort},
        site::Site,
    },
    ground::Ground,
    storage::StoreError,
    words::Words,
};

/// Comments read at a time.
const STRETCH: u32 = 500;

/// The shapes that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Everything, one JSON object a line; `hamlet import --format jsonl` reads it.
    Jsonl,
    /// The comments, by page, as WordPress's importer reads them.
    Wxr,
    /// A table for people; no value is taken for a formula.
    Csv,
}

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
    /// A table cannot be written.
    #[error("the output cannot be written: {0}")]
    Table(#[from] csv::Error),
}

/// Writes a site's comments, oldest first (WXR: by page). Email addresses are
/// written only with `addresses`.
///
/// # Errors
/// [`ExportError`].
pub async fn run(
    ground: &Ground,
    site: &Site,
    format: ExportFormat,
    addresses: bool,
    out: &mut (impl Write + Send),
) -> Result<Exported, ExportError> {
    let exporter = Exporter {
        ground,
        site,
        addresses,
        unopenable: AtomicU64::new(0),
    };
    let comments = match format {
        ExportFormat::Jsonl => exporter.lines(out).await,
        ExportFormat::Csv => exporter.table(out).await,
        ExportFormat::Wxr => exporter.wxr(out).await,
    }?;
    Ok(Exported {
        comments,
        unopenable: exporter.unopenable.into_inner(),
    })
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exported {
    /// How many comments.
    pub comments: u64,
    /// How many of their addresses were wanted and could not be opened: they were left out.
    pub unopenable: u64,
}

struct Exporter<'a> {
    ground: &'a Ground,
    site: &'a Site,
    addresses: bool,
    /// Addresses that were wanted and could not be opened.
    unopenable: AtomicU64,
}

impl Exporter<'_> {
    fn filter(&self) -> Filter {
        Filter {
            sites: vec![self.site.slug.clone()],
            ..Filter::default()
        }
    }

    /// The next stretch of comments, oldest first.
    async fn stretch(
        &self,
        filter: &Filter,
        cursor: &mut Option<Cursor>,
    ) -> Result<Vec<Comment>, StoreError> {
        let store = &self.ground.store;
        let listing = store.list_comments(filter, Sort::Oldest, cursor.as_ref(), STRETCH);
        let listing = listing.await?;
        *cursor = listing.next;
        Ok(listing.comments)
    }

    fn email(&self, comment: &Comment) -> Option<String> {
        if !self.addresses {
            return None;
        }
        let Ok(email) = self.ground.vault.open(&comment.email, comment) else {
            self.unopenable.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        let given = Some(email).filter(|email| email.given_domain().is_some());
        given.map(|email| email.expose().to_owned())
    }

    async fn lines(&self, out: &mut (impl Write + Send)) -> Result<u64, ExportError> {
        let words = Words::english();
        let (filter, mut cursor, mut count) = (self.filter(), None, 0);
        loop {
            let comments = self.stretch(&filter, &mut cursor).await?;
            let labels = self.labels(&comments).await?;
            for comment in comments {
                let line = json!({
                    "id": comment.id, "site": comment.site, "page": comment.page,
                    "page_title": comment.page_title, "parent": comment.parent,
                    "name": comment.name, "email": self.email(&comment),
                    "website": comment.website, "text": comment.text,
                    "status": comment.status, "label": label(&comment, &labels),
                    "score": comment.score, "abuse": comment.evidence.abuse.map(AbuseScore::probability),
                    "abuse_kind": comment.evidence.abuse.and_then(|abuse| abuse.kind), "verdict": comment.verdict,
                    "evidence": words.evidence(&comment.evidence, &comment.document()), "network": comment.network,
                    "created_at": comment.created_at, "decided_at": comment.decided_at,
                });
                writeln!(out, "{line}")?;
                count += 1;
            }
            if cursor.is_none() {
                return Ok(count);
            }
        }
    }

    async fn table(&self, out: &mut (impl Write + Send)) -> Result<u64, ExportError> {
        // Spreadsheets take a table without this mark for one in the encoding of the country.
        out.write_all("\u{FEFF}".as_bytes())?;
        let mut table = csv::Writer::from_writer(out);
        table.write_record([
            "id",
            "created_at",
            "status",
            "label",
            "score",
            "page",
            "parent",
            "name",
            "email",
            "website",
            "text",
        ])?;
        let (filter, mut cursor, mut count) = (self.filter(), None, 0);
        loop {
            let comments = self.stretch(&filter, &mut cursor).await?;
            let labels = self.labels(&comments).await?;
            for comment in comments {
                let score = comment.score.map(|score| format!("{score:.4}"));
                let row = [
                    comment.id.to_string(),
                    comment.created_at.to_string(),
                    comment.status.as_str().to_owned(),
                    label(&comment, &labels).unwrap_or_default().to_owned(),
                    score.unwrap_or_default(),
                    comment.page.to_string(),
                    comment.parent.map(|id| id.to_string()).unwrap_or_default(),
                    comment.name.clone(),
                    self.email(&comment).unwrap_or_default(),
                    comment.website.clone().unwrap_or_default(),
                    comment.text.clone(),
                ];
                table.write_record(row.map(|value| defused(&value)))?;
                count += 1;
            }
            if cursor.is_none() {
                table.flush()?;
                return Ok(count);
            }
        }
    }

    async fn wxr(&self, out: &mut (impl Write + Send)) -> Result<u64, ExportError> {
        let origin = self.site.origins.first();
        let home = origin.map_or_else(|| self.ground.public_url(), ToString::to_string);
        write!(out, "{WXR_HEAD}")?;
        writeln!(out, "<title>{}</title>", text(&self.site.name))?;
        writeln!(out, "<link>{}</link>", text(&home))?;
        writeln!(out, "<wp:wxr_version>1.2</wp:wxr_version>")?;
        let (mut after, mut posts, mut count) = (String::new(), 0, 0);
        loop {
            let store = &self.ground.store;
            let pages = store.commented_pages(&self.site.slug, &after, STRETCH);
            let pages = pages.await?;
            let Some(last) = pages.last() else { break };
            after = last.to_string();
            for page in pages {
                posts += 1;
                let link = page.url(&self.site.origins);
                let link = link.unwrap_or_else(|| format!("{home}{page}"));
                let mut filter = self.filter();
                filter.page = Some(page);
                count += self.item(out, posts, &link, &filter, count).await?;
            }
        }
        writeln!(out, "</channel>\n</rss>")?;
        Ok(count)
    }

    /// Writes one page and its comments, numbered from `before` on; how many there were.
    async fn item(
        &self,
        out: &mut (impl Write + Send),
        post: u64,
        link: &str,
        filter: &Filter,
        before: u64,
    ) -> Result<u64, ExportError> {
        // A reply may stand before what it answers, as when a clock was put back.
        let mut numbers: HashMap<CommentId, u64> = HashMap::new();
        let mut cursor = None;
        loop {
            for comment in self.stretch(filter, &mut cursor).await? {
                let number = before + numbers.len() as u64 + 1;
                numbers.insert(comment.id, number);
            }
            if cursor.is_none() {
                break;
            }
        }
        let (mut opened, mut written) = (false, 0);
        loop {
            let comments = self.stretch(filter, &mut cursor).await?;
            let labels = self.labels(&comments).await?;
            for comment in comments {
                // One that arrived meanwhile has none.
                let Some(number) = numbers.get(&comment.id).copied() else {
                    continue;
                };
                if !opened {
                    opened = true;
                    let title = comment.page_title.as_deref().unwrap_or(link);
                    writeln!(
                        out,
                        "<item>\n<title>{}</title>\n<link>{}</link>\n<wp:post_id>{post}</wp:post_id>\n\
                         <wp:status>publish</wp:status>\n<wp:post_type>post</wp:post_type>",
                        text(title),
                        text(link)
                    )?;
                }
                let parent = comment.parent.and_then(|parent| numbers.get(&parent));
                let (parent, label) = (parent.copied().unwrap_or(0), label(&comment, &labels));
                self.wxr_comment(out, &comment, number, parent, label)?;
                written += 1;
            }
            if cursor.is_none() {
                if opened {
                    writeln!(out, "</item>")?;
                }
                return Ok(written);
            }
        }
    }

    /// What people said about some comments, wherever they said it.
    async fn labels(&self, comments: &[Comment]) -> Result<HashMap<CommentId, Label>, StoreError> {
        let ids = comments.iter().map(|comment| comment.id);
        self.ground.store.labels_of(&self.site.slug, ids).await
    }

    fn wxr_comment(
        &self,
        out: &mut (impl Write + Send),
        comment: &Comment,
        number: u64,
        parent: u64,
        label: Option<&'static str>,
    ) -> io::Result<()> {
        let approved = match comment.status {
            Status::Approved => "1",
            Status::Spam => "spam",
            Status::Rejected | Status::Trash => "trash",
            Status::Pending => "0",
        };
        let date = comment.created_at.to_utc();
        let date = format!(
            "{} {:02}:{:02}:{:02}",
            date.date(),
            date.hour(),
            date.minute(),
            date.second()
        );
        writeln!(out, "<wp:comment>\n<wp:comment_id>{number}</wp:comment_id>")?;
        let website = comment.website.clone().unwrap_or_default();
        let email = self.email(comment).unwrap_or_default();
        // WordPress shows a comment as HTML.
        let html = escape(comment.text.as_str());
        for (name, value) in [
            ("author", comment.name.as_str()),
            ("author_email", &email),
            ("author_url", &website),
            ("author_IP", ""),
            ("date_gmt", &date),
            ("content", &html),
            ("approved", approved),
            ("type", "comment"),
            ("parent", &parent.to_string()),
        ] {
            writeln!(
                out,
                "<wp:comment_{name}>{}</wp:comment_{name}>",
                text(value)
            )?;
        }
        if let Some(label) = label {
            writeln!(
                out,
                "<wp:commentmeta><wp:meta_key>akismet_user_result</wp:meta_key>\
                 <wp:meta_value>{}</wp:meta_value></wp:commentmeta>",
                label == "spam"
            )?;
        }
        writeln!(out, "</wp:comment>")
    }
}

const WXR_HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
    xmlns:wp=\"http://wordpress.org/export/1.2/\">\n<channel>\n";

/// Text between tags. Characters that XML cannot hold go.
fn text(raw: &str) -> String {
    let held: String = raw
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .filter(|c| !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
        .collect();
    escape(held.as_str()).into_owned()
}

/// What people said about a comment: the label that counts, or else what its status says.
fn label(comment: &Comment, labels: &HashMap<CommentId, Label>) -> Option<&'static str> {
    if let Some(label) = labels.get(&comment.id) {
        return Some(label.as_str());
    }
    comment.decided_by.as_ref()?;
    match comment.status {
        Status::Approved => Some("ham"),
        Status::Spam => Some("spam"),
        Status::Pending | Status::Rejected | Status::Trash => None,
    }
}
