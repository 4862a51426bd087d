//! `hamlet import`: another system's comments into a site, beside a running service.

use std::{
    fs::File,
    io::{self, BufReader, Seek as _},
    path::{Path, PathBuf},
};

use clap::Args;
use encoding_rs::Encoding;
use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::json;
use url::Url;

use super::{
    import_wordpress::WordPressArgs,
    inputs::progress_bar,
    print,
    shell::{Misuse, Shell},
};
use crate::{
    domain::{site::SiteSlug, timestamp::Timestamp},
    history::{
        import::{self, Wanted},
        undo,
    },
    interchange::{
        encoding::by_label,
        foreign::{Findings, ForeignFormat, ReadError},
        isso::Isso,
        readers,
    },
};

/// Imports comments with their labels, threads and dates from another system's file. A second
/// import of the same file changes nothing.
#[derive(Args)]
pub struct ImportArgs {
    /// What the file is.
    #[arg(long, alias = "from", value_enum, required_unless_present_any = ["list", "undo", "url"])]
    format: Option<ForeignFormat>,
    /// The site that the comments go to.
    #[arg(long, value_name = "SLUG", required_unless_present_any = ["list", "undo"])]
    site: Option<String>,
    /// The file, compressed or not; `-` is standard input.
    #[arg(required_unless_present_any = ["list", "undo", "url"])]
    file: Option<PathBuf>,
    #[command(flatten)]
    wordpress: WordPressArgs,
    /// The blog that the file is of, where several of one system come to one site: its ids are kept apart.
    /// Left out, it is found by what is here already.
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Lists the imports there were.
    #[arg(long, conflicts_with_all = ["format", "file", "undo"])]
    list: bool,
    /// Takes an import back whole, but for comments that somebody decided about since.
    #[arg(long, value_name = "RUN", conflicts_with_all = ["format", "file"])]
    undo: Option<String>,
    /// Reads and reports, and writes nothing.
    #[arg(long)]
    dry_run: bool,
    /// The file's encoding, where it is neither UTF-8 nor says what it is: `windows-1251`, `gbk`, `shift_jis`.
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<&'static Encoding>,
    /// Prints the report as JSON.
    #[arg(long)]
    json: bool,
}

impl ImportArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When there is no such site or file, the file is not what it should be, or the database
    /// cannot be used.
    pub fn run(self, config: Option<PathBuf>) -> anyhow::Result<()> {
        Shell::run(config, self.json, async |shell| {
            if self.list {
                return list(shell, self.site.as_deref()).await;
            }
            if let Some(run) = &self.undo {
                return undo(shell, run).await;
            }
            if let Some(home) = self.wordpress.url.clone() {
                return self.fetch(shell, home).await;
            }
            // Clap has asked for all three.
            let (Some(format), Some(site), Some(file)) = (self.format, self.site, self.file) else {
                return Ok(());
            };
            let site = shell.site(&site)?;
            let progress = progress_bar(std::slice::from_ref(&file));
            let encoding = self.encoding;
            if file != Path::new("-")
                && let Err(error) = File::open(&file)
            {
                return Err(Misuse(format!("{}: {error}", file.display())).into());
            }
            let name = file
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
            let spooled = (file == Path::new("-")).then(spool).transpose()?;
            let bar = progress.clone();
            let reader = move || findings(format, &file, spooled.as_ref(), encoding, &bar);
            let wanted = Wanted {
                format,
                dry_run: self.dry_run,
                source: self.source,
                file: name,
            };
            let report = import::run_as(&shell.history, &site, wanted, reader).await;
            progress.finish_and_clear();
            let report = report?;
            shell.say(&report, &report.lines().join("\n"))?;
            match report.failure() {
                Some(why) => Err(anyhow::anyhow!(why)),
                None => Ok(()),
            }
        })
    }
}

impl ImportArgs {
    /// Imports what a WordPress has, by its REST interface. What was fetched is kept until it is imported.
    async fn fetch(self, shell: &Shell, home: Url) -> anyhow::Result<()> {
        if self
            .format
            .is_some_and(|format| format != ForeignFormat::WpRest)
        {
            return Err(Misuse("only `wordpress` is fetched from an address".to_owned()).into());
        }
        let Some(site) = &self.site else {
            return Ok(());
        };
        let site = shell.site(site)?;
        let name = home.host_str().map(str::to_owned);
        let fetched = self.wordpress.fetch(shell, home).await?;
        let file = fetched.file().to_owned();
        let reader = move || {
            findings(
                ForeignFormat::WpRest,
                &file,
                None,
                None,
                &ProgressBar::hidden(),
            )
        };
        let wanted = Wanted {
            format: ForeignFormat::WpRest,
            dry_run: self.dry_run,
            source: self.source,
            file: name,
        };
        let mut report = import::run_as(&shell.history, &site, wanted, reader).await?;
        if fetched.comments != fetched.said {
            report.warnings.push(format!(
                "{} comments were fetched, and the site said that there are {}",
                fetched.comments, fetched.said
            ));
        }
        fetched.done()?;
        shell.say(&report, &report.lines().join("\n"))?;
        match report.failure() {
            Some(why) => Err(anyhow::anyhow!(why)),
            None => Ok(()),
        }
    }
}

