//! What people type, in every script, and by field: the same before and after the index has the comments.

use hamlet::{background, domain::moderator::Role};
use reqwest::Method;
use serde_json::{Value, json};

use super::{RATES, ask, texts};
use crate::{on_both_engines, support::app::answer, threats::encoded};

/// Texts, and searches that find each of them and no other.
const SCRIPTS: &[(&str, &[&str])] = &[
    (
        "Un déjeuner naïf à Zürich, Ångström",
        &[
            "dejeuner",
            "DÉJEUNER",
            "zurich",
            "angstrom",
            "naif zurich",
            "dejeu",
            "de\u{301}jeuner",
        ],
    ),
    (
        "Die Straße am Fluß",
        &["STRASSE", "straße", "fluss", "am Fluß"],
    ),
    (
        "İstanbul'da ıslak bir gün",
        &["istanbul", "ISTANBUL", "İSTANBUL", "islak", "ıslak"],
    ),
    (
        "Đường phố Hà Nội rất đẹp",
        &["duong", "đường", "ha noi", "\"hà nội\"", "dep"],
    ),
    (
        "Ёлка и Мойка зимой",
        &["елка", "ЁЛКА", "мойка", "зимои\u{306}"],
    ),
    (
        "Ὀδυσσεύς καὶ Πηνελόπη",
        &["ΟΔΥΣΣΕΥΣ", "οδυσσευς", "πηνελοπη"],
    ),
    ("قرأتُ كِتَابًا جميلاً", &["كتابا", "قرات", "جميلا"]),
    ("שָׁלוֹם לכולם", &["שלום", "לכולם"]),
    ("मुझे हिन्दी पसंद है", &["हिन्दी", "पसंद"]),
    ("แมวตัวนี้น่ารักมาก", &["แมว", "น่ารัก", "มาก", "ก"]),
    ("ភាសាខ្មែរល្អ", &["ខ្មែរ", "ភាសា"]),
    (
        "我很喜欢这台手机的屏幕",
        &["手机", "喜欢这台", "屏", "\"手机的屏幕\"", "我很喜欢"],
    ),
    (
        "ｶﾞｽ料金とラーメン、東京大学",
        &["ガス", "がす", "料金", "らーめん", "東京大学", "京", "ﾗｰﾒﾝ"],
    ),
    ("우리 정원에서 커피를 마셨다", &["정원", "커피", "원"]),
    ("Glückwunsch 🎉👍🏽 ❤️", &["🎉", "👍", "❤", "gluckwunsch 🎉"]),
    (
        "Meine neue iPhone保護ケース v2.0",
        &["iphone", "保護", "けーす", "iphone保護", "v2.0"],
    ),
    (
        "Ｆｕｌｌ　ｗｉｄｔｈ and 𝗯𝗼𝗹𝗱 ﬁgures",
        &["full width", "bold", "figures", "fig"],
    ),
];

on_both_engines!(
    every_script_is_found_as_people_type_it,
    RATES,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        for (n, (text, _)) in SCRIPTS.iter().enumerate() {
            app.posted("default", &format!("Visitor{n}x"), text).await;
        }
        // At first they wait for the index, then they are in it.
        for _ in 0..2 {
            for (text, searches) in SCRIPTS {
                for q in *searches {
                    assert_eq!(texts(&app, &token, q).await, [*text], "{q}");
                }
            }
            for q in [
                "机手",
                "\"zurich naif\"",
                "strass e",
                "学東",
                "zzzz",
                "de jeuner",
                "喜这",
            ] {
                assert_eq!(texts(&app, &token, q).await, Vec::<String>::new(), "{q}");
            }
            assert_eq!(texts(&app, &token, "visitor").await.len(), SCRIPTS.len());
            background::index(&app.app).await;
        }
    }
);

