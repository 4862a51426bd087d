//! What the list of comments asks for, as pieces of SQL.

use crate::{
    domain::{
        abuse::AbuseFilter,
        queue::{Filter, Sort},
    },
    storage::{
        evidence,
        sql::{Statement, contains, list, values},
    },
};

/// What is sorted by, and whether it descends. Equal keys are ordered by id, the same way.
pub(super) const fn sort_key(sort: Sort) -> (&'static str, bool) {
    // PostgreSQL takes a bare 0.0 for a NUMERIC, which the driver for both engines cannot read.
    const NONE: &str = "CAST(0 AS DOUBLE PRECISION)";
    match sort {
        Sort::Newest => (NONE, true),
        Sort::Oldest => (NONE, false),
        Sort::Uncertain => ("COALESCE(ABS(c.score - 0.5), -1.0)", false),
        Sort::Spammiest => ("COALESCE(c.score, 2.0)", true),
        Sort::Abusive => ("c.abuse", true),
        // As the indexes have it, and as a number that every order's key is.
        Sort::Decided => ("CAST(c.decided_at AS DOUBLE PRECISION)", true),
    }
}

/// Leaves out those of which a near copy with the same status came later.
pub(super) fn fold(filter: &Filter, statement: &mut Statement) {
    if filter.folded && filter.is_whole() {
        statement.push(
            "AND NOT EXISTS (SELECT 1 FROM copies k \
             JOIN copies o ON o.campaign = k.campaign AND o.comment_id > k.comment_id \
             JOIN comments later ON later.site = o.site AND later.id = o.comment_id \
             WHERE k.site = c.site AND k.comment_id = c.id AND later.status = c.status \
             AND o.site IN {list:?})",
            values![list(&filter.sites)],
        );
    }
}

/// Adds the conditions, sites and status apart, to a statement that has some.
pub(super) fn narrow(filter: &Filter, statement: &mut Statement) {
    if let Some(page) = &filter.page {
        statement.push("AND c.page = ?", values![page]);
    }
    if let Some(author) = &filter.author {
        statement.push("AND c.email_index = ?", values![author]);
    }
    // What has words in it was found by the index.
    if let Some(search) = filter.search.as_ref().filter(|search| search.is_literal()) {
        let pattern = contains(&search.raw);
        statement.push(
            "AND (c.text {like} ? ESCAPE '\\' OR c.name {like} ? ESCAPE '\\' \
             OR c.website {like} ? ESCAPE '\\')",
            values![pattern, pattern, pattern],
        );
    }
    if let Some(campaign) = filter.campaign {
        statement.push(
            "AND c.id IN (SELECT k.comment_id FROM copies k WHERE k.campaign = ?)",
            values![campaign],
        );
    }
    if let Some(min) = filter.min_score {
        statement.push("AND c.score >= ?", values![min]);
    }
    if let Some(max) = filter.max_score {
        statement.push("AND c.score <= ?", values![max]);
    }
    if let Some(since) = filter.since {
        statement.push("AND c.created_at >= ?", values![since]);
    }
    if let Some(until) = filter.until {
        statement.push("AND c.created_at < ?", values![until]);
    }
    if let Some(check) = filter.check {
        let [now, before] = evidence::fired(check);
        statement.push(
            "AND (c.evidence LIKE ? OR c.evidence LIKE ?)",
            values![now, before],
        );
    }
    if let Some(code) = &filter.language {
        statement.push(
            "AND c.evidence LIKE ?",
            values![evidence::in_language(code)],
        );
    }
    if let Some(abuse) = filter.abuse {
        // The index's own bound in the text, so that the planner sees that it has all of them.
        statement.push("AND c.abuse >= 500", values![]);
        if abuse.least() > AbuseFilter::Likely.least() {
            statement.push("AND c.abuse >= ?", values![abuse.least()]);
        }
        if let Some(kind) = abuse.kind() {
            statement.push("AND c.evidence LIKE ?", values![evidence::of_kind(kind)]);
        }
    }
    if filter.decided {
        statement.push("AND c.decided_at IS NOT NULL", values![]);
    }
    if let Some(wanted) = filter.has_link {
        let not = if wanted { "" } else { "NOT " };
        statement.push(
            &format!(
                "AND {not}(c.website IS NOT NULL OR c.text {{like}} '%://%' \
                 OR c.text {{like}} '%www.%')"
            ),
            values![],
        );
    }
}
