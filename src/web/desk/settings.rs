//! The settings' page, for operators: sites, people, tokens and mail that could not be delivered.
//! What its forms do, `accounts`, `sites` and the store do; secrets are shown once, on the page that
//! answers the form.

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, post};
use askama::Template;

use super::{
    HOME, fields::FormFields, frame::Frame, item::age, operators, queue::sign_in_first,
    refused::Refused, sign_in::see_other,
};
use crate::{
    accounts::{
        grant, links,
        people::{self, PeopleError},
        tokens,
    },
    app::App,
    domain::{
        field::FieldError,
        mail::MailStatus,
        moderator::{Moderator, ModeratorId, Role, Scope},
        site::{Policy, Site, SiteSlug},
    },
    storage::{outbox_entries::OutboxEntry, tokens::Token},
    web::{
        Shared,
        api::{moderators::masked, sites::NewSite},
        auth::{SignedIn, Visitor},
        page,
        problem::Problem,
    },
};

/// Dead letters shown.
const MAX_LETTERS: u32 = 50;

#[derive(Template)]
#[template(path = "desk_settings.html")]
struct SettingsPage {
    frame: Frame,
    sites: Vec<Site>,
    people: Vec<Account>,
    tokens: Vec<TokenRow>,
    letters: Vec<Letter>,
    done: Done,
}

/// An account as the page shows it.
struct Account {
    id: String,
    name: String,
    email: String,
    role: &'static str,
    sites: String,
    is_me: bool,
}

/// A token as the page shows it.
struct TokenRow {
    id: String,
    name: String,
    role: &'static str,
    sites: String,
    used: String,
    revoked: bool,
}

/// A mail that was given up.
struct Letter {
    id: String,
    kind: String,
    to: String,
    age: String,
    error: String,
}

/// What the form before did.
#[derive(Default)]
struct Done {
    /// The part of the page that it belongs to.
    part: &'static str,
    said: Option<String>,
    /// What is shown only now: a link or a token.
    secret: Option<String>,
    errors: Vec<FieldError>,
}

impl Done {
    fn said(part: &'static str, said: &str) -> Self {
        Self {
            part,
            said: Some(said.to_owned()),
            ..Self::default()
        }
    }

    fn wrong(part: &'static str, errors: Vec<FieldError>) -> Self {
        Self {
            part,
            errors,
            ..Self::default()
        }
    }

    fn secret(part: &'static str, said: &str, secret: String) -> Self {
        Self {
            secret: Some(secret),
            ..Self::said(part, said)
        }
    }
}

#[get("/desk/settings")]
pub(super) async fn show(
    app: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
) -> Result<HttpResponse, Refused> {
    let Some(signed_in) = signed_in else {
        return Ok(sign_in_first(&request));
    };
    operators::only(&signed_in)?;
    render(&app, &signed_in, Done::default()).await
}

#[post("/desk/settings")]
pub(super) async fn act(
    app: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    fields: FormFields,
) -> Result<HttpResponse, Refused> {
    let Some(signed_in) = signed_in else {
        return Ok(sign_in_first(&request));
    };
    fields.check(&app, &signed_in)?;
    operators::only(&signed_in)?;
    let done = match fields.get("do") {
        "add-site" => add_site(&app, &fields).await?,
        "add-person" => add_person(&app, &fields).await?,
        "make-link" => make_link(&app, &fields).await?,
        "remove-person" => remove_person(&app, &fields).await?,
        "add-token" => add_token(&app, &fields).await?,
        "revoke-token" => {
            let id = fields.get("id").to_owned();
            app.store.revoke_token(id, app.now()).await?;
            Done::said("tokens", "The token is revoked.")
        }
        "retry" => {
            let id = fields.get("id").to_owned();
            app.store.retry_mail(id, app.now()).await?;
            Done::said(
                "mail",
                "It is tried again at once, and for as long as a new mail.",
            )
        }
        _ => return Err(Problem::malformed("The form names nothing to do.").into()),
    };
    if done.secret.is_none() && done.errors.is_empty() && done.part == "sites" {
        let slug = fields.get("slug");
        return Ok(see_other(&format!("{HOME}/settings/sites/{slug}")));
    }
    render(&app, &signed_in, done).await
}

async fn add_site(app: &App, fields: &FormFields) -> Result<Done, Problem> {
    let new = NewSite {
        slug: fields.get("slug").to_owned(),
        name: Some(fields.get("name").to_owned()).filter(|name| !name.is_empty()),
        origins: lines(fields.get("origins")),
        policy: Policy::default(),
    };
    let site = match new.parse(app) {
        Ok(site) => site,
        Err(errors) => return Ok(Done::wrong("sites", errors)),
    };
    if !app.store.add_site(site).await? {
        let error = FieldError::new("slug", "taken", "Another site has this slug.");
        return Ok(Done::wrong("sites", vec![error]));
    }
    app.directory.refresh(&app.store, app.now()).await?;
    Ok(Done::said("sites", "Added."))
}

