//! A site's settings as a page, for operators: its name, the origins of its pages, and what it does
//! with scores and evidence.

use std::borrow::Cow;

use super::settings::lines;
use crate::{
    domain::{
        abuse::AbuseMode,
        origin::Origin,
        page_rules::{PageRules, TrailingSlash},
        site::{ClientMode, Policy, Site},
    },
    sites::{self, SiteError, change::SiteChange},
    web::desk::prelude::*,
};

#[derive(Deserialize)]
pub(super) struct SiteQuery {
    saved: Option<String>,
}

#[derive(Template)]
#[template(path = "desk_site.html")]
struct SitePage {
    frame: Frame,
    site: Site,
    public_url: String,
    errors: Vec<FieldError>,
    saved: bool,
}

impl TrailingSlash {
    /// The name of the sentence that says what becomes of slashes.
    const fn sentence(self) -> &'static str {
        match self {
            Self::Kept => "site-slash-kept",
            Self::Added => "site-slash-added",
            Self::Removed => "site-slash-removed",
        }
    }
}

impl AbuseMode {
    /// The name of the sentence that says what a site does.
    const fn sentence(self) -> &'static str {
        match self {
            Self::Off => "site-abuse-off",
            Self::Show => "site-abuse-show",
            Self::Hold => "site-abuse-hold",
        }
    }
}

impl SitePage {
    fn error(&self, field: &str) -> Option<Cow<'_, str>> {
        let found = self
            .errors
            .iter()
            .find(|error| error.field.starts_with(field));
        found.map(|error| self.frame.words.relay(&error.message))
    }

    fn origins(&self) -> String {
        let origins = self.site.origins.iter().map(Origin::as_str);
        origins.collect::<Vec<_>>().join("\n")
    }

    fn keeps_asked(&self) -> bool {
        self.site.policy.clients == ClientMode::Queue
    }

    fn parameters(&self) -> String {
        match self.site.policy.pages.parameters.as_deref() {
            None => String::new(),
            Some([]) => "-".to_owned(),
            Some(names) => names.join(" "),
        }
    }

    fn number<T: ToString>(number: Option<&T>) -> String {
        number.map(ToString::to_string).unwrap_or_default()
    }
}

pub(super) async fn show(
    app: Shared,
    Operators(Entered(signed_in)): Operators<Entered>,
    slug: Path<String>,
    Query(query): Query<SiteQuery>,
) -> Result<HttpResponse, Refused> {
    let site = site::named(&app, &slug)?;
    render(
        &app,
        &signed_in,
        site.as_ref().clone(),
        Vec::new(),
        query.saved.is_some(),
    )
}

pub(super) async fn change(
    app: Shared,
    Operators(Sent { by, fields }): Operators<Sent>,
    slug: Path<String>,
) -> Result<HttpResponse, Refused> {
    let site = site::named(&app, &slug)?;
    let (policy, mut errors) = policy_of(&fields, &site.policy);
    let change = SiteChange {
        name: Some(fields.get("name").to_owned()),
        origins: Some(lines(fields.get("origins"))),
        policy: Some(policy),
    };
    if errors.is_empty() {
        match sites::change(&app, &site, change).await {
            Err(SiteError::Invalid(more)) => errors = more,
            outcome => drop(outcome?),
        }
    } else {
        errors.extend(change.parse().err().unwrap_or_default());
    }
    if !errors.is_empty() {
        return render(&app, &by, site.as_ref().clone(), errors, false);
    }
    Ok(see_other(&format!(
        "{HOME}/settings/sites/{}?saved=1",
        site.slug
    )))
}

/// The policy that the fields name; what is no number is noted and stays as it was.
fn policy_of(fields: &FormFields, old: &Policy) -> (Policy, Vec<FieldError>) {
    let mut errors = Vec::new();
    let e = &mut errors;
    let policy = Policy {
        spam_threshold: number(fields, "spam_threshold", old.spam_threshold, e),
        publish_below: number(fields, "publish_below", old.publish_below, e),
        trusted_after: optional(fields, "trusted_after", old.trusted_after, e),
        max_links: number(fields, "max_links", old.max_links, e),
        min_form_seconds: number(fields, "min_form_seconds", old.min_form_seconds, e),
        max_form_hours: number(fields, "max_form_hours", old.max_form_hours, e),
        clients: if fields.get("keep_asked") == "1" {
            ClientMode::Queue
        } else {
            ClientMode::Judge
        },
        expect_form_token: fields.get("expect_form_token") == "1",
        proof_of_work_bits: optional(fields, "proof_of_work_bits", old.proof_of_work_bits, e),
        abuse: AbuseMode::parse(fields.get("abuse")).unwrap_or(old.abuse),
        abuse_threshold: number(fields, "abuse_threshold", old.abuse_threshold, e),
        spam_days: optional(fields, "spam_days", old.spam_days, e),
        trash_days: optional(fields, "trash_days", old.trash_days, e),
        show_edits: fields.get("show_edits") == "1",
        pages: PageRules {
            trailing_slash: TrailingSlash::parse(fields.get("trailing_slash")).unwrap_or_default(),
            drop_index: fields.get("drop_index") == "1",
            parameters: match fields.get("parameters").trim() {
                "" => None,
                "-" => Some(Vec::new()),
                names => Some(lines(names)),
            },
        },
        ..old.clone()
    };
    (policy, errors)
}

fn number<T: std::str::FromStr>(
    fields: &FormFields,
    name: &str,
    old: T,
    errors: &mut Vec<FieldError>,
) -> T {
    // A page that was opened before an upgrade has no field for what came with it.
    let Some(given) = fields.all(name).next() else {
        return old;
    };
    parsed(given, name, errors).unwrap_or(old)
}

fn parsed<T: std::str::FromStr>(
    given: &str,
    name: &str,
    errors: &mut Vec<FieldError>,
) -> Option<T> {
    let parsed = given.trim().parse().ok();
    if parsed.is_none() {
        let message = "This is not a number that fits here.";
        errors.push(FieldError::new(
            format!("policy.{name}"),
            "invalid",
            message,
        ));
    }
    parsed
}

fn optional<T: std::str::FromStr + Copy>(
    fields: &FormFields,
    name: &str,
    old: Option<T>,
    errors: &mut Vec<FieldError>,
) -> Option<T> {
    if fields.get(name).trim().is_empty() {
        return None;
    }
    parsed(fields.get(name), name, errors).or(old)
}

fn render(
    app: &App,
    signed_in: &SignedIn,
    site: Site,
    errors: Vec<FieldError>,
    saved: bool,
) -> Result<HttpResponse, Refused> {
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let template = SitePage {
        frame: Frame::new(app, signed_in, format!("{HOME}/settings"), None),
        public_url: app.public_url(),
        site,
        errors,
        saved,
    };
    Ok(page::render(status, &template)?)
}
