//! The `hamlet` program: reads the command line, runs one command, answers with an exit code
//! (0 done, 1 failed, 2 called or configured wrongly).

use std::process::ExitCode;

/// Comments are built by one thread and freed by another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hamlet::cli::main()
}
