//! The passage of a long text that reads most like spam. A text's features are scaled to a length of
//! one, so ordinary words added to spam thin it out until the whole looks harmless (Lowd and Meek, 2005,
//! call it the good word attack). A short passage cannot be thinned out from outside: where one by
//! itself is spam, the whole is lifted towards it.

use std::ops::Range;

use super::model::Model;
use hamlet_text::commonness::{STEPS, steps};
use hamlet_text::views::{Extractor, View};

/// Tokens of a passage, and from one passage to the next.
const LENGTH: usize = 32;
const STRIDE: usize = 8;
/// Texts of fewer tokens are judged as a whole alone.
const LONG: usize = 2 * LENGTH;
/// Log-odds by which a passage has to be more telling than a whole text, because the strongest of many
/// passages is one by chance too. Chosen on ham kept out of training: see `models/README.md`.
const MARGIN: f64 = 1.5;

/// Log-odds above which no passage lifts a text: even odds. It brings a person to look, it does not
/// convict; a long honest text has passages of its own.
const DOUBT: f64 = 0.0;

/// The views whose features belong to tokens.
const VIEWS: [View; 2] = [View::Words, View::Characters];

/// A passage that lifts the score of its text.
pub(super) struct Passage {
    /// The passage's tokens.
    pub tokens: Range<usize>,
    /// Log-odds that it adds to those of the whole; above zero.
    pub lift: f64,
}

/// What the tokens up to a place bring to each view: the weights' sum, and that of the squared rarities.
type Totals = [(f64, u64); 2];

/// The passage of `text` that lifts it most, if any does. `views` is what each view of the whole gives, in
/// the order of [`views::VIEWS`](hamlet_text::views::VIEWS), `whole` the log-odds of all.
pub(super) fn strongest(
    model: &Model,
    text: &Extractor,
    views: [f64; hamlet_text::views::VIEWS.len()],
    whole: f64,
) -> Option<Passage> {
    let count = text.tokens().len();
    if count < LONG || !model.question().looks_for_passages() {
        return None;
    }
    let others = whole - VIEWS.iter().map(|view| views[view.index()]).sum::<f64>();
    let totals = totals(model, text);
    let starts = (0..=count - LENGTH).step_by(STRIDE).chain([count - LENGTH]);
    let scored = starts.map(|start| {
        let tokens = start..start + LENGTH;
        (others + score(&totals, &tokens), tokens)
    });
    let (own, tokens) = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let lift = (own - MARGIN).min(DOUBT) - whole;
    (own > 0.0 && lift > 0.0).then_some(Passage { tokens, lift })
}

/// What the views give a passage. A feature counts where it first stands, so a passage that repeats earlier
/// ones has few of its own: they are scaled as if it had as much to say as the first passage, at least.
fn score(totals: &[Totals], tokens: &Range<usize>) -> f64 {
    let (before, after, first) = (&totals[tokens.start], &totals[tokens.end], &totals[LENGTH]);
    let mut score = 0.0;
    for view in 0..VIEWS.len() {
        let squares = (after[view].1 - before[view].1).max(first[view].1).max(1);
        #[expect(clippy::cast_precision_loss, reason = "a sum of squared bytes")]
        let length = (squares as f64).sqrt();
        score += (after[view].0 - before[view].0) * f64::from(STEPS) / length;
    }
    score
}

/// The running totals before each token, and at the end.
fn totals(model: &Model, text: &Extractor) -> Vec<Totals> {
    let mut totals = vec![Totals::default(); text.tokens().len() + 1];
    for (view, place) in VIEWS.into_iter().zip(0..) {
        for feature in text.features(view) {
            // What the text as a whole brought belongs to no passage.
            if let Some(own) = totals.get_mut(feature.token as usize + 1) {
                own[place].0 += f64::from(model.weight(feature.id));
                own[place].1 += u64::from(steps(feature.id)).pow(2);
            }
        }
    }
    let mut running = Totals::default();
    for own in &mut totals {
        for (sum, own) in running.iter_mut().zip(own.iter_mut()) {
            *sum = (sum.0 + own.0, sum.1 + own.1);
            *own = *sum;
        }
    }
    totals
}

#[cfg(test)]
mod tests {
    use crate::{Model, Sign};
    use hamlet_text::Document;

    const SPAM: &str =
        "Cheap garcinia diet pills!!! Order now http://buy-slim-pills.example.com/offer";
    const TALK: &str = "I think the second paragraph answers your question because the source says \
        so and the discussion above already explained which version of the article people meant ";

    const MORE: &str = "My neighbour keeps bees behind the old school and gives us honey every autumn, although the \
        weather was poor and the garden still waits for rain before the children come home ";

    fn explain(text: &str) -> crate::Explanation {
        let model = Model::shipped().expect("the shipped model");
        model.explain(&Document {
            text,
            ..Document::default()
        })
    }

    #[test]
    fn spam_among_ordinary_words_is_doubted_and_its_passage_shown() {
        let talk = format!("{}{MORE}", TALK.repeat(2));
        let text = format!("{talk}{SPAM} {talk}");
        let explanation = explain(&text);
        assert!((explanation.log_odds - super::DOUBT).abs() < 1e-9);
        let passage = explanation.tokens.last().expect("a passage");
        let (from, to) = passage.spans[0];
        assert!(text[from as usize..to as usize].contains("garcinia"));
        assert!(passage.weight > 0.0);
    }

    #[test]
    fn ordinary_words_alone_are_not_lifted() {
        let explanation = explain(&TALK.repeat(6));
        assert!(explanation.log_odds < -2.0);
        let passages = explanation.tokens.iter();
        assert_eq!(
            passages.filter(|part| part.sign == Sign::Passage).count(),
            0
        );
    }
}
