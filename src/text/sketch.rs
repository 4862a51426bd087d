//! Sketches: the rare things of a text as a few numbers, many of them the same for near copies, so that copies are
//! found without a look at every text. A word more, another name, number or link leaves most of them as they are.
//!
//! The things are the words view's: words, pairs of neighbours, parts of links. What every second text has is left
//! out, and a text that holds too little else has no sketch: people do write "thank you, great post" independently
//! of one another.

use super::commonness::{STEPS, steps};
use super::views::{Extractor, View, mix};

/// Things that are kept of a text at most: those with the least digests, which two texts choose alike (Broder 1997).
pub const KEPT: usize = 48;

/// Keys by which a text is looked up.
pub const KEYS: usize = 10;

/// Least digests that make a key. Two texts that share the part `s` of their things share a key with the probability
/// 1 - (1 - s³)¹⁰: .98 at .7, .74 at .5, .01 at .1.
const ROWS: usize = 3;

/// Rarity, in steps, below which a thing is left out: more than every twelfth text has it.
const COMMON: u32 = 7 * STEPS / 2;

/// Things without which a text has no sketch.
const FEWEST: usize = 9;

/// How much rarer than what is common the things are, together and in units of rarity, without which a text has no
/// sketch.
const LEAST: u32 = 66;

/// What is kept of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// In order.
    digests: Box<[u32]>,
    /// Equal keys at the same place are what near copies are found by.
    pub keys: [u32; KEYS],
}

impl Sketch {
    /// The sketch of a text whose features were found; none where it says too little that is rare.
    #[must_use]
    pub fn of(features: &Extractor) -> Option<Self> {
        let mut rare = 0;
        let mut digests = Vec::with_capacity(features.features(View::Words).len());
        for feature in features.features(View::Words) {
            if let Some(above) = steps(feature.id).checked_sub(COMMON) {
                rare += above;
                digests.push(high(mix(u64::from(feature.id) ^ SEED)));
            }
        }
        if digests.len() < FEWEST || rare < LEAST * STEPS {
            return None;
        }
        if digests.len() > KEPT {
            digests.select_nth_unstable(KEPT);
            digests.truncate(KEPT);
        }
        digests.sort_unstable();
        let keys = keys(&digests);
        Some(Self {
            digests: digests.into(),
            keys,
        })
    }

    /// The part of their things that two texts have in common (Jaccard 1901), as far as the sketches say: from 0 to 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "at most 96")]
    pub fn likeness(&self, other: &Self) -> f32 {
        let (mut left, mut right) = (&*self.digests, &*other.digests);
        let (mut all, mut shared) = (0, 0);
        while all < KEPT {
            match (left, right) {
                ([one, after @ ..], [same, rest @ ..]) if one == same => {
                    (left, right) = (after, rest);
                    shared += 1;
                }
                ([one, after @ ..], [another, ..]) if one < another => left = after,
                (_, [_, rest @ ..]) => right = rest,
                ([_, after @ ..], []) => left = after,
                ([], []) => break,
            }
            all += 1;
        }
        shared as f32 / all.max(1) as f32
    }
}

const SEED: u64 = 0x6A09_E667_F3BC_C908;

/// The upper half, whose bits are mixed best.
const fn high(digest: u64) -> u32 {
    (digest >> 32) as u32
}

/// Each key is made of the least digests in a few other orders.
fn keys(digests: &[u32]) -> [u32; KEYS] {
    std::array::from_fn(|key| {
        let least = (0..ROWS).map(|row| {
            let order = mix((key * ROWS + row + 1) as u64) | 1;
            let in_order = |digest: &u32| high(u64::from(*digest).wrapping_mul(order) << 16);
            digests.iter().map(in_order).min().unwrap_or_default()
        });
        high(least.fold(key as u64, |key, least| mix(key ^ u64::from(least))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, views::with_features};

    fn sketch(text: &str) -> Option<Sketch> {
        let document = Document {
            text,
            name: None,
            email_domain: None,
            website: None,
        };
        with_features(&document, |features| Sketch::of(features))
    }

    fn likeness(one: &str, other: &str) -> f32 {
        let [one, other] = [one, other].map(|text| sketch(text).expect("a sketch"));
        one.likeness(&other)
    }

    const OFFER: &str = "My uncle lost 3,200 dollars to a forex broker and Mrs Wanda Petrov at chainrecovery24 \
         got every cent back within four days; write to her on telegram before they close the case.";

    #[test]
    fn everyday_praise_has_no_sketch() {
        for text in [
            "Thanks!",
            "Great post, thank you for sharing this with us.",
            "Thanks for this article, it helped me a lot.",
            "I totally agree with you, this is so true.",
            "Nice article, I really enjoyed reading it. Keep up the good work!",
            "First!",
            "Happy birthday to you and all the best for the new year!",
            "+1",
        ] {
            assert_eq!(sketch(text), None, "{text}");
        }
        assert!(sketch(OFFER).is_some());
    }

    #[test]
    fn a_copy_with_another_name_number_or_word_is_near() {
        let spun = OFFER
            .replace("Wanda Petrov", "Rita Malone")
            .replace("3,200", "8,700");
        assert!(likeness(OFFER, &spun) > 0.6, "{}", likeness(OFFER, &spun));
        let longer = format!("{OFFER} God bless her!");
        assert!(likeness(OFFER, &longer) > 0.8);
        let other = "The broker in this article is the one my bank warned me about: my uncle wrote to the ombudsman, \
             who answered after four days that the case is closed and every cent is lost.";
        assert!(likeness(OFFER, other) < 0.2, "{}", likeness(OFFER, other));
    }
}
