//! Times as other systems write them. A spelling is read where it can mean one moment only; what is
//! left (`28.10.2021`, `10/28/2021`: which is the month?) is a doubt, and never the present.

use super::{
    columns::same,
    doubt::Doubt,
    spellings::{is_missing, millis},
};
use crate::domain::timestamp::Timestamp;

/// The doubt about a spelling that is not understood.
pub(super) const NOT_UNDERSTOOD: &str = "a date that is not understood";

/// The doubt about a comment without any.
pub const MISSING: &str = "no date";

/// The doubt about a time of before 1970, which becomes the first moment of that year.
const TOO_EARLY: &str = "a date before 1970";

/// The doubt about a time of which only the local clock's reading is there.
pub const LOCAL: &str = "a date in local time alone";

/// When a comment was written, as far as its system says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Date {
    /// The moment.
    pub at: Option<Timestamp>,
    /// What is odd about it.
    pub doubt: Option<Doubt>,
}

/// Reads a date; an empty one, or one of zeros, as WordPress and others write for a date that they do not
/// know, is missing.
#[must_use]
pub fn read(raw: Option<&str>) -> Date {
    let raw = raw.unwrap_or_default().trim();
    if is_missing(raw) {
        return Date {
            at: None,
            doubt: Some(Doubt::new(MISSING, raw)),
        };
    }
    let Some(millis) = millis(raw) else {
        return Date {
            at: None,
            doubt: Some(Doubt::new(NOT_UNDERSTOOD, raw)),
        };
    };
    Date {
        at: Some(Timestamp::from_millis(millis.max(0))),
        doubt: (millis < 0).then(|| Doubt::new(TOO_EARLY, raw)),
    }
}

/// Reads the first of several fields, with their names, that holds a date. `WordPress` has a local clock's beside the universal one,
/// which it leaves at zeros for what it took over from elsewhere.
pub fn first<'a>(fields: impl IntoIterator<Item = (&'a str, String)>) -> Date {
    let mut before = None;
    for (name, raw) in fields {
        let date = read(Some(&raw));
        if date.at.is_some() {
            let is_local = before.is_some() && same(name, "comment_date");
            let local = is_local.then(|| Doubt::new(LOCAL, &raw));
            return Date {
                doubt: local.or(date.doubt),
                ..date
            };
        }
        before.get_or_insert(date);
    }
    before.unwrap_or_else(|| read(None))
}

/// A time that is understood and not before 1970.
#[must_use]
pub fn parse(raw: &str) -> Option<Timestamp> {
    let date = read(Some(raw));
    date.at.filter(|_| date.doubt.is_none())
}

/// Two clocks of one system: the universal one counts; where it is missing, the local one, by as much as
/// it was ahead in the last comment that had both.
#[derive(Debug, Default)]
pub struct Clocks {
    ahead: i64,
}

impl Clocks {
    /// Reads a comment's two times.
    pub fn read(&mut self, universal: Option<&str>, local: Option<&str>) -> Date {
        let date = read(universal);
        let other = read(local);
        match (date.at, other.at) {
            (Some(at), Some(local)) => {
                let ahead = local.millis() - at.millis();
                // No zone is further off; more is a mistake in one of the two.
                if ahead.abs() <= 15 * 3_600_000 && date.doubt.is_none() {
                    self.ahead = ahead;
                }
                date
            }
            (None, Some(at)) => Date {
                at: Some(Timestamp::from_millis((at.millis() - self.ahead).max(0))),
                doubt: Some(Doubt::new(LOCAL, local.unwrap_or_default())),
            },
            _ => date,
        }
    }
}

