//! A site the base never saw, where a certain share of what comes is spam. What is blocked by itself is not labelled, because
//! nobody decides it.

use std::collections::BTreeMap;

use hamlet::bayes::Model;
use hamlet::bayes::base::Base;
use hamlet::bayes::lessons::Lessons;
use hamlet::bayes::odds::log_loss;
use hamlet::bayes::options::Options;
use hamlet::bayes::row::Sample;
use hamlet::bayes::train::Trainer;
use hamlet::evaluation::figures::{Figures, Scored};

use super::corpus::{Failure, Text};
use super::{DRAWS, HELD, SITES, SPAM, score, shuffled, train};

/// Shares of spam among what comes to a site, numbers of labels, and how many texts of each class are scored.
const SHARES: [f64; 5] = [0.02, 0.05, 0.143, 0.5, 0.8];
const DECIDED: [usize; 3] = [50, 200, 500];
const SCORED: usize = 300;

/// Log loss, AUC, ham held, spam blocked, spam blocked or held.
type Outcome = [f64; 5];

/// Prints how a model does with each share of spam after each number of labels.
pub(super) fn measure(texts: &[Text], licensed: &[Text]) -> Result<(), Failure> {
    let mut outcomes: BTreeMap<(usize, usize, &str), Vec<Outcome>> = BTreeMap::new();
    for site in SITES {
        let bytes = train(texts.iter().filter(|text| text.source != site))?;
        let base = Base::from_bytes(&bytes)?;
        let own = licensed.iter().filter(|text| text.source == site);
        let own: Vec<&Sample> = own.map(|text| &text.sample).collect();
        for (share, labels) in places() {
            for draw in 0..DRAWS {
                let stream = Stream::new(&own, &base, SHARES[share], DECIDED[labels], draw)?;
                for (way, outcome) in stream.outcomes(&base, SHARES[share])? {
                    let outcomes = outcomes.entry((share, labels, way)).or_default();
                    outcomes.push(outcome);
                }
            }
        }
    }
    println!("\nA site the base never saw, by the share of spam: means over the sites\n");
    println!("spam    labels  learnt   log loss  AUC     ham held  spam blocked  or held");
    for ((share, labels, way), outcomes) in outcomes {
        #[expect(clippy::cast_precision_loss, reason = "a count of outcomes")]
        let mean =
            |at: usize| outcomes.iter().map(|of| of[at]).sum::<f64>() / outcomes.len() as f64;
        println!(
            "{:<7} {:<7} {way:<8} {:.4}    {:.4}  {:.4}    {:.4}        {:.4}",
            SHARES[share],
            DECIDED[labels],
            mean(0),
            mean(1),
            mean(2),
            mean(3),
            mean(4)
        );
    }
    Ok(())
}

/// Each share with each number of labels.
fn places() -> impl Iterator<Item = (usize, usize)> {
    (0..SHARES.len()).flat_map(|share| (0..DECIDED.len()).map(move |labels| (share, labels)))
}

/// What a site's moderators decided, and what is scored then.
struct Stream {
    decided: Vec<Sample>,
    /// Ham and spam.
    scored: [Vec<Sample>; 2],
}

impl Stream {
    fn new(
        own: &[&Sample],
        base: &Base,
        share: f64,
        labels: usize,
        draw: u64,
    ) -> Result<Self, Failure> {
        let cold = base.untaught()?;
        let of = |spam: bool| {
            let class = own.iter().filter(|sample| sample.spam == spam);
            shuffled(class.copied().cloned().collect::<Vec<Sample>>(), draw)
        };
        let mut classes = [of(false)?, of(true)?];
        let scored = classes.each_mut().map(|class| {
            let count = SCORED.min(class.len());
            class.drain(..count).collect()
        });
        let mut decided = Vec::new();
        let mut spam_due = 0.0;
        while decided.len() < labels {
            spam_due += share;
            let is_spam = spam_due >= 1.0;
            spam_due -= f64::from(u8::from(is_spam));
            let Some(sample) = classes[usize::from(is_spam)].pop() else {
                break;
            };
            if cold.score(&sample.document()) < SPAM {
                decided.push(sample);
            }
        }
        Ok(Self { decided, scored })
    }

    /// What is made of it: nothing, labels learnt as they come, a training run on them.
    fn outcomes(&self, base: &Base, share: f64) -> Result<[(&'static str, Outcome); 3], Failure> {
        let mut lessons = Lessons::default();
        for sample in &self.decided {
            lessons.learn(&sample.document(), sample.label());
        }
        let mut trainer = Trainer::new(Options::default(), Some(base.clone()));
        trainer.add("site", &self.decided, 1.0);
        let retrained = Model::from_bytes(&trainer.finish()?.to_bytes()?)?;
        Ok([
            ("nothing", self.outcome(&base.untaught()?, share)),
            ("live", self.outcome(&base.taught(&lessons)?, share)),
            ("trained", self.outcome(&retrained, share)),
        ])
    }

    fn outcome(&self, model: &Model, share: f64) -> Outcome {
        let [ham, spam] = self.scored.each_ref().map(|class| score(model, class));
        let all: Vec<Scored> = ham.iter().chain(&spam).copied().collect();
        #[expect(clippy::cast_precision_loss, reason = "counts of texts")]
        let beyond = |class: &[Scored], limit: f64| {
            let count = class.iter().filter(|(score, _)| *score >= limit).count();
            count as f64 / class.len().max(1) as f64
        };
        [
            log_loss(&ham) * (1.0 - share) + log_loss(&spam) * share,
            Figures::of(&all).auc,
            beyond(&ham, HELD),
            beyond(&spam, SPAM),
            beyond(&spam, HELD),
        ]
    }
}
