//! WordPress's export (WXR): comments inside the `item` of their post. The export leaves spam out, so
//! its best labels are what people told Akismet, in `wp:commentmeta`; a comment that is public is
//! ham; one that waits or was thrown away says nothing.

use std::io::BufRead;

use super::{
    dates,
    foreign::{self, ForeignComment, Found, ReadError, Standing},
    plain,
    xml::{Element, Step, Xml},
};
use crate::bayes::Label;

/// Reads an export.
pub struct Wxr<R> {
    xml: Xml<R>,
    link: String,
    title: Option<String>,
    ended: bool,
}

impl<R: BufRead> Wxr<R> {
    /// Starts at the file's beginning.
    pub fn new(input: R) -> Self {
        Self {
            xml: Xml::new(input),
            link: String::new(),
            title: None,
            ended: false,
        }
    }

    fn advance(&mut self) -> Result<Option<Found>, ReadError> {
        loop {
            let element = match self.xml.step()? {
                Step::Open(element) => element,
                Step::Close => continue,
                Step::End => return Ok(None),
            };
            match element.name.as_str() {
                "item" => (self.link, self.title) = (String::new(), None),
                "link" | "title" => {
                    let is_link = element.name == "link";
                    let element = self.xml.rest_of(element)?.unwrap_or_default();
                    if is_link {
                        self.link = foreign::page(element.text());
                    } else {
                        self.title = Some(foreign::title(element.text()));
                    }
                }
                "wp:comment" => {
                    let comment = self.xml.rest_of(element)?;
                    return Ok(Some(match comment {
                        Some(comment) => self.comment(&comment),
                        None => Found::Skipped("too large"),
                    }));
                }
                "content:encoded" | "wp:postmeta" => {
                    // Passed over whole: what is in them is no comment.
                    self.xml.rest_of(element)?;
                }
                _ => {}
            }
        }
    }

    fn comment(&self, comment: &Element) -> Found {
        let get = |name: &str| comment.get(name).map(str::to_owned);
        let approved = comment.get("wp:comment_approved").unwrap_or_default();
        let told = |key: &str| {
            let mut metas = comment.children("wp:commentmeta");
            let meta = metas.find(|meta| meta.get("wp:meta_key") == Some(key))?;
            meta.get("wp:meta_value")
        };
        if let Some(skipped) = not_a_comment(comment.get("wp:comment_type")) {
            return skipped;
        }
        let Some(content) = comment.get("wp:comment_content") else {
            return Found::Skipped("no text");
        };
        let (standing, label) = standing(approved, told("akismet_user_result"));
        ForeignComment {
            id: get("wp:comment_id"),
            parent: get("wp:comment_parent").filter(|id| id != "0"),
            page: self.link.clone(),
            page_title: self.title.clone().filter(|title| !title.is_empty()),
            name: get("wp:comment_author").unwrap_or_default(),
            email: get("wp:comment_author_email"),
            website: get("wp:comment_author_url"),
            text: plain::of_html(content),
            address: comment
                .get("wp:comment_author_IP")
                .and_then(|raw| raw.parse().ok()),
            created_at: comment.get("wp:comment_date_gmt").and_then(dates::parse),
            standing,
            label,
        }
        .into()
    }
}

/// Pings are no comments. An empty type is a comment.
pub(super) fn not_a_comment(kind: Option<&str>) -> Option<Found> {
    match kind {
        None | Some("" | "comment" | "review") => None,
        Some("pingback" | "trackback") => Some(Found::Skipped("a pingback or trackback")),
        Some(_) => Some(Found::Skipped("not a comment")),
    }
}

/// What WordPress's word for a comment's state means, and what a person told Akismet about it.
pub(super) fn standing(approved: &str, told: Option<&str>) -> (Standing, Option<Label>) {
    let (standing, label) = match approved {
        "1" | "approve" | "approved" => (Standing::Approved, Some(Label::Ham)),
        "spam" => (Standing::Spam, Some(Label::Spam)),
        "trash" | "post-trashed" => (Standing::Trash, None),
        _ => (Standing::Pending, None),
    };
    let label = match told {
        Some("true" | "1") => Some(Label::Spam),
        Some("false" | "0") => Some(Label::Ham),
        _ => label,
    };
    (standing, label)
}

impl<R: BufRead> Iterator for Wxr<R> {
    type Item = Result<Found, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let found = self.advance();
        self.ended = !matches!(found, Ok(Some(_)));
        found.transpose()
    }
}
