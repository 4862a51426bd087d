//! Why mail cannot be handed over: settings that describe no transport, and a message that a server or a
//! folder did not take.

/// The settings describe no usable mail transport.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    /// The URL cannot be used. It may hold a password and is not repeated.
    #[error("the setting mail.url is not right: {0}")]
    Url(&'static str),
    /// The sender is not an address.
    #[error(
        "the setting mail.from is not right: it must be an address such as Hamlet <hamlet@example.org>"
    )]
    From,
    /// The file of a certificate authority cannot be used.
    #[error("the setting mail.ca_file is not right: {0}")]
    Authority(String),
    /// TLS cannot be set up.
    #[error("TLS to the mail server cannot be set up: {0}")]
    Tls(String),
}

/// A message was not handed over. The text holds no address and nothing the server wrote but codes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The recipient or the message was refused for good.
    #[error("{0}")]
    Refused(String),
    /// It may work later.
    #[error("{0}")]
    Deferred(String),
    /// It may work later; there was no answer in time.
    #[error("{0}")]
    Late(String),
    /// No conversation came about at all; the next message would fare the same.
    #[error("{0}")]
    Unreachable(String),
}
