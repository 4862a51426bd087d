//! The weights of a base and a site's lessons, each worked out when it is asked for: a label changes the sums of the
//! features it has and one total a class and view, so learning costs what a text does and not what the feature space
//! does. The formula is [`super::naive`]'s; a test compares the two.

use super::base::{Base, Totals};
use super::file::LARGEST;
use super::lessons::Lessons;
use super::sums::from_units;
use hamlet_text::views::{VIEWS, View};

/// Works the weight of a feature out.
#[derive(Clone, Debug)]
pub(super) struct Lazy {
    base: Base,
    lessons: Lessons,
    /// How many times a lesson of each class counts, ham first.
    weights: [f64; 2],
    terms: [Terms; VIEWS.len()],
    /// Where the base keeps its sums as codes: for each view and class the logarithm of what each code comes to.
    logs: Option<Box<[[[f64; 256]; 2]; VIEWS.len()]>>,
}

/// What the log-ratios of a view are worked out with.
#[derive(Clone, Copy, Debug)]
struct Terms {
    /// The view's last place in the feature space, and one.
    end: u32,
    /// Where the places begin that no base knows, because pieces in no vocabulary share them, and what such a piece weighs.
    rare: u32,
    unknown: f32,
    /// What brings both classes to the same total, ham first.
    scales: [f64; 2],
    alpha: f64,
    /// What a sum comes to at most.
    most: f64,
    /// What remains where a class has no total.
    offset: f64,
    /// The view's trust.
    factor: f32,
}

impl Terms {
    fn of(base: &Base, totals: &Totals, view: View) -> Self {
        let header = base.header();
        let alpha = header.alpha[view.index()];
        #[expect(clippy::cast_precision_loss, reason = "sums stay below 2^53 units")]
        let totals = [0, 1].map(|class| totals[class][view.index()] as f64 * from_units(1));
        let common = f64::midpoint(totals[0], totals[1]);
        let scale = |own: f64| if own > 0.0 { common / own } else { 0.0 };
        #[expect(clippy::cast_precision_loss, reason = "a count of features")]
        let smoothing = alpha * view.size() as f64;
        let whole = totals.map(|own| if own > 0.0 { common } else { 0.0 } + smoothing);
        #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
        let factor = header.trust.factors[view.index()] as f32;
        let offset = whole[0].ln() - whole[1].ln();
        let rare = view.start() + view.known();
        #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
        let unknown = offset as f32 * factor;
        Self {
            rare: u32::try_from(rare).unwrap_or(u32::MAX),
            unknown,
            end: u32::try_from(view.range().end).unwrap_or(u32::MAX),
            scales: totals.map(scale),
            alpha,
            most: common,
            offset,
            factor,
        }
    }
}

impl Terms {
    /// A sum of a class, as it is compared with that of the other.
    fn value(&self, class: usize, sum: f64) -> f64 {
        sum * self.scales[class] + self.alpha
    }
}

impl Lazy {
    /// `totals` are what base and lessons add up to. `None` where a weight might be no number, or one so large
    /// that a score might be none.
    pub(super) fn new(
        base: Base,
        lessons: Lessons,
        weights: [f64; 2],
        totals: &Totals,
    ) -> Option<Self> {
        let terms = VIEWS.map(|view| Terms::of(&base, totals, view));
        let logs = base.decoded().map(|sums| {
            let of = |terms: &Terms| {
                [0, 1].map(|class| sums.map(|sum| terms.value(class, f64::from(sum)).ln()))
            };
            Box::new(terms.each_ref().map(of))
        });
        let lazy = Self {
            base,
            lessons,
            weights,
            terms,
            logs,
        };
        lazy.is_bounded().then_some(lazy)
    }

    /// The weight of a feature.
    pub(super) fn weight(&self, id: u32) -> f32 {
        let view = self.terms.iter().position(|terms| id < terms.end);
        view.map_or(0.0, |view| self.of_view(view)(id))
    }

    /// What works out the weights of a view's features. What they have in common is looked up once: a text has hundreds.
    pub(super) fn of_view(&self, view: usize) -> impl Fn(u32) -> f32 {
        let terms = &self.terms[view];
        let kept = self.logs.as_ref().zip(self.base.codes());
        let kept = kept.map(|(logs, codes)| (&logs[view], codes));
        let is_untaught = self.lessons.is_empty();
        let own = move |id| [0, 1].map(|class| self.lessons.units(class, id));
        move |id| {
            let own = if is_untaught { [0, 0] } else { own(id) };
            if id >= terms.rare && own == [0, 0] {
                return terms.unknown;
            }
            let (log_ratio, difference) = match &kept {
                Some((logs, codes)) if own == [0, 0] => {
                    let ([ham, spam], difference) = codes(id);
                    let log_ratio = logs[1][usize::from(spam)] - logs[0][usize::from(ham)];
                    (log_ratio, difference)
                }
                _ => {
                    let [ham, spam] = [0, 1].map(|class| {
                        let weight = self.weights[class];
                        terms.value(class, self.base.value(class, id, own[class], weight))
                    });
                    ((spam / ham).ln(), self.base.difference(id))
                }
            };
            #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
            let ratio = (log_ratio + terms.offset) as f32;
            ratio * (terms.factor + difference)
        }
    }

    /// Whether no feature can weigh more than [`LARGEST`]: a sum is at most its class's total, and at least
    /// nothing.
    fn is_bounded(&self) -> bool {
        let header = self.base.header();
        let widest = header.widest_difference.abs();
        let bounded = |terms: &Terms| {
            let ratio = ((terms.most + terms.alpha) / terms.alpha).ln() + terms.offset.abs();
            let largest = ratio * f64::from(terms.factor.abs() + widest);
            terms.alpha > 0.0 && largest <= f64::from(LARGEST)
        };
        self.terms.iter().all(bounded) && header.trust.bias.abs() <= f64::from(LARGEST)
    }
}
