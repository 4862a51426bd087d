//! What one site's labels added since its model was trained: sums of the features that they have, and nothing for any
//! other. A label is heard at once: its features are added (or taken away again, when a decision is undone or a
//! person's data erased), and what is added to nothing else leaves no trace. Where lessons are stored is not decided
//! here; what they make of a text is in [`super::taught`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cells::{self, Cells};
use super::label::Label;
use super::naive::FitError;
use super::question::Question;
use super::row::Row;
use super::sums::{Change, to_units};
use hamlet_text::Document;
use hamlet_text::views::{FEATURES, mix};

/// Features that change one by one before they are put with the others. A change copies these and not all.
const RECENT: usize = 4_096;

/// Those that then wait before all are copied: at least so many, and at least this part of all. What a label costs on average stays
/// far below what all of them come to.
const BETWEEN: usize = 4 * RECENT;
const PART: usize = 32;

/// Sums of a site's labels, for the features that they have. Copies share what they hold.
#[derive(Clone, Debug, Default)]
pub struct Lessons {
    /// Ham, spam.
    classes: [Class; 2],
    /// How many texts, ham and spam.
    texts: [i64; 2],
    /// How many sums are not 0.
    count: usize,
    /// Of all sums, in any order.
    digest: u64,
}

/// A class's sums in three parts that are added up.
#[derive(Clone, Debug, Default)]
struct Class {
    settled: Arc<Cells>,
    /// What has changed since those were put together.
    between: Arc<Cells>,
    /// What has changed since these were.
    recent: Arc<Cells>,
}

impl Class {
    fn units(&self, id: u32) -> i64 {
        let older = self.settled.get(id).saturating_add(self.between.get(id));
        older.saturating_add(self.recent.get(id))
    }

    fn iter(&self) -> impl Iterator<Item = (u32, i64)> + '_ {
        let older = cells::sum(self.settled.iter(), self.between.iter());
        cells::sum(older, self.recent.iter())
    }

    /// Adds changes, sorted by feature.
    fn add(&mut self, changes: &[(u32, i64)]) {
        let recent = self.recent.with(changes.iter().copied());
        if recent.len() <= RECENT && self.settled.len() > 0 {
            self.recent = Arc::new(recent);
            return;
        }
        self.recent = Arc::default();
        let between = self.between.with(recent.iter());
        if between.len() > BETWEEN.max(self.settled.len() / PART) || self.settled.len() == 0 {
            self.settled = Arc::new(self.settled.with(between.iter()));
            self.between = Arc::default();
        } else {
            self.between = Arc::new(between);
        }
    }
}

/// The form in which lessons are stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    /// Sorted by feature: ham and spam sums, in units.
    cells: Vec<(u32, [i64; 2])>,
    texts: [i64; 2],
}

impl Lessons {
    /// Learns that `document` is `label`.
    pub fn learn(&mut self, document: &Document<'_>, label: Label) {
        let change = (*document, label, Change::Add);
        self.teach(Question::Spam, [change].into_iter(), |_, _, _| {});
    }

    /// Forgets that `document` was learnt as `label`, leaving no trace.
    pub fn forget(&mut self, document: &Document<'_>, label: Label) {
        let change = (*document, label, Change::Remove);
        self.teach(Question::Spam, [change].into_iter(), |_, _, _| {});
    }

    /// As [`Lessons::forget`], in answer to another question.
    pub fn unlearn(&mut self, question: Question, document: &Document<'_>, label: Label) {
        let change = (*document, label, Change::Remove);
        self.teach(question, [change].into_iter(), |_, _, _| {});
    }

    /// Learns texts in answer to a question, in one go.
    pub fn learn_all<'a>(
        &mut self,
        question: Question,
        texts: impl Iterator<Item = (Document<'a>, Label)>,
    ) {
        let changes = texts.map(|(document, label)| (document, label, Change::Add));
        self.teach(question, changes, |_, _, _| {});
    }

    /// Learns and forgets what a question looks at in texts, in one go. Calls `note` with each class and feature that changes, and what its sum
    /// was and is.
    pub(super) fn teach<'a>(
        &mut self,
        question: Question,
        changes: impl Iterator<Item = (Document<'a>, Label, Change)>,
        note: impl FnMut(usize, u32, [i64; 2]),
    ) {
        let mut added: [Vec<(u32, i64)>; 2] = Default::default();
        for (document, label, change) in changes {
            let class = label.index();
            let row = Row::read(question, &document, label, 1.0);
            row.each(|id, value| {
                added[class].push((id, change.sign() * to_units(f64::from(value))));
            });
            self.texts[class] += change.sign();
        }
        self.add(added, note);
    }

    fn add(&mut self, added: [Vec<(u32, i64)>; 2], mut note: impl FnMut(usize, u32, [i64; 2])) {
        for (class, mut changes) in added.into_iter().enumerate() {
            changes.sort_unstable_by_key(|change| change.0);
            changes.dedup_by(|more, sum| {
                let same = more.0 == sum.0;
                if same {
                    sum.1 = sum.1.saturating_add(more.1);
                }
                same
            });
            changes.retain(|change| change.1 != 0);
            if changes.is_empty() {
                continue;
            }
            let own = &mut self.classes[class];
            for &(id, change) in &changes {
                let before = own.units(id);
                let after = before.saturating_add(change);
                self.count += usize::from(after != 0);
                self.count -= usize::from(before != 0);
                let (now, was) = (digest(class, id, after), digest(class, id, before));
                self.digest = self.digest.wrapping_add(now).wrapping_sub(was);
                note(class, id, [before, after]);
            }
            own.add(&changes);
        }
    }

