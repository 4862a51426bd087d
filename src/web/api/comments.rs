//! Reading comments: the queue, one in detail, and an address revealed on a recorded request.
//!
//! The shapes here have no field for a plain address; only the answer of the one call that reveals
//! it does.

use actix_web::{HttpResponse, get, http::header, post, web::Path};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    app::App,
    domain::{
        comment::{Comment, CommentId, Status},
        decision::HistoryEntry,
        evidence::{Check, Evidence, Verdict, score_in_words},
        field::FieldError,
        page::Page,
        site::SiteSlug,
        timestamp::Timestamp,
    },
    review::{
        opened::{self, RevealError, masked_email},
        queue::{self, QueueError, Wanted},
    },
    storage::comments::{Counts, Sort},
    web::{
        Shared,
        auth::Moderator,
        problem::Problem,
        query::{Query, read},
    },
};

/// Main reasons told with a comment.
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
    /// The page's title as the form told it.
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
    /// Where it stands.
    pub status: Status,
    /// Calibrated probability of spam in [0, 1]; null when it could not be judged.
    pub score: Option<f64>,
    /// The score in words.
    pub score_words: &'static str,
    /// What the policy made of it on arrival.
    pub verdict: Verdict,
    /// The main reasons that speak for spam, in plain words.
    pub reasons: Vec<String>,
    /// Sent back with a decision; it grows with every change.
    pub version: i64,
    /// The sender's truncated network prefix, while it is kept.
    pub network: Option<String>,
    /// When it arrived.
    pub created_at: Timestamp,
    /// When a person last decided, if one has.
    pub decided_at: Option<Timestamp>,
}

impl CommentItem {
    /// Shows a comment.
    #[must_use]
    pub fn new(app: &App, comment: &Comment) -> Self {
        let site = app.directory.site(comment.site.as_str());
        let origins = site.map(|site| site.origins.clone()).unwrap_or_default();
        let reasons = comment.evidence.main_reasons(REASONS).into_iter();
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
            score_words: score_in_words(comment.score),
            verdict: comment.verdict,
            reasons: reasons.map(str::to_owned).collect(),
            version: comment.version,
            network: comment.network.clone(),
            created_at: comment.created_at,
            decided_at: comment.decided_at,
        }
    }
}

/// A stretch of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentList {
    /// The comments.
    pub comments: Vec<CommentItem>,
    /// How many of those asked for stand where, whatever the status asked for.
    pub counts: Counts,
    /// Send it as `cursor` to go on; null at the end.
    pub next_cursor: Option<String>,
}

/// A comment with everything that is known about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentDetail {
    /// The comment.
    #[serde(flatten)]
    pub comment: CommentItem,
    /// Why it was judged as it was.
    pub evidence: Evidence,
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

/// What to list. Every parameter narrows the list; all are optional.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// `pending`, `approved`, `spam`, `rejected` or `trash`.
    #[param(value_type = Option<Status>)]
    pub status: Option<String>,
    /// A site's slug.
    pub site: Option<String>,
    /// A page, in any spelling.
    pub page: Option<String>,
    /// Found in text, name or website, whatever the case.
    pub q: Option<String>,
    /// The id of any comment of the author.
    #[param(value_type = Option<CommentId>)]
    pub author: Option<String>,
    /// Lowest probability of spam.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1)]
    pub min_score: Option<String>,
    /// Highest probability of spam.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1)]
    pub max_score: Option<String>,
    /// Arrived then or later.
    #[param(value_type = Option<Timestamp>)]
    pub since: Option<String>,
    /// Arrived before.
    #[param(value_type = Option<Timestamp>)]
    pub until: Option<String>,
    /// A check that fired.
    #[param(value_type = Option<Check>)]
    pub check: Option<String>,
    /// `true` or `false`: with, or without, a link in text or website.
    #[param(value_type = Option<bool>)]
    pub has_link: Option<String>,
    /// The order: `newest` (default), `oldest`, `uncertain`, `spammiest`.
    #[param(value_type = Option<Sort>)]
    pub sort: Option<String>,
    /// How many at most; 25 unless asked.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub limit: Option<String>,
    /// Where an earlier answer said that the list goes on.
    pub cursor: Option<String>,
}

