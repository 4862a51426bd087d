//! Questions: where keys and parameters may stand, answers to the byte, and what is kept.

use std::time::Duration;

use hamlet::domain::{
    moderator::Role,
    site::{ClientMode, Policy},
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{HAM, SPAM, asked, call, comments, read, site_with_key};
use crate::{on_both_engines, support::app::answer};

const CHECK: &str = "/1.1/comment-check";

on_both_engines!(
    spam_is_true_and_the_rest_false_to_the_byte,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Judge).await;
        for (text, word) in [(SPAM, "true"), (HAM, "false"), ("", "false")] {
            let (headers, body) = call(&app, CHECK, &asked(&key, text)).await;
            assert_eq!(body, word, "{text}");
            assert_eq!(headers["x-akismet-guid"].len(), 36);
            for on_errors_only in [
                "x-akismet-debug-help",
                "x-akismet-alert-msg",
                "x-akismet-pro-tip",
            ] {
                assert!(!headers.contains_key(on_errors_only), "{on_errors_only}");
            }
        }
        assert!(comments(&app, "blog").await.is_empty(), "judged, not kept");
    }
);

on_both_engines!(
    a_key_is_valid_wherever_clients_put_it,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Judge).await;
        let blog = ("blog", "http://blog.example");
        for (path, fields, word) in [
            (
                "/1.1/verify-key".to_owned(),
                vec![("key", key.as_str()), blog],
                "valid",
            ),
            (
                "/1.1/verify-key".to_owned(),
                vec![("api_key", key.as_str())],
                "valid",
            ),
            (
                format!("/1.1/verify-key?api_key={key}"),
                vec![blog],
                "valid",
            ),
            (
                "/1.1/verify-key".to_owned(),
                vec![("key", "0123456789ab"), blog],
                "invalid",
            ),
            ("/1.1/verify-key".to_owned(), vec![blog], "invalid"),
            (
                "/1.1/verify-key".to_owned(),
                vec![("api_key", key.as_str()), ("key", "0123456789ab")],
                "invalid",
            ),
        ] {
            let (headers, body) = call(&app, &path, &fields).await;
            assert_eq!(body, word, "{path} {fields:?}");
            assert_eq!(
                headers.contains_key("x-akismet-debug-help"),
                word == "invalid"
            );
        }
        let by_host = app
            .get(&format!(
                "{CHECK}?blog=http://blog.example&user_ip=203.0.113.9"
            ))
            .header("host", format!("{key}.rest.hamlet.test"));
        assert_eq!(read(by_host.send().await.unwrap()).await.1, "false");

        // Coral's feedback: JSON, no blog, the key in the host alone.
        let report =
            json!({ "comment_content": HAM, "comment_author": "Reader", "is_test": false });
        let report = app
            .post("/1.1/submit-ham", &report)
            .header("host", format!("{key}.rest.hamlet.test"));
        let thanks = "Thanks for making the web a better place.";
        assert_eq!(read(report.send().await.unwrap()).await.1, thanks);
    }
);

on_both_engines!(
    a_client_of_http_1_0_and_a_content_type_that_says_nothing_are_understood,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Judge).await;
        let body = format!("key={key}&blog=http://blog.example&user_ip=::1&comment_content=Peas");
        let request = format!(
            "POST {CHECK} HTTP/1.0\r\nHost: rest.hamlet.test\r\nAccept-Encoding: deflate, gzip, br\r\n\
             Content-Type: charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(app.url.trim_start_matches("http://"))
            .await
            .unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.0 200"), "{head}");
        assert!(head.contains("content-length: 5"), "{head}");
        assert_eq!(body, "false");
    }
);

on_both_engines!(
    a_site_can_keep_what_is_asked_and_once_when_it_is_asked_again,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Queue).await;
        let mut fields = asked(&key, SPAM);
        fields.push(("comment_date_gmt", "2026-11-01T12:00:00+00:00"));
        let (first, _) = call(&app, CHECK, &fields).await;
        let (again, body) = call(&app, CHECK, &fields).await;
        assert_eq!(body, "true");
        assert_eq!(first["x-akismet-guid"], again["x-akismet-guid"]);
        let (_, body) = call(&app, CHECK, &asked(&key, HAM)).await;
        assert_eq!(body, "false");
        let mut test = asked(&key, "Only trying it out, do not mind me please");
        test.push(("is_test", "1"));
        call(&app, CHECK, &test).await;

        let kept = comments(&app, "blog").await;
        let statuses: Vec<&Value> = kept.iter().map(|comment| &comment["status"]).collect();
        assert_eq!(statuses, ["pending", "spam"]);
        assert_eq!(kept[0]["page"], "http://blog.example/peas");
        assert_eq!(kept[0]["email"], "r***@e***.org");
        assert_eq!(kept[1]["id"], first["x-akismet-guid"].to_str().unwrap());
    }
);

