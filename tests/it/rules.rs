//! What block rules see, and what they refuse to be.

use hamlet::{
    domain::{comment::Status, moderator::Role, site::Policy},
    words::Words,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};

/// Adds a rule to a site: the status and the answer.
async fn add(app: &TestApp, token: &str, rule: Value) -> (u16, Value) {
    let request = app.with(token, Method::POST, "/api/v1/sites/shop/blocks");
    let (status, answer) = answer(request.json(&rule)).await;
    (status.as_u16(), answer)
}

async fn blocked(app: &TestApp, fields: Value) -> bool {
    let mut comment = json!({ "page": "/p", "name": "Osric", "email": "osric@court.example" });
    comment
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    let (status, answer) = answer(app.comment("shop", &comment)).await;
    assert_eq!(status.as_u16(), 202, "{answer}");
    let stored = app.stored(&answer).await;
    Words::english()
        .because(&stored.evidence)
        .contains("It has a blocked")
}

/// Every rule by itself with texts that it hits, and texts that it does not.
async fn see(app: &TestApp, kind: &str, rules: &[(&str, &[&str], &[&str])]) {
    app.add_site("shop", &[], Policy::default()).await;
    let token = app.token(Role::Moderator, &["shop"]).await;
    for (pattern, hit, missed) in rules {
        let rule = json!({ "kind": kind, "pattern": pattern, "action": "spam", "force": true });
        let (status, added) = add(app, &token, rule).await;
        assert_eq!(status, 201, "{pattern}: {added}");
        for (texts, wanted) in [(hit, true), (missed, false)] {
            for text in *texts {
                let seen = blocked(app, json!({ "text": text })).await;
                assert_eq!(seen, wanted, "rule {pattern:?}, text {text:?}");
            }
        }
        let path = format!(
            "/api/v1/sites/shop/blocks/{}",
            added["id"].as_str().unwrap()
        );
        let removed = answer(app.with(&token, Method::DELETE, &path)).await;
        assert_eq!(removed.0, 204);
    }
}

const FREELY: &[(&str, &str)] = &[
    ("INTAKE__NETWORK_HARD_LIMIT", "100000"),
    ("INTAKE__EMAIL_HARD_LIMIT", "100000"),
];

on_both_engines!(
    signs_are_looked_for_as_they_were_typed,
    FREELY,
    |app: TestApp| async move {
        let plain = "An ordinary sentence about the garden";
        see(
            &app,
            "word",
            &[
                ("💊", &["take this 💊now"], &[plain]),
                ("$$$", &["make $$$ fast", "$$$$"], &[plain, "cost $5"]),
                ("€", &["only 5€ today"], &[plain]),
                ("?!", &["what?!"], &[plain, "what? no!"]),
                ("---", &["a --- b"], &[plain, "well-known"]),
                ("->", &["here -> there"], &[plain]),
                (
                    "C++",
                    &["learn C++ now", "c++"],
                    &["vitamin c is healthy", plain],
                ),
                ("c#", &["C#!"], &["vitamin c # 5"]),
                (
                    ".net",
                    &["learn .NET", "see slideshow.net"],
                    &["a net for fish"],
                ),
                (
                    "50%",
                    &["now 50% off"],
                    &["we sold 50 tickets", "150% of it", "2.50% more"],
                ),
                (
                    "<a href",
                    &["<A HREF='http://x.example'>x</a>"],
                    &["a href"],
                ),
                ("AT&T", &["call AT&amp;T", "call at&t"], &["call at t"]),
            ],
        )
        .await;
    }
);

