//! The model page without script: labelled data by its form, and the report of a model to keep.

use std::{io, time::Duration};

use futures_util::{StreamExt, stream};
use hamlet::domain::{decision::Decision, moderator::Role, site::Policy};
use reqwest::{
    Body, Method, RequestBuilder, Response,
    header::HeaderMap,
    multipart::{Form, Part},
};

use crate::{
    learning::{
        damage_models,
        models::{id, label, train},
    },
    on_both_engines,
    support::{
        app::{TestApp, answer},
        people::Session,
    },
};

const OPERATOR: &str = "horatio@elsinore.example";
const PAGE: &str = "/desk/model";
const GOOD: &str = "text,label\n\"Buy\nzorblax\",spam\n\"Thanks, that helped\",ham\n";

/// The form as the page has it, but for the file.
fn form(who: &Session) -> Form {
    let form = Form::new().text("csrf", who.csrf.clone());
    form.text("site", "default").text("source", "")
}

fn file(name: &str, content: impl Into<Body>) -> Part {
    Part::stream(content.into()).file_name(name.to_owned())
}

fn request(app: &TestApp, who: &Session, form: Form) -> RequestBuilder {
    let request = app.request(Method::POST, PAGE);
    request.header("cookie", &who.cookie).multipart(form)
}

async fn read(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    (status, response.text().await.expect("a page"))
}

/// Sends the form with a file; the status and the page that answers.
async fn send(app: &TestApp, who: &Session, file: Part) -> (u16, String) {
    let request = request(app, who, form(who).part("file", file));
    read(request.send().await.expect("an answer")).await
}

/// What the samples' source, class and number are.
async fn kept(app: &TestApp) -> Vec<(String, &'static str, i64)> {
    let sites = [app.app.directory.site("default").expect("it").slug.clone()];
    let counts = app
        .app
        .store
        .count_samples(hamlet::bayes::Question::Spam, &sites)
        .await;
    let counts = counts.expect("the store").into_iter();
    counts
        .map(|count| (count.source, count.label.as_str(), count.count))
        .collect()
}

on_both_engines!(
    a_file_of_labels_is_taken_in_and_told_of,
    |app: TestApp| async move {
        let me = app.first_operator(OPERATOR).await;
        let page = me.page(&app, PAGE).await;
        assert!(page.contains("enctype=\"multipart/form-data\""), "{page}");
        let (status, told) = send(&app, &me, file("labels.csv", GOOD)).await;
        assert_eq!(status, 200, "{told}");
        assert!(told.contains("All of it counts."), "{told}");
        assert!(told.contains("<dt>New labels</dt><dd>2</dd>"), "{told}");
        let by_me = |label| ("Horatio".to_owned(), label, 1);
        assert_eq!(kept(&app).await, [by_me("ham"), by_me("spam")]);

        let lines = "{\"text\":\"Buy\\nzorblax\",\"label\":\"spam\"}\n{\"text\":\"Peas\",\"label\":\"ham\"}\n";
        let (_, told) = send(&app, &me, file("again.jsonl", lines)).await;
        assert!(told.contains("<dt>New labels</dt><dd>1</dd>"), "{told}");
        assert!(told.contains("<dt>Unchanged</dt><dd>1</dd>"), "{told}");

        let named = Form::new()
            .text("csrf", me.csrf.clone())
            .text("site", "default")
            .text("source", "the old forum")
            .part("file", file("no-ending", "ham\tBeans\n"));
        let sent = request(&app, &me, named).send().await.expect("an answer");
        assert_eq!(sent.status(), 200);
        let forum = ("the old forum".to_owned(), "ham", 1);
        assert!(kept(&app).await.contains(&forum));
        app.stop().await;
    }
);