/// Seconds since 1970, with a fraction.
#[must_use]
pub fn of_seconds(seconds: f64) -> Date {
    read(Some(&if seconds.is_finite() {
        format!("{seconds:.3}")
    } else {
        String::new()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_moment_in_every_spelling() {
        for spelling in [
            "2021-10-28T12:50:15Z",
            "2021-10-28T20:50:15+08:00",
            "2021-10-28 20:50:15 +0800",
            "2021-10-28 12:50:15",
            " 2021-10-28T12:50:15\n",
            "2021-10-28 12:50:15.000",
            "2021-10-28 12:50:15,000000",
            "2021-10-28 12:50:15+00",
            "2021-10-28 20:50:15.000000+08",
            "2021-10-28T20:50:15+0800",
            "2021-10-28T12:50:15.000000000z",
            "2021/10/28 12:50:15",
            "2021.10.28 12:50:15",
            "2021-10-28 12:50:15 UTC",
            "2021-10-28 12:50:15 +0000 UTC",
            "2021-10-28 20:50:15.0 +0800 CST m=+0.1",
            "Thu, 28 Oct 2021 12:50:15 +0000",
            "Thu, 28 Oct 2021 12:50:15 GMT",
            "28 Oct 21 07:50:15 EST",
            "Thu Oct 28 2021 20:50:15 GMT+0800 (China Standard Time)",
            "Thu Oct 28 12:50:15 2021",
            "October 28th, 2021 at 12:50:15 pm",
            "28-Oct-2021 12:50:15",
            "28/Oct/2021:12:50:15 +0000",
            "2021年10月28日 12:50:15",
            "20211028T125015Z",
            "20211028125015",
            "2021-10-28T20:50:15+08:00[Asia/Shanghai]",
            "/Date(1635425415000)/",
            "Oct. 28, 2021, 12:50:15 p.m.",
            "12:50:15 28 October 2021",
            "1635425415",
            "1635425415000",
            "1635425415000000",
            "1635425415.000",
            "1.635425415e9",
            "44497.534896",
        ] {
            let time = parse(spelling).map(|time| time.to_string());
            assert_eq!(time.as_deref(), Some("2021-10-28T12:50:15Z"), "{spelling}");
        }
        assert_eq!(
            of_seconds(1_635_425_415.5).at,
            parse("2021-10-28T12:50:15.5Z")
        );
        for (spelling, time) in [
            ("44497", "2021-10-28T00:00:00Z"),
            ("2021-10-28 12:50", "2021-10-28T12:50:00Z"),
            ("2021-10-28T12:50Z", "2021-10-28T12:50:00Z"),
            ("2021-1-5", "2021-01-05T00:00:00Z"),
            ("20211028", "2021-10-28T00:00:00Z"),
            ("28 October 2021", "2021-10-28T00:00:00Z"),
            ("Oct. 28, 2021 12:05 AM", "2021-10-28T00:05:00Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ] {
            let read = parse(spelling).map(|time| time.to_string());
            assert_eq!(read.as_deref(), Some(time), "{spelling}");
        }
    }

    #[test]
    fn the_same_moment_as_databases_shells_and_languages_write_it() {
        for spelling in [
            "1635425415,000",
            "@1635425415",
            "637710222150000000",
            "132798990150000000",
            "13279899015000000",
            "/Date(1635425415000+0200)/",
            "new Date(1635425415000)",
            "ISODate(\"2021-10-28T12:50:15Z\")",
            "Oct 28, 2021, 12:50:15\u{202f}PM",
            "28-OCT-21 12.50.15.000000 PM",
            "28-OCT-21 12.50.15.000000000 PM +00:00",
            "2021-10-28 12.50.15",
            "2021-10-28T12-50-15Z",
            "Thu Oct 28 12:50:15 UTC 2021",
            "Thu Oct 28 14:50:15 CEST 2021",
            "2021-10-28 14:50:15 Europe/Berlin",
            "2021-10-28 08:50:15 America/New_York",
            "2021-10-28T12:50:15+00:00Z",
            "2021-10-28 12:50:15.000000 +00:00:00",
            "2021-301T12:50:15Z",
            "2021-W43-4T12:50:15Z",
            "\u{200e}2021\u{200e}-10-28 12:50:15",
            "２０２１-１０-２８ １２:５０:１５",
            "٢٠٢١-١٠-٢٨ ١٢:٥٠:١٥",
            "2021. 10. 28. 12:50:15",
            "2021. 10. 28. 오후 12:50:15",
            "2021년 10월 28일 12시 50분 15초",
            "2021年10月28日(木) 12:50:15",
            "2021年10月28日 星期四 12:50:15",
            "2021年10月28日 下午12:50:15",
            "2021/10/28 PM 12:50:15",
            "28 octobre 2021 12:50:15",
            "jeudi 28 octobre 2021 à 12:50:15",
            "Donnerstag, 28. Oktober 2021 12:50:15 Uhr",
            "28 de octubre de 2021, 12:50:15",
            "28 октября 2021 г. в 12:50:15",
            "28 out. 2021 12:50:15",
            "Thu 28 Oct 2021 12:50:15 PM UTC",
        ] {
            let time = parse(spelling).map(|time| time.to_string());
            assert_eq!(time.as_deref(), Some("2021-10-28T12:50:15Z"), "{spelling}");
        }
        for (spelling, time) in [
            ("2021-10-28T24:00:00Z", "2021-10-29T00:00:00Z"),
            ("1. März 2021", "2021-03-01T00:00:00Z"),
            ("1er août 2021", "2021-08-01T00:00:00Z"),
            ("3 mei 2021", "2021-05-03T00:00:00Z"),
            ("7 juil. 2021", "2021-07-07T00:00:00Z"),
            ("2 giugno 2021", "2021-06-02T00:00:00Z"),
            ("28 October 2021 12:05 am", "2021-10-28T00:05:00Z"),
            ("2021-02-28 24:00", "2021-03-01T00:00:00Z"),
        ] {
            let read = parse(spelling).map(|time| time.to_string());
            assert_eq!(read.as_deref(), Some(time), "{spelling}");
        }
    }

    #[test]
    fn what_may_mean_two_days_or_none_is_a_doubt() {
        for odd in [
            "yesterday",
            "28.10.2021 12:50",
            "10/28/2021",
            "2021",
            "2021-13-01",
            "2021-10-28 25:00",
            "2021-10-28 12:50:15 XYZ",
            "2 days ago",
            "12:50",
            "Oct 2021",
            "1e300",
            "NaN",
            "99999-01-01",
            "1.63543E+12",
            "2021-10-28 12:50:15 IST",
            "2021-10-28 12:50 Atlantis/Capital",
            "2021-10-28T12:50:15+02:00Z",
            "2021-10-28 24:30",
            "2021-366",
            "2021-W54-1",
            "1400-08-06",
            "2021-02-30",
            "Invalid Date",
            "marble 3 2021",
            "3 jui 2021",
        ] {
            let date = read(Some(odd));
            assert_eq!(date.at, None, "{odd}");
            assert_eq!(date.doubt.unwrap().what, NOT_UNDERSTOOD, "{odd}");
        }
        for none in [
            "",
            "0000-00-00 00:00:00",
            "0",
            "-0001-11-30T00:00:00",
            "1899-12-30",
            "1753-01-01 00:00:00",
            "0001-01-01T00:00:00Z",
            "null",
        ] {
            assert_eq!(read(Some(none)).doubt.unwrap().what, MISSING, "{none}");
        }
        for early in ["1969-12-31T16:00:00Z", "1899-01-01T00:00:00Z", "-28800"] {
            let date = read(Some(early));
            assert_eq!(date.at, Some(Timestamp::from_millis(0)), "{early}");
            assert_eq!(date.doubt.unwrap().what, TOO_EARLY);
        }
    }

    #[test]
    fn a_local_time_is_put_right_by_the_others() {
        let mut clocks = Clocks::default();
        clocks.read(Some("2020-05-02 08:00:00"), Some("2020-05-02 10:00:00"));
        let date = clocks.read(Some("0000-00-00 00:00:00"), Some("2009-05-02 10:00:00"));
        assert_eq!(date.at, parse("2009-05-02T08:00:00Z"));
        assert_eq!(date.doubt.unwrap().what, LOCAL);
    }
}