on_both_engines!(
    what_a_form_would_refuse_is_judged_all_the_same,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Queue).await;
        let long = "word ".repeat(10_000);
        for (name, value) in [
            ("comment_content", long.as_str()),
            ("comment_content", "nul \0 and bell \u{7}"),
            ("comment_author", "line\nbreak"),
            ("comment_author_email", "not an address"),
            ("comment_author_url", "javascript:alert(1)"),
            ("permalink", "nonsense"),
            ("user_ip", "unknown"),
        ] {
            let mut fields = asked(&key, HAM);
            fields.retain(|(field, _)| *field != name);
            fields.push((name, value));
            let (_, body) = call(&app, CHECK, &fields).await;
            assert!(["true", "false"].contains(&body.as_str()), "{name}: {body}");
        }
        let kept = comments(&app, "blog").await;
        assert_eq!(kept.len(), 7);
        let addresses: Vec<&Value> = kept.iter().map(|comment| &comment["email"]).collect();
        assert!(addresses.contains(&&json!("none given")), "{addresses:?}");
    }
);

on_both_engines!(
    the_test_hooks_answer_as_published,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Queue).await;
        for (name, value, word) in [
            ("comment_author", "akismet-guaranteed-spam", "true"),
            ("comment_author", "viagra-test-123", "true"),
            (
                "comment_author_email",
                "akismet-guaranteed-spam@example.com",
                "true",
            ),
            ("user_role", "administrator", "false"),
        ] {
            let mut fields = asked(&key, if word == "true" { HAM } else { SPAM });
            fields.retain(|(field, _)| *field != name);
            fields.push((name, value));
            assert_eq!(call(&app, CHECK, &fields).await.1, word, "{name}");
        }
        assert!(comments(&app, "blog").await.is_empty());
    }
);

on_both_engines!(
    a_hidden_field_that_was_filled_in_counts,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Queue).await;
        let mut fields = asked(&key, HAM);
        fields.extend([("honeypot_field_name", "trap"), ("trap", "filled in")]);
        call(&app, CHECK, &fields).await;
        let kept = comments(&app, "blog").await;
        let token = app.token(Role::Moderator, &["blog"]).await;
        let path = format!("/api/v1/comments/{}", kept[0]["id"].as_str().unwrap());
        let (_, comment) = answer(app.with(&token, Method::GET, &path)).await;
        let checks = comment["evidence"]["checks"].to_string();
        assert!(checks.contains("honeypot"), "{checks}");
    }
);

on_both_engines!(
    the_worst_is_discarded_only_where_the_site_says_so,
    |app: TestApp| async move {
        let policy = Policy {
            discard_at: Some(0.95),
            ..Policy::default()
        };
        app.add_site("blog", &[], policy).await;
        let key = super::key(&app, "blog").await;
        let (headers, body) = call(&app, CHECK, &asked(&key, SPAM)).await;
        assert_eq!(body, "true");
        assert_eq!(headers["x-akismet-pro-tip"], "discard");
    }
);

on_both_engines!(
    what_repeats_counts_although_nothing_is_kept,
    |app: TestApp| async move {
        let policy = Policy {
            spam_threshold: 0.5,
            ..Policy::default()
        };
        app.add_site("blog", &[], policy).await;
        let key = super::key(&app, "blog").await;
        let text = "Our little shop in the old town has a new catalogue of garden tools";
        let mut words = Vec::new();
        for author in 0..8 {
            let author = format!("Author {author}");
            let email = format!("{}@example.org", author.replace(' ', ""));
            let mut fields = asked(&key, text);
            fields.retain(|(name, _)| !name.starts_with("comment_author"));
            fields.extend([
                ("comment_author", author.as_str()),
                ("comment_author_email", email.as_str()),
            ]);
            words.push(call(&app, CHECK, &fields).await.1);
        }
        let (first, last) = (words.first().unwrap(), words.last().unwrap());
        assert_eq!(
            (first.as_str(), last.as_str()),
            ("false", "true"),
            "{words:?}"
        );
    }
);

