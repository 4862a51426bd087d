//! Block rules: of one site, for its moderators, and of every site, for operators.

use actix_web::{HttpResponse, delete, get, http::StatusCode, post, web::Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::private;
use crate::{
    app::App,
    domain::{
        block::{ANYONE, BlockAction, BlockKind, BlockRule, Pattern, parse_pattern},
        field::{FieldError, parse_line},
        moderator::Principal,
        site::SiteSlug,
        timestamp::Timestamp,
    },
    rules::trial::{self, Trial},
    storage::acts,
    web::{
        Shared,
        auth::{Moderator, Operator},
        body::Json,
        problem::Problem,
        route_table::RouteTable,
        site,
    },
};

/// Longest note, in Unicode scalar values.
const MAX_NOTE_CHARS: usize = 300;

/// A rule.
#[derive(Debug, Serialize, ToSchema)]
struct BlockView {
    /// Identifier.
    id: String,
    /// The site; null: every site.
    site: Option<SiteSlug>,
    /// What it looks at.
    kind: BlockKind,
    /// What it looks for. Of an address only its keyed hash is kept, so it reads `(hidden)`.
    pattern: String,
    /// What it does.
    action: BlockAction,
    /// Why it was made.
    note: Option<String>,
    /// When it was made.
    created_at: Timestamp,
    /// Who made it.
    created_by: String,
    /// When it ends, if it does.
    expires_at: Option<Timestamp>,
}

impl From<&BlockRule> for BlockView {
    fn from(rule: &BlockRule) -> Self {
        Self {
            id: rule.id.clone(),
            site: rule.site.clone(),
            kind: rule.kind,
            pattern: if rule.kind == BlockKind::Email && !rule.pattern.starts_with(ANYONE) {
                "(hidden)".to_owned()
            } else {
                rule.pattern.clone()
            },
            action: rule.action,
            note: rule.note.clone(),
            created_at: rule.created_at,
            created_by: rule.created_by.clone(),
            expires_at: rule.expires_at,
        }
    }
}

/// Rules in force.
#[derive(Debug, Serialize, ToSchema)]
struct BlockList {
    /// The rules, earliest first.
    blocks: Vec<BlockView>,
}

/// A new rule.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBlock {
    /// What it looks at.
    kind: BlockKind,
    /// A word, a phrase or signs, an email address or `*@` and a domain, a network such as
    /// `203.0.113.0/24`, or a domain.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
    )]
    pattern: String,
    /// What it does.
    action: BlockAction,
    /// Why; at most 300 characters.
    #[schema(max_length = 300, pattern = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]
    note: Option<String>,
    /// When it ends; absent: never.
    expires_at: Option<Timestamp>,
    /// Adds it although it would have hit more than half of the last 1,000 comments.
    #[serde(default)]
    force: bool,
    /// Only says what it would have hit, and adds nothing.
    #[serde(default)]
    dry_run: bool,
}

/// A rule that was added, or that would be.
#[derive(Debug, Serialize, ToSchema)]
struct AddedBlock {
    #[serde(flatten)]
    block: BlockView,
    /// What it would have hit of the comments that came last.
    would_have_hit: Trial,
}

/// The rules of one site, with those of every site.
#[utoipa::path(responses((status = 200, body = BlockList)))]
#[get("/api/v1/sites/{site}/blocks")]
async fn list_site_blocks(
    app: Shared,
    Moderator(principal): Moderator,
    slug: Path<String>,
) -> Result<HttpResponse, Problem> {
    let slug = site_of(&app, &principal, &slug)?;
    Ok(show(&app, |rule| {
        rule.site.as_ref().is_none_or(|site| *site == slug)
    }))
}

/// Adds a rule to one site.
#[utoipa::path(responses(
    (status = 200, description = "What it would have hit, on a dry run.", body = AddedBlock),
    (status = 201, body = AddedBlock),
    (status = 422, description = "A field is not right, or the rule would have hit more than half of what came last (`too_broad`)."),
))]
#[post("/api/v1/sites/{site}/blocks")]
async fn add_site_block(
    app: Shared,
    Moderator(principal): Moderator,
    slug: Path<String>,
    Json(new): Json<NewBlock>,
) -> Result<HttpResponse, Problem> {
    let slug = site_of(&app, &principal, &slug)?;
    add(&app, &principal, Some(slug), new).await
}

/// Removes a rule of one site.
#[utoipa::path(responses((status = 204)))]
#[delete("/api/v1/sites/{site}/blocks/{id}")]
async fn remove_site_block(
    app: Shared,
    Moderator(principal): Moderator,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (slug, id) = path.into_inner();
    let slug = site_of(&app, &principal, &slug)?;
    remove(&app, id, |rule| rule.site.as_ref() == Some(&slug)).await
}

