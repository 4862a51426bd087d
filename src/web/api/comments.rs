//! One comment as moderators see it: in a list, in detail, and with its address revealed on a
//! recorded request. Listing is [`super::queue`]'s.
//!
//! The shapes here have no field for a plain address; only the answer of the one call that reveals
//! it does.

use crate::{
    bayes::AbuseKind,
    domain::{
        abuse::AbuseScore,
        comment::Comment,
        decision::HistoryEntry,
        evidence::Verdict,
        in_words::{EvidenceInWords, TokenInWords},
        page::Page,
        queue::Counts,
        score,
    },
    review::{
        self,
        abuse::{self, SeenAbuse},
        opened::{self, RevealError, masked_email},
    },
    storage::copies::Copies,
    web::prelude::*,
};

/// Main reasons listed with a comment.
const REASONS: usize = 3;

/// A comment as moderators see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentItem {
    /// Identifier.
    pub id: CommentId,
    /// The site it was posted on.
    pub site: SiteSlug,
    /// The page it was posted under.
    #[schema(value_type = String)]
    pub page: Page,
    /// The page's full address, where it is known.
    pub page_url: Option<String>,
    /// The page's title as the form sent it.
    pub page_title: Option<String>,
    /// The comment it answers.
    pub parent: Option<CommentId>,
    /// The author's name.
    pub name: String,
    /// The author's address, masked: `j***@e***.com`.
    pub email: String,
    /// The author's site.
    pub website: Option<String>,
    /// The text as written.
    pub text: String,
    /// Its status.
    pub status: Status,
    /// Calibrated probability of spam in [0, 1]; null when it could not be judged.
    pub score: Option<f64>,
    /// The score in words.
    pub score_words: &'static str,
    /// What the policy made of it on arrival.
    pub verdict: Verdict,
    /// The main reasons that speak for spam, in plain words.
    pub reasons: Vec<String>,
    /// How abusive it seems: evidence, by which nothing is published, put aside or discarded. Null where nothing can be said.
    pub abuse: Option<AbuseItem>,
    /// Sent back with a decision; it grows with every change.
    pub version: i64,
    /// The sender's truncated network prefix, while it is kept.
    pub network: Option<String>,
    /// When it arrived.
    pub created_at: Timestamp,
    /// When a person last decided, if one has.
    pub decided_at: Option<Timestamp>,
    /// When a moderator last changed the text, if one has.
    pub edited_at: Option<Timestamp>,
    /// The near copies that it represents in a folded list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copies: Option<Copies>,
}

/// How abusive a comment seems.
#[derive(Debug, Serialize, ToSchema)]
pub struct AbuseItem {
    /// The probability that it is abusive, in [0, 1], as it was when the comment came; null when it was not worked out: the
    /// site's policy has `abuse` off, the comment came before it could be, or the model does not know its language.
    pub score: Option<f64>,
    /// The kind that it seems to be most; null below 0.5, or where no kind is likely.
    #[schema(value_type = Option<AbuseKind>)]
    pub kind: Option<AbuseKind>,
    /// The probability of each kind that is known in its language; empty below 0.5.
    pub kinds: Vec<KindItem>,
    /// Whether the model knows its language.
    pub language_supported: bool,
    /// What speaks for abuse, in plain words; empty below 0.5. It is worked out anew by what the site has learnt since.
    pub reasons: Vec<TokenInWords>,
}

/// A kind of abuse, and how likely it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindItem {
    /// The kind.
    pub kind: AbuseKind,
    /// Its probability, in [0, 1].
    pub score: f64,
}

impl AbuseItem {
    fn new(seen: &SeenAbuse, comment: &Comment) -> Self {
        let kinds = seen.kinds.iter();
        let thousandths = |share: f64| (share * 1000.0).round() / 1000.0;
        Self {
            score: seen.score.map(AbuseScore::probability),
            kind: seen.score.and_then(|score| score.kind),
            kinds: kinds
                .map(|&(kind, score)| KindItem {
                    kind,
                    score: thousandths(score),
                })
                .collect(),
            language_supported: seen.language_known,
            reasons: Words::english().tokens(&seen.tokens, &comment.document()),
        }
    }
}

impl CommentItem {
    /// Shows comments, in their order.
    pub async fn all(app: &App, comments: &[Comment]) -> Vec<Self> {
        let seen = abuse::of(&app.learning, comments.iter()).await;
        let item = |comment: &Comment| Self::new(app, comment, seen.get(&comment.id));
        comments.iter().map(item).collect()
    }

    /// Shows a comment.
    pub async fn one(app: &App, comment: &Comment) -> Self {
        let seen = abuse::of(&app.learning, std::iter::once(comment)).await;
        Self::new(app, comment, seen.get(&comment.id))
    }

