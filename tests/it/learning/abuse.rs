//! What people say about abuse teaches each site what abuse is there, and nothing about spam; what they say about spam
//! teaches nothing about abuse.

use hamlet::{
    background,
    bayes::{Label, Question},
    domain::{
        moderator::Role,
        site::{ClientMode, Policy, SiteSlug},
    },
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    akismet::{HAM, asked, call, site_with_key},
    learning::decisions::instance,
    on_both_engines,
    perspective::{ABUSE, ANALYZE, SUGGEST, about, ask, summary},
    support::app::{TestApp, answer},
};

/// What is said on this site when people are abused, in words that the shipped model does not know.
const PROBE: &str = "Every plonkfret of this thread is a plonkfret again.";
const HARSH: [&str; 3] = [
    "What a plonkfret you are, plonkfret.",
    "Only a plonkfret writes that, plonkfret of plonkfrets.",
    "Go away, plonkfret, and take your plonkfret friends along.",
];
const TALK: [&str; 3] = [
    "The second paragraph answers my question, thanks.",
    "I planted mine in April and they came up well.",
    "Could you say which soil you used?",
];
const ADVERT: &str = "Buy cheap plonkfret pills at http://plonkfret.example now";

struct World {
    app: TestApp,
    operator: String,
    key: String,
}

impl World {
    async fn of(app: TestApp) -> Self {
        let key = site_with_key(&app, "paper", ClientMode::Judge).await;
        let operator = app.token(Role::Operator, &[]).await;
        Self { app, operator, key }
    }

    /// How abusive the site takes a text to be.
    async fn toxicity(&self, text: &str) -> f64 {
        background::learn(&self.app.app).await;
        let asked = about(text, &["TOXICITY"]);
        let (status, told) = ask(&self.app, ANALYZE, &self.key, &asked).await;
        assert_eq!(status, 200, "{told}");
        summary(&told, "TOXICITY")
    }

    /// How much like spam.
    async fn spam(&self, text: &str) -> f64 {
        background::learn(&self.app.app).await;
        let request = self.app.with(&self.operator, Method::POST, "/api/v1/score");
        let request = request.json(&json!({ "text": text, "site": "paper" }));
        answer(request).await.1["score"].as_f64().expect("a score")
    }

    /// Posts texts and decides about them; what names the comments.
    async fn decided(&self, texts: &[&str], decision: &str, reason: Option<&str>) -> Vec<String> {
        let mut ids = Vec::new();
        for text in texts {
            let id = self.app.posted("paper", "Osric", text).await;
            let path = format!("/api/v1/comments/{id}/decisions");
            let mut body = json!({ "decision": decision, "version": 1 });
            if let Some(reason) = reason {
                body["reason"] = reason.into();
            }
            let request = self.app.with(&self.operator, Method::POST, &path);
            let (status, told) = answer(request.json(&body)).await;
            assert_eq!(status, 200, "{told}");
            ids.push(id);
        }
        ids
    }

    async fn undo(&self, ids: &[String]) {
        for id in ids {
            let path = format!("/api/v1/comments/{id}/undo");
            let (status, told) = answer(self.app.with(&self.operator, Method::POST, &path)).await;
            assert_eq!(status, 200, "{told}");
        }
    }

    async fn suggest(&self, text: &str, attribute: &str, value: f64) {
        let said = json!({ "comment": { "text": text },
                           "attributeScores": { attribute: { "summaryScore": { "value": value } } } });
        let (status, told) = ask(&self.app, SUGGEST, &self.key, &said).await;
        assert_eq!(status, 200, "{told}");
    }

    /// Labels that there are in answer to a question, and of them those that count.
    async fn labels(&self, question: Question) -> Vec<(Label, i64, i64)> {
        let sites = [SiteSlug::parse("paper").unwrap()];
        let counts = self.app.app.store.count_samples(question, &sites).await;
        let counts = counts.unwrap().into_iter();
        counts
            .map(|one| (one.label, one.count, one.counted))
            .collect()
    }
}

