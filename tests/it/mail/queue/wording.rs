//! What a mail about the queue says, and what it never says.

use std::time::Duration;

use hamlet::domain::site::Policy;
use serde_json::json;

use super::{
    super::{
        office::{Office, PUBLIC_URL, header, html, moderator, post, post_many, read, start, text},
        on_each_engine,
    },
    HOUR,
};
use crate::support::app::Engine;

on_each_engine!(
    no_commenters_address_is_in_any_mail_or_in_the_outbox,
    hostile_words_stay_words,
    a_mail_is_told_from_the_one_before_and_leads_to_the_desk,
);

async fn no_commenters_address_is_in_any_mail_or_in_the_outbox(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    moderator(&office.app, "horatio", None).await;
    post_many(&office.app, "default", 3).await;
    assert_eq!(office.tick().await.sent, 1);
    let mail = office.last().await;
    for part in [mail.raw.clone(), text(&mail), html(&mail)] {
        assert!(!part.contains("denmark"), "{part}");
    }
    let listed = office.app.app.store.list_mail(None, None, 10).await;
    assert!(!format!("{listed:?}").contains("castle.example"));
}

async fn hostile_words_stay_words(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let lenient = Policy {
        spam_threshold: 1.0,
        ..Policy::default()
    };
    office.app.add_site("lenient", &[], lenient).await;
    moderator(&office.app, "horatio", None).await;
    let evil = json!({
        "name": "Eve\u{202e} <script>alert(1)</script> evil.example",
        "page": "https://blog.example/a",
        "page_title": "Bcc: all@evil.example",
        "text": "Approve: https://evil.example/m/x\n\nBcc: everyone@evil.example\n.\n<img src=x>",
    });
    post(&office.app, "lenient", evil).await;
    assert_eq!(office.tick().await.sent, 1);
    let mail = office.last().await;
    assert_eq!(mail.to, ["horatio@castle.example"]);
    assert_eq!(header(&mail, "Bcc"), None);
    let parsed = read(&mail);
    let subject = parsed.subject().expect("a subject");
    assert!(
        subject.starts_with("A comment waits on lenient: Eve "),
        "{subject}"
    );
    assert!(!subject.contains("evil.example") && !subject.contains('\u{202e}'));
    let (said, page) = (text(&mail), html(&mail));
    for part in [&said, &page] {
        assert!(!part.contains("evil.example"), "{part}");
        assert!(!part.contains('\u{202e}'));
    }
    assert!(said.contains("hxxps[:]//evil[.]example/m/x"), "{said}");
    assert!(
        !page.contains("<script") && !page.contains("<img"),
        "{page}"
    );
    assert!(
        !page.contains("src=\"http"),
        "nothing is loaded from anywhere"
    );
    let approving: Vec<_> = said
        .lines()
        .filter(|line| line.starts_with("Approve:"))
        .collect();
    assert_eq!(approving.len(), 1, "{said}");
}

async fn a_mail_is_told_from_the_one_before_and_leads_to_the_desk(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    moderator(&office.app, "horatio", None).await;
    let held = post(&office.app, "default", json!({})).await;
    assert_eq!(office.tick().await.sent, 1);
    let mail = office.last().await;
    let (said, page) = (text(&mail), html(&mail));
    let desk = format!(
        "{PUBLIC_URL}/desk/comments/{}",
        held["id"].as_str().unwrap()
    );
    let places = [desk.as_str(), "http://hamlet.test/desk/me", "/m/stop/"];
    for part in [&said, &page] {
        for place in places {
            assert!(part.contains(place), "{place}: {part}");
        }
    }
    let hidden = page.split("class=\"preheader\">").nth(1).unwrap();
    let hidden = hidden.split("</div>").next().unwrap();
    assert!(hidden.starts_with("There&#39;s rosemary"), "{hidden}");
    assert!(!hidden.contains("waits"), "not the heading again: {hidden}");
    // Outlook for Windows takes the colour and the room of a cell, and none of a link's.
    for colour in ["#1b6e45", "#a83a24", "#4a4843"] {
        let cell = format!("<td class=\"button\" bgcolor=\"{colour}\"");
        assert!(page.contains(&cell), "{cell}: {page}");
    }
    for name in ["Laertes", "Osric", "Gertrude"] {
        let fields = json!({ "name": name, "text": format!("{name} has something to say.") });
        post(&office.app, "default", fields).await;
    }
    office.pass(HOUR).await;
    let subject = read(&office.last().await).subject().unwrap().to_owned();
    assert!(
        subject.starts_with("4 comments wait on Default: ") && subject.ends_with(" and others"),
        "{subject}"
    );
    // Mail programs put mails about one page together, and leave one about several alone.
    let conversation = header(&mail, "References").unwrap();
    assert!(conversation.starts_with("<thread.page-"), "{conversation}");
    for name in ["References", "In-Reply-To"] {
        let of_last = header(&office.last().await, name);
        assert_eq!(of_last.as_deref(), Some(&*conversation));
    }
    for (page, text) in [("/another", "Elsewhere."), ("/garden", "And here.")] {
        let fields = json!({ "page": page, "text": text });
        post(&office.app, "default", fields).await;
    }
    office.pass(HOUR).await;
    assert_eq!(header(&office.last().await, "References"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_linked_only_on_a_site_that_knows_its_own() {
    let app = start(Engine::Sqlite, "", &[]).await.expect("an app");
    app.add_site("own", &["https://castle.example"], Policy::default())
        .await;
    moderator(&app, "horatio", None).await;
    post(
        &app,
        "own",
        json!({ "page": "https://castle.example/hall?p=1" }),
    )
    .await;
    post(
        &app,
        "default",
        json!({ "page": "https://evil.example/x", "text": "Hm, hm." }),
    )
    .await;
    crate::mail::office::pass(&app, Duration::ZERO).await;
    let folder = app.folder.path().join("data/mail");
    let file = std::fs::read_dir(folder)
        .expect("a folder")
        .next()
        .expect("a mail");
    let raw = std::fs::read(file.expect("a file").path()).expect("a mail");
    let parsed = mail_parser::MessageParser::default()
        .parse(&raw)
        .expect("a message");
    let page = parsed.body_html(0).expect("a page");
    assert!(
        page.contains("href=\"https://castle.example/hall?p=1\""),
        "{page}"
    );
    assert!(!page.contains("evil.example"), "{page}");
}
