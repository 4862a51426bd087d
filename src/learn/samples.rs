//! From what people say to votes: decisions about comments, and labelled data from elsewhere. How
//! votes are kept is the store's; what a model makes of them is in [`super::live`] and
//! [`super::training`].

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64_with_seed};

use crate::{
    bayes::{Label, Question, probability, row::Row},
    domain::{
        comment::{Comment, Status},
        decision::{Actor, DecisionReason, Door},
        email::EmailAddress,
        sample::{Provenance, SampleCount, Source, Tally, Vote, contradicts},
        site::SiteSlug,
    },
    ground::Ground,
    interchange::labelled::Record,
    learn::Learning,
    sealing::vault::Vault,
    storage::Result,
    text::Document,
};

/// One text in so many is left out of training, to measure models on.
const HELD_OUT_ONE_IN: u64 = 5;

/// Makes the choice of what is held out independent of every other use of the fingerprint.
const HOLDING_OUT: u64 = 0x6865_6c64_206f_7574;

/// Whether training leaves a text aside. Nearly equal texts stand on the same side, always: what a
/// model is measured on, no model was ever trained on.
#[must_use]
pub fn is_held_out(document: &Document<'_>) -> bool {
    let fingerprint = Row::of(document, Label::Ham, 1.0).fingerprint;
    xxh3_64_with_seed(&fingerprint.to_le_bytes(), HOLDING_OUT).is_multiple_of(HELD_OUT_ONE_IN)
}

/// What a comment, as it stands, says in answer to each question. Only a person's decision is a label: what the policy published by
/// itself is none. `reject` is about genuine comments and says nothing of spam; with the reason "abuse" it says that the
/// text is abusive. Spam says nothing of abuse.
#[must_use]
pub fn votes_of(
    vault: &Vault,
    comment: &Comment,
    reason: Option<DecisionReason>,
) -> [Vote; Question::ALL.len()] {
    let decided = comment.decided_by.is_some();
    let label = |against: bool| match comment.status {
        Status::Approved if decided => Some(Label::Ham),
        _ if decided && against => Some(Label::Spam),
        _ => None,
    };
    let is_abuse = comment.status == Status::Rejected && reason == Some(DecisionReason::Abuse);
    let spam = vote_of(vault, comment, label(comment.status == Status::Spam));
    let label = label(is_abuse);
    let abuse = Vote {
        question: Question::Abuse,
        label,
        held_out: label.is_some() && (spam.held_out || is_held_out(&spam.document())),
        ..spam.clone()
    };
    [spam, abuse]
}

fn vote_of(vault: &Vault, comment: &Comment, label: Option<Label>) -> Vote {
    let domain = vault.open(&comment.email, comment).ok();
    let mut vote = Vote {
        question: Question::Spam,
        site: comment.site.clone(),
        id: comment.id.to_string(),
        label,
        held_out: false,
        text: comment.text.clone(),
        name: Some(comment.name.clone()),
        email_domain: domain.and_then(|email| email.given_domain().map(str::to_owned)),
        website: comment.website.clone(),
        email_index: Some(comment.email_index.0.clone()),
    };
    vote.held_out = label.is_some() && is_held_out(&vote.document());
    vote
}

/// What another system's people said about a comment that is imported under this id.
#[must_use]
pub fn vote_of_import(
    site: SiteSlug,
    id: String,
    label: Label,
    document: &Document<'_>,
    email_index: Option<String>,
) -> Vote {
    Vote {
        question: Question::Spam,
        site,
        id,
        label: Some(label),
        held_out: is_held_out(document),
        text: document.text.to_owned(),
        name: document.name.map(str::to_owned),
        email_domain: document.email_domain.map(str::to_owned),
        website: document.website.map(str::to_owned),
        email_index,
    }
}

/// How a decision through a door counts: programs report what their users said.
#[must_use]
pub fn provenance_of(actor: &Actor) -> Provenance {
    match actor.via {
        Door::Client => Provenance::Feedback,
        _ => Provenance::Decision,
    }
}

