//! Labelled data that an operator sends, however much of it: read as it comes, kept apart until all
//! of it is here and right, and then counted as a whole. One line that is not right refuses the
//! upload, with the numbers of the lines to put right; nothing of it is kept then.

use std::{
    collections::BTreeMap,
    io::{self, BufReader, Read},
    sync::Arc,
    time::Duration,
};

use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::samples;
use crate::{
    bayes::Question,
    domain::{
        sample::{Provenance, Tally, Vote},
        site::{Site, SiteSlug},
    },
    interchange::labelled::{self, Format, Record, RecordError},
    learn::Learning,
    sealing::vault::Vault,
    storage::{
        StoreError,
        uploads::{self, Bitten},
    },
};

/// Rows written in one transaction.
const BATCH: usize = 500;

/// A complete upload of which nothing was moved for so long was left by an instance that is gone.
const LEFT: Duration = Duration::from_mins(1);

/// Lines reported one by one that are not right; after as many the reading ends.
const TOLD: usize = 20;

/// Why an upload was refused. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// Lines are not right.
    #[error("{} lines are not right", .0.len())]
    Lines(Vec<WrongLine>),
    /// There is no record in it.
    #[error("there is nothing in it")]
    Empty,
    /// The reading was stopped.
    #[error("the reading was stopped")]
    Stopped(#[from] tokio::task::JoinError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A line that is not right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongLine {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: String,
}

/// What an upload is.
#[derive(Debug, Clone)]
pub struct About {
    /// The site of records that name none.
    pub site: SiteSlug,
    /// The question of records that name none.
    pub question: Question,
    /// The name under which its labels are counted and capped.
    pub source: String,
    /// Its format; `None`: what the first bytes look like.
    pub format: Option<Format>,
}

/// How often an upload that goes on says so.
const STILL_THERE: Duration = Duration::from_secs(20);

/// How long an upload may say nothing before it is taken to have broken off.
const BROKEN_OFF: Duration = Duration::from_mins(2);

/// What became of an upload.
#[derive(Debug, Clone, Copy, Default)]
pub struct Uploaded {
    /// Records read.
    pub records: u64,
    /// Of these, the same text of the same author again: the last label counts.
    pub repeated: u64,
    /// What the others came to.
    pub tally: Tally,
}

/// The other end of a body: what is sent here is read as labelled data.
pub type Chunks = Sender<io::Result<bytes::Bytes>>;

/// An upload whose body is being sent.
pub struct Upload {
    learning: Arc<Learning>,
    kept: uploads::Upload,
    votes: Receiver<Vec<Vote>>,
    reading: tokio::task::JoinHandle<Result<u64, UploadError>>,
}

/// Begins an upload; its body goes to the sender.
///
/// # Errors
/// [`StoreError`].
pub async fn begin(learning: &Arc<Learning>, about: About) -> Result<(Chunks, Upload), StoreError> {
    let source = about.source.clone();
    let upload = uploads::Upload {
        id: uuid::Uuid::now_v7().to_string(),
        source: samples::source(&learning.ground, Provenance::Samples, source),
    };
    learning
        .ground
        .store
        .begin_upload(upload.clone(), learning.ground.now())
        .await?;
    let (chunks, body) = channel(4);
    let (batches, votes) = channel(2);
    let reader = Reader {
        vault: learning.ground.vault.clone(),
        sites: learning.ground.directory.snapshot().sites.clone(),
        about,
        batches,
    };
    let reading = tokio::task::spawn_blocking(move || reader.read(Body::new(body)));
    let learning = learning.clone();
    let arriving = Upload {
        learning,
        kept: upload,
        votes,
        reading,
    };
    Ok((chunks, arriving))
}

impl Upload {
    /// Takes the body in until its end, then lets all of it count.
    ///
    /// # Errors
    /// [`UploadError`]; then nothing of it is kept.
    pub async fn finish(mut self) -> Result<Uploaded, UploadError> {
        match self.receive().await {
            Ok(records) => self.count(records).await,
            Err(error) => {
                // On a full disk this may fail as well; then [`recover`] does it.
                if let Err(left) = self.learning.ground.store.drop_upload(self.kept.id).await {
                    tracing::warn!(error = %left, "what arrived of an upload that failed is still there");
                }
                Err(error)
            }
        }
    }

    async fn receive(&mut self) -> Result<u64, UploadError> {
        let (store, id) = (&self.learning.ground.store, &self.kept.id);
        loop {
            let next = tokio::time::timeout(STILL_THERE, self.votes.recv()).await;
            let votes = match next {
                Ok(Some(votes)) => votes,
                Ok(None) => break,
                // Whoever sends slowly has not gone away.
                Err(_) => Vec::new(),
            };
            store
                .add_to_upload(id.clone(), votes, self.learning.ground.now())
                .await?;
        }
        match (&mut self.reading).await?? {
            0 => Err(UploadError::Empty),
            records => Ok(records),
        }
    }

