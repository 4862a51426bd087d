//! Writing a mail at the moment it is sent, from what is so at that moment: a comment decided in the
//! meantime is not mailed about, a reply that is no longer public is not announced. `None` means
//! that there is nothing left to say.

use askama::Template;

use super::{
    letter::Letter,
    links::{self, DecisionLink, Wish},
    quote::quote,
    replies, schedule,
    templates::{Confirm, ConfirmHtml, ConfirmText, Item, Queue, QueueHtml, QueueText},
};
use crate::{
    domain::{
        comment::{Comment, Status},
        decision::Decision,
        evidence::score_in_words,
        mail::MailKind,
        moderator::{MailMode, Moderator},
        queue::{Filter, Sort},
        site::{Site, SiteSlug},
    },
    ground::Ground,
    sealing::vault::Unopenable,
    storage::{
        StoreError,
        decisions::Change,
        notices::{Since, Waiting},
        outbox::Claimed,
        subscriptions::{Answer, Subscription},
    },
};

/// Comments in one mail; of the rest, only their number is told.
pub(super) const LISTED: u32 = 20;
/// Longest excerpt, name or title in a mail, in user-perceived characters.
pub(super) const EXCERPT_CHARS: usize = 300;
pub(super) const LINE_CHARS: usize = 100;
/// Reasons told for each comment.
const REASONS: usize = 3;

