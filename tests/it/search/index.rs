//! What comes into the index, moves in it and leaves it.

use std::collections::BTreeSet;

use hamlet::{
    background,
    domain::{
        decision::Decision,
        moderator::Role,
        site::{Policy, SiteSlug},
    },
};
use reqwest::Method;
use serde_json::json;

use super::{RATES, ask, forget_index, texts};
use crate::{
    on_both_engines,
    support::{
        app::{Engine, TestApp, answer},
        database::Raw,
    },
};

/// Pages through a search; the numbers in the texts, in the order in which they come.
async fn paged(app: &TestApp, token: &str, q: &str, sort: &str, more: &str) -> Vec<u32> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let list = ask(
            app,
            token,
            q,
            &format!("&limit=3&sort={sort}{more}{cursor}"),
        )
        .await;
        let numbers = list["comments"].as_array().unwrap().iter();
        found.extend(numbers.map(|one| {
            one["text"]
                .as_str()
                .unwrap()
                .split(' ')
                .nth(1)
                .unwrap()
                .parse::<u32>()
                .unwrap()
        }));
        let Some(next) = list["next_cursor"].as_str() else {
            return found;
        };
        cursor = format!("&cursor={next}");
    }
}

on_both_engines!(
    lists_go_on_through_blocks_that_are_merged,
    RATES,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let mut ids = Vec::new();
        for n in 0..60 {
            let text = format!(
                "number {n} of {} words",
                if n % 4 == 0 { "rare" } else { "common" }
            );
            ids.push(json!({ "id": app.posted("default", &format!("V{n}"), &text).await }));
            if n % 3 == 2 && n < 54 {
                background::index(&app.app).await;
            }
        }
        app.decide_all(&ids[0..20], Decision::Approve).await;
        let blocks = Raw::of(&app)
            .await
            .list("SELECT CAST(block AS TEXT) FROM search_blocks")
            .await;
        assert!(
            (1..16).contains(&blocks.len()),
            "small blocks were merged: {blocks:?}"
        );
        for _ in 0..2 {
            let rare: Vec<u32> = (0..60).filter(|n| n % 4 == 0).collect();
            let newest: Vec<u32> = rare.iter().rev().copied().collect();
            assert_eq!(paged(&app, &token, "rare", "newest", "").await, newest);
            assert_eq!(paged(&app, &token, "rare", "oldest", "").await, rare);
            let by_score = paged(&app, &token, "rare", "uncertain", "").await;
            assert_eq!(
                by_score.iter().copied().collect::<BTreeSet<_>>(),
                rare.iter().copied().collect()
            );
            assert_eq!(by_score.len(), rare.len());
            let pending: Vec<u32> = newest.iter().copied().filter(|n| *n >= 20).collect();
            assert_eq!(
                paged(&app, &token, "rare", "newest", "&status=pending").await,
                pending
            );
            assert_eq!(
                paged(&app, &token, "\"of rare\"", "newest", "&status=pending").await,
                pending
            );
            assert_eq!(
                paged(&app, &token, "\"rare of\"", "newest", "").await,
                [0_u32; 0]
            );
            let list = ask(&app, &token, "common", "&limit=1").await;
            assert_eq!(
                (&list["counts"]["approved"], &list["counts"]["pending"]),
                (&json!(15), &json!(30))
            );
            assert_eq!(list["searched"], json!({ "behind": 0, "at_least": false }));
            let list = ask(&app, &token, "common", "&limit=1&has_link=true").await;
            assert_eq!(list["counts"]["pending"], 0);
            background::index(&app.app).await;
        }
    }
);

/// Every id that the index has, and those that wait for it.
async fn ids_in_index(raw: &Raw) -> String {
    let hex = if raw.is_sqlite() {
        "lower(hex(ids))"
    } else {
        "encode(ids, 'hex')"
    };
    let mut found = raw
        .list("SELECT first_id || ' ' || last_id FROM search_blocks")
        .await;
    found.extend(raw.list("SELECT id FROM search_waiting").await);
    found.extend(raw.list("SELECT first FROM search_documents").await);
    let ids = format!("SELECT {hex} FROM search_documents");
    for row in raw.list(&ids).await {
        let ids = row.as_bytes().chunks(32);
        let ids = ids.filter_map(|id| uuid::Uuid::try_parse_ascii(id).ok());
        found.extend(ids.map(|id| id.to_string()));
    }
    found.join(" ")
}

