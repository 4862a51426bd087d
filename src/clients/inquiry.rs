//! A text that a program asks about, and the submission made of it. The program has stored its
//! comment already and wants an answer, so what a form would refuse is made to fit.

use crate::{
    bayes::Label,
    domain::{
        comment::CommentId,
        network::SenderAddress,
        site::{Site, SiteSlug},
        website::Website,
    },
    ground::Ground,
    intake::{adopted, submission::Submission},
    interchange::labelled::Record,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A text that a program asks about, in its own words.
#[derive(Debug, Clone, Default)]
pub struct Inquiry {
    /// The host of the blog it asks for.
    pub blog: String,
    /// The author's name.
    pub author: String,
    /// What distinguishes the author from others, where the program names neither name nor address.
    pub author_id: String,
    /// The author's email address.
    pub email: String,
    /// The author's website.
    pub website: String,
    /// The text.
    pub text: String,
    /// The page it was written on.
    pub page: String,
    /// What the program calls the comment, where it has a name for it already.
    pub foreign_id: Option<String>,
    /// What the program calls the comment that this one answers.
    pub foreign_parent: Option<String>,
    /// The judgement that the program was given for the comment that this one answers.
    pub parent_judgement: Option<CommentId>,
    /// When it was written, as the program puts it.
    pub written_at: String,
    /// What was in the field that people do not see.
    pub honeypot: Option<String>,
    /// Where its author's network is.
    pub sender: Option<SenderAddress>,
    /// Where the program wants to hear that a person decided otherwise than it was answered.
    pub callback: Option<String>,
    /// Whether the site may keep it as a comment: not a test, and not asked about before.
    pub may_be_kept: bool,
}

impl Inquiry {
    /// The submission to judge, its place in the thread apart. Always possible.
    #[must_use]
    pub fn submission(&self, ground: &Ground, site: &Site) -> Submission {
        let sender = self.sender.as_ref();
        Submission {
            page: adopted::page(&self.page, site),
            page_title: None,
            parent: None,
            name: adopted::name(&self.author),
            email: adopted::email(&ground.vault, site, &self.email, &self.who(), sender),
            website: Website::parse(&adopted::one_line(&self.website)).ok(),
            text: adopted::text(&self.text),
            wants_replies: false,
            form_token: None,
            proof: None,
            author_token: None,
            honeypot: self.honeypot.clone(),
        }
    }

    fn who(&self) -> String {
        format!("{}{}", self.author, self.author_id)
    }

    /// The text with what a person said it is, as training reads it.
    #[must_use]
    pub fn labelled(&self, label: Label) -> Record {
        let given = |raw: &str| Some(adopted::one_line(raw)).filter(|line| !line.is_empty());
        Record {
            text: adopted::text(&self.text).as_str().to_owned(),
            label: Some(label),
            name: given(&self.author),
            email: given(&self.email).filter(|email| email.contains('@')),
            website: given(&self.website),
            ..Record::default()
        }
    }

    /// The keyed hash by which a later report finds the judgement. Programs quote and space a text
    /// differently the second time, so only its letters and digits count.
    #[must_use]
    pub fn content(&self, ground: &Ground, site: &SiteSlug) -> String {
        let letters =
            |raw: &str| -> String { raw.chars().filter(|c| c.is_alphanumeric()).collect() };
        ground
            .vault
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_again_is_recognised_by_when_the_text_was_written() {
        let question = |at: &str| Inquiry {
            written_at: at.to_owned(),
            text: "Peas".to_owned(),
            ..Inquiry::default()
        };
        assert_eq!(question("").identity(), None);
        assert_eq!(question("1").identity(), question("1").identity());
        assert_ne!(question("1").identity(), question("2").identity());
    }
}
