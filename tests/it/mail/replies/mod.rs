//! Commenters who want to hear of replies: asked first, told of what is public only, left alone when
//! they say so.

mod gathered;

use std::time::Duration;

use hamlet::{
    domain::{comment::CommentId, decision::Outcome, site::Policy},
    notify::Ticked,
    review,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    office::{Office, header, html, link_after, links, open, operator, outbox, post, read, text},
    on_each_engine,
};
use crate::support::app::{Engine, TestApp, somebody};

const UNDO_TIME: Duration = Duration::from_mins(2);
const DAY: Duration = Duration::from_hours(24);
const OPHELIA: &str = "ophelia@denmark.example";

on_each_engine!(
    a_commenter_is_asked_after_approval_and_told_after_saying_yes,
    nobody_is_asked_before_approval_or_twice_a_day,
    one_click_unsubscribes_for_good,
    nobody_is_told_of_their_own_reply_or_without_having_said_yes,
    an_undo_in_time_stops_the_mail,
    the_question_stands_while_any_comment_of_its_author_does,
    a_reply_approved_again_is_announced_once,
    what_is_published_at_once_is_announced_too,
    a_question_that_nobody_answers_is_forgotten,
    links_hold_no_address,
    no_older_link_subscribes_again_after_a_no,
);

/// A comment whose author asks to hear of replies.
async fn asking(app: &TestApp, changes: Value) -> Value {
    let mut fields = json!({ "notify_replies": true });
    if let (Some(fields), Value::Object(changes)) = (fields.as_object_mut(), changes) {
        fields.extend(changes);
    }
    post(app, "default", fields).await
}

/// A held reply by Hamlet.
async fn reply(app: &TestApp, parent: &Value, said: &str) -> Value {
    let fields = json!({ "parent": parent["id"], "text": said, "name": "Hamlet",
                         "email": "prince@denmark.example" });
    post(app, "default", fields).await
}

/// An approved comment by Ophelia, who has confirmed that she wants to hear of replies.
async fn confirmed(office: &Office) -> Value {
    let comment = asking(&office.app, json!({})).await;
    office.app.approve(&comment).await;
    assert_eq!(office.pass(UNDO_TIME).await.sent, 1);
    let yes = links(&text(&office.last().await)).remove(0);
    let (code, _) = open(&office.app, Method::POST, &yes).await;
    assert_eq!(code, StatusCode::OK);
    comment
}

/// Takes the last decision about a comment back.
async fn undo(app: &TestApp, comment: &Value) {
    let id = CommentId::parse(comment["id"].as_str().expect("an id")).expect("an id");
    let outcome = review::undo(&app.app.review, &somebody(), id, None)
        .await
        .expect("the store");
    assert!(matches!(outcome, Outcome::Done(..)));
}

async fn a_commenter_is_asked_after_approval_and_told_after_saying_yes(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    let comment = asking(app, json!({})).await;
    app.approve(&comment).await;
    assert_eq!(
        office.tick().await,
        Ticked::default(),
        "an undo would still stop it"
    );
    assert_eq!(office.pass(UNDO_TIME).await.sent, 1);
    let question = office.last().await;
    assert_eq!(question.to, [OPHELIA]);
    assert_eq!(
        read(&question).subject(),
        Some("Default: do you want to hear of replies?")
    );
    let yes = links(&text(&question)).remove(0);
    assert!(html(&question).contains(&yes));
    let (code, page) = open(app, Method::GET, &yes).await;
    assert!(
        code == StatusCode::OK && page.contains("Hear of replies on Default?"),
        "{page}"
    );

    let early = reply(app, &comment, "Are you honest?").await;
    app.approve(&early).await;
    assert_eq!(
        office.pass(UNDO_TIME).await,
        Ticked::default(),
        "a GET says nothing"
    );

    let (code, _) = open(app, Method::POST, &yes).await;
    assert_eq!(code, StatusCode::OK);
    let answer = reply(app, &comment, "Are you fair? See https://evil.example").await;
    assert_eq!(
        office.pass(DAY).await,
        Ticked::default(),
        "not before it is approved"
    );
    app.approve(&answer).await;
    assert_eq!(office.tick().await, Ticked::default());
    assert_eq!(office.pass(UNDO_TIME).await.sent, 1);
    let news = office.last().await;
    assert_eq!(news.to, [OPHELIA]);
    assert_eq!(
        read(&news).subject(),
        Some("Default: a reply to your comment")
    );
    // All mail about one comment is one conversation.
    let conversation = header(&news, "References");
    assert!(conversation.is_some());
    assert_eq!(conversation, header(&question, "References"));
    let said = text(&news);
    assert!(
        said.contains("Are you fair?") && said.contains("rosemary"),
        "{said}"
    );
    assert!(
        !said.contains("evil.example") && !news.raw.contains("prince"),
        "{said}"
    );
}

