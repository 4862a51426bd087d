//! The one way in. Whatever a comment came through, it ends in [`submit`]: checks that need nothing
//! but the submission, the model's score, then one durable write in which the policy decides by
//! what the database knows.

pub mod adopted;
pub mod author;
pub mod campaigns;
pub mod checks;
pub mod form_token;
mod opinion;
pub mod policy;
pub mod submission;
pub mod writer;

use std::{sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

pub use self::opinion::{Opinion, judge};
use self::{
    campaigns::{Campaigns, window::Newcomer},
    policy::Prepared,
    submission::Submission,
    writer::{Failure, Overloaded, Pending, Writer},
};
use crate::{
    domain::{
        arrival::{Admission, Arrival, Idempotency, NewComment, Program, SingleUse},
        campaign::Membership,
        comment::CommentId,
        evidence::{Evidence, Verdict},
        field::FieldError,
        network::SenderAddress,
        reason::Because,
        site::Site,
        website::Website,
    },
    ground::Ground,
    learn::Learning,
    reading::Reading,
    sealing::vault::Owner,
    storage::StoreError,
    text::{Document, sketch::Sketch},
};

/// How long an answer is remembered under its idempotency key.
const REMEMBERED: Duration = Duration::from_hours(24);

/// The room's parts.
pub struct Intake {
    ground: Arc<Ground>,
    learning: Arc<Learning>,
    reading: Arc<Reading>,
    /// Writes what comes in.
    pub writer: Writer,
    /// Finds near copies.
    campaigns: Campaigns,
}

impl Intake {
    /// The room over the ground; starts its writer on the present runtime.
    #[must_use]
    pub fn new(ground: Arc<Ground>, learning: Arc<Learning>, reading: Arc<Reading>) -> Self {
        let writer = Writer::start(ground.clone());
        Self {
            campaigns: Campaigns::new(&ground.settings.intake, ground.store.is_shared()),
            ground,
            learning,
            reading,
            writer,
        }
    }
}

/// A comment that is in.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// Its identifier.
    pub id: CommentId,
    /// What the policy made of it.
    pub verdict: Verdict,
    /// Probability of spam; none when it could not be judged.
    pub score: Option<f64>,
    /// By which this browser goes on with what it wrote; none for programs.
    pub author_token: Option<String>,
}

/// Why a comment is not in. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// Fields are not right.
    #[error("fields are not right")]
    Invalid(Vec<FieldError>),
    /// Too many from this sender.
    #[error("too many comments from one sender")]
    TooMany(Duration),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] Arc<StoreError>),
    /// More is waiting to be written than can be.
    #[error(transparent)]
    Overloaded(#[from] Overloaded),
    /// It made us panic.
    #[error("judging it panicked")]
    Defect,
}

impl From<Failure> for Rejection {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => Self::Store(error),
            Failure::Panicked => Self::Defect,
        }
    }
}

/// The client's own name for its request, so that repeating it does nothing twice.
#[derive(Debug, Clone, Copy)]
pub struct RequestKey<'a> {
    /// The `Idempotency-Key` header.
    pub key: &'a str,
    /// The request's body: a key belongs to one.
    pub body: &'a [u8],
}

/// Takes a comment in; the answer comes once it is durable.
///
/// # Errors
/// [`Rejection`].
pub async fn submit(
    intake: &Intake,
    site: Arc<Site>,
    submission: Submission,
    sender: Option<SenderAddress>,
    request: Option<RequestKey<'_>>,
) -> Result<Accepted, Rejection> {
    submit_for(intake, site, submission, sender, request, None).await
}

