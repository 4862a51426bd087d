//! What a form on a page of several parts did, as the page that answers it says: in the part that it
//! belongs to. Secrets are shown once, so such an answer is a page and no redirect.

use actix_web::http::StatusCode;

use super::fields::FormFields;
use crate::domain::field::FieldError;

/// What the form before did.
#[derive(Default)]
pub struct Done {
    /// The part of the page that it belongs to.
    pub part: &'static str,
    pub said: Option<String>,
    /// What is shown only now: a link or a token.
    pub secret: Option<String>,
    pub errors: Vec<FieldError>,
    /// Whether nothing was done yet, and the part's form is open because the page was asked for with it.
    pub unfolded: bool,
    /// What was filled in, where nothing came of it.
    pub kept: Option<FormFields>,
}

/// The labels of fields, by the names of their sentences.
const LABELS: [(&str, &str); 12] = [
    ("file", "model-file"),
    ("format", "imports-what-it-is"),
    ("from", "imports-from-page"),
    ("to", "imports-to-page"),
    ("slug", "settings-name-in-addresses"),
    ("origins", "settings-origins-of-its-pages"),
    ("name", "settings-name"),
    ("email", "settings-email"),
    ("sites", "settings-sites"),
    ("url", "programs-address"),
    ("events", "programs-told-when"),
    ("site", "settings-site"),
];

impl Done {
    /// Nothing was done: one of these parts has its form open if it is the one that was asked for.
    #[must_use]
    pub fn unfolding(parts: &[&'static str], asked: Option<&str>) -> Self {
        let part = parts.iter().find(|part| Some(**part) == asked);
        Self {
            part: part.copied().unwrap_or_default(),
            unfolded: part.is_some(),
            ..Self::default()
        }
    }

    /// It was done.
    #[must_use]
    pub fn said(part: &'static str, said: &str) -> Self {
        Self {
            part,
            said: Some(said.to_owned()),
            ..Self::default()
        }
    }

    /// It was not done.
    #[must_use]
    pub fn wrong(part: &'static str, errors: Vec<FieldError>) -> Self {
        Self {
            part,
            errors,
            ..Self::default()
        }
    }

    /// It was done, and this is to be noted down now.
    #[must_use]
    pub fn secret(part: &'static str, said: &str, secret: String) -> Self {
        Self {
            secret: Some(secret),
            ..Self::said(part, said)
        }
    }

    /// Keeps what was filled in, unless it was done.
    #[must_use]
    pub fn keeping(self, fields: FormFields) -> Self {
        let kept = Some(fields).filter(|_| !self.errors.is_empty());
        Self { kept, ..self }
    }

    /// Whether this part's form was not right, and stays open.
    #[must_use]
    pub fn is_open(&self, part: &str) -> bool {
        self.part == part && (self.unfolded || !self.errors.is_empty())
    }

    /// What was filled in, in a field of a part.
    #[must_use]
    pub fn kept(&self, part: &str, field: &str) -> &str {
        let kept = self.kept.as_ref().filter(|_| self.part == part);
        kept.map_or("", |fields| fields.get(field))
    }

    /// Whether one of several values was chosen in a part's field.
    #[must_use]
    pub fn chose(&self, part: &str, field: &str, value: &str) -> bool {
        let kept = self.kept.as_ref().filter(|_| self.part == part);
        kept.is_some_and(|fields| fields.all(field).any(|one| one == value))
    }

    /// Whether a part's field is not right.
    #[must_use]
    pub fn is_wrong(&self, part: &str, field: &str) -> bool {
        let names = |error: &FieldError| name_of(&error.field) == field;
        self.part == part && self.errors.iter().any(names)
    }

    /// What is wrong: the name of the field's label, if it has one, and why.
    #[must_use]
    pub fn faults(&self) -> Vec<(Option<&'static str>, &str)> {
        let label = |field: &str| LABELS.iter().find(|(name, _)| *name == name_of(field));
        let faults = self.errors.iter();
        faults
            .map(|error| {
                let label = label(&error.field).map(|(_, label)| *label);
                (label, error.message.as_str())
            })
            .collect()
    }

    /// The status of the page that says so.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        if self.errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}

/// The name of a field, without the place in its list: `origins[0]` is of `origins`.
fn name_of(field: &str) -> &str {
    field.split('[').next().unwrap_or(field)
}
