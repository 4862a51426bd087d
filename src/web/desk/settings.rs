//! The settings' page, for operators: sites, people, programs and their keys, webhooks, and mail that
//! could not be delivered. What its forms do, `accounts`, `clients`, `notify`, `sites` and the store do.

mod keys;
mod letters;
mod people;
mod tokens;
mod webhooks;

use self::{
    keys::KeyRow,
    letters::Letter,
    people::Account,
    tokens::TokenRow,
    webhooks::{WebhookRow, events},
};
use crate::{
    domain::{
        mail::MailStatus,
        moderator::{Role, Scope},
        site::{Policy, Site},
    },
    sites::{self, SiteError, change::NewSite},
    web::{
        desk::{prelude::*, site_choice::SiteChoice},
        query::Parameters,
    },
};

/// Dead letters shown.
const MAX_LETTERS: u32 = 50;

#[derive(Template)]
#[template(path = "desk_settings.html")]
struct SettingsPage {
    frame: Frame,
    /// Those that are shown: all, or those that fit what was searched for.
    sites: Vec<Site>,
    choice: SiteChoice,
    people: Vec<Account>,
    tokens: Vec<TokenRow>,
    /// Tokens that work and of which nobody knows who made them.
    ownerless: usize,
    keys: Vec<KeyRow>,
    /// What could not be sent to programs, a sentence a site.
    callbacks: Vec<String>,
    webhooks: Vec<WebhookRow>,
    events: Vec<(&'static str, Said<'static>)>,
    letters: Vec<Letter>,
    done: Done,
}

impl SettingsPage {
    fn ownerless_tokens(&self) -> String {
        self.frame.words.count("settings-ownerless", self.ownerless)
    }

    fn site_count(&self) -> String {
        self.frame.words.number(self.choice.count)
    }
}

pub(super) async fn show(
    app: Shared,
    Operators(Entered(signed_in)): Operators<Entered>,
    Query(query): Query<Parameters>,
) -> Result<HttpResponse, Refused> {
    let wanted = query.get("site").unwrap_or_default();
    let done = Done::unfolding(&["sites", "people"], query.get("open"));
    render(&app, &signed_in, wanted, done).await
}

pub(super) async fn act(
    app: Shared,
    Operators(Sent { by, fields }): Operators<Sent>,
) -> Result<HttpResponse, Refused> {
    let words = by.words;
    let done = match fields.get("do") {
        "add-site" => add_site(&app, words, &fields).await?,
        "remove-site" => remove_site(&app, words, &fields).await?,
        "add-person" => people::add(&app, words, &fields).await?,
        "make-link" => people::make_link(&app, words, &fields).await?,
        "remove-person" => people::remove(&app, words, &fields).await?,
        "add-token" => tokens::add(&app, &by, &fields).await?,
        "revoke-token" => tokens::revoke(&app, words, &fields).await?,
        "add-key" => keys::add(&app, words, &fields).await?,
        "revoke-key" => keys::revoke(&app, words, &fields).await?,
        "add-webhook" => webhooks::add(&app, words, &fields).await?,
        "remove-webhook" => webhooks::remove(&app, words, &fields).await?,
        "retry" => letters::retry(&app, words, &fields).await?,
        "test-mail" => letters::test(&app, &by).await,
        _ => return Err(Problem::malformed("The form names nothing to do.").into()),
    };
    if done.errors.is_empty() && fields.get("do") == "add-site" {
        let slug = fields.get("slug");
        // With a fragment of its own: a browser keeps the form's where there is none.
        return Ok(see_other(&format!("{HOME}/settings/sites/{slug}#content")));
    }
    render(&app, &by, "", done.keeping(fields)).await
}

async fn add_site(app: &App, words: &Words, fields: &FormFields) -> Result<Done, Problem> {
    let new = NewSite {
        slug: fields.get("slug").to_owned(),
        name: Some(fields.get("name").to_owned()).filter(|name| !name.is_empty()),
        origins: lines(fields.get("origins")),
        policy: Policy::of_new_site(),
    };
    match sites::add(app, new).await.map_err(SiteError::of_fields) {
        Ok(_) => Ok(Done::said("sites", &words.say("settings-site-added"))),
        Err(errors) => Ok(Done::wrong("sites", errors?)),
    }
}

