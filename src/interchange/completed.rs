//! What other comments of a file say of one: which number of `03/04/2020` is the day, where another date has a day that is no month,
//! and the page of an answer that names none, which is that of what it answers. Where the first such comment stands, the file is read
//! once before, whole.

use std::{collections::HashMap, iter, sync::Arc};

use super::{
    dates::NOT_UNDERSTOOD,
    foreign::{Findings, ForeignComment, ForeignFormat, Found, ReadError},
    numbered_days::{Order, Orders},
};
use crate::domain::timestamp::Timestamp;

/// Comments whose pages are remembered.
const REMEMBERED: usize = 200_000;

/// Answers to answers that are followed up to one that names its page.
const HIGHEST: usize = 100;

/// What is found in the file that `open` opens, each comment with what others say of it. Dates of Movable Type's have an order, and one
/// that does not fit it is none.
///
/// # Errors
/// As `open`.
pub fn read<O>(format: ForeignFormat, open: &Arc<O>) -> Result<Findings, ReadError>
where
    O: Fn() -> Result<Findings, ReadError> + Send + Sync + 'static,
{
    let (mut findings, open) = (open()?, Arc::clone(open));
    let (mut known, mut remarks) = (None, None);
    Ok(Box::new(iter::from_fn(move || {
        let Some(found) = findings.next() else {
            let known = known.as_ref();
            let said = remarks.get_or_insert_with(|| known.map(Known::remarks).unwrap_or_default());
            return said.pop().map(|remark| Ok(Found::Remark(remark)));
        };
        let Ok(Found::Comment(mut comment)) = found else {
            return Some(found);
        };
        if lacks_something(&comment) {
            let has_order = format == ForeignFormat::MovableType;
            let known = known.get_or_insert_with(|| Known::of(&*open, has_order));
            known.complete(&mut comment);
        }
        Some(Ok(Found::Comment(comment)))
    })))
}

fn lacks_something(comment: &ForeignComment) -> bool {
    let has_no_page = comment.page.is_empty() && comment.parent.is_some();
    has_no_page || odd_date(comment).is_some()
}

/// A date that was not understood.
fn odd_date(comment: &ForeignComment) -> Option<&str> {
    let mut doubts = comment.doubts.iter();
    let doubt = doubts.find(|doubt| doubt.what == NOT_UNDERSTOOD);
    doubt.map(|doubt| doubt.value.as_str())
}

/// The page of a comment, with its title, and what the comment answers.
struct Place {
    page: String,
    title: Option<String>,
    parent: Option<String>,
}

/// What a whole file says.
#[derive(Default)]
struct Known {
    orders: Orders,
    places: HashMap<String, Place>,
    /// The first date that was read by an order that others have shown.
    read: [Option<(String, Order)>; 3],
}

impl Known {
    fn of(open: &impl Fn() -> Result<Findings, ReadError>, has_order: bool) -> Self {
        let mut known = Self::default();
        for found in open().into_iter().flatten() {
            let Ok(Found::Comment(comment)) = found else {
                continue;
            };
            if let Some(raw) = odd_date(&comment).filter(|_| !has_order) {
                known.orders.see(raw);
            }
            if let Some(id) = comment.id
                && known.places.len() < REMEMBERED
            {
                let place = Place {
                    page: comment.page,
                    title: comment.page_title,
                    parent: comment.parent,
                };
                known.places.entry(id).or_insert(place);
            }
        }
        known
    }

    fn complete(&mut self, comment: &mut ForeignComment) {
        if let Some(raw) = odd_date(comment).map(str::to_owned)
            && let Some((at, order, separator)) = self.orders.read(&raw)
        {
            comment.created_at = Some(Timestamp::from_millis(at.max(0)));
            comment.doubts.retain(|doubt| doubt.what != NOT_UNDERSTOOD);
            self.read[separator].get_or_insert((raw, order));
        }
        if comment.page.is_empty() {
            let mut above = comment.parent.as_ref();
            for _ in 0..HIGHEST {
                let Some(place) = above.and_then(|id| self.places.get(id)) else {
                    return;
                };
                if !place.page.is_empty() {
                    comment.page.clone_from(&place.page);
                    comment.page_title.clone_from(&place.title);
                    return;
                }
                above = place.parent.as_ref();
            }
        }
    }

    fn remarks(&self) -> Vec<String> {
        let read = self.read.iter().flatten();
        let said = read.map(|(date, order)| match order {
            Order::DayFirst => format!(
                "dates such as {date} have the day before the month, as others in the file show"
            ),
            Order::MonthFirst => format!(
                "dates such as {date} have the month before the day, as others in the file show"
            ),
        });
        said.collect()
    }
}
