//! A site's settings as a page, for operators: its name, the origins of its pages, and what it does
//! with scores and evidence.

mod proposed;

use std::borrow::Cow;

use self::proposed::Preset;
pub(super) use self::proposed::percent;
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
    /// An origin that a widget found missing: it is filled in, and saved by whoever looks at it.
    origin: Option<String>,
    /// A spam threshold in percent, likewise.
    spam: Option<String>,
}

#[derive(Template)]
#[template(path = "desk_site.html")]
struct SitePage {
    frame: Frame,
    /// As it is, or as it was filled in where that was not right.
    site: Site,
    public_url: String,
    errors: Vec<FieldError>,
    saved: bool,
    /// What is filled in and not saved yet.
    proposed: Vec<Said<'static>>,
    presets: Vec<Preset>,
    /// The form that was not right.
    kept: Option<FormFields>,
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
    async fn new(
        app: &App,
        signed_in: &SignedIn,
        site: Site,
        errors: Vec<FieldError>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            frame: Frame::new(app, signed_in, format!("{HOME}/settings"), None),
            public_url: app.public_url(),
            presets: proposed::presets(app, signed_in.words, &site).await?,
            site,
            errors,
            saved: false,
            proposed: Vec::new(),
            kept: None,
        })
    }

    fn render(&self) -> Result<HttpResponse, Refused> {
        let status = if self.errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        Ok(page::render(status, self)?)
    }

    fn error(&self, field: &str) -> Option<Cow<'_, str>> {
        let found = self
            .errors
            .iter()
            .find(|error| error.field.starts_with(field));
        found.map(|error| self.frame.words.relay(&error.message))
    }

    /// What is in a field: what was written there, where the form was not right.
    fn written(&self, name: &str, stored: &impl ToString) -> String {
        let kept = self.kept.as_ref().and_then(|kept| kept.all(name).next());
        kept.map_or_else(|| stored.to_string(), str::to_owned)
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates hand their arguments on by reference"
    )]
    fn percent(&self, name: &str, stored: &f64) -> String {
        self.written(name, &proposed::percent(*stored))
    }

    fn origins(&self) -> String {
        let origins = self.site.origins.iter().map(Origin::as_str);
        self.written("origins", &origins.collect::<Vec<_>>().join("\n"))
    }

    fn keeps_asked(&self) -> bool {
        self.site.policy.clients == ClientMode::Queue
    }

    fn parameters(&self) -> String {
        let stored = match self.site.policy.pages.parameters.as_deref() {
            None => String::new(),
            Some([]) => "-".to_owned(),
            Some(names) => names.join(" "),
        };
        self.written("parameters", &stored)
    }

    fn number<T: ToString>(&self, name: &str, number: Option<&T>) -> String {
        self.written(name, &number.map(ToString::to_string).unwrap_or_default())
    }
}

pub(super) async fn show(
    app: Shared,
    Operators(Entered(signed_in)): Operators<Entered>,
    slug: Path<String>,
    Query(query): Query<SiteQuery>,
) -> Result<HttpResponse, Refused> {
    let mut site = site::named(&app, &slug)?.as_ref().clone();
    let proposed = proposed::fill_in(signed_in.words, &mut site, &query);
    let mut page = SitePage::new(&app, &signed_in, site, Vec::new()).await?;
    page.saved = query.saved.is_some();
    page.proposed = proposed;
    page.render()
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
        policy: Some(policy.clone()),
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
        let mut filled_in = site.as_ref().clone();
        filled_in.policy = policy;
        let mut page = SitePage::new(&app, &by, filled_in, errors).await?;
        page.kept = Some(fields);
        return page.render();
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
        spam_threshold: share(
            fields,
            ("spam_percent", 0.01),
            "spam_threshold",
            old.spam_threshold,
            e,
        ),
        publish_below: share(
            fields,
            ("publish_percent", 0.0),
            "publish_below",
            old.publish_below,
            e,
        ),
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
        abuse_threshold: share(
            fields,
            ("abuse_percent", 0.01),
            "abuse_threshold",
            old.abuse_threshold,
            e,
        ),
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

/// What is written in percent in a field, as a share of one of at least `least`: a threshold of less than one percent was meant as a
/// share.
fn share(
    fields: &FormFields,
    (field, least): (&str, f64),
    name: &str,
    old: f64,
    errors: &mut Vec<FieldError>,
) -> f64 {
    let Some(given) = fields.all(field).next() else {
        return old;
    };
    let read = proposed::share(given).filter(|share| (least..=1.0).contains(share));
    read.unwrap_or_else(|| {
        errors.push(unfit(name));
        old
    })
}

fn unfit(name: &str) -> FieldError {
    let message = "This is not a number that fits here.";
    FieldError::new(format!("policy.{name}"), "invalid", message)
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
        errors.push(unfit(name));
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
