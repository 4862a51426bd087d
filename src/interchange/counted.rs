//! Moments as numbers: how many of what since when, which their size says.

/// Seconds from the beginning of the year 1 to that of 1970: .NET counts from there.
const YEAR_1: f64 = 62_135_596_800.0;

/// Seconds from the beginning of 1601 to that of 1970: Windows and Chrome count from there.
const YEAR_1601: f64 = 11_644_473_600.0;

/// Milliseconds since 1970 of a number and its `value`: seconds, thousandths, millionths or billionths of them since then; days as
/// spreadsheets count them; the clocks of .NET, Windows and Chrome, whose numbers would else be of years without comments.
#[expect(
    clippy::cast_possible_truncation,
    reason = "what is out of range is no date"
)]
pub(super) fn millis(raw: &str, value: f64) -> Option<i64> {
    // Days since the end of 1899, good to the second: no comment is of the first day of 1970.
    if (25_569.0..100_000.0).contains(&value) {
        return Some(((value - 25_569.0) * 86_400.0).round() as i64 * 1000);
    }
    // A year alone is no day.
    if !value.is_finite() || (value.abs() < 10_000.0 && value != 0.0) {
        return None;
    }
    let elsewhere = match raw.len() {
        18 if (6.2e17..6.9e17).contains(&value) => Some(value / 1e7 - YEAR_1),
        18 if (1.2e17..1.6e17).contains(&value) => Some(value / 1e7 - YEAR_1601),
        17 if (1.2e16..1.6e16).contains(&value) => Some(value / 1e6 - YEAR_1601),
        _ => None,
    };
    let unit = [1.0, 1e3, 1e6, 1e9]
        .into_iter()
        .find(|unit| (value / unit).abs() < 1e11)?;
    // A spreadsheet that shows `1.63543E+12` keeps no more than that: it is some hour of some day.
    if step(raw).is_some_and(|step| step > unit) {
        return None;
    }
    Some((elsewhere.unwrap_or(value / unit) * 1000.0).round() as i64)
}

/// What the last digit of a number with an exponent counts.
fn step(raw: &str) -> Option<f64> {
    let (mantissa, exponent) = raw.split_once(['e', 'E'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let digits = mantissa
        .split_once('.')
        .map_or(0, |(_, digits)| digits.len());
    Some(10_f64.powi(exponent - i32::try_from(digits).ok()?))
}
