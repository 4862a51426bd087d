//! The desk without script: what its pages show, and what their forms do.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        people::{Session, text},
    },
};

const EMAIL: &str = "horatio@elsinore.example";
const TO_SPAM_TAB: &str = "/sign-in?next=%2Fdesk%3Fstatus%3Dspam";
const GENUINE: &str = "There's rosemary, that's for remembrance; pray you, love, remember.";

/// Sends a form and tells where it leads.
pub async fn send(app: &TestApp, who: &Session, path: &str, fields: &[(&str, &str)]) -> String {
    let response = who.form(app, path, fields).send().await.expect("an answer");
    assert_eq!(response.status(), 303, "{fields:?}");
    response.headers()["location"]
        .to_str()
        .expect("text")
        .to_owned()
}

async fn state(app: &TestApp, who: &Session, id: &str) -> (String, i64) {
    let path = format!("/api/v1/comments/{id}");
    let (_, comment): (_, Value) = answer(who.request(app, Method::GET, &path)).await;
    (
        text(&comment["status"]).to_owned(),
        comment["version"].as_i64().unwrap_or_default(),
    )
}

on_both_engines!(
    a_stranger_signs_in_first_and_comes_back_to_where_they_were_going,
    |app: TestApp| async move {
        let asked = app.get("/desk?status=spam").send().await.unwrap();
        assert_eq!(asked.status(), 303);
        assert_eq!(asked.headers()["location"], TO_SPAM_TAB);
        let shown = app.get(TO_SPAM_TAB).send().await.unwrap();
        let policy = shown.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            policy.contains("script-src 'self'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert!(
            shown
                .text()
                .await
                .unwrap()
                .contains("value=\"/desk?status=spam\"")
        );
    }
);

on_both_engines!(
    a_comment_is_decided_and_taken_back_by_forms_alone,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let id = app.posted("default", "Ophelia", GENUINE).await;
        let queue = me.page(&app, "/desk").await;
        assert!(queue.contains("rosemary") && queue.contains("o***@e***.example"));
        assert!(!queue.contains("elsinore"), "no address in full");
        assert!(queue.contains(&format!("value=\"approve:{id}:1\"")));

        let one = format!("approve:{id}:1");
        let back = send(
            &app,
            &me,
            "/desk/decisions",
            &[("one", &one), ("back", "/desk?status=pending")],
        )
        .await;
        assert_eq!(state(&app, &me, &id).await, ("approved".to_owned(), 2));
        let after = me.page(&app, &back).await;
        assert!(after.contains("1 comment approved.") && after.contains("Nothing waits for you"));

        let undo = format!("{id}:2");
        let back = send(
            &app,
            &me,
            "/desk/undo",
            &[("undo", &undo), ("back", "/desk")],
        )
        .await;
        assert_eq!(state(&app, &me, &id).await, ("pending".to_owned(), 3));
        assert!(me.page(&app, &back).await.contains("1 comment taken back."));
    }
);

on_both_engines!(
    those_selected_are_decided_together_and_a_stale_one_is_told,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let first = app.posted("default", "Ophelia", GENUINE).await;
        let second = app
            .posted(
                "default",
                "Gertrude",
                "Sweets to the sweet: farewell! I scattered flowers.",
            )
            .await;
        send(
            &app,
            &me,
            "/desk/decisions",
            &[("one", &format!("trash:{second}:1"))],
        )
        .await;
        let (one, two) = (format!("{first}:1"), format!("{second}:1"));
        let fields = [
            ("decision", "spam"),
            ("select", one.as_str()),
            ("select", two.as_str()),
        ];
        let back = send(&app, &me, "/desk/decisions", &fields).await;
        assert_eq!(state(&app, &me, &first).await.0, "spam");
        assert_eq!(state(&app, &me, &second).await.0, "trash");
        let after = me.page(&app, &back).await;
        assert!(
            after.contains(
                "1 comment marked as spam. 1 was left alone: you had changed it yourself before."
            ),
            "{after}"
        );
    }
);

on_both_engines!(
    all_that_match_are_decided_after_a_page_that_says_how_many,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        for n in 0..30 {
            app.posted(
                "default",
                &format!("N{n}"),
                &format!("{GENUINE} Verse {n} of thirty."),
            )
            .await;
        }
        let other = app
            .posted("default", "Osric", "The carriages, sir, are the hangers.")
            .await;
        let fields = [
            ("decision", "trash"),
            ("matching", "all"),
            ("back", "/desk?status=pending&q=verse"),
        ];
        let asked = me
            .form(&app, "/desk/decisions", &fields)
            .send()
            .await
            .unwrap();
        assert_eq!(asked.status(), 200);
        let confirm = asked.text().await.unwrap();
        assert!(confirm.contains("30 comments?"), "{confirm}");
        assert_eq!(state(&app, &me, &other).await.0, "pending");
        let until = confirm.split("name=\"until\" value=\"").nth(1).unwrap();
        let until = until.split('"').next().unwrap();
        app.app.clock.advance(std::time::Duration::from_millis(5));
        let fields = [fields[0], fields[1], fields[2], ("until", until)];
        let late = app
            .posted("default", "Late", &format!("{GENUINE} Verse too late."))
            .await;
        let back = send(&app, &me, "/desk/decisions", &fields).await;
        let after = me.page(&app, &back).await;
        let (_, list) = answer(me.request(&app, Method::GET, "/api/v1/comments")).await;
        assert!(after.contains("30 comments moved to the trash."), "{after}");
        assert_eq!(state(&app, &me, &other).await.0, "pending");
        assert_eq!(state(&app, &me, &late).await.0, "pending");
        assert_eq!(list["counts"]["trash"], 30);

        // The same form once more decides nothing, and what it did can still be taken back.
        let again = send(&app, &me, "/desk/decisions", &fields).await;
        let again = me.page(&app, &again).await;
        for page in [&after, &again] {
            assert!(page.contains("Undo all 30"), "{page}");
        }
        let to = after.split("action=\"/desk/batches/").nth(1).unwrap();
        let to = format!("/desk/batches/{}", to.split('"').next().unwrap());
        let listed = me.page(&app, "/desk/batches").await;
        assert!(
            listed.contains("30 comments moved to the trash"),
            "{listed}"
        );
        let back = send(&app, &me, &to, &[]).await;
        assert!(back.starts_with("/desk/batches?"), "{back}");
        let told = me.page(&app, &back).await;
        assert!(told.contains("30 comments taken back."), "{told}");
        let (_, list) = answer(me.request(&app, Method::GET, "/api/v1/comments")).await;
        assert_eq!(list["counts"]["trash"], 0);
    }
);

