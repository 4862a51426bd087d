//! Markup on every way in that is not the form's own, and wherever it comes out again.

use hamlet::{
    domain::{
        decision::Decision,
        moderator::Role,
        site::{ClientMode, Policy},
    },
    interchange::foreign::ForeignFormat,
};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::{encoded, routes};
use crate::{
    akismet, interchange, on_both_engines,
    support::{
        app::{TestApp, answer},
        people::Session,
    },
};

/// Tries to end an attribute, a text, a script and a style, and to be a link that runs.
const EVIL: &str =
    "\"><xss onxss=alert(1)></title></textarea><img src=x onerror=xss()>'--><script>xss()</script>";

/// Whether the payload stands in a page as anything but text.
fn runs(html: &str) -> bool {
    let html = html.to_lowercase();
    let tags = [
        "<xss",
        "<img src=x",
        "<script>xss",
        "javascript:xss",
        "</title></textarea>",
    ];
    tags.iter().any(|tag| html.contains(tag))
}

/// Every page that may show a site's comments, as someone who may see all.
async fn pages(app: &TestApp, me: &Session, site: &str, ids: &[String]) -> Vec<(String, String)> {
    let mut paths: Vec<String> = ["pending", "spam", "approved", "rejected", "trash"]
        .map(|status| format!("/desk?status={status}"))
        .into();
    for path in routes("get")
        .into_iter()
        .filter(|path| path != "/desk/news")
    {
        let path = path.replace("{site}", site);
        paths.extend(ids.iter().map(|id| path.replace("{id}", id)));
    }
    paths.push(format!("/api/v1/sites/{site}/comments?page=/garden"));
    paths.push(format!("/sites/{site}/form?page=/garden"));
    let mut said = Vec::new();
    for path in paths {
        let response = app.get(&path).header("cookie", &me.cookie).send().await;
        let response = response.expect("an answer");
        let kind = response.headers().get("content-type");
        let kind = kind.and_then(|kind| kind.to_str().ok());
        let html = kind.is_some_and(|kind| kind.contains("html"));
        let mut text = response.text().await.expect("a body");
        if !html {
            // Of data only what says that it is markup may be taken for it.
            let data: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
            let lists = data["comments"].as_array().into_iter().flatten();
            text = lists.filter_map(|one| one["html"].as_str()).collect();
        }
        said.push((path, text));
    }
    said
}

/// On how many of those pages the payload is shown. On none does it run.
async fn shown_as_text(app: &TestApp, me: &Session, site: &str, ids: &[String]) -> usize {
    let mut shown = 0;
    for (path, html) in pages(app, me, site, ids).await {
        assert!(!runs(&html), "{path}: {html}");
        shown += usize::from(html.contains("onxss"));
    }
    shown
}

/// What a browser gets.
async fn page(request: RequestBuilder) -> String {
    let response = request.header("accept", "text/html").send().await;
    response.expect("an answer").text().await.expect("a body")
}

on_both_engines!(
    what_programs_send_and_imports_bring_is_shown_as_text,
    |app: TestApp| async move {
        let me = app.first_operator("horatio@elsinore.example").await;
        let key = akismet::site_with_key(&app, "blog", ClientMode::Queue).await;
        let mut asked = akismet::asked(&key, EVIL);
        asked.retain(|(name, _)| *name != "comment_author");
        asked.extend([
            ("comment_author", EVIL),
            ("comment_author_url", "javascript:xss()"),
        ]);
        akismet::call(&app, "/1.1/comment-check", &asked).await;
        let by_program = akismet::comments(&app, "blog").await;
        assert_eq!(by_program.len(), 1);
        let id = by_program[0]["id"].as_str().unwrap().to_owned();
        app.decide(&json!({ "id": id }), Decision::Approve).await;

        interchange::garden(&app).await;
        let line = json!({ "id": "1", "page": "/garden", "page_title": EVIL, "name": EVIL,
            "email": "x@elsinore.example", "website": "javascript:xss()", "text": EVIL,
            "status": "approved", "created_at": "2026-03-01T12:00:00Z" });
        let file = app.folder.path().join("evil.jsonl");
        std::fs::write(&file, format!("{line}\n")).unwrap();
        let report = interchange::import(&app, ForeignFormat::Jsonl, file, false).await;
        assert_eq!(report.imported, 1, "{report:?}");
        let imported = interchange::stored(&app).await[0].id.to_string();

        let ids = [id, imported];
        let mut shown = 0;
        for site in ["blog", "garden"] {
            shown += shown_as_text(&app, &me, site, &ids).await;
        }
        assert!(shown >= 4, "shown on {shown} pages");
    }
);

on_both_engines!(
    what_moderators_and_operators_write_is_shown_as_text,
    |app: TestApp| async move {
        let me = app.first_operator("horatio@elsinore.example").await;
        let id = app.posted("default", "Ophelia", "There's rosemary.").await;
        let change = |path: String, method: Method, body: serde_json::Value| {
            answer(me.request(&app, method, &path).json(&body))
        };
        let name: String = EVIL.chars().take(100).collect();
        let wishes = [
            (
                "/api/v1/me".to_owned(),
                Method::PATCH,
                json!({ "name": name }),
            ),
            (
                "/api/v1/sites/default".to_owned(),
                Method::PATCH,
                json!({ "name": name }),
            ),
            (
                "/api/v1/tokens".to_owned(),
                Method::POST,
                json!({ "name": name, "role": "moderator" }),
            ),
            (
                "/api/v1/blocks".to_owned(),
                Method::POST,
                json!({ "kind": "word", "pattern": EVIL, "action": "hold", "note": name }),
            ),
            (
                format!("/api/v1/comments/{id}/decisions"),
                Method::POST,
                json!({ "decision": "reject", "version": 1, "note": EVIL }),
            ),
        ];
        for (path, method, body) in wishes {
            let (status, told) = change(path.clone(), method, body).await;
            assert!(status.is_success(), "{path}: {told}");
        }
        hamlet::background::refresh(&app.app).await;
        let shown = shown_as_text(&app, &me, "default", &[id]).await;
        assert!(shown >= 3, "shown on {shown} pages");
    }
);

on_both_engines!(
    the_form_gives_back_what_was_filled_in_as_text,
    |app: TestApp| async move {
        app.add_site("blog", &[], Policy::default()).await;
        let token = app.token(Role::Operator, &[]).await;
        for field in [
            "page",
            "page_title",
            "parent",
            "form_token",
            "name",
            "email",
            "website",
            "text",
            "proof",
        ] {
            let mut fields = vec![
                ("page", "/p"),
                ("name", "Yorick"),
                ("email", "nobody"),
                ("text", "Alas!"),
            ];
            fields.retain(|(name, _)| *name != field);
            fields.push((field, EVIL));
            let sent = app
                .request(Method::POST, "/api/v1/sites/blog/comments")
                .form(&fields);
            let html = page(sent).await;
            assert!(html.contains("<form") && !runs(&html), "{field}: {html}");
        }
        let evil = encoded(EVIL);
        for path in [
            "/sign-in?next=",
            "/sites/blog/form?page=/",
            "/desk?q=",
            "/m/",
            "/r/",
            "/sign-in/",
            "/avatars/",
            "/assets/",
        ] {
            let asked = app.with(&token, Method::GET, &format!("{path}{evil}"));
            let html = page(asked).await;
            assert!(!runs(&html), "{path}: {html}");
        }
    }
);