/// Removes a site with all that it holds: its name is typed once more by whoever means it.
async fn remove_site(app: &App, words: &Words, fields: &FormFields) -> Result<Done, Problem> {
    let slug = SiteSlug::parse(fields.get("site")).map_err(|_| Problem::not_found("site"))?;
    if fields.get("typed").trim() != slug.as_str() {
        let message = words.say("site-remove-mismatch");
        let error = FieldError::new("typed", "mismatch", &*message);
        return Ok(Done::wrong("sites", vec![error]));
    }
    sites::remove(&app.sites, &slug, true).await?;
    Ok(Done::said("sites", &words.say("settings-site-removed")))
}

/// A role by the name of its sentence.
const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Moderator => "settings-moderator",
        Role::Operator => "settings-operator",
    }
}

/// How long ago something was, if it ever was.
fn age_or_never(app: &App, words: &Words, at: Option<Timestamp>) -> String {
    at.map_or_else(
        || words.say("settings-never").into(),
        |at| age(words, at, app.now()),
    )
}

fn role(fields: &FormFields) -> Role {
    Role::parse(fields.get("role")).unwrap_or(Role::Moderator)
}

/// The sites that were named: none named, and none asked for, are all.
///
/// # Errors
/// When some are meant and none is named.
fn sites_of(words: &Words, fields: &FormFields) -> Result<Option<Vec<String>>, FieldError> {
    let named: Vec<String> = fields.all("sites").flat_map(lines).collect();
    match (fields.get("which"), named.is_empty()) {
        ("these", true) => {
            let message = words.say("settings-choose-sites");
            Err(FieldError::new("sites", "required", message))
        }
        ("every", _) | (_, true) => Ok(None),
        _ => Ok(Some(named)),
    }
}

/// Words apart by spaces, commas or lines.
pub(super) fn lines(raw: &str) -> Vec<String> {
    let words = raw.split(|c: char| c.is_whitespace() || c == ',');
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The sites to show: all while they are few, else those that were searched for.
fn shown_sites(app: &App, choice: &SiteChoice) -> Vec<Site> {
    let snapshot = app.directory.snapshot();
    let sites = choice.listed.iter().filter_map(|slug| {
        let found = snapshot
            .sites
            .iter()
            .find(|(known, _)| known.as_str() == slug);
        found.map(|(_, site)| site.as_ref().clone())
    });
    sites.collect()
}

async fn render(
    app: &App,
    signed_in: &SignedIn,
    wanted: &str,
    done: Done,
) -> Result<HttpResponse, Refused> {
    let accounts = app.store.moderators().await?.into_iter();
    let tokens = app.store.tokens().await?;
    let ownerless = tokens.iter().filter(|one| one.is_ownerless()).count();
    let tokens = tokens.into_iter();
    let keys = app.store.client_keys(None).await?.into_iter();
    let callbacks = app.store.callback_backlogs().await?;
    let webhooks = app.store.webhooks(None).await?.into_iter();
    let dead = Some(MailStatus::Dead);
    let letters = app
        .store
        .list_mail(dead, None, MAX_LETTERS)
        .await?
        .into_iter();
    let words = signed_in.words;
    let me = &signed_in.account.id;
    let status = done.status();
    let choice = SiteChoice::new(app, &Scope::All, wanted);
    let template = SettingsPage {
        frame: Frame::new(app, signed_in, format!("{HOME}/settings"), None),
        sites: shown_sites(app, &choice),
        choice,
        people: accounts
            .map(|one| people::account(app, words, &one, me))
            .collect(),
        ownerless,
        tokens: tokens.map(|one| tokens::token(app, words, one)).collect(),
        keys: keys.map(|one| keys::row(app, words, one)).collect(),
        callbacks: callbacks
            .iter()
            .map(|one| keys::backlog(words, one))
            .collect(),
        webhooks: webhooks.map(|one| webhooks::row(app, words, one)).collect(),
        events: events(words),
        letters: letters
            .map(|one| letters::letter(app, words, one))
            .collect(),
        done,
    };
    Ok(page::render(status, &template)?)
}

fn scope_words(words: &Words, scope: &Scope) -> String {
    match scope {
        Scope::All => words.say("settings-all-sites").into(),
        Scope::Sites(sites) => {
            let sites: Vec<&str> = sites.iter().map(SiteSlug::as_str).collect();
            sites.join(", ")
        }
    }
}
