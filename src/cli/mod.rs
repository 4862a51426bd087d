//! The command line: one file a command. Parsing, progress bars, tables and exit codes live here;
//! what a command does lives in the room it belongs to.

mod backup;
mod client;
mod doctor;
mod evaluate;
mod export;
mod health;
mod import;
mod key;
mod model;
mod moderator;
mod print;
mod privacy;
mod score;
mod serve;
mod site;
mod token;
mod train;
mod train_site;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{
    Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};

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

/// Comment moderation and spam filtering, self-hosted.
#[derive(Parser)]
#[command(version, about, propagate_version = true)]
struct Cli {
    /// A file of settings that override the defaults; see config/hamlet.toml.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the service.
    Serve(serve::Serve),
    /// Checks settings, disk, database, keys, model and mail; says what to do about each.
    Doctor(doctor::Doctor),
    /// Rotates and retires the keys that seal addresses and sign links.
    #[command(subcommand)]
    Key(key::Key),
    Train(train::TrainArgs),
    Evaluate(evaluate::EvaluateArgs),
    Score(score::ScoreArgs),
    Site(site::SiteArgs),
    Moderator(moderator::ModeratorArgs),
    Model(model::ModelArgs),
    Token(token::TokenArgs),
    Client(client::ClientArgs),
    Import(import::ImportArgs),
    Export(export::ExportArgs),
    /// Asks the service that runs with these settings whether it is ready; fails when it is not.
    Health,
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
    Privacy(privacy::PrivacyArgs),
}

/// A mistake in how the program was called or configured: exit code 2 instead of 1.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(pub String);

/// Parses the command line, runs the command and turns its outcome into an exit code:
/// 0 done, 1 failed, 2 called or configured wrongly ([`Misuse`], [`SettingsError`], [`StartError`],
/// or what clap refuses).
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Serve(command) => command.run(cli.config.as_deref()),
        Command::Doctor(command) => command.run(cli.config.as_deref()),
        Command::Key(command) => command.run(cli.config),
        Command::Train(args) => train::run(&args, cli.config),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Score(args) => score::run(&args),
        Command::Site(args) => args.run(cli.config),
        Command::Moderator(args) => args.run(cli.config),
        Command::Model(args) => args.run(cli.config),
        Command::Token(args) => args.run(cli.config),
        Command::Client(args) => args.run(cli.config),
        Command::Import(args) => args.run(cli.config),
        Command::Export(args) => args.run(cli.config),
        Command::Health => health::run(cli.config.as_deref()),
        Command::Backup(args) => args.run(cli.config.as_deref()),
        Command::Restore(args) => args.run(cli.config.as_deref()),
        Command::Privacy(args) => args.run(cli.config),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

/// Reads the settings for a command.
///
/// # Errors
/// [`Misuse`] when a key is unknown or a value is not right.
pub fn settings(file: Option<&Path>) -> Result<Settings, SettingsError> {
    Settings::load(file)
}

/// Runs a command's async work to its end.
///
/// # Errors
/// Those of the work, or the runtime's when it cannot start.
pub fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let value = runtime.block_on(acts::on_behalf(Clock::System, None, work));
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    value
}

/// Reads a role from an argument.
fn role() -> impl TypedValueParser<Value = Role> {
    let words = Role::ALL.iter().map(|role| role.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse())
}

/// Puts the application together for a command that works on the database directly, on behalf of
/// whoever may use the command line.
///
/// # Errors
/// [`SettingsError`] or [`StartError`].
pub async fn open(file: Option<PathBuf>) -> anyhow::Result<Arc<App>> {
    let settings = settings(file.as_deref())?;
    let app = App::build(settings, Clock::System, true).await?;
    // From here on it is not the program itself that acts.
    acts::act_as(&Actor {
        id: "command line".to_owned(),
        name: "command line".to_owned(),
        via: Door::Command,
    });
    Ok(app)
}

/// The site of a slug.
///
/// # Errors
/// [`Misuse`] when there is none.
fn site_of(app: &App, slug: &str) -> Result<Arc<Site>, Misuse> {
    let found = app.directory.site(slug);
    found.ok_or_else(|| Misuse(format!("there is no site {slug}")))
}

/// What was given on the command line is not right: one line a field.
fn refused(errors: &[FieldError]) -> Misuse {
    let lines = errors.iter();
    let lines: Vec<String> = lines
        .map(|error| format!("{}: {}", error.field, error.message))
        .collect();
    Misuse(lines.join("\n"))
}

/// Prints the error and its causes as one plain line and picks the exit code.
fn report(error: &anyhow::Error) -> ExitCode {
    // Nobody may be reading it any more; the exit code says it too.
    let _ = writeln!(std::io::stderr(), "hamlet: {error:#}");
    let misused = error.chain().any(|cause| {
        cause.is::<Misuse>() || cause.is::<SettingsError>() || cause.is::<StartError>()
    });
    ExitCode::from(if misused { 2 } else { 1 })
}
