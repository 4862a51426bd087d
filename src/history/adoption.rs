//! A comment of another system as one of this one: its fields made to fit, its id one line of bounded
//! length, its place among those of the same moment that of its file.

use std::{collections::HashMap, sync::Arc};

use uuid::Builder;
use xxhash_rust::xxh3::xxh3_128;

use super::History;
use crate::{
    domain::{
        arrival::NewComment,
        comment::{CommentId, Status},
        email::EmailAddress,
        evidence::Evidence,
        network::SenderAddress,
        page::fit_title,
        reason::Because,
        site::Site,
        timestamp::Timestamp,
        website::Website,
    },
    intake::adopted,
    interchange::{
        doubt::Doubt,
        foreign::{ForeignComment, Standing},
    },
    learn::samples,
    review::trial,
    sealing::vault::Owner,
    storage::{imported::ImportedComment, known_ids::Likeness},
    text::Document,
};

/// What the comments of a file are called in their own system.
#[derive(Default)]
pub(super) struct Ids {
    /// How often a comment without an id of its own was in the file, by what it says.
    repetitions: HashMap<String, u32>,
}

impl Ids {
    /// The id of the file's next comment; of one without an id, what it says and how often that was said
    /// before it.
    pub(super) fn of(&mut self, comment: &ForeignComment) -> String {
        if let Some(id) = &comment.id {
            return fitted(id);
        }
        let id = comment.id_by_content();
        let before = self.repetitions.entry(id.clone()).or_default();
        *before += 1;
        match *before {
            1 => id,
            nth => format!("{id}-{nth}"),
        }
    }
}

/// What a comment is known by besides its id, as it would be kept.
pub(super) fn likeness(comment: &ForeignComment, site: &Site, now: Timestamp) -> Likeness {
    let at = comment.created_at.filter(|at| *at <= now);
    Likeness {
        page: adopted::page(&comment.page, site).to_string(),
        name: adopted::name(&comment.name).as_str().to_owned(),
        text: adopted::text(&comment.text).as_str().to_owned(),
        at: at.map(Timestamp::millis),
    }
}

/// The doubt about an author's address on the web that is none and is left out. Its value is not reported: the
/// report is kept when the comment is erased.
const NO_WEBSITE: &str = "a website that is none";

/// Likewise about an email address.
const NO_EMAIL: &str = "an email address that is none";

/// The doubt about a text of which only the beginning and the end are kept.
const TOO_LONG: &str = "a text that is too long: its middle is left out";

/// What of a comment is not kept as it stands in its file.
pub(super) fn doubts(comment: &ForeignComment) -> Vec<Doubt> {
    let website = comment.website.as_deref().map(adopted::one_line);
    let website = website.filter(|raw| !Website::is_none(raw));
    let email = comment.email.as_deref().map(str::trim);
    let email = email.filter(|raw| !raw.is_empty());
    let found = [
        website
            .is_some_and(|raw| Website::parse(&raw).is_err())
            .then_some(NO_WEBSITE),
        email
            .is_some_and(|raw| EmailAddress::parse("email", raw).is_err())
            .then_some(NO_EMAIL),
        adopted::is_too_long(&comment.text).then_some(TOO_LONG),
    ];
    found
        .into_iter()
        .flatten()
        .map(|what| Doubt::new(what, ""))
        .collect()
}

/// What is known of a comment besides itself.
pub(super) struct Named {
    /// What it is called in its own system.
    pub id: String,
    /// Whether its date is its own, and not one that stands in.
    pub is_dated: bool,
    /// Its place in the file.
    pub place: u64,
}

/// A comment of another system as one of this one. What waits is judged, so that the queue can be
/// worked through; what was decided there is not judged again.
pub(super) async fn adopt(
    history: &History,
    site: &Arc<Site>,
    foreign: &ForeignComment,
    named: Named,
) -> ImportedComment {
    let sender = foreign.address.map(SenderAddress::new);
    let raw_email = foreign.email.as_deref().unwrap_or_default();
    let email = adopted::email(
        &history.ground().vault,
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
    let title = foreign.page_title.as_deref().map(adopted::with_letters);
    let status = status(foreign.standing);
    let now = history.ground().now();
    let created_at = foreign.created_at.unwrap_or(now).min(now);
    let (score, evidence) = judged(history, site, status, &document).await;
    let id = id_at(created_at, named.place);
    let owner = Owner::comment(&site.slug, id.to_string());
    let vote = foreign.label.map(|label| {
        let index = email
            .given_domain()
            .map(|_| history.ground().vault.email_index(&email).0);
        samples::vote_of_import(site.slug.clone(), id.to_string(), label, &document, index)
    });
    ImportedComment {
        // Nothing answers itself.
        foreign_parent: foreign
            .parent
            .as_deref()
            .map(fitted)
            .filter(|parent| *parent != named.id),
        foreign_id: named.id,
        is_dated: named.is_dated,
        status,
        score,
        evidence,
        vote,
        comment: NewComment {
            id,
            site: site.slug.clone(),
            page: adopted::page(&foreign.page, site),
            page_title: title.as_deref().and_then(fit_title),
            parent: None,
            name: name.as_str().to_owned(),
            email: history.ground().vault.seal(&email, owner),
            email_index: history.ground().vault.email_index(&email),
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

async fn judged(
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
    let mut trial = trial::judge(&history.learning, site, document).await;
    trial.evidence.because = because;
    (trial.score, trial.evidence)
}

/// A version 7 identifier of a moment that may be long past: the order of ids is that of arrival, and
/// within a moment that of the places in the file.
fn id_at(time: Timestamp, place: u64) -> CommentId {
    let millis = u64::try_from(time.millis()).unwrap_or(0);
    let mut random: [u8; 10] = rand::random();
    let [.., a, b, c, d] = place.to_be_bytes();
    // The version takes four bits of the first byte, the variant two of the third.
    random[..5].copy_from_slice(&[0, a, b >> 2, (b << 6) | (c >> 2), (c << 6) | (d >> 2)]);
    random[5] = (d << 6) | (random[5] >> 2);
    Builder::from_unix_timestamp_millis(millis, &random)
        .into_uuid()
        .into()
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