on_both_engines!(
    a_file_that_is_not_right_is_refused_with_its_lines_and_nothing_is_kept,
    &[("LEARNING__MAX_UPLOAD_MIB", "1")],
    |app: TestApp| async move {
        let me = app.first_operator(OPERATOR).await;
        let wrong = "text,label\nPeas,ham\nBeans,\nRoses,perhaps\n<b>Moss</b>,spam\n";
        let larger = "text,label\n".to_owned() + &"Peas and beans and roses,ham\n".repeat(50_000);
        let streamed = stream::iter([Ok::<_, io::Error>(larger.clone())]);
        let streamed = Body::wrap_stream(streamed);
        let empty = file("empty.csv", "text,label\n");
        for (what, status, said) in [
            (file("wrong.csv", wrong), 422, "<li>Line 3: "),
            (file("wrong.csv", wrong), 422, "<li>Line 4: "),
            (empty, 422, "There is no record in it."),
            (file("", ""), 422, "Choose a file first."),
            (file("larger.csv", larger), 413, "at most 1048576 bytes"),
            (file("larger.csv", streamed), 413, "at most 1048576 bytes"),
        ] {
            let (was, told) = send(&app, &me, what).await;
            assert_eq!(was, status, "{said}: {told}");
            assert!(told.contains(said), "{said}: {told}");
            assert!(told.contains("Nothing of it was kept."), "{told}");
        }
        let named = Form::new()
            .text("csrf", me.csrf.clone())
            .text("site", "default")
            .text("source", "the \"old\" forum")
            .part("file", file("wrong.csv", wrong));
        let (_, told) = read(request(&app, &me, named).send().await.expect("an answer")).await;
        let kept_name =
            "id=\"source\" name=\"source\" maxlength=\"100\" value=\"the &#34;old&#34; forum\"";
        assert!(told.contains(kept_name), "{told}");

        let none = request(&app, &me, form(&me)).send().await;
        let (status, told) = read(none.expect("an answer")).await;
        assert_eq!(status, 422);
        assert!(told.contains("Choose a file first."), "{told}");

        let two = form(&me).part("file", file("one.csv", GOOD));
        let two = request(&app, &me, two.part("more", file("two.csv", GOOD)));
        let (status, told) = read(two.send().await.expect("an answer")).await;
        assert_eq!(status, 400);
        assert!(told.contains("something behind the file"), "{told}");
        let cut = format!(
            "--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n\
             --x\r\ncontent-disposition: form-data; name=\"site\"\r\n\r\ndefault\r\n\
             --x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{GOOD}",
            me.csrf
        );
        let cut = app
            .request(Method::POST, PAGE)
            .header("cookie", &me.cookie)
            .header("content-type", "multipart/form-data; boundary=x")
            .body(cut);
        let (status, told) = read(cut.send().await.expect("an answer")).await;
        assert_eq!(status, 400);
        assert!(told.contains("broke off"), "{told}");
        assert_eq!(kept(&app).await, []);
        app.stop().await;
    }
);

on_both_engines!(
    a_file_that_stalls_is_given_up_and_keeps_nothing,
    &[("SERVER__BODY_TIMEOUT_SECONDS", "1")],
    |app: TestApp| async move {
        let me = app.first_operator(OPERATOR).await;
        let start = stream::iter([Ok::<_, io::Error>(GOOD.repeat(1_000))]);
        let stalled = Body::wrap_stream(start.chain(stream::pending()));
        let form = form(&me).part("file", file("stalled.csv", stalled));
        let request = request(&app, &me, form).timeout(Duration::from_secs(20));
        let (status, told) = read(request.send().await.expect("an answer")).await;
        assert_eq!(status, 408, "{told}");
        assert!(told.contains("did not arrive within 1 seconds"), "{told}");
        assert_eq!(kept(&app).await, []);
        app.stop().await;
    }
);

on_both_engines!(
    only_operators_send_labels_and_only_by_a_form_of_their_own,
    |app: TestApp| async move {
        let me = app.first_operator(OPERATOR).await;
        let forged = Session {
            cookie: me.cookie.clone(),
            csrf: "forged".to_owned(),
        };
        assert_eq!(send(&app, &forged, file("a.csv", GOOD)).await.0, 403);
        let behind = Form::new()
            .part("file", file("a.csv", GOOD))
            .text("csrf", me.csrf.clone());
        let behind = request(&app, &me, behind).send().await;
        assert_eq!(behind.expect("an answer").status(), 403, "csrf comes first");
        let moderator = app.moderator(&me, "marcellus@elsinore.example", &[]).await;
        assert_eq!(send(&app, &moderator, file("a.csv", GOOD)).await.0, 403);
        let nobody = app.request(Method::POST, PAGE).multipart(form(&me));
        let nobody = nobody.send().await.expect("an answer");
        assert_eq!(nobody.status(), 303);
        assert_eq!(
            nobody.headers()["location"],
            "/sign-in?next=%2Fdesk%2Fmodel"
        );
        let packed = request(&app, &me, form(&me)).header("content-encoding", "gzip");
        assert_eq!(packed.send().await.expect("an answer").status(), 415);
        assert_eq!(kept(&app).await, []);
        app.stop().await;
    }
);

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().expect("text")
}

