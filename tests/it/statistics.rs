//! What came and what was decided, added up: the interface, the page and the file say the same, and each person sees of
//! persons what is theirs.

use std::time::Duration;

use hamlet::{
    background,
    domain::{moderator::Role, site::Policy},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::{
        app::{TestApp, answer},
        database::Raw,
        people::{Session, text},
    },
};

const GENUINE: &str = "There's rosemary, that's for remembrance; pray you, love, remember.";

async fn decide(app: &TestApp, who: &Session, id: &str, decision: &str) {
    let path = format!("/api/v1/comments/{id}");
    let (_, comment) = answer(who.request(app, Method::GET, &path)).await;
    let body = json!({ "decision": decision, "version": comment["version"] });
    let request = who.request(app, Method::POST, &format!("{path}/decisions"));
    let (status, decided) = answer(request.json(&body)).await;
    assert_eq!(status, 200, "{decided}");
}

async fn read(app: &TestApp, who: &Session, query: &str) -> Value {
    let path = format!("/api/v1/statistics{query}");
    let (status, found) = answer(who.request(app, Method::GET, &path)).await;
    assert_eq!(status, 200, "{found}");
    found
}

/// Counts what happened until now, as the job does minutes later.
async fn count(app: &TestApp) {
    app.app.clock.advance(Duration::from_mins(3));
    background::fold(&app.app).await;
}

on_both_engines!(
    what_came_and_what_was_decided_is_added_up_once,
    |app: TestApp| async move {
        let me = app.first_operator("horatio@elsinore.example").await;
        app.add_site("garden", &[], Policy::default()).await;
        let colleague = app
            .moderator(&me, "marcellus@elsinore.example", &["garden"])
            .await;
        let mut ids = Vec::new();
        for n in 0..4 {
            let words = format!("{GENUINE} Verse {n}.");
            ids.push(app.posted("garden", &format!("N{n}"), &words).await);
        }
        app.posted("default", "Laertes", GENUINE).await;
        app.app.clock.advance(Duration::from_mins(20));
        decide(&app, &colleague, &ids[0], "approve").await;
        decide(&app, &colleague, &ids[1], "approve").await;
        decide(&app, &me, &ids[1], "spam").await;
        decide(&app, &me, &ids[2], "reject").await;
        let undo = format!("/api/v1/comments/{}/undo", ids[2]);
        let (status, _) = answer(me.request(&app, Method::POST, &undo)).await;
        assert_eq!(status, 200);
        let nothing = read(&app, &me, "").await;
        assert_eq!(nothing["happened"]["came"], 0, "it is counted behind");
        for _ in 0..2 {
            count(&app).await;
        }
        let all = read(&app, &me, "?days=2").await;
        let happened = json!({ "came": 5, "published": 0, "held": 5, "aside": 0, "decided": 3,
                               "taken_back": 0, "missed": 1 });
        assert_eq!(
            all["happened"], happened,
            "counted once, whatever the job runs"
        );
        let sites: Vec<&str> = all["sites"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| text(&one["site"]))
            .collect();
        assert_eq!(sites, ["default", "garden"]);
        assert_eq!(
            all["pages"][0],
            json!({ "site": "garden", "page": "/garden", "came": 4, "aside": 0 })
        );
        assert_eq!(
            all["because"][0],
            json!({ "word": "all_reviewed", "came": 5, "aside": 0 })
        );
        assert_eq!(all["languages"][0]["word"], "en");
        let waited: Vec<(i64, i64)> = all["waits"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                (
                    one["minutes"].as_i64().unwrap(),
                    one["comments"].as_i64().unwrap(),
                )
            })
            .filter(|(_, comments)| *comments > 0)
            .collect();
        assert_eq!(waited, [(15, 3)], "first decisions alone");
        let people: Vec<(&str, i64, i64)> = all["people"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                (
                    text(&one["name"]),
                    one["decided"].as_i64().unwrap(),
                    one["changed"].as_i64().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            people,
            [("Horatio", 1, 0), ("Marcellus", 2, 1)],
            "in the order of their names"
        );

        let theirs = read(&app, &colleague, "").await;
        assert_eq!(theirs["happened"]["came"], 4, "their sites");
        let people = theirs["people"].as_array().unwrap();
        assert_eq!(people.len(), 1, "they themselves: {people:?}");
        assert_eq!(people[0]["name"], "Marcellus");
        let other = colleague.request(&app, Method::GET, "/api/v1/statistics?site=default");
        assert_eq!(answer(other).await.0, StatusCode::NOT_FOUND);
        for wrong in ["0", "367", "many"] {
            let path = format!("/api/v1/statistics?days={wrong}");
            let (status, _) = answer(me.request(&app, Method::GET, &path)).await;
            assert_eq!(status, 422, "{wrong}");
        }
    }
);

