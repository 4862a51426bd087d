//! Programs of other makes that tests run: published clients, validators and generators, from `tests/clients`. Their scripts are there.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tokio::task::spawn_blocking;

/// Where the clients' scripts and packages are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

/// Python with the packages of `tests/clients/python`.
pub fn python() -> String {
    let named = std::env::var("HAMLET_TEST_CLIENTS_PYTHON");
    named.unwrap_or_else(|_| "python3".to_owned())
}

/// Runs a program in a folder to its end.
pub async fn output(program: &str, arguments: &[&str], folder: PathBuf) -> std::io::Result<Output> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    spawn_blocking(move || command.output()).await.unwrap()
}

/// Runs a program that has to succeed; what it printed.
pub async fn succeed(program: &str, arguments: &[&str], folder: PathBuf) -> String {
    let ran = output(program, arguments, folder).await.unwrap();
    let [out, errors] = [&ran.stdout, &ran.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(
        ran.status.success(),
        "{program} {arguments:?}:\n{out}\n{errors}"
    );
    format!("{out}{errors}")
}

/// Whether an interpreter has the clients. If not, that is printed and, where
/// `HAMLET_TEST_REQUIRE_CLIENTS` is set, a failure.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub async fn available(program: &str, probe: &[&str]) -> bool {
    let probe = output(program, probe, folder()).await;
    let found = probe.is_ok_and(|probe| probe.status.success());
    assert!(
        found || std::env::var_os("HAMLET_TEST_REQUIRE_CLIENTS").is_none(),
        "{program} with its clients is required and not there"
    );
    if !found {
        eprintln!("skipped: {program} with the clients of tests/clients is not there");
    }
    found
}
