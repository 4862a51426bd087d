//! The links in a commenter's mail: yes to mail about replies, or no more of it. Mail programs
//! unsubscribe with one POST of their own (RFC 8058), which needs no page and no cookie.

use super::{refuse, respond, say};
use crate::{
    notify::links::{self, LinkError, Wish},
    storage::subscriptions::{Answer, Subscription},
    web::prelude::*,
};

/// Asks for the answer.
#[derive(Template)]
#[template(path = "mail_subscription.html")]
struct Ask {
    question: String,
    text: &'static str,
    button: &'static str,
}

/// Shows the question and one button. Changes nothing.
pub(super) async fn show(app: Shared, token: Path<String>) -> Result<HttpResponse, Problem> {
    let link = match links::read_subscription(&app, &token) {
        Ok(link) => link,
        Err(error) => return refuse(error),
    };
    let Some(subscription) = app.store.subscription(&link.subscription).await? else {
        return refuse(LinkError::Unknown);
    };
    let site = site_name(&app, &subscription);
    match (link.wish, subscription.answer) {
        (Wish::Confirm, Answer::Confirmed) => confirmed(),
        // Not again after a no.
        (_, Answer::Unsubscribed) => unsubscribed(),
        (Wish::Confirm, _) => respond(
            StatusCode::OK,
            &Ask {
                question: format!("Hear of replies on {site}?"),
                text: "When someone replies to a comment of yours, you get a mail. \
                       Each has a link that stops them.",
                button: "Yes, tell me of replies",
            },
        ),
        (Wish::Unsubscribe, _) => respond(
            StatusCode::OK,
            &Ask {
                question: format!("Stop mails about replies on {site}?"),
                text: "You will get no more mail from this site, and will not be asked again.",
                button: "Stop these mails",
            },
        ),
    }
}

/// Records the answer.
pub(super) async fn act(app: Shared, token: Path<String>) -> Result<HttpResponse, Problem> {
    let link = match links::read_subscription(&app, &token) {
        Ok(link) => link,
        Err(error) => return refuse(error),
    };
    let answer = match link.wish {
        Wish::Confirm => Answer::Confirmed,
        Wish::Unsubscribe => Answer::Unsubscribed,
    };
    let now = app.now();
    let answered = app
        .store
        .answer_subscription(link.subscription, answer, now);
    match answered.await?.map(|subscription| subscription.answer) {
        None => refuse(LinkError::Unknown),
        Some(Answer::Unsubscribed) => unsubscribed(),
        Some(Answer::Asked | Answer::Confirmed) => confirmed(),
    }
}

fn confirmed() -> Result<HttpResponse, Problem> {
    let text = "You will get a mail when someone replies to a comment of yours.";
    say(StatusCode::OK, "You will hear of replies", text)
}

fn unsubscribed() -> Result<HttpResponse, Problem> {
    let text = "You will get no more mail about replies from this site.";
    say(StatusCode::OK, "Stopped", text)
}

fn site_name(app: &App, subscription: &Subscription) -> String {
    let site = app.directory.site(subscription.site.as_str());
    site.map_or_else(|| subscription.site.to_string(), |site| site.name.clone())
}
