//! How alike two texts are.

use hamlet::text::views::mix;

/// The digests of a text's runs of four letters, each once.
pub fn shingles(text: &str) -> Vec<u64> {
    let letters: Vec<char> = text
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    let mut found: Vec<u64> = letters
        .windows(4)
        .map(|window| {
            window
                .iter()
                .fold(3, |key, c| mix(key ^ u64::from(*c as u32)))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The share of shingles that two texts have in common (Jaccard 1901); 0 where one is thrice as long.
#[expect(clippy::cast_precision_loss, reason = "counts of letters")]
pub fn similarity(a: &[u64], b: &[u64]) -> f64 {
    if a.len().min(b.len()) * 3 < a.len().max(b.len()) {
        return 0.0;
    }
    let (mut i, mut j, mut shared) = (0, 0, 0_usize);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                shared += 1;
                i += 1;
                j += 1;
            }
        }
    }
    shared as f64 / (a.len() + b.len() - shared).max(1) as f64
}
