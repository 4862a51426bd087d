//! What a score is explained by: signs, as codes with their figures, for `words` to make sentences of.

use serde::{Deserialize, Serialize};

use hamlet_text::kind::Kind;
use hamlet_text::tokens::Token;
use hamlet_text::views::Extractor;

/// Characters of a host that are kept: more than are ever quoted.
const KEPT_OF_HOST: usize = 64;

/// What was read of a document. What can be quoted from the document itself is not repeated here.
///
/// Stored by its place in this list: new ones are added at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sign {
    /// A sentence, of an explanation that was stored before there were codes.
    Sentence(String),
    /// Length, capitals, links, symbols, of an explanation that was stored before each had its figure.
    Looks,
    /// The author's name.
    Name,
    /// An address at this domain, masked (`e***.com`): nobody is shown the whole of an address here.
    EmailDomain(String),
    /// The author's website.
    Website,
    /// A passage that by itself reads like spam.
    Passage,
    /// A link to this host.
    Link(String),
    /// An email address in the text.
    Email,
    /// A name that is addressed.
    Mention,
    /// A hashtag.
    Hashtag,
    /// A number.
    Number,
    /// A picture or symbol.
    Symbol,
    /// A word that was spelled out.
    Spelled,
    /// A word.
    Word,
    /// So many links beside so many words.
    Links(u32, u32),
    /// Capitals, in percent of the letters.
    Capitals(u32),
    /// So many words long.
    Length(u32),
    /// Symbols, in percent of letters and symbols.
    Symbols(u32),
    /// So many exclamation marks.
    Exclamations(u32),
    /// Digits, in percent of letters and digits.
    Digits(u32),
    /// So many characters that are disguised or that nobody sees.
    Disguised(u32),
    /// So many tags and entities of HTML.
    Markup(u32),
    /// How its words, numbers and symbols follow each other.
    Order,
}

/// A domain as addresses are masked: its first letter and its ending.
pub(super) fn of_address(domain: &str) -> Sign {
    let initial = domain.chars().next().unwrap_or('*');
    Sign::EmailDomain(match domain.rsplit_once('.') {
        Some((_, ending)) if !domain.starts_with('[') => cut(&format!("{initial}***.{ending}")),
        _ => format!("{initial}***"),
    })
}

/// What a token is.
pub(super) fn of(token: &Token, text: &Extractor) -> Sign {
    match token.kind {
        Kind::Link => Sign::Link(cut(&text.host(token))),
        Kind::Email => Sign::Email,
        Kind::Mention => Sign::Mention,
        Kind::Hashtag => Sign::Hashtag,
        Kind::Number => Sign::Number,
        Kind::Picture | Kind::Symbol => Sign::Symbol,
        Kind::Spelled => Sign::Spelled,
        Kind::Word | Kind::Unspaced => Sign::Word,
    }
}

/// What is kept of a host or domain: a name in the DNS is shorter, but what is written here need not be one.
fn cut(host: &str) -> String {
    host.chars().take(KEPT_OF_HOST).collect()
}