    /// Adds what others hold, as if it had been learnt here.
    pub fn merge(&mut self, other: &Self) {
        let added = other.classes.each_ref().map(|class| class.iter().collect());
        self.add(added, |_, _, _| {});
        for (mine, more) in self.texts.iter_mut().zip(other.texts) {
            *mine = mine.saturating_add(more);
        }
    }

    /// How many labels there are of a class, net of those taken back.
    #[must_use]
    pub fn count(&self, label: Label) -> i64 {
        self.texts[label.index()]
    }

    /// Is there nothing in it?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0 && self.texts == [0, 0]
    }

    /// The memory that it takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let class = |class: &Class| {
            let parts = [&class.settled, &class.between, &class.recent];
            parts.map(|part| part.bytes()).iter().sum::<usize>()
        };
        size_of::<Self>() + self.classes.iter().map(class).sum::<usize>()
    }

    /// The sum of a feature in a class, in units.
    pub(super) fn units(&self, class: usize, id: u32) -> i64 {
        self.classes[class].units(id)
    }

    /// A class's sums that are not 0, sorted by feature.
    pub(super) fn cells(&self, label: Label) -> impl Iterator<Item = (u32, i64)> + '_ {
        self.classes[label.index()].iter()
    }

    /// A form to store it in.
    ///
    /// # Errors
    /// None in practice: there is no I/O and every value can be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FitError> {
        let mut cells: Vec<(u32, [i64; 2])> = Vec::with_capacity(self.count);
        let ham = self.cells(Label::Ham).map(|(id, units)| (id, [units, 0]));
        let spam = self.cells(Label::Spam).map(|(id, units)| (id, [0, units]));
        cells.extend(ham.chain(spam));
        cells.sort_by_key(|cell| cell.0);
        cells.dedup_by(|more, both| {
            let same = more.0 == both.0;
            if same {
                both.1[1] = more.1[1];
            }
            same
        });
        let texts = self.texts;
        Ok(postcard::to_stdvec(&Stored { cells, texts })?)
    }

    /// Reads what [`Lessons::to_bytes`] wrote.
    ///
    /// # Errors
    /// Bytes that are something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FitError> {
        let Stored { cells, texts } = postcard::from_bytes(bytes)?;
        if cells.iter().any(|(id, _)| *id as usize >= FEATURES) {
            return Err(postcard::Error::DeserializeBadEncoding.into());
        }
        let mut lessons = Self {
            texts,
            ..Self::default()
        };
        let added = [0, 1].map(|class| {
            cells
                .iter()
                .map(|(id, units)| (*id, units[class]))
                .collect()
        });
        lessons.add(added, |_, _, _| {});
        Ok(lessons)
    }

    /// A digest: equal lessons, equal digest.
    #[must_use]
    pub fn digest(&self) -> u64 {
        mix(self.digest)
    }
}

impl PartialEq for Lessons {
    fn eq(&self, other: &Self) -> bool {
        let equal = |(own, other): (&Class, &Class)| own.iter().eq(other.iter());
        self.texts == other.texts && self.classes.iter().zip(&other.classes).all(equal)
    }
}

impl Eq for Lessons {}

/// A sum's part of the digest; none for a sum of 0.
fn digest(class: usize, id: u32, units: i64) -> u64 {
    if units == 0 {
        return 0;
    }
    mix(mix((u64::from(id) << 1) | class as u64) ^ units.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document<'_> {
        Document {
            text,
            ..Document::default()
        }
    }

    #[test]
    fn sums_are_the_same_however_many_changes_lie_between() {
        let mut lessons = Lessons::default();
        let mut expected = std::collections::BTreeMap::new();
        let mut id = 1_u64;
        for round in 0..400_u64 {
            let changes = (0..300).map(|_| {
                id = mix(id);
                let feature = u32::try_from(id % 60_000).unwrap_or(0);
                (feature, if round % 3 == 2 { -1 } else { 1 })
            });
            let changes: Vec<(u32, i64)> = changes.collect();
            for (feature, units) in &changes {
                *expected.entry(*feature).or_insert(0_i64) += units;
            }
            lessons.add([changes, Vec::new()], |_, _, _| {});
        }
        expected.retain(|_, units| *units != 0);
        assert!(lessons.classes[0].between.len() > 0);
        assert!(
            lessons
                .cells(Label::Ham)
                .eq(expected.iter().map(|(id, units)| (*id, *units)))
        );
        for (id, units) in expected {
            assert_eq!(lessons.units(0, id), units);
        }
        assert_eq!(
            Lessons::from_bytes(&lessons.to_bytes().expect("bytes")).expect("lessons"),
            lessons
        );
    }

    #[test]
    fn lessons_survive_being_stored_and_foreign_bytes_are_refused() {
        let mut lessons = Lessons::default();
        lessons.learn(&document("a text"), Label::Ham);
        let bytes = lessons.to_bytes().expect("bytes");
        assert_eq!(Lessons::from_bytes(&bytes).expect("lessons"), lessons);
        assert!(Lessons::from_bytes(&bytes[..bytes.len() / 2]).is_err());
    }
}
