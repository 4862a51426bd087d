//! The sites in memory: each with its model and how far it was followed, as many as the budget allows. Those that
//! nobody has asked about for longest are given up first; what they learnt is in the database.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwapOption;

use super::{SiteModel, progress::Progress};
use crate::{bayes::Question, domain::site::SiteSlug};

/// What a site takes beside its labels, in bytes.
const OVERHEAD: usize = 1_024;

/// A site in memory.
pub(super) struct Place {
    pub(super) question: Question,
    pub(super) site: SiteSlug,
    /// The model in use; none while it is not known yet what the site has learnt.
    model: ArcSwapOption<SiteModel>,
    /// Held by whoever brings the model up to date.
    pub(super) progress: tokio::sync::Mutex<Progress>,
    /// When it was asked about last, by the count of all questions.
    used: AtomicU64,
    /// The version in the metrics.
    reported: Mutex<Option<String>>,
}

impl Place {
    fn new(question: Question, site: SiteSlug) -> Self {
        Self {
            question,
            site,
            model: ArcSwapOption::empty(),
            progress: tokio::sync::Mutex::default(),
            used: AtomicU64::new(0),
            reported: Mutex::default(),
        }
    }

    /// The model that judges the site's comments now.
    pub(super) fn model(&self) -> Option<Arc<SiteModel>> {
        self.model.load_full()
    }

    fn bytes(&self) -> usize {
        let model = self.model.load();
        model.as_ref().map_or(0, |model| OVERHEAD + model.bytes)
    }

    /// Keeps the metrics true. The version is that of the trained model: with every label in it there would be a
    /// new one for each decision.
    fn report(&self, version: Option<&str>) {
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.as_deref() == version {
            return;
        }
        if let Some(before) = reported.as_deref() {
            info(self.question, self.site.as_str(), before).set(0.0);
        }
        if let Some(version) = version {
            info(self.question, self.site.as_str(), version).set(1.0);
        }
        *reported = version.map(str::to_owned);
    }
}

/// The gauge of a version; the site without a name stands for all that have no model of their own.
pub(super) fn info(question: Question, site: &str, version: &str) -> metrics::Gauge {
    let (site, version) = (site.to_owned(), version.to_owned());
    match question {
        Question::Spam => {
            metrics::gauge!("hamlet_model_info", "site" => site, "version" => version)
        }
        Question::Abuse => {
            metrics::gauge!("hamlet_abuse_model_info", "site" => site, "version" => version)
        }
    }
}

/// The sites in memory.
pub(super) struct Places {
    kept: Mutex<Kept>,
    /// Counts questions.
    questions: AtomicU64,
    /// Bytes that all of them may take.
    budget: usize,
}

#[derive(Default)]
struct Kept {
    /// For each question.
    sites: [HashMap<SiteSlug, Arc<Place>>; Question::ALL.len()],
    bytes: usize,
}

