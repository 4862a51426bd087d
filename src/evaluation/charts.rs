//! A chart as SVG text: marks over two axes with ticks and names. The report and the desk draw with it. It carries class names
//! and no colours, so that each page's style sheet colours it (and follows light and dark); it has no script, and is the same for the
//! same numbers.

use askama::Template;

/// Size of the drawing, and the room beside the axes, in units of the drawing.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 58.0;
const BOTTOM: f64 = 46.0;
const EDGE: f64 = 12.0;
/// Parts that the ticks divide an axis into, at most.
const PARTS: f64 = 5.0;
/// Lines of so few points have each of them marked.
const FEW: usize = 20;

/// An axis: its name and its ends.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What is measured along it, with its unit.
    pub name: String,
    /// The value at its start; below `high`.
    pub low: f64,
    /// The value at its end.
    pub high: f64,
}

/// What a mark stands for; the style sheets give it its colour under the name in [`Class::name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Genuine comments.
    Ham,
    /// Spam.
    Spam,
    /// What chance, or a perfect model, would give.
    Even,
}

/// Counts from one value to another: ham below, spam above it.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Where it starts and ends, in the axis's units.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// How many are ham.
    pub ham: usize,
    /// How many are spam.
    pub spam: usize,
    /// What a pointer that rests on it shows.
    pub says: String,
}

/// A point that stands for several.
#[derive(Clone, Debug)]
pub struct Dot {
    /// Where it is, in the axes' units.
    pub at: (f64, f64),
    /// How many it stands for, at least 1.
    pub count: usize,
    /// What a pointer that rests on it shows.
    pub says: String,
}

/// Something drawn over the axes.
#[derive(Clone, Debug)]
pub enum Drawn {
    /// A line through points, in the axes' units.
    Line(Class, Vec<(f64, f64)>),
    /// A bar.
    Bar(Bar),
    /// A dot.
    Dot(Dot),
    /// A line across, with the id `mark`, that a script may move: it names the drawing's units in `data-start` and `data-span`.
    Across(f64),
}

/// Marks over two axes. Its `Display` is the drawing as SVG, which a page takes in unescaped.
#[derive(Clone, Debug, Template)]
#[template(path = "chart.html")]
pub struct Chart {
    /// The axis across.
    pub x: Axis,
    /// The axis upwards.
    pub y: Axis,
    /// What is drawn, in order.
    pub marks: Vec<Drawn>,
    /// What a reader who does not see the drawing gets.
    pub says: String,
}

/// Where a bar lies on the drawing, in its units: the tops and heights of its two parts.
struct Place {
    left: f64,
    width: f64,
    ham: (f64, f64),
    spam: (f64, f64),
}

impl Chart {
    const WIDTH: f64 = WIDTH;
    const HEIGHT: f64 = HEIGHT;
    /// Where the horizontal axis starts, and how long it is.
    const START: f64 = LEFT;
    const SPAN: f64 = WIDTH - LEFT - EDGE;
    /// Where the vertical axis starts, at its lower end, and how long it is.
    const FLOOR: f64 = HEIGHT - BOTTOM;
    const RISE: f64 = HEIGHT - BOTTOM - EDGE;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates hand their arguments on by reference"
    )]
    fn across(&self, value: &f64) -> f64 {
        tenth(self.x.share(*value).mul_add(Self::SPAN, Self::START))
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates hand their arguments on by reference"
    )]
    fn up(&self, value: &f64) -> f64 {
        tenth(self.y.share(*value).mul_add(-Self::RISE, Self::FLOOR))
    }

    fn place(&self, bar: &Bar) -> Place {
        let gap = (bar.to - bar.from) * 0.08;
        let (left, right) = (self.across(&(bar.from + gap)), self.across(&(bar.to - gap)));
        let (ham, all) = (self.up(&real(bar.ham)), self.up(&real(bar.ham + bar.spam)));
        Place {
            left,
            width: tenth(right - left),
            ham: (ham, tenth(Self::FLOOR - ham)),
            spam: (all, tenth(ham - all)),
        }
    }

    fn path(&self, points: &[(f64, f64)]) -> String {
        let step = |(place, (x, y)): (usize, &(f64, f64))| {
            let letter = if place == 0 { 'M' } else { 'L' };
            format!("{letter}{} {}", self.across(x), self.up(y))
        };
        points.iter().enumerate().map(step).collect()
    }
}

