//! One text for both engines. Where their words differ, a statement has a word in braces, and [`complete`] puts
//! the engine's own in its place. The words are few, and all of them are here.
//!
//! - `{rows:$1}` is a table `r(value)` with a row for each object of the JSON array `$1`. A field of an object
//!   is read as `r.value->>'name'`, as text; a number as `CAST(r.value->>'name' AS BIGINT)`. So that one statement
//!   writes many rows: each statement costs more than the rows in it.
//! - `{list:$1}` are the strings that [`list`](super::value::list) made one parameter of, as in
//!   `WHERE site IN {list:$1}`. `{ids:$1}` likewise, for what names one row each, as in `WHERE id IN {ids:$1}`.
//! - `{site_of:c}` is `c.site` where an index must not be chosen by it. On PostgreSQL a statement is planned for good
//!   while its table is small, or not yet analysed, and any index that begins with the site looks as good as the one
//!   that is meant; later it reads all of the site.
//! - The words of [`WORDS`], each said there.
//!
//! A limit that is a parameter needs no word: see [`unseen_limits`].

use std::borrow::Cow;

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::storage::engine::Engine;

/// A word, and what it is on SQLite and on PostgreSQL.
const WORDS: [(&str, &str, &str); 7] = [
    // Locks the rows read until the transaction ends. On SQLite there is one writer at a time anyway.
    ("{lock}", "", "FOR UPDATE"),
    // As `{lock}`, passing over rows that another instance works on.
    ("{skip_locked}", "", "FOR UPDATE SKIP LOCKED"),
    // Keeps others from locking the rows with `{lock}`; any number may hold them so at once.
    ("{lock_key}", "", "FOR KEY SHARE"),
    // `LIKE` whatever the case.
    ("{like}", "LIKE", "ILIKE"),
    // Reads `comments` by the page's index. SQLite, left to itself, takes the status's and walks through every
    // approved comment of the site.
    ("{by_page}", "INDEXED BY comments_by_page", ""),
    // `{rows:$1} {first_of_each} WHERE … ORDER BY … LIMIT … {end_of_each}` joins to each row before it the
    // `comments c` that the text between finds, which may name that row. SQLite knows no LATERAL.
    (
        "{first_of_each}",
        "CROSS JOIN comments c ON c.rowid IN (SELECT c.rowid FROM comments c",
        "CROSS JOIN LATERAL (SELECT c.* FROM comments c",
    ),
    ("{end_of_each}", ")", ") c"),
];

/// A text with the engine's own words.
pub(in crate::storage) fn complete(engine: Engine, text: Cow<'static, str>) -> SqlStr {
    let text = match engine {
        Engine::Sqlite => unseen_limits(text),
        Engine::Postgres => text,
    };
    if !text.contains('{') {
        return match text {
            Cow::Borrowed(text) => AssertSqlSafe(text).into_sql_str(),
            Cow::Owned(text) => AssertSqlSafe(text).into_sql_str(),
        };
    }
    let mut text = WORDS.iter().fold(text.into_owned(), |text, word| {
        let (from, sqlite, postgres) = word;
        text.replace(from, engine.either(sqlite, postgres))
    });
    // PostgreSQL takes an array that it does not know for ten rows, and what `jsonb_array_elements` finds for a
    // hundred. Ten is right for lists of sites.
    let elements = engine.either(
        "json_each(§) AS r",
        "unnest(ARRAY(SELECT jsonb_array_elements(CAST(§ AS JSONB)))) AS r(value)",
    );
    // Rows and ids are looked up one by one, in tables that are planned for good while they are small. Against a
    // hundred comments, ten rows are worth reading the whole table, and with twenty thousand a post took 40 ms. That
    // each is an object is always true; PostgreSQL expects it of one in two hundred, so of one row in all.
    let rows = engine.either(
        elements,
        "(SELECT r.value FROM unnest(ARRAY(SELECT jsonb_array_elements(CAST(§ AS JSONB)))) AS r(value) \
         WHERE jsonb_typeof(r.value) = 'object') AS r",
    );
    let of = |from: &str| format!("(SELECT r.value->>'v' FROM {from})");
    text = fill(&text, "{list:", &of(elements));
    text = fill(&text, "{ids:", &of(rows));
    text = fill(&text, "{rows:", rows);
    text = fill(
        &text,
        "{site_of:",
        engine.either("§.site", "(§.site || '')"),
    );
    AssertSqlSafe(text).into_sql_str()
}

/// Hides from SQLite that a limit is a parameter. Its 3.51 looks at the value and plans for it: a statement with `LIMIT $1` is
/// compiled anew at each run, which took longer than most of them run. It does not look behind a `+`, which changes nothing.
fn unseen_limits(text: Cow<'static, str>) -> Cow<'static, str> {
    if text.contains("LIMIT $") {
        return Cow::Owned(text.replace("LIMIT $", "LIMIT +$"));
    }
    text
}

/// Puts `with` in the place of each `{begin:$1}`, and the parameter where it has `§`.
fn fill(text: &str, begin: &str, with: &str) -> String {
    let mut pieces = text.split(begin);
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (parameter, rest) = piece.split_once('}').unwrap_or((piece, ""));
        filled.push_str(&with.replace('§', parameter));
        filled.push_str(rest);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_does_not_compile_a_statement_anew_for_a_limit() {
        let text = "SELECT a FROM b WHERE c = $1 ORDER BY d LIMIT $2";
        let completed = |engine| complete(engine, text.into());
        let unseen = "SELECT a FROM b WHERE c = $1 ORDER BY d LIMIT +$2";
        assert_eq!(completed(Engine::Sqlite).as_str(), unseen);
        assert_eq!(completed(Engine::Postgres).as_str(), text);
    }

    #[test]
    fn one_text_becomes_each_engines_own() {
        let text = "SELECT 1 FROM {rows:$2} WHERE a {like} $1 AND b IN {list:$3} AND c IN {ids:$4} {skip_locked}";
        let completed = |engine| complete(engine, text.into());
        let sqlite = "SELECT 1 FROM json_each($2) AS r WHERE a LIKE $1 \
                      AND b IN (SELECT r.value->>'v' FROM json_each($3) AS r) \
                      AND c IN (SELECT r.value->>'v' FROM json_each($4) AS r) ";
        assert_eq!(completed(Engine::Sqlite).as_str(), sqlite);
        let elements = |n| {
            format!("unnest(ARRAY(SELECT jsonb_array_elements(CAST(${n} AS JSONB)))) AS r(value)")
        };
        let rows = |n| {
            let elements = elements(n);
            format!("(SELECT r.value FROM {elements} WHERE jsonb_typeof(r.value) = 'object') AS r")
        };
        let postgres = format!(
            "SELECT 1 FROM {} WHERE a ILIKE $1 AND b IN (SELECT r.value->>'v' FROM {}) \
             AND c IN (SELECT r.value->>'v' FROM {}) FOR UPDATE SKIP LOCKED",
            rows(2),
            elements(3),
            rows(4)
        );
        assert_eq!(completed(Engine::Postgres).as_str(), postgres);
    }
}