/// Like [`submit`], for a program that asks for a judgement; it may want nothing kept.
///
/// # Errors
/// [`Rejection`].
pub async fn submit_for(
    intake: &Intake,
    site: Arc<Site>,
    submission: Submission,
    sender: Option<SenderAddress>,
    request: Option<RequestKey<'_>>,
    client: Option<Program>,
) -> Result<Accepted, Rejection> {
    let ground = &intake.ground;
    let now = ground.now();
    let token = form_token::check(ground, &site, &submission, now).map_err(invalid)?;
    let directory = ground.directory.snapshot();
    let networks = sender.map(|sender| ground.vault.network_keys(&site.slug, &sender));
    let facts = checks::Facts {
        site: &site,
        rules: &directory.rules,
        submission: &submission,
        sender: sender.as_ref(),
        email: [
            ground.vault.email_index(&submission.email),
            ground.vault.mailbox_index(&submission.email),
        ],
        networks: networks.unwrap_or_default(),
        token: &token,
        now,
    };
    let asks_abuse = opinion::asks_abuse(&site, client.as_ref());
    let opinion = judge(&intake.learning, &site, asks_abuse, &document(&submission)).await;
    let mut evidence = Evidence {
        model: opinion.model,
        checks: checks::run(&facts),
        because: Because::default(),
        language: opinion.language,
        abuse: opinion.abuse,
    };
    evidence.checks.extend(opinion.unknown);
    let is_program = client.is_some();
    let chain = author::chain(ground, &site, &submission, now).filter(|_| !is_program);
    let may_trust = author::may_be_trusted(ground, &site, &submission, chain.as_deref()).await;
    let mut comment = new_comment(ground, &facts);
    if !is_program {
        comment.author_chain = Some(chain.clone().unwrap_or_else(|| comment.id.to_string()));
    }
    let joined = join(intake, &comment, opinion.sketch, client.as_ref());
    let arrival = Arrival {
        comment,
        joined,
        counters: checks::to_count(&facts, &ground.settings.intake),
        ask_trust: may_trust,
        idempotency: request.map(|request| remember(&request, now.plus(REMEMBERED))),
        proof: token.proof.map(|proof| SingleUse {
            token: proof.token,
            expires_at: proof.expires_at,
        }),
        announce: ground.directory.has_webhooks(&site.slug),
        client,
    };
    let (slug, own) = (site.slug.clone(), arrival.comment.id);
    let prepared = Prepared {
        evidence,
        untaught: opinion.untaught,
        site,
    };
    let admission = intake.writer.admit(Pending { arrival, prepared }).await;
    let accepted = admission.and_then(|admission| settle(&admission));
    // Refused, or the answer to a request that was repeated.
    if !accepted.as_ref().is_ok_and(|accepted| accepted.id == own) {
        intake.campaigns.take_back(own);
    }
    let mut accepted = accepted?;
    if accepted.verdict == Verdict::Publish {
        intake.reading.forget(&slug, &submission.page);
    }
    if !is_program {
        let chain = chain.unwrap_or_else(|| accepted.id.to_string());
        accepted.author_token = Some(author::issue(ground, &slug, &chain, accepted.id));
    }
    Ok(accepted)
}

/// The campaign that a comment joins, if it is a near copy. What a program does not have kept joins none, and is
/// compared with what is.
fn join(
    intake: &Intake,
    comment: &NewComment,
    sketch: Option<Sketch>,
    client: Option<&Program>,
) -> Option<Membership> {
    let is_kept = client.is_none_or(|client| client.keeps);
    if is_kept {
        intake.campaigns.note(comment.id);
    }
    let newcomer = Newcomer {
        id: comment.id,
        parent: comment.parent,
        sketch: sketch?,
    };
    if !is_kept {
        return intake.campaigns.find(&newcomer);
    }
    intake.campaigns.take_in(newcomer, comment.created_at)
}

fn settle(admission: &Admission) -> Result<Accepted, Rejection> {
    match *admission {
        Admission::Stored {
            id, verdict, score, ..
        } => Ok(Accepted {
            id,
            verdict,
            score,
            author_token: None,
        }),
        Admission::KeyReused => Err(Rejection::KeyReused),
        Admission::Refused { retry_after } => Err(Rejection::TooMany(retry_after)),
        Admission::ProofSpent => {
            let message = "This proof of work was used before; fetch a new form token.";
            Err(invalid(FieldError::new("proof", "spent", message)))
        }
        Admission::NoParent => {
            let message = "There is no such comment on this page.";
            Err(invalid(FieldError::new("parent", "unknown", message)))
        }
    }
}

fn invalid(error: FieldError) -> Rejection {
    Rejection::Invalid(vec![error])
}

fn document(submission: &Submission) -> Document<'_> {
    Document {
        text: submission.text.as_str(),
        name: Some(submission.name.as_str()),
        email_domain: submission.email.given_domain(),
        website: submission.website.as_ref().map(Website::as_str),
    }
}

fn new_comment(ground: &Ground, facts: &checks::Facts<'_>) -> NewComment {
    let &checks::Facts {
        site,
        submission,
        sender,
        now,
        ..
    } = facts;
    let id = CommentId::generate();
    let owner = Owner::comment(&site.slug, id.to_string());
    NewComment {
        id,
        site: site.slug.clone(),
        page: submission.page.clone(),
        page_title: submission.page_title.clone(),
        parent: submission.parent,
        name: submission.name.as_str().to_owned(),
        email: ground.vault.seal(&submission.email, owner),
        email_index: facts.email[0].clone(),
        website: submission
            .website
            .as_ref()
            .map(|website| website.as_str().to_owned()),
        text: submission.text.as_str().to_owned(),
        fingerprint: checks::fingerprint(submission.text.as_str()),
        network: sender.map(SenderAddress::truncated),
        network_key: sender.map(|sender| ground.vault.network_key(&site.slug, sender)),
        author_chain: None,
        wants_replies: submission.wants_replies,
        created_at: now,
    }
}

fn remember(
    request: &RequestKey<'_>,
    expires_at: crate::domain::timestamp::Timestamp,
) -> Idempotency {
    let digest = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(bytes)[..16]);
    Idempotency {
        key: digest(request.key.as_bytes()),
        request_hash: digest(request.body),
        expires_at,
    }
}