on_both_engines!(
    nothing_that_is_typed_is_an_error,
    RATES,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        app.posted(
            "default",
            "Ophelia",
            "There's rosemary and rue; NOT pansies.",
        )
        .await;
        for _ in 0..2 {
            for q in [
                "\"",
                "*",
                "-",
                ":",
                "\"\"",
                "\"rosemary",
                "rose*",
                "-rosemary",
                "name:",
                ":name",
                "host:",
                "host:::",
                "page:\"",
                "AND",
                "OR",
                "NOT",
                "NEAR",
                "NEAR(rosemary rue)",
                "rosemary AND rue",
                "a OR b",
                "text:rosemary",
                "(",
                ")",
                "^rue",
                "{rows:$1}",
                "'; --",
                "\\",
                "%",
                "_",
                "&",
                "|",
                "!",
                "<->",
                "rue:*",
                "@",
                "a@",
                "@b",
                "\u{FFFD}",
                "\u{10FFFF}",
                "\u{202E}",
                "\u{301}",
                "ー",
                "\u{3099}",
                "\u{1161}",
                "🏽",
                "x\u{200D}",
                "name:name:name:",
                "email:nobody",
            ] {
                let list = ask(&app, &token, q, "").await;
                assert!(list["comments"].as_array().unwrap().len() <= 1, "{q}");
            }
            assert_eq!(
                texts(&app, &token, "rosemary -rue").await.len(),
                1,
                "signs are no operators"
            );
            assert_eq!(
                texts(&app, &token, ";").await.len(),
                1,
                "what has no word is looked for as it is"
            );
            for q in [
                "x".repeat(200),
                "ab ".repeat(66),
                "字".repeat(200),
                "\" ".repeat(100),
            ] {
                ask(&app, &token, &q, "").await;
            }
            for q in ["x".repeat(4_000), "a\u{0}b".to_owned()] {
                let path = format!("/api/v1/comments?q={}", encoded(&q));
                assert_eq!(answer(app.with(&token, Method::GET, &path)).await.0, 422);
            }
            background::index(&app.app).await;
        }
    }
);

on_both_engines!(
    a_comment_is_found_by_its_fields_and_its_authors_address,
    RATES,
    |app: TestApp| async move {
        let token = app.token(Role::Operator, &[]).await;
        let comment = |name: &str, email: &str, page: &str, website: Value, text: &str| json!({ "name": name, "email": email, "page": page, "page_title": format!("About {page}"), "website": website, "text": text });
        for fields in [
            comment(
                "Rosa Luxor",
                "rosa@mail.example",
                "/garden/peas",
                json!("https://shop.rosa-shop.example/x"),
                "one",
            ),
            comment(
                "Tom",
                "tom@mail.example",
                "/kitchen",
                Value::Null,
                "two, says Luxor at https://Sub.Win-Prizes.example/a?b",
            ),
            comment(
                "Ann",
                "ann@mail.example",
                "/kitchen",
                Value::Null,
                "three: write to rosa@mail.example",
            ),
        ] {
            assert!(answer(app.comment("default", &fields)).await.0.is_success());
        }
        for _ in 0..2 {
            for (q, found) in [
                ("luxor", "one,two"),
                ("name:luxor", "one"),
                ("name:\"rosa luxor\"", "one"),
                ("name:\"rosa", "one"),
                ("name:\"luxor rosa\"", ""),
                ("NAME:rosa", "one"),
                ("name:lux", ""),
                ("host:win-prizes.example", "two"),
                ("host:sub.win-prizes.example", "two"),
                ("host:prizes.example", ""),
                ("host:rosa-shop.example", "one"),
                ("rosa-shop.example", "one"),
                ("win-prizes", "two"),
                ("page:garden", "one"),
                ("page:/garden/peas", "one"),
                ("page:kitchen two", "two"),
                ("garden", ""),
                ("rosa@mail.example", "one,three"),
                ("ROSA@MAIL.example", "one,three"),
                ("email:tom@mail.example", "two"),
                ("tom@mail.example", "two"),
                ("nobody@mail.example", ""),
                ("rosa@mail.example luxor", "one"),
            ] {
                let mut there: Vec<String> = texts(&app, &token, q)
                    .await
                    .iter()
                    .map(|text| text.split([':', ',']).next().unwrap().to_owned())
                    .collect();
                there
                    .sort_by_key(|word| ["one", "two", "three"].iter().position(|one| one == word));
                assert_eq!(there.join(","), found, "{q}");
            }
            background::index(&app.app).await;
        }
    }
);
