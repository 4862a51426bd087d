//! What of a comment can be blocked, each with what it would have hit of the comments that came last.

use std::time::Duration;

use crate::{
    domain::{
        block::{BlockAction, BlockKind},
        comment::Comment,
        email::is_public_provider,
    },
    sites::{
        SiteError,
        blocks::{self, NewBlock},
        trial::Trial,
    },
    text::links::{canonical_host, links},
    web::{api::comments::named_comment, desk::prelude::*},
};

/// Where the rules are.
pub(super) const HERE: &str = "/desk/blocks";
/// Domains of a comment that are offered.
const DOMAINS: usize = 4;
/// How long a rule may hold, in days; 0: for good.
const SPANS: [(u64, &str); 4] = [
    (7, "block-a-week"),
    (30, "block-a-month"),
    (365, "block-a-year"),
    (0, "block-for-good"),
];

#[derive(Template)]
#[template(path = "desk_block.html")]
struct BlockPage {
    frame: Frame,
    /// The comment's page, or the list of rules.
    back: String,
    /// What can be blocked.
    choices: Vec<Choice>,
    errors: Vec<FieldError>,
    /// Whether it hits so much that it takes a second yes.
    too_broad: bool,
    phrase: String,
    chosen: String,
    trial: Option<String>,
}

/// Something of a comment that can be blocked.
struct Choice {
    /// Its word in the form.
    word: String,
    kind: &'static str,
    shown: String,
    /// What a rule about it would have hit.
    trial: String,
}

impl BlockPage {
    /// The page of a comment, with nothing filled in.
    async fn of(app: &App, by: &SignedIn, comment: &Comment) -> Result<Self, Problem> {
        let back = format!("{HOME}/comments/{}", comment.id);
        Ok(Self {
            choices: choices(app, by.words, comment).await?,
            frame: Frame::new(app, by, format!("{back}/block"), None),
            back,
            errors: Vec::new(),
            too_broad: false,
            phrase: String::new(),
            chosen: "author".to_owned(),
            trial: None,
        })
    }

    const fn spans() -> [(u64, &'static str); 4] {
        SPANS
    }
}

pub(super) async fn choose(
    app: Shared,
    Entered(signed_in): Entered,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let comment = named_comment(&app, &signed_in.principal(), &id).await?;
    let page = BlockPage::of(&app, &signed_in, &comment).await?;
    Ok(page::render(StatusCode::OK, &page)?)
}

pub(super) async fn add(
    app: Shared,
    Sent { by, fields }: Sent,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let principal = by.principal();
    let comment = named_comment(&app, &principal, &id).await?;
    let everywhere = principal.is_operator() && fields.get("everywhere") == "yes";
    let site = (!everywhere).then(|| comment.site.clone());
    let (kind, pattern) = wanted(&app, &comment, &fields)?;
    let days: u64 = fields.get("days").parse().unwrap_or(0);
    let dry_run = fields.get("do") == "try";
    let new = NewBlock {
        kind,
        pattern,
        action: BlockAction::parse(fields.get("action")).unwrap_or(BlockAction::Hold),
        note: Some(fields.get("note").to_owned()),
        expires_at: (days > 0).then(|| app.now().plus(Duration::from_hours(24 * days))),
        force: fields.get("force") == "yes",
        dry_run,
    };
    let done = blocks::add_rule(&app, &principal.actor.name, site, new).await;
    let (errors, trial) = match done {
        Ok((_, trial)) if dry_run => (Vec::new(), Some(in_words(by.words, &trial))),
        Ok(_) => return Ok(see_other(&format!("{HERE}?added=1"))),
        Err(SiteError::Invalid(errors)) => (errors, None),
        Err(error) => return Err(Problem::from(error).into()),
    };
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = BlockPage {
        too_broad: errors.iter().any(|error| error.code == "too_broad"),
        errors,
        phrase: fields.get("phrase").to_owned(),
        chosen: fields.get("what").to_owned(),
        trial,
        ..BlockPage::of(&app, &by, &comment).await?
    };
    Ok(page::render(status, &page)?)
}

/// What the form means: a word for something of the comment, or a phrase.
fn wanted(
    app: &App,
    comment: &Comment,
    fields: &FormFields,
) -> Result<(BlockKind, String), Problem> {
    let unknown = || Problem::malformed("The form names nothing to block.");
    let what = fields.get("what");
    if let Some(domain) = what.strip_prefix("domain:") {
        return Ok((BlockKind::Domain, domain.to_owned()));
    }
    match what {
        "author" => {
            let email = app
                .vault
                .open(&comment.email, comment)
                .map_err(|_| unknown())?;
            Ok((BlockKind::Email, email.expose().to_owned()))
        }
        "network" => {
            let network = comment.network.clone().ok_or_else(unknown)?;
            Ok((BlockKind::Network, network))
        }
        "phrase" => Ok((BlockKind::Word, fields.get("phrase").to_owned())),
        _ => Err(unknown()),
    }
}

/// What of a comment can be blocked, each with what it would have hit.
async fn choices(app: &App, words: &Words, comment: &Comment) -> Result<Vec<Choice>, Problem> {
    let mut offered = Vec::new();
    let email = app.vault.open(&comment.email, comment).ok();
    if let Some(email) = &email {
        let (pattern, shown) = (email.expose().to_owned(), email.masked());
        offered.push(("author".to_owned(), BlockKind::Email, pattern, shown));
    }
    let website = comment
        .website
        .as_deref()
        .and_then(|raw| url::Url::parse(raw).ok());
    let website = website.and_then(|url| url.host_str().and_then(canonical_host));
    let linked = links(&comment.text).filter_map(|link| link.host());
    let own = email.as_ref().map(|email| email.domain().to_owned());
    let own = own.filter(|domain| !is_public_provider(domain));
    let mut domains: Vec<String> = Vec::new();
    for domain in website.into_iter().chain(linked).chain(own) {
        if domains.len() < DOMAINS && !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    for domain in domains {
        let shown = domain.clone();
        offered.push((format!("domain:{domain}"), BlockKind::Domain, domain, shown));
    }
    if let Some(network) = &comment.network {
        let word = "network".to_owned();
        offered.push((word, BlockKind::Network, network.clone(), network.clone()));
    }
    let mut choices = Vec::new();
    for (word, kind, pattern, shown) in offered {
        let new = NewBlock {
            kind,
            pattern,
            action: BlockAction::Hold,
            note: None,
            expires_at: None,
            force: false,
            dry_run: true,
        };
        // What cannot be a rule is not offered.
        let Ok((_, trial)) = blocks::add_rule(app, "", Some(comment.site.clone()), new).await
        else {
            continue;
        };
        choices.push(Choice {
            word,
            kind: kind_in_words(kind),
            shown,
            trial: in_words(words, &trial),
        });
    }
    Ok(choices)
}

/// What a rule would have hit, as a sentence.
fn in_words(words: &Words, trial: &Trial) -> String {
    let number = |count: i64| words.number(usize::try_from(count).unwrap_or_default());
    let (hits, all, approved) = (
        number(trial.hits),
        number(trial.comments),
        number(trial.approved),
    );
    words.fill(
        "block-trial",
        &[("hits", &hits), ("all", &all), ("approved", &approved)],
    )
}

pub(super) const fn kind_in_words(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Word => "block-word",
        BlockKind::Email => "block-email",
        BlockKind::Network => "block-network",
        BlockKind::Domain => "block-domain",
    }
}
