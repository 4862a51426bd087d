//! What a run keeps of the samples as they pass by: the held-out ones to measure on, and for each
//! source what it teaches and some of what it says, to see whether sources contradict each other.
//! Bounded, however many samples there are.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::{
    bayes::lessons::Lessons,
    bayes::row::Sample,
    bayes::{Label, Question},
    domain::sample::StoredSample,
};

/// Held-out samples measured on, at most.
pub(super) const MAX_HELD_OUT: usize = 20_000;

/// Labels of one source that are looked at when sources are held against each other, at most.
const MAX_OF_SOURCE: usize = 1_000;

/// A fair share of what passes by: those with the smallest hashes, so that the choice depends
/// neither on order nor on chance.
#[derive(Debug)]
pub(super) struct Share {
    limit: usize,
    threshold: u64,
    kept: Vec<(u64, Sample)>,
}

impl Share {
    pub(super) fn of(limit: usize) -> Self {
        Self {
            limit,
            threshold: u64::MAX,
            kept: Vec::new(),
        }
    }

    pub(super) fn offer(&mut self, id: &str, sample: impl FnOnce() -> Sample) {
        let rank = xxh3_64(id.as_bytes());
        if rank > self.threshold {
            return;
        }
        self.kept.push((rank, sample()));
        while self.kept.len() > self.limit {
            self.threshold -= self.threshold / 8;
            let threshold = self.threshold;
            self.kept.retain(|(rank, _)| *rank <= threshold);
        }
    }

    pub(super) fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.kept.iter().map(|(_, sample)| sample)
    }

    pub(super) fn into_samples(self) -> Vec<Sample> {
        self.kept.into_iter().map(|(_, sample)| sample).collect()
    }
}

/// One source as it passed by.
#[derive(Debug)]
pub(super) struct SourceLabels {
    /// What its labels teach, held-out ones excepted.
    pub(super) lessons: Lessons,
    /// Some of its labels.
    pub(super) share: Share,
}

/// What a run keeps.
#[derive(Debug)]
pub(super) struct Collected {
    /// What the labels answer.
    question: Question,
    /// Samples no model was trained on.
    pub(super) held_out: Share,
    /// By provenance and name.
    pub(super) sources: BTreeMap<(&'static str, String), SourceLabels>,
    /// All labels, held-out ones included: ham, spam.
    pub(super) labels: [u64; 2],
}

impl Collected {
    pub(super) fn new(question: Question) -> Self {
        Self {
            question,
            held_out: Share::of(MAX_HELD_OUT),
            sources: BTreeMap::new(),
            labels: [0; 2],
        }
    }
}

impl Collected {
    /// Takes a page in.
    pub(super) fn take(&mut self, page: &[StoredSample]) {
        let mut learnt: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for stored in page {
            let Some(label) = stored.vote.label else {
                continue;
            };
            self.labels[label.index()] += 1;
            let key = (stored.provenance.as_str(), stored.source.clone());
            let source = self
                .sources
                .entry(key.clone())
                .or_insert_with(|| SourceLabels {
                    lessons: Lessons::default(),
                    share: Share::of(MAX_OF_SOURCE),
                });
            source
                .share
                .offer(&stored.vote.id, || sample(stored, label));
            if stored.vote.held_out {
                let held_out = || sample(stored, label);
                self.held_out.offer(&stored.vote.id, held_out);
            } else {
                let texts = learnt.entry(key).or_default();
                texts.push((stored.vote.document(), label));
            }
        }
        for (key, texts) in learnt {
            if let Some(source) = self.sources.get_mut(&key) {
                source.lessons.learn_all(self.question, texts.into_iter());
            }
        }
    }
}

impl Collected {
    /// Labels that are not held out: ham, spam.
    pub(super) fn trained_on(&self) -> [i64; 2] {
        [Label::Ham, Label::Spam].map(|label| {
            let sources = self.sources.values();
            sources.map(|source| source.lessons.count(label)).sum()
        })
    }
}

/// A stored label as training takes it.
pub(super) fn sample(stored: &StoredSample, label: Label) -> Sample {
    let vote = &stored.vote;
    Sample {
        text: vote.text.clone(),
        spam: label == Label::Spam,
        name: vote.name.clone(),
        email_domain: vote.email_domain.clone(),
        website: vote.website.clone(),
    }
}