on_both_engines!(
    a_form_of_another_page_changes_nothing,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let id = app.posted("default", "Ophelia", GENUINE).await;
        let forged = Session {
            cookie: me.cookie.clone(),
            csrf: "forged".to_owned(),
        };
        let one = format!("spam:{id}:1");
        for (path, fields) in [
            ("/desk/decisions", [("one", one.as_str())]),
            ("/desk/undo", [("undo", one.as_str())]),
            (&format!("/desk/comments/{id}/email"), [("x", "y")]),
            ("/sign-out", [("x", "y")]),
        ] {
            let response = forged.form(&app, path, &fields).send().await.unwrap();
            assert_eq!(response.status(), 403, "{path}");
            assert!(
                response.text().await.unwrap().contains("out of date"),
                "{path}"
            );
        }
        assert_eq!(state(&app, &me, &id).await, ("pending".to_owned(), 1));
        let back = [("one", one.as_str()), ("back", "https://evil.example/")];
        assert!(
            send(&app, &me, "/desk/decisions", &back)
                .await
                .starts_with("/desk?")
        );
    }
);

on_both_engines!(
    a_comment_by_itself_tells_why_and_what_happened,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let id = app.posted("default", "Ophelia", GENUINE).await;
        let other = app
            .posted(
                "default",
                "Ophelia",
                "And there is pansies, that's for thoughts.",
            )
            .await;
        let one = format!("reject:{id}:1");
        let path = format!("/desk/comments/{id}");
        let fields = [
            ("one", one.as_str()),
            ("note", "off topic"),
            ("back", path.as_str()),
        ];
        let back = send(&app, &me, "/desk/decisions", &fields).await;
        assert!(back.starts_with(&path));
        let html = me.page(&app, &back).await;
        for part in [
            "What counted in the text",
            "off topic",
            "decided “reject”: now rejected",
            "pansies",
            &format!("/desk/comments/{other}"),
            "o***@e***.example",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert!(!html.contains("ophelia@elsinore.example"));
        let revealed = me
            .form(&app, &format!("{path}/email"), &[])
            .send()
            .await
            .unwrap();
        assert!(
            revealed
                .text()
                .await
                .unwrap()
                .contains("ophelia@elsinore.example")
        );
        assert!(
            me.page(&app, &path)
                .await
                .contains("looked at the whole address")
        );
    }
);

on_both_engines!(
    what_strangers_write_is_shown_and_does_nothing,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let evil = json!({ "page": "https://garden.example/\"><script>", "page_title": "</a><script>alert(1)</script>",
            "name": "\"><img src=x onerror=alert(1)>\u{200B}", "email": "x@elsinore.example",
            "website": "https://a.example/\"onmouseover=\"alert(1)",
            "text": "<script>alert(1)</script>\u{202E} vi\u{200B}agra at https://win.example/<b>" });
        let (_, posted) = answer(app.comment("default", &evil)).await;
        let id = text(&posted["id"]).to_owned();
        let (status, _) = state(&app, &me, &id).await;
        for path in [
            format!("/desk?status={status}"),
            format!("/desk/comments/{id}"),
        ] {
            let html = me.page(&app, &path).await;
            assert_eq!(html.matches("<script").count(), 1, "only our own");
            assert!(
                !html.contains("<img") && !html.contains("\"onmouseover"),
                "{html}"
            );
            assert!(
                !html.contains("href=\"https://win.example"),
                "links lead nowhere"
            );
            assert!(html.contains(">RLO</span>") && html.contains(">ZWSP</span>"));
            assert!(
                !html.contains('\u{202E}') || html.contains("aria-label"),
                "{html}"
            );
        }
    }
);

on_both_engines!(
    filters_narrow_the_list_and_say_when_they_are_not_right,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let id = app.posted("default", "Ophelia", GENUINE).await;
        assert!(me.page(&app, "/desk?q=rosemary").await.contains(&id));
        assert!(
            me.page(&app, "/desk?q=yorick")
                .await
                .contains("Nothing matches")
        );
        assert!(
            me.page(&app, "/desk?since=yesterday")
                .await
                .contains("since:")
        );
        assert!(
            me.page(&app, "/desk?site=nowhere")
                .await
                .contains("There is no such site.")
        );
        assert!(
            me.page(&app, "/desk?cursor=nonsense")
                .await
                .contains("does not belong")
        );
        assert!(
            me.page(&app, "/desk?status=approved")
                .await
                .contains("Nothing here")
        );
    }
);