on_both_engines!(
    a_word_is_seen_through_its_disguises_and_whole,
    FREELY,
    |app: TestApp| async move {
        see(
            &app,
            "word",
            &[
                (
                    "viagra",
                    &[
                        "vi\u{200b}agra",
                        "vi\u{ad}agra",
                        "vi\u{430}gr\u{430}",
                        "Ｖｉａｇｒａ",
                        "vi<b></b>agra",
                        "&#118;iagra",
                        "v\u{301}i\u{301}agra",
                        "v.i.a.g.r.a",
                        "v i a g r a",
                        "via*gra",
                        "v-i-a-g-r-a",
                        "vi<!-- x -->agra",
                        "ⓥⓘⓐⓖⓡⓐ",
                        "𝘃𝗶𝗮𝗴𝗿𝗮",
                        "vi\u{2060}agra",
                        "VIAGRA!",
                        "viagra's",
                        "买viagra吧",
                        "v\ni\na\ng\nr\na",
                        "b u y v i a g r a",
                    ],
                    &[
                        "viagrafree zone",
                        "via gradual change",
                        "the best of via Gratitude",
                    ],
                ),
                (
                    "cheap pills",
                    &["Cheap,\n pills!", "cheap <b>pills</b>"],
                    &["cheap big pills", "cheap pillsy"],
                ),
                ("ass", &["you ass."], &["the classic assassin"]),
                ("don", &["ask Don", "Don's shop"], &["I don't know"]),
                (
                    "e\u{301}clair",
                    &["un éclair", "l'éclair", "ECLAIR"],
                    &["éclairs"],
                ),
                ("straße", &["die STRASSE"], &["strasser"]),
                (
                    "赌博",
                    &["欢迎来到在线赌博网站", "赌.博", "赌 博"],
                    &["打赌，博士"],
                ),
                ("カジノ", &["オンラインカジノです", "ｶｼﾞﾉ"], &["カジ ュアル"]),
                ("พนัน", &["เว็บพนันออนไลน์"], &["สวัสดี"]),
                ("виагра", &["Купить ВИАГРА здесь"], &["виаграми"]),
                ("оса", &["Bzz: ОСА flies in a Latin sentence"], &["осада"]),
            ],
        )
        .await;
    }
);

on_both_engines!(
    a_domain_is_seen_however_it_is_written,
    FREELY,
    |app: TestApp| async move {
        see(
            &app,
            "domain",
            &[(
                "Evil.Example.",
                &[
                    "see http://%65vil.example/",
                    "https://WWW.EVIL.EXAMPLE./a",
                    "<a href='//evil.example'>x</a>",
                    "evil[.]example",
                    "e\u{200b}vil.example",
                    "https://good.example/?to=https%3A%2F%2Fevil.example",
                    "ｅｖｉｌ．ｅｘａｍｐｌｅ",
                    "请看evil.example吧",
                ],
                &["notevil.example", "evil.example.org", "evil, for example"],
            )],
        )
        .await;
    }
);

