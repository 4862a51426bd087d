//! What every command stands on: settings, a runtime, the application, and what is printed, as one JSON
//! value for programs or in words for people.

use std::{
    io::{self, Write as _},
    ops::Deref,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;
use serde_json::json;

use super::print;
use crate::{
    app::{App, StartError},
    clock::Clock,
    config::{Settings, SettingsError},
    domain::{
        decision::{Actor, Door},
        field::FieldError,
        moderator::Role,
        site::Site,
    },
    storage::acts,
};

/// The name that the history has for the command line.
pub(super) const SHELL: &str = "command line";

/// A mistake in how the program was called or configured: exit code 2 instead of 1.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Misuse(pub(super) String);

/// Reads the settings for a command.
///
/// # Errors
/// When a key is unknown or a value is not right.
pub(super) fn settings(file: Option<&Path>) -> Result<Settings, SettingsError> {
    Settings::load(file)
}

/// Reads a role from an argument.
pub(super) fn role() -> impl TypedValueParser<Value = Role> {
    let words = Role::ALL.iter().map(|role| role.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse())
}

/// Runs a command's async work to its end.
///
/// # Errors
/// Those of the work, or the runtime's when it cannot start.
pub(super) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let value = runtime.block_on(acts::on_behalf(Clock::System, None, work));
    runtime.shutdown_timeout(Duration::from_secs(5));
    value
}

/// A command that works on the database directly, beside a running service.
pub(super) struct Shell {
    app: Arc<App>,
    /// Whether JSON is printed.
    pub(super) json: bool,
}

impl Deref for Shell {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl Shell {
    /// Puts the application together and runs `work` with it, on behalf of the command line.
    ///
    /// # Errors
    /// [`SettingsError`], [`StartError`], or those of `work`.
    pub(super) fn run(
        config: Option<PathBuf>,
        json: bool,
        work: impl AsyncFnOnce(&Self) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        block_on(async move {
            let settings = settings(config.as_deref())?;
            let app = App::build(settings, Clock::System, true).await?;
            // From here on it is not the program itself that acts.
            acts::act_as(&Actor {
                id: SHELL.to_owned(),
                name: SHELL.to_owned(),
                via: Door::Command,
            });
            work(&Self { app, json }).await
        })
    }

    /// The site of a slug.
    ///
    /// # Errors
    /// [`Misuse`] when there is none.
    pub(super) fn site(&self, slug: &str) -> Result<Arc<Site>, Misuse> {
        let found = self.directory.site(slug);
        found.ok_or_else(|| Misuse(format!("there is no site {slug}")))
    }

    /// Prints what came of it.
    ///
    /// # Errors
    /// When standard output is closed.
    pub(super) fn say(&self, value: &impl Serialize, words: &str) -> anyhow::Result<()> {
        if self.json {
            return print::json(value);
        }
        print::line(words)
    }

    /// Prints a list, for people with a row for each.
    ///
    /// # Errors
    /// When standard output is closed.
    pub(super) fn list<T: Serialize, const N: usize>(
        &self,
        list: &[T],
        head: [&str; N],
        row: impl Fn(&T) -> [String; N],
    ) -> anyhow::Result<()> {
        if self.json {
            return print::json(&list);
        }
        let rows: Vec<_> = list.iter().map(row).collect();
        print::table(head, &rows)
    }

    /// Says that a secret was revoked.
    ///
    /// # Errors
    /// When there was none to revoke, or standard output is closed.
    pub(super) fn revoked(&self, was: bool, what: &str, id: &str) -> anyhow::Result<()> {
        anyhow::ensure!(was, "there is no such {what}, or it was revoked before");
        self.say(&json!({ "revoked": id }), &format!("Revoked the {what}"))
    }
}

/// What was given on the command line is not right: one line a field.
pub(super) fn refused(errors: &[FieldError]) -> Misuse {
    let lines = errors.iter();
    let lines: Vec<String> = lines
        .map(|error| format!("{}: {}", error.field, error.message))
        .collect();
    Misuse(lines.join("\n"))
}

/// Prints the error and its causes as one plain line and picks the exit code.
pub(super) fn report(error: &anyhow::Error) -> ExitCode {
    // Nobody may be reading it any more; the exit code says it too.
    let _ = writeln!(io::stderr(), "hamlet: {error:#}");
    let misused = error.chain().any(|cause| {
        cause.is::<Misuse>() || cause.is::<SettingsError>() || cause.is::<StartError>()
    });
    ExitCode::from(if misused { 2 } else { 1 })
}
