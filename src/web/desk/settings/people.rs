//! Moderators and operators on the settings' page.

use super::{role, role_name, scope_words, sites_of};
use crate::{
    accounts::{
        links,
        people::{self, PeopleError, masked},
    },
    domain::moderator::{Moderator, ModeratorId},
    storage::links::LinkFor,
    web::desk::prelude::*,
};

/// An account as the page shows it.
pub(super) struct Account {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: String,
    pub(super) sites: String,
    pub(super) is_me: bool,
}

pub(super) async fn add(app: &App, words: &Words, fields: &FormFields) -> Result<Done, Problem> {
    let sites = match sites_of(words, fields) {
        Ok(sites) => sites,
        Err(error) => return Ok(Done::wrong("people", vec![error])),
    };
    let wanted = people::Wanted {
        name: Some(fields.get("name").to_owned()),
        email: Some(fields.get("email").to_owned()),
        role: Some(role(fields)),
        sites: Some(sites),
    };
    match links::invite(app, wanted).await {
        Ok((account, link)) => Ok(linked(words, &account, link)),
        Err(PeopleError::Invalid(errors)) => Ok(Done::wrong("people", errors)),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn make_link(
    app: &App,
    words: &Words,
    fields: &FormFields,
) -> Result<Done, Problem> {
    let id = ModeratorId(fields.get("id").to_owned());
    let account = app.store.moderator(&id).await?;
    let account = account.ok_or_else(|| Problem::not_found("moderator"))?;
    let link = links::make(app, &account.id, LinkFor::Known).await?;
    Ok(linked(words, &account, link))
}

fn linked(words: &Words, account: &Moderator, link: String) -> Done {
    let said = words.fill("settings-sent-link", &[("name", &account.name)]);
    Done::secret("people", &said, link)
}

pub(super) async fn remove(app: &App, words: &Words, fields: &FormFields) -> Result<Done, Problem> {
    let id = ModeratorId(fields.get("id").to_owned());
    match people::remove(app, id).await {
        Ok(()) => Ok(Done::said("people", &words.say("settings-person-removed"))),
        Err(PeopleError::LastOperator) => {
            let message = "This is the last operator: nobody else could run the place.";
            let error = FieldError::new("account", "last_operator", message);
            Ok(Done::wrong("people", vec![error]))
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn account(app: &App, words: &Words, one: &Moderator, me: &ModeratorId) -> Account {
    Account {
        id: one.id.0.clone(),
        name: one.name.clone(),
        email: masked(app, one).unwrap_or_default(),
        role: words.say(role_name(one.role)).into(),
        sites: scope_words(words, &one.scope),
        is_me: one.id == *me,
    }
}
