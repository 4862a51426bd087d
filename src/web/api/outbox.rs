//! The outbox, for operators: what waits, what was given up and why, and another try.

use crate::{
    domain::mail::{MailKind, MailStatus},
    storage::outbox_entries::OutboxEntry,
    web::{
        prelude::*,
        query::{next_cursor, read, read_page},
    },
};

/// Which mails.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// `queued`, `sent`, `cancelled` or `dead`; absent: all of them.
    #[param(value_type = Option<MailStatus>)]
    status: Option<String>,
    /// From 1 to 100; 25 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The `next_cursor` of the answer before.
    cursor: Option<String>,
}

/// A mail. What it says is written when it is sent, and is not kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OutboxMail)]
struct MailView {
    /// Identifier; part of the mail's Message-ID.
    id: String,
    /// What it is for.
    kind: MailKind,
    /// The site, for mail to commenters.
    site: Option<SiteSlug>,
    /// The moderator's name, for mail to moderators.
    moderator: Option<String>,
    /// The recipient's address, masked; absent once account or comment are gone.
    to: Option<String>,
    /// Its status.
    status: MailStatus,
    /// Tries so far.
    attempts: i64,
    /// When it is tried next, for mail that waits.
    next_attempt_at: Option<Timestamp>,
    /// When it was caused.
    created_at: Timestamp,
    /// When it was sent, cancelled or given up.
    finished_at: Option<Timestamp>,
    /// Why the last try failed. Holds no address.
    last_error: Option<String>,
}

impl MailView {
    fn new(app: &App, entry: OutboxEntry) -> Self {
        let recipient = entry.recipient.as_ref();
        let to = recipient.and_then(|(sealed, owner)| app.vault.open(sealed, owner.clone()).ok());
        Self {
            id: entry.id,
            kind: entry.kind,
            site: entry.site,
            moderator: entry.moderator,
            to: to.map(|address| address.masked()),
            status: entry.status,
            attempts: entry.attempts,
            next_attempt_at: (entry.status == MailStatus::Queued).then_some(entry.due_at),
            created_at: entry.created_at,
            finished_at: entry.finished_at,
            last_error: entry.last_error,
        }
    }
}

/// Mails, latest first.
#[derive(Debug, Serialize, ToSchema)]
struct MailList {
    /// The mails.
    mails: Vec<MailView>,
    /// Where the list goes on, if it does.
    next_cursor: Option<String>,
}

/// Mails that wait, were sent, were cancelled, or were given up.
#[utoipa::path(params(Wanted), responses((status = 200, body = MailList)))]
#[get("/api/v1/outbox")]
async fn list_mail(
    app: Shared,
    _operator: Operator,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let mut errors = Vec::new();
    let status = read(
        &mut errors,
        "status",
        wanted.status.as_deref(),
        MailStatus::parse,
    );
    let (limit, cursor) = (wanted.limit.as_deref(), wanted.cursor.as_deref());
    let (limit, before) = read_page(&app, errors, limit, cursor)?;
    let found = app.store.list_mail(status, before, limit).await?;
    let next_cursor = next_cursor(&app, &found, limit, |entry| &entry.id);
    let mails = found.into_iter().map(|entry| MailView::new(&app, entry));
    Ok(private().json(MailList {
        mails: mails.collect(),
        next_cursor,
    }))
}

/// Puts a dead letter back, to be tried at once and for as long as a new mail.
#[utoipa::path(responses((status = 202, description = "It will be tried.")))]
#[post("/api/v1/outbox/{id}/retry")]
async fn retry_mail(
    app: Shared,
    _operator: Operator,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    if app.store.retry_mail(id.into_inner(), app.now()).await? {
        Ok(HttpResponse::Accepted().finish())
    } else {
        Err(Problem::not_found("dead letter"))
    }
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(list_mail).service(retry_mail);
}