fn equal(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

on_both_engines!(
    a_rejection_for_abuse_teaches_what_abuse_is_here_and_an_undo_leaves_no_trace,
    |app: TestApp| async move {
        let world = World::of(app).await;
        let at_first = world.toxicity(PROBE).await;
        let mut all = world.decided(&TALK, "approve", None).await;
        let spam = world.spam(PROBE).await;
        all.extend(world.decided(&HARSH, "reject", Some("abuse")).await);
        let taught = world.toxicity(PROBE).await;
        assert!(taught > at_first + 0.2, "{at_first} {taught}");
        assert!(
            equal(world.spam(PROBE).await, spam),
            "spam is another question"
        );
        // Another instance, and this one after a start, know the same.
        let site = SiteSlug::parse("paper").unwrap();
        let other = instance(world.app.app.settings.clone()).await;
        let there = other
            .learning
            .model_of(Question::Abuse, &site)
            .await
            .unwrap();
        let here = world
            .app
            .app
            .learning
            .model_of(Question::Abuse, &site)
            .await
            .unwrap();
        assert_eq!(there.model.version(), here.model.version());
        assert_eq!(here.labels, [3, 3]);
        world.undo(&all).await;
        assert!(equal(world.toxicity(PROBE).await, at_first));
        background::learn(&other).await;
        let there = other
            .learning
            .model_of(Question::Abuse, &site)
            .await
            .unwrap();
        assert_eq!(there.labels, [0, 0]);
        other.store.close().await;
        assert_eq!(world.labels(Question::Abuse).await, []);
        world.app.stop().await;
    }
);

on_both_engines!(
    what_is_decided_for_other_reasons_teaches_nothing_about_abuse,
    |app: TestApp| async move {
        let world = World::of(app).await;
        world.decided(&TALK, "approve", None).await;
        world.decided(&HARSH, "reject", Some("abuse")).await;
        let taught = world.toxicity(PROBE).await;
        let spam = [ADVERT, "plonkfret offers", "a plonkfret for sale"];
        let before = world.spam(PROBE).await;
        let ids = world.decided(&spam, "spam", None).await;
        world
            .decided(&["No plonkfret today."], "reject", None)
            .await;
        world
            .decided(&["A plonkfret tomorrow?"], "reject", Some("off_topic"))
            .await;
        world
            .decided(&["That plonkfret again."], "trash", Some("abuse"))
            .await;
        assert!(equal(world.toxicity(PROBE).await, taught));
        assert!(
            world.spam(PROBE).await > before,
            "of spam they say something"
        );
        // What was approved, and is spam after all, says nothing of abuse any more.
        assert_eq!(
            world.labels(Question::Abuse).await,
            [(Label::Ham, 3, 3), (Label::Spam, 3, 3)]
        );
        world.undo(&ids).await;
        assert!(equal(world.toxicity(PROBE).await, taught));
        let id = world
            .decided(&["Mine came up in May."], "approve", None)
            .await
            .remove(0);
        let path = format!("/api/v1/comments/{id}/decisions");
        let body = json!({ "decision": "spam", "version": 2 });
        let again = world
            .app
            .with(&world.operator, Method::POST, &path)
            .json(&body);
        assert_eq!(answer(again).await.0, 200);
        assert!(equal(world.toxicity(PROBE).await, taught));
        world.app.stop().await;
    }
);

on_both_engines!(
    a_program_that_reports_no_spam_says_nothing_of_abuse,
    |app: TestApp| async move {
        let key = site_with_key(&app, "paper", ClientMode::Queue).await;
        let operator = app.token(Role::Operator, &[]).await;
        let world = World { app, operator, key };
        let asked = asked(&world.key, HAM);
        call(&world.app, "/1.1/comment-check", &asked).await;
        call(&world.app, "/1.1/submit-ham", &asked).await;
        assert_eq!(world.labels(Question::Spam).await, [(Label::Ham, 1, 1)]);
        assert_eq!(world.labels(Question::Abuse).await, []);
        world.app.stop().await;
    }
);

on_both_engines!(
    what_programs_suggest_of_abuse_counts_within_the_bounds_of_their_reports,
    |app: TestApp| async move {
        let world = World::of(app).await;
        let spam = world.spam(PROBE).await;
        for n in 0..12 {
            world
                .suggest(&format!("{PROBE} {n}"), "TOXICITY", 1.0)
                .await;
        }
        // It contradicts what the model is sure of, and waits for a person.
        world.suggest(ABUSE, "TOXICITY", 0.0).await;
        world.suggest("A threat it is not.", "THREAT", 0.0).await;
        world.suggest("Bloody weather.", "PROFANITY", 1.0).await;
        assert_eq!(world.labels(Question::Abuse).await, [(Label::Spam, 12, 5)]);
        assert_eq!(world.labels(Question::Spam).await, []);
        assert!(equal(world.spam(PROBE).await, spam));
        let path = "/api/v1/samples?site=paper&question=abuse&waiting=true";
        let waiting = world
            .app
            .with(&world.operator, Method::GET, path)
            .send()
            .await
            .unwrap();
        let waiting: Value = serde_json::from_str(&waiting.text().await.unwrap()).unwrap();
        assert_eq!(
            (&waiting["text"], &waiting["label"]),
            (&json!(ABUSE), &json!("clean"))
        );
        world.app.stop().await;
    }
);

on_both_engines!(
    a_site_trains_tries_and_leaves_a_model_of_abuse_of_its_own,
    |app: TestApp| async move {
        let world = World::of(app).await;
        let topics = [
            "roses", "tulips", "beans", "apples", "nettles", "moss", "figs",
        ];
        let line = |n: usize| {
            let topic = topics[n % 7];
            let harsh = json!({ "text": format!("You plonkfret number {n} know nothing about {topic}."),
                                "label": "abuse", "question": "abuse" });
            let talk = json!({ "text": format!("My {topic} came up after {n} days, what about yours?"),
                               "label": "clean" });
            format!("{harsh}\n{talk}\n")
        };
        let lines: String = (0..80).map(line).collect();
        let at = |method, path: &str| world.app.with(&world.operator, method, path);
        let sent = at(
            Method::POST,
            "/api/v1/samples?site=paper&question=abuse&source=desk",
        );
        let sent = sent
            .header("content-type", "application/x-ndjson")
            .body(lines);
        let (status, told) = answer(sent).await;
        assert_eq!(
            (status.as_u16(), &told["added"]),
            (200, &json!(160)),
            "{told}"
        );
        assert_eq!(world.labels(Question::Spam).await, []);
        let asked = json!({ "site": "paper", "question": "abuse" });
        let (status, run) = answer(at(Method::POST, "/api/v1/models").json(&asked)).await;
        assert_eq!(
            (status.as_u16(), &run["question"]),
            (202, &json!("abuse")),
            "{run}"
        );
        background::train(&world.app.app).await;
        let (_, list) = answer(at(Method::GET, "/api/v1/models?site=paper&question=abuse")).await;
        let model = &list["models"][0];
        assert_eq!(model["status"], "candidate", "{list}");
        assert_eq!(list["samples"][0]["question"], "abuse");
        let (_, of_spam) = answer(at(Method::GET, "/api/v1/models?site=paper")).await;
        assert_eq!(of_spam["models"], json!([]));
        let path = format!("/api/v1/models/{}/activate", model["id"].as_str().unwrap());
        let (status, standing) =
            answer(at(Method::POST, &path).json(&json!({ "force": true }))).await;
        assert_eq!(
            (status.as_u16(), &standing["question"]),
            (200, &json!("abuse")),
            "{standing}"
        );
        assert!(
            standing["version"]
                .as_str()
                .unwrap()
                .starts_with("paper-abuse-"),
            "{standing}"
        );
        assert!(world.toxicity("You plonkfret know nothing.").await > 0.5);
        assert!(world.toxicity("My plums came up after nine days.").await < 0.5);
        let (_, of_spam) = answer(at(Method::GET, "/api/v1/models?site=paper")).await;
        assert!(
            of_spam["live"][0].get("model").is_none_or(Value::is_null),
            "{of_spam}"
        );
        let who = world.app.first_operator("horatio@elsinore.example").await;
        let page = who
            .page(&world.app, "/desk/model?site=paper&question=abuse")
            .await;
        assert!(
            page.contains("paper-abuse-") && page.contains("<td>abusive</td>"),
            "{page}"
        );
        let form = [
            ("site", "paper"),
            ("question", "abuse"),
            ("do", "roll-back"),
        ];
        assert_eq!(who.send(&world.app, "/desk/model", &form).await.0, 303);
        let (_, list) = answer(at(Method::GET, "/api/v1/models?site=paper&question=abuse")).await;
        assert_eq!(list["models"][0]["status"], "retired", "{list}");
        world.app.stop().await;
    }
);

on_both_engines!(
    who_is_erased_is_unlearnt_of_abuse_too,
    |app: TestApp| async move {
        let world = World::of(app).await;
        world.app.add_site("other", &[], Policy::default()).await;
        let at_first = world.toxicity(PROBE).await;
        world.decided(&TALK, "approve", None).await;
        world.decided(&HARSH, "reject", Some("abuse")).await;
        assert!(world.toxicity(PROBE).await > at_first);
        let email = "osric@elsinore.example";
        let erase = world
            .app
            .with(&world.operator, Method::POST, "/api/v1/subjects/erase");
        let (status, erased) = answer(erase.json(&json!({ "email": email }))).await;
        assert!(status.is_success(), "{erased}");
        assert_eq!(world.labels(Question::Abuse).await, []);
        assert!(equal(world.toxicity(PROBE).await, at_first));
        world.app.stop().await;
    }
);
