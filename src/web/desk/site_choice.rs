//! The choice of a site among those that somebody may see: a list while there are few, a field to search in where
//! there are more than anyone would read.

use crate::{domain::moderator::Scope, web::desk::prelude::*};

/// Sites that are listed whole.
const LISTED: usize = 30;
/// Sites that are proposed for what was typed.
const PROPOSED: usize = 20;

/// The sites to choose from.
pub struct SiteChoice {
    /// How many there are.
    pub count: usize,
    /// All of them, if they are few; else those that fit what was typed.
    pub listed: Vec<String>,
    /// What is chosen, or was typed.
    pub chosen: String,
}

impl SiteChoice {
    /// The sites of a scope.
    #[must_use]
    pub fn new(app: &App, scope: &Scope, chosen: &str) -> Self {
        let covered = app.directory.covered(scope);
        let count = covered.len();
        let listed: Vec<String> = if count <= LISTED {
            covered.into_iter().map(String::from).collect()
        } else {
            let snapshot = app.directory.snapshot();
            let typed = chosen.to_lowercase();
            let fits = |slug: &&SiteSlug| {
                let name = snapshot
                    .sites
                    .get(*slug)
                    .map(|site| site.name.to_lowercase());
                !typed.is_empty()
                    && (slug.as_str().contains(&typed)
                        || name.is_some_and(|name| name.contains(&typed)))
            };
            let fitting = covered.iter().filter(fits).take(PROPOSED);
            fitting.map(|slug| slug.as_str().to_owned()).collect()
        };
        Self {
            count,
            listed,
            chosen: chosen.to_owned(),
        }
    }

    /// Whether there is anything to choose.
    #[must_use]
    pub const fn is_one(&self) -> bool {
        self.count <= 1
    }

    /// Whether they are too many to be listed.
    #[must_use]
    pub const fn is_searched(&self) -> bool {
        self.count > LISTED
    }

    /// Sites that are proposed instead of what was typed, because no site has that name.
    #[must_use]
    pub fn proposed(&self) -> &[String] {
        if self.is_searched() && !self.listed.contains(&self.chosen) {
            &self.listed
        } else {
            &[]
        }
    }
}
