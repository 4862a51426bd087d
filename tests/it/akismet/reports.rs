//! Reports: decisions where the text is kept, found by guid or by content.

use hamlet::{
    bayes::Question,
    domain::{moderator::Role, site::ClientMode},
};
use reqwest::Method;
use serde_json::json;

use super::{HAM, SPAM, asked, call, comments, site_with_key};
use crate::{on_both_engines, support::app::answer};

const CHECK: &str = "/1.1/comment-check";

on_both_engines!(
    a_report_decides_about_a_kept_comment_once,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Queue).await;
        let (_, body) = call(&app, CHECK, &asked(&key, HAM)).await;
        assert_eq!(body, "false");
        for _ in 0..2 {
            call(&app, "/1.1/submit-spam", &asked(&key, HAM)).await;
        }
        let kept = comments(&app, "blog").await;
        assert_eq!((kept.len(), &kept[0]["status"]), (1, &json!("spam")));
        let token = app.token(Role::Moderator, &["blog"]).await;
        let path = format!("/api/v1/comments/{}", kept[0]["id"].as_str().unwrap());
        let (_, comment) = answer(app.with(&token, Method::GET, &path)).await;
        let history = comment["history"].as_array().unwrap();
        assert_eq!(history.len(), 2, "received, decided once: {history:?}");
        assert_eq!(
            (&history[1]["via"], &history[1]["by"]),
            (&json!("client"), &json!("WordPress"))
        );

        let undo = app.with(&token, Method::POST, &format!("{path}/undo"));
        assert_eq!(answer(undo).await.0, 200);
        assert_eq!(comments(&app, "blog").await[0]["status"], "pending");
    }
);

on_both_engines!(
    a_report_finds_its_comment_by_guid_although_the_text_was_edited,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Queue).await;
        let (headers, _) = call(&app, CHECK, &asked(&key, SPAM)).await;
        let guid = headers["x-akismet-guid"].to_str().unwrap();
        let mut edited = asked(&key, "Edited beyond recognition by its author");
        edited.push(("guid", guid));
        call(&app, "/1.1/submit-ham", &edited).await;
        assert_eq!(comments(&app, "blog").await[0]["status"], "approved");
    }
);

on_both_engines!(
    a_report_about_what_is_not_kept_is_a_sample_asked_about_or_not,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Judge).await;
        let site = app.app.directory.site("blog").unwrap().slug.clone();
        call(&app, CHECK, &asked(&key, HAM)).await;
        let mut test = asked(&key, "Never mind this one");
        test.push(("is_test", "true"));
        call(&app, "/1.1/submit-spam", &test).await;
        let samples = || async {
            app.app
                .store
                .samples(Question::Spam, &site, "")
                .await
                .unwrap()
        };
        assert!(samples().await.is_empty());
        call(&app, "/1.1/submit-spam", &asked(&key, HAM)).await;
        call(&app, "/1.1/submit-ham", &asked(&key, HAM)).await;
        call(&app, "/1.1/submit-spam", &asked(&key, SPAM)).await;
        let counts = app
            .app
            .store
            .count_samples(Question::Spam, std::slice::from_ref(&site))
            .await
            .unwrap();
        let counts: Vec<_> = counts.iter().map(|c| (c.label, c.count)).collect();
        let expected = [
            (hamlet::bayes::Label::Ham, 1),
            (hamlet::bayes::Label::Spam, 1),
        ];
        assert_eq!(counts, expected, "what is said last counts");
    }
);

on_both_engines!(
    a_report_reaches_no_other_sites_comment,
    |app: TestApp| async move {
        let here = site_with_key(&app, "here", ClientMode::Queue).await;
        let there = site_with_key(&app, "there", ClientMode::Queue).await;
        let (headers, _) = call(&app, CHECK, &asked(&here, SPAM)).await;
        let guid = headers["x-akismet-guid"].to_str().unwrap();
        let mut foreign = asked(&there, SPAM);
        foreign.push(("guid", guid));
        call(&app, "/1.1/submit-ham", &foreign).await;
        assert_eq!(comments(&app, "here").await[0]["status"], "spam");
    }
);
