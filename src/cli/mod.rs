//! The command line: one file a command. Parsing, progress bars, tables and exit codes live here;
//! what a command does lives in the room it belongs to.

mod backup;
mod client;
mod doctor;
mod evaluate;
mod export;
mod health;
mod import;
mod import_wordpress;
mod inputs;
mod key;
mod mail;
mod model;
mod moderator;
mod print;
mod privacy;
mod score;
mod serve;
mod shell;
mod site;
mod site_abuse;
mod token;
mod train;
mod train_site;
mod trial;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

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

/// A command with commands of its own, each of which prints what programs read where that is asked for.
#[derive(Args)]
struct Json<C: Subcommand> {
    #[command(subcommand)]
    command: C,
    /// Prints JSON.
    #[arg(long, global = true)]
    json: bool,
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
    /// Adds, lists and removes sites, and moves their threads.
    Site(Json<site::Command>),
    /// Adds, lists and removes moderators, and makes links to sign in by.
    Moderator(Json<moderator::Command>),
    /// Lists, shows, exports, activates and rolls back models.
    Model(Json<model::Command>),
    /// Adds, lists and revokes API tokens.
    Token(Json<token::Command>),
    /// Keys for programs that speak Akismet's protocol, such as WordPress: they judge and report for one
    /// site, and can do nothing else.
    Client(Json<client::Command>),
    /// Tries the mail settings out.
    Mail(Json<mail::Command>),
    Import(import::ImportArgs),
    Export(export::ExportArgs),
    Trial(trial::TrialArgs),
    /// Asks the service that runs with these settings whether it is ready; fails when it is not.
    Health,
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
    /// Keeps erased people erased.
    Privacy(Json<privacy::Command>),
}

/// Parses the command line, runs the command and turns its outcome into an exit code:
/// 0 done, 1 failed, 2 called or configured wrongly (`Misuse`, settings or a start that
/// cannot be, or what clap refuses).
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
        Command::Mail(args) => args.run(cli.config),
        Command::Import(args) => args.run(cli.config),
        Command::Export(args) => args.run(cli.config),
        Command::Trial(args) => args.run(cli.config.as_deref()),
        Command::Health => health::run(cli.config.as_deref()),
        Command::Backup(args) => args.run(cli.config.as_deref()),
        Command::Restore(args) => args.run(cli.config.as_deref()),
        Command::Privacy(args) => args.run(cli.config),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => shell::report(&error),
    }
}
