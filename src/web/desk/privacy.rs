//! The page for what a person may ask for: all that is held about them, or that it be
//! erased. Their address travels in forms only, never in the page's own address. What its forms do,
//! `privacy::subjects` does.

use std::collections::BTreeMap;

use crate::{
    domain::email::EmailAddress,
    privacy::subjects,
    storage::{
        erasures::{Erased, Erasure},
        subjects::Subject,
    },
    web::{
        api::subjects::SubjectExport,
        desk::{prelude::*, words::label},
    },
};

/// Erasures shown.
const MAX_ERASURES: u32 = 20;

#[derive(Template)]
#[template(path = "desk_privacy.html")]
struct PrivacyPage {
    frame: Frame,
    /// The address as it was typed.
    email: String,
    found: Option<Found>,
    erasures: Vec<ErasureRow>,
    done: Done,
}

/// How much is held about someone.
struct Found {
    /// Comments of a site in a status.
    comments: Vec<(SiteSlug, Status, usize)>,
    samples: usize,
    subscriptions: usize,
    mails: usize,
    is_moderator: bool,
    /// Rows that cannot be read.
    left_out: usize,
}

struct ErasureRow {
    age: String,
    by: String,
    /// How much of what.
    what: String,
}

pub(super) async fn show(
    app: Shared,
    Operators(Entered(signed_in)): Operators<Entered>,
) -> Result<HttpResponse, Refused> {
    render(&app, &signed_in, String::new(), None, Done::default()).await
}

pub(super) async fn act(
    app: Shared,
    Operators(Sent { by, fields }): Operators<Sent>,
) -> Result<HttpResponse, Refused> {
    let email = match EmailAddress::parse("email", fields.get("email")) {
        Ok(email) => email,
        Err(error) => {
            let typed = fields.get("email").to_owned();
            return render(&app, &by, typed, None, Done::wrong("person", vec![error])).await;
        }
    };
    match fields.get("do") {
        "look" => look(&app, &by, &email, Done::default()).await,
        "download" => download(&app, &email).await,
        "erase" => erase(&app, &by, &email, &fields).await,
        _ => Err(Problem::malformed("The form names nothing to do.").into()),
    }
}

async fn look(
    app: &App,
    by: &SignedIn,
    email: &EmailAddress,
    done: Done,
) -> Result<HttpResponse, Refused> {
    let found = Found::from(subjects::export(&app.privacy, email).await?);
    render(app, by, email.expose().to_owned(), Some(found), done).await
}

async fn download(app: &App, email: &EmailAddress) -> Result<HttpResponse, Refused> {
    let held = SubjectExport::from(subjects::export(&app.privacy, email).await?);
    let disposition = "attachment; filename=\"held-about-you.json\"";
    Ok(private()
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .json(held))
}

async fn erase(
    app: &App,
    by: &SignedIn,
    email: &EmailAddress,
    fields: &FormFields,
) -> Result<HttpResponse, Refused> {
    if fields.get("sure") != "yes" {
        let message = by.words.say("privacy-be-sure");
        let error = FieldError::new("sure", "required", message);
        return look(app, by, email, Done::wrong("person", vec![error])).await;
    }
    let erased = subjects::erase(&app.privacy, email, by.principal().actor).await?;
    let done = Done::said("person", &told(by.words, &erased));
    render(app, by, String::new(), None, done).await
}

fn told(words: &Words, erased: &Erased) -> String {
    let comments = erased.comments.len() as u64;
    let what = [comments, erased.samples, erased.subscriptions, erased.mails];
    let said = words.fill("privacy-erased", &[("what", &amounts(words, what))]);
    if erased.is_moderator {
        return format!("{said} {}", words.say("privacy-account-stays"));
    }
    said
}

/// So many comments, labelled texts, subscriptions and mails, in words; of what there was none is not
/// spoken.
fn amounts(words: &Words, counts: [u64; 4]) -> String {
    let sentences = [
        "privacy-amount-comments",
        "privacy-amount-samples",
        "privacy-amount-subscriptions",
        "privacy-amount-mails",
    ];
    let some = counts
        .into_iter()
        .zip(sentences)
        .filter(|(count, _)| *count > 0);
    let told: Vec<String> = some
        .map(|(count, sentence)| {
            words.count(sentence, usize::try_from(count).unwrap_or(usize::MAX))
        })
        .collect();
    if told.is_empty() {
        return words.say("privacy-amount-none").into();
    }
    told.join(", ")
}

impl PrivacyPage {
    /// Comments of a site in a status.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "as a template hands it over"
    )]
    fn comments_on(&self, site: &SiteSlug, status: &Status) -> Said<'static> {
        let words = self.frame.words;
        let (site, class) = (site.as_str(), status.as_str());
        let said = words.say(&label(*status));
        words.html(
            "privacy-comments-on",
            &[("site", &site), ("class", &class), ("status", &&*said)],
        )
    }
}

impl Found {
    fn is_empty(&self) -> bool {
        self.comments.is_empty()
            && self.samples + self.subscriptions + self.mails + self.left_out == 0
    }
}

impl From<Subject> for Found {
    fn from(subject: Subject) -> Self {
        let mut comments: BTreeMap<(SiteSlug, &str), (Status, usize)> = BTreeMap::new();
        for comment in subject.comments {
            let of = (comment.site, comment.status.as_str());
            comments.entry(of).or_insert((comment.status, 0)).1 += 1;
        }
        let counted = comments.into_iter();
        Self {
            comments: counted
                .map(|((site, _), (status, count))| (site, status, count))
                .collect(),
            samples: subject.samples.len(),
            subscriptions: subject.subscriptions.len(),
            mails: subject.mails.len(),
            is_moderator: subject.is_moderator,
            left_out: subject.damaged.len(),
        }
    }
}

async fn render(
    app: &App,
    signed_in: &SignedIn,
    email: String,
    found: Option<Found>,
    done: Done,
) -> Result<HttpResponse, Refused> {
    let words = signed_in.words;
    let row = |erasure: Erasure| ErasureRow {
        age: age(words, erasure.at, app.now()),
        what: amounts(
            words,
            [
                erasure.comments,
                erasure.samples,
                erasure.subscriptions,
                erasure.mails,
            ]
            .map(i64::unsigned_abs),
        ),
        by: erasure.by,
    };
    let erasures = app.store.erasures(MAX_ERASURES).await?;
    let status = done.status();
    let template = PrivacyPage {
        frame: Frame::new(app, signed_in, format!("{HOME}/privacy"), None),
        email,
        found,
        erasures: erasures.into_iter().map(row).collect(),
        done,
    };
    Ok(page::render(status, &template)?)
}
