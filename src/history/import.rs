//! Making comments of this service of what a reader found: fields made to fit, labels kept, threads
//! joined, and a report of what became of everything. Nothing is mailed about what is imported.
//!
//! What was not public there is not public here: a reader says so of a comment, its page or its thread
//! ([`ForeignComment::withheld`]); what names no page, and what answers a comment that is not public,
//! waits for a person as well.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    History,
    adoption::{Ids, Named, adopt, doubts},
    blogs::source,
    report::Report,
    stream::{Batch, reading},
};
use crate::{
    domain::{sample::Provenance, site::Site},
    intake::adopted,
    interchange::{
        completed,
        doubt::Doubt,
        foreign::{Findings, ForeignComment, ForeignFormat, Found, ReadError},
        placing::Calendar,
    },
    learn::samples,
    privacy::rotation,
    storage::{StoreError, import_runs::NewRun, imported::Fate, imports::Origin},
};

/// Why an approved reply is withheld.
const ANSWERS_HIDDEN: &str = "it answers a comment that is not public";

/// Why a comment is whose page cannot be made out.
const NO_PAGE: &str = "its page is not known";

/// Comments after which the database first counts anew, and how many times as many there are at each next time.
const FIRST_COUNT: u64 = 1_000;
const COUNT_GROWTH: u64 = 4;

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read at all.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The reader ended before its file did.
    #[error("reading the file failed unexpectedly")]
    Reader,
}

/// What is to be imported, and how.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What the file is.
    pub format: ForeignFormat,
    /// Whether nothing is to be written.
    pub dry_run: bool,
    /// The blog that the file is of, where several of one system come to one site; left out, it is found by
    /// what is here already.
    pub source: Option<String>,
    /// The file's name.
    pub file: Option<String>,
}

/// Imports what `open` finds into a site. As [`run_as`], of a file without a name.
///
/// # Errors
/// As [`run_as`].
pub async fn run(
    history: &History,
    site: &Arc<Site>,
    format: ForeignFormat,
    dry_run: bool,
    open: impl Fn() -> Result<Findings, ReadError> + Send + Sync + 'static,
) -> Result<Report, ImportError> {
    let wanted = Wanted {
        format,
        dry_run,
        source: None,
        file: None,
    };
    run_as(history, site, wanted, open).await
}

/// Imports what `open` finds into a site. `open` and the reader run on a thread of their own, and twice
/// where comments of this system are here already. Where the file ends early, what stands before that is
/// imported, and the report says so.
///
/// # Errors
/// [`ImportError`]; what was written before stays, and importing again goes on from there.
pub async fn run_as(
    history: &History,
    site: &Arc<Site>,
    wanted: Wanted,
    open: impl Fn() -> Result<Findings, ReadError> + Send + Sync + 'static,
) -> Result<Report, ImportError> {
    let open = Arc::new(open);
    let open = Arc::new(move || completed::read(wanted.format, &open));
    let source = source(
        history,
        site,
        (wanted.format, wanted.source.as_deref()),
        &open,
    )
    .await?;
    let origin = Origin {
        source,
        run: Uuid::now_v7().to_string(),
    };
    let (format, dry_run) = (wanted.format, wanted.dry_run);
    if !dry_run {
        let run = NewRun {
            site: site.slug.clone(),
            id: origin.run.clone(),
            source: origin.source.clone(),
            format: format.system().to_owned(),
            file: wanted.file,
        };
        history
            .ground()
            .store
            .begin_import(run, history.ground().now())
            .await?;
    }
    let mut import = Import {
        history,
        site,
        report: Report {
            dry_run,
            run: (!dry_run).then(|| origin.run.clone()),
            source: origin.source.clone(),
            ..Report::default()
        },
        origin,
        calendar: Calendar::new(history.ground().now()),
        ids: Ids::default(),
        read: 0,
        counts_at: FIRST_COUNT,
    };
    let (reading, mut batches) = reading(&open);
    let kept = import.keep_all(&mut batches).await;
    let (mut report, origin) = (import.report, import.origin);
    if !dry_run {
        let detail = json!({ "system": format.system(), "comments": report.imported });
        let target = site.slug.to_string();
        let recorded = history
            .ground()
            .store
            .record_act("comments.import", target, detail);
        recorded.await?;
    }
    kept?;
    let read = reading.await.map_err(|_| ImportError::Reader)?;
    if !dry_run {
        let joined = history
            .ground()
            .store
            .join_imported(&site.slug, &origin)
            .await?;
        if joined.withheld > 0 {
            report.withhold(ANSWERS_HIDDEN, joined.withheld);
        }
        report.orphans = joined.orphans;
    }
    if let Err(error) = read {
        if report.imported + report.unchanged == 0 {
            finish(history, site, &origin, &report).await?;
            return Err(error.into());
        }
        report.ended_early = Some(error.to_string());
    }
    report.warn(format);
    finish(history, site, &origin, &report).await?;
    Ok(report)
}

