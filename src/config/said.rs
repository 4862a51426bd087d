//! What is said of settings that cannot be read: which one and why, never its value. Any of them may hold a
//! password that was put in the wrong place, and what libraries say quotes values and whole lines.

use std::{collections::HashMap, env, ffi::OsString, fs, path::Path};

use config::ConfigError;

use super::SettingsError;

/// The process's variables for this program, by name.
pub(super) fn variables() -> Result<HashMap<String, String>, SettingsError> {
    let ours = |(name, value): (OsString, OsString)| {
        let name = name.into_string().ok()?;
        name.starts_with("HAMLET_").then_some((name, value))
    };
    let read = |(name, value): (String, OsString)| match value.into_string() {
        Ok(value) => Ok((name, value)),
        Err(_) => Err(SettingsError::Malformed(format!("{name} is not UTF-8"))),
    };
    env::vars_os().filter_map(ours).map(read).collect()
}

/// The text of a file of settings.
pub(super) fn file(path: &Path) -> Result<String, SettingsError> {
    let said = |why: String| SettingsError::Malformed(format!("{}: {why}", path.display()));
    let bytes =
        fs::read(path).map_err(|error| said(format!("it cannot be read: {}", error.kind())))?;
    String::from_utf8(bytes).map_err(|_| said("it is not UTF-8".to_owned()))
}

/// What is wrong, without any value.
pub(super) fn wrong(error: &ConfigError, file: Option<&Path>) -> String {
    match error {
        ConfigError::At { error, key, .. } => at(key.as_deref(), wrong(error, file)),
        ConfigError::Type { expected, key, .. } => {
            at(key.as_deref(), format!("it must be {expected}"))
        }
        ConfigError::FileParse { cause, .. } => {
            let name = file.map_or_else(String::new, |file| file.display().to_string());
            format!("{name} is not TOML: {}", place(&cause.to_string()))
        }
        ConfigError::Message(message) => plain(message),
        ConfigError::NotFound(key) => format!("{key} is missing"),
        _ => "they cannot be read".to_owned(),
    }
}

fn at(key: Option<&str>, why: String) -> String {
    match key {
        Some(key) if !why.starts_with(key) => format!("{key}: {why}"),
        _ => why,
    }
}

/// Where in a file, of a message that goes on with the line itself.
fn place(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let place = first.strip_prefix("TOML parse error at ");
    place.map_or_else(
        || "it cannot be parsed".to_owned(),
        |place| format!("see {place}"),
    )
}

/// Of a message only what it says of names: of an unknown key, or of the words that there are.
fn plain(message: &str) -> String {
    // What begins with `write` is our own, and quotes nothing.
    let known = [
        "unknown field `",
        "missing field `",
        "duplicate field `",
        "write ",
    ];
    if known.iter().any(|start| message.starts_with(start)) {
        return message.to_owned();
    }
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("it must be {expected}"),
        None => "its value cannot be used".to_owned(),
    }
}
