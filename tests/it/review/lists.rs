//! The queue: its orders, filters, counts and parameters.

use std::{cmp::Ordering, time::Duration};

use hamlet::{
    background,
    domain::{moderator::Role, site::Policy},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{GENUINE, SPAM, decide, ids, read};
use crate::{
    on_both_engines,
    support::{app::answer, people::text},
};

/// Which of two comments, as answered, comes first.
fn in_order(sort: &str, one: &Value, other: &Value) -> Ordering {
    let score = |comment: &Value| comment["score"].as_f64().expect("a score");
    let doubt = |comment: &Value| (score(comment) - 0.5).abs();
    let by_id = text(&one["id"]).cmp(text(&other["id"]));
    match sort {
        "newest" => by_id.reverse(),
        "oldest" => by_id,
        "uncertain" => doubt(one).total_cmp(&doubt(other)).then(by_id),
        _ => score(other).total_cmp(&score(one)).then(by_id.reverse()),
    }
}

on_both_engines!(
    a_list_goes_on_where_it_stopped_in_every_order,
    |app: TestApp| async move {
        app.add_site("gallery", &[], Policy::default()).await;
        let token = app.token(Role::Moderator, &[]).await;
        for n in 0..7 {
            let words = if n % 2 == 0 { GENUINE } else { SPAM };
            let site = if n % 3 == 0 { "gallery" } else { "default" };
            let words = format!("{words} {n}{n}{n} times");
            app.posted(site, &format!("N{n}"), &words).await;
        }
        let (_, all) = read(&app, &token, "/api/v1/comments").await;
        assert_eq!(ids(&all).len(), 7);
        for (query, status) in [("", None), ("status=pending&", Some("pending"))] {
            for sort in ["newest", "oldest", "uncertain", "spammiest"] {
                let mut pieces = Vec::new();
                let mut cursor = String::new();
                loop {
                    let path =
                        format!("/api/v1/comments?{query}sort={sort}&limit=2&cursor={cursor}");
                    let (_, list) = read(&app, &token, &path).await;
                    pieces.extend(ids(&list));
                    match list["next_cursor"].as_str() {
                        Some(next) => next.clone_into(&mut cursor),
                        None => break,
                    }
                }
                let mut wanted = all["comments"].as_array().unwrap().clone();
                wanted.retain(|one| status.is_none_or(|status| one["status"] == status));
                wanted.sort_by(|one, other| in_order(sort, one, other));
                let wanted: Vec<&str> = wanted.iter().map(|one| text(&one["id"])).collect();
                assert_eq!(pieces, wanted, "{query}{sort}");
            }
        }
        let (_, first) = read(&app, &token, "/api/v1/comments?limit=1").await;
        let cursor = text(&first["next_cursor"]);
        for path in [
            format!("/api/v1/comments?sort=spammiest&cursor={cursor}"),
            format!("/api/v1/comments?cursor={cursor}x"),
        ] {
            let (status, problem) = read(&app, &token, &path).await;
            assert_eq!(
                (status.as_u16(), text(&problem["errors"][0]["field"])),
                (422, "cursor")
            );
        }
    }
);

on_both_engines!(
    a_list_is_narrowed_by_each_filter,
    |app: TestApp| async move {
        app.add_site("gallery", &["https://gallery.example"], Policy::default())
            .await;
        let token = app.token(Role::Moderator, &[]).await;
        let genuine = app.posted("default", "Ophelia", GENUINE).await;
        let spam = app.posted("gallery", "Claudius", SPAM).await;
        let only = |query: String| {
            let (app, token) = (&app, &token);
            async move {
                let path = format!("/api/v1/comments?{query}");
                let (status, list) = read(app, token, &path).await;
                assert_eq!(status, 200, "{list}");
                ids(&list)
            }
        };
        let score = |id: &str| {
            let path = format!("/api/v1/comments/{id}");
            let (app, token) = (&app, &token);
            async move { read(app, token, &path).await.1["score"].as_f64().unwrap() }
        };
        let (low, high) = (score(&genuine).await, score(&spam).await);
        assert!(low < high);
        let middle = f64::midpoint(low, high);
        for (query, id) in [
            ("site=default".to_owned(), &genuine),
            ("site=gallery".to_owned(), &spam),
            (
                "site=gallery&page=https://gallery.example/garden%23top".to_owned(),
                &spam,
            ),
            ("q=ROSEMARY".to_owned(), &genuine),
            ("q=claud".to_owned(), &spam),
            (format!("author={genuine}"), &genuine),
            (format!("min_score={middle}"), &spam),
            (format!("max_score={middle}"), &genuine),
        ] {
            let found = only(query.clone()).await;
            assert_eq!(found, std::slice::from_ref(id), "{query}");
        }
        let now = app.app.now().to_string();
        assert_eq!(only(format!("until={now}")).await.len(), 0);
        assert_eq!(only(format!("since={now}")).await.len(), 2);
        assert_eq!(only("q=50%25".to_owned()).await.len(), 0);
    }
);

on_both_engines!(
    the_counts_that_are_kept_are_those_of_the_comments,
    |app: TestApp| async move {
        app.add_site("gallery", &[], Policy::default()).await;
        let token = app.token(Role::Operator, &[]).await;
        // What is narrowed is counted anew, and this leaves nothing out.
        let agree = |wanted: Value| {
            let (app, token) = (&app, &token);
            async move {
                let (_, kept) = read(app, token, "/api/v1/comments").await;
                let (_, counted) =
                    read(app, token, "/api/v1/comments?since=1970-01-01T00:00:00Z").await;
                assert_eq!(kept["counts"], counted["counts"]);
                for (status, count) in wanted.as_object().unwrap() {
                    assert_eq!(&kept["counts"][status], count, "{status} in {kept}");
                }
            }
        };
        agree(json!({ "pending": 0, "approved": 0 })).await;
        let mut posted = Vec::new();
        for n in 0..6 {
            let site = if n % 2 == 0 { "gallery" } else { "default" };
            posted.push(
                app.posted(site, &format!("N{n}"), &format!("{GENUINE} {n}{n}{n}"))
                    .await,
            );
        }
        agree(json!({ "pending": 6 })).await;
        let wish = json!({ "decision": "approve", "version": 1 });
        decide(&app, &token, &posted[0], wish).await;
        agree(json!({ "pending": 5, "approved": 1 })).await;
        let undo = format!("/api/v1/comments/{}/undo", posted[0]);
        answer(app.with(&token, Method::POST, &undo)).await;
        agree(json!({ "pending": 6, "approved": 0 })).await;
        let items = posted[1..5]
            .iter()
            .map(|id| json!({ "id": id, "version": 1 }));
        let bulk = json!({ "decision": "spam", "items": items.collect::<Vec<_>>() });
        let request = app.with(&token, Method::POST, "/api/v1/decisions");
        answer(request.json(&bulk)).await;
        agree(json!({ "pending": 2, "spam": 4 })).await;
        assert_eq!(app.app.store.queue_depth().await.expect("a depth"), 2);
        // As instances do it: at once, and while comments come in.
        let fold = || background::fold(&app.app);
        let words = format!("{GENUINE} while counts are folded");
        let late = app.posted("default", "N6", &words);
        tokio::join!(fold(), late, fold(), fold());
        agree(json!({ "pending": 3, "spam": 4 })).await;
        let person = json!({ "email": "n1@elsinore.example" });
        let request = app.with(&token, Method::POST, "/api/v1/subjects/erase");
        let (status, erased) = answer(request.json(&person)).await;
        assert_eq!((status.as_u16(), &erased["comments"]), (200, &json!(1)));
        agree(json!({ "pending": 3, "spam": 3 })).await;
        let (_, gallery) = read(&app, &token, "/api/v1/comments?site=gallery&status=spam").await;
        assert_eq!(
            (&gallery["counts"]["pending"], &gallery["counts"]["spam"]),
            (&json!(1), &json!(2))
        );
        assert_eq!(ids(&gallery).len(), 2);
    }
);

on_both_engines!(
    a_parameter_that_is_not_right_is_named,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        for (query, field) in [
            ("status=lost", "status"),
            ("sort=fastest", "sort"),
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=x", "limit"),
            ("min_score=2", "min_score"),
            ("max_score=NaN", "max_score"),
            ("since=yesterday", "since"),
            ("author=me", "author"),
            ("page=nonsense", "page"),
            ("colour=red", "colour"),
            ("q=%00", "q"),
        ] {
            let (status, problem) = read(&app, &token, &format!("/api/v1/comments?{query}")).await;
            assert_eq!(
                (status.as_u16(), text(&problem["errors"][0]["field"])),
                (422, field),
                "{query}"
            );
        }
    }
);

