//! Calls as clients of other decades and languages encode them.

use hamlet::domain::site::ClientMode;
use reqwest::Method;

use super::{HAM, asked, comments, read, site_with_key};
use crate::{on_both_engines, support::app::TestApp};

const CHECK: &str = "/1.1/comment-check";
const BOUNDARY: &str = "----------------------------4ebf00fbcf09";

/// A body as PHP's curl makes it of an array.
fn multipart(fields: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(value);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

async fn sent(app: &TestApp, path: &str, kind: &str, body: Vec<u8>) -> String {
    let request = app.request(Method::POST, path).header("content-type", kind);
    read(request.body(body).send().await.unwrap()).await.1
}

on_both_engines!(a_multipart_call_is_read, |app: TestApp| async move {
    let key = site_with_key(&app, "blog", ClientMode::Queue).await;
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let own: [(&str, &[u8]); 2] = [("key", key.as_bytes()), ("blog", b"https://blog.example")];
    let word = sent(&app, "/1.1/verify-key", &kind, multipart(&own)).await;
    assert_eq!(word, "valid");
    let fields = asked(&key, HAM);
    let fields: Vec<(&str, &[u8])> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    assert_eq!(sent(&app, CHECK, &kind, multipart(&fields)).await, "false");
    let with_file = String::from_utf8(multipart(&fields)).unwrap().replace(
        "name=\"user_agent\"",
        "name=\"picture\"; filename=\"a.png\"",
    );
    assert_eq!(
        sent(&app, CHECK, &kind, with_file.into_bytes()).await,
        "false"
    );
    let urlencoded = format!("key={key}&blog=https://blog.example").into_bytes();
    let without = "multipart/form-data";
    assert_eq!(
        sent(&app, "/1.1/verify-key", without, urlencoded).await,
        "valid"
    );
});

on_both_engines!(
    the_encoding_of_a_blog_is_obeyed,
    |app: TestApp| async move {
        let key = site_with_key(&app, "blog", ClientMode::Queue).await;
        let calls = [
            ("blog_charset=ISO-8859-1&", "", "J%FCrgen", "Jürgen"),
            (
                "blog_charset=windows-1251&",
                "",
                "%CF%F0%E8%E2%E5%F2",
                "Привет",
            ),
            ("blog_charset=GBK&", "", "%C1%AA%CD%A8", "联通"),
            (
                "blog_charset=Shift_JIS&",
                "",
                "%82%B3%82%AD%82%E7",
                "さくら",
            ),
            ("blog_charset=EUC-KR&", "", "%B1%E8", "김"),
            ("", "; charset=ISO-8859-15", "%A4uro", "€uro"),
            // The setting of the blog, sent along by a client whose language encodes as UTF-8.
            ("blog_charset=ISO-8859-1&", "", "Zo%C3%AB", "Zoë"),
            ("blog_charset=UTF-8&", "", "Ren%C3%A9", "René"),
            ("blog_charset=no-such&", "", "Ren%E9e", "Renée"),
            ("", "", "Fran%E7ois", "François"),
        ];
        for (n, (charset, of_type, name, _)) in calls.iter().enumerate() {
            let body = format!(
                "{charset}api_key={key}&blog=https://blog.example&user_ip=203.0.113.{n}\
                 &comment_author={name}&comment_content={name}+{n}"
            );
            let kind = format!("application/x-www-form-urlencoded{of_type}");
            assert_eq!(sent(&app, CHECK, &kind, body.into_bytes()).await, "false");
        }
        let kept = comments(&app, "blog").await;
        for (n, (.., name)) in calls.iter().enumerate() {
            let text = format!("{name} {n}");
            let found = kept.iter().find(|comment| comment["text"] == text);
            let found = found.unwrap_or_else(|| panic!("{text}: {kept:?}"));
            assert_eq!(found["name"], *name);
        }
    }
);
