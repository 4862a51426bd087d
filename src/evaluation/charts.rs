//! A chart as SVG text: lines over two axes with ticks and names. It has no script and no style sheet of its own, and is
//! the same for the same numbers.

use std::fmt::Write;

use crate::markup::escape;

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 360.0;
/// Room for what stands beside the axes, in units of the drawing.
const LEFT: f64 = 58.0;
const BOTTOM: f64 = 46.0;
const EDGE: f64 = 12.0;
/// Parts that the ticks divide an axis into, at most.
const PARTS: f64 = 5.0;
/// Lines of so few points have each of them marked.
const FEW: usize = 20;

/// An axis: its name and its ends.
#[derive(Clone, Copy, Debug)]
pub struct Axis<'a> {
    /// What is measured along it, with its unit.
    pub name: &'a str,
    /// The value at its start; below `high`.
    pub low: f64,
    /// The value at its end.
    pub high: f64,
}

/// A line through points, in the axes' units.
#[derive(Clone, Debug)]
pub struct Line {
    /// The points, in order.
    pub points: Vec<(f64, f64)>,
    /// An SVG colour.
    pub colour: &'static str,
}

/// Draws `lines` over the axes; `says` is what a reader who does not see the drawing gets.
#[must_use]
pub fn lines(x: Axis<'_>, y: Axis<'_>, lines: &[Line], says: &str) -> String {
    let across = |value: f64| LEFT + x.share(value) * (WIDTH - LEFT - EDGE);
    let up = |value: f64| HEIGHT - BOTTOM - y.share(value) * (HEIGHT - BOTTOM - EDGE);
    let mut svg = format!(
        r##"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{}" font-size="12" fill="#57606a">"##,
        escape(says)
    );
    // Writing into a string cannot fail.
    for tick in x.ticks() {
        let (at, low, high) = (across(tick), up(y.low), up(y.high));
        let _ = write!(
            svg,
            r##"<path d="M{at:.1} {low:.1}V{high:.1}" stroke="#e6e8eb"/><text x="{at:.1}" y="{:.1}" text-anchor="middle">{tick}</text>"##,
            low + 16.0
        );
    }
    for tick in y.ticks() {
        let (at, low, high) = (up(tick), across(x.low), across(x.high));
        let _ = write!(
            svg,
            r##"<path d="M{low:.1} {at:.1}H{high:.1}" stroke="#e6e8eb"/><text x="{:.1}" y="{:.1}" text-anchor="end">{tick}</text>"##,
            low - 6.0,
            at + 4.0
        );
    }
    for line in lines {
        svg.push_str(r#"<path fill="none" stroke-width="2" stroke=""#);
        svg.push_str(line.colour);
        svg.push_str(r#"" d=""#);
        for (place, &(a, b)) in line.points.iter().enumerate() {
            let step = if place == 0 { 'M' } else { 'L' };
            let _ = write!(svg, "{step}{:.1} {:.1}", across(a), up(b));
        }
        svg.push_str(r#""/>"#);
        for &(a, b) in line.points.iter().filter(|_| line.points.len() <= FEW) {
            let (cx, cy, colour) = (across(a), up(b), line.colour);
            let _ = write!(
                svg,
                r#"<circle cx="{cx:.1}" cy="{cy:.1}" r="3" fill="{colour}"/>"#
            );
        }
    }
    let (middle, centre) = (
        f64::midpoint(LEFT, WIDTH - EDGE),
        f64::midpoint(EDGE, HEIGHT - BOTTOM),
    );
    let _ = write!(
        svg,
        r#"<text x="{middle:.1}" y="{:.1}" text-anchor="middle">{}</text><text transform="translate(14 {centre:.1}) rotate(-90)" text-anchor="middle">{}</text></svg>"#,
        HEIGHT - 8.0,
        escape(x.name),
        escape(y.name)
    );
    svg
}

impl Axis<'_> {
    /// Where a value lies between the ends: 0 to 1, values beyond an end at that end.
    fn share(self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Round numbers between the ends: steps of 1, 2 or 5 times a power of ten.
    fn ticks(self) -> impl Iterator<Item = f64> {
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
            .take_while(move |count| *count <= last)
            .map(move |count| (count * step * 1e9).round() / 1e9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(low: f64, high: f64) -> Axis<'static> {
        Axis {
            name: "a < b",
            low,
            high,
        }
    }

    #[test]
    fn ticks_are_round_and_lie_between_the_ends() {
        let all = |low, high| axis(low, high).ticks().collect::<Vec<_>>();
        assert_eq!(all(0.0, 1.0), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        assert_eq!(all(0.0, 500.0), [0.0, 100.0, 200.0, 300.0, 400.0, 500.0]);
        assert_eq!(all(0.93, 1.0), [0.94, 0.96, 0.98, 1.0]);
        assert_eq!(all(0.0, 1.0)[0].to_string(), "0");
    }

    #[test]
    fn a_point_beyond_an_end_is_drawn_at_the_end_and_names_are_text() {
        let line = Line {
            points: vec![(-1.0, 0.0), (2.0, 2.0)],
            colour: "#000",
        };
        let svg = lines(axis(0.0, 1.0), axis(0.0, 1.0), &[line], "rises");
        assert!(svg.contains("M58.0 314.0L468.0 12.0"), "{svg}");
        assert!(svg.contains("a &lt; b") && !svg.contains("a < b"));
        assert!(svg.contains("aria-label=\"rises\"") && svg.matches("<circle").count() == 2);
    }
}
