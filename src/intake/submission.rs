//! A submission: the fields as they came, and what they mean once every one of them is right.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{
    comment::CommentId,
    email::EmailAddress,
    field::FieldError,
    name::AuthorName,
    page::{self, Page},
    site::Site,
    text::CommentText,
    website::Website,
};

/// The name of the field that people do not see and should leave empty.
pub const HONEYPOT: &str = "subject";

/// The fields as they came, whatever the body's encoding.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fields {
    /// The page commented on: an absolute URL or a path.
    #[schema(required, value_type = String, min_length = 1, max_length = 2000)]
    pub page: Option<String>,
    /// The page's title; of a longer one the first 300 characters are kept.
    pub page_title: Option<String>,
    /// The id of the comment that this one answers.
    pub parent: Option<String>,
    /// The author's name: 1 to 100 characters.
    #[schema(required, value_type = String, min_length = 1, max_length = 100, pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]
    pub name: Option<String>,
    /// The author's email address. It will not be published.
    #[schema(required, value_type = String, format = Email, min_length = 3, max_length = 254)]
    pub email: Option<String>,
    /// The author's web site.
    #[schema(max_length = 500)]
    pub website: Option<String>,
    /// The comment: plain text of 1 to 15,000 characters.
    #[schema(required, value_type = String, min_length = 1, max_length = 15000, pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$")]
    pub text: Option<String>,
    /// Whether to mail the author about replies, after they confirm.
    pub notify_replies: Option<bool>,
    /// The token that came with the form.
    pub form_token: Option<String>,
    /// The proof of work, where the site asks for one: a nonce such that the SHA-256 digest of
    /// `form_token:nonce` begins with as many zero bits as were asked for.
    pub proof: Option<String>,
    /// The token that came with the answer to this author's comment before, if this browser has one.
    pub author_token: Option<String>,
    /// Leave this empty: people do not see it.
    pub subject: Option<String>,
}

/// A submission whose every field is right.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of `Fields`")]
pub struct Submission {
    pub page: Page,
    pub page_title: Option<String>,
    pub parent: Option<CommentId>,
    pub name: AuthorName,
    pub email: EmailAddress,
    pub website: Option<Website>,
    pub text: CommentText,
    pub wants_replies: bool,
    pub form_token: Option<String>,
    pub proof: Option<String>,
    pub author_token: Option<String>,
    pub honeypot: Option<String>,
}

impl Fields {
    /// Checks every field; all errors are reported together.
    ///
    /// # Errors
    /// One [`FieldError`] for each field that is not right.
    pub fn parse(self, site: &Site) -> Result<Submission, Vec<FieldError>> {
        let mut errors = Errors::default();
        let page = errors.required("page", self.page, |raw| site.page(raw));
        let page_title = self.page_title.as_deref().and_then(page::fit_title);
        let parent = errors.optional(self.parent, parse_parent);
        let name = errors.required("name", self.name, AuthorName::parse);
        let email = errors.required("email", self.email, |raw| EmailAddress::parse("email", raw));
        let website = self.website.filter(|raw| !Website::is_none(raw));
        let website = errors.optional(website, Website::parse);
        let text = errors.required("text", self.text, CommentText::parse);
        match (page, name, email, text) {
            (Some(page), Some(name), Some(email), Some(text)) if errors.0.is_empty() => {
                Ok(Submission {
                    page,
                    page_title,
                    parent,
                    name,
                    email,
                    website,
                    text,
                    wants_replies: self.notify_replies.unwrap_or(false),
                    form_token: self.form_token.filter(is_given),
                    proof: self.proof.filter(is_given),
                    author_token: self.author_token.filter(is_given),
                    // Blanks are no person's: nobody sees the field.
                    honeypot: self.subject.filter(|raw| !raw.is_empty()),
                })
            }
            _ => Err(errors.0),
        }
    }
}

#[expect(clippy::ptr_arg, reason = "the shape that Option::filter asks for")]
fn is_given(raw: &String) -> bool {
    !raw.trim().is_empty()
}

fn parse_parent(raw: &str) -> Result<CommentId, FieldError> {
    let message = "This is not a comment's id.";
    CommentId::parse(raw.trim()).ok_or_else(|| FieldError::new("parent", "invalid", message))
}

#[derive(Default)]
struct Errors(Vec<FieldError>);

impl Errors {
    fn required<T>(
        &mut self,
        field: &str,
        raw: Option<String>,
        parse: impl FnOnce(&str) -> Result<T, FieldError>,
    ) -> Option<T> {
        match raw {
            Some(raw) => self.keep(parse(&raw)),
            None => self.keep(Err(FieldError::required(field))),
        }
    }

    fn optional<T>(
        &mut self,
        raw: Option<String>,
        parse: impl FnOnce(&str) -> Result<T, FieldError>,
    ) -> Option<T> {
        let raw = raw.filter(is_given)?;
        self.keep(parse(&raw))
    }

    fn keep<T>(&mut self, parsed: Result<T, FieldError>) -> Option<T> {
        parsed.map_err(|error| self.0.push(error)).ok()
    }
}
