//! What moderators are mailed, and how often.

use std::time::Duration;

use crate::support::app::Engine;
use hamlet::{
    domain::{
        moderator::{MailMode, MailPreferences},
        site::{Policy, SiteSlug},
    },
    notify::Ticked,
};
use reqwest::Method;
use serde_json::json;

use super::{
    office::{
        Office, PUBLIC_URL, header, html, links, mode, moderator, post, post_many, prefer, read,
        start, text,
    },
    on_each_engine,
};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

on_each_engine!(
    a_hundred_comments_are_one_mail_an_interval,
    a_mail_covers_the_sites_of_its_moderator_and_no_others,
    digests_come_by_the_clock,
    each_site_has_a_mode_of_its_own,
    whoever_wants_no_mail_gets_none_and_spam_mails_nobody,
    a_comment_decided_meanwhile_is_not_mailed_about,
    no_commenters_address_is_in_any_mail_or_in_the_outbox,
    hostile_words_stay_words,
    a_mail_is_told_from_the_one_before_and_leads_to_the_desk,
    one_click_stops_mail_about_comments_that_wait,
);

async fn a_hundred_comments_are_one_mail_an_interval(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    moderator(&office.app, "horatio", None).await;
    post_many(&office.app, "default", 1).await;
    assert_eq!(office.tick().await.sent, 1);
    assert_eq!(office.pass(Duration::from_secs(1)).await, Ticked::default());
    post_many(&office.app, "default", 100).await;
    for _ in 0..4 {
        assert_eq!(office.pass(MINUTE).await, Ticked::default());
    }
    assert_eq!(office.pass(MINUTE).await.sent, 1);
    assert_eq!(office.pass(HOUR).await, Ticked::default());
    let mails = office.mails().await;
    assert_eq!(mails.len(), 2);
    let said = text(&mails[1]);
    assert!(said.starts_with("100 comments wait on Default"), "{said}");
    assert!(said.contains("And 80 more."));
    assert_eq!(links(&said).len(), 20 * 3);
    assert!(!said.contains("numbered 79,"), "the latest are told");
    assert!(said.contains("numbered 80,") && said.contains("numbered 99,"));
}

async fn a_mail_covers_the_sites_of_its_moderator_and_no_others(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    for slug in ["garden", "castle", "sites"] {
        office.app.add_site(slug, &[], Policy::default()).await;
    }
    moderator(&office.app, "horatio", None).await;
    moderator(&office.app, "osric", Some(&["castle"])).await;
    let page = "https://blog.example/a";
    for (site, said) in [
        ("garden", "Rosemary and rue."),
        ("castle", "A ghost walks."),
    ] {
        post(&office.app, site, json!({ "text": said, "page": page })).await;
    }
    assert_eq!(office.tick().await.sent, 2);
    let mut mails = office.mails().await;
    mails.sort_by(|a, b| a.to.cmp(&b.to));
    let (horatio, osric) = (text(&mails[0]), text(&mails[1]));
    assert!(horatio.contains("Rosemary and rue.") && horatio.contains("A ghost walks."));
    assert!(
        horatio.starts_with("2 comments wait on several sites"),
        "{horatio}"
    );
    assert!(!osric.contains("Rosemary") && osric.contains("A ghost walks."));
    assert!(osric.starts_with("A comment waits on castle"), "{osric}");
    post(
        &office.app,
        "sites",
        json!({ "text": "On a site called so." }),
    )
    .await;
    assert_eq!(
        office.pass(HOUR).await.sent,
        1,
        "not to one whose sites these are not"
    );
}

async fn digests_come_by_the_clock(engine: Engine) {
    let Some(office) = Office::open(engine, &[("MAIL__DIGEST_HOUR", "8")]).await else {
        return;
    };
    let hourly = moderator(&office.app, "bernardo", None).await;
    let daily = moderator(&office.app, "francisco", None).await;
    mode(&office.app, &hourly, MailMode::Hourly).await;
    mode(&office.app, &daily, MailMode::Daily).await;
    // From wherever the clock stands to ten minutes past five in the morning.
    let of_day = office.app.app.now().millis().rem_euclid(86_400_000);
    let until = (5 * 60 + 10) * 60_000 - of_day;
    let until = u64::try_from(until.rem_euclid(86_400_000)).expect("not negative");
    office.pass(Duration::from_millis(until)).await;

    post(&office.app, "default", json!({})).await;
    assert_eq!(office.pass(MINUTE * 49).await, Ticked::default(), "5:59");
    assert_eq!(office.pass(MINUTE).await.sent, 1, "6:00");
    post(
        &office.app,
        "default",
        json!({ "text": "Who's there? Nay, answer me." }),
    )
    .await;
    assert_eq!(office.pass(HOUR).await.sent, 1, "7:00");
    assert_eq!(office.pass(MINUTE * 59).await, Ticked::default(), "7:59");
    assert_eq!(office.pass(MINUTE).await.sent, 1, "8:00");
    assert_eq!(
        office.pass(HOUR * 24).await,
        Ticked::default(),
        "nothing new, no digest"
    );
    let to: Vec<_> = office
        .mails()
        .await
        .into_iter()
        .flat_map(|mail| mail.to)
        .collect();
    let [b, f] = ["bernardo@castle.example", "francisco@castle.example"];
    assert_eq!(to, [b, b, f]);
    let digest = text(&office.last().await);
    assert!(digest.starts_with("2 comments wait on Default"), "{digest}");
}

