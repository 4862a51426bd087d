//! Block rules on the desk: those in force, each with what it hit of the comments that came last, and lists of rules on
//! their way in and out.

use super::{
    block::{HERE, kind_in_words},
    frame::inside_or,
    site_choice::SiteChoice,
};
use crate::{
    domain::{
        block::{ANYONE, BlockAction, BlockKind, BlockRule},
        moderator::Scope,
    },
    sites::{
        SiteError,
        block_list::{self, BlockListDone, NewBlockList},
        blocks,
        trial::{self, RulesTally},
    },
    web::{desk::prelude::*, query::Parameters},
};

#[derive(Template)]
#[template(path = "desk_blocks.html")]
struct BlocksPage {
    frame: Frame,
    rules: Vec<RuleRow>,
    added: bool,
    /// The sites that a list can be for.
    sites: SiteChoice,
    /// What became of a list, in words.
    said: Option<String>,
    done: Option<BlockListDone>,
    errors: Vec<FieldError>,
    /// What the form had.
    filled: FormFields,
}

/// A rule in words.
struct RuleRow {
    id: String,
    site: Option<String>,
    kind: &'static str,
    /// None where only its keyed hash is kept.
    pattern: Option<String>,
    action: &'static str,
    until: Option<String>,
    by: String,
    at: String,
    age: String,
    note: String,
    /// What it hit of late, and how long ago the last was.
    hits: String,
    last: Option<String>,
    /// Whether whoever looks may remove it.
    removable: bool,
}

impl BlocksPage {
    async fn of(app: &App, by: &SignedIn) -> Result<Self, Problem> {
        let principal = by.principal();
        let rules = blocks::rules(app, |rule| may_see(&principal, rule));
        // Whoever has some of the sites is shown the first alone: what rules hit elsewhere is not theirs to see.
        let site = match &principal.scope {
            Scope::All => None,
            Scope::Sites(sites) => sites.iter().next().cloned(),
        };
        let tally = trial::tally(app, site.as_ref(), rules.clone()).await?;
        Ok(Self {
            rules: rules
                .iter()
                .map(|rule| row(app, by, rule, &tally))
                .collect(),
            added: false,
            sites: SiteChoice::new(app, &principal.scope, ""),
            said: None,
            done: None,
            errors: Vec::new(),
            filled: FormFields::from(Vec::new()),
            frame: Frame::new(app, by, HERE.to_owned(), None),
        })
    }
}

pub(super) async fn list(
    app: Shared,
    Entered(signed_in): Entered,
    Query(query): Query<Parameters>,
) -> Result<HttpResponse, Refused> {
    let page = BlocksPage {
        added: query.get("added").is_some(),
        ..BlocksPage::of(&app, &signed_in).await?
    };
    Ok(page::render(StatusCode::OK, &page)?)
}

/// The rules as a file, which the form beside takes again.
pub(super) async fn export(
    app: Shared,
    Entered(signed_in): Entered,
) -> Result<HttpResponse, Refused> {
    let principal = signed_in.principal();
    let rules = blocks::rules(&app, |rule| may_see(&principal, rule));
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"blocks.csv\"",
        ))
        .body(block_list::table(&rules)))
}

pub(super) async fn import(
    app: Shared,
    Sent { by, fields }: Sent,
) -> Result<HttpResponse, Refused> {
    let principal = by.principal();
    let site = match fields.get("site") {
        "" if principal.is_operator() => None,
        slug => Some(
            site::named_within(&app, &principal.scope, slug)?
                .slug
                .clone(),
        ),
    };
    let dry_run = fields.get("do") != "add";
    let new = NewBlockList {
        list: fields.get("list").to_owned(),
        action: BlockAction::parse(fields.get("action")).unwrap_or(BlockAction::Hold),
        kind: None,
        force: false,
        dry_run,
    };
    let (done, errors) = match block_list::add(&app, &principal.actor.name, site, new).await {
        Ok(done) => (Some(done), Vec::new()),
        Err(SiteError::Invalid(errors)) => (None, errors),
        Err(error) => return Err(Problem::from(error).into()),
    };
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = BlocksPage {
        said: done.as_ref().map(|done| in_words(by.words, done, dry_run)),
        done,
        errors,
        filled: if dry_run {
            fields
        } else {
            FormFields::from(Vec::new())
        },
        ..BlocksPage::of(&app, &by).await?
    };
    Ok(page::render(status, &page)?)
}

pub(super) async fn remove(
    app: Shared,
    Sent { by, fields }: Sent,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let principal = by.principal();
    let may = |rule: &BlockRule| may_remove(&principal, rule);
    blocks::remove_rule(&app, id.into_inner(), may)
        .await
        .map_err(Problem::from)?;
    Ok(see_other(&inside_or(fields.get("back"), HERE)))
}

fn in_words(words: &Words, done: &BlockListDone, dry_run: bool) -> String {
    let number = |count: i64| words.number(usize::try_from(count).unwrap_or_default());
    let (new, known) = (words.number(done.added), words.number(done.known));
    let (hits, all, approved) = (
        number(done.hits),
        number(done.comments),
        number(done.approved),
    );
    let name = if dry_run {
        "blocks-import-tried"
    } else {
        "blocks-imported"
    };
    words.fill(
        name,
        &[
            ("new", &new),
            ("known", &known),
            ("hits", &hits),
            ("all", &all),
            ("approved", &approved),
        ],
    )
}

fn may_see(principal: &Principal, rule: &BlockRule) -> bool {
    rule.site
        .as_ref()
        .is_none_or(|site| principal.scope.covers(site))
}

fn may_remove(principal: &Principal, rule: &BlockRule) -> bool {
    match &rule.site {
        Some(site) => principal.scope.covers(site),
        None => principal.is_operator(),
    }
}

fn row(app: &App, by: &SignedIn, rule: &BlockRule, tally: &RulesTally) -> RuleRow {
    let words = by.words;
    let hidden = rule.kind == BlockKind::Email && !rule.pattern.starts_with(ANYONE);
    let number = |count: i64| words.number(usize::try_from(count).unwrap_or_default());
    let all = number(tally.comments);
    let found = tally.by_rule.get(&rule.id);
    RuleRow {
        id: rule.id.clone(),
        site: rule.site.as_ref().map(ToString::to_string),
        kind: kind_in_words(rule.kind),
        pattern: (!hidden).then(|| rule.pattern.clone()),
        action: match rule.action {
            BlockAction::Hold => "block-holds",
            BlockAction::Spam => "block-spam",
        },
        until: rule.expires_at.map(|end| end.to_utc().date().to_string()),
        by: rule.created_by.clone(),
        at: rule.created_at.to_string(),
        age: age(words, rule.created_at, app.now()),
        note: rule.note.clone().unwrap_or_default(),
        hits: match found {
            Some(found) => words.fill(
                "blocks-hits-of",
                &[
                    ("hits", &number(found.hits)),
                    ("all", &all),
                    ("approved", &number(found.approved)),
                ],
            ),
            None => words.fill("blocks-hits-none", &[("all", &all)]),
        },
        last: found.map(|found| age(words, found.last, app.now())),
        removable: may_remove(&by.principal(), rule),
    }
}
