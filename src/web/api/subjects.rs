//! What a person may ask an operator for: everything held about them, that it be erased, or that one comment be. Their
//! address travels in the body only, never in a URL, and is in no answer but what they wrote; who gave none is found by a comment.

use crate::{
    bayes::{AbuseKind, Label},
    domain::{
        abuse::AbuseScore,
        comment::Comment,
        email::EmailAddress,
        page::Page,
        sample::{Provenance, StoredSample},
    },
    privacy::subjects,
    storage::{
        damage::Damaged,
        erasures::Erased,
        subjects::{HeldBlockRule, HeldMail, HeldOrigin, HeldSubscription, Subject},
    },
    web::{api::comments::named_comment, prelude::*},
};

/// Who.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubjectRequest {
    /// The person's address.
    #[schema(format = Email, min_length = 3, max_length = 254)]
    email: String,
}

/// A comment, as its author may have it.
#[derive(Debug, Serialize, ToSchema)]
struct OwnComment {
    /// Identifier.
    id: CommentId,
    /// The site.
    site: SiteSlug,
    /// The page.
    #[schema(value_type = String)]
    page: Page,
    /// Their name as they gave it.
    name: String,
    /// Their website as they gave it.
    website: Option<String>,
    /// What they wrote.
    text: String,
    /// Its status.
    status: Status,
    /// The probability of spam that it was given.
    score: Option<f64>,
    /// The probability that it is abusive, as it was worked out when it came.
    abuse: Option<f64>,
    /// The kind of abuse that it seemed to be most.
    abuse_kind: Option<AbuseKind>,
    /// The network they wrote from, cut short, while it is kept.
    network: Option<String>,
    /// Whether they asked to hear of replies.
    wants_replies: bool,
    /// When they wrote it.
    created_at: Timestamp,
}

/// A text of theirs among the labelled ones.
#[derive(Debug, Serialize, ToSchema)]
struct OwnSample {
    /// The site.
    site: SiteSlug,
    /// What a person said it is; absent once taken back.
    label: Option<Label>,
    /// How the label came in.
    provenance: Provenance,
    /// The text.
    text: String,
    /// Their name.
    name: Option<String>,
    /// Their website.
    website: Option<String>,
}

/// Everything held about a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubjectExport {
    /// What they wrote.
    comments: Vec<OwnComment>,
    /// Their texts among the labelled ones.
    samples: Vec<OwnSample>,
    /// Where they asked to hear of replies.
    subscriptions: Vec<HeldSubscription>,
    /// Mails to them.
    mails: Vec<HeldMail>,
    /// Block rules for their address.
    block_rules: Vec<HeldBlockRule>,
    /// Where imported comments of theirs came from.
    imported: Vec<HeldOrigin>,
    /// Whether they have an account as a moderator; see `/api/v1/moderators`.
    is_moderator: bool,
    /// What is theirs and could not be read, by table and identifier; `hamlet doctor` names it too. It is
    /// erased with the rest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<Damaged>,
}

/// How much was erased.
#[derive(Debug, Serialize, ToSchema)]
struct SubjectErased {
    /// Comments.
    comments: usize,
    /// Labelled texts, and with them what models had learnt from them.
    samples: u64,
    /// Subscriptions.
    subscriptions: u64,
    /// Mails, sent or not.
    mails: u64,
    /// Block rules for their address.
    block_rules: u64,
    /// Whether they have an account as a moderator. It is still there: remove it at
    /// `/api/v1/moderators`.
    is_moderator: bool,
}

impl From<Comment> for OwnComment {
    fn from(comment: Comment) -> Self {
        Self {
            id: comment.id,
            site: comment.site,
            page: comment.page,
            name: comment.name,
            website: comment.website,
            text: comment.text,
            status: comment.status,
            score: comment.score,
            abuse: comment.evidence.abuse.map(AbuseScore::probability),
            abuse_kind: comment.evidence.abuse.and_then(|abuse| abuse.kind),
            network: comment.network,
            wants_replies: comment.wants_replies,
            created_at: comment.created_at,
        }
    }
}

impl From<StoredSample> for OwnSample {
    fn from(stored: StoredSample) -> Self {
        Self {
            site: stored.vote.site,
            label: stored.vote.label,
            provenance: stored.provenance,
            text: stored.vote.text,
            name: stored.vote.name,
            website: stored.vote.website,
        }
    }
}

impl From<Subject> for SubjectExport {
    fn from(subject: Subject) -> Self {
        Self {
            comments: subject.comments.into_iter().map(Into::into).collect(),
            samples: subject.samples.into_iter().map(Into::into).collect(),
            subscriptions: subject.subscriptions,
            mails: subject.mails,
            block_rules: subject.block_rules,
            imported: subject.imported,
            is_moderator: subject.is_moderator,
            left_out: subject.damaged,
        }
    }
}

impl From<Erased> for SubjectErased {
    fn from(erased: Erased) -> Self {
        Self {
            comments: erased.comments.len(),
            samples: erased.samples,
            subscriptions: erased.subscriptions,
            mails: erased.mails,
            block_rules: erased.block_rules,
            is_moderator: erased.is_moderator,
        }
    }
}

/// Everything held about a person, on every site.
#[utoipa::path(responses((status = 200, body = SubjectExport)))]
#[post("/api/v1/subjects/export")]
async fn export_subject(
    app: Shared,
    _operator: Operator,
    Json(request): Json<SubjectRequest>,
) -> Result<HttpResponse, Problem> {
    let email = EmailAddress::parse("email", &request.email)?;
    let subject = subjects::export(&app.privacy, &email).await?;
    Ok(private().json(SubjectExport::from(subject)))
}

/// Erases everything held about a person, on every site: comments with their history, labelled
/// texts and what models learnt from them, subscriptions, mails. It cannot be undone. Who did it, when
/// and how much it was is kept, and whose it was is not.
#[utoipa::path(responses((status = 200, body = SubjectErased)))]
#[post("/api/v1/subjects/erase")]
async fn erase_subject(
    app: Shared,
    Operator(by): Operator,
    Json(request): Json<SubjectRequest>,
) -> Result<HttpResponse, Problem> {
    let email = EmailAddress::parse("email", &request.email)?;
    let erased = subjects::erase(&app.privacy, &email, by.actor).await?;
    Ok(private().json(SubjectErased::from(erased)))
}

/// Deletes a comment for good: its text, its history, mails about it, and what models learnt from it. It cannot be undone. To put it out of
/// sight only, decide `trash`. Answers to it stay.
#[utoipa::path(
    params(("id" = CommentId, Path)),
    responses((status = 204, description = "It is gone.")),
)]
#[delete("/api/v1/comments/{id}")]
async fn delete_comment(
    app: Shared,
    Operator(by): Operator,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let comment = named_comment(&app, &by, &id).await?;
    if subjects::erase_comment(&app.privacy, &comment).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::not_found("comment"))
    }
}

/// Erases everything held about a comment's author, on every site, as `/api/v1/subjects/erase` does for an address: for those too
/// who gave none.
#[utoipa::path(
    params(("id" = CommentId, Path)),
    responses((status = 200, body = SubjectErased)),
)]
#[post("/api/v1/comments/{id}/author/erase")]
async fn erase_author(
    app: Shared,
    Operator(by): Operator,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let comment = named_comment(&app, &by, &id).await?;
    let erased = subjects::erase_author(&app.privacy, &comment, by.actor).await?;
    Ok(private().json(SubjectErased::from(erased)))
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .service(export_subject)
        .service(erase_subject)
        .service(erase_author)
        .service(delete_comment);
}
