//! What a sealed value belongs to: one row, and it opens in no other, so that whoever can write to the
//! database cannot have a stranger's address shown in place of their own.

use super::{
    comment::Comment,
    moderator::{Moderator, ModeratorId},
    site::SiteSlug,
};

/// The row that a sealed value belongs to. It opens in no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    table: &'static str,
    a: String,
    b: String,
}

impl Owner {
    /// A row of a table, by the two columns that name it; the same twice where one is enough.
    #[must_use]
    pub const fn new(table: &'static str, a: String, b: String) -> Self {
        Self { table, a, b }
    }

    /// A comment.
    #[must_use]
    pub fn comment(site: &SiteSlug, id: String) -> Self {
        Self::new("comments", site.to_string(), id)
    }

    /// An account.
    #[must_use]
    pub fn moderator(id: &ModeratorId) -> Self {
        Self::new("moderators", id.0.clone(), id.0.clone())
    }

    /// A program's key.
    #[must_use]
    pub fn client_key(site: &SiteSlug, id: &str) -> Self {
        Self::new("client_keys", site.to_string(), id.to_owned())
    }

    /// What is authenticated along with a value of a kind: each part led by its length.
    #[must_use]
    pub fn bind(&self, kind: &[u8]) -> Vec<u8> {
        let mut bound = Vec::new();
        for part in [
            kind,
            self.table.as_bytes(),
            self.a.as_bytes(),
            self.b.as_bytes(),
        ] {
            bound.extend((part.len() as u64).to_be_bytes());
            bound.extend(part);
        }
        bound
    }
}

impl From<&Comment> for Owner {
    fn from(comment: &Comment) -> Self {
        Self::comment(&comment.site, comment.id.to_string())
    }
}

impl From<&Moderator> for Owner {
    fn from(moderator: &Moderator) -> Self {
        Self::moderator(&moderator.id)
    }
}
