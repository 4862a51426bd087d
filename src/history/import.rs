//! Making comments of this service of what a reader found: fields made to fit, labels kept, threads
//! joined, and a report of what became of everything. Nothing is mailed about what is imported.
//!
//! What was not public there is not public here: a reader says so of a comment, its page or its thread
//! ([`ForeignComment::withheld`]); what names no page, and what answers a comment that is not public,
//! waits for a person as well.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use serde_json::json;
use tokio::{sync::mpsc, task::spawn_blocking};
use uuid::Builder;
use xxhash_rust::xxh3::Xxh3Default;

use crate::interchange::foreign::{
    self, Findings, ForeignComment, ForeignFormat, Found, ReadError, Standing,
};
use crate::{
    bayes::Label,
    domain::{
        arrival::NewComment,
        comment::{CommentId, Status},
        evidence::Evidence,
        network::SenderAddress,
        reason::Because,
        sample::Provenance,
        site::Site,
        timestamp::Timestamp,
        website::Website,
    },
    history::History,
    intake::adopted,
    learn::samples,
    privacy::rotation,
    review::trial,
    sealing::vault::Owner,
    storage::{
        StoreError,
        imported::{Fate, ImportedComment},
    },
    text::Document,
};

/// Comments that are written together.
const BATCH: usize = 500;

/// Problems that are told one by one; the rest are counted.
const TOLD: usize = 20;

/// Why an approved reply is withheld.
const ANSWERS_HIDDEN: &str = "it answers a comment that is not public";

/// Why a comment is whose page cannot be made out.
const NO_PAGE: &str = "its page is not known";

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read, or not to its end. What was read before is imported.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The reader ended before its file did.
    #[error("reading the file failed unexpectedly")]
    Reader,
}

/// What became of everything in a file.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Comments that are new here.
    pub imported: u64,
    /// Comments that were imported before.
    pub unchanged: u64,
    /// Labelled genuine, of those that are new (in a dry run: of all).
    pub ham: u64,
    /// Labelled spam, likewise.
    pub spam: u64,
    /// Without a label, likewise.
    pub unlabelled: u64,
    /// What was approved there and is kept from being public here, by reason.
    pub withheld: BTreeMap<String, u64>,
    /// What was left out, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// The first things that could not be read.
    pub problems: Vec<String>,
    /// What the operator should know before training.
    pub warnings: Vec<String>,
    /// Whether nothing was written.
    pub dry_run: bool,
}

impl Report {
    fn skip(&mut self, reason: &str) {
        *self.skipped.entry(reason.to_owned()).or_default() += 1;
    }

    fn withhold(&mut self, reason: &str, count: u64) {
        *self.withheld.entry(reason.to_owned()).or_default() += count;
    }

    fn count(&mut self, label: Option<Label>) {
        *match label {
            Some(Label::Ham) => &mut self.ham,
            Some(Label::Spam) => &mut self.spam,
            None => &mut self.unlabelled,
        } += 1;
    }

    fn warn(&mut self, format: ForeignFormat) {
        let labelled = self.ham + self.spam > 0;
        if labelled && self.spam == 0 {
            let hint = match format {
                ForeignFormat::Wxr => {
                    ": WordPress leaves it out of its export; import \
                     `wp comment list --status=spam --format=json` too"
                }
                _ => "",
            };
            let warning = format!("there is no spam among the labels{hint}");
            self.warnings.push(warning);
        }
        if labelled && self.ham == 0 {
            let warning = "there is nothing genuine among the labels";
            self.warnings.push(warning.to_owned());
        }
    }
}