/// Every rule, of single sites too.
#[utoipa::path(tag = "operators", responses((status = 200, body = BlockList)))]
#[get("/api/v1/blocks")]
async fn list_blocks(app: Shared, _operator: Operator) -> HttpResponse {
    show(&app, |_| true)
}

/// Adds a rule for every site.
#[utoipa::path(
    tag = "operators",
    responses(
        (status = 200, description = "What it would have hit, on a dry run.", body = AddedBlock),
        (status = 201, body = AddedBlock),
        (status = 422, description = "A field is not right, or the rule would have hit more than half of what came last (`too_broad`)."),
    ),
)]
#[post("/api/v1/blocks")]
async fn add_block(
    app: Shared,
    Operator(principal): Operator,
    Json(new): Json<NewBlock>,
) -> Result<HttpResponse, Problem> {
    add(&app, &principal, None, new).await
}

/// Removes a rule, whatever its site.
#[utoipa::path(tag = "operators", responses((status = 204)))]
#[delete("/api/v1/blocks/{id}")]
async fn remove_block(
    app: Shared,
    _operator: Operator,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    remove(&app, id.into_inner(), |_| true).await
}

fn site_of(app: &App, principal: &Principal, slug: &str) -> Result<SiteSlug, Problem> {
    let site = site::named_within(app, &principal.scope, slug)?;
    Ok(site.slug.clone())
}

fn show(app: &App, wanted: impl Fn(&BlockRule) -> bool) -> HttpResponse {
    let now = app.now();
    let snapshot = app.directory.snapshot();
    let rules = snapshot.rules.list().iter();
    let shown = rules.filter(|rule| rule.is_active(now) && wanted(rule));
    private().json(BlockList {
        blocks: shown.map(BlockView::from).collect(),
    })
}

async fn add(
    app: &App,
    principal: &Principal,
    site: Option<SiteSlug>,
    new: NewBlock,
) -> Result<HttpResponse, Problem> {
    let now = app.now();
    let mut errors = Vec::new();
    let note = new.note.as_deref().filter(|note| !note.trim().is_empty());
    let note = note.map(|raw| parse_line("note", raw, MAX_NOTE_CHARS));
    let note = note.transpose().map_err(|error| errors.push(error));
    let pattern = parse_pattern(new.kind, &new.pattern).map_err(|error| errors.push(error));
    if new.expires_at.is_some_and(|end| end <= now) {
        let message = "This time is over.";
        errors.push(FieldError::new("expires_at", "past", message));
    }
    let (Ok(note), Ok(pattern), true) = (note, pattern, errors.is_empty()) else {
        return Err(Problem::invalid(errors));
    };
    let rule = BlockRule {
        id: Uuid::now_v7().to_string(),
        site,
        kind: new.kind,
        pattern: match pattern {
            Pattern::Plain(pattern) => pattern,
            Pattern::Email(email) => app.vault.mailbox_index(&email).0,
        },
        action: new.action,
        note,
        created_at: now,
        created_by: principal.actor.name.clone(),
        expires_at: new.expires_at,
    };
    let trial = trial::run(app, &rule).await?;
    let too_broad = trial.is_too_broad(&rule);
    let added = AddedBlock {
        block: BlockView::from(&rule),
        would_have_hit: trial,
    };
    if new.dry_run {
        return Ok(private().json(added));
    }
    if too_broad && !new.force {
        let message = format!(
            "{} Nearly everything falls under this; send `force` to add it all the same.",
            added.would_have_hit.summary
        );
        return Err(FieldError::new("pattern", "too_broad", message).into());
    }
    if too_broad {
        acts::mention("too_broad", true.into());
    }
    app.store.add_block_rule(rule).await?;
    app.directory.refresh(&app.store, now).await?;
    Ok(private().status(StatusCode::CREATED).json(added))
}

async fn remove(
    app: &App,
    id: String,
    may: impl Fn(&BlockRule) -> bool,
) -> Result<HttpResponse, Problem> {
    // Read afresh: another instance may have added the rule a moment ago.
    app.directory.refresh(&app.store, app.now()).await?;
    let snapshot = app.directory.snapshot();
    let rules = snapshot.rules.list();
    let known = rules.iter().any(|rule| rule.id == id && may(rule));
    if !known || !app.store.remove_block_rule(id).await? {
        return Err(Problem::not_found("block rule"));
    }
    app.directory.refresh(&app.store, app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .service(list_site_blocks)
        .service(add_site_block)
        .service(remove_site_block)
        .service(list_blocks)
        .service(add_block)
        .service(remove_block);
}
