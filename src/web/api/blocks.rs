//! Block rules: of one site, for its moderators, and of every site, for operators.

use crate::{
    domain::block::{ANYONE, BlockAction, BlockKind, BlockRule},
    sites::{
        block_list::{self, BlockListDone, NewBlockList},
        blocks::{self, NewBlock},
        trial::Trial,
    },
    web::prelude::*,
};

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

/// Adds a list of rules to one site, as others publish them: words, domains or addresses one a line, or a table.
#[utoipa::path(responses(
    (status = 200, description = "What it would have hit, on a dry run.", body = BlockListDone),
    (status = 201, body = BlockListDone),
))]
#[post("/api/v1/sites/{site}/blocks/import")]
async fn import_site_blocks(
    app: Shared,
    Moderator(principal): Moderator,
    slug: Path<String>,
    Json(new): Json<NewBlockList>,
) -> Result<HttpResponse, Problem> {
    let slug = site_of(&app, &principal, &slug)?;
    import(&app, &principal, Some(slug), new).await
}

/// Adds a list of rules for every site.
#[utoipa::path(
    tag = "operators",
    responses(
        (status = 200, description = "What it would have hit, on a dry run.", body = BlockListDone),
        (status = 201, body = BlockListDone),
    ),
)]
#[post("/api/v1/blocks/import")]
async fn import_blocks(
    app: Shared,
    Operator(principal): Operator,
    Json(new): Json<NewBlockList>,
) -> Result<HttpResponse, Problem> {
    import(&app, &principal, None, new).await
}

async fn import(
    app: &App,
    principal: &Principal,
    site: Option<SiteSlug>,
    new: NewBlockList,
) -> Result<HttpResponse, Problem> {
    let status = if new.dry_run {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let done = block_list::add(app, &principal.actor.name, site, new).await?;
    Ok(private().status(status).json(done))
}

/// Removes a rule of any site.
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
    let rules = blocks::rules(app, wanted);
    private().json(BlockList {
        blocks: rules.iter().map(BlockView::from).collect(),
    })
}

async fn add(
    app: &App,
    principal: &Principal,
    site: Option<SiteSlug>,
    new: NewBlock,
) -> Result<HttpResponse, Problem> {
    let status = if new.dry_run {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let (rule, trial) = blocks::add_rule(app, &principal.actor.name, site, new).await?;
    Ok(private().status(status).json(AddedBlock {
        block: BlockView::from(&rule),
        would_have_hit: trial,
    }))
}

async fn remove(
    app: &App,
    id: String,
    may: impl Fn(&BlockRule) -> bool,
) -> Result<HttpResponse, Problem> {
    blocks::remove_rule(app, id, may).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    // Before `{id}`, of which `import` might be one.
    config
        .service(import_site_blocks)
        .service(import_blocks)
        .service(list_site_blocks)
        .service(add_site_block)
        .service(remove_site_block)
        .service(list_blocks)
        .service(add_block)
        .service(remove_block);
}
