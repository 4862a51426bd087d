//! A comment on its way in: what the policy is given of it, what it rules, and what became of it.

use std::{sync::Arc, time::Duration};

use serde::Serialize;

use super::{
    campaign::{Membership, Others},
    comment::CommentId,
    email::{EmailIndex, SealedEmail},
    evidence::{Evidence, Verdict},
    page::Page,
    site::SiteSlug,
    timestamp::Timestamp,
};

/// A comment on its way in. The values are what is stored: the email is sealed, the network cut.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of `Comment`")]
pub struct NewComment {
    pub id: CommentId,
    pub site: SiteSlug,
    pub page: Page,
    pub page_title: Option<String>,
    pub parent: Option<CommentId>,
    pub name: String,
    pub email: SealedEmail,
    pub email_index: EmailIndex,
    pub website: Option<String>,
    pub text: String,
    /// A hash by which the same text is found again; none for texts too short to mean anything.
    pub fingerprint: Option<i64>,
    pub network: Option<String>,
    pub network_key: Option<String>,
    /// The chain of comments that the author's token goes on with or begins; none for programs.
    pub author_chain: Option<String>,
    pub wants_replies: bool,
    pub created_at: Timestamp,
}

/// A request's key, and a hash of what it asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Idempotency {
    /// The client's key, hashed.
    pub key: String,
    /// A hash of the request's body.
    pub request_hash: String,
    /// Until when the answer is remembered.
    pub expires_at: Timestamp,
}

/// A token that may be used once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SingleUse {
    /// The token's identifier.
    pub token: String,
    /// When the token itself is no longer good, so that its use may be forgotten.
    pub expires_at: Timestamp,
}

/// One arrival: the comment and what must be looked up or kept with it.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The comment.
    pub comment: NewComment,
    /// What is counted of it.
    pub counters: Vec<Share>,
    /// Whether approvals in the author's chain matter to the policy.
    pub ask_trust: bool,
    /// The request's idempotency key.
    pub idempotency: Option<Idempotency>,
    /// A proof of work to be spent.
    pub proof: Option<SingleUse>,
    /// Whether someone wants to hear of it.
    pub announce: bool,
    /// The program that asks for a judgement, if one does.
    pub client: Option<Program>,
    /// The campaign that it joins.
    pub joined: Option<Membership>,
}

/// The counters of an arrival.
pub const NETWORK: &str = "network";
/// Comments of one mailbox, whatever the tag.
pub const MAILBOX: &str = "mailbox";
/// Uses of one form token.
pub const FORM_TOKEN: &str = "form_token";

/// A counter that an arrival raises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The counter.
    pub counted: Counted,
    /// So many of its count weigh as one.
    pub of: i64,
}

/// What the database knows about an arrival, those before it in its batch included.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    /// Comments from its network in the present window, itself included; those from a wider network
    /// around it by their share, where that is more.
    pub network: i64,
    /// Comments of its address within the look-back, itself included, or of its mailbox in the present
    /// window, where that is more.
    pub email: i64,
    /// Comments that came with its form token, itself included; 0 without one.
    pub token_uses: i64,
    /// Comments with the same text within the look-back, itself apart; 10 stands for more.
    pub same_text: i64,
    /// Comments that a person approved in the author's chain and under the same address; 0 unless asked
    /// for, and while another one of them waits or is spam.
    pub approved_before: i64,
    /// The others in its campaign, but for those of the same author on the same page.
    pub copies: Others,
}

/// How far back, and how much, is counted.
#[derive(Debug, Clone, Copy)]
pub struct Lookback {
    /// Comments of one address count after this.
    pub emails_since: Timestamp,
    /// More of them than this are not counted.
    pub emails_at_most: i64,
    /// Comments of one text count after this.
    pub texts_since: Timestamp,
    /// Near copies count after this.
    pub copies_since: Timestamp,
}

impl Signals {
    /// Adds what a counter stands at.
    pub fn add(&mut self, share: &Share, count: i64) {
        let count = count.div_euclid(share.of) + i64::from(count.rem_euclid(share.of) > 0);
        match share.counted.kind {
            NETWORK => self.network = self.network.max(count),
            MAILBOX => self.email = self.email.max(count),
            _ => self.token_uses = count,
        }
    }
}

/// What the policy says.
#[derive(Debug, Clone)]
pub enum Ruling {
    /// Keep it.
    Admit {
        /// Publish, hold or spam.
        verdict: Verdict,
        /// Probability of spam; none when it could not be judged.
        score: Option<f64>,
        /// Why.
        evidence: Evidence,
    },
    /// Too many from this sender: it is not kept, and the answer says when to come back.
    Refuse {
        /// How long to wait.
        retry_after: Duration,
    },
}

/// What became of an arrival.
#[derive(Debug, Clone, PartialEq)]
pub enum Admission {
    /// Stored, or stored before under the same idempotency key.
    Stored {
        /// Its identifier.
        id: CommentId,
        /// Its verdict.
        verdict: Verdict,
        /// Probability of spam; none when it could not be judged.
        score: Option<f64>,
        /// Whether this answer repeats an earlier one.
        repeated: bool,
    },
    /// The idempotency key was used for another request.
    KeyReused,
    /// The proof of work was used before.
    ProofSpent,
    /// There is no public comment with the parent's id on the page.
    NoParent,
    /// Refused by the policy.
    Refused {
        /// How long to wait.
        retry_after: Duration,
    },
}

/// Judges the batch's n-th arrival by what the database knows.
pub type Judge = Arc<dyn Fn(usize, &Signals) -> Ruling + Send + Sync>;

/// One thing to count: `kind` names the counter, `counted` whom or what it counts (a keyed hash).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Counted {
    /// The site, or empty where no site is meant.
    pub site: String,
    /// The counter: `network`, `email`, `text`, `sign_in`.
    pub kind: &'static str,
    /// Whom or what: never a plain address.
    pub counted: String,
    /// When a window that begins now ends, in milliseconds since 1970.
    pub expires_at: i64,
}

/// A program that asks for a judgement, as far as an arrival needs to know.
#[derive(Debug, Clone)]
pub struct Program {
    /// The host of the blog it asks for.
    pub blog: String,
    /// A keyed hash of the text and its author's name, by which a report finds the judgement.
    pub content: String,
    /// Whether the text is kept as a comment, to be reviewed here.
    pub keeps: bool,
    /// Where it wants to hear of decisions about that comment.
    pub callback: Option<Callback>,
}

/// Where a program wants to hear of a comment, and by which of its keys it asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The address.
    pub url: String,
    /// The key's id.
    pub key: String,
}
