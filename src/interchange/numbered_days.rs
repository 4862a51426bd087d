//! Dates of three numbers with the year behind: `03/04/2020`, `25.04.2020 08:15`, `4/25/20 3:15 PM`. Which number is the day is said by
//! those dates of a file whose day is no month, where all of them say the same.

use super::{
    date_words::plain,
    spellings::{day_of, moment, number},
};

/// Which number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
}

/// What may stand between the numbers. A program that writes one of them need not write the others in its order.
const SEPARATORS: [char; 3] = ['/', '.', '-'];

/// What the dates of a file say of their order, by what stands between their numbers.
#[derive(Default)]
pub(super) struct Orders {
    seen: [(bool, bool); 3],
}

impl Orders {
    /// Looks at a date.
    pub(super) fn see(&mut self, raw: &str) {
        if let Some(date) = Numbers::of(&plain(raw)) {
            let (day_first, month_first) = &mut self.seen[date.separator];
            *day_first |= date.first > 12 && date.second <= 12;
            *month_first |= date.second > 12 && date.first <= 12;
        }
    }

    /// A date in the order that was seen: milliseconds since 1970, the order, and which of the separators it has.
    pub(super) fn read(&self, raw: &str) -> Option<(i64, Order, usize)> {
        let raw = plain(raw);
        let date = Numbers::of(&raw)?;
        let (order, day, month) = match self.seen[date.separator] {
            (true, false) => (Order::DayFirst, date.first, date.second),
            (false, true) => (Order::MonthFirst, date.second, date.first),
            _ => return None,
        };
        let clock = date.rest.trim_start_matches([',', ' ', 'T']);
        let at = moment(day_of(date.year, month, day)?, clock)?;
        Some((at, order, date.separator))
    }
}

/// The three numbers of a date, and what comes after.
struct Numbers<'a> {
    first: u8,
    second: u8,
    year: i32,
    rest: &'a str,
    separator: usize,
}

impl<'a> Numbers<'a> {
    fn of(raw: &'a str) -> Option<Self> {
        let (first, rest) = number(raw.trim())?;
        let separator = SEPARATORS.iter().position(|c| rest.starts_with(*c))?;
        let mark = SEPARATORS[separator];
        let (second, rest) = number(rest[1..].trim_start())?;
        let rest = rest.strip_prefix(mark)?.trim_start();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (year, rest) = rest.split_at(digits);
        let year = match digits {
            4 => year.parse().ok()?,
            // Two digits are a year where a day above twelve is not in the year's place.
            2 if first <= 12 || mark == '.' => {
                let year: i32 = year.parse().ok()?;
                year + if year < 70 { 2000 } else { 1900 }
            }
            _ => return None,
        };
        Some(Self {
            first,
            second,
            year,
            rest,
            separator,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;

    fn read(dates: &[&str]) -> Vec<Option<String>> {
        let mut orders = Orders::default();
        for date in dates {
            orders.see(date);
        }
        let read = dates.iter().map(|date| orders.read(date));
        read.map(|read| read.map(|(at, ..)| Timestamp::from_millis(at).to_string()))
            .collect()
    }

    #[test]
    fn one_day_that_is_no_month_tells_days_from_months_unless_another_contradicts_it() {
        for (dates, expected) in [
            (
                ["03/04/2020", "25/04/2020 08:15:30"],
                [Some("2020-04-03T00:00:00Z"), Some("2020-04-25T08:15:30Z")],
            ),
            (
                ["3/4/20 3:15 PM", "4/25/20 3:15 PM"],
                [Some("2020-03-04T15:15:00Z"), Some("2020-04-25T15:15:00Z")],
            ),
            (
                ["03.04.2020, 10:00", "25. 4. 2020"],
                [Some("2020-04-03T10:00:00Z"), Some("2020-04-25T00:00:00Z")],
            ),
            (["03/04/2020", "05/04/2020"], [None, None]),
            (["25/04/2020", "04/25/2020"], [None, None]),
            (["31/02/2020", "03-04-2020"], [None, None]),
            // The first may be the year as well.
            (["20/04/03", "25/04/03"], [None, None]),
        ] {
            let expected = expected.map(|date| date.map(str::to_owned));
            assert_eq!(read(&dates), expected, "{dates:?}");
        }
    }
}
