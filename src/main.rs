//! The `hamlet` program: reads the command line, runs one command, answers with an exit code
//! (0 done, 1 failed, 2 called or configured wrongly).

use std::process::ExitCode;

fn main() -> ExitCode {
    hamlet::cli::main()
}