on_both_engines!(
    a_models_report_is_made_of_what_is_held_out_and_handed_to_operators_as_a_file,
    |app: TestApp| async move {
        let me = app.first_operator(OPERATOR).await;
        let token = app.token(Role::Operator, &[]).await;
        let get = async |who: &Session, path: &str| {
            // A report is drawn at the lowest priority: beside other tests that may take a while.
            let request = app.get(path).timeout(Duration::from_mins(3));
            let request = request.header("cookie", &who.cookie);
            request.send().await.expect("an answer")
        };
        label(&app, "nursery", 5, false).await;
        let failed = train(&app, &token).await;
        let path = format!("{PAGE}/{}/report", id(&failed));
        assert_eq!(get(&me, &path).await.status(), 409, "it has no model");
        assert!(!me.page(&app, PAGE).await.contains(&path));

        label(&app, "nursery", 60, false).await;
        let model = train(&app, &token).await;
        let path = format!("{PAGE}/{}/report", id(&model));
        assert!(me.page(&app, PAGE).await.contains(&path));
        let response = get(&me, &path).await;
        assert_eq!(response.status(), 200);
        let headers = response.headers().clone();
        assert_eq!(text(&headers, "content-type"), "text/html; charset=utf-8");
        assert_eq!(text(&headers, "cache-control"), "no-store");
        let disposition = text(&headers, "content-disposition");
        assert!(disposition.starts_with("attachment; filename=\"evaluation-"));
        let policy = text(&headers, "content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.ends_with("; sandbox"));
        let report = response.text().await.expect("a report");
        let comparison = &model["report"]["comparison"];
        let measured = format!("{} ham and {} spam", comparison["ham"], comparison["spam"]);
        assert!(report.contains(&measured), "{measured}");
        assert!(report.contains(model["version"].as_str().expect("a version")));
        assert!(report.matches("<svg").count() >= 4);
        for loads in ["src=", "href=", "<script", "url("] {
            assert!(!report.contains(loads), "the report has {loads}");
        }

        let moderator = app.moderator(&me, "marcellus@elsinore.example", &[]).await;
        assert_eq!(get(&moderator, &path).await.status(), 403);
        let nobody = app.get(&path).send().await.expect("an answer");
        assert_eq!(nobody.status(), 303);
        for missing in ["01890000-0000-7000-8000-000000000000", "x"] {
            let path = format!("{PAGE}/{missing}/report");
            assert_eq!(get(&me, &path).await.status(), 404);
        }
        damage_models(&app).await;
        assert_eq!(get(&me, &path).await.status(), 503);
        app.stop().await;
    }
);

on_both_engines!(
    the_models_page_says_first_what_it_put_aside_and_what_people_took_back,
    |app: TestApp| async move {
        let me = app.first_operator("horatio@elsinore.example").await;
        let policy = Policy {
            spam_threshold: 0.5,
            ..Policy::default()
        };
        app.add_site("strict", &[], policy).await;
        let mut aside = Vec::new();
        for n in 0..2 {
            // A field that people do not see is filled in.
            let fields = serde_json::json!({ "page": "/p", "name": format!("Osric {n}"), "subject": "filled in",
                "email": format!("osric{n}@elsinore.example"),
                "text": format!("BUY CHEAP PILLS!!! http://pills{n}.example/ casino bonus {n}") });
            let (_, posted) = answer(app.comment("strict", &fields)).await;
            aside.push(posted);
        }
        app.decide(&aside[0], Decision::Approve).await;
        let page = me.page(&app, "/desk/model?site=strict").await;
        let said = "Last 30 days: 2 put aside as spam by itself, 1 of them taken back by people; 0 got through";
        assert!(page.contains(said), "{page}");
    }
);
