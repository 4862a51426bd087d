//! Weights in four bits: sixteen values, placed where the weights that matter are. A weight matters as often as its
//! feature is met (Lloyd 1982, in one dimension, weighted).

use super::sums::from_units;
use super::trained::Trained;

/// Weights that four bits tell apart.
pub(super) const LEVELS: usize = 16;

/// Rounds of moving the values; more change nothing that is seen in a score.
const ROUNDS: usize = 60;

/// Weights as codes.
pub(super) struct Coded {
    pub levels: [f32; LEVELS],
    pub codes: Vec<u8>,
}

/// How much each of the first features was met, both classes together.
pub(super) fn masses(trained: &Trained, count: usize) -> Vec<f64> {
    let [ham, spam] = &trained.sums.cells;
    let both = ham.iter().zip(spam).take(count);
    both.map(|(ham, spam)| from_units(ham.saturating_add(*spam)).max(0.0).sqrt())
        .collect()
}

/// Codes weights.
pub(super) fn code(weights: &[f32], masses: &[f64]) -> Coded {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|a, b| weights[*a].total_cmp(&weights[*b]));
    let sorted: Vec<(f64, f64)> = order
        .iter()
        .map(|at| (f64::from(weights[*at]), masses[*at]))
        .collect();
    let levels = placed(&sorted);
    let codes = weights
        .iter()
        .map(|weight| nearest(&levels, f64::from(*weight)))
        .collect();
    #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
    let levels = levels.map(|level| level as f32);
    Coded { levels, codes }
}

/// Sixteen values for sorted weights with masses; one of them is 0, for the many features that say nothing.
fn placed(sorted: &[(f64, f64)]) -> [f64; LEVELS] {
    let total: f64 = sorted
        .iter()
        .map(|(weight, mass)| weight.abs() * mass)
        .sum();
    let mut levels = [0.0; LEVELS];
    let (mut run, mut next) = (0.0, 0_u32);
    for (weight, mass) in sorted {
        run += weight.abs() * mass;
        while next < 15 && run > total * f64::from(2 * next + 1) / 30.0 {
            levels[next as usize] = *weight;
            next += 1;
        }
    }
    levels[LEVELS - 1] = 0.0;
    levels.sort_by(f64::total_cmp);
    for _ in 0..ROUNDS {
        let mut sums = [(0.0, 0.0); LEVELS];
        for (weight, mass) in sorted {
            let sum = &mut sums[usize::from(nearest(&levels, *weight))];
            *sum = (sum.0 + weight * mass, sum.1 + mass);
        }
        for (level, (sum, mass)) in levels.iter_mut().zip(sums) {
            if mass > 0.0 && *level != 0.0 {
                *level = sum / mass;
            }
        }
        levels.sort_by(f64::total_cmp);
    }
    levels
}

/// The place of the value nearest to a weight, among sorted ones.
fn nearest(levels: &[f64; LEVELS], weight: f64) -> u8 {
    let above = levels.partition_point(|level| *level < weight);
    let below = above.saturating_sub(1);
    let above = above.min(LEVELS - 1);
    let is_below = weight - levels[below] <= levels[above] - weight;
    u8::try_from(if is_below { below } else { above }).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_come_back_near_what_they_were_and_nothing_stays_nothing() {
        let weights: Vec<f32> = (-500_i16..500).map(|n| f32::from(n) / 100.0).collect();
        let masses = vec![1.0; weights.len()];
        let coded = code(&weights, &masses);
        for (weight, code) in weights.iter().zip(&coded.codes) {
            let kept = coded.levels[usize::from(*code)];
            assert!((kept - weight).abs() < 0.8, "{weight} {kept}");
        }
        let zero = code(&[0.0, 1.0, -1.0, 0.0], &[1.0; 4]);
        assert!(zero.levels[usize::from(zero.codes[0])].abs() < f32::EPSILON);
    }
}