/// How many rows of the index have a term.
async fn rows_with_term(raw: &Raw, term: &str) -> usize {
    let text = if raw.is_sqlite() {
        format!(
            "SELECT first FROM search_terms WHERE instr(terms, CAST('{term}' AS BLOB)) > 0 OR first = '{term}'"
        )
    } else {
        format!(
            "SELECT first FROM search_terms WHERE position('{term}'::bytea IN terms) > 0 OR first = '{term}'"
        )
    };
    raw.list(&text).await.len()
}

on_both_engines!(
    what_is_erased_decided_or_rewritten_is_so_in_the_index,
    RATES,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let raw = Raw::of(&app).await;
        for n in 0..12 {
            let fields = json!({ "page": "/f", "name": "F", "email": format!("f{n}@x.example"), "text": format!("filler {n} zzbrfinch") });
            answer(app.comment("default", &fields)).await;
        }
        let fields = json!({ "page": "/g", "name": "Q", "email": "erase.me@x.example", "text": "vwsecretwv zzbrfinch" });
        let (_, erased) = answer(app.comment("default", &fields)).await;
        background::index(&app.app).await;
        assert_eq!(rows_with_term(&raw, "vwsecretwv").await, 1);
        let id = erased["id"].as_str().unwrap();
        assert!(ids_in_index(&raw).await.contains(id));
        app.decide(&erased, Decision::Spam).await;
        assert_eq!(
            ask(&app, &token, "vwsecretwv", "").await["counts"]["spam"],
            1
        );
        background::index(&app.app).await;
        assert_eq!(
            ask(&app, &token, "vwsecretwv", "&status=spam").await["counts"]["spam"],
            1
        );
        assert_eq!(
            ask(&app, &token, "zzbrfinch", "").await["counts"]["pending"],
            12
        );

        let request = app.with(&token, Method::POST, "/api/v1/subjects/erase");
        assert_eq!(
            answer(request.json(&json!({ "email": "erase.me@x.example" })))
                .await
                .1["comments"],
            1
        );
        assert_eq!(
            rows_with_term(&raw, "vwsecretwv").await,
            0,
            "no job had to run"
        );
        assert!(!ids_in_index(&raw).await.contains(id));
        assert_eq!(texts(&app, &token, "vwsecretwv").await.len(), 0);
        assert_eq!(texts(&app, &token, "zzbrfinch").await.len(), 12);

        // Behind the service's back, as a repair by hand.
        app.sql(
            "UPDATE comments SET text = 'now it is otherwise 7' WHERE text = 'filler 7 zzbrfinch'",
        )
        .await;
        for _ in 0..2 {
            assert_eq!(
                texts(&app, &token, "otherwise").await,
                ["now it is otherwise 7"]
            );
            assert_eq!(texts(&app, &token, "zzbrfinch").await.len(), 11);
            background::index(&app.app).await;
        }
    }
);

on_both_engines!(
    a_site_that_is_removed_leaves_the_index_and_nobody_sees_anothers,
    RATES,
    |app: TestApp| async move {
        for site in ["shop", "blog"] {
            app.add_site(site, &[], Policy::default()).await;
        }
        let (all, one) = (
            app.token(Role::Operator, &[]).await,
            app.token(Role::Moderator, &["blog"]).await,
        );
        for n in 0..9 {
            let site = ["shop", "blog", "default"][n % 3];
            app.posted(site, &format!("V{n}"), &format!("wwshared {n}, {site}jj"))
                .await;
        }
        for _ in 0..2 {
            assert_eq!(texts(&app, &all, "wwshared").await.len(), 9);
            assert_eq!(texts(&app, &one, "wwshared").await.len(), 3);
            assert_eq!(texts(&app, &one, "shopjj").await.len(), 0);
            assert_eq!(
                ask(&app, &all, "wwshared", "&site=shop").await["counts"]["pending"],
                3
            );
            background::index(&app.app).await;
        }
        assert_eq!(rows_with_term(&Raw::of(&app).await, "shopjj").await, 1);
        let slug = SiteSlug::parse("shop").unwrap();
        let (store, now) = (&app.app.store, app.app.now());
        store.begin_removal(&slug, true, now).await.unwrap();
        while store.remove_some(&slug, now).await.unwrap() {}
        background::refresh(&app.app).await;
        assert_eq!(texts(&app, &all, "wwshared").await.len(), 6);
        background::index(&app.app).await;
        assert_eq!(rows_with_term(&Raw::of(&app).await, "shopjj").await, 0);
        assert_eq!(texts(&app, &all, "wwshared").await.len(), 6);
    }
);