    fn new(app: &App, comment: &Comment, abuse: Option<&SeenAbuse>) -> Self {
        let site = app.directory.site(comment.site.as_str());
        let origins = site.map(|site| site.origins.clone()).unwrap_or_default();
        Self {
            id: comment.id,
            site: comment.site.clone(),
            page: comment.page.clone(),
            page_url: comment.page.url(&origins),
            page_title: comment.page_title.clone(),
            parent: comment.parent,
            name: comment.name.clone(),
            email: masked_email(app, comment),
            website: comment.website.clone(),
            text: comment.text.clone(),
            status: comment.status,
            score: comment.score,
            score_words: score::in_words(comment.score),
            verdict: comment.verdict,
            reasons: Words::english().main_reasons(comment, REASONS),
            abuse: abuse.map(|seen| AbuseItem::new(seen, comment)),
            version: comment.version,
            network: comment.network.clone(),
            created_at: comment.created_at,
            decided_at: comment.decided_at,
            edited_at: comment.edited_at,
            copies: None,
        }
    }
}

/// A comment with everything that is known about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentDetail {
    /// The comment.
    #[serde(flatten)]
    pub comment: CommentItem,
    /// Why it was judged as it was.
    pub evidence: EvidenceInWords,
    /// The version of the model that judged it.
    pub model_version: Option<String>,
    /// What happened to it, earliest first.
    pub history: Vec<HistoryEntry>,
    /// The author's comments on the sites you may see, this one included.
    pub author: Counts,
    /// Whether the author asked to hear of replies.
    pub wants_replies: bool,
}

/// An address in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevealedEmail {
    /// The author's address.
    pub email: String,
}

/// A note without a decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoteRequest {
    /// Kept in the history; 1 to 1,000 characters.
    #[schema(
        min_length = 1,
        max_length = 1000,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
    )]
    note: String,
}

/// One comment with its evidence and history.
#[utoipa::path(params(("id" = CommentId, Path)), responses((status = 200, body = CommentDetail)))]
#[get("/api/v1/comments/{id}")]
async fn get_comment(
    app: Shared,
    Moderator(principal): Moderator,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let opened = opened::open(&app, &principal, comment_id(&id)?).await?;
    let opened = opened.ok_or_else(|| Problem::not_found("comment"))?;
    let comment = opened.comment;
    Ok(private().json(CommentDetail {
        comment: CommentItem::one(&app, &comment).await,
        model_version: comment
            .evidence
            .model
            .as_ref()
            .map(|model| model.version.clone()),
        evidence: Words::english().evidence(&comment.evidence, &comment.document()),
        history: opened.history,
        author: opened.author,
        wants_replies: comment.wants_replies,
    }))
}

/// The author's whole address. That you looked at it is written into the comment's history.
#[utoipa::path(params(("id" = CommentId, Path)), responses((status = 200, body = RevealedEmail)))]
#[post("/api/v1/comments/{id}/email")]
async fn reveal_email(
    app: Shared,
    Moderator(principal): Moderator,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let email = opened::reveal_email(&app, &principal, comment_id(&id)?).await?;
    Ok(private().json(RevealedEmail {
        email: email.expose().to_owned(),
    }))
}

/// Adds a note to a comment's history and decides nothing. The comment's version stays.
#[utoipa::path(
    params(("id" = CommentId, Path)),
    responses((status = 204, description = "The note is in the history.")),
)]
#[post("/api/v1/comments/{id}/notes")]
async fn add_note(
    app: Shared,
    Moderator(principal): Moderator,
    id: Path<String>,
    Json(request): Json<NoteRequest>,
) -> Result<HttpResponse, Problem> {
    let id = comment_id(&id)?;
    let note = review::parse_note(Some(&request.note))?;
    let note = note.ok_or_else(|| FieldError::new("note", "required", "Write something."))?;
    let noted = opened::add_note(&app, &principal, id, note).await?;
    noted.ok_or_else(|| Problem::not_found("comment"))?;
    Ok(HttpResponse::NoContent().finish())
}

/// Reads a comment's id from a path; what is none is not there.
///
/// # Errors
/// 404.
pub fn comment_id(raw: &str) -> Result<CommentId, Problem> {
    CommentId::parse(raw).ok_or_else(|| Problem::not_found("comment"))
}

/// The comment that an id in a path names, where the principal may see it.
///
/// # Errors
/// 404, or the database's.
pub async fn named_comment(app: &App, principal: &Principal, id: &str) -> Result<Comment, Problem> {
    let comment = opened::find(app, principal, comment_id(id)?).await?;
    comment.ok_or_else(|| Problem::not_found("comment"))
}

impl From<RevealError> for Problem {
    fn from(error: RevealError) -> Self {
        match error {
            RevealError::NotFound => Self::not_found("comment"),
            RevealError::Unopenable(error) => {
                tracing::error!(%error, "an address could not be opened");
                Self::unavailable()
            }
            RevealError::Store(error) => error.into(),
        }
    }
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .service(get_comment)
        .service(reveal_email)
        .service(add_note);
}
