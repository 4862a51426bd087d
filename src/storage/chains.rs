//! Comments of one author's chain, as a piece of SQL.

use super::engine::Engine;

/// The condition that `comments c` is on a site and in a chain: both are pieces of SQL. PostgreSQL finds them among those of the
/// address, which are asked for with it. SQLite, which has no index by address, has one of those that go on with a chain;
/// whoever begins one has its id.
pub(super) fn are_in(engine: Engine, site: &str, chain: &str) -> String {
    match engine {
        Engine::Postgres => format!("{{site_of:c}} = {site} AND c.author_chain = {chain}"),
        Engine::Sqlite => format!(
            "c.rowid IN (SELECT o.rowid FROM comments o \
                 WHERE o.site = {site} AND o.author_chain = {chain} AND o.author_chain <> o.id \
             UNION ALL SELECT o.rowid FROM comments o \
                 WHERE o.site = {site} AND o.id = {chain} AND o.author_chain = {chain})"
        ),
    }
}