on_both_engines!(
    guessing_keys_is_shut_out_and_a_revoked_key_is_no_good,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Judge).await;
        let operator = app.token(Role::Operator, &[]).await;
        let path = "/api/v1/sites/blog/keys";
        let (_, list) = answer(app.with(&operator, Method::GET, path)).await;
        assert!(!list.to_string().contains(&key));
        let id = list["keys"][0]["id"].as_str().unwrap();
        let revoke = app.with(&operator, Method::DELETE, &format!("{path}/{id}"));
        assert_eq!(answer(revoke).await.0, 204);
        assert_eq!(call(&app, CHECK, &asked(&key, HAM)).await.1, "invalid");

        let good = super::key(&app, "blog").await;
        for guess in 0..61 {
            let guess = format!("{guess:012x}");
            let request = app
                .request(Method::POST, "/1.1/verify-key")
                .form(&[("key", guess.as_str())]);
            request.send().await.unwrap();
        }
        assert_eq!(call(&app, CHECK, &asked(&good, HAM)).await.1, "false");
        let request = app
            .request(Method::POST, "/1.1/verify-key")
            .form(&[("key", "00000000ffff")]);
        let (status, problem) = answer(request).await;
        assert_eq!(
            (status.as_u16(), problem["code"].as_str()),
            (429, Some("too_many"))
        );
    }
);

on_both_engines!(
    a_key_opens_nothing_but_judging_and_reporting,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Queue).await;
        for path in ["/api/v1/comments", "/api/v1/sites", "/api/v1/me"] {
            let (status, _) = answer(app.with(&key, Method::GET, path)).await;
            assert_eq!(status, 401, "{path}");
        }
    }
);

on_both_engines!(
    usage_is_counted_by_month_and_blog_in_the_protocols_types,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Judge).await;
        call(&app, CHECK, &asked(&key, SPAM)).await;
        call(&app, CHECK, &asked(&key, HAM)).await;
        call(&app, "/1.1/submit-spam", &asked(&key, HAM)).await;
        let only_key = [("api_key", key.as_str())];
        let (_, body) = call(&app, "/1.2/usage-limit", &only_key).await;
        let expected =
            json!({ "limit": "none", "usage": 2, "percentage": "0.00", "throttled": false });
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);

        let month = app.app.now().to_string()[..7].to_owned();
        let query = format!("/1.2/key-sites?api_key={key}");
        let (_, body) = read(app.get(&query).send().await.unwrap()).await;
        let sites: Value = serde_json::from_str(&body).unwrap();
        let row = json!({ "site": "blog.example", "api_calls": "2", "spam": "1", "ham": "1",
                          "missed_spam": "1", "false_positives": "0", "is_revoked": false });
        assert_eq!(sites[&month], json!([row]));
        assert_eq!(sites["total"], 1);
        let csv = read(
            app.get(&format!("{query}&format=csv"))
                .send()
                .await
                .unwrap(),
        )
        .await;
        assert!(
            csv.1
                .ends_with(&format!("{month},blog.example,2,1,1,1,0\n")),
            "{}",
            csv.1
        );

        let (_, stats) = call(&app, "/1.1/get-stats", &only_key).await;
        let stats: Value = serde_json::from_str(&stats).unwrap();
        assert_eq!(
            (&stats["spam"], &stats["missed_spam"]),
            (&json!("1"), &json!("1"))
        );
        let (_, account) = call(&app, "/1.1/get-subscription", &only_key).await;
        let account: Value = serde_json::from_str(&account).unwrap();
        assert_eq!(account["status"], "active");
        assert_eq!(
            call(&app, "/1.1/deactivate", &only_key).await.1,
            "deactivated"
        );
        app.pass(Duration::from_hours(100 * 24)).await;
        let (_, body) = call(&app, "/1.1/get-stats", &only_key).await;
        assert!(
            body.contains(r#""spam":"1""#),
            "counts outlive what was told: {body}"
        );
    }
);
