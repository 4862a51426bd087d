//! The language of a comment: recognised, shown and filtered by; and held for a person where the model that ships with the
//! program learnt nothing of it and the site has too few labels of its own.

use hamlet::{
    background,
    domain::{decision::Decision, moderator::Role},
};
use reqwest::Method;
use serde_json::Value;

use crate::{
    learning::decisions::{decided, score},
    on_both_engines,
    support::app::{TestApp, answer},
};

const GERMAN: &str =
    "Ich habe das gestern auch gelesen und finde, dass der zweite Absatz nicht stimmt.";
const ENGLISH: &str =
    "I read the same thing yesterday and I think that the second paragraph is not right.";
const GEORGIAN: &str = "გუშინ მეც წავიკითხე ეს სტატია და მგონია რომ მეორე აბზაცი არ არის სწორი";
const TAMIL: &str = "நேற்று நானும் இந்தக் கட்டுரையைப் படித்தேன், இரண்டாவது பத்தி சரியில்லை என்று நினைக்கிறேன்";
/// Too little to say.
const SHORT: &str = "+1";

const FREELY: &[(&str, &str)] = &[
    ("INTAKE__NETWORK_HARD_LIMIT", "100000"),
    ("INTAKE__NETWORK_SOFT_LIMIT", "100000"),
    ("INTAKE__EMAIL_HARD_LIMIT", "100000"),
];

async fn listed(app: &TestApp, token: &str, query: &str) -> (u16, Value) {
    let path = format!("/api/v1/comments?{query}");
    let (status, list) = answer(app.with(token, Method::GET, &path)).await;
    (status.as_u16(), list)
}

async fn ids(app: &TestApp, token: &str, query: &str) -> Vec<String> {
    let (status, list) = listed(app, token, query).await;
    assert_eq!(status, 200, "{list}");
    let comments = list["comments"].as_array().expect("comments").iter();
    comments
        .map(|comment| comment["id"].as_str().expect("an id").to_owned())
        .collect()
}

on_both_engines!(
    the_queue_can_be_narrowed_to_a_language,
    FREELY,
    |app: TestApp| async move {
        let token = app.token(Role::Moderator, &[]).await;
        let german = app.posted("default", "Karla", GERMAN).await;
        let english = app.posted("default", "Ann", ENGLISH).await;
        let georgian = app.posted("default", "Nino", GEORGIAN).await;
        let tamil = app.posted("default", "Malar", TAMIL).await;
        let short = app.posted("default", "Bo", SHORT).await;

        for (code, id) in [
            ("de", &german),
            ("en", &english),
            ("ka", &georgian),
            ("ta", &tamil),
        ] {
            assert_eq!(
                ids(&app, &token, &format!("language={code}")).await,
                std::slice::from_ref(id)
            );
            assert_eq!(
                ids(
                    &app,
                    &token,
                    &format!("language={}&status=pending", code.to_uppercase())
                )
                .await,
                std::slice::from_ref(id),
                "in capitals and with another filter"
            );
            let path = format!("/api/v1/comments/{id}");
            let (_, detail) = answer(app.with(&token, Method::GET, &path)).await;
            assert_eq!(detail["evidence"]["language"], code, "{detail}");
        }
        assert_eq!(
            ids(&app, &token, "").await.len(),
            5,
            "with the short one, {short}"
        );
        assert!(ids(&app, &token, "language=fi").await.is_empty());
        let me = app.first_operator("horatio@elsinore.example").await;
        let page = me.page(&app, &format!("/desk/comments/{georgian}")).await;
        assert!(page.contains("Language: ka"), "{page}");
        let list = me.page(&app, "/desk?language=ka").await;
        assert!(list.contains("Nino") && !list.contains("Karla"), "{list}");
        let (_, counted) = listed(&app, &token, "language=ka").await;
        assert_eq!(counted["counts"]["pending"], 1, "{counted}");
        for wrong in ["language=georgian", "language=e", "language=k%C3%A4"] {
            let (status, problem) = listed(&app, &token, wrong).await;
            assert_eq!(status, 422, "{problem}");
        }
    }
);

on_both_engines!(
    an_unknown_language_is_held_until_the_site_has_twenty_genuine_labels,
    FREELY,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let held = async |text: &str| {
            let judged = score(&app, &token, text).await;
            let fired = judged["evidence"]["checks"]
                .as_array()
                .expect("checks")
                .iter()
                .any(|finding| finding["check"] == "language");
            (fired, judged)
        };
        for text in [GEORGIAN, TAMIL] {
            let (fired, judged) = held(text).await;
            assert!(fired, "{judged}");
            assert_eq!(judged["verdict"], "hold", "{judged}");
            let why = judged["evidence"]["because"].as_str().expect("a reason");
            assert!(why.contains("does not know its language yet"), "{why}");
        }
        // What looks like the worst spam is held too: what is said of such a text rests on links and shape.
        let spam = format!(
            "{GEORGIAN} http://cheap-pills.example/buy http://casino-win.example BUY NOW!!!"
        );
        let (_, judged) = held(&spam).await;
        assert_eq!(judged["verdict"], "hold", "{judged}");
        let (fired, judged) = held(GERMAN).await;
        assert!(!fired, "a known language: {judged}");

        let genuine: Vec<String> = (1..=19)
            .map(|n| format!("{GEORGIAN} {n} {}", "კარგი ".repeat(n)))
            .collect();
        let genuine: Vec<&str> = genuine.iter().map(String::as_str).collect();
        decided(&app, &genuine, Decision::Approve).await;
        let unwanted: Vec<String> = (1..=20)
            .map(|n| format!("იყიდეთ იაფად {n} {}", "ახლავე ".repeat(n)))
            .collect();
        let unwanted: Vec<&str> = unwanted.iter().map(String::as_str).collect();
        decided(&app, &unwanted, Decision::Spam).await;
        assert!(held(TAMIL).await.0, "nineteen genuine labels are too few");
        decided(
            &app,
            &["დიდი მადლობა ავტორს საინტერესო სტატიისთვის"],
            Decision::Approve,
        )
        .await;
        background::learn(&app.app).await;
        let (fired, judged) = held(GEORGIAN).await;
        assert!(!fired, "{judged}");
    }
);
