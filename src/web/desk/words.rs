//! Statuses, decisions and numbers as the desk's pages say them.

use crate::domain::{comment::Status, decision::Decision};

/// What was done to a comment by a decision.
#[must_use]
pub const fn done_in_words(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "approved",
        Decision::Spam => "marked as spam",
        Decision::Reject => "rejected",
        Decision::Trash => "moved to the trash",
        Decision::Hold => "put back into the queue",
    }
}

/// A status as a tab's name.
#[must_use]
pub fn label(status: Status) -> &'static str {
    match status {
        Status::Pending => "Pending",
        Status::Approved => "Approved",
        Status::Spam => "Spam",
        Status::Rejected => "Rejected",
        Status::Trash => "Trash",
    }
}

/// A number of comments in words.
#[must_use]
pub fn comments(count: usize) -> String {
    match count {
        1 => "1 comment".to_owned(),
        count => format!("{} comments", thousands(count)),
    }
}

/// A number as people read it: `1,315`.
#[must_use]
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_threes() {
        let read = [0, 999, 1_315, 1_000_000].map(thousands);
        assert_eq!(read, ["0", "999", "1,315", "1,000,000"]);
    }
}
