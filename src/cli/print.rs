//! What commands print: a table for people, or one JSON value for programs.

use std::io::Write;

use serde::Serialize;

use crate::domain::{moderator::Scope, site::SiteSlug, timestamp::Timestamp};

/// Prints one JSON value on a line of its own.
///
/// # Errors
/// When standard output is closed.
pub(super) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(value)?)?;
    Ok(out.flush()?)
}

/// Prints one line.
///
/// # Errors
/// When standard output is closed.
pub(super) fn line(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Prints rows in columns as wide as their widest cell, two blanks apart.
///
/// # Errors
/// When standard output is closed.
pub(super) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> anyhow::Result<()> {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0).max(head[column].chars().count())
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let mut out = std::io::stdout().lock();
    let head = head.map(str::to_owned);
    for row in std::iter::once(&head).chain(rows) {
        let cells = row.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(out.flush()?)
}

/// The cells of a secret's last use and of its state.
pub(super) fn use_and_state(used: Option<Timestamp>, revoked: Option<Timestamp>) -> [String; 2] {
    let used = used.map(|at| at.to_string());
    let state = revoked.map(|at| format!("revoked {at}"));
    [
        used.unwrap_or_else(|| "never".to_owned()),
        state.unwrap_or_else(|| "good".to_owned()),
    ]
}

/// A scope in a table's cell.
pub(super) fn sites_of(scope: &Scope) -> String {
    match scope {
        Scope::All => "all".to_owned(),
        Scope::Sites(sites) => {
            let slugs: Vec<&str> = sites.iter().map(SiteSlug::as_str).collect();
            slugs.join(" ")
        }
    }
}
