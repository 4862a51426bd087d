//! What anyone may read: approved comments and nothing else about anyone.

use hamlet::domain::decision::Decision;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{on_both_engines, support::app::answer};

const RATES: &[(&str, &str)] = &[
    ("INTAKE__NETWORK_HARD_LIMIT", "1000000"),
    ("INTAKE__EMAIL_HARD_LIMIT", "1000000"),
];
const LIST: &str = "/api/v1/sites/default/comments?page=/p";

fn comment(text: &str) -> Value {
    json!({ "page": "/p", "name": "Horatio", "email": "horatio@elsinore.example",
            "website": "https://elsinore.example", "text": text })
}

on_both_engines!(
    only_approved_comments_are_public_oldest_first,
    |app: TestApp| async move {
        let mut posted = Vec::new();
        for text in [
            "Friends to this ground.",
            "And liegemen to the Dane.",
            "Give you good night.",
        ] {
            posted.push(answer(app.comment("default", &comment(text))).await.1);
        }
        assert_eq!(answer(app.get(LIST)).await.1["comments"], json!([]));
        app.approve(&posted[2]).await;
        app.approve(&posted[0]).await;
        let (_, list) = answer(app.get(LIST)).await;
        let texts: Vec<_> = list["comments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["text"].clone())
            .collect();
        assert_eq!(texts, ["Friends to this ground.", "Give you good night."]);
        let mut fields: Vec<_> = list["comments"][0]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        fields.sort();
        assert_eq!(
            fields,
            [
                "avatar",
                "created_at",
                "html",
                "id",
                "name",
                "parent",
                "text",
                "website"
            ]
        );
        let (_, counts) = answer(app.get("/api/v1/sites/default/counts?page=/p&page=/q")).await;
        assert_eq!(counts, json!({ "counts": { "/p": 2, "/q": 0 } }));
        app.stop().await;
    }
);

on_both_engines!(
    a_reader_who_has_the_list_is_told_so_until_it_changes,
    |app: TestApp| async move {
        let (_, body) = answer(app.comment("default", &comment("Well said, old mole."))).await;
        let tag =
            |response: &reqwest::Response| response.headers()["etag"].to_str().unwrap().to_owned();
        let first = tag(&app.get(LIST).send().await.unwrap());
        let again = app
            .get(LIST)
            .header("if-none-match", first.clone())
            .send()
            .await
            .unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(tag(&again), first);
        assert!(again.bytes().await.unwrap().is_empty());
        app.approve(&body).await;
        let changed = app
            .get(LIST)
            .header("if-none-match", first)
            .send()
            .await
            .unwrap();
        assert_eq!(
            changed.status(),
            StatusCode::OK,
            "an approval is seen at once"
        );
        app.stop().await;
    }
);

on_both_engines!(
    a_reply_names_its_parent_only_while_that_is_public,
    |app: TestApp| async move {
        let (_, parent) = answer(app.comment("default", &comment("Who's there?"))).await;
        app.approve(&parent).await;
        let mut reply = comment("Nay, answer me.");
        reply["parent"] = parent["id"].clone();
        let (_, reply) = answer(app.comment("default", &reply)).await;
        app.approve(&reply).await;
        let (_, list) = answer(app.get(LIST)).await;
        assert_eq!(list["comments"][1]["parent"], parent["id"]);
        app.decide(&parent, Decision::Trash).await;
        let (_, list) = answer(app.get(LIST)).await;
        assert_eq!(list["comments"].as_array().unwrap().len(), 1);
        assert_eq!(list["comments"][0]["parent"], Value::Null);
        app.stop().await;
    }
);

on_both_engines!(
    a_long_list_goes_on_where_it_ended,
    RATES,
    |app: TestApp| async move {
        let send = |n: u32| {
            let fields = json!({ "page": "/p", "name": "Osric", "email": format!("osric{}@elsinore.example", n % 100),
                             "text": format!("I thank your lordship, it is very hot, and this is remark {n}.") });
            answer(app.comment("default", &fields))
        };
        let mut posted = Vec::new();
        for n in 0..502 {
            posted.push(send(n).await.1);
        }
        app.decide_all(&posted, Decision::Approve).await;
        let (_, first) = answer(app.get(LIST)).await;
        assert_eq!(first["comments"].as_array().unwrap().len(), 500);
        let cursor = first["next_cursor"].as_str().unwrap();
        let (_, second) = answer(app.get(&format!("{LIST}&cursor={cursor}"))).await;
        assert_eq!(second["comments"].as_array().unwrap().len(), 2);
        assert_eq!(second["next_cursor"], Value::Null);
        app.stop().await;
    }
);

on_both_engines!(avatars_are_drawn_here, |app: TestApp| async move {
    let response = app.get("/avatars/7.svg").send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "image/svg+xml");
    let drawing = response.text().await.unwrap();
    assert!(drawing.starts_with("<svg"));
    assert_ne!(
        drawing,
        app.get("/avatars/8.svg")
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    );
    assert_eq!(
        answer(app.get("/avatars/256.svg")).await.0,
        StatusCode::NOT_FOUND
    );
    app.stop().await;
});

