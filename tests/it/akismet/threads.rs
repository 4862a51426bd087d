//! Replies: they keep their place where what they answer is known, and lose nothing where it is not.

use hamlet::{
    domain::site::{ClientMode, Policy},
    interchange::foreign::ForeignFormat,
};
use serde_json::{Value, json};

use super::{HAM, asked, call, comments, key, site_with_key};
use crate::{
    interchange::{import, sample},
    on_both_engines,
    support::app::TestApp,
};

const CHECK: &str = "/1.1/comment-check";
const REPLY: &str = "Mine played it slower, and hummed along where she had forgotten the notes.";

/// Asks about a text, with more than the usual fields; the judgement's id.
async fn ask(app: &TestApp, key: &str, text: &str, more: &[(&str, &str)]) -> String {
    let mut fields = asked(key, text);
    fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    fields.extend_from_slice(more);
    let (headers, body) = call(app, CHECK, &fields).await;
    assert_eq!(body, "false", "{text}");
    headers["x-akismet-guid"].to_str().unwrap().to_owned()
}

/// What the comment with this id answers.
async fn parent_of(app: &TestApp, slug: &str, id: &str) -> Value {
    let kept = comments(app, slug).await;
    let comment = kept.iter().find(|comment| comment["id"] == id);
    comment.expect("a kept comment")["parent"].clone()
}

on_both_engines!(
    a_reply_finds_what_it_answers_by_its_judgement,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Queue).await;
        let first = ask(&app, &key, HAM, &[]).await;
        let more = [
            ("comment_parent", "17"),
            ("comment_parent_guid", first.as_str()),
        ];
        let reply = ask(&app, &key, REPLY, &more).await;
        assert_eq!(parent_of(&app, "blog", &reply).await, json!(first));
    }
);

on_both_engines!(
    a_reply_finds_what_it_answers_by_the_programs_own_id,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Queue).await;
        let told = ask(&app, &key, HAM, &[("comment_id", "17")]).await;
        let reply = ask(&app, &key, REPLY, &[("comment_parent", "17")]).await;
        assert_eq!(parent_of(&app, "blog", &reply).await, json!(told));

        // WordPress has an id only after it asked, and names it when somebody reports.
        let mut report = asked(&key, REPLY);
        report.extend([("comment_ID", "18"), ("comment_parent", "17")]);
        call(&app, "/1.1/submit-ham", &report).await;
        let text = "She would have liked that, I am sure of it.";
        let deeper = ask(&app, &key, text, &[("comment_parent", "18")]).await;
        assert_eq!(parent_of(&app, "blog", &deeper).await, json!(reply));
    }
);

on_both_engines!(
    a_reply_to_what_is_not_known_on_its_page_stands_at_the_top,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Queue).await;
        let first = ask(&app, &key, HAM, &[("comment_id", "17")]).await;
        let long = "9".repeat(65);
        let elsewhere = ("permalink", "http://blog.example/beans");
        for (n, more) in [
            vec![("comment_parent", "99")],
            vec![("comment_parent", "0")],
            vec![("comment_parent", long.as_str())],
            vec![
                ("comment_parent", "17\n"),
                ("blog", "http://another.example"),
            ],
            vec![("comment_parent", "17"), elsewhere],
            vec![("comment_parent_guid", first.as_str()), elsewhere],
            vec![(
                "comment_parent_guid",
                "00000000-0000-7000-8000-000000000000",
            )],
        ]
        .into_iter()
        .enumerate()
        {
            let id = ask(&app, &key, &format!("{REPLY} Verse {n}."), &more).await;
            assert_eq!(parent_of(&app, "blog", &id).await, Value::Null, "{more:?}");
        }
        assert_eq!(comments(&app, "blog").await.len(), 8, "nothing is lost");
    }
);

on_both_engines!(
    a_reply_finds_an_imported_comment,
    |app: TestApp| async move {
        let policy = Policy {
            clients: ClientMode::Queue,
            ..Policy::default()
        };
        app.add_site("garden", &["https://garden.example"], policy)
            .await;
        let key = key(&app, "garden").await;
        import(&app, ForeignFormat::Wxr, sample("wordpress.xml"), false).await;
        let more = [
            ("blog", "https://garden.example"),
            ("permalink", "https://garden.example/2026/peas/"),
            ("comment_parent", "11"),
        ];
        let reply = ask(&app, &key, "I wait until April, for the slugs.", &more).await;
        let kept = comments(&app, "garden").await;
        let first = kept.iter().find(|comment| comment["name"] == "Marta");
        let first = first.expect("the imported comment")["id"].clone();
        assert_eq!(parent_of(&app, "garden", &reply).await, first);
    }
);
