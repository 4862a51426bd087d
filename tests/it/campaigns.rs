//! Campaigns: near copies across pages and sites as evidence, and decided about as one.

use std::time::Duration;

use hamlet::{
    background,
    domain::{decision::Decision, evidence::Check, moderator::Role, site::Policy},
    words::Words,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        database::Raw,
        people::text,
    },
};

/// The n-th copy of an offer, each with another name and sum in it.
pub fn offer(n: usize) -> String {
    let agent = ["Wanda Petrov", "Rita Malone", "Ingrid Voss", "Carl Benson"][n % 4];
    format!(
        "My uncle lost {}00 dollars to a forex broker and {agent} at chainrecovery24 got every cent back \
         within four days; write to her on telegram before they close the case.",
        31 + n
    )
}

/// Posts a text by an author of its own.
pub async fn post(app: &TestApp, site: &str, page: &str, n: usize, text: &str) -> Value {
    let fields = json!({ "page": page, "name": format!("Reader {n}"), "email": format!("r{n}@elsinore.example"), "text": text });
    let (status, body) = answer(app.comment(site, &fields)).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{body}");
    body
}

/// What was found about near copies of a comment: its weight and its reason.
async fn found(app: &TestApp, posted: &Value) -> Option<(f64, String)> {
    let comment = app.stored(posted).await;
    let finding = comment
        .evidence
        .checks
        .iter()
        .find(|finding| finding.check == Check::Copies)?;
    Some((finding.weight, Words::english().reason(&finding.reason)))
}

/// Sites on which everything waits for a person, whatever its score.
async fn sites(app: &TestApp, slugs: &[&str]) {
    for slug in slugs {
        let policy = Policy {
            spam_threshold: 1.0,
            ..Policy::default()
        };
        app.add_site(slug, &[], policy).await;
    }
}

on_both_engines!(
    near_copies_on_other_pages_and_sites_raise_the_score,
    |app: TestApp| async move {
        sites(&app, &["garden"]).await;
        let first = post(&app, "default", "/one", 1, &offer(1)).await;
        assert_eq!(found(&app, &first).await, None);
        let second = post(&app, "default", "/two", 2, &offer(2)).await;
        let (unsaid, reason) = found(&app, &second).await.unwrap();
        assert!(unsaid > 0.0);
        assert_eq!(reason, "A near copy of another comment in the last 7 days");
        app.decide(&first, Decision::Spam).await;
        app.decide(&second, Decision::Spam).await;
        let third = post(&app, "garden", "/three", 3, &offer(3)).await;
        let (said, reason) = found(&app, &third).await.unwrap();
        assert!(said > unsaid + 1.0, "{said}");
        assert_eq!(
            reason,
            "A near copy of 2 others in the last 7 days, 2 of them spam"
        );
        let without = app.stored(&third).await;
        assert!(without.score.unwrap() > 0.5);
        let raw = Raw::of(&app).await;
        let noted = raw
            .list("SELECT COUNT(*) || '/' || COUNT(DISTINCT campaign) || '/' || COUNT(DISTINCT site) FROM copies")
            .await;
        assert_eq!(noted, ["3/1/2"]);
        app.stop().await;
    }
);