async fn nobody_is_asked_before_approval_or_twice_a_day(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    let first = asking(app, json!({})).await;
    assert_eq!(office.pass(DAY).await, Ticked::default());
    let second = asking(app, json!({ "text": "Pansies, that's for thoughts." })).await;
    app.approve(&first).await;
    app.approve(&second).await;
    assert_eq!(office.pass(UNDO_TIME).await.sent, 1);
    let third = asking(app, json!({ "text": "There's fennel for you." })).await;
    app.approve(&third).await;
    assert_eq!(office.pass(UNDO_TIME).await, Ticked::default());
    let fourth = asking(app, json!({ "text": "There's a daisy." })).await;
    office.pass(DAY).await;
    app.approve(&fourth).await;
    assert_eq!(office.pass(UNDO_TIME).await.sent, 1);
    assert_eq!(office.mails().await.len(), 2);
}

async fn one_click_unsubscribes_for_good(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    let comment = confirmed(&office).await;
    let answer = reply(app, &comment, "Get thee to a nunnery.").await;
    app.approve(&answer).await;
    assert_eq!(office.pass(UNDO_TIME).await.sent, 1);
    let news = office.last().await;
    let post_header = header(&news, "List-Unsubscribe-Post");
    assert_eq!(post_header.as_deref(), Some("List-Unsubscribe=One-Click"));
    let url = header(&news, "List-Unsubscribe").expect("a header");
    let path = url
        .trim_start_matches("<http://hamlet.test")
        .trim_end_matches('>');
    assert_eq!(path, link_after(&text(&news), "http"));

    let (code, page) = open(app, Method::GET, path).await;
    assert!(
        code == StatusCode::OK && page.contains("Stop mails"),
        "{page}"
    );
    let one_click = app
        .request(Method::POST, path)
        .form(&[("List-Unsubscribe", "One-Click")]);
    assert_eq!(
        one_click.send().await.expect("an answer").status(),
        StatusCode::OK
    );

    let again = reply(app, &comment, "To a nunnery, go.").await;
    app.approve(&again).await;
    let more = asking(app, json!({ "text": "O, what a noble mind!" })).await;
    office.pass(DAY).await;
    app.approve(&more).await;
    assert_eq!(
        office.pass(DAY).await,
        Ticked::default(),
        "neither told nor asked"
    );
}

async fn nobody_is_told_of_their_own_reply_or_without_having_said_yes(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    let hers = confirmed(&office).await;
    let own = json!({ "parent": hers["id"], "text": "And rue for you." });
    let own = post(app, "default", own).await;
    app.approve(&own).await;
    let unasked = json!({ "email": "laertes@denmark.example", "text": "Too much of water." });
    let unasked = post(app, "default", unasked).await;
    app.approve(&unasked).await;
    let answer = reply(app, &unasked, "I forbid my tears.").await;
    app.approve(&answer).await;
    assert_eq!(office.pass(UNDO_TIME).await, Ticked::default());
}

async fn an_undo_in_time_stops_the_mail(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    let comment = asking(app, json!({})).await;
    app.approve(&comment).await;
    undo(app, &comment).await;
    assert_eq!(office.pass(UNDO_TIME).await.cancelled, 1);
    app.approve(&comment).await;
    assert_eq!(
        office.pass(UNDO_TIME).await.sent,
        1,
        "the question was not asked before"
    );
    let yes = links(&text(&office.last().await)).remove(0);
    open(app, Method::POST, &yes).await;

    let answer = reply(app, &comment, "I loved you not.").await;
    app.approve(&answer).await;
    undo(app, &answer).await;
    assert_eq!(office.pass(UNDO_TIME).await.cancelled, 1);
    assert_eq!(office.mails().await.len(), 1);
    let token = operator(app).await;
    assert_eq!(outbox(app, &token, "cancelled").await.len(), 2);
}