on_both_engines!(
    marks_heaped_on_a_letter_smear_over_nothing_on_the_desk_and_in_the_list,
    |app: TestApp| async move {
        let heap = |base: &str, pairs| format!("{base}{}", "\u{30d}\u{316}".repeat(pairs));
        let fields = json!({ "page": "/z", "name": heap("Z", 45), "email": "z@example.org", "text": heap("Zalgo comes", 300) });
        let (status, held) = answer(app.comment("default", &fields)).await;
        assert_eq!(status, 202, "{held}");
        let operator = app.first_operator("horatio@elsinore.example").await;
        let is_mark = |c: char| matches!(c, '\u{30d}' | '\u{316}');
        let highest = |page: &str| {
            let heaps = page.split(|c: char| !is_mark(c));
            heaps.map(|heap| heap.chars().count()).max().unwrap_or(0)
        };
        for path in [
            "/desk".to_owned(),
            format!("/desk/comments/{}", held["id"].as_str().unwrap()),
        ] {
            let page = operator.page(&app, &path).await;
            assert!(
                page.contains("MARKS") && highest(&page) == 8,
                "{path}: {}",
                highest(&page)
            );
        }
        app.approve(&held).await;
        let (_, list) = answer(app.get("/api/v1/sites/default/comments?page=/z")).await;
        assert!(highest(&list.to_string()) == 8, "{list}");
        for path in [
            "/sites/default/comments?page=/z",
            "/sites/default/comments.atom?page=/z",
        ] {
            let page = app.get(path).send().await.unwrap().text().await.unwrap();
            assert!(highest(&page) == 8, "{path}: {}", highest(&page));
        }
        let stored = app.stored(&held).await;
        assert_eq!(highest(&stored.text), 600, "what is kept is not changed");
    }
);

on_both_engines!(
    a_list_without_a_page_is_refused_by_name,
    |app: TestApp| async move {
        for path in [
            "/api/v1/sites/default/comments",
            "/api/v1/sites/default/counts",
            "/sites/default/form",
        ] {
            let (status, problem) = answer(app.get(path)).await;
            assert_eq!(status, 422, "{path}: {problem}");
            assert_eq!(problem["errors"][0]["field"], "page", "{path}");
            assert_eq!(problem["errors"][0]["code"], "required", "{path}");
        }
        let (status, list) = answer(app.get(&format!("{LIST}&cursor="))).await;
        assert_eq!(status, 200, "a blank cursor is none: {list}");
    }
);

on_both_engines!(
    a_feed_has_the_latest_fifty_comments_newest_first,
    RATES,
    |app: TestApp| async move {
        for n in 100..153 {
            let fields = json!({ "page": "/p", "name": "Horatio", "email": format!("h{n}@elsinore.example"),
                                 "text": format!("Report number {n} & <b>no more</b>") });
            let (_, posted) = answer(app.comment("default", &fields)).await;
            app.approve(&posted).await;
        }
        let feed = app.get("/sites/default/comments.atom?page=/p");
        let feed = feed.send().await.unwrap().text().await.unwrap();
        let numbers: Vec<u32> = feed
            .split("Report number ")
            .skip(1)
            .map(|rest| rest[..3].parse().unwrap())
            .collect();
        assert_eq!(numbers, (103..153).rev().collect::<Vec<_>>());
        assert!(
            !feed.contains("<b>") && !feed.contains("elsinore.example\""),
            "{feed}"
        );
        app.stop().await;
    }
);
