//! What the operators' pages share: who may see them.

use crate::{
    app::App,
    domain::moderator::{Role, Scope},
    web::{auth::SignedIn, problem::Problem},
};

/// Refuses who is no operator.
///
/// # Errors
/// 403 `forbidden`.
pub fn only(signed_in: &SignedIn) -> Result<(), Problem> {
    if is_one(signed_in) {
        return Ok(());
    }
    Err(Problem::forbidden("Only operators may see this page."))
}

/// Whether the person is an operator.
#[must_use]
pub fn is_one(signed_in: &SignedIn) -> bool {
    signed_in.account.role == Role::Operator && signed_in.account.scope == Scope::All
}

/// Every site's slug.
#[must_use]
pub fn sites(app: &App) -> Vec<String> {
    let sites = app.directory.covered(&Scope::All);
    sites.into_iter().map(String::from).collect()
}
