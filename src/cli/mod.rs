//! The command line: one file a command. Parsing, progress bars, tables and exit codes live here;
//! what a command does lives in the room it belongs to.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Comment moderation and spam filtering, self-hosted.
#[derive(Parser)]
#[command(version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {}

/// A mistake in how the program was called or configured: exit code 2 instead of 1.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(pub String);

/// Parses the command line, runs the command and turns its outcome into an exit code:
/// 0 done, 1 failed, 2 called or configured wrongly ([`Misuse`], or what clap refuses).
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome: anyhow::Result<()> = match cli.command {};
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => report(&error),
    }
}

/// Prints the error and its causes as one plain line and picks the exit code.
#[expect(
    clippy::print_stderr,
    reason = "the command line's errors go to standard error"
)]
fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("hamlet: {error:#}");
    let misused = error.chain().any(|cause| cause.is::<Misuse>());
    ExitCode::from(if misused { 2 } else { 1 })
}
