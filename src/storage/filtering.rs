//! What the list of comments asks for, as pieces of SQL.

use super::query::{Statement, Value, contains};
use crate::domain::queue::{Filter, Sort};

/// What is sorted by, and whether it descends. Equal keys are ordered by id, the same way.
pub(super) const fn sort_key(sort: Sort) -> (&'static str, bool) {
    // PostgreSQL takes a bare 0.0 for a NUMERIC, which the driver for both engines cannot read.
    const NONE: &str = "CAST(0 AS DOUBLE PRECISION)";
    match sort {
        Sort::Newest => (NONE, true),
        Sort::Oldest => (NONE, false),
        Sort::Uncertain => ("COALESCE(ABS(c.score - 0.5), -1.0)", false),
        Sort::Spammiest => ("COALESCE(c.score, 2.0)", true),
    }
}

/// Adds the conditions, sites and status apart, to a statement that has some.
pub(super) fn narrow(filter: &Filter, statement: &mut Statement) {
    let text = |text: &str| Value::from(text.to_owned());
    if let Some(page) = &filter.page {
        statement.push("AND c.page = ?", [text(page.as_str())]);
    }
    if let Some(author) = &filter.author {
        statement.push("AND c.email_index = ?", [text(&author.0)]);
    }
    if let Some(needle) = &filter.search {
        let pattern = Value::from(contains(needle));
        statement.push(
            "AND (c.text {like} ? ESCAPE '\\' OR c.name {like} ? ESCAPE '\\' \
             OR c.website {like} ? ESCAPE '\\')",
            [pattern.clone(), pattern.clone(), pattern],
        );
    }
    if let Some(min) = filter.min_score {
        statement.push("AND c.score >= ?", [Value::from(min)]);
    }
    if let Some(max) = filter.max_score {
        statement.push("AND c.score <= ?", [Value::from(max)]);
    }
    if let Some(since) = filter.since {
        statement.push("AND c.created_at >= ?", [Value::from(since.millis())]);
    }
    if let Some(until) = filter.until {
        statement.push("AND c.created_at < ?", [Value::from(until.millis())]);
    }
    if let Some(check) = filter.check {
        // As serde writes it into the evidence, which holds no text of the comment's author.
        let fired = contains(&format!("\"check\":\"{}\"", check.as_str()));
        statement.push("AND c.evidence LIKE ? ESCAPE '\\'", [Value::from(fired)]);
    }
    if let Some(wanted) = filter.has_link {
        let not = if wanted { "" } else { "NOT " };
        statement.push(
            &format!(
                "AND {not}(c.website IS NOT NULL OR c.text {{like}} '%://%' \
                 OR c.text {{like}} '%www.%')"
            ),
            [],
        );
    }
}