async fn each_site_has_a_mode_of_its_own(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    office.app.add_site("castle", &[], Policy::default()).await;
    let horatio = moderator(&office.app, "horatio", None).await;
    let castle = SiteSlug::parse("castle").expect("a slug");
    let preferences = MailPreferences {
        default: MailMode::None,
        sites: [(castle, MailMode::Each)].into(),
    };
    prefer(&office.app, &horatio, preferences).await;
    post(&office.app, "default", json!({})).await;
    assert_eq!(office.pass(HOUR).await, Ticked::default());
    post(&office.app, "castle", json!({ "text": "A ghost walks." })).await;
    assert_eq!(office.pass(HOUR).await.sent, 1);
    let said = text(&office.last().await);
    assert!(said.starts_with("A comment waits on castle"), "{said}");
}

async fn whoever_wants_no_mail_gets_none_and_spam_mails_nobody(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let strict = Policy {
        spam_threshold: 0.000_001,
        publish_below: 0.0,
        ..Policy::default()
    };
    office.app.add_site("strict", &[], strict).await;
    let quiet = moderator(&office.app, "horatio", None).await;
    post(&office.app, "strict", json!({ "notify_replies": true })).await;
    assert_eq!(office.pass(HOUR).await, Ticked::default(), "spam");
    post(&office.app, "default", json!({})).await;
    mode(&office.app, &quiet, MailMode::None).await;
    assert_eq!(
        office.pass(HOUR).await,
        Ticked::default(),
        "chose none after it came"
    );
    post(
        &office.app,
        "default",
        json!({ "text": "Something else entirely." }),
    )
    .await;
    assert_eq!(
        office.pass(HOUR).await,
        Ticked::default(),
        "chose none before"
    );
    assert!(office.mails().await.is_empty());
}

async fn a_comment_decided_meanwhile_is_not_mailed_about(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    moderator(&office.app, "horatio", None).await;
    let only = post(&office.app, "default", json!({})).await;
    office.app.approve(&only).await;
    assert_eq!(office.tick().await.cancelled, 1);
    let first = post(
        &office.app,
        "default",
        json!({ "text": "The first of two thoughts." }),
    )
    .await;
    post(
        &office.app,
        "default",
        json!({ "text": "And the second, quite different." }),
    )
    .await;
    office.app.approve(&first).await;
    assert_eq!(
        office.tick().await.sent,
        1,
        "what was cancelled took no interval"
    );
    let said = text(&office.last().await);
    assert!(
        said.contains("the second") && !said.contains("The first"),
        "{said}"
    );
}

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

async fn one_click_stops_mail_about_comments_that_wait(engine: Engine) {
    let Some(office) = Office::open(engine, &[]).await else {
        return;
    };
    let horatio = moderator(&office.app, "horatio", None).await;
    post(&office.app, "default", json!({})).await;
    assert_eq!(office.tick().await.sent, 1);
    let mail = office.last().await;
    assert_eq!(
        header(&mail, "List-Unsubscribe-Post").as_deref(),
        Some("List-Unsubscribe=One-Click")
    );
    let address = header(&mail, "List-Unsubscribe").unwrap();
    let path = address.trim_matches(['<', '>']);
    let path = path.strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let shown = office.app.get(&path).send().await.unwrap();
    assert_eq!(shown.status(), 200);
    assert!(shown.text().await.unwrap().contains("<button>"));
    let preferences = || async {
        let store = &office.app.app.store;
        store.mail_preferences(&horatio.id).await.unwrap()
    };
    assert_eq!(preferences().await.default, MailMode::Each, "on a GET");
    let forged = office.app.request(Method::POST, "/m/stop/nothing");
    assert_eq!(forged.send().await.unwrap().status(), 404);
    let click = office.app.request(Method::POST, &path);
    let click = click.form(&[("List-Unsubscribe", "One-Click")]);
    assert_eq!(click.send().await.unwrap().status(), 200);
    assert_eq!(preferences().await.default, MailMode::None);
    post(&office.app, "default", json!({ "text": "Who's there?" })).await;
    assert_eq!(office.pass(HOUR).await, Ticked::default());
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
    super::office::pass(&app, Duration::ZERO).await;
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
