//! What programs report weighs less than what people say.

use hamlet::domain::{moderator::Role, site::Policy};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};

const SPAM: &str = "Buy cheap viagra and cialis online without prescription! Best price, free shipping, visit http://cheap-pills-store.example/viagra now and get 80% discount";
const HAM: &str = "I read your article on composting last week and tried the layered approach in my own garden. Thank you!";

struct World {
    app: TestApp,
    operator: String,
    key: String,
}

impl World {
    async fn of(app: TestApp) -> Self {
        app.add_site("wp", &[], Policy::default()).await;
        let operator = app.token(Role::Operator, &[]).await;
        let new = app
            .with(&operator, Method::POST, "/api/v1/sites/wp/keys")
            .json(&json!({ "name": "wp" }));
        let key = answer(new).await.1["key"]
            .as_str()
            .expect("a key")
            .to_owned();
        Self { app, operator, key }
    }

    async fn report(&self, label: &str, text: &str) {
        let path = format!("/1.1/submit-{label}");
        let fields = [
            ("api_key", self.key.as_str()),
            ("blog", "https://wp.example"),
            ("comment_content", text),
            ("comment_author", "x"),
        ];
        let sent = self
            .app
            .request(Method::POST, &path)
            .form(&fields)
            .send()
            .await;
        assert_eq!(sent.expect("an answer").status(), 200);
    }

    async fn score(&self, text: &str) -> f64 {
        hamlet::background::refresh(&self.app.app).await;
        hamlet::background::learn(&self.app.app).await;
        let body = json!({ "text": text, "site": "wp" });
        let (_, told) = answer(
            self.app
                .with(&self.operator, Method::POST, "/api/v1/score")
                .json(&body),
        )
        .await;
        told["score"].as_f64().expect("a score")
    }

    async fn samples(&self, query: &str) -> Vec<Value> {
        let path = format!("/api/v1/samples?site=wp{query}");
        let sent = self
            .app
            .with(&self.operator, Method::GET, &path)
            .send()
            .await;
        let lines = sent.expect("an answer").text().await.expect("lines");
        lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line"))
            .collect()
    }

    async fn say(&self, lines: &[Value]) {
        let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
        let body = lines.join("\n");
        let sent = self
            .app
            .with(&self.operator, Method::POST, "/api/v1/samples?site=wp");
        let (status, told) = answer(
            sent.header("content-type", "application/x-ndjson")
                .body(body),
        )
        .await;
        assert_eq!(status, 200, "{told}");
    }
}

on_both_engines!(
    a_key_holder_turns_neither_blatant_spam_nor_an_honest_text,
    |app: TestApp| async move {
        let world = World::of(app).await;
        let (spam, ham) = (world.score(SPAM).await, world.score(HAM).await);
        for n in 0..10 {
            world.report("ham", &format!("{SPAM} {n}")).await;
            world.report("spam", &format!("{HAM} {n}")).await;
        }
        assert!(
            (world.score(SPAM).await - spam).abs() < 0.01,
            "{}",
            world.score(SPAM).await
        );
        assert!(
            (world.score(HAM).await - ham).abs() < 0.01,
            "{}",
            world.score(HAM).await
        );
        assert!(world.samples("").await.is_empty());
        let waiting = world.samples("&waiting=true").await;
        assert_eq!(waiting.len(), 20);

        // A person says them again: then they count.
        world.say(&waiting).await;
        assert!(world.samples("&waiting=true").await.is_empty());
        assert_eq!(world.samples("").await.len(), 20);
        assert!(world.score(SPAM).await < spam - 0.1);
    }
);

on_both_engines!(
    what_programs_report_counts_no_more_than_what_people_said,
    |app: TestApp| async move {
        let world = World::of(app).await;
        // Texts that the model has no strong opinion of, or the same one.
        for n in 0..9 {
            world.report("ham", &format!("zorblax quux {n}")).await;
        }
        let counted = async || {
            let site = world
                .app
                .app
                .directory
                .site("wp")
                .expect("a site")
                .slug
                .clone();
            let counts = world
                .app
                .app
                .store
                .count_samples(hamlet::bayes::Question::Spam, &[site])
                .await
                .expect("counts");
            let programs = counts
                .into_iter()
                .filter(|count| count.provenance.as_str() == "feedback");
            programs
                .map(|count| (count.count, count.counted))
                .next()
                .expect("a count")
        };
        assert_eq!(counted().await, (9, 5));
        // What a person said of a text stays.
        world
            .say(&[json!({ "text": "zorblax word", "label": "spam", "name": "x" })])
            .await;
        world.report("ham", "zorblax word").await;
        let kept = world.samples("").await;
        let kept = kept
            .iter()
            .find(|line| line["text"] == "zorblax word")
            .expect("it");
        assert_eq!(kept["label"], "spam");
    }
);
