//! Moderators and operators on the settings' page.

use super::{role, scope_words, sites_of};
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
    pub(super) role: &'static str,
    pub(super) sites: String,
    pub(super) is_me: bool,
}

pub(super) async fn add(app: &App, fields: &FormFields) -> Result<Done, Problem> {
    let sites = match sites_of(fields) {
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
        Ok((account, link)) => Ok(linked(&account, link)),
        Err(PeopleError::Invalid(errors)) => Ok(Done::wrong("people", errors)),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn make_link(app: &App, fields: &FormFields) -> Result<Done, Problem> {
    let id = ModeratorId(fields.get("id").to_owned());
    let account = app.store.moderator(&id).await?;
    let account = account.ok_or_else(|| Problem::not_found("moderator"))?;
    let link = links::make(app, &account.id, LinkFor::Known).await?;
    Ok(linked(&account, link))
}

fn linked(account: &Moderator, link: String) -> Done {
    let said = format!(
        "Send this link to {}: it signs them in once, within a day, and is not shown again.",
        account.name
    );
    Done::secret("people", &said, link)
}

pub(super) async fn remove(app: &App, fields: &FormFields) -> Result<Done, Problem> {
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

pub(super) fn account(app: &App, one: &Moderator, me: &ModeratorId) -> Account {
    Account {
        id: one.id.0.clone(),
        name: one.name.clone(),
        email: masked(app, one).unwrap_or_default(),
        role: one.role.as_str(),
        sites: scope_words(&one.scope),
        is_me: one.id == *me,
    }
}
