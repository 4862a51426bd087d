//! Writing the mail about replies: all that are due to one commenter on one site, in one mail.

use askama::Template;

use super::{
    content::{ComposeError, Composed, EXCERPT_CHARS, LINE_CHARS, LISTED, page, subscription},
    letter::Letter,
    links::{self, Wish},
    quote::quote,
    schedule,
    templates::{Replies, Reply, ReplyHtml, ReplyText},
};
use crate::{
    domain::{
        comment::{Comment, CommentId, Status},
        moderator::Scope,
        site::SiteSlug,
    },
    ground::Ground,
    storage::{gathered::Part, mail_queue::Claimed, subscriptions::Answer},
    words::Words,
};

/// A reply and the comment that it answers, both public.
struct News {
    mail: String,
    answered: Comment,
    said: Comment,
}

/// Writes the mail, finds that nothing is left to say, or puts it off.
pub(super) async fn compose(ground: &Ground, mail: &Claimed) -> Result<Composed, ComposeError> {
    let (Some(site), Some(subscription)) = (
        &mail.site,
        subscription(ground, mail, Answer::Confirmed).await?,
    ) else {
        return Ok(Composed::Settled);
    };
    let interval = schedule::interval(&ground.settings.mail);
    let gathered = ground
        .store
        .gather_replies(mail, interval, ground.now())
        .await?;
    let Some(parts) = gathered else {
        return Ok(Composed::PutOff);
    };
    let news = public(ground, site, parts).await?;
    let Some(first) = news.first() else {
        return Ok(Composed::Settled);
    };
    let unsubscribe = links::subscription_url(ground, &subscription.id, Wish::Unsubscribe);
    let language = first.answered.evidence.language.as_deref();
    let words = Words::asked(language, None);
    let replies = view(ground, words, site, &news, unsubscribe.clone());
    let letter = Letter {
        to: ground.vault.open(&first.answered.email, &first.answered)?,
        subject: format!("{}: {}", replies.site, replies.heading),
        text: ReplyText {
            words,
            replies: &replies,
        }
        .render()?,
        html: ReplyHtml {
            words,
            replies: &replies,
        }
        .render()?,
        list: format!("replies.{site}"),
        unsubscribe: Some(unsubscribe),
        thread: Some(first.answered.id.to_string()),
    };
    Ok(Composed::Letter {
        id: first.mail.clone(),
        letter: Box::new(letter),
        told: news.iter().map(|one| one.mail.clone()).collect(),
    })
}

/// What is public of what was gathered.
async fn public(
    ground: &Ground,
    site: &SiteSlug,
    parts: Vec<Part>,
) -> Result<Vec<News>, ComposeError> {
    let ids = |of: fn(&Part) -> Option<CommentId>| parts.iter().filter_map(of);
    let ids: Vec<_> = ids(|part| part.answered)
        .chain(ids(|part| part.reply))
        .collect();
    let scope = Scope::of(site);
    let mut found = ground.store.comments_by_id(&scope, &ids).await?;
    found.retain(|comment| comment.status == Status::Approved);
    let find = |id: Option<CommentId>| found.iter().find(|comment| Some(comment.id) == id).cloned();
    let news = parts.into_iter().filter_map(|part| {
        Some(News {
            answered: find(part.answered)?,
            said: find(part.reply)?,
            mail: part.mail,
        })
    });
    Ok(news.collect())
}

fn view(
    ground: &Ground,
    words: &Words,
    site: &SiteSlug,
    news: &[News],
    unsubscribe: String,
) -> Replies {
    let listed = news.iter().take(LISTED as usize);
    Replies {
        site: ground.directory.name(site),
        heading: words.fill("mail-reply-heading", &[("count", &news.len())]),
        items: listed.map(|one| item(ground, one)).collect(),
        more: news.len().saturating_sub(LISTED as usize),
        unsubscribe,
    }
}

fn item(ground: &Ground, news: &News) -> Reply {
    let (page, page_url) = page(ground, &news.said);
    Reply {
        author: quote(&news.said.name, LINE_CHARS),
        page,
        page_url,
        excerpt: quote(&news.said.text, EXCERPT_CHARS),
        own: quote(&news.answered.text, LINE_CHARS),
    }
}
