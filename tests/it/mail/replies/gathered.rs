//! Replies that come together: one mail tells of all of them, and none is lost.

use std::time::Duration;

use hamlet::notify::Ticked;
use serde_json::{Value, json};

use super::{
    super::{
        office::{Office, header, operator, outbox, text},
        on_each_engine,
    },
    DAY, UNDO_TIME, confirmed, reply, undo,
};
use crate::support::{
    app::{Engine, TestApp, answer},
    smtp::Reply,
};

on_each_engine!(
    replies_that_come_together_are_one_mail_and_none_is_lost,
    a_mail_of_replies_sent_again_says_what_it_said,
);

/// How many of the numbered replies each mail that was sent tells of.
pub(super) async fn told(office: &Office) -> Vec<usize> {
    let mails = office.mails().await;
    let numbered = |said: &str| (0..20).filter(|n| said.contains(&numbered(*n))).count();
    let told = mails.iter().map(|mail| numbered(&text(mail)));
    told.filter(|count| *count > 0).collect()
}

fn numbered(n: usize) -> String {
    format!("Words, words, words: number {n}.")
}

/// Posts and approves numbered replies.
async fn answered(app: &TestApp, comment: &Value, numbers: std::ops::Range<usize>) -> Vec<Value> {
    let mut replies = Vec::new();
    for n in numbers {
        let answer = reply(app, comment, &numbered(n)).await;
        app.approve(&answer).await;
        replies.push(answer);
    }
    replies
}

async fn replies_that_come_together_are_one_mail_and_none_is_lost(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    let comment = confirmed(&office).await;
    let replies = answered(app, &comment, 0..7).await;
    undo(app, &replies[3]).await;
    for _ in 0..4 {
        office.pass(UNDO_TIME / 2).await;
    }
    assert_eq!(told(&office).await, [6], "all that are public, in one mail");

    answered(app, &comment, 7..9).await;
    app.approve(&replies[3]).await;
    for _ in 0..2 {
        assert_eq!(
            office.pass(UNDO_TIME / 2).await,
            Ticked::default(),
            "not so soon"
        );
    }
    office.pass(Duration::from_mins(5)).await;
    office.pass(DAY).await;
    assert_eq!(told(&office).await, [6, 3]);
    let mails = office.mails().await;
    let ids: std::collections::HashSet<_> = mails
        .iter()
        .filter_map(|mail| header(mail, "Message-ID"))
        .collect();
    assert_eq!(ids.len(), mails.len());
}

async fn a_mail_of_replies_sent_again_says_what_it_said(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    let comment = confirmed(&office).await;
    answered(app, &comment, 0..5).await;
    office.smtp.set_reply(Reply::Lost).await;
    office.pass(UNDO_TIME).await;
    assert_eq!(told(&office).await, [5]);
    answered(app, &comment, 5..7).await;
    office.smtp.set_reply(Reply::Accept).await;
    for _ in 0..10 {
        office.pass(UNDO_TIME).await;
    }
    assert_eq!(told(&office).await, [5, 5, 2]);
    let mails = office.mails().await;
    let ids: Vec<_> = mails
        .iter()
        .map(|mail| header(mail, "Message-ID"))
        .collect();
    assert_eq!(ids[1], ids[2]);
    assert_ne!(ids[2], ids[3]);

    // Given up and put back, they go together again.
    office.smtp.set_reply(Reply::NoSuchMailbox).await;
    answered(app, &comment, 7..9).await;
    office.pass(DAY).await;
    let token = operator(app).await;
    let dead = outbox(app, &token, "dead").await;
    assert_eq!(dead.len(), 2);
    office.smtp.set_reply(Reply::Accept).await;
    for one in &dead {
        let id = one["id"].as_str().expect("an id");
        let path = format!("/api/v1/outbox/{id}/retry");
        answer(app.post(&path, &json!({})).bearer_auth(&token)).await;
    }
    for _ in 0..4 {
        office.pass(DAY).await;
    }
    let told = told(&office).await;
    assert_eq!(told.iter().sum::<usize>(), 5 + 5 + 2 + 2, "{told:?}");
}
