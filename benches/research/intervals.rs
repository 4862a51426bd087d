//! Intervals of 95 % beside the figures of cross-validation.

use hamlet::evaluation::figures::Figures;

/// The standard normal's quantile for intervals of 95 %.
const Z: f64 = 1.96;

/// Half the width of an area's interval of 95 % (Hanley and `McNeil` 1982).
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
pub fn share(hits: f64, count: f64) -> [f64; 2] {
    let share = hits / count;
    let middle = share + Z * Z / (2.0 * count);
    let half = Z * (share * (1.0 - share) / count + Z * Z / (4.0 * count * count)).sqrt();
    [-half, half].map(|half| ((middle + half) / (1.0 + Z * Z / count)).clamp(0.0, 1.0))
}
