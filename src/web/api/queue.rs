//! The queue: which comments to list, in which order, and the stretch of them that was asked for.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::comments::CommentItem;
use crate::{
    domain::{
        abuse::AbuseFilter,
        evidence::Check,
        queue::{Counts, Filter, QueueQuery, Searched, Sort},
    },
    review::queue::{self, QueueError},
    web::{prelude::*, query::read},
};

/// A stretch of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentList {
    /// The comments.
    pub comments: Vec<CommentItem>,
    /// How many comments have each status, under the same filter without its status.
    pub counts: Counts,
    /// Send it as `cursor` to go on; null at the end.
    pub next_cursor: Option<String>,
    /// How far a search by words (`q`) saw; null when there was none.
    pub searched: Option<Searched>,
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
    #[param(max_length = 2000, pattern = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]
    pub page: Option<String>,
    /// Words, all of them in text, name or website, regardless of case and accents; the last one also as the
    /// beginning of a word. `"…"` holds words that follow each other, as does what is written without a blank.
    /// `name:`, `page:` and `host:` look in one place; an email address finds what its author wrote.
    #[param(max_length = 200)]
    pub q: Option<String>,
    /// The id of any comment of the author.
    #[param(value_type = Option<CommentId>)]
    pub author: Option<String>,
    /// The id of a comment: near copies of it, itself included.
    #[param(value_type = Option<CommentId>)]
    pub copies_of: Option<String>,
    /// `true`: of near copies with one status only the latest is listed, with `copies` that says how many came before.
    /// It does nothing where anything but `site`, `status` and the order is asked for.
    #[param(value_type = Option<bool>)]
    pub folded: Option<String>,
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
    /// The code of the text's language (ISO 639), of two letters or three.
    #[param(min_length = 2, max_length = 3)]
    pub language: Option<String>,
    /// `true` or `false`: with, or without, a link in text or website.
    #[param(value_type = Option<bool>)]
    pub has_link: Option<String>,
    /// How abusive they seem: `likely` (a probability from 0.5 on), `sure` (from 0.9 on), or likely and above all of one kind: `severe`,
    /// `insult`, `threat`, `identity_attack`, `obscene`, `sexual`.
    #[param(value_type = Option<AbuseFilter>)]
    pub abuse: Option<String>,
    /// The order: `newest` (default), `oldest`, `uncertain`, `spammiest`, `abusive` (the most abusive first, and those alone that are
    /// likely abusive), `decided` (the last decided first, and those alone that somebody decided about).
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
    pub fn parse(&self) -> Result<(QueueQuery, Option<u32>), Problem> {
        let mut errors = Vec::new();
        let e = &mut errors;
        let filter = Filter {
            status: read(e, "status", self.status.as_deref(), Status::parse),
            min_score: read(e, "min_score", self.min_score.as_deref(), finite),
            max_score: read(e, "max_score", self.max_score.as_deref(), finite),
            since: read(e, "since", self.since.as_deref(), time_of),
            until: read(e, "until", self.until.as_deref(), time_of),
            check: read(e, "check", self.check.as_deref(), Check::parse),
            language: read(e, "language", self.language.as_deref(), Filter::language),
            has_link: read(e, "has_link", self.has_link.as_deref(), |raw| {
                raw.parse().ok()
            }),
            abuse: read(e, "abuse", self.abuse.as_deref(), AbuseFilter::parse),
            folded: read(e, "folded", self.folded.as_deref(), |raw| raw.parse().ok())
                .unwrap_or_default(),
            ..Filter::default()
        };
        let wanted = QueueQuery {
            site: self.site.clone().filter(|site| !site.is_empty()),
            page: self.page.clone().filter(|page| !page.is_empty()),
            author: read(e, "author", self.author.as_deref(), CommentId::parse),
            copies_of: read(e, "copies_of", self.copies_of.as_deref(), CommentId::parse),
            search: self.q.clone(),
            sort: read(e, "sort", self.sort.as_deref(), Sort::parse).unwrap_or_default(),
            filter,
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
    let at = Timestamp::from_millis(i64::try_from(millis).ok()?);
    at.is_in_calendar().then_some(at)
}

/// The queue: comments of the sites you may see.
#[utoipa::path(
    params(ListQuery),
    responses(
        (status = 200, body = CommentList),
        (status = 404, description = "No such site or author."),
    ),
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
    let mut comments = CommentItem::all(&app, &queue.comments).await;
    for item in &mut comments {
        item.copies = queue.copies.get(&item.id).copied();
    }
    Ok(private().json(CommentList {
        comments,
        counts: queue.counts,
        next_cursor: queue.next_cursor,
        searched: queue.searched,
    }))
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

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(list_comments);
}