/// A labelled record from elsewhere as a vote. The whole address is not kept, only its domain and
/// the keyed hash that finds it again.
///
/// # Errors
/// What is wrong with the record, in plain words.
pub fn vote_of_record(
    vault: &Vault,
    site: SiteSlug,
    question: Question,
    record: &Record,
) -> Result<Vote, String> {
    let label = record.label.ok_or_else(|| match question {
        Question::Spam => "has no label: spam or ham".to_owned(),
        Question::Abuse => "has no label: abuse or clean".to_owned(),
    })?;
    if record.text.trim().is_empty() {
        return Err("has no text".to_owned());
    }
    let fields = [
        ("text", Some(&record.text)),
        ("name", record.name.as_ref()),
        ("email", record.email.as_ref()),
        ("website", record.website.as_ref()),
    ];
    let with_nul = |(_, value): &(&str, Option<&String>)| value.is_some_and(|v| v.contains('\0'));
    if let Some((field, _)) = fields.into_iter().find(with_nul) {
        return Err(format!("has a NUL character in its {field}"));
    }
    let address = record.email.as_deref().filter(|email| email.contains('@'));
    let address = address.and_then(|raw| EmailAddress::parse("email", raw).ok());
    let domain = match &address {
        Some(address) => Some(address.domain().to_owned()),
        None => record.email_domain().map(str::to_lowercase),
    };
    let mut vote = Vote {
        question,
        site,
        id: String::new(),
        label: Some(label),
        held_out: false,
        text: record.text.clone(),
        name: record.name.clone(),
        email_domain: domain,
        website: record.website.clone(),
        email_index: address.map(|address| vault.email_index(&address).0),
    };
    vote.id = digest(question, &vote.document());
    vote.held_out = is_held_out(&vote.document());
    Ok(vote)
}

/// A name for a text that came without one: the same text of the same author has the same in answer to the same question.
fn digest(question: Question, document: &Document<'_>) -> String {
    let mut hasher = Xxh3Default::new();
    if question != Question::Spam {
        hasher.update(question.as_str().as_bytes());
    }
    for part in [
        Some(document.text),
        document.name,
        document.email_domain,
        document.website,
    ] {
        let part = part.unwrap_or_default();
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    uuid::Builder::from_custom_bytes(hasher.digest128().to_be_bytes())
        .into_uuid()
        .to_string()
}

/// A source as the settings cap it.
#[must_use]
pub fn source(ground: &Ground, provenance: Provenance, name: String) -> Source {
    Source {
        provenance,
        name,
        cap: ground.settings.learning.cap_per_source,
        waits: false,
    }
}

/// Casts a few votes, for callers that have them whole: imports and the feedback of other systems'
/// clients. A large body is [`super::upload`]'s.
///
/// # Errors
/// [`crate::storage::StoreError`]; then nothing has changed.
pub async fn cast(
    learning: &Learning,
    votes: Vec<Vote>,
    provenance: Provenance,
    name: String,
) -> Result<Tally> {
    let source = source(&learning.ground, provenance, name);
    let (store, now) = (&learning.ground.store, learning.ground.now());
    let (tally, steps) = store.vote(votes, source, now).await?;
    learning.hear(steps);
    Ok(tally)
}

/// Casts the vote of a program. It waits for a person's word when it contradicts what the site's model
/// is all but certain of; else it counts within the programs' share.
///
/// # Errors
/// [`crate::storage::StoreError`]; then nothing has changed.
pub async fn cast_report(learning: &Learning, vote: Vote, program: String) -> Result<Tally> {
    let mut source = source(&learning.ground, Provenance::Feedback, program);
    // Where nothing judges, nothing is contradicted that anyone is certain of.
    if let Ok(live) = learning.model_of(vote.question, &vote.site).await {
        let score = probability(live.model.score(&vote.document()));
        source.waits = vote.label.is_some_and(|label| contradicts(label, score));
    }
    let (store, now) = (&learning.ground.store, learning.ground.now());
    let (tally, steps) = store.vote(vec![vote], source, now).await?;
    learning.hear(steps);
    Ok(tally)
}

/// How many labels in answer to a question there are on some sites, by source and class.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn count(
    ground: &Ground,
    question: Question,
    sites: &[SiteSlug],
) -> Result<Vec<SampleCount>> {
    ground.store.count_samples(question, sites).await
}