on_both_engines!(
    what_was_there_before_the_index_is_taken_in_and_until_then_the_answer_says_so,
    RATES,
    |app: TestApp| async move {
        app.add_site("shop", &[], Policy::default()).await;
        let token = app.token(Role::Operator, &[]).await;
        for n in 0..10 {
            app.posted(
                ["default", "shop"][n % 2],
                &format!("V{n}"),
                &format!("older {n}"),
            )
            .await;
        }
        forget_index(&app).await;
        let list = ask(&app, &token, "older", "").await;
        assert_eq!(
            (
                list["searched"]["behind"].as_i64(),
                list["comments"].as_array().unwrap().len()
            ),
            (Some(10), 0)
        );
        app.posted("shop", "Late", "older but just here").await;
        assert_eq!(
            ask(&app, &token, "older", "").await["searched"]["behind"],
            10
        );
        assert_eq!(texts(&app, &token, "older").await, ["older but just here"]);
        background::index(&app.app).await;
        let list = ask(&app, &token, "older", "").await;
        assert_eq!(list["searched"], json!({ "behind": 0, "at_least": false }));
        assert_eq!(texts(&app, &token, "older").await.len(), 11);
        let left = Raw::of(&app)
            .await
            .list("SELECT site FROM search_backfill")
            .await;
        assert_eq!(left, Vec::<String>::new());
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_fill_one_index_and_none_doubles_anothers_work() {
    let Some(app) = TestApp::start(Engine::Postgres, RATES).await else {
        return;
    };
    let other = app.join().await;
    let token = app.token(Role::Operator, &[]).await;
    for n in 0..20 {
        app.posted("default", &format!("V{n}"), &format!("shared {n}"))
            .await;
        let (one, another) = (background::index(&app.app), background::index(&other.app));
        tokio::join!(one, another);
    }
    background::index(&other.app).await;
    assert_eq!(texts(&app, &token, "shared").await.len(), 20);
    let documents = "SELECT CAST(SUM(documents) AS TEXT) FROM search_blocks WHERE state = 'live'";
    assert_eq!(Raw::of(&app).await.list(documents).await, ["20"]);
}

on_both_engines!(
    the_desk_marks_what_was_searched_for_and_says_where_else_it_is,
    RATES,
    |app: TestApp| async move {
        let me = app.first_operator("horatio@elsinore.example").await;
        let text = format!("<b>Rue</b> {} épilogue", "long ".repeat(400));
        let fields = json!({ "page": "/garden", "name": "Rue Ophelia", "email": "o@elsinore.example", "text": text });
        let (_, posted) = answer(app.comment("default", &fields)).await;
        for _ in 0..2 {
            let page = me.page(&app, "/desk?q=rue").await;
            assert!(
                page.contains("<mark class=\"hit\">Rue</mark>") && !page.contains("<b>"),
                "{page}"
            );
            assert!(
                page.contains(" dir=\"auto\"><mark class=\"hit\">Rue</mark> Ophelia"),
                "{page}"
            );
            assert!(
                me.page(&app, "/desk?q=epilogue")
                    .await
                    .contains("<mark class=\"hit\">épilogue</mark>")
            );
            background::index(&app.app).await;
        }
        app.decide(&posted, Decision::Spam).await;
        let page = me.page(&app, "/desk?q=rue").await;
        assert!(
            page.contains("Elsewhere:")
                && page.contains("<a href=\"/desk?status=spam&#38;q=rue\">Spam 1</a>"),
            "{page}"
        );
        forget_index(&app).await;
        assert!(
            me.page(&app, "/desk?q=rue")
                .await
                .contains("One comment is not in the search index yet")
        );
    }
);
