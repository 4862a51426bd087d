//! Lists of block rules that others made: WordPress's disallowed words, domains or addresses one a line, hosts files, and
//! tables with the columns that this service writes. A list is tried on what came last before it is added.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SiteError, blocks::NewBlock, trial};
use crate::{
    domain::{
        block::{ANYONE, BlockAction, BlockKind, BlockRule},
        field::FieldError,
        site::SiteSlug,
    },
    ground::Ground,
    interchange::{
        self,
        table::{defused, undefused},
    },
    text::links::canonical_host,
};

/// Rules in one list at most: every comment is compared with all of them.
const MOST: usize = 5_000;
/// Lines named among those that were not taken.
const NAMED: usize = 50;

/// A list of rules on its way in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBlockList {
    /// The list: a rule a line, `#` and `!` begin remarks; or a table (CSV) whose first line names its columns, `pattern` and as
    /// it likes `kind`, `action` and `note`. At most 5,000 rules and 64 KiB.
    #[schema(min_length = 1)]
    pub list: String,
    /// What the rules do, where the list does not say so.
    pub action: BlockAction,
    /// What each rule looks at; absent: seen from each line.
    pub kind: Option<BlockKind>,
    /// Adds also rules that would each have hit more than half of the last 1,000 comments.
    #[serde(default)]
    pub force: bool,
    /// Only says what it would have hit, and adds nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// What became of a list, or would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BlockListDone {
    /// Rules that were added, or would be.
    pub added: usize,
    /// Rules that were there already.
    pub known: usize,
    /// How many comments were looked at, at most 1,000.
    pub comments: i64,
    /// How many of them any of the new rules would have hit.
    pub hits: i64,
    /// How many of those are approved.
    pub approved: i64,
    /// How many lines were not taken.
    pub refused: usize,
    /// The first 50 of them.
    pub lines: Vec<RefusedLine>,
}

/// A line that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefusedLine {
    /// Its number, from 1.
    pub line: usize,
    /// What is in it, cut.
    pub text: String,
    /// What is wrong with it.
    pub message: String,
}

/// A rule as a list names it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    line: usize,
    kind: BlockKind,
    pattern: String,
    action: Option<BlockAction>,
    note: Option<String>,
}

/// Adds a list of rules for a site or for every site; a dry run adds nothing.
///
/// # Errors
/// [`SiteError::Invalid`] where the list has no rule or too many, or [`SiteError::Store`].
pub async fn add(
    ground: &Ground,
    by: &str,
    site: Option<SiteSlug>,
    new: NewBlockList,
) -> Result<BlockListDone, SiteError> {
    let entries = entries(&new.list, new.kind).map_err(|error| SiteError::Invalid(vec![error]))?;
    let key = |rule: &BlockRule| (rule.kind.as_str(), rule.pattern.clone());
    let snapshot = ground.directory.snapshot();
    let of_site = snapshot
        .rules
        .list()
        .iter()
        .filter(|rule| rule.site == site);
    let mut known: HashSet<_> = of_site.map(key).collect();
    let (mut rules, mut lines, mut repeated) = (Vec::new(), Vec::new(), 0);
    for entry in entries {
        let (line, text) = (entry.line, entry.pattern.clone());
        match entry.rule(ground, by, site.clone(), new.action) {
            Ok(rule) if known.insert(key(&rule)) => rules.push((line, text, rule)),
            Ok(_) => repeated += 1,
            Err(message) => lines.push(refused(line, &text, message)),
        }
    }
    let all = rules.iter().map(|(.., rule)| rule.clone()).collect();
    let tally = trial::tally(ground, site.as_ref(), all).await?;
    if !new.force {
        rules.retain(|(line, text, rule)| {
            let trial = tally.of(rule);
            let is_broad = trial.is_too_broad(rule);
            if is_broad {
                let message = format!("{} Nearly everything falls under this.", trial.summary);
                lines.push(refused(*line, text, message));
            }
            !is_broad
        });
    }
    let rules: Vec<BlockRule> = rules.into_iter().map(|(.., rule)| rule).collect();
    let tally = trial::tally(ground, site.as_ref(), rules.clone()).await?;
    lines.sort_by_key(|refused| refused.line);
    let done = BlockListDone {
        added: rules.len(),
        known: repeated,
        comments: tally.comments,
        hits: tally.hits,
        approved: tally.approved,
        refused: lines.len(),
        lines: lines.into_iter().take(NAMED).collect(),
    };
    if !new.dry_run && !rules.is_empty() {
        let adding = ground.store.add_block_rules(rules);
        ground
            .directory
            .change(&ground.store, ground.now(), adding)
            .await?;
    }
    Ok(done)
}