on_both_engines!(
    what_was_decided_about_is_listed_by_when_that_was,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let me = app.first_operator("horatio@elsinore.example").await;
        let mut posted = Vec::new();
        for n in 0..6 {
            posted.push(
                app.posted("default", &format!("N{n}"), &format!("{GENUINE} {n} times"))
                    .await,
            );
        }
        let decide = async |n: usize, decision: &str| {
            app.app.clock.advance(Duration::from_secs(1));
            let path = format!("/api/v1/comments/{}/decisions", posted[n]);
            let body = json!({ "decision": decision, "version": 1 });
            let sent = app.with(&token, Method::POST, &path).json(&body);
            assert_eq!(answer(sent).await.0, 200);
        };
        for n in [3, 0, 4, 1] {
            decide(n, "approve").await;
        }
        decide(2, "spam").await;
        let listed = async |query: &str| {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let path = format!("/api/v1/comments?{query}sort=decided&limit=2&cursor={cursor}");
                let (_, list) = read(&app, &token, &path).await;
                found.extend(
                    ids(&list)
                        .into_iter()
                        .map(|id| posted.iter().position(|one| *one == id).unwrap()),
                );
                match list["next_cursor"].as_str() {
                    Some(next) => next.clone_into(&mut cursor),
                    None => return found,
                }
            }
        };
        assert_eq!(listed("status=approved&").await, [1, 4, 0, 3]);
        assert_eq!(
            listed("").await,
            [2, 1, 4, 0, 3],
            "without what nobody decided about"
        );
        let path = format!("/api/v1/comments/{}/undo", posted[4]);
        assert_eq!(answer(app.with(&token, Method::POST, &path)).await.0, 200);
        assert_eq!(listed("status=approved&").await, [1, 0, 3]);
        let (_, list) = read(&app, &token, "/api/v1/comments?sort=decided&q=times").await;
        assert_eq!(
            (ids(&list).len(), &list["counts"]["approved"]),
            (4, &json!(3)),
            "{list}"
        );

        let page = me.page(&app, "/desk?status=approved&sort=decided").await;
        let places: Vec<_> = [1, 0, 3]
            .map(|n| page.find(&format!("id=\"c-{}\"", posted[n])))
            .into();
        assert!(places.is_sorted() && places[0].is_some(), "{places:?}");
        assert!(page.contains("only what somebody decided about"));
        let waiting = "Pending <span class=\"count\">2</span>";
        assert!(
            page.contains(waiting),
            "the tab of what waits says how many do"
        );
        let pending = me.page(&app, "/desk?status=pending&sort=decided").await;
        assert!(pending.contains(waiting) && !pending.contains("value=\"decided\""));
        assert!(pending.contains(&posted[5]), "in the usual order");
    }
);

on_both_engines!(
    somebody_chooses_how_many_comments_a_page_has,
    |app: TestApp| async move {
        let me = app.first_operator("horatio@elsinore.example").await;
        let shown = async |path: &str| {
            let page = me.page(&app, path).await;
            (
                page.matches("<li class=\"item\"").count(),
                page.contains("rel=\"next\""),
                page.contains("/desk/page-size"),
            )
        };
        for n in 0..26 {
            app.posted("default", &format!("N{n}"), &format!("{GENUINE} {n} times"))
                .await;
        }
        assert_eq!(shown("/desk?link=no").await, (25, true, true));
        let chosen = [("size", "50"), ("back", "/desk?status=pending&link=no")];
        let (status, _) = me.send(&app, "/desk/page-size", &chosen).await;
        assert_eq!(status, 303);
        assert_eq!(shown("/desk?link=no").await, (26, false, true));
        for wrong in ["", "26", "-1", "1000000"] {
            let (status, _) = me.send(&app, "/desk/page-size", &[("size", wrong)]).await;
            assert_eq!(status, 400, "{wrong}");
        }
        assert_eq!(shown("/desk?link=no").await, (26, false, true));
        assert_eq!(shown("/desk?status=spam").await, (0, false, false));
    }
);
