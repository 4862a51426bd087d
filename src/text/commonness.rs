//! How rare each word and piece of a word is in ordinary discussion: a fixed table, part of the
//! feature space, so that sums stay addable whatever they were trained on. It was counted over ham of
//! general talk (see `models/README.md`) and holds, per feature, the inverse document frequency
//! 1 + ln((1 + N) / (1 + n)) in steps of 1/20.

use super::views::View;

/// One byte per feature of the words and characters views.
static TABLE: [u8; View::Characters.range().end] = *include_bytes!("../../models/commonness.bin");

/// Steps of the table per unit.
pub const STEPS: u32 = 20;

/// The rarity of a feature in steps; one unit for the views that have no table.
#[inline]
#[must_use]
pub fn steps(id: u32) -> u32 {
    #[cfg(test)]
    ASKED.set(ASKED.get() + 1);
    TABLE
        .get(id as usize)
        .map_or(STEPS, |steps| u32::from(*steps))
}

/// The rarity of a feature.
#[inline]
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a byte")]
pub fn rarity(id: u32) -> f32 {
    steps(id) as f32 / STEPS as f32
}

/// The table as computed from the share of texts that had each feature, `shares` being in the order of the feature
/// space; `texts` is how many texts there were, so how rare something can be.
#[must_use]
pub fn table(texts: u64, shares: &[f64]) -> Vec<u8> {
    let end = View::Characters.range().end;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "below 256 for any count of texts"
    )]
    let byte = |share: f64| {
        let least = 1.0 / (1.0 + texts as f64);
        let rarity = 1.0 - (share + least).min(1.0).ln();
        (rarity * f64::from(STEPS))
            .round()
            .clamp(f64::from(STEPS), 255.0) as u8
    };
    shares[..end].iter().map(|share| byte(*share)).collect()
}

/// The scale that brings the features `ids` of one view to length one.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a sum of squared bytes")]
pub fn scale(ids: impl Iterator<Item = u32>) -> f32 {
    let squares: u64 = ids.map(|id| u64::from(steps(id)).pow(2)).sum();
    STEPS as f32 / (squares.max(1) as f32).sqrt()
}

#[cfg(test)]
thread_local! {
    /// How often the table was asked.
    pub(crate) static ASKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_table_is_commoner_than_everywhere() {
        assert!(TABLE.iter().all(|steps| u32::from(*steps) >= STEPS));
    }
}