/// Rules as a table that [`add`] reads. Of single addresses only keyed hashes are kept: they are left out.
#[must_use]
pub fn table(rules: &[BlockRule]) -> String {
    let shown = rules
        .iter()
        .filter(|rule| rule.kind != BlockKind::Email || rule.pattern.starts_with(ANYONE));
    let rows = shown.map(|rule| {
        [
            rule.kind.as_str().to_owned(),
            defused(&rule.pattern),
            rule.action.as_str().to_owned(),
            defused(rule.note.as_deref().unwrap_or_default()),
        ]
    });
    interchange::table::csv(["kind", "pattern", "action", "note"], rows)
}

impl Entry {
    fn rule(
        self,
        ground: &Ground,
        by: &str,
        site: Option<SiteSlug>,
        action: BlockAction,
    ) -> Result<BlockRule, String> {
        let new = NewBlock {
            kind: self.kind,
            pattern: self.pattern,
            action: self.action.unwrap_or(action),
            note: self.note,
            expires_at: None,
            force: false,
            dry_run: false,
        };
        let first = |errors: Vec<FieldError>| errors.into_iter().next();
        let message = |error: Option<FieldError>| error.map_or_else(String::new, |one| one.message);
        new.parse(ground, by, site)
            .map_err(|errors| message(first(errors)))
    }
}

fn refused(line: usize, text: &str, message: String) -> RefusedLine {
    RefusedLine {
        line,
        text: text.chars().take(80).collect(),
        message,
    }
}

/// What is in a list.
fn entries(list: &str, kind: Option<BlockKind>) -> Result<Vec<Entry>, FieldError> {
    let list = list.trim_start_matches('\u{feff}');
    let entries = match columns(list) {
        Some(columns) => of_table(list, &columns, kind),
        None => of_lines(list, kind),
    };
    if entries.is_empty() {
        return Err(FieldError::required("list"));
    }
    if entries.len() > MOST {
        let message = format!(
            "A list has at most {MOST} rules; this one has {}.",
            entries.len()
        );
        return Err(FieldError::new("list", "too_many", message));
    }
    Ok(entries)
}

/// The columns of a table; none for a list without a first line that names `pattern`.
fn columns(list: &str) -> Option<Vec<String>> {
    let first = list.lines().next()?;
    let names = first.split([',', ';', '\t']);
    let names: Vec<String> = names
        .map(|name| name.trim().trim_matches('"').to_lowercase())
        .collect();
    names.iter().any(|name| name == "pattern").then_some(names)
}

fn of_table(list: &str, columns: &[String], kind: Option<BlockKind>) -> Vec<Entry> {
    let first = list.lines().next().unwrap_or_default();
    let delimiter = [b';', b'\t']
        .into_iter()
        .find(|sign| first.contains(char::from(*sign)));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .flexible(true)
        .from_reader(list.as_bytes());
    let place = |name: &str| columns.iter().position(|column| column == name);
    let rows = reader.records().filter_map(Result::ok);
    let entries = rows.filter_map(|row| {
        let field = |name: &str| place(name).and_then(|at| row.get(at)).map(str::trim);
        let field = |name: &str| field(name).map(undefused);
        let pattern = field("pattern").filter(|pattern| !pattern.is_empty())?;
        let own = field("kind").and_then(BlockKind::parse);
        let line = row.position().map_or(0, csv::Position::line);
        Some(Entry {
            line: usize::try_from(line).unwrap_or_default(),
            kind: own.or(kind).unwrap_or_else(|| kind_of(pattern)),
            pattern: pattern.to_owned(),
            action: field("action").and_then(BlockAction::parse),
            note: field("note")
                .filter(|note| !note.is_empty())
                .map(str::to_owned),
        })
    });
    entries.collect()
}

fn of_lines(list: &str, kind: Option<BlockKind>) -> Vec<Entry> {
    let lines = list.lines().zip(1..);
    let lines = lines.map(|(text, line)| (pattern_of(text), line));
    let lines = lines.filter(|(text, _)| !text.is_empty());
    let entry = |(text, line): (&str, usize)| Entry {
        line,
        kind: kind.unwrap_or_else(|| kind_of(text)),
        pattern: text.to_owned(),
        action: None,
        note: None,
    };
    lines.map(entry).collect()
}