/// Why a mail cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum ComposeError {
    /// The database failed: try again later.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The recipient's address is sealed with a key that is not at hand.
    #[error(transparent)]
    Address(#[from] Unopenable),
    /// A template failed.
    #[error("a template failed: {0}")]
    Template(#[from] askama::Error),
}

/// What became of a mail that was to be written.
pub(super) enum Composed {
    /// It is written.
    Letter {
        /// What its Message-ID is made of.
        id: String,
        letter: Letter,
        /// The rows of the outbox that it tells of, where it tells of several.
        told: Vec<String>,
    },
    /// Nothing is left to say.
    Settled,
    /// Its recipient was mailed lately; it comes up again.
    PutOff,
}

/// Writes a mail, or finds that nothing is left to say.
pub(super) async fn compose(ground: &Ground, mail: &Claimed) -> Result<Composed, ComposeError> {
    let letter = match mail.kind {
        MailKind::Queue => queue(ground, mail).await?,
        MailKind::Confirm => confirm(ground, mail).await?,
        MailKind::Reply => return replies::compose(ground, mail).await,
    };
    Ok(letter.map_or(Composed::Settled, |letter| Composed::Letter {
        id: mail.id.clone(),
        letter,
        told: Vec::new(),
    }))
}

async fn queue(ground: &Ground, mail: &Claimed) -> Result<Option<Letter>, ComposeError> {
    let Some(id) = &mail.moderator else {
        return Ok(None);
    };
    let Some(moderator) = ground.store.moderator(id).await? else {
        return Ok(None);
    };
    let Some(sealed) = &moderator.email else {
        return Ok(None);
    };
    let due = schedule::due(&ground.settings.mail, ground.now());
    let since = ground.store.absorb_notices(&mail.id, id, due).await?;
    let preferences = ground.store.mail_preferences(id).await?;
    let wanted =
        |site: &SiteSlug| moderator.scope.covers(site) && preferences.of(site) != MailMode::None;
    let since: Since = since.into_iter().filter(|(site, _)| wanted(site)).collect();
    let waiting = ground.store.waiting(&since, LISTED).await?;
    if waiting.comments.is_empty() {
        return Ok(None);
    }
    let queue = view(ground, &moderator, &waiting);
    Ok(Some(Letter {
        to: ground.vault.open(sealed, &moderator)?,
        subject: queue.heading.clone(),
        text: QueueText { queue: &queue }.render()?,
        html: QueueHtml { queue: &queue }.render()?,
        list: "queue".to_owned(),
        unsubscribe: None,
    }))
}

fn view(ground: &Ground, moderator: &Moderator, waiting: &Waiting) -> Queue {
    let first = waiting.comments.first().map(|comment| &comment.site);
    let of_one_site = waiting.comments.iter().all(|one| Some(&one.site) == first);
    let place = match first {
        Some(slug) if of_one_site => site_name(ground, slug),
        _ => "several sites".to_owned(),
    };
    let heading = match waiting.total {
        1 => format!("A comment waits on {place}"),
        total => format!("{total} comments wait on {place}"),
    };
    let listed = i64::try_from(waiting.comments.len()).unwrap_or(i64::MAX);
    let items = waiting.comments.iter();
    Queue {
        heading,
        items: items.map(|one| item(ground, moderator, one)).collect(),
        more: waiting.total - listed,
        service: ground.public_url(),
    }
}

fn item(ground: &Ground, moderator: &Moderator, comment: &Comment) -> Item {
    let link = |decision| {
        let link = DecisionLink {
            comment: comment.id,
            version: comment.version,
            change: Change::Decide(decision),
            moderator: moderator.id.clone(),
        };
        links::decision_url(ground, &link)
    };
    let reasons = comment.evidence.main_reasons(REASONS).into_iter();
    let (page, page_url) = page(ground, comment);
    Item {
        site: site_name(ground, &comment.site),
        author: quote(&comment.name, LINE_CHARS),
        page,
        page_url,
        received: minute(comment),
        excerpt: quote(&comment.text, EXCERPT_CHARS),
        score: score_in_words(comment.score),
        percent: comment.score.map(|score| format!("{:.0} %", score * 100.0)),
        reasons: reasons.map(|reason| quote(reason, LINE_CHARS)).collect(),
        approve: link(Decision::Approve),
        spam: link(Decision::Spam),
        reject: link(Decision::Reject),
    }
}

async fn confirm(ground: &Ground, mail: &Claimed) -> Result<Option<Letter>, ComposeError> {
    let Some(comment) = wanting(ground, mail).await? else {
        return Ok(None);
    };
    let Some(subscription) = subscription(ground, mail, Answer::Asked).await? else {
        return Ok(None);
    };
    let site = site_name(ground, &comment.site);
    let unsubscribe = links::subscription_url(ground, &subscription.id, Wish::Unsubscribe);
    let confirm = Confirm {
        page: page(ground, &comment).0,
        yes: links::subscription_url(ground, &subscription.id, Wish::Confirm),
        unsubscribe: unsubscribe.clone(),
        site,
    };
    Ok(Some(Letter {
        to: ground.vault.open(&comment.email, &comment)?,
        subject: format!("{}: do you want to hear of replies?", confirm.site),
        text: ConfirmText { confirm: &confirm }.render()?,
        html: ConfirmHtml { confirm: &confirm }.render()?,
        list: format!("replies.{}", comment.site),
        unsubscribe: Some(unsubscribe),
    }))
}

/// The public comment whose author wants to hear of replies: the one that the question was queued
/// for or, if that is public no more, another of the same author on the site.
async fn wanting(ground: &Ground, mail: &Claimed) -> Result<Option<Comment>, ComposeError> {
    let (Some(site), Some(id)) = (&mail.site, mail.comment) else {
        return Ok(None);
    };
    let Some(comment) = ground.store.comment(std::slice::from_ref(site), id).await? else {
        return Ok(None);
    };
    if comment.status == Status::Approved {
        return Ok(Some(comment));
    }
    let others = Filter {
        sites: vec![site.clone()],
        status: Some(Status::Approved),
        author: Some(comment.email_index),
        ..Filter::default()
    };
    let others = ground
        .store
        .list_comments(&others, Sort::Newest, None, LISTED)
        .await?;
    let mut others = others.comments.into_iter();
    Ok(others.find(|comment| comment.wants_replies))
}

/// The subscription that the mail is about, if its owner's answer is the one expected.
pub(super) async fn subscription(
    ground: &Ground,
    mail: &Claimed,
    expected: Answer,
) -> Result<Option<Subscription>, ComposeError> {
    let id = mail.about["subscription"].as_str().unwrap_or_default();
    let found = ground.store.subscription(id).await?;
    Ok(found.filter(|subscription| subscription.answer == expected))
}

fn site(ground: &Ground, slug: &SiteSlug) -> Option<std::sync::Arc<Site>> {
    ground.directory.site(slug.as_str())
}

pub(super) fn site_name(ground: &Ground, slug: &SiteSlug) -> String {
    site(ground, slug).map_or_else(|| slug.to_string(), |site| site.name.clone())
}

/// What a page is called, and its address if it is on the site itself: a site without origins takes
/// any page, and what a commenter made up is not for clicking.
pub(super) fn page(ground: &Ground, comment: &Comment) -> (String, Option<String>) {
    let title = comment.page_title.as_deref();
    let name = match title.map(|title| quote(title, LINE_CHARS)) {
        Some(title) => format!("“{title}”"),
        None => quote(comment.page.as_str(), LINE_CHARS),
    };
    let own = comment.page.as_str().starts_with('/');
    let url = site(ground, &comment.site).filter(|_| own);
    let url = url.and_then(|site| comment.page.url(&site.origins));
    (name, url)
}

/// When it arrived: `2026-03-01 12:00 UTC`.
fn minute(comment: &Comment) -> String {
    let text = comment.created_at.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}
