//! Programs of other systems that ask what to think of a text: their keys, their questions, and what
//! they report back. A question goes through [`crate::intake`] like every comment; a report is a
//! decision where the text is kept here as a comment, and a sample where it is not.
//!
//! How the questions travel (Akismet's protocol, Coral's external phase) is `web`'s.

pub mod callbacks;
pub mod inquiry;
pub mod keys;
pub mod language;
pub mod perspective;
pub mod reports;
pub mod threads;

use std::sync::Arc;

use crate::{
    domain::{
        arrival::{Callback, Program},
        site::{ClientMode, Policy, Site},
    },
    ground::Ground,
    intake::{self, Accepted, Intake, Rejection, RequestKey},
    learn::Learning,
    review::Review,
};

use self::{inquiry::Inquiry, keys::KeyCache};

/// The room's parts.
pub struct Clients {
    ground: Arc<Ground>,
    intake: Arc<Intake>,
    review: Arc<Review>,
    learning: Arc<Learning>,
    keys: KeyCache,
}

impl Clients {
    /// The room over the ground: questions go to `intake`, reports to `review` or `learning`.
    #[must_use]
    pub fn new(intake: Arc<Intake>, review: Arc<Review>, learning: Arc<Learning>) -> Self {
        Self {
            ground: learning.ground.clone(),
            intake,
            review,
            learning,
            keys: KeyCache::default(),
        }
    }
}

/// Judges a text for a program, and keeps it as a comment where the site's policy says so; then
/// `callback` is where the program hears of decisions about it.
///
/// # Errors
/// [`Rejection`].
pub async fn judge(
    clients: &Clients,
    site: &Arc<Site>,
    question: &Inquiry,
    callback: Option<Callback>,
) -> Result<Accepted, Rejection> {
    let site = without_form(site);
    let mut submission = question.submission(&clients.ground, &site);
    let keeps = site.policy.clients == ClientMode::Queue && question.may_be_kept;
    if keeps {
        let parent = threads::parent(&clients.ground, &site, question, &submission.page).await;
        submission.parent = parent.map_err(Arc::new)?;
    }
    let client = Program {
        blog: question.blog.clone(),
        content: question.content(&clients.ground, &site.slug),
        keeps,
        callback,
    };
    let body = question.identity();
    let request = body.as_deref().filter(|_| keeps);
    let request = request.map(|body| RequestKey {
        key: body,
        body: body.as_bytes(),
    });
    let (sender, kept_for) = (question.sender, site.clone());
    let judged = intake::submit_for(
        &clients.intake,
        site,
        submission,
        sender,
        request,
        Some(client),
    )
    .await?;
    // The comment is kept: that its name is not known costs a later reply its place, no more.
    if keeps
        && let Err(error) = threads::remember(&clients.ground, &kept_for, question, judged.id).await
    {
        tracing::warn!(%error, "what a program calls a comment could not be noted");
    }
    Ok(judged)
}

/// The site as programs see it: they show their own forms, which carry no token of ours.
fn without_form(site: &Arc<Site>) -> Arc<Site> {
    if !site.policy.expect_form_token && site.policy.proof_of_work_bits.is_none() {
        return site.clone();
    }
    let mut site = Site::clone(site);
    site.policy = Policy {
        expect_form_token: false,
        proof_of_work_bits: None,
        ..site.policy
    };
    Arc::new(site)
}
