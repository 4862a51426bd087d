//! A letter, and the message that is made of it. Of commenters' words only names come into a header, the subject of mail to moderators,
//! behind words of ours and made harmless by [`super::quote`]; no text, no page's title and no address does.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, UNIX_EPOCH},
};

use lettre::{
    Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

use crate::domain::{email::EmailAddress, text::excerpt, timestamp::Timestamp};

/// Longest subject, in user-perceived characters; what follows is cut. A line of a mail has 998 bytes at most
/// (RFC 5322), and a long word in ASCII is not folded.
const MAX_SUBJECT_CHARS: usize = 300;

/// A mail, written and not yet packed.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Whom it goes to.
    pub to: EmailAddress,
    /// The subject, of this program's words, the site's name and, in mail to moderators, authors' names.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as a page.
    pub html: String,
    /// What List-Id names, before the sender's domain: `queue`, `replies.blog`.
    pub list: String,
    /// Where one click unsubscribes (RFC 8058).
    pub unsubscribe: Option<String>,
    /// What mails of one conversation have in common: letters, digits, dots and dashes. Mail programs put
    /// together what refers to one message (RFC 5322, 3.6.4), whether they have that one or not.
    pub thread: Option<String>,
}

/// A letter cannot be made into a message.
#[derive(Debug, thiserror::Error)]
#[error("this mail cannot be written")]
pub struct Unwritable;

impl Letter {
    /// Packs the letter. `id` makes its Message-ID, the same whenever it is sent again.
    ///
    /// # Errors
    /// [`Unwritable`], also where the library that writes messages panics.
    pub fn pack(&self, id: &str, from: &Mailbox, now: Timestamp) -> Result<Message, Unwritable> {
        let build = || self.build(id, from, now);
        catch_unwind(AssertUnwindSafe(build)).map_err(|_| Unwritable)?
    }

    fn build(&self, id: &str, from: &Mailbox, now: Timestamp) -> Result<Message, Unwritable> {
        let domain = from.email.domain();
        let to = self.to.expose().parse().map_err(|_| Unwritable)?;
        let sent = Duration::from_millis(u64::try_from(now.millis()).unwrap_or(0));
        let body = MultiPart::alternative_plain_html(plain(&self.text), plain(&self.html));
        let mut message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(one_line(&self.subject))
            .date(UNIX_EPOCH + sent)
            .message_id(Some(format!("<{id}@{domain}>")))
            .multipart(body)
            .map_err(|_| Unwritable)?;
        let mut header = |name, value: String| {
            // Written as it is: an encoded or folded address would not be one.
            if !value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
                return Err(Unwritable);
            }
            let name = HeaderName::new_from_ascii_str(name);
            let value = HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value);
            message.headers_mut().insert_raw(value);
            Ok(())
        };
        header("Auto-Submitted", "auto-generated".to_owned())?;
        header("List-Id", format!("<{}.{domain}>", self.list))?;
        if let Some(url) = &self.unsubscribe {
            header("List-Unsubscribe", format!("<{url}>"))?;
            header(
                "List-Unsubscribe-Post",
                "List-Unsubscribe=One-Click".to_owned(),
            )?;
        }
        if let Some(thread) = &self.thread {
            for name in ["In-Reply-To", "References"] {
                header(name, format!("<thread.{thread}@{domain}>"))?;
            }
        }
        Ok(message)
    }
}

/// A body without the control characters that make a message unsendable or end a line within it.
fn plain(text: &str) -> String {
    let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(kept).collect()
}

/// A subject on one line that servers take, for any name of a site. `=?` would begin an encoded word
/// (RFC 2047), which mail programs show as other text.
fn one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    excerpt(&plain, MAX_SUBJECT_CHARS).replace("=?", "= ?")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            to: EmailAddress::parse("email", "jo@example.com").unwrap(),
            subject: "One comment waits on Elsinore".to_owned(),
            text: "Words.\n".to_owned(),
            html: "<p>Words.</p>".to_owned(),
            list: "replies.default".to_owned(),
            unsubscribe: Some(format!("https://c.example/r/{}", "x".repeat(200))),
            thread: Some("0190-7".to_owned()),
        }
    }

    fn packed(letter: &Letter) -> String {
        let from: Mailbox = "Hamlet <hamlet@c.example>".parse().unwrap();
        let now = Timestamp::from_millis(1_700_000_000_000);
        let message = letter.pack("0190", &from, now).unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn a_message_says_that_a_machine_sent_it_and_how_to_stop_it() {
        let message = packed(&letter());
        for line in [
            "Message-ID: <0190@c.example>",
            "Auto-Submitted: auto-generated",
            "List-Id: <replies.default.c.example>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Date: Tue, 14 Nov 2023 22:13:20 +0000",
            "To: jo@example.com",
            "In-Reply-To: <thread.0190-7@c.example>",
            "References: <thread.0190-7@c.example>",
            &format!(
                "List-Unsubscribe: <https://c.example/r/{}>",
                "x".repeat(200)
            ),
        ] {
            assert!(
                message.contains(&format!("{line}\r\n")),
                "{line}\n{message}"
            );
        }
    }

    #[test]
    fn a_subject_cannot_add_a_header() {
        let mut letter = letter();
        letter.subject = "Site\r\nBcc: all@example.com\r\n\r\nbody".to_owned();
        let message = packed(&letter);
        assert!(!message.contains("\r\nBcc:"), "{message}");
        letter.subject = "x".repeat(1_200);
        let message = packed(&letter);
        assert!(message.lines().all(|line| line.len() <= 998), "{message}");
        letter.unsubscribe = Some("https://c.example/>\r\nBcc: all@example.com".to_owned());
        let from: Mailbox = "hamlet@c.example".parse().unwrap();
        assert!(letter.pack("1", &from, Timestamp::from_millis(0)).is_err());
    }
}
