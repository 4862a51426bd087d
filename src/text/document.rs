//! What a comment's author handed in.

/// What is scored: the text and what its author said about themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Document<'a> {
    /// The comment as submitted: markup, entities and all.
    pub text: &'a str,
    /// The author's name as typed.
    pub name: Option<&'a str>,
    /// The part of the email address after the `@`.
    pub email_domain: Option<&'a str>,
    /// The author's website as typed.
    pub website: Option<&'a str>,
}
