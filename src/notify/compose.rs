//! Writing a mail at the moment it is sent, from what is so at that moment: a comment decided in the
//! meantime is not mailed about, a reply that is no longer public is not announced. `None` means
//! that there is nothing left to say.

use askama::Template;
use xxhash_rust::xxh3::Xxh3Default;

use super::{
    content::{ComposeError, Composed, EXCERPT_CHARS, LINE_CHARS, LISTED, page, subscription},
    letter::Letter,
    links::{self, DecisionLink, Wish},
    quote::quote,
    replies, schedule,
    templates::{Confirm, ConfirmHtml, ConfirmText, Item, Queue, QueueHtml, QueueText},
};
use crate::{
    domain::{
        comment::{Comment, Status},
        decision::{Change, Decision},
        mail::MailKind,
        moderator::Scope,
        moderator::{MailMode, Moderator},
        queue::{Filter, Sort},
        site::SiteSlug,
    },
    ground::Ground,
    storage::{
        mail_queue::Claimed,
        notices::{Since, Waiting},
        subscriptions::Answer,
    },
    words::{Argument, Words, names},
};

/// Reasons given for each comment.
const REASONS: usize = 3;
/// Authors named in a subject, and how much of a name, in user-perceived characters.
const NAMED: usize = 2;
const SUBJECT_CHARS: usize = 30;

/// Writes a mail, or finds that nothing is left to say.
pub(super) async fn compose(ground: &Ground, mail: &Claimed) -> Result<Composed, ComposeError> {
    let letter = match mail.kind {
        MailKind::Queue => queue(ground, mail).await?,
        MailKind::Confirm => confirm(ground, mail).await?,
        MailKind::Reply => return replies::compose(ground, mail).await,
    };
    Ok(letter.map_or(Composed::Settled, |letter| Composed::Letter {
        id: mail.id.clone(),
        letter: Box::new(letter),
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
    let words = Words::asked(moderator.language.as_deref(), None);
    let queue = view(ground, words, &moderator, &waiting);
    Ok(Some(Letter {
        to: ground.vault.open(sealed, &moderator)?,
        subject: subject(words, &queue),
        text: QueueText {
            words,
            queue: &queue,
        }
        .render()?,
        html: QueueHtml {
            words,
            queue: &queue,
        }
        .render()?,
        list: "queue".to_owned(),
        unsubscribe: Some(queue.stop),
        thread: conversation(&waiting),
    }))
}

/// The conversation that waiting comments belong to, where all of them are on one page.
fn conversation(waiting: &Waiting) -> Option<String> {
    let (first, others) = waiting.comments.split_first()?;
    let page = |comment: &Comment| (comment.site.clone(), comment.page.clone());
    let all_listed =
        i64::try_from(waiting.comments.len()).is_ok_and(|listed| listed == waiting.total);
    let is_one = all_listed && others.iter().all(|other| page(other) == page(first));
    let mut hasher = Xxh3Default::new();
    hasher.update(first.site.as_str().as_bytes());
    hasher.update(b"\0");
    hasher.update(first.page.as_str().as_bytes());
    is_one.then(|| format!("page-{:032x}", hasher.digest128()))
}

/// What distinguishes this mail from the one before: who wrote. A name is a stranger's, so it comes behind our own words, and short.
fn subject(words: &Words, queue: &Queue) -> String {
    let mut authors: Vec<String> = Vec::new();
    for item in &queue.items {
        let author = quote(&item.author, SUBJECT_CHARS);
        if !authors.contains(&author) {
            authors.push(author);
        }
    }
    let others = authors.len() > NAMED || queue.more > 0;
    authors.truncate(NAMED);
    let arguments = [
        ("heading", &queue.heading as &dyn Argument),
        ("authors", &authors.join(", ")),
    ];
    let name = if others {
        "mail-queue-subject-others"
    } else {
        "mail-queue-subject"
    };
    words.fill(name, &arguments)
}

fn view(ground: &Ground, words: &Words, moderator: &Moderator, waiting: &Waiting) -> Queue {
    let first = waiting.comments.first().map(|comment| &comment.site);
    let of_one_site = waiting.comments.iter().all(|one| Some(&one.site) == first);
    let place = match first {
        Some(slug) if of_one_site => ground.directory.name(slug),
        _ => words.say("mail-queue-several-sites").into(),
    };
    let heading = [
        ("count", &waiting.total as &dyn Argument),
        ("place", &place),
    ];
    let listed = i64::try_from(waiting.comments.len()).unwrap_or(i64::MAX);
    let items = waiting.comments.iter();
    Queue {
        heading: words.fill("mail-queue-heading", &heading),
        items: items
            .map(|one| item(ground, words, moderator, one))
            .collect(),
        more: waiting.total - listed,
        desk: format!("{}/desk", ground.public_url()),
        preferences: format!("{}/desk/me", ground.public_url()),
        stop: links::mail_stop_url(ground, &moderator.id),
    }
}

fn item(ground: &Ground, words: &Words, moderator: &Moderator, comment: &Comment) -> Item {
    let link = |decision| {
        let link = DecisionLink {
            comment: comment.id,
            version: comment.version,
            change: Change::Decide(decision),
            moderator: moderator.id.clone(),
        };
        links::decision_url(ground, &link)
    };
    let reasons = words.main_reasons(comment, REASONS).into_iter();
    let (page, page_url) = page(ground, comment);
    Item {
        site: ground.directory.name(&comment.site),
        author: quote(&comment.name, LINE_CHARS),
        page,
        page_url,
        received: minute(ground, comment),
        excerpt: quote(&comment.text, EXCERPT_CHARS),
        score: words.say(names::score(comment.score)).into(),
        percent: comment.score.map(|score| format!("{:.0} %", score * 100.0)),
        reasons: reasons.map(|reason| quote(&reason, LINE_CHARS)).collect(),
        opened: format!("{}/desk/comments/{}", ground.public_url(), comment.id),
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
    let words = Words::asked(comment.evidence.language.as_deref(), None);
    let site = ground.directory.name(&comment.site);
    let unsubscribe = links::subscription_url(ground, &subscription.id, Wish::Unsubscribe);
    let confirm = Confirm {
        page: page(ground, &comment).0,
        yes: links::subscription_url(ground, &subscription.id, Wish::Confirm),
        unsubscribe: unsubscribe.clone(),
        site,
    };
    Ok(Some(Letter {
        to: ground.vault.open(&comment.email, &comment)?,
        subject: words.fill("mail-confirm-subject", &[("site", &confirm.site)]),
        text: ConfirmText {
            words,
            confirm: &confirm,
        }
        .render()?,
        html: ConfirmHtml {
            words,
            confirm: &confirm,
        }
        .render()?,
        list: format!("replies.{}", comment.site),
        unsubscribe: Some(unsubscribe),
        thread: Some(comment.id.to_string()),
    }))
}

/// The public comment whose author wants to hear of replies: the one that the question was queued
/// for or, if that is no longer public, another of the same author on the site.
async fn wanting(ground: &Ground, mail: &Claimed) -> Result<Option<Comment>, ComposeError> {
    let (Some(site), Some(id)) = (&mail.site, mail.comment) else {
        return Ok(None);
    };
    let Some(comment) = ground.store.comment(&Scope::of(site), id).await? else {
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

/// When it arrived, on the clocks of the mails' zone: `2026-03-01 13:00 CET`.
fn minute(ground: &Ground, comment: &Comment) -> String {
    let at = schedule::zoned(&ground.settings.mail, comment.created_at);
    at.strftime("%Y-%m-%d %H:%M %Z").to_string()
}