impl Places {
    pub(super) fn new(budget: usize) -> Self {
        Self {
            kept: Mutex::default(),
            questions: AtomicU64::new(0),
            budget,
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A site's place for a question; made when there is none.
    pub(super) fn of(&self, question: Question, site: &SiteSlug) -> Arc<Place> {
        let now = self.questions.fetch_add(1, Ordering::Relaxed);
        let mut kept = self.kept();
        let sites = &mut kept.sites[question.index()];
        let place = if let Some(place) = sites.get(site) {
            place.clone()
        } else {
            let place = Arc::new(Place::new(question, site.clone()));
            sites.insert(site.clone(), place.clone());
            place
        };
        place.used.store(now, Ordering::Relaxed);
        place
    }

    /// A site's place, if there is one.
    pub(super) fn find(&self, question: Question, site: &SiteSlug) -> Option<Arc<Place>> {
        self.kept().sites[question.index()].get(site).cloned()
    }

    /// The sites that there is a model for which is not the shipped one as it is, each with its question.
    pub(super) fn that_learnt(&self) -> Vec<(Question, SiteSlug)> {
        let kept = self.kept();
        let own = kept.all().filter(|place| {
            let model = place.model.load();
            model.as_ref().is_some_and(|model| model.has_own())
        });
        own.map(|place| (place.question, place.site.clone()))
            .collect()
    }

    /// Exchanges a site's model, and gives up others where the budget asks for it. `reported` is the version for the
    /// metrics.
    pub(super) fn publish(
        &self,
        place: &Arc<Place>,
        model: Arc<SiteModel>,
        reported: Option<&str>,
    ) {
        let mut kept = self.kept();
        let is_kept = kept
            .sites
            .get(place.question.index())
            .and_then(|sites| sites.get(&place.site))
            .is_some_and(|own| Arc::ptr_eq(own, place));
        let before = place.bytes();
        place.model.store(Some(model));
        if !is_kept {
            // Given up meanwhile: whoever holds it still may judge with it.
            return;
        }
        kept.bytes = (kept.bytes + place.bytes()).saturating_sub(before);
        place.report(reported);
        let given_up = if kept.bytes > self.budget {
            kept.give_up(self.budget - self.budget / 8, place)
        } else {
            Vec::new()
        };
        drop(kept);
        for place in given_up {
            place.report(None);
        }
    }

    /// Forgets what a site learnt of a question.
    pub(super) fn forget(&self, question: Question, site: &SiteSlug) {
        let mut kept = self.kept();
        if let Some(place) = kept.sites[question.index()].remove(site) {
            kept.bytes = kept.bytes.saturating_sub(place.bytes());
            place.report(None);
        }
    }
}

impl Kept {
    fn all(&self) -> impl Iterator<Item = &Arc<Place>> {
        self.sites.iter().flat_map(HashMap::values)
    }

    /// Gives sites up until the others take at most `bytes`: those first that were asked about longest ago, and
    /// never `but`.
    fn give_up(&mut self, bytes: usize, but: &Arc<Place>) -> Vec<Arc<Place>> {
        let candidates = self.all().filter(|place| place.bytes() > 0);
        let mut order: Vec<(u64, Arc<Place>)> = candidates
            .filter(|place| !Arc::ptr_eq(place, but))
            .map(|place| (place.used.load(Ordering::Relaxed), place.clone()))
            .collect();
        order.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.site.cmp(&other.site)));
        let mut given_up = Vec::new();
        for (_, place) in order {
            if self.bytes <= bytes {
                break;
            }
            if let Some(place) = self.sites[place.question.index()].remove(&place.site) {
                self.bytes = self.bytes.saturating_sub(place.bytes());
                given_up.push(place);
            }
        }
        given_up
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bayes::Model;

    const SPAM: Question = Question::Spam;

    fn model(bytes: usize) -> Arc<SiteModel> {
        Arc::new(SiteModel {
            model: Arc::new(Model::shipped().unwrap()),
            base_version: String::new(),
            registered: None,
            labels: [0, 0],
            uses_labels: false,
            trouble: None,
            bytes,
        })
    }

    #[test]
    fn those_that_nobody_asked_about_for_longest_are_given_up_and_one_may_be_larger_than_the_budget()
     {
        let places = Places::new(10 * OVERHEAD);
        let slug = |n: u32| SiteSlug::parse(&format!("site-{n}")).unwrap();
        let there = || (0..20).filter(|n| places.find(SPAM, &slug(*n)).is_some());
        let small = model(0);
        for n in 0..10 {
            places.publish(&places.of(SPAM, &slug(n)), small.clone(), None);
        }
        assert_eq!(there().count(), 10);
        places.of(SPAM, &slug(0));
        places.publish(&places.of(SPAM, &slug(10)), small.clone(), None);
        let left: Vec<u32> = there().collect();
        assert_eq!(left, [0, 4, 5, 6, 7, 8, 9, 10], "an eighth is free again");
        places.publish(&places.of(SPAM, &slug(11)), model(100 * OVERHEAD), None);
        assert_eq!(there().collect::<Vec<_>>(), [11]);
        places.forget(SPAM, &slug(11));
        for n in 0..10 {
            places.publish(&places.of(SPAM, &slug(n)), small.clone(), None);
        }
        assert_eq!(there().count(), 10, "what was given up counts no more");
        assert!(places.that_learnt().is_empty());
    }
}