async fn the_question_stands_while_any_comment_of_its_author_does(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    let first = asking(app, json!({})).await;
    let second = asking(app, json!({ "text": "Pansies, that's for thoughts." })).await;
    app.approve(&first).await;
    app.approve(&second).await;
    undo(app, &first).await;
    assert_eq!(office.pass(UNDO_TIME).await.sent, 1);
    assert_eq!(office.last().await.to, [OPHELIA]);
}

async fn a_reply_approved_again_is_announced_once(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    let comment = confirmed(&office).await;
    let answer = reply(app, &comment, "I did love you once.").await;
    app.approve(&answer).await;
    undo(app, &answer).await;
    assert_eq!(office.pass(UNDO_TIME).await.cancelled, 1);
    app.approve(&answer).await;
    assert_eq!(office.pass(UNDO_TIME).await.sent, 1);
    undo(app, &answer).await;
    app.approve(&answer).await;
    assert_eq!(office.pass(DAY).await, Ticked::default());
}

async fn what_is_published_at_once_is_announced_too(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    let trusting = Policy {
        spam_threshold: 1.0,
        publish_below: 0.999_999,
        trusted_after: Some(1),
        ..Policy::default()
    };
    app.add_site("trusting", &[], trusting).await;
    let page = "https://blog.example/a";
    let hers = json!({ "page": page, "notify_replies": true });
    let hers = post(app, "trusting", hers).await;
    let his = json!({ "page": page, "email": "prince@denmark.example", "text": "Nymph, in thy orisons." });
    let his = post(app, "trusting", his).await;
    app.approve(&hers).await;
    app.approve(&his).await;
    assert_eq!(office.pass(UNDO_TIME).await.sent, 1);
    let yes = links(&text(&office.last().await)).remove(0);
    open(app, Method::POST, &yes).await;

    let reply = json!({ "page": page, "email": "prince@denmark.example", "parent": hers["id"],
                        "text": "Be all my sins remembered.", "author_token": his["author_token"] });
    let reply = post(app, "trusting", reply).await;
    assert_eq!(reply["status"], "published");
    assert_eq!(office.pass(UNDO_TIME).await.sent, 1);
    assert!(text(&office.last().await).contains("Be all my sins remembered."));
}

async fn a_question_that_nobody_answers_is_forgotten(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    let comment = asking(app, json!({})).await;
    app.approve(&comment).await;
    assert_eq!(office.pass(UNDO_TIME).await.sent, 1);
    let no = links(&text(&office.last().await)).remove(1);
    let (code, _) = open(app, Method::GET, &no).await;
    assert_eq!(code, StatusCode::OK);
    office.pass(DAY * 31).await;
    let (code, _) = open(app, Method::GET, &no).await;
    assert_eq!(code, StatusCode::NOT_FOUND);
}

async fn links_hold_no_address(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    confirmed(&office).await;
    let mail = office.last().await;
    for link in links(&text(&mail)) {
        let payload = link.split('.').nth(1).expect("a payload");
        let bytes = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, payload);
        let readable = String::from_utf8(bytes.expect("base64")).expect("JSON");
        assert!(
            !readable.contains("denmark") && !readable.contains("ophelia"),
            "{readable}"
        );
    }
}

async fn no_older_link_subscribes_again_after_a_no(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let app = &office.app;
    let comment = asking(app, json!({})).await;
    app.approve(&comment).await;
    office.pass(UNDO_TIME).await;
    let said = links(&text(&office.last().await));
    let (yes, no) = (&said[0], &said[1]);
    assert_eq!(open(app, Method::POST, yes).await.0, StatusCode::OK);
    assert_eq!(open(app, Method::POST, no).await.0, StatusCode::OK);
    for method in [Method::GET, Method::POST, Method::GET] {
        let (code, page) = open(app, method, yes).await;
        assert!(code == StatusCode::OK && page.contains("Stopped"), "{page}");
    }
    let answer = reply(app, &comment, "Are you honest?").await;
    app.approve(&answer).await;
    assert_eq!(office.pass(DAY).await, Ticked::default());
}
