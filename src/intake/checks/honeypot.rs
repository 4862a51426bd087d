//! A field that people do not see. Programs fill in every field; so do some password managers,
//! which is why this is evidence and not a sentence.

use crate::{
    domain::{
        evidence::{Check, Finding},
        reason::Reason,
    },
    intake::submission::Submission,
};

const WEIGHT: f64 = 3.5;

pub(super) fn check(submission: &Submission) -> Option<Finding> {
    submission.honeypot.as_ref()?;
    Some(Finding {
        check: Check::Honeypot,
        weight: WEIGHT,
        reason: Reason::HoneypotFilled,
        forces: None,
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::intake::checks::samples::submission;

    #[test]
    fn a_filled_field_is_found_and_an_empty_one_is_not() {
        let mut sent = submission("Hello");
        assert_eq!(check(&sent), None);
        sent.honeypot = Some("buy".to_owned());
        let finding = check(&sent).expect("a finding");
        assert!(finding.weight < 5.0, "a password manager fills it too");
        assert_eq!(finding.forces, None);
    }
}
