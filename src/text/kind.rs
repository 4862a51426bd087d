//! The kinds of tokens.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Letters, perhaps with digits and apostrophes among them.
    Word,
    /// Digits, perhaps with separators.
    Number,
    /// A web address, with or without its scheme.
    Link,
    /// An email address.
    Email,
    /// `@somebody`.
    Mention,
    /// `#something`.
    Hashtag,
    /// A pictograph.
    Picture,
    /// Han, kana, Thai and other writing without spaces between words.
    Unspaced,
    /// A run of one and the same symbol.
    Symbol,
    /// A word spelled out letter by letter: `b u y`, `f.r.e.e`.
    Spelled,
}
