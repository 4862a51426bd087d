//! Sums of one class for a few features out of the whole feature space: sorted by feature, and never changed once
//! made, so that a model which is in use can share them with the one that follows it. A table of stretches leads to
//! the few cells among which a feature is looked for.

use hamlet_text::views::FEATURES;

/// Cells in a stretch of the table, on average: they share a line or two of the processor's cache.
const STRETCH: usize = 4;

/// Sparse sums, in units.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    ids: Box<[u32]>,
    units: Box<[i64]>,
    /// Where each stretch of `1 << shift` features begins, and the end of the last.
    starts: Box<[u32]>,
    shift: u32,
}

impl Cells {
    /// Of cells that are sorted by feature, each feature once.
    fn of(cells: Vec<(u32, i64)>) -> Self {
        if cells.is_empty() {
            return Self::default();
        }
        let stretches = (cells.len() / STRETCH).max(1);
        let shift = (FEATURES.div_ceil(stretches)).next_power_of_two().ilog2();
        let mut starts = Vec::with_capacity((FEATURES >> shift) + 2);
        for (at, (id, _)) in (0_u32..).zip(&cells) {
            while starts.len() <= (id >> shift) as usize {
                starts.push(at);
            }
        }
        let end = u32::try_from(cells.len()).unwrap_or(u32::MAX);
        starts.push(end);
        let (ids, units): (Vec<u32>, Vec<i64>) = cells.into_iter().unzip();
        Self {
            ids: ids.into(),
            units: units.into(),
            starts: starts.into(),
            shift,
        }
    }

    /// The sum of a feature; 0 for one that is not there.
    pub(super) fn get(&self, id: u32) -> i64 {
        let stretch = (id >> self.shift) as usize;
        let (Some(&from), Some(&to)) = (self.starts.get(stretch), self.starts.get(stretch + 1))
        else {
            return 0;
        };
        let place = self.ids[from as usize..to as usize]
            .iter()
            .position(|own| *own == id);
        place.map_or(0, |place| self.units[from as usize + place])
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, i64)> + '_ {
        self.ids.iter().copied().zip(self.units.iter().copied())
    }

    /// Both together, but for the features whose sum is 0.
    pub(super) fn with(&self, changes: impl Iterator<Item = (u32, i64)>) -> Self {
        Self::of(sum(self.iter(), changes).collect())
    }

    /// The memory that it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.ids) + size_of_val(&*self.units) + size_of_val(&*self.starts)
    }
}

/// Adds two lists that are sorted by feature; features whose sum is 0 are left out.
pub(super) fn sum(
    a: impl Iterator<Item = (u32, i64)>,
    b: impl Iterator<Item = (u32, i64)>,
) -> impl Iterator<Item = (u32, i64)> {
    let (mut a, mut b) = (a.peekable(), b.peekable());
    let pairs = std::iter::from_fn(move || {
        let (left, right) = (a.peek().map(|cell| cell.0), b.peek().map(|cell| cell.0));
        let id = match (left, right) {
            (Some(left), Some(right)) => left.min(right),
            (one, other) => one.or(other)?,
        };
        let of = |cell: Option<(u32, i64)>| cell.map_or(0, |(_, units)| units);
        let own = of(a.next_if(|cell| cell.0 == id));
        let more = of(b.next_if(|cell| cell.0 == id));
        Some((id, own.saturating_add(more)))
    });
    pairs.filter(|(_, units)| *units != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_is_found_and_no_other_however_many_there_are() {
        for (count, step) in [(0_u32, 1), (1, 1), (3, 181_000), (5_000, 109), (100_000, 5)] {
            let all: Vec<(u32, i64)> = (0..count)
                .map(|n| (n * step + step / 2, i64::from(n) - 7))
                .collect();
            let cells = Cells::of(all.clone());
            for &(id, units) in &all {
                assert_eq!(cells.get(id), units);
                assert!(step < 3 || cells.get(id + 1) == 0);
            }
            assert_eq!(cells.get(u32::MAX), 0);
            assert!(cells.iter().eq(all));
        }
    }

    #[test]
    fn what_adds_up_to_nothing_is_gone() {
        let first = Cells::of(vec![(1, 5), (4, 2), (9, -1)]);
        let changed = first.with([(0, 3), (4, -2), (9, 4)].into_iter());
        assert!(changed.iter().eq([(0, 3), (1, 5), (9, 3)]));
        assert_eq!(changed.get(4), 0);
    }
}
