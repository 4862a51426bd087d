//! A language of which the shipped model learnt nothing: what it says of such a text rests on links, shape and tricks, so
//! it neither blocks nor publishes by itself. Once a site has labels of its own, its model has learnt what is written there.

use crate::domain::{
    evidence::{Check, Finding, Verdict},
    reason::Reason,
};
use crate::text::language::Language;

/// The finding for a text in `language`.
pub(super) fn finding(language: Option<Language>, learnt: bool) -> Option<Finding> {
    let language = language.filter(|language| !language.known && !learnt)?;
    Some(Finding {
        check: Check::Language,
        weight: 0.0,
        reason: Reason::UnknownLanguage(language.code.to_owned()),
        forces: Some(Verdict::Hold),
    })
}
