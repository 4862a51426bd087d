//! What could not be understood of a comment that is read all the same.

/// One field of a comment that is not as it should be. The comment is read all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// What is odd, in a few words that are the same for all of its kind.
    pub what: &'static str,
    /// The field as it stands in the file, or its beginning.
    pub value: String,
}

/// Characters of an odd field that are reported.
const SHOWN: usize = 60;

impl Doubt {
    /// Notes a field, or its beginning, on one line.
    #[must_use]
    pub fn new(what: &'static str, value: &str) -> Self {
        let line = value.trim().chars().take(SHOWN);
        let value = line.map(|c| if c.is_control() { ' ' } else { c }).collect();
        Self { what, value }
    }
}
