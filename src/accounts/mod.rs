//! Who may come in: passwords, sessions, tokens and one-time links, and the accounts they belong to.
//!
//! Everything that recognises someone ends in a [`Principal`](crate::domain::moderator::Principal).
//! Cookies and headers are read in `web::auth`; rows are kept in `storage`.

pub mod links;
pub mod own;
pub mod passwords;
pub mod people;
pub mod sessions;
pub mod sign_in;
pub mod tokens;

pub use links::first_link;

use crate::{
    directory::Directory,
    domain::{
        decision::{Actor, Door},
        field::FieldError,
        moderator::{Moderator, Principal, Role, Scope},
        site::SiteSlug,
    },
};

/// Someone recognised as this moderator, through this door.
#[must_use]
pub fn principal(moderator: &Moderator, via: Door) -> Principal {
    Principal {
        actor: Actor {
            id: moderator.id.0.clone(),
            name: moderator.name.clone(),
            via,
        },
        role: moderator.role,
        scope: moderator.scope.clone(),
        moderator: Some(moderator.id.clone()),
    }
}

/// The scope of an account or token: no sites named means all of them.
///
/// # Errors
/// [`FieldError`]s on `sites`: a site that is not there, or an operator held to some.
pub fn grant(
    directory: &Directory,
    role: Role,
    sites: Option<Vec<String>>,
) -> Result<Scope, Vec<FieldError>> {
    let Some(sites) = sites else {
        return Ok(Scope::All);
    };
    if role == Role::Operator {
        let message = "An operator runs every site: name none.";
        return Err(vec![FieldError::new("sites", "operator", message)]);
    }
    if sites.is_empty() {
        return Err(vec![FieldError::required("sites")]);
    }
    let mut slugs: Vec<SiteSlug> = Vec::with_capacity(sites.len());
    let mut errors = Vec::new();
    for (place, raw) in sites.iter().enumerate() {
        match directory.site(raw) {
            Some(site) if slugs.contains(&site.slug) => {}
            Some(site) => slugs.push(site.slug.clone()),
            None => {
                let field = format!("sites[{place}]");
                errors.push(FieldError::new(
                    field,
                    "unknown_site",
                    "There is no such site.",
                ));
            }
        }
    }
    if errors.is_empty() {
        Ok(Scope::Sites(slugs))
    } else {
        Err(errors)
    }
}
