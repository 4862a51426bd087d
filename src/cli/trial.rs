//! `hamlet trial`: what this service would have done with a site's own past, from other systems' files. Reads them, and changes nothing.

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use clap::{Args, ValueEnum as _};
use encoding_rs::Encoding;
use indicatif::ProgressBar;

use super::{
    import::{encoding, findings},
    inputs::progress_bar,
    print,
    shell::{Misuse, block_on, settings},
};
use crate::{
    clock::Clock,
    domain::site::Policy,
    history::replay::{
        course::{self, Manner},
        figures::Replay,
        page,
        past::Past,
    },
    interchange::{completed, foreign::ForeignFormat, readers},
};

/// Shows what this service would have done with the comments that people decided about elsewhere, in the order of time: put aside, held,
/// wrongly put aside, on the first day and as it learns, beside what people decided and what Akismet said. Changes nothing.
#[derive(Args)]
pub struct TrialArgs {
    /// The files: of any formats, several together (WordPress's export leaves spam out, so add a listing of it). What a file is, is
    /// seen from how it begins; `FORMAT:FILE` says it, with the names of `import --format`.
    #[arg(required = true, value_name = "[FORMAT:]FILE")]
    files: Vec<String>,
    /// The file's encoding, where it is neither UTF-8 nor says what it is: `windows-1251`, `gbk`, `shift_jis`.
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<&'static Encoding>,
    /// From which probability of spam on a comment is put aside.
    #[arg(long, value_name = "PROBABILITY", default_value_t = Policy::default().spam_threshold)]
    spam_threshold: f64,
    /// Writes a page with the curve to this file, one HTML page that stands alone.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Prints the figures as JSON.
    #[arg(long)]
    json: bool,
}

/// A file and what it is.
struct Source {
    path: PathBuf,
    format: ForeignFormat,
}

impl TrialArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// When a file cannot be read, or the page cannot be written.
    pub fn run(self, config: Option<&Path>) -> anyhow::Result<()> {
        let settings = settings(config)?;
        let policy = Policy {
            spam_threshold: self.spam_threshold,
            ..Policy::default()
        };
        if !(self.spam_threshold > 0.0 && self.spam_threshold <= 1.0) {
            let why = "--spam-threshold is a probability: more than 0, at most 1";
            return Err(Misuse(why.to_owned()).into());
        }
        let hours = settings.intake.duplicate_window_hours;
        let manner = Manner {
            policy,
            minimum_per_class: settings.learning.minimum_per_class,
            repeats_within: Duration::from_secs(hours.saturating_mul(60 * 60)),
        };
        let sources = self.files.iter().map(|raw| source(raw));
        let sources: Vec<Source> = sources.collect::<anyhow::Result<_>>()?;
        let paths: Vec<PathBuf> = sources.iter().map(|one| one.path.clone()).collect();
        let progress = progress_bar(&paths);
        // A thread for the reading, because one format is a database.
        let (report, json, encoding) = (self.report, self.json, self.encoding);
        let files = paths.iter().filter_map(|path| path.file_name());
        let files: Vec<String> = files
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        let files = files.join(", ");
        let replay = block_on(async move {
            let replaying =
                tokio::task::spawn_blocking(move || replay(&sources, encoding, &progress, &manner));
            replaying.await?
        })?;
        if let Some(report) = &report {
            let html = page::html(&replay, &files)?;
            let written = crate::files::write(report, html.as_bytes());
            written.with_context(|| report.display().to_string())?;
        }
        if json {
            return print::json(&replay);
        }
        print::line(&replay.lines().join("\n"))
    }
}

fn replay(
    sources: &[Source],
    encoding: Option<&'static Encoding>,
    progress: &ProgressBar,
    manner: &Manner,
) -> anyhow::Result<Replay> {
    let mut past = Past::default();
    let now = Clock::System.now();
    for Source { path, format } in sources {
        let (format, file, progress) = (*format, path.clone(), progress.clone());
        let open = Arc::new(move || findings(format, &file, None, encoding, &progress));
        let found = completed::read(format, &open);
        let read = found.and_then(|found| past.add(format.system(), found, now));
        read.with_context(|| path.display().to_string())?;
    }
    progress.finish_and_clear();
    let (comments, files) = past.in_order();
    anyhow::ensure!(files.comments > 0, "there is no comment in these files");
    Ok(course::run(&comments, files, manner)?)
}

/// `wxr:export.xml`, or a file whose format shows.
fn source(raw: &str) -> anyhow::Result<Source> {
    let named = raw.split_once(':').and_then(|(format, path)| {
        let format = ForeignFormat::from_str(format, false).ok()?;
        Some((format, path))
    });
    let (format, path) = match named {
        Some((format, path)) => (Some(format), PathBuf::from(path)),
        None => (None, PathBuf::from(raw)),
    };
    let opened = File::open(&path);
    let opened = opened.map_err(|error| Misuse(format!("{}: {error}", path.display())))?;
    let format = match format {
        Some(format) => format,
        None => {
            readers::guess(BufReader::new(opened)).with_context(|| path.display().to_string())?
        }
    };
    Ok(Source { path, format })
}
