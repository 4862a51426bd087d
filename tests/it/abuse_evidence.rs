//! How abusive comments seem: shown, listed and filtered by, held by where a site wants it and somebody looked first; never more.

use hamlet::domain::{moderator::Role, site::Policy};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    akismet::site_with_key,
    on_both_engines,
    perspective::{ANALYZE, about, ask, summary},
    support::{
        app::{TestApp, answer},
        people::text,
    },
};

const INSULT: &str = "You are a stupid idiot, shut up, you disgusting moron.";
const TALK: &str = "Thanks, that explains the second paragraph of the article.";
const FRENCH: &str = "Je ne comprends pas pourquoi vous avez écrit cela dans votre journal, parce que tout le monde sait que ce n'est pas vrai.";

async fn read(app: &TestApp, token: &str, path: &str) -> Value {
    let (status, body) = answer(app.with(token, Method::GET, path)).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

async fn abuse_of(app: &TestApp, token: &str, id: &str) -> Value {
    read(app, token, &format!("/api/v1/comments/{id}")).await["abuse"].clone()
}

fn ids(list: &Value) -> Vec<&str> {
    let comments = list["comments"].as_array().expect("comments");
    comments.iter().map(|one| text(&one["id"])).collect()
}

async fn change(app: &TestApp, operator: &str, policy: Value) -> (StatusCode, Value) {
    let request = app.with(operator, Method::PATCH, "/api/v1/sites/default");
    answer(request.json(&json!({ "policy": policy }))).await
}

async fn look(app: &TestApp, operator: &str, body: Value) -> (StatusCode, Value) {
    let path = "/api/v1/sites/default/abuse/trial";
    answer(app.with(operator, Method::POST, path).json(&body)).await
}

on_both_engines!(
    a_comment_carries_how_abusive_it_seems_with_kind_and_words,
    |app: TestApp| async move {
        let moderator = app.token(Role::Moderator, &[]).await;
        let insult = app.posted("default", "Laertes", INSULT).await;
        let talk = app.posted("default", "Ophelia", TALK).await;
        let french = app.posted("default", "Claudius", FRENCH).await;
        let abuse = abuse_of(&app, &moderator, &insult).await;
        let score = abuse["score"].as_f64().expect("a score");
        assert!(score > 0.9, "{abuse}");
        assert_eq!(
            (&abuse["kind"], &abuse["language_supported"]),
            (&json!("insult"), &json!(true))
        );
        assert!(
            abuse["kinds"]
                .as_array()
                .is_some_and(|kinds| kinds.len() == 6)
        );
        let said = abuse["reasons"].to_string();
        assert!(said.contains("idiot"), "{abuse}");
        let abuse = abuse_of(&app, &moderator, &talk).await;
        assert!(
            abuse["score"].as_f64().is_some_and(|score| score < 0.3),
            "{abuse}"
        );
        assert_eq!(
            (&abuse["kind"], &abuse["reasons"]),
            (&json!(null), &json!([]))
        );
        let abuse = abuse_of(&app, &moderator, &french).await;
        assert_eq!(
            (&abuse["score"], &abuse["language_supported"]),
            (&json!(null), &json!(false))
        );
        // What Perspective's clients are answered is what is kept.
        let key = site_with_key(&app, "paper", hamlet::domain::site::ClientMode::Judge).await;
        let (_, asked) = ask(&app, ANALYZE, &key, &about(INSULT, &["TOXICITY"])).await;
        assert!(
            (summary(&asked, "TOXICITY") - score).abs() <= 0.0005,
            "{asked}"
        );
        // A site that does not ask has nothing kept.
        let operator = app.token(Role::Operator, &[]).await;
        let (status, said) = change(&app, &operator, json!({ "abuse": "off" })).await;
        assert_eq!(status, 200, "{said}");
        let unasked = app
            .posted("default", "Laertes", &format!("{INSULT} Really."))
            .await;
        let abuse = abuse_of(&app, &moderator, &unasked).await;
        assert_eq!(
            (&abuse["score"], &abuse["language_supported"]),
            (&json!(null), &json!(true))
        );
        let listed = read(&app, &moderator, "/api/v1/comments?abuse=likely").await;
        assert_eq!(ids(&listed), [insult.as_str()]);
    }
);

on_both_engines!(
    the_queue_is_sorted_and_filtered_by_abuse_page_by_page,
    |app: TestApp| async move {
        let moderator = app.token(Role::Moderator, &[]).await;
        let mut scores = Vec::new();
        for (n, words) in [
            "Good point.",
            "You idiot.",
            INSULT,
            "I will kill you, you bastard.",
        ]
        .iter()
        .enumerate()
        {
            let id = app
                .posted("default", "Reader", &format!("{words} Number {n}."))
                .await;
            let abuse = abuse_of(&app, &moderator, &id).await;
            scores.push((abuse["score"].as_f64().expect("a score"), id));
        }
        scores.retain(|(score, _)| *score >= 0.5);
        scores.sort_by(|one, other| other.0.total_cmp(&one.0).then(other.1.cmp(&one.1)));
        assert_eq!(scores.len(), 3);
        for status in ["", "&status=pending"] {
            let mut found = Vec::new();
            let mut cursor = String::new();
            loop {
                let path = format!("/api/v1/comments?sort=abusive&limit=1{status}{cursor}");
                let list = read(&app, &moderator, &path).await;
                assert_eq!(list["counts"]["pending"], 3, "{list}");
                found.extend(ids(&list).into_iter().map(str::to_owned));
                match list["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            let wanted: Vec<&str> = scores.iter().map(|(_, id)| id.as_str()).collect();
            assert_eq!(found, wanted, "{status}");
        }
        let list = read(
            &app,
            &moderator,
            "/api/v1/comments?abuse=insult&sort=newest",
        )
        .await;
        let insults = list["comments"].as_array().expect("comments");
        assert!(!insults.is_empty() && insults.iter().all(|one| one["abuse"]["kind"] == "insult"));
        let list = read(&app, &moderator, "/api/v1/comments?abuse=sure&min_score=0").await;
        let sure = scores.iter().filter(|(score, _)| *score >= 0.9).count();
        assert_eq!(ids(&list).len(), sure);
        let found = read(&app, &moderator, "/api/v1/comments?abuse=likely&q=number").await;
        assert_eq!(ids(&found).len(), 3, "{found}");
        let (status, refused) =
            answer(app.with(&moderator, Method::GET, "/api/v1/comments?abuse=rude")).await;
        assert_eq!(
            (status.as_u16(), &refused["errors"][0]["field"]),
            (422, &json!("abuse"))
        );
        let me = app.first_operator("horatio@elsinore.example").await;
        let page = me
            .page(&app, "/desk?status=pending&sort=abusive&abuse=likely")
            .await;
        assert!(
            page.contains("Seems abusive") && !page.contains("Good point"),
            "{page}"
        );
        let page = me
            .page(&app, &format!("/desk/comments/{}", scores[0].1))
            .await;
        assert!(page.contains("Seems abusive"), "{page}");
    }
);

on_both_engines!(
    no_policy_holds_by_abuse_before_somebody_looked_and_then_it_only_holds,
    |app: TestApp| async move {
        let operator = app.token(Role::Operator, &[]).await;
        let hold = |threshold: f64| json!({ "abuse": "hold", "abuse_threshold": threshold });
        let refused = |(status, said): (StatusCode, Value)| {
            assert_eq!(status, 422, "{said}");
            let error = &said["errors"][0];
            (
                text(&error["field"]).to_owned(),
                text(&error["code"]).to_owned(),
            )
        };
        let not_tried = |field: &str| (field.to_owned(), "not_tried".to_owned());
        let first = refused(change(&app, &operator, hold(0.9)).await);
        assert_eq!(first, not_tried("policy.abuse"));
        // To look while there is nothing to see is not enough.
        assert_eq!(look(&app, &operator, json!({})).await.0, 200);
        let nothing = refused(change(&app, &operator, hold(0.9)).await);
        assert_eq!(nothing, not_tried("policy.abuse"));
        let insult = app.posted("default", "Laertes", INSULT).await;
        app.posted("default", "Ophelia", TALK).await;
        let reject = json!({ "decision": "reject", "items": [{ "id": insult, "version": 1 }] });
        let deciding = app.with(&operator, Method::POST, "/api/v1/decisions");
        let decided = answer(deciding.json(&reject)).await;
        assert_eq!(decided.0, 200, "{}", decided.1);
        let (status, trial) = look(&app, &operator, json!({ "thresholds": [0.8, 0.9] })).await;
        assert_eq!(status, 200, "{trial}");
        assert_eq!(trial["comments"], 2);
        let effect =
            json!({ "threshold": 0.9, "held": 1, "published": 0, "approved": 0, "rejected": 1 });
        assert_eq!(trial["effects"][1], effect);
        assert_eq!(trial["seen"]["lowest"], 0.8);
        let beyond = refused(change(&app, &operator, hold(0.95)).await);
        assert_eq!(beyond, not_tried("policy.abuse_threshold"));
        let (status, said) = change(&app, &operator, hold(0.9)).await;
        assert_eq!(status, 200, "{said}");
        let new = json!({ "slug": "norway", "policy": hold(0.9) });
        let adding = app
            .with(&operator, Method::POST, "/api/v1/sites")
            .json(&new);
        assert_eq!(refused(answer(adding).await), not_tried("policy.abuse"));
        let waiting = app
            .posted("default", "Laertes", &format!("{INSULT} Again."))
            .await;
        let comment = read(&app, &operator, &format!("/api/v1/comments/{waiting}")).await;
        assert_eq!(
            (&comment["status"], &comment["verdict"]),
            (&json!("pending"), &json!("hold"))
        );
        let because = text(&comment["evidence"]["because"]);
        assert!(because.contains("seems abusive"), "{because}");
        let calm = app
            .posted("default", "Ophelia", &format!("{TALK} Again."))
            .await;
        let comment = read(&app, &operator, &format!("/api/v1/comments/{calm}")).await;
        assert!(!text(&comment["evidence"]["because"]).contains("abusive"));
        assert_eq!(
            look(&app, &operator, json!({ "thresholds": [0.4] }))
                .await
                .0,
            422
        );
    }
);

on_both_engines!(
    the_desk_shows_what_holding_would_do_and_keeps_that_somebody_looked,
    |app: TestApp| async move {
        let me = app.first_operator("horatio@elsinore.example").await;
        app.posted("default", "Laertes", INSULT).await;
        let page = me.page(&app, "/desk/model?site=default").await;
        assert!(page.contains("What holding by abuse would do"), "{page}");
        let settings = "/desk/settings/sites/default";
        let fields = [
            ("name", "Default"),
            ("origins", ""),
            ("abuse", "hold"),
            ("abuse_percent", "85"),
            ("spam_percent", "95"),
            ("publish_percent", "20"),
            ("max_links", "3"),
            ("min_form_seconds", "3"),
            ("max_form_hours", "24"),
        ];
        let (status, page) = me.send(&app, settings, &fields).await;
        assert!(
            status == 422 && page.contains("Look first"),
            "{status} {page}"
        );
        let looked = [("site", "default"), ("do", "abuse-seen")];
        assert_eq!(me.send(&app, "/desk/model", &looked).await.0, 303);
        let page = me.page(&app, "/desk/model?site=default").await;
        assert!(page.contains("looked at this"), "{page}");
        assert_eq!(me.send(&app, settings, &fields).await.0, 303);
        let policy = app
            .app
            .directory
            .site("default")
            .expect("the site")
            .policy
            .clone();
        let wanted = Policy {
            abuse: hamlet::domain::abuse::AbuseMode::Hold,
            abuse_threshold: 0.85,
            ..policy.clone()
        };
        assert_eq!(policy, wanted);
    }
);