impl ListQuery {
    /// The parameters as what they mean, with the limit asked for.
    ///
    /// # Errors
    /// A 422 [`Problem`] that names each parameter that is not right.
    pub fn parse(&self) -> Result<(Wanted, Option<u32>), Problem> {
        let mut errors = Vec::new();
        let e = &mut errors;
        let wanted = Wanted {
            status: read(e, "status", self.status.as_deref(), Status::parse),
            site: self.site.clone().filter(|site| !site.is_empty()),
            page: self.page.clone().filter(|page| !page.is_empty()),
            search: self.q.clone(),
            author: read(e, "author", self.author.as_deref(), CommentId::parse),
            min_score: read(e, "min_score", self.min_score.as_deref(), finite),
            max_score: read(e, "max_score", self.max_score.as_deref(), finite),
            since: read(e, "since", self.since.as_deref(), time_of),
            until: read(e, "until", self.until.as_deref(), time_of),
            check: read(e, "check", self.check.as_deref(), Check::parse),
            has_link: read(e, "has_link", self.has_link.as_deref(), |raw| {
                raw.parse().ok()
            }),
            sort: read(e, "sort", self.sort.as_deref(), Sort::parse).unwrap_or_default(),
        };
        let limit = read(e, "limit", self.limit.as_deref(), |raw| raw.parse().ok());
        if errors.is_empty() {
            Ok((wanted, limit))
        } else {
            Err(Problem::invalid(errors))
        }
    }
}

fn finite(raw: &str) -> Option<f64> {
    raw.parse().ok().filter(|number: &f64| number.is_finite())
}

fn time_of(raw: &str) -> Option<Timestamp> {
    let time = OffsetDateTime::parse(raw, &Rfc3339).ok()?;
    let millis = time.unix_timestamp_nanos() / 1_000_000;
    i64::try_from(millis).ok().map(Timestamp::from_millis)
}

/// The queue: comments of the sites you may see.
#[utoipa::path(
    tag = "review",
    params(ListQuery),
    responses(
        (status = 200, description = "The comments.", body = CommentList),
        (status = 401, description = "Not signed in.", body = Problem),
        (status = 404, description = "No such site or author.", body = Problem),
        (status = 422, description = "A parameter is not right.", body = Problem),
    ),
    security(("token" = [])),
)]
#[get("/api/v1/comments")]
async fn list_comments(
    app: Shared,
    Moderator(principal): Moderator,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let (wanted, limit) = query.parse()?;
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let queue = queue::list(&app, &principal, &wanted, cursor, limit).await?;
    let comments = queue.comments.iter();
    Ok(private().json(CommentList {
        comments: comments
            .map(|comment| CommentItem::new(&app, comment))
            .collect(),
        counts: queue.counts,
        next_cursor: queue.next_cursor,
    }))
}

/// One comment with its evidence and history.
#[utoipa::path(
    tag = "review",
    params(("id" = CommentId, Path, description = "The comment.")),
    responses(
        (status = 200, description = "The comment.", body = CommentDetail),
        (status = 401, description = "Not signed in.", body = Problem),
        (status = 404, description = "No such comment on your sites.", body = Problem),
    ),
    security(("token" = [])),
)]
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
        comment: CommentItem::new(&app, &comment),
        model_version: comment
            .evidence
            .model
            .as_ref()
            .map(|model| model.version.clone()),
        evidence: comment.evidence,
        history: opened.history,
        author: opened.author,
        wants_replies: comment.wants_replies,
    }))
}

/// The author's whole address. That you looked at it is written into the comment's history.
#[utoipa::path(
    tag = "review",
    params(("id" = CommentId, Path, description = "The comment.")),
    responses(
        (status = 200, description = "The address.", body = RevealedEmail),
        (status = 401, description = "Not signed in.", body = Problem),
        (status = 403, description = "The session's CSRF token is missing.", body = Problem),
        (status = 404, description = "No such comment on your sites.", body = Problem),
    ),
    security(("token" = [])),
)]
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

/// Reads a comment's id from a path; what is none is not there.
///
/// # Errors
/// 404.
pub fn comment_id(raw: &str) -> Result<CommentId, Problem> {
    CommentId::parse(raw).ok_or_else(|| Problem::not_found("comment"))
}

/// An answer that no cache may keep.
#[must_use]
pub fn private() -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    response
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Invalid(errors) => Self::invalid(errors),
            QueueError::NotFound(what) => Self::not_found(what),
            QueueError::Store(error) => error.into(),
        }
    }
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

/// A refusal of a path's or query's value by name, for other files of this room.
#[must_use]
pub fn invalid(field: &str, message: &str) -> Problem {
    FieldError::new(field, "invalid", message).into()
}

/// Adds these routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_comments)
        .service(get_comment)
        .service(reveal_email);
}