/// Notes that an import is done, with what became of everything.
async fn finish(
    history: &History,
    site: &Site,
    origin: &Origin,
    report: &Report,
) -> Result<(), StoreError> {
    if report.dry_run {
        return Ok(());
    }
    let (store, now) = (&history.ground().store, history.ground().now());
    let kept = json!(report);
    let done = store.finish_import(&site.slug, &origin.run, report.imported, &kept, now);
    done.await
}

/// An import under way.
struct Import<'a> {
    history: &'a History,
    site: &'a Arc<Site>,
    origin: Origin,
    report: Report,
    calendar: Calendar,
    ids: Ids,
    /// Comments so far.
    read: u64,
    /// After how many of them the database is to count anew.
    counts_at: u64,
}

impl Import<'_> {
    async fn keep_all(&mut self, batches: &mut mpsc::Receiver<Batch>) -> Result<(), ImportError> {
        while let Some(batch) = batches.recv().await {
            // It may take long, and a key may be made or retired meanwhile.
            rotation::follow(&self.history.privacy).await;
            let mut comments = self.sort(batch);
            let mut named = Vec::with_capacity(comments.len());
            for comment in &comments {
                self.read += 1;
                named.push(Named {
                    id: self.ids.of(comment),
                    is_dated: comment
                        .created_at
                        .is_some_and(|at| at <= self.history.ground().now()),
                    place: self.read,
                });
            }
            self.calendar.place(&mut comments);
            for comment in &comments {
                self.report.doubt(comment);
            }
            self.keep(comments, named).await?;
            if self.read >= self.counts_at && !self.report.dry_run {
                self.counts_at = self.read * COUNT_GROWTH;
                self.history.ground().store.count_imported_anew().await?;
            }
        }
        Ok(())
    }

    /// Takes the comments out of a batch, and notes the rest.
    fn sort(&mut self, batch: Batch) -> Vec<ForeignComment> {
        let now = self.history.ground().now();
        let mut comments = Vec::with_capacity(batch.len());
        for found in batch {
            match found {
                Ok(Found::Comment(comment)) if comment.text.trim().is_empty() => {
                    self.report.skip("no text");
                }
                Ok(Found::Comment(comment)) => {
                    let comment = comment.named_apart();
                    let has_page = adopted::known_page(&comment.page, self.site).is_some();
                    if let Some(host) = adopted::other_host(&comment.page, self.site) {
                        self.report.is_elsewhere(&host);
                    }
                    let left_out = doubts(&comment);
                    let mut comment = comment
                        .withheld((!has_page).then_some(NO_PAGE))
                        .shown_at(now);
                    comment.doubts.extend(left_out);
                    if !has_page && comment.withheld.is_none() {
                        comment
                            .doubts
                            .push(Doubt::new("a page that is not known", ""));
                    }
                    comments.push(comment);
                }
                Ok(Found::Skipped(reason)) => self.report.skip(reason),
                Ok(Found::Remark(remark)) => self.report.warnings.push(remark),
                Err(error) => {
                    self.report.skip("could not be read");
                    self.report.problem(error.to_string());
                }
            }
        }
        comments
    }

    async fn keep(
        &mut self,
        comments: Vec<ForeignComment>,
        named: Vec<Named>,
    ) -> Result<(), ImportError> {
        let report = &mut self.report;
        if report.dry_run {
            for comment in &comments {
                report.imported += 1;
                report.count(comment.label);
                if let Some(reason) = comment.withheld {
                    report.withhold(reason, 1);
                }
            }
            return Ok(());
        }
        let (history, site) = (self.history, self.site);
        let said: Vec<_> = comments
            .iter()
            .map(|comment| (comment.label, comment.withheld))
            .collect();
        let mut adopted = Vec::with_capacity(comments.len());
        for (comment, named) in comments.into_iter().zip(named) {
            adopted.push(adopt(history, site, &comment, named).await);
        }
        let source = samples::source(
            history.ground(),
            Provenance::Import,
            self.origin.source.clone(),
        );
        let kept = history
            .ground()
            .store
            .import_comments(
                &site.slug,
                &self.origin,
                adopted,
                source,
                history.ground().now(),
            )
            .await?;
        report.doubled += kept.doubled;
        for ((label, withheld), fate) in said.into_iter().zip(kept.fates) {
            if fate == Fate::Known {
                report.unchanged += 1;
                continue;
            }
            report.imported += 1;
            report.count(label);
            if let Some(reason) = withheld {
                report.withhold(reason, 1);
            } else if fate == Fate::Withheld {
                report.withhold(ANSWERS_HIDDEN, 1);
            }
        }
        history.learning.wake();
        Ok(())
    }
}
