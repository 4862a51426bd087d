//! Sentences of the model's page that have several things in them.

use super::{
    ModelPage,
    run::{Run, phase},
};
use crate::{
    domain::{
        model::{ModelStatus, Phase, Report},
        sample::{Provenance, SampleCount},
    },
    learn::upload::Uploaded,
    web::desk::prelude::*,
    web::desk::site::percent,
    words::Argument,
};

impl ModelPage {
    /// What judges on the site now.
    pub(super) fn standing_says(&self) -> String {
        let says = format!("{}.", self.standing.says);
        self.frame.words.relay(&says).into_owned()
    }

    /// How many labels came since.
    pub(super) fn labels_since(&self) -> String {
        let standing = &self.standing;
        let name = if standing.uses_labels {
            "model-since"
        } else {
            "model-since-few"
        };
        self.of_classes(
            name,
            (&standing.ham, &standing.spam),
            &[("minimum", &standing.minimum)],
        )
    }

    /// That there are too few labels to train on.
    pub(super) fn too_few(&self) -> String {
        let [ham, spam] = &self.labels;
        self.of_classes("model-too-few", (ham, spam), &[("needed", &self.needed)])
    }

    /// What a model was measured on.
    pub(super) fn held_out(&self, report: &Report) -> String {
        let measured = &report.comparison;
        let threshold = measured.threshold.to_string();
        self.of_classes(
            "model-held-out",
            (&measured.ham, &measured.spam),
            &[
                ("threshold", &threshold),
                ("trained_ham", &report.ham),
                ("trained_spam", &report.spam),
            ],
        )
    }

    /// How much more was sent than counts at once.
    pub(super) fn over_cap(&self, taken: &Uploaded) -> String {
        let count = usize::try_from(taken.tally.over_cap).unwrap_or(usize::MAX);
        self.frame.words.count("model-over-cap", count)
    }

    /// What a file of labelled data is like.
    pub(super) fn file_hint(&self) -> Said<'static> {
        let [clean, against] = self.question.classes();
        let site = self.site.as_str();
        self.frame.words.html(
            "model-file-hint",
            &[
                ("clean", &clean),
                ("against", &against),
                ("site", &site),
                ("max", &self.max_upload),
            ],
        )
    }

    /// The line of a file that an error is about.
    pub(super) fn line(&self, error: &FieldError) -> Option<String> {
        let line = error.field.strip_prefix("line ")?;
        Some(self.frame.words.fill("model-line", &[("line", &line)]))
    }

    /// What the table of thresholds is about.
    pub(super) fn what_if(&self) -> String {
        let decided = self.decided.caught + self.decided.blocked;
        let threshold = self.threshold.to_string();
        self.frame.words.fill(
            "model-what-if",
            &[
                ("judged", &self.judged),
                ("decided", &decided),
                ("threshold", &threshold),
            ],
        )
    }

    /// A threshold as the site's page has it.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        clippy::unused_self,
        reason = "templates hand their arguments on by reference, and themselves"
    )]
    pub(super) fn percent(&self, threshold: &f64) -> String {
        percent(*threshold)
    }

    pub(super) fn part(&self, part: &dyn Argument, all: &dyn Argument) -> String {
        let words = self.frame.words;
        words.fill("model-part-of", &[("part", part), ("all", all)])
    }

    /// What each phase of a run is called.
    pub(super) fn phases(&self) -> Vec<(&'static str, Said<'static>)> {
        let words = self.frame.words;
        let all = Phase::ALL.iter();
        all.map(|one| (one.as_str(), words.say(phase(*one))))
            .collect()
    }

    /// A sentence with places for what the page's script counts.
    pub(super) fn would<const N: usize>(&self, name: &str, counted: &[&str; N]) -> String {
        let places = counted.map(|one| (one, format!("{{{one}}}")));
        let places: Vec<(&str, &dyn Argument)> = places
            .iter()
            .map(|(one, place)| (*one, place as &dyn Argument))
            .collect();
        self.frame.words.fill(name, &places)
    }

    /// The name of the sentence that says how labels came in.
    pub(super) const fn came_by(samples: &SampleCount) -> &'static str {
        match samples.provenance {
            Provenance::Decision => "model-came-decision",
            Provenance::Import => "model-came-import",
            Provenance::Feedback => "model-came-feedback",
            Provenance::Samples => "model-came-samples",
        }
    }

    /// A sentence that has how many there are of each class, and more.
    fn of_classes(
        &self,
        name: &str,
        (ham, spam): (&dyn Argument, &dyn Argument),
        more: &[(&str, &dyn Argument)],
    ) -> String {
        let [clean, against] = self.classes.each_ref().map(|class| &**class);
        let mut arguments: Vec<(&str, &dyn Argument)> = vec![
            ("ham", ham),
            ("spam", spam),
            ("clean", &clean),
            ("against", &against),
        ];
        arguments.extend_from_slice(more);
        self.frame.words.fill(name, &arguments)
    }
}

impl Run {
    /// The name of the sentence that says where it stands.
    pub(super) const fn status(&self) -> &'static str {
        match self.entry.status {
            ModelStatus::Queued => "model-status-queued",
            ModelStatus::Training => "model-status-training",
            ModelStatus::Failed => "model-status-failed",
            ModelStatus::Candidate => "model-status-candidate",
            ModelStatus::Live => "model-status-live",
            ModelStatus::Retired => "model-status-retired",
        }
    }
}