/// What a line blocks: without its remark, the address before a host in hosts files, and the signs of filter lists.
fn pattern_of(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with(['#', '!']) {
        return "";
    }
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    let line = line.strip_prefix("||").unwrap_or(line);
    let line = line.strip_suffix('^').unwrap_or(line);
    match line.split_once(char::is_whitespace) {
        Some(("0.0.0.0" | "127.0.0.1" | "::1" | "::", host)) => host.trim(),
        _ => line,
    }
}

/// What a pattern looks at, as it is written.
fn kind_of(pattern: &str) -> BlockKind {
    let is_network =
        pattern.parse::<ipnet::IpNet>().is_ok() || pattern.parse::<std::net::IpAddr>().is_ok();
    if is_network {
        return BlockKind::Network;
    }
    if pattern.contains(char::is_whitespace) {
        return BlockKind::Word;
    }
    if let Some((_, domain)) = pattern.rsplit_once('@') {
        return if is_domain(domain) {
            BlockKind::Email
        } else {
            BlockKind::Word
        };
    }
    let bare = pattern.strip_prefix("*.").unwrap_or(pattern);
    if is_domain(bare) {
        BlockKind::Domain
    } else {
        BlockKind::Word
    }
}

/// Whether it is a host with a name at its end that such names have: letters, two at least.
fn is_domain(text: &str) -> bool {
    let host = canonical_host(text);
    let end = host.as_deref().and_then(|host| host.rsplit_once('.'));
    end.is_some_and(|(_, end)| {
        end.len() >= 2 && (end.starts_with("xn--") || end.chars().all(char::is_alphabetic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;
    use BlockKind::{Domain, Email, Network, Word};

    fn kinds(list: &str) -> Vec<(BlockKind, String)> {
        let entries = entries(list, None).expect("a list").into_iter();
        entries.map(|entry| (entry.kind, entry.pattern)).collect()
    }

    #[test]
    fn what_a_line_is_is_seen_from_it() {
        let list = "# WordPress\nviagra\n  cheap pills  \r\n203.0.113.7\n2001:db8::/32\nspam@evil.example\n*@evil.example\n\
                    evil.example # why\n0.0.0.0 tracker.example\n||ads.example^\n*.casino.example\nhttp://\ne.g\n! end\n\n";
        let wanted = [
            (Word, "viagra"),
            (Word, "cheap pills"),
            (Network, "203.0.113.7"),
            (Network, "2001:db8::/32"),
            (Email, "spam@evil.example"),
            (Email, "*@evil.example"),
            (Domain, "evil.example"),
            (Domain, "tracker.example"),
            (Domain, "ads.example"),
            (Domain, "*.casino.example"),
            (Word, "http://"),
            (Word, "e.g"),
        ];
        let wanted = wanted.map(|(kind, pattern)| (kind, pattern.to_owned()));
        assert_eq!(kinds(list), wanted);
    }

    #[test]
    fn a_table_says_by_itself_what_its_rules_are() {
        let list = "\u{feff}kind;pattern;action;note\nword;\"a; b\";spam;why\n;evil.example;;\n";
        let read = entries(list, None).expect("a table");
        assert_eq!(read[0].pattern, "a; b");
        assert_eq!(read[0].action, Some(BlockAction::Spam));
        assert_eq!(read[0].note.as_deref(), Some("why"));
        assert_eq!((read[1].kind, read[1].action), (BlockKind::Domain, None));
        assert!(entries("# nothing\n", None).is_err());
    }

    #[test]
    fn a_table_of_ours_holds_no_formula_and_comes_back_as_it_was() {
        let rule = |pattern: &str, note: &str| BlockRule {
            id: String::new(),
            site: None,
            kind: Word,
            pattern: pattern.to_owned(),
            action: BlockAction::Spam,
            note: Some(note.to_owned()),
            created_at: Timestamp::from_millis(0),
            created_by: String::new(),
            expires_at: None,
        };
        let rules = [rule("=hyperlink(a)", "+1"), rule("-> here", "a, \"b\"")];
        let written = table(&rules);
        let cells = written.lines().flat_map(|line| line.split(','));
        let mut cells = cells.map(|cell| cell.trim_start_matches('"'));
        assert!(
            !cells.any(|cell| cell.starts_with(['=', '+', '-', '@'])),
            "{written}"
        );
        let read = entries(&written, None).expect("a table");
        for (entry, rule) in read.iter().zip(&rules) {
            assert_eq!((&entry.pattern, &entry.note), (&rule.pattern, &rule.note));
        }
        assert_eq!(read.len(), rules.len());
    }
}
