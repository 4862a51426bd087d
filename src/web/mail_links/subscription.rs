//! The links in a commenter's mail: yes to mail about replies, or an end to it. Mail programs
//! unsubscribe with one POST of their own (RFC 8058), which needs no page and no cookie.

use super::{refuse, say};
use crate::{
    notify::links::{self, LinkError, Wish},
    storage::subscriptions::Answer,
    web::{prelude::*, reader::Reader},
};

/// Shows the question and one button. Changes nothing.
pub(super) async fn show(
    app: Shared,
    reader: Reader,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    let link = match links::read_subscription(&app, &token) {
        Ok(link) => link,
        Err(error) => return refuse(reader, error),
    };
    let Some(subscription) = app.store.subscription(&link.subscription).await? else {
        return refuse(reader, LinkError::Unknown);
    };
    let site = app.directory.name(&subscription.site);
    match (link.wish, subscription.answer) {
        (Wish::Confirm, Answer::Confirmed) => confirmed(reader),
        // Not again after a no.
        (_, Answer::Unsubscribed) => unsubscribed(reader),
        (Wish::Confirm, _) => ask(
            reader,
            &site,
            ["replies-ask", "replies-ask-text", "replies-yes"],
        ),
        (Wish::Unsubscribe, _) => ask(
            reader,
            &site,
            ["replies-stop", "replies-stop-text", "replies-stop-button"],
        ),
    }
}

/// Asks with the sentences of these names.
fn ask(
    reader: Reader,
    site: &str,
    [question, text, button]: [&str; 3],
) -> Result<HttpResponse, Problem> {
    let question = reader.0.html(question, &[("site", &site)]);
    super::ask(reader, question, text, button)
}

/// Records the answer.
pub(super) async fn act(
    app: Shared,
    reader: Reader,
    token: Path<String>,
) -> Result<HttpResponse, Problem> {
    let link = match links::read_subscription(&app, &token) {
        Ok(link) => link,
        Err(error) => return refuse(reader, error),
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
        None => refuse(reader, LinkError::Unknown),
        Some(Answer::Unsubscribed) => unsubscribed(reader),
        Some(Answer::Asked | Answer::Confirmed) => confirmed(reader),
    }
}

fn confirmed(reader: Reader) -> Result<HttpResponse, Problem> {
    say(reader, StatusCode::OK, "replies-confirmed")
}

fn unsubscribed(reader: Reader) -> Result<HttpResponse, Problem> {
    say(reader, StatusCode::OK, "replies-stopped")
}