on_both_engines!(
    an_address_is_seen_in_its_twins_and_a_whole_domain_by_a_star,
    FREELY,
    |app: TestApp| async move {
        app.add_site("shop", &[], Policy::default()).await;
        let token = app.token(Role::Moderator, &["shop"]).await;
        for pattern in [
            "Yorick+skull@court.example",
            "jo.ker@gmail.com",
            "*@Mail.example",
        ] {
            let rule = json!({ "kind": "email", "pattern": pattern, "action": "hold" });
            assert_eq!(add(&app, &token, rule).await.0, 201, "{pattern}");
        }
        for (email, wanted) in [
            ("yorick@court.example", true),
            ("YORICK+2@Court.Example", true),
            ("yo.rick@court.example", false),
            ("J.o.Ker+x@googlemail.com", true),
            ("anyone@mail.example", true),
            ("anyone@a.mail.example", false),
        ] {
            let comment = json!({ "text": "Alas, poor Yorick!", "email": email });
            assert_eq!(blocked(&app, comment).await, wanted, "{email}");
        }
        let list = answer(app.with(&token, Method::GET, "/api/v1/sites/shop/blocks"))
            .await
            .1;
        let patterns: Vec<_> = list["blocks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| &rule["pattern"])
            .collect();
        assert_eq!(
            json!(patterns),
            json!(["(hidden)", "(hidden)", "*@mail.example"])
        );
    }
);

on_both_engines!(
    a_pattern_that_nothing_remains_of_or_that_stands_for_another_is_refused,
    |app: TestApp| async move {
        app.add_site("shop", &[], Policy::default()).await;
        let token = app.token(Role::Moderator, &["shop"]).await;
        for (kind, pattern, code) in [
            ("word", "\u{200b}", "required"),
            ("word", "\u{ad}\u{2060}", "required"),
            ("word", "\u{fe0f}", "required"),
            ("word", "™", "invalid"),
            ("word", "🅰", "invalid"),
            ("word", ".", "too_broad"),
            ("word", "a", "too_broad"),
            ("email", "spam*@mail.example", "invalid"),
            ("network", "0.0.0.0/0", "too_broad"),
            ("network", "::/0", "too_broad"),
        ] {
            let rule = json!({ "kind": kind, "pattern": pattern, "action": "spam" });
            let (status, problem) = add(&app, &token, rule).await;
            let error = &problem["errors"][0];
            assert_eq!(
                (status, &error["field"], &error["code"]),
                (422, &json!("pattern"), &json!(code)),
                "{pattern:?}"
            );
        }
    }
);

on_both_engines!(
    a_rule_that_would_hit_most_of_what_came_is_refused_unless_forced,
    |app: TestApp| async move {
        app.add_site("shop", &[], Policy::default()).await;
        let token = app.token(Role::Moderator, &["shop"]).await;
        for place in 0..10 {
            let word = if place < 6 { "garden" } else { "meadow" };
            let text = format!("The {word} number {place} in the morning");
            let fields = json!({ "page": "/p", "name": "Ann", "email": format!("a{place}@x.example"), "text": text });
            let (_, made) = answer(app.comment("shop", &fields)).await;
            if place == 0 {
                app.approve(&made).await;
            }
        }
        let rule = |more: Value| {
            let mut rule = json!({ "kind": "word", "pattern": "GARDEN", "action": "spam" });
            rule.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            rule
        };
        let (status, problem) = add(&app, &token, rule(json!({}))).await;
        assert_eq!(
            (status, &problem["errors"][0]["code"]),
            (422, &json!("too_broad"))
        );
        let message = problem["errors"][0]["message"].as_str().unwrap();
        assert!(
            message.contains("hit 6 of the last 10 comments, 1 of them approved"),
            "{message}"
        );

        let (status, tried) = add(&app, &token, rule(json!({ "dry_run": true }))).await;
        let counts = |answer: &Value| {
            ["comments", "hits", "approved"].map(|name| answer["would_have_hit"][name].clone())
        };
        assert_eq!(
            (status, counts(&tried)),
            (200, [json!(10), json!(6), json!(1)])
        );
        let list = "/api/v1/sites/shop/blocks";
        assert_eq!(
            answer(app.with(&token, Method::GET, list)).await.1["blocks"],
            json!([])
        );

        let (status, _) = add(&app, &token, rule(json!({ "force": true }))).await;
        assert_eq!(status, 201);
        let (status, added) = add(
            &app,
            &token,
            json!({ "kind": "word", "pattern": "meadow", "action": "hold" }),
        )
        .await;
        assert_eq!(
            (status, counts(&added)),
            (201, [json!(10), json!(4), json!(0)])
        );
        let domain = json!({ "kind": "domain", "pattern": "x.example", "action": "hold" });
        assert_eq!(add(&app, &token, domain).await.0, 422);
        let stored = answer(app.comment(
            "shop",
            &json!({ "page": "/p", "name": "A", "email": "b@x.example", "text": "A garden!" }),
        ))
        .await
        .1;
        assert_eq!(app.stored(&stored).await.status, Status::Spam);
    }
);
