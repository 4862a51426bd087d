//! What moderators are mailed, and how often.

mod wording;

use std::time::Duration;

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
    office::{Office, PUBLIC_URL, header, links, mode, moderator, post, post_many, prefer, text},
    on_each_engine,
};
use crate::support::app::Engine;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

on_each_engine!(
    a_hundred_comments_are_one_mail_an_interval,
    a_mail_covers_the_sites_of_its_moderator_and_no_others,
    digests_come_by_the_clock,
    each_site_has_a_mode_of_its_own,
    whoever_wants_no_mail_gets_none_and_spam_mails_nobody,
    a_comment_decided_meanwhile_is_not_mailed_about,
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
