//! Log-odds: as a probability, and what they cost where they are wrong.

/// The logistic function: log-odds to probability.
#[must_use]
pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// −mean log P(truth), in nats; computed from log-odds, so nothing overflows.
#[expect(clippy::cast_precision_loss, reason = "counts of texts")]
#[must_use]
pub fn log_loss(scored: &[(f64, bool)]) -> f64 {
    let loss = |&(score, spam): &(f64, bool)| {
        let against = if spam { -score } else { score };
        against.max(0.0) + (-against.abs()).exp().ln_1p()
    };
    scored.iter().map(loss).sum::<f64>() / scored.len().max(1) as f64
}
