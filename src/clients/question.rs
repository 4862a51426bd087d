//! A text that a program asks about, and the submission made of it. The program has stored its
//! comment already and wants an answer, so what a form would refuse is made to fit: control
//! characters go, what is too long is judged by its beginning and its end, what is missing is
//! stood in for.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    app::App,
    domain::{
        email::EmailAddress,
        name,
        network::SenderAddress,
        page::Page,
        site::{Site, SiteSlug},
        text::{self, CommentText},
        website::Website,
    },
    intake::submission::Submission,
};

/// What stands in for a name that was not given.
const NOBODY: &str = "Anonymous";

/// What stands in for an empty text: it says nothing either way.
const NOTHING: &str = "\u{2026}";

/// A text that a program asks about, in its own words.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The host of the blog it asks for.
    pub blog: String,
    /// The author's name.
    pub author: String,
    /// The author's email address.
    pub email: String,
    /// The author's website.
    pub website: String,
    /// The text.
    pub text: String,
    /// The page it was written on.
    pub page: String,
    /// When it was written, as the program puts it.
    pub written_at: String,
    /// What was in the field that people do not see.
    pub honeypot: Option<String>,
    /// Where its author's network is.
    pub sender: Option<SenderAddress>,
    /// Whether the site may keep it as a comment: not a test, and not asked about before.
    pub may_be_kept: bool,
}

impl Question {
    /// The submission to judge. Always possible.
    ///
    /// # Panics
    /// Never: every part is made to fit, or stood in for by what fits.
    #[must_use]
    pub fn submission(&self, app: &App, site: &Site) -> Submission {
        let author = fit(&one_line(&self.author), name::MAX_CHARS, NOBODY);
        let content = fit(&without_controls(&self.text), text::MAX_CHARS, NOTHING);
        Submission {
            page: page(&self.page, site),
            page_title: None,
            parent: None,
            email: self.email_address(app, site),
            website: Website::parse(&one_line(&self.website)).ok(),
            name: name::AuthorName::parse(&author)
                .or_else(|_| name::AuthorName::parse(NOBODY))
                .expect("what stands in for a name is a name"),
            text: CommentText::parse(&content)
                .or_else(|_| CommentText::parse(NOTHING))
                .expect("what stands in for a text is a text"),
            wants_replies: false,
            form_token: None,
            proof: None,
            honeypot: self.honeypot.clone(),
        }
    }

    /// The address, or one that stands in for it and is the same for the same author.
    fn email_address(&self, app: &App, site: &Site) -> EmailAddress {
        EmailAddress::parse("email", &self.email).unwrap_or_else(|_| {
            let network = self.sender.map(|sender| sender.truncated());
            let tag =
                app.vault
                    .client_content(&site.slug, &self.author, &network.unwrap_or_default());
            let tag = tag.to_lowercase().replace(['_', '-'], "0");
            EmailAddress::stand_in(&tag).expect("a tag of letters and digits")
        })
    }

    /// The keyed hash by which a later report finds the judgement. Programs quote and space a text
    /// differently the second time, so only its letters and digits count.
    #[must_use]
    pub fn content(&self, app: &App, site: &SiteSlug) -> String {
        let letters =
            |raw: &str| -> String { raw.chars().filter(|c| c.is_alphanumeric()).collect() };
        app.vault
            .client_content(site, &letters(&self.author), &letters(&self.text))
    }

    /// What is the same when the program asks again because it got no answer, and not otherwise;
    /// `None` when it does not say when the text was written.
    #[must_use]
    pub fn identity(&self) -> Option<String> {
        if self.written_at.is_empty() {
            return None;
        }
        let mut digest = Sha256::new();
        for part in [
            &self.written_at,
            &self.author,
            &self.email,
            &self.page,
            &self.text,
        ] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Some(BASE64_URL_SAFE_NO_PAD.encode(&digest.finalize()[..16]))
    }
}

/// The page, on the site's own origins as a path; what is no page is the front page.
fn page(raw: &str, site: &Site) -> Page {
    let elsewhere = || {
        let path = Url::parse(raw.trim()).ok()?.path().to_owned();
        Page::parse(&path, &site.origins).ok()
    };
    Page::parse(raw, &site.origins)
        .ok()
        .or_else(elsewhere)
        .unwrap_or_else(|| Page::from_canonical("/".to_owned()))
}

fn one_line(raw: &str) -> String {
    let line = raw.split(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
    line.collect::<Vec<_>>().join(" ").trim().to_owned()
}

fn without_controls(raw: &str) -> String {
    raw.replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

/// At most `max` characters: of a longer text its first two thirds and its last third, because
/// advertisements hide behind long quotations.
fn fit(raw: &str, max: usize, empty: &str) -> String {
    let trimmed = raw.trim();
    if trimmed.is_empty() {
        return empty.to_owned();
    }
    let length = trimmed.chars().count();
    if length <= max {
        return trimmed.to_owned();
    }
    let head: String = trimmed.chars().take(max * 2 / 3).collect();
    let tail: String = trimmed.chars().skip(length - (max / 3 - 1)).collect();
    format!("{head}\n{tail}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_would_refuse_is_made_to_fit() {
        assert_eq!(one_line("a\r\nb\0c"), "a  b c");
        assert_eq!(without_controls("a\r\nb\0\u{7}c\td"), "a\nbc\td");
        assert_eq!(fit("  ", 9, NOTHING), NOTHING);
        let long = format!("{}END", "x".repeat(20_000));
        let fitted = fit(&long, text::MAX_CHARS, NOTHING);
        assert!(fitted.ends_with("END") && fitted.chars().count() <= text::MAX_CHARS);
        assert!(CommentText::parse(&fitted).is_ok());
    }

    #[test]
    fn asking_again_is_recognised_by_when_the_text_was_written() {
        let question = |at: &str| Question {
            written_at: at.to_owned(),
            text: "Peas".to_owned(),
            ..Question::default()
        };
        assert_eq!(question("").identity(), None);
        assert_eq!(question("1").identity(), question("1").identity());
        assert_ne!(question("1").identity(), question("2").identity());
    }
}