/// Imports what `open` finds into a site. `open` and the reader run on a thread of their own.
///
/// # Errors
/// [`ImportError`]; what was written before stays, and importing again goes on from there.
pub async fn run(
    history: &History,
    site: &Arc<Site>,
    format: ForeignFormat,
    dry_run: bool,
    open: impl FnOnce() -> Result<Findings, ReadError> + Send + 'static,
) -> Result<Report, ImportError> {
    let mut report = Report {
        dry_run,
        ..Report::default()
    };
    let (sender, mut batches) = mpsc::channel::<Vec<_>>(2);
    let reading = spawn_blocking(move || read(open, &sender));
    let kept = keep_all(history, site, format, &mut batches, &mut report).await;
    if !dry_run {
        let detail = json!({ "system": format.system(), "comments": report.imported });
        let target = site.slug.to_string();
        let recorded = history
            .learning
            .ground
            .store
            .record_act("comments.import", target, detail);
        recorded.await?;
    }
    kept?;
    let read = reading.await.map_err(|_| ImportError::Reader)?;
    if !dry_run {
        let settled = history
            .learning
            .ground
            .store
            .join_imported(&site.slug, format.system())
            .await?;
        if settled.withheld > 0 {
            report.withhold(ANSWERS_HIDDEN, settled.withheld);
        }
    }
    read?;
    report.warn(format);
    Ok(report)
}

async fn keep_all(
    history: &History,
    site: &Arc<Site>,
    format: ForeignFormat,
    batches: &mut mpsc::Receiver<Batch>,
    report: &mut Report,
) -> Result<(), ImportError> {
    while let Some(batch) = batches.recv().await {
        // It may take long, and a key may be made or retired meanwhile.
        rotation::follow(&history.privacy).await;
        let comments = sort(batch, site, report);
        keep(history, site, format, comments, report).await?;
    }
    Ok(())
}

type Batch = Vec<Result<Found, ReadError>>;

/// Reads everything, and hands it on in batches; what broke the reading comes last.
fn read(
    open: impl FnOnce() -> Result<Findings, ReadError>,
    batches: &mpsc::Sender<Batch>,
) -> Result<(), ReadError> {
    let mut batch = Vec::with_capacity(BATCH);
    let mut ended = Ok(());
    for found in open()? {
        if let Err(error @ ReadError::Broken { .. }) = found {
            ended = Err(error);
            break;
        }
        batch.push(found);
        if batch.len() == BATCH && batches.blocking_send(std::mem::take(&mut batch)).is_err() {
            return Ok(());
        }
    }
    let _ = batches.blocking_send(batch);
    ended
}

/// Takes the comments out of a batch, and notes the rest.
fn sort(batch: Batch, site: &Site, report: &mut Report) -> Vec<ForeignComment> {
    let mut comments = Vec::with_capacity(batch.len());
    for found in batch {
        match found {
            Ok(Found::Comment(comment)) if comment.text.trim().is_empty() => {
                report.skip("no text");
            }
            Ok(Found::Comment(comment)) => {
                let has_page = adopted::known_page(&comment.page, site).is_some();
                comments.push(comment.withheld((!has_page).then_some(NO_PAGE)));
            }
            Ok(Found::Skipped(reason)) => report.skip(reason),
            Err(error) => {
                report.skip("could not be read");
                if report.problems.len() < TOLD {
                    report.problems.push(error.to_string());
                }
            }
        }
    }
    comments
}

