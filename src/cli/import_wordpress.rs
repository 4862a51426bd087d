//! `hamlet import --from wordpress --url …`: who asks, and with which password. It is never an argument, which everybody on the
//! machine can read.

use std::{
    fs,
    io::{self, IsTerminal as _},
    path::PathBuf,
    time::Duration,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::SecretString;
use url::Url;

use super::shell::{Misuse, Shell};
use crate::history::wordpress::{self, Fetched, From};

/// Holds the password.
const VARIABLE: &str = "WORDPRESS_APPLICATION_PASSWORD";

/// Fetching from a WordPress.
#[derive(Args)]
pub struct WordPressArgs {
    /// A WordPress whose comments are fetched over its REST interface, instead of a file: <https://blog.example>.
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["file", "encoding"])]
    pub(super) url: Option<Url>,
    /// With --url: a user there who may moderate comments. An application password of theirs is read from the variable
    /// `WORDPRESS_APPLICATION_PASSWORD`, from --password-file, or asked for.
    #[arg(long, value_name = "NAME", requires = "url")]
    user: Option<String>,
    /// With --url: a file with the application password.
    #[arg(long, value_name = "FILE", requires = "url")]
    password_file: Option<PathBuf>,
    /// With --url: a PEM file with a certificate authority to trust beside the usual ones.
    #[arg(long, value_name = "FILE", requires = "url")]
    ca_file: Option<PathBuf>,
}

impl WordPressArgs {
    /// Fetches the comments of the WordPress at an address.
    pub(super) async fn fetch(self, shell: &Shell, home: Url) -> anyhow::Result<Fetched> {
        let user = self.user.clone();
        let user = user.ok_or_else(|| Misuse("--url wants --user as well".to_owned()))?;
        let password = self.password(&user)?;
        let ca_file = self.ca_file.map(|file| file.display().to_string());
        let from = From {
            home,
            user,
            password,
            ca_file: ca_file.unwrap_or_default(),
            first_wait: Duration::from_secs(1),
        };
        let bar = bar();
        let folder = shell.settings.data_dir.join("fetched");
        let fetched = wordpress::fetch(from, &folder, |comments, of| {
            bar.set_length(of);
            bar.set_position(comments);
        });
        let fetched = fetched.await;
        bar.finish_and_clear();
        Ok(fetched?)
    }

    fn password(&self, user: &str) -> anyhow::Result<SecretString> {
        let password = if let Some(file) = &self.password_file {
            let read = fs::read_to_string(file);
            read.map_err(|error| Misuse(format!("{}: {error}", file.display())))?
        } else if let Ok(password) = std::env::var(VARIABLE) {
            password
        } else if io::stdin().is_terminal() {
            let prompt = format!("Application password of {user}: ");
            ask(&prompt)?
        } else {
            let said =
                format!("the application password is read from {VARIABLE} or --password-file");
            return Err(Misuse(said).into());
        };
        Ok(password.trim().to_owned().into())
    }
}

/// Asks on the terminal. What is typed is not shown.
fn ask(prompt: &str) -> io::Result<String> {
    let terminal = console::Term::stderr();
    terminal.write_str(prompt)?;
    terminal.read_secure_line()
}

fn bar() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} comments {eta}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