pub(super) fn findings(
    format: ForeignFormat,
    file: &Path,
    spooled: Option<&File>,
    encoding: Option<&'static Encoding>,
    progress: &ProgressBar,
) -> Result<Findings, ReadError> {
    if format == ForeignFormat::Isso {
        return Ok(Box::new(Isso::open(file)?));
    }
    if let Some(mut spooled) = spooled {
        spooled.rewind()?;
        let input = BufReader::with_capacity(1 << 16, spooled.try_clone()?);
        return readers::read_encoded(format, input, encoding);
    }
    progress.set_position(0);
    let file = progress.wrap_read(File::open(file)?);
    readers::read_encoded(format, BufReader::with_capacity(1 << 16, file), encoding)
}

/// Standard input as a file without a name, because an import may read it twice.
fn spool() -> anyhow::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut io::stdin().lock(), &mut file)?;
    Ok(file)
}

/// An import as `--list` shows it.
#[derive(Serialize)]
struct Listed {
    run: String,
    site: String,
    source: String,
    file: Option<String>,
    started_at: Timestamp,
    finished_at: Option<Timestamp>,
    comments: i64,
    undone_at: Option<Timestamp>,
    kept: i64,
}

async fn list(shell: &Shell, site: Option<&str>) -> anyhow::Result<()> {
    let sites: Vec<SiteSlug> = match site {
        Some(site) => vec![shell.site(site)?.slug.clone()],
        None => shell
            .store
            .sites()
            .await?
            .into_iter()
            .map(|site| site.slug)
            .collect(),
    };
    let runs = shell.store.import_runs(&sites).await?;
    let listed = runs.into_iter().map(|made| Listed {
        run: made.run.id,
        site: made.run.site.to_string(),
        source: made.run.source,
        file: made.run.file,
        started_at: made.started_at,
        finished_at: made.finished_at,
        comments: made.comments,
        undone_at: made.undone_at,
        kept: made.kept,
    });
    let listed: Vec<Listed> = listed.collect();
    if shell.json {
        return print::json(&json!({ "imports": listed }));
    }
    let rows: Vec<[String; 6]> = listed
        .into_iter()
        .map(|one| {
            let state = match (one.undone_at, one.finished_at) {
                (Some(at), _) => format!("taken back {at}, {} stayed", one.kept),
                (None, Some(_)) => "done".to_owned(),
                (None, None) => "interrupted, or under way".to_owned(),
            };
            let [at, comments] = [one.started_at.to_string(), one.comments.to_string()];
            let from = one
                .file
                .map_or(one.source.clone(), |file| format!("{}: {file}", one.source));
            [one.run, one.site, at, comments, from, state]
        })
        .collect();
    print::table(["RUN", "SITE", "AT", "COMMENTS", "FROM", "STATE"], &rows)
}

async fn undo(shell: &Shell, run: &str) -> anyhow::Result<()> {
    let sites = shell.store.sites().await?;
    let sites: Vec<SiteSlug> = sites.into_iter().map(|site| site.slug).collect();
    let runs = shell.store.import_runs(&sites).await?;
    let Some(made) = runs.into_iter().find(|made| made.run.id == run) else {
        return Err(Misuse(format!(
            "no import {run}: `hamlet import --list` names them"
        ))
        .into());
    };
    let taken_back = undo::take_back(&shell.history, &made).await?;
    let mut lines = vec![format!("{} comments are gone again", taken_back.removed)];
    if !taken_back.kept.is_empty() {
        let count = taken_back.kept.len();
        lines.push(format!(
            "{count} stay, because somebody decided about them since:"
        ));
        lines.extend(
            taken_back
                .kept
                .iter()
                .take(SHOWN)
                .map(|id| format!("  {id}")),
        );
    }
    shell.say(&taken_back, &lines.join("\n"))
}

/// Comments that stay and are named.
const SHOWN: usize = 100;

pub(super) fn encoding(name: &str) -> Result<&'static Encoding, String> {
    by_label(name).ok_or_else(|| "no encoding of this name is known".to_owned())
}