impl Class {
    /// The class that style sheets know it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ham => "ham",
            Self::Spam => "spam",
            Self::Even => "even",
        }
    }
}

impl Axis {
    /// From `low` to `high`.
    #[must_use]
    pub fn new(name: &str, low: f64, high: f64) -> Self {
        let name = name.to_owned();
        Self { name, low, high }
    }

    /// From 0 to 1.
    #[must_use]
    pub fn share_of_one(name: &str) -> Self {
        Self::new(name, 0.0, 1.0)
    }

    /// From 0 to the highest bar, at least 5 so that no tick is a part of one.
    #[must_use]
    pub fn counts(name: &str, bars: &[Drawn]) -> Self {
        let counts = bars.iter().map(|mark| match mark {
            Drawn::Bar(bar) => bar.ham + bar.spam,
            _ => 0,
        });
        Self::new(name, 0.0, real(counts.max().unwrap_or(0).max(5)))
    }

    /// Where a value lies between the ends: 0 to 1, values beyond an end at that end.
    fn share(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Round numbers between the ends: steps of 1, 2 or 5 times a power of ten.
    fn ticks(&self) -> Vec<f64> {
        let rough = (self.high - self.low) / PARTS;
        let power = 10_f64.powf(rough.log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
        let step = steps
            .into_iter()
            .find(|step| *step >= rough * 0.999)
            .unwrap_or(rough);
        // Zero is added so that a zero has no sign.
        let first = (self.low / step - 1e-9).ceil() + 0.0;
        let last = (self.high / step + 1e-9).floor();
        // Rounded, so that three times a tenth is written 0.3.
        std::iter::successors(Some(first), |count| Some(count + 1.0))
            .take_while(|count| *count <= last)
            .map(|count| (count * step * 1e9).round() / 1e9)
            .collect()
    }
}

impl Dot {
    /// In units of the drawing: 4 for one, 6 more for each factor of ten, at most 16.
    fn radius(&self) -> f64 {
        tenth((real(self.count).log10().mul_add(6.0, 4.0)).min(16.0))
    }
}

/// Rounded to a tenth of a unit: nobody sees less.
fn tenth(units: f64) -> f64 {
    (units * 10.0).round() / 10.0
}

/// A count as a number of the axes.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of at most millions")]
pub const fn real(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit() -> Axis {
        Axis::share_of_one("a < b")
    }

    fn drawn(x: Axis, y: Axis, marks: Vec<Drawn>) -> String {
        let says = "rises \"here\"".to_owned();
        Chart { x, y, marks, says }.to_string()
    }

    #[test]
    fn ticks_are_round_and_lie_between_the_ends() {
        let all = |low, high| Axis::new("", low, high).ticks();
        assert_eq!(all(0.0, 1.0), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        assert_eq!(all(0.0, 500.0), [0.0, 100.0, 200.0, 300.0, 400.0, 500.0]);
        assert_eq!(all(0.93, 1.0), [0.94, 0.96, 0.98, 1.0]);
        assert_eq!(all(0.0, 1.0)[0].to_string(), "0");
    }

    #[test]
    fn a_point_beyond_an_end_is_drawn_at_the_end_and_names_are_text() {
        let line = Drawn::Line(Class::Spam, vec![(-1.0, 0.0), (2.0, 2.0)]);
        let svg = drawn(unit(), unit(), vec![line]);
        assert!(svg.contains("M58 274L468 12"), "{svg}");
        assert!(!svg.contains("a < b") && svg.contains("a &#60; b"), "{svg}");
        assert!(!svg.contains("rises \"") && svg.matches("<circle").count() == 2);
    }

    #[test]
    fn bars_stand_on_each_other_within_the_frame() {
        let bar = |place: usize| {
            Drawn::Bar(Bar {
                from: real(place),
                to: real(place + 1),
                ham: 4,
                spam: 6,
                says: String::new(),
            })
        };
        let bars = vec![bar(0), bar(1)];
        let counts = Axis::counts("comments", &bars);
        let svg = drawn(Axis::new("", 0.0, 2.0), counts, bars);
        for part in [
            r#"class="ham" x="74.4" y="169.2" width="172.2" height="104.8""#,
            r#"class="spam" x="74.4" y="12" width="172.2" height="157.2""#,
        ] {
            assert!(svg.contains(part), "{svg}");
        }
    }
}