on_both_engines!(
    what_is_refused_hides_no_copy_and_is_none,
    |app: TestApp| async move {
        let first = post(&app, "default", "/one", 1, &offer(1)).await;
        app.decide(&first, Decision::Spam).await;
        // More than are looked at: each names a comment that is not there.
        for n in 2..50 {
            let fields = json!({ "page": "/one", "parent": "0199a1b2-0000-7000-8000-000000000000",
                                 "name": "Nobody", "email": "nobody@elsinore.example", "text": offer(n) });
            let (status, _) = answer(app.comment("default", &fields)).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let last = post(&app, "default", "/two", 50, &offer(50)).await;
        let (_, reason) = found(&app, &last).await.expect("a copy of the first");
        assert_eq!(
            reason,
            "A near copy of another comment in the last 7 days, 1 of them spam"
        );
        app.stop().await;
    }
);

on_both_engines!(
    what_people_say_every_day_and_what_is_quoted_is_no_campaign,
    |app: TestApp| async move {
        for (n, text) in [
            "Thanks!",
            "Great post, thank you for sharing this with us.",
            "I totally agree with you, this is so true.",
        ]
        .iter()
        .cycle()
        .take(9)
        .enumerate()
        {
            let posted = post(&app, "default", &format!("/{n}"), n, text).await;
            assert_eq!(found(&app, &posted).await, None, "{text}");
        }
        let opinion = "The old bridge at Kronborg was closed in 1953 because two of its arches had cracked; \
                       my grandfather repaired the third with lime mortar and a borrowed crane.";
        let first = post(&app, "default", "/bridge", 20, opinion).await;
        app.approve(&first).await;
        // Somebody answers and quotes it whole.
        let fields = json!({ "page": "/bridge", "parent": first["id"], "name": "Horatio", "email": "h@elsinore.example",
                             "text": format!("> {opinion}\n\nIs there a picture of it?") });
        let (_, reply) = answer(app.comment("default", &fields)).await;
        assert_eq!(found(&app, &reply).await, None);
        // Somebody else quotes it on another page: it was approved, and weighs nothing.
        let quoted = post(
            &app,
            "default",
            "/elsewhere",
            21,
            &format!("{opinion} Says the other page."),
        )
        .await;
        let (weight, _) = found(&app, &quoted).await.unwrap();
        assert!(weight.abs() < 1e-9, "{weight}");
        app.stop().await;
    }
);

on_both_engines!(
    who_posts_twice_on_one_page_is_no_campaign,
    |app: TestApp| async move {
        post(&app, "default", "/one", 1, &offer(1)).await;
        let again = post(&app, "default", "/one", 1, &offer(2)).await;
        assert_eq!(found(&app, &again).await, None);
        app.stop().await;
    }
);

on_both_engines!(
    copies_are_found_after_a_start_and_at_other_instances,
    |app: TestApp| async move {
        background::follow_campaigns(&app.app).await;
        post(&app, "default", "/one", 1, &offer(1)).await;
        post(&app, "default", "/two", 2, &offer(2)).await;
        let other = app.join().await;
        background::follow_campaigns(&other.app).await;
        let third = post(&other, "default", "/three", 3, &offer(3)).await;
        let (_, reason) = found(&other, &third).await.unwrap();
        assert_eq!(reason, "A near copy of 2 others in the last 7 days");
        background::follow_campaigns(&app.app).await;
        let fourth = post(&app, "default", "/four", 4, &offer(4)).await;
        let (_, reason) = found(&app, &fourth).await.unwrap();
        let raw = Raw::of(&app).await;
        let campaigns = raw
            .list("SELECT COUNT(DISTINCT campaign) || '' FROM copies")
            .await;
        assert_eq!(campaigns, ["1"]);
        // A second process on SQLite takes comments in by hand only: it is looked at when it starts.
        let seen = if raw.is_sqlite() { 2 } else { 3 };
        assert!(reason.contains(&format!("of {seen} others")), "{reason}");
        other.stop().await;
        app.stop().await;
    }
);

on_both_engines!(
    none_are_looked_for_where_the_window_is_closed,
    &[("INTAKE__CAMPAIGN_WINDOW_COMMENTS", "0")],
    |app: TestApp| async move {
        background::follow_campaigns(&app.app).await;
        for n in 0..3 {
            let posted = post(&app, "default", &format!("/{n}"), n, &offer(n)).await;
            assert_eq!(found(&app, &posted).await, None);
        }
        app.pass(Duration::from_secs(1)).await;
        app.stop().await;
    }
);

on_both_engines!(
    one_act_decides_about_the_copies_on_the_sites_that_one_may_decide_on,
    |app: TestApp| async move {
        sites(&app, &["garden", "harbour", "library"]).await;
        let mut posted = Vec::new();
        for (n, site) in ["harbour", "garden", "library", "harbour", "garden"]
            .iter()
            .enumerate()
        {
            posted.push(post(&app, site, &format!("/{n}"), n, &offer(n)).await);
        }
        let other = post(
            &app,
            "garden",
            "/other",
            9,
            "May I plant the rosemary beside the north wall, or is it too wet there in March?",
        )
        .await;
        let both = app.token(Role::Moderator, &["harbour", "garden"]).await;
        let get = async |path: String| answer(app.with(&both, Method::GET, &path)).await.1;
        // One row, that says how many it stands for; nothing of the third site but the number.
        let list = get("/api/v1/comments?status=pending&folded=true".to_owned()).await;
        let rows = list["comments"].as_array().unwrap();
        assert_eq!(rows.len(), 2, "{list}");
        assert_eq!(rows[0]["id"], other["id"]);
        assert_eq!(rows[1]["id"], posted[4]["id"]);
        assert_eq!(
            rows[1]["copies"],
            json!({ "comments": 3, "pages": 3, "sites": 2 })
        );
        assert_eq!(
            list["counts"]["pending"], 5,
            "comments are counted, not rows"
        );
        let latest = text(&posted[4]["id"]);
        let members = get(format!("/api/v1/comments/{latest}/copies")).await;
        assert_eq!(members["elsewhere"], 1);
        assert_eq!(members["counts"]["pending"], 4);
        let copies = get(format!("/api/v1/comments?copies_of={latest}")).await;
        assert_eq!(copies["comments"].as_array().unwrap().len(), 4);
        assert!(!copies.to_string().contains("library"));
        // One that came after the list was made was not seen.
        let seen = rows[1]["created_at"].clone();
        app.pass(Duration::from_mins(1)).await;
        let unseen = post(&app, "harbour", "/7", 7, &offer(7)).await;
        let path = format!("/api/v1/comments/{latest}/copies/decisions");
        let body = json!({ "decision": "spam", "version": 1, "until": seen });
        let (status, done) = answer(app.with(&both, Method::POST, &path).json(&body)).await;
        assert_eq!(status, StatusCode::OK, "{done}");
        assert_eq!(done["decided"], 4, "{done}");
        let mut statuses = Vec::new();
        for one in posted.iter().chain([&unseen, &other]) {
            statuses.push(app.stored(one).await.status.as_str());
        }
        assert_eq!(
            statuses,
            [
                "spam", "spam", "pending", "spam", "spam", "pending", "pending"
            ]
        );
        // Sent again it is stale, and nothing more is decided about.
        let (status, again) = answer(app.with(&both, Method::POST, &path).json(&body)).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert_eq!(again["current"]["changed"]["by_you"], true);
        // It is one batch.
        let undo = format!("/api/v1/batches/{}/undo", text(&done["batch"]));
        let (_, undone) = answer(app.with(&both, Method::POST, &undo).json(&json!({}))).await;
        assert_eq!(undone["undone"], 4);
        for one in &posted {
            assert_eq!(app.stored(one).await.status.as_str(), "pending");
        }
        app.stop().await;
    }
);

on_both_engines!(
    a_label_given_before_is_applied_to_copies_that_were_let_through,
    |app: TestApp| async move {
        sites(&app, &["harbour"]).await;
        let first = post(&app, "harbour", "/one", 1, &offer(1)).await;
        let second = post(&app, "harbour", "/two", 2, &offer(2)).await;
        let third = post(&app, "harbour", "/three", 3, &offer(3)).await;
        app.approve(&first).await;
        app.decide(&third, Decision::Trash).await;
        let token = app.token(Role::Moderator, &["harbour"]).await;
        let path = format!("/api/v1/comments/{}/copies/decisions", text(&second["id"]));
        let empty = json!({ "decision": "spam", "version": 1, "among": [] });
        let (status, _) = answer(app.with(&token, Method::POST, &path).json(&empty)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let body = json!({ "decision": "spam", "version": 1, "among": ["pending", "approved"] });
        let (_, done) = answer(app.with(&token, Method::POST, &path).json(&body)).await;
        assert_eq!(done["decided"], 2, "{done}");
        assert_eq!(app.stored(&first).await.status.as_str(), "spam");
        assert_eq!(app.stored(&third).await.status.as_str(), "trash");
        app.stop().await;
    }
);

on_both_engines!(
    the_desk_shows_copies_as_one_row_and_decides_about_them_without_script,
    |app: TestApp| async move {
        sites(&app, &["garden", "harbour"]).await;
        let operator = app.first_operator("claudius@elsinore.example").await;
        let mut posted = Vec::new();
        for (n, site) in ["harbour", "garden", "harbour"].iter().enumerate() {
            posted.push(post(&app, site, &format!("/{n}"), n, &offer(n)).await);
        }
        let page = operator.page(&app, "/desk").await;
        assert_eq!(page.matches("<li class=\"item\"").count(), 1);
        assert!(
            page.contains("With 2 near copies on 2 pages of 2 sites"),
            "{page}"
        );
        let one = format!("spam:{}:1:+", text(&posted[2]["id"]));
        let fields = [("one", one.as_str()), ("back", "/desk?status=pending")];
        let sent = operator
            .form(&app, "/desk/decisions", &fields)
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status(), 303);
        let location = sent.headers()["location"].to_str().unwrap().to_owned();
        let said = operator.page(&app, &location).await;
        assert!(said.contains("3 comments marked as spam."), "{said}");
        for one in &posted {
            assert_eq!(app.stored(one).await.status.as_str(), "spam");
        }
        assert!(
            operator
                .page(&app, "/desk/batches")
                .await
                .contains("3 comments marked as spam")
        );
        let opened = operator
            .page(&app, &format!("/desk/comments/{}", text(&posted[0]["id"])))
            .await;
        assert!(
            opened.contains("With 2 near copies it is on 3 pages of 2 sites"),
            "{opened}"
        );
        // Another comes in, and hears of what was decided before by one press.
        let late = post(&app, "garden", "/late", 8, &offer(8)).await;
        let here = format!("/desk/comments/{}", text(&posted[0]["id"]));
        let opened = operator.page(&app, &here).await;
        assert!(
            opened.contains("Mark as spam the copy that waits too"),
            "{opened}"
        );
        let until = opened.split("name=\"until\" value=\"").nth(1).unwrap();
        let until = until.split('"').next().unwrap();
        let fields = [("decision", "spam"), ("version", "2"), ("until", until)];
        let sent = operator
            .form(&app, &format!("{here}/copies"), &fields)
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status(), 303);
        assert_eq!(app.stored(&late).await.status.as_str(), "spam");
        app.stop().await;
    }
);
