//! Making comments of this service of what a reader found: fields made to fit, labels kept, threads
//! joined, and a report of what became of everything. Nothing is mailed about what is imported.
//!
//! What was not public there is not public here: a reader says so of a comment, its page or its thread
//! ([`ForeignComment::withheld`]); what names no page, and what answers a comment that is not public,
//! waits for a person as well.

use std::{collections::HashMap, sync::Arc};

use serde_json::json;
use tokio::{sync::mpsc, task::spawn_blocking};
use uuid::Builder;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_128};

use super::{
    foreign::{self, Findings, ForeignComment, ForeignFormat, Found, ReadError, Standing},
    placing::Calendar,
    report::Report,
};
use crate::{
    app::App,
    domain::{
        comment::Status, evidence::Evidence, network::SenderAddress, sample::Provenance,
        site::Site, timestamp::Timestamp, website::Website,
    },
    intake::adopted,
    learn::samples,
    privacy::{rotation, vault::Owner},
    review::trial,
    storage::{
        StoreError,
        arrivals::NewComment,
        imports::{Fate, ImportedComment},
    },
    text::Document,
};

/// Comments that are written together.
const BATCH: usize = 500;

/// Why an approved reply is withheld.
const ANSWERS_HIDDEN: &str = "it answers a comment that is not public";

/// Why a comment is whose page cannot be made out.
const NO_PAGE: &str = "its page is not known";

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

/// Imports what `open` finds into a site. `open` and the reader run on a thread of their own. Where the file
/// ends early, what stands before that is imported, and the report says so.
///
/// # Errors
/// [`ImportError`]; what was written before stays, and importing again goes on from there.
pub async fn run(
    app: &App,
    site: &Arc<Site>,
    format: ForeignFormat,
    dry_run: bool,
    open: impl FnOnce() -> Result<Findings, ReadError> + Send + 'static,
) -> Result<Report, ImportError> {
    let mut import = Import {
        app,
        site,
        format,
        report: Report {
            dry_run,
            ..Report::default()
        },
        calendar: Calendar::new(app.now()),
        repetitions: HashMap::new(),
        read: 0,
    };
    let (sender, mut batches) = mpsc::channel::<Vec<_>>(2);
    let reading = spawn_blocking(move || read(open, &sender));
    let kept = import.keep_all(&mut batches).await;
    let mut report = import.report;
    if !dry_run {
        let detail = json!({ "system": format.system(), "comments": report.imported });
        let target = site.slug.to_string();
        let recorded = app.store.record_act("comments.import", target, detail);
        recorded.await?;
    }
    kept?;
    let read = reading.await.map_err(|_| ImportError::Reader)?;
    if !dry_run {
        let settled = app.store.join_imported(&site.slug, format.system()).await?;
        if settled.withheld > 0 {
            report.withhold(ANSWERS_HIDDEN, settled.withheld);
        }
    }
    if let Err(error) = read {
        if report.imported + report.unchanged == 0 {
            return Err(error.into());
        }
        report.ended_early = Some(error.to_string());
    }
    report.warn(format);
    Ok(report)
}

/// An import under way.
struct Import<'a> {
    app: &'a App,
    site: &'a Arc<Site>,
    format: ForeignFormat,
    report: Report,
    calendar: Calendar,
    /// How often a comment without an id of its own was in the file, by what it says.
    repetitions: HashMap<String, u32>,
    /// Comments so far.
    read: u64,
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

