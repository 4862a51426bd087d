//! What became of everything in a file that was imported.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    bayes::Label,
    interchange::{
        dates,
        foreign::{ForeignComment, ForeignFormat},
    },
};

/// Problems that are reported one by one; the rest are counted.
const ONE_BY_ONE: usize = 20;

/// Doubts of one kind that are reported one by one, so that others have room.
const OF_A_KIND: u64 = 8;

/// Reasons that are counted apart, of those that a file can make up.
const APART: usize = 20;

/// What became of everything in a file.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Comments that are new here.
    pub imported: u64,
    /// Comments that were imported before.
    pub unchanged: u64,
    /// Labelled genuine, of those that are new (in a dry run: of all).
    pub ham: u64,
    /// Labelled spam, likewise.
    pub spam: u64,
    /// Without a label, likewise.
    pub unlabelled: u64,
    /// What was approved there and is kept from being public here, by reason.
    pub withheld: BTreeMap<String, u64>,
    /// What was left out, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// What was read although something of it was not understood, by what that was.
    pub doubts: BTreeMap<String, u64>,
    /// Comments on pages of other hosts than the site's, by host: they are on the same path here.
    pub elsewhere: BTreeMap<String, u64>,
    /// The first things that could not be read or understood, with their places.
    pub problems: Vec<String>,
    /// What the operator should know before training.
    pub warnings: Vec<String>,
    /// What ended the reading before the file's end. What was read before is imported.
    pub ended_early: Option<String>,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// The import, by which it can be taken back.
    pub run: Option<String>,
    /// Whose ids the file's are: the system, and the blog where there are several.
    pub source: String,
    /// Comments with the id of another one, which are comments of their own.
    pub doubled: u64,
    /// Replies to what is neither in the file nor here.
    pub orphans: u64,
}

impl Report {
    /// Why the import is no success: the file ended early, or nothing in it could be read.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        if self.ended_early.is_some() || self.imported + self.unchanged > 0 {
            return self.ended_early.clone();
        }
        let first = self.problems.first().map(String::as_str);
        let mut skipped = self.skipped.keys().map(String::as_str);
        let is_of_no_comment =
            |reason: &&str| reason.starts_with("no text") || *reason == "not a comment";
        let first = first.or_else(|| skipped.find(is_of_no_comment))?;
        Some(format!("nothing in it could be read as a comment: {first}"))
    }

    pub(super) fn skip(&mut self, reason: &str) {
        *self.skipped.entry(reason.to_owned()).or_default() += 1;
    }

    pub(super) fn withhold(&mut self, reason: &str, count: u64) {
        *self.withheld.entry(reason.to_owned()).or_default() += count;
    }

    pub(super) fn problem(&mut self, problem: String) {
        if self.problems.len() < ONE_BY_ONE {
            self.problems.push(problem);
        }
    }

    pub(super) fn is_elsewhere(&mut self, host: &str) {
        let known = self.elsewhere.len() < APART || self.elsewhere.contains_key(host);
        let host = if known { host } else { "others" };
        *self.elsewhere.entry(host.to_owned()).or_default() += 1;
    }

    /// Notes what of a comment was not understood.
    pub(super) fn doubt(&mut self, comment: &ForeignComment) {
        for doubt in &comment.doubts {
            let count = self.doubts.entry(doubt.what.to_owned()).or_default();
            *count += 1;
            let is_one_of_many = *count > OF_A_KIND;
            let mut line = format!("{}: {}", comment.place, doubt.what);
            if !doubt.value.is_empty() {
                line = format!("{line}: {}", doubt.value);
            }
            // A date that is not there at all is the same in every line.
            if doubt.what != dates::MISSING && !is_one_of_many {
                self.problem(line);
            }
        }
    }

    pub(super) fn count(&mut self, label: Option<Label>) {
        *match label {
            Some(Label::Ham) => &mut self.ham,
            Some(Label::Spam) => &mut self.spam,
            None => &mut self.unlabelled,
        } += 1;
    }

    pub(super) fn warn(&mut self, format: ForeignFormat) {
        let labelled = self.ham + self.spam > 0;
        if labelled && self.spam == 0 {
            let warning = match format {
                ForeignFormat::Wxr => {
                    "there is no spam among the labels: WordPress leaves it out of its export; \
                     import `wp comment list --status=spam --format=json` too"
                }
                _ => "there is no spam among the labels",
            };
            self.warnings.push(warning.to_owned());
        }
        if labelled && self.ham == 0 {
            let warning = "there is nothing genuine among the labels";
            self.warnings.push(warning.to_owned());
        }
        if self.imported + self.unchanged == 0
            && self.skipped.is_empty()
            && self.problems.is_empty()
        {
            self.warnings.push("there is no comment in it".to_owned());
        }
    }

    /// The report as lines for people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![if self.dry_run {
            format!(
                "{} comments would be imported; nothing was written",
                self.imported
            )
        } else {
            format!(
                "{} comments imported, {} were here already",
                self.imported, self.unchanged
            )
        }];
        lines.push(format!(
            "labels: {} ham, {} spam, {} unlabelled",
            self.ham, self.spam, self.unlabelled
        ));
        for (what, counts) in [("not public", &self.withheld), ("skipped", &self.skipped)] {
            lines.extend(
                counts
                    .iter()
                    .map(|(reason, count)| format!("{what}: {count} ({reason})")),
            );
        }
        lines.extend(
            self.doubts
                .iter()
                .map(|(what, count)| format!("not understood: {count} ({what})")),
        );
        lines.extend(self.elsewhere.iter().map(|(host, count)| {
            format!("on another host: {count} ({host}); they are on the same path here")
        }));
        if self.doubled > 0 {
            lines.push(format!(
                "doubled: {} (the id of another comment; each is a comment of its own)",
                self.doubled
            ));
        }
        if self.orphans > 0 {
            lines.push(format!(
                "without what they answer: {} replies",
                self.orphans
            ));
        }
        if self.source.contains('/') {
            lines.push(format!(
                "the ids are not those of the comments that are here: they are kept apart, as {}",
                self.source
            ));
        }
        lines.extend(self.problems.iter().map(|problem| format!("  {problem}")));
        lines.extend(
            self.warnings
                .iter()
                .map(|warning| format!("warning: {warning}")),
        );
        if let Some(run) = self.run.as_ref().filter(|_| self.imported > 0) {
            lines.push(format!("to take it back: hamlet import --undo {run}"));
        }
        lines
    }
}