    async fn count(self, records: u64) -> Result<Uploaded, UploadError> {
        let store = &self.learning.ground.store;
        let texts = store.complete_upload(self.kept.id.clone()).await?;
        let tally = carry_over(&self.learning, self.kept).await?;
        Ok(Uploaded {
            records,
            repeated: records.saturating_sub(texts.unsigned_abs()),
            tally,
        })
    }
}

/// Moves what complete uploads have left behind, and forgets those that broke off: of instances that were
/// killed meanwhile, and on a disk that was full.
///
/// # Errors
/// [`StoreError`].
pub async fn recover(learning: &Learning) -> Result<(), StoreError> {
    let cap = learning.ground.settings.learning.cap_per_source;
    learning
        .ground
        .store
        .forget_uploads(learning.ground.now().minus(BROKEN_OFF))
        .await?;
    for upload in learning
        .ground
        .store
        .left_uploads(learning.ground.now().minus(LEFT), cap)
        .await?
    {
        carry_over(learning, upload).await?;
    }
    Ok(())
}

async fn carry_over(learning: &Learning, upload: uploads::Upload) -> Result<Tally, StoreError> {
    let mut sum = Tally::default();
    loop {
        let Bitten { tally, over } = learning
            .ground
            .store
            .move_upload(upload.clone(), learning.ground.now())
            .await?;
        sum += tally;
        if over {
            learning.wake();
            return Ok(sum);
        }
    }
}

/// Reads a body on a thread of its own: the readers are not asynchronous, and features are computed.
struct Reader {
    vault: Arc<Vault>,
    sites: BTreeMap<SiteSlug, Arc<Site>>,
    about: About,
    batches: Sender<Vec<Vote>>,
}

impl Reader {
    fn read(self, body: Body) -> Result<u64, UploadError> {
        let body = BufReader::with_capacity(1 << 16, body);
        let format = self.about.format;
        let records = match format {
            Some(format) => labelled::read(body, format),
            None => labelled::read_any(body).map_err(|source| broken(0, &source))?,
        };
        let (mut batch, mut count, mut wrong) = (Vec::with_capacity(BATCH), 0, Vec::new());
        for record in records {
            match record.map_err(line).and_then(|record| self.vote(&record)) {
                Ok(vote) if wrong.is_empty() => batch.push(vote),
                Ok(_) => {}
                Err(line) => wrong.push(line),
            }
            count += 1;
            if wrong.len() >= TOLD {
                break;
            }
            if batch.len() == BATCH
                && self
                    .batches
                    .blocking_send(std::mem::take(&mut batch))
                    .is_err()
            {
                break;
            }
        }
        if !wrong.is_empty() {
            return Err(UploadError::Lines(wrong));
        }
        // Nobody listens only when the upload has failed already.
        let _ = self.batches.blocking_send(batch);
        Ok(count)
    }

    fn vote(&self, record: &Record) -> Result<Vote, WrongLine> {
        let wrong = |problem: String| WrongLine {
            line: record.line,
            problem,
        };
        let site = match record.site.as_deref().filter(|site| !site.is_empty()) {
            None => self.about.site.clone(),
            Some(slug) => SiteSlug::parse(slug)
                .ok()
                .filter(|slug| self.sites.contains_key(slug))
                .ok_or_else(|| wrong("names a site that does not exist".to_owned()))?,
        };
        let question = record.question.unwrap_or(self.about.question);
        samples::vote_of_record(&self.vault, site, question, record).map_err(wrong)
    }
}

fn line(error: RecordError) -> WrongLine {
    match error {
        RecordError::Line { line, problem } => WrongLine { line, problem },
        RecordError::Input { line, source } => WrongLine {
            line,
            problem: source.to_string(),
        },
    }
}

fn broken(line: u64, source: &io::Error) -> UploadError {
    let problem = source.to_string();
    UploadError::Lines(vec![WrongLine { line, problem }])
}

/// A body as the readers take it. It ends where its sender ends it.
struct Body {
    chunks: Receiver<io::Result<bytes::Bytes>>,
    chunk: bytes::Bytes,
}

impl Body {
    fn new(chunks: Receiver<io::Result<bytes::Bytes>>) -> Self {
        let chunk = bytes::Bytes::new();
        Self { chunks, chunk }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() {
            match self.chunks.blocking_recv() {
                Some(chunk) => self.chunk = chunk?,
                None => return Ok(0),
            }
        }
        let length = self.chunk.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.chunk.split_to(length));
        Ok(length)
    }
}