async fn keep(
    history: &History,
    site: &Arc<Site>,
    format: ForeignFormat,
    comments: Vec<ForeignComment>,
    report: &mut Report,
) -> Result<(), ImportError> {
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
    let said: Vec<_> = comments
        .iter()
        .map(|comment| (comment.label, comment.withheld))
        .collect();
    let adopted = comments.into_iter();
    let adopted = adopted
        .map(|comment| adopt(history, site, comment))
        .collect();
    let system = format.system();
    let source = samples::source(
        &history.learning.ground,
        Provenance::Import,
        system.to_owned(),
    );
    let new = history
        .learning
        .ground
        .store
        .import_comments(
            &site.slug,
            system,
            adopted,
            source,
            history.learning.ground.now(),
        )
        .await?;
    for ((label, withheld), fate) in said.into_iter().zip(new) {
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

/// A comment of another system as one of this one. What waits is judged, so that the queue can be
/// worked through; what was decided there is not judged again.
fn adopt(history: &History, site: &Arc<Site>, foreign: ForeignComment) -> ImportedComment {
    let sender = foreign.address.map(SenderAddress::new);
    let raw_email = foreign.email.as_deref().unwrap_or_default();
    let email = adopted::email(
        &history.learning.ground.vault,
        site,
        raw_email,
        &foreign.name,
        sender.as_ref(),
    );
    let (name, text) = (adopted::name(&foreign.name), adopted::text(&foreign.text));
    let website = foreign.website.as_deref();
    let website = website.and_then(|raw| Website::parse(&adopted::one_line(raw)).ok());
    let document = Document {
        text: text.as_str(),
        name: Some(name.as_str()),
        email_domain: email.given_domain(),
        website: website.as_ref().map(Website::as_str),
    };
    let status = status(foreign.standing);
    let now = history.learning.ground.now();
    let created_at = foreign.created_at.unwrap_or(now).min(now);
    let (score, evidence) = judged(history, site, status, &document);
    let id = id_at(created_at);
    let owner = Owner::comment(&site.slug, id.to_string());
    let vote = foreign.label.map(|label| {
        let index = email
            .given_domain()
            .map(|_| history.learning.ground.vault.email_index(&email).0);
        samples::vote_of_import(site.slug.clone(), id.to_string(), label, &document, index)
    });
    let title = foreign.page_title.as_deref().map(adopted::one_line);
    ImportedComment {
        foreign_id: foreign.id.clone().unwrap_or_else(|| digest(&foreign)),
        foreign_parent: foreign.parent,
        status,
        score,
        evidence,
        vote,
        comment: NewComment {
            id,
            site: site.slug.clone(),
            page: adopted::page(&foreign.page, site),
            page_title: title
                .filter(|title| !title.is_empty())
                .map(|title| foreign::title(&title)),
            parent: None,
            name: name.as_str().to_owned(),
            email: history.learning.ground.vault.seal(&email, owner),
            email_index: history.learning.ground.vault.email_index(&email),
            website: website.map(|website| website.as_str().to_owned()),
            text: text.as_str().to_owned(),
            fingerprint: None,
            network: sender.map(|sender| sender.truncated()),
            network_key: None,
            author_chain: None,
            wants_replies: false,
            created_at,
        },
    }
}

const fn status(standing: Standing) -> Status {
    match standing {
        Standing::Approved => Status::Approved,
        Standing::Pending => Status::Pending,
        Standing::Spam => Status::Spam,
        Standing::Rejected => Status::Rejected,
        Standing::Trash => Status::Trash,
    }
}

fn judged(
    history: &History,
    site: &Arc<Site>,
    status: Status,
    document: &Document<'_>,
) -> (Option<f64>, Evidence) {
    let because = Because::Imported;
    if status != Status::Pending {
        let evidence = Evidence {
            because,
            ..Evidence::default()
        };
        return (None, evidence);
    }
    let mut trial = trial::judge(&history.learning, site, document);
    trial.evidence.because = because;
    (trial.score, trial.evidence)
}

/// A version 7 identifier of a moment that may be long past: the order of ids is that of arrival.
fn id_at(time: Timestamp) -> CommentId {
    let millis = u64::try_from(time.millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &rand::random())
        .into_uuid()
        .into()
}

/// A name for a comment that came without one: the same comment has the same.
fn digest(foreign: &ForeignComment) -> String {
    let mut hasher = Xxh3Default::new();
    let time = foreign.created_at.map(|time| time.millis().to_string());
    for part in [
        &foreign.page,
        &foreign.name,
        &foreign.text,
        &time.unwrap_or_default(),
    ] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    format!("={:032x}", hasher.digest128())
}
