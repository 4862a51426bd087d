//! News of arrivals on the desk, and what was decided before about comments from the same place.

use std::time::Duration;

use hamlet::{
    background,
    domain::{decision::Decision, site::Policy},
    storage::own_account::OwnWrites,
};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        people::Session,
    },
};

const EMAIL: &str = "horatio@elsinore.example";

pub async fn listen(app: &TestApp, who: &Session) -> Response {
    let asked = app.get("/desk/news").header("cookie", &who.cookie).send();
    let mut stream = asked.await.expect("a stream");
    assert_eq!(stream.status(), 200);
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let first = stream.chunk().await.expect("a stream");
    assert_eq!(first.as_deref(), Some(&b"retry: 5000\n\n"[..]));
    stream
}

pub async fn told(stream: &mut Response) -> Option<String> {
    let chunk = stream.chunk().await.expect("a stream");
    chunk.map(|chunk| String::from_utf8_lossy(&chunk).into_owned())
}

/// What the next event of a kind says; others may come before it.
async fn heard(stream: &mut Response, kind: &str) -> Value {
    let begin = format!("event: {kind}\ndata: ");
    loop {
        let events = told(stream).await.expect("an event");
        let mut events = events.split("\n\n");
        if let Some(data) = events.find_map(|event| event.strip_prefix(&*begin)) {
            return serde_json::from_str(data).expect("JSON");
        }
    }
}

on_both_engines!(
    arrivals_are_told_until_the_session_or_the_service_ends,
    |app: TestApp| async move {
        let refused = app.get("/desk/news").send().await.expect("an answer");
        assert_eq!(refused.status(), 401);
        let me = app.first_operator(EMAIL).await;
        let mut stream = listen(&app, &me).await;
        app.posted("default", "Ophelia", "There's rosemary.").await;
        background::announce(&app.app).await;
        let event = told(&mut stream).await.expect("an event");
        assert_eq!(
            event, "event: arrival\ndata: {}\n\n",
            "it says nothing else"
        );

        let me_id = app.app.store.moderators().await.expect("moderators")[0]
            .id
            .clone();
        let writes = OwnWrites {
            password_hash: Some("another".to_owned()),
            ..OwnWrites::default()
        };
        let changed = app.app.store.change_own(me_id, writes).await;
        changed.expect("the store");
        app.posted("default", "Ophelia", "There's pansies.").await;
        background::announce(&app.app).await;
        assert_eq!(told(&mut stream).await, None, "the session has ended");
    }
);

on_both_engines!(
    the_streams_end_when_the_service_stops,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let mut stream = listen(&app, &me).await;
        app.app.news.close();
        assert_eq!(told(&mut stream).await, None);
    }
);

on_both_engines!(
    earlier_decisions_on_the_same_network_and_web_site_are_shown_without_the_network,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let post = async |n: usize| {
            let comment = json!({ "page": "/p", "name": format!("Osric {n}"),
                "email": format!("osric{n}@elsinore.example"), "website": "https://hats.example/shop",
                "text": format!("Your bonnet to his right use, number {n}.") });
            answer(app.comment("default", &comment)).await.1
        };
        let first = post(1).await;
        app.decide(&first, Decision::Spam).await;
        let second = post(2).await;
        let path = format!("/desk/comments/{}", second["id"].as_str().expect("an id"));
        let asked = app.request(Method::GET, &path).header("cookie", &me.cookie);
        let page = asked
            .send()
            .await
            .expect("a page")
            .text()
            .await
            .expect("a page");
        let (_, decided) = page
            .split_once("Decided before")
            .expect("earlier decisions");
        assert!(decided.contains("From the same network"), "{decided}");
        assert!(decided.contains("With the same web site"));
        let first = first["id"].as_str().expect("an id");
        assert_eq!(decided.matches(first).count(), 2, "in both lists");
        assert!(decided.contains(">spam<"));
        assert!(!page.contains("127.0.0"), "the network itself is not shown");
    }
);

on_both_engines!(
    the_queue_is_narrowed_by_reason_link_and_day,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        app.posted("default", "Ophelia", "See http://a.example and say.")
            .await;
        let trapped = json!({ "page": "/p", "name": "Gertrude", "email": "g@elsinore.example",
            "text": "Good Hamlet, cast thy nighted colour off.", "subject": "filled in" });
        answer(app.comment("default", &trapped)).await;
        let shown = async |query: &str| {
            let path = format!("/desk?status=pending&{query}");
            let asked = app.get(&path).header("cookie", &me.cookie).send().await;
            let page = asked.expect("a page").text().await.expect("a page");
            (
                page.contains("aria-label=\"Select the comment by Ophelia\""),
                page.contains("aria-label=\"Select the comment by Gertrude\""),
            )
        };
        assert_eq!(shown("check=honeypot").await, (false, true));
        assert_eq!(shown("link=yes").await, (true, false));
        assert_eq!(shown("link=no").await, (false, true));
        let today = app.app.now().to_utc().date().to_string();
        assert_eq!(shown(&format!("until={today}")).await, (true, true));
        assert_eq!(shown("until=2001-01-01").await, (false, false));
    }
);

on_both_engines!(
    who_has_a_comment_open_and_who_changed_its_text_is_told_to_colleagues_by_name,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        app.add_site("garden", &[], Policy::default()).await;
        let email = "marcellus@elsinore.example";
        let colleague = app.moderator(&me, email, &["garden"]).await;
        let stranger = app.posted("default", "Laertes", "There's pansies.").await;
        let id = app.posted("garden", "Ophelia", "There's rosemary.").await;
        let path = format!("/desk/comments/{id}");
        let looks = format!("{path}/looks");
        let mut stream = listen(&app, &me).await;
        let note = async |who: &Session, path: &str, more: &[(&str, &str)]| {
            let sent = who.form(&app, path, more).send().await.expect("an answer");
            sent.status().as_u16()
        };
        assert_eq!(note(&me, &looks, &[]).await, 204, "one's own is not told");
        assert_eq!(note(&colleague, &looks, &[]).await, 204);
        let elsewhere = format!("/desk/comments/{stranger}/looks");
        assert_eq!(note(&colleague, &elsewhere, &[]).await, 404);
        background::announce(&app.app).await;
        let looking = heard(&mut stream, "looks").await;
        assert_eq!(looking, json!([{ "id": id, "by": "Marcellus" }]));
        let page = me.page(&app, &path).await;
        assert!(page.contains("Marcellus looks at it"), "{page}");
        assert!(!page.contains("Horatio looks at it"));

        assert_eq!(note(&colleague, &looks, &[("ends", "yes")]).await, 204);
        background::announce(&app.app).await;
        assert_eq!(heard(&mut stream, "looks").await, json!([]));

        let edit = json!({ "text": "There's rosemary, pray you.", "version": 1 });
        let edits = format!("/api/v1/comments/{id}/edits");
        let request = colleague.request(&app, Method::POST, &edits).json(&edit);
        let (status, edited) = answer(request).await;
        assert_eq!(status, 200, "{edited}");
        background::announce(&app.app).await;
        let edit = heard(&mut stream, "edit").await;
        assert_eq!(
            (&edit["id"], &edit["by"], &edit["by_you"]),
            (&json!(id), &json!("Marcellus"), &json!(false))
        );

        assert_eq!(note(&colleague, &looks, &[]).await, 204);
        app.app.clock.advance(Duration::from_secs(76));
        let page = me.page(&app, &path).await;
        assert!(!page.contains("Marcellus looks at it"), "not for ever");
    }
);
