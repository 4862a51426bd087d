//! A database's URL that names several servers, of which one takes writes, as libpq reads it:
//! `postgres://hamlet@one:5432,two:5432/hamlet?target_session_attrs=read-write`. The driver knows one
//! server at a time: here such a URL becomes one for each.

use std::str::FromStr;

use sqlx::{any::AnyConnectOptions, postgres::PgConnectOptions};

use super::{Result, StoreError};

/// The parameter by which libpq is asked for the server that takes writes.
const ATTRIBUTES: &str = "target_session_attrs=";

/// A server that may be the one that takes writes.
pub(super) struct Host {
    /// As the URL names it, for the log.
    pub name: String,
    /// For the pools.
    pub pooled: AnyConnectOptions,
    /// For the question whether it takes writes.
    pub direct: PgConnectOptions,
}

/// The servers of a PostgreSQL URL; none where it names one alone and does not ask that it take writes.
pub(super) fn hosts(url: &str) -> Result<Vec<Host>> {
    let (url, asked) = without_attributes(url)?;
    let (scheme, rest) = url.split_once("://").ok_or(StoreError::Url)?;
    let ends = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(ends);
    let (user, names) = match authority.rsplit_once('@') {
        Some((user, names)) => (format!("{user}@"), names),
        None => (String::new(), authority),
    };
    if !asked && !names.contains(',') {
        return Ok(Vec::new());
    }
    if names.starts_with(',') || names.ends_with(',') || names.contains(",,") {
        return Err(StoreError::Url);
    }
    names
        .split(',')
        .map(|name| host(name, &format!("{scheme}://{user}{name}{path}")))
        .collect()
}

fn host(name: &str, url: &str) -> Result<Host> {
    let wrong = |_| StoreError::Url;
    Ok(Host {
        name: name.to_owned(),
        pooled: AnyConnectOptions::from_str(url).map_err(wrong)?,
        direct: PgConnectOptions::from_str(url).map_err(wrong)?,
    })
}

/// A URL without the parameter that asks for the server that takes writes, and whether it was there. A
/// server that takes none is of no use here, so asking for one is a mistake.
fn without_attributes(url: &str) -> Result<(String, bool)> {
    let Some((before, parameters)) = url.split_once('?') else {
        return Ok((url.to_owned(), false));
    };
    let (asked, kept): (Vec<&str>, Vec<&str>) = parameters
        .split('&')
        .partition(|parameter| parameter.starts_with(ATTRIBUTES));
    for parameter in &asked {
        if !matches!(&parameter[ATTRIBUTES.len()..], "read-write" | "primary") {
            return Err(StoreError::Url);
        }
    }
    let kept = kept.join("&");
    let mark = if kept.is_empty() { "" } else { "?" };
    Ok((format!("{before}{mark}{kept}"), !asked.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(url: &str) -> Vec<String> {
        let hosts = hosts(url).unwrap_or_else(|_| panic!("{url} is refused"));
        let url = |host: &Host| host.pooled.database_url.to_string();
        hosts.iter().map(url).collect()
    }

    #[test]
    fn each_server_gets_a_url_of_its_own() {
        let written = "postgres://hamlet:p%40ss@10.0.0.1:5432,[fd00::2]:5433,db3/hamlet?target_session_attrs=read-write&sslmode=require";
        let expected = [
            "postgres://hamlet:p%40ss@10.0.0.1:5432/hamlet?sslmode=require",
            "postgres://hamlet:p%40ss@[fd00::2]:5433/hamlet?sslmode=require",
            "postgres://hamlet:p%40ss@db3/hamlet?sslmode=require",
        ];
        assert_eq!(urls(written), expected);
        assert_eq!(
            urls("postgres://a,b/db"),
            ["postgres://a/db", "postgres://b/db"]
        );
    }

    #[test]
    fn one_server_is_followed_where_the_url_asks_for_it() {
        assert!(urls("postgres://hamlet@one:5432/hamlet").is_empty());
        assert!(urls("postgres://%2Frun%2Fpostgresql/hamlet?sslmode=disable").is_empty());
        let asked = "postgres://hamlet@one/hamlet?target_session_attrs=primary";
        assert_eq!(urls(asked), ["postgres://hamlet@one/hamlet"]);
    }

    #[test]
    fn a_server_that_takes_no_writes_cannot_be_asked_for() {
        for word in ["standby", "read-only", "any", "prefer-standby", ""] {
            let url = format!("postgres://a,b/db?target_session_attrs={word}");
            assert!(matches!(hosts(&url), Err(StoreError::Url)), "{word}");
        }
        assert!(hosts("postgres://a,,b/db").is_err());
        assert!(hosts("postgres://a,b:many/db").is_err());
    }
}