on_both_engines!(
    the_page_and_the_file_of_statistics_say_what_the_interface_says,
    |app: TestApp| async move {
        let me = app.first_operator("horatio@elsinore.example").await;
        let empty = me.page(&app, "/desk/statistics").await;
        assert!(
            empty.contains("Since yesterday no comment came."),
            "{empty}"
        );
        let fields = json!({ "page": "/=cmd", "name": "Osric", "email": "osric@elsinore.example", "text": GENUINE });
        let (status, posted) = answer(app.comment("default", &fields)).await;
        assert!(status.is_success(), "{posted}");
        decide(&app, &me, text(&posted["id"]), "approve").await;
        // Neither is in the sums yet.
        for page in ["/desk/statistics", "/desk"] {
            let page = me.page(&app, page).await;
            assert!(page.contains("Since yesterday 1 comment came: 0 put aside as spam, 0 published, 1 kept for a decision."), "{page}");
        }
        count(&app).await;
        let page = me.page(&app, "/desk/statistics?days=7").await;
        assert!(page.contains("Since yesterday 1 comment came: 0 put aside as spam, 0 published, 1 kept for a decision."), "{page}");
        assert!(page.contains("Nothing waits now."));
        assert!(page.contains("Half of them waited less than 5 minutes."));
        assert_eq!(page.matches("<svg class=\"chart\"").count(), 3);
        assert!(page.contains("<bdi>/=cmd</bdi>"));
        let queue = me.page(&app, "/desk").await;
        assert!(
            queue.contains("Since yesterday 1 comment came"),
            "the queue says it too"
        );
        let filtered = me.page(&app, "/desk?status=spam").await;
        assert!(!filtered.contains("Since yesterday"));
        let file = me.page(&app, "/desk/statistics/export?days=7").await;
        let lines: Vec<&str> = file.lines().collect();
        assert_eq!(lines[0], "day,site,kind,word,count,part");
        assert!(
            lines
                .iter()
                .any(|line| line.ends_with(",default,came,hold,1,0")),
            "{file}"
        );
        assert!(
            lines
                .iter()
                .any(|line| line.ends_with(",default,page,/=cmd,1,0")),
            "{file}"
        );
        assert!(
            lines.iter().any(|line| line.contains(",default,person,")),
            "{file}"
        );
    }
);

on_both_engines!(
    sums_are_forgotten_after_their_time,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let year = async || {
            let request = app.with(&token, Method::GET, "/api/v1/statistics?days=366");
            let (status, found) = answer(request).await;
            assert_eq!(status, 200, "{found}");
            found
        };
        app.posted("default", "Ophelia", GENUINE).await;
        count(&app).await;
        app.pass(Duration::from_hours(101 * 24)).await;
        let year_then = year().await;
        assert_eq!(year_then["happened"]["came"], 1);
        assert_eq!(year_then["pages"], json!([]), "pages sooner than the rest");
        app.pass(Duration::from_hours(200 * 24)).await;
        assert_eq!(year().await["happened"]["came"], 1);
        app.pass(Duration::from_hours(100 * 24)).await;
        let kept = Raw::of(&app).await.list("SELECT kind FROM tallies").await;
        assert_eq!(kept, Vec::<String>::new());
    }
);

/// Makes so many more of the one comment there is, of the same moment, as a rush would.
async fn rush(app: &TestApp, count: usize) {
    let id = "substr(c.id, 1, 24) || CAST(100000000000 + n.n AS TEXT)";
    let raw = Raw::of(app).await;
    raw.multiply(count, |column| (column == "id").then_some(id))
        .await;
}

on_both_engines!(
    a_rush_that_is_not_counted_yet_is_said_to_be_more,
    |app: TestApp| async move {
        let me = app.first_operator("horatio@elsinore.example").await;
        app.posted("default", "Osric", GENUINE).await;
        rush(&app, 1_200).await;
        for page in ["/desk", "/desk/statistics"] {
            let page = me.page(&app, page).await;
            assert!(
                page.contains("Since yesterday at least 1,000 comments came, and more are still being counted."),
                "{page}"
            );
        }
        count(&app).await;
        let page = me.page(&app, "/desk").await;
        assert!(
            page.contains("Since yesterday 1,201 comments came"),
            "{page}"
        );
    }
);

on_both_engines!(what_was_imported_did_not_come, |app: TestApp| async move {
    let me = app.first_operator("horatio@elsinore.example").await;
    app.posted("default", "Osric", GENUINE).await;
    rush(&app, 2).await;
    let raw = Raw::of(&app).await;
    raw.run(
        "INSERT INTO imported (site, system, foreign_id, comment_id) \
             SELECT site, 'isso', id, id FROM comments WHERE id LIKE '%-100000000001'",
    )
    .await;
    let page = me.page(&app, "/desk").await;
    assert!(page.contains("Since yesterday 2 comments came"), "{page}");
});