async fn add_person(app: &App, fields: &FormFields) -> Result<Done, Problem> {
    let wanted = people::Wanted {
        name: Some(fields.get("name").to_owned()),
        email: Some(fields.get("email").to_owned()),
        role: Some(role(fields)),
        sites: Some(sites_of(fields)),
    };
    let account = match people::add(app, wanted).await {
        Ok(account) => account,
        Err(PeopleError::Invalid(errors)) => return Ok(Done::wrong("people", errors)),
        Err(error) => return Err(error.into()),
    };
    linked(app, &account).await
}

async fn make_link(app: &App, fields: &FormFields) -> Result<Done, Problem> {
    let id = ModeratorId(fields.get("id").to_owned());
    let account = app.store.moderator(&id).await?;
    linked(
        app,
        &account.ok_or_else(|| Problem::not_found("moderator"))?,
    )
    .await
}

async fn linked(app: &App, account: &Moderator) -> Result<Done, Problem> {
    let link = links::make(&app.store, &app.public_url(), &account.id, app.now()).await?;
    let said = format!(
        "Send this link to {}: it signs them in once, within a day, and is not shown again.",
        account.name
    );
    Ok(Done::secret("people", &said, link))
}

async fn remove_person(app: &App, fields: &FormFields) -> Result<Done, Problem> {
    let id = ModeratorId(fields.get("id").to_owned());
    match people::remove(app, id).await {
        Ok(()) => Ok(Done::said(
            "people",
            "Removed. The name stays in the history.",
        )),
        Err(PeopleError::LastOperator) => {
            let message = "This is the last operator: nobody else could run the place.";
            let error = FieldError::new("account", "last_operator", message);
            Ok(Done::wrong("people", vec![error]))
        }
        Err(error) => Err(error.into()),
    }
}

async fn add_token(app: &App, fields: &FormFields) -> Result<Done, Problem> {
    let name = tokens::parse_name(fields.get("name"));
    let scope = grant(&app.directory, role(fields), sites_of(fields));
    let (name, scope) = match (name, scope) {
        (Ok(name), Ok(scope)) => (name, scope),
        (name, scope) => {
            let scope = scope.err().into_iter().flatten();
            return Ok(Done::wrong(
                "tokens",
                name.err().into_iter().chain(scope).collect(),
            ));
        }
    };
    let minted = tokens::mint(&app.store, name, role(fields), scope, app.now()).await?;
    let said = "To be sent as “Authorization: Bearer …”. It is not shown again.";
    Ok(Done::secret("tokens", said, minted.secret))
}

fn role(fields: &FormFields) -> Role {
    Role::parse(fields.get("role"))
}

/// The sites that were named, if any were.
fn sites_of(fields: &FormFields) -> Option<Vec<String>> {
    Some(lines(fields.get("sites"))).filter(|sites| !sites.is_empty())
}

/// Words apart by spaces, commas or lines.
pub(super) fn lines(raw: &str) -> Vec<String> {
    let words = raw.split(|c: char| c.is_whitespace() || c == ',');
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

async fn render(app: &App, signed_in: &SignedIn, done: Done) -> Result<HttpResponse, Refused> {
    let status = if done.errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let people = app.store.moderators().await?;
    let tokens = app.store.tokens().await?;
    let dead = Some(MailStatus::Dead);
    let letters = app.store.list_mail(dead, None, MAX_LETTERS).await?;
    let me = &signed_in.account.id;
    let template = SettingsPage {
        frame: Frame::new(app, signed_in, format!("{HOME}/settings"), None),
        sites: app.store.sites().await?,
        people: people.iter().map(|one| account(app, one, me)).collect(),
        tokens: tokens.into_iter().map(|one| token(app, one)).collect(),
        letters: letters.into_iter().map(|one| letter(app, one)).collect(),
        done,
    };
    Ok(page::render(status, &template)?)
}

fn scope_words(scope: &Scope) -> String {
    match scope {
        Scope::All => "every site".to_owned(),
        Scope::Sites(sites) => {
            let sites: Vec<&str> = sites.iter().map(SiteSlug::as_str).collect();
            sites.join(", ")
        }
    }
}

fn account(app: &App, one: &Moderator, me: &ModeratorId) -> Account {
    Account {
        id: one.id.0.clone(),
        name: one.name.clone(),
        email: masked(app, one).unwrap_or_default(),
        role: one.role.as_str(),
        sites: scope_words(&one.scope),
        is_me: one.id == *me,
    }
}

fn token(app: &App, one: Token) -> TokenRow {
    let used = one.last_used_at.map(|at| age(at, app.now()));
    TokenRow {
        id: one.id,
        name: one.name,
        role: one.role.as_str(),
        sites: scope_words(&one.scope),
        used: used.unwrap_or_else(|| "never".to_owned()),
        revoked: one.revoked_at.is_some(),
    }
}

fn letter(app: &App, entry: OutboxEntry) -> Letter {
    let opened = entry
        .recipient
        .as_ref()
        .map(|sealed| app.vault.open(sealed));
    let to = opened.and_then(Result::ok).map(|address| address.masked());
    Letter {
        id: entry.id,
        kind: entry.kind.as_str().replace('_', " "),
        to: to.unwrap_or_else(|| "gone".to_owned()),
        age: age(entry.created_at, app.now()),
        error: entry.last_error.unwrap_or_default(),
    }
}