impl Import<'_> {
    async fn keep_all(&mut self, batches: &mut mpsc::Receiver<Batch>) -> Result<(), ImportError> {
        while let Some(batch) = batches.recv().await {
            // It may take long, and a key may be made or retired meanwhile.
            rotation::follow(self.app).await;
            let mut comments = self.sort(batch);
            let ids: Vec<String> = comments.iter().map(|comment| self.id(comment)).collect();
            self.calendar.place(&mut comments);
            for comment in &comments {
                self.report.doubt(comment);
            }
            self.keep(comments, ids).await?;
        }
        Ok(())
    }

    /// Takes the comments out of a batch, and notes the rest.
    fn sort(&mut self, batch: Batch) -> Vec<ForeignComment> {
        let mut comments = Vec::with_capacity(batch.len());
        for found in batch {
            match found {
                Ok(Found::Comment(comment)) if comment.text.trim().is_empty() => {
                    self.report.skip("no text");
                }
                Ok(Found::Comment(comment)) => {
                    let has_page = adopted::known_page(&comment.page, self.site).is_some();
                    if let Some(host) = adopted::other_host(&comment.page, self.site) {
                        self.report.is_elsewhere(&host);
                    }
                    comments.push(comment.withheld((!has_page).then_some(NO_PAGE)));
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

    /// What a comment is called in its own system; one without an id, by what it says and how often that
    /// was said before it.
    fn id(&mut self, comment: &ForeignComment) -> String {
        if let Some(id) = &comment.id {
            return fitted(id);
        }
        let digest = digest(comment);
        let before = self.repetitions.entry(digest.clone()).or_default();
        *before += 1;
        match *before {
            1 => digest,
            nth => format!("{digest}-{nth}"),
        }
    }

    async fn keep(
        &mut self,
        comments: Vec<ForeignComment>,
        ids: Vec<String>,
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
        let (app, site) = (self.app, self.site);
        let said: Vec<_> = comments
            .iter()
            .map(|comment| (comment.label, comment.withheld))
            .collect();
        let mut adopted = Vec::with_capacity(comments.len());
        for (comment, id) in comments.into_iter().zip(ids) {
            self.read += 1;
            adopted.push(adopt(app, site, comment, id, self.read));
        }
        let system = self.format.system();
        let source = samples::source(app, Provenance::Import, system.to_owned());
        let new = app
            .store
            .import_comments(&site.slug, system, adopted, source, app.now())
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
        app.live.wake();
        Ok(())
    }
}

/// A comment of another system as one of this one. What waits is judged, so that the queue can be
/// worked through; what was decided there is not judged again.
fn adopt(
    app: &App,
    site: &Arc<Site>,
    foreign: ForeignComment,
    foreign_id: String,
    place: u64,
) -> ImportedComment {
    let sender = foreign.address.map(SenderAddress::new);
    let raw_email = foreign.email.as_deref().unwrap_or_default();
    let email = adopted::email(&app.vault, site, raw_email, &foreign.name, sender.as_ref());
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
    let now = app.now();
    let created_at = foreign.created_at.unwrap_or(now).min(now);
    let (score, evidence) = judged(app, site, status, &document);
    let id = id_at(created_at, place);
    let owner = Owner::comment(&site.slug, id.clone());
    let vote = foreign.label.map(|label| {
        let index = email
            .given_domain()
            .map(|_| app.vault.email_index(&email).0);
        samples::vote_of_import(site.slug.clone(), id.clone(), label, &document, index)
    });
    let title = foreign.page_title.as_deref().map(adopted::one_line);
    ImportedComment {
        // Nothing answers itself.
        foreign_parent: foreign
            .parent
            .as_deref()
            .map(fitted)
            .filter(|parent| *parent != foreign_id),
        foreign_id,
        status,
        score,
        evidence,
        vote,
        comment: NewComment {
            id,
            site: site.slug.to_string(),
            page: adopted::page(&foreign.page, site).to_string(),
            page_title: title
                .filter(|title| !title.is_empty())
                .map(|title| foreign::title(&title)),
            parent: None,
            name: name.as_str().to_owned(),
            email_sealed: app.vault.seal(&email, owner).0,
            email_index: app.vault.email_index(&email).0,
            website: website.map(|website| website.as_str().to_owned()),
            text: text.as_str().to_owned(),
            fingerprint: None,
            network: sender.map(|sender| sender.truncated()),
            network_key: None,
            author_chain: None,
            wants_replies: 0,
            created_at: created_at.millis(),
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
    app: &App,
    site: &Arc<Site>,
    status: Status,
    document: &Document<'_>,
) -> (Option<f64>, Evidence) {
    let because = "It was imported from another system".to_owned();
    if status != Status::Pending {
        let evidence = Evidence {
            because,
            ..Evidence::default()
        };
        return (None, evidence);
    }
    let mut trial = trial::judge(app, site, document);
    trial.evidence.because = because;
    (trial.score, trial.evidence)
}

/// A version 7 identifier of a moment that may be long past: the order of ids is that of arrival, and
/// within a moment that of the places in the file.
fn id_at(time: Timestamp, place: u64) -> String {
    let millis = u64::try_from(time.millis()).unwrap_or(0);
    let mut random: [u8; 10] = rand::random();
    let [.., a, b, c, d] = place.to_be_bytes();
    // The version takes four bits of the first byte, the variant two of the third.
    random[..5].copy_from_slice(&[0, a, b >> 2, (b << 6) | (c >> 2), (c << 6) | (d >> 2)]);
    random[5] = (d << 6) | (random[5] >> 2);
    Builder::from_unix_timestamp_millis(millis, &random)
        .into_uuid()
        .to_string()
}

/// Bytes of a foreign id that are kept as they are.
const LONGEST_ID: usize = 200;

/// An id of another system on one line; of a longer one its digest.
fn fitted(id: &str) -> String {
    let line = adopted::one_line(id);
    if line.len() <= LONGEST_ID && line == id.trim() {
        return line;
    }
    format!("#{:032x}", xxh3_128(id.as_bytes()))
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
