//! Intervals of 95 % beside figures.

use super::figures::Figures;

/// The standard normal's quantile for intervals of 95 %.
const Z: f64 = 1.96;

/// Half the width of an area's interval of 95 % (Hanley and `McNeil` 1982).
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
pub fn area(figures: &Figures) -> f64 {
    let (area, spam, ham) = (figures.auc, figures.spam as f64, figures.ham as f64);
    let above = area / (2.0 - area);
    let below = 2.0 * area * area / (1.0 + area);
    let square = area * area;
    let variance =
        area * (1.0 - area) + (spam - 1.0) * (above - square) + (ham - 1.0) * (below - square);
    Z * (variance / (spam * ham)).sqrt()
}

/// The interval of 95 % of a share (Wilson 1927).
#[must_use]
pub fn share(hits: f64, count: f64) -> [f64; 2] {
    let share = hits / count;
    let middle = share + Z * Z / (2.0 * count);
    let half = Z * (share * (1.0 - share) / count + Z * Z / (4.0 * count * count)).sqrt();
    [-half, half].map(|half| ((middle + half) / (1.0 + Z * Z / count)).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_an_interval_that_holds_it_and_narrows_with_more_texts() {
        // Wilson's own form, worked out by hand for 1 of 10.
        let [low, high] = share(1.0, 10.0);
        assert!((low - 0.0179).abs() < 1e-3 && (high - 0.4042).abs() < 1e-3);
        let [none, some] = share(0.0, 100.0);
        assert!(none.abs() < 1e-12 && some < 0.04);
    }

    #[test]
    fn an_area_of_few_texts_is_less_sure_than_one_of_many() {
        let scored =
            |times: usize| [(1.0, true), (0.0, false), (0.5, false), (0.2, true)].repeat(times);
        let few = area(&Figures::of(&scored(5)));
        let many = area(&Figures::of(&scored(50)));
        assert!(many > 0.0 && many < few);
    }
}
