//! Questions, suggestions and refusals.

use hamlet::domain::site::ClientMode;
use reqwest::Method;
use serde_json::{Value, json};

use super::{ABUSE, ANALYZE, SUGGEST, TALK, about, ask, summary};
use crate::{
    akismet::{HAM, SPAM, site_with_key},
    on_both_engines,
    support::app::answer,
};

const KINDS: [&str; 7] = [
    "TOXICITY",
    "SEVERE_TOXICITY",
    "IDENTITY_ATTACK",
    "INSULT",
    "PROFANITY",
    "THREAT",
    "SEXUALLY_EXPLICIT",
];

on_both_engines!(
    every_attribute_that_has_a_model_is_answered_and_abuse_scores_above_talk,
    |app: TestApp| async move {
        let key = site_with_key(&app, "paper", ClientMode::Judge).await;
        let (status, abuse) = ask(&app, ANALYZE, &key, &about(ABUSE, &KINDS)).await;
        assert_eq!(status, 200, "{abuse}");
        assert_eq!(abuse["languages"], json!(["en"]));
        assert_eq!(abuse["detectedLanguages"], json!(["en"]));
        let (_, talk) = ask(&app, ANALYZE, &key, &about(TALK, &KINDS)).await;
        for name in ["TOXICITY", "INSULT"] {
            assert!(summary(&abuse, name) > 0.5, "{name}: {abuse}");
            assert!(summary(&talk, name) < 0.3, "{name}: {talk}");
        }
        for name in KINDS {
            let whole = &abuse["attributeScores"][name]["spanScores"][0];
            let end = ABUSE.encode_utf16().count();
            assert_eq!((&whole["begin"], &whole["end"]), (&json!(0), &json!(end)));
            assert_eq!(whole["score"]["value"], summary(&abuse, name));
        }
        let (_, spam) = ask(&app, ANALYZE, &key, &about(SPAM, &["SPAM"])).await;
        let (_, ham) = ask(&app, ANALYZE, &key, &about(HAM, &["SPAM"])).await;
        assert!(summary(&spam, "SPAM") > 0.9 && summary(&ham, "SPAM") < 0.5);
    }
);

on_both_engines!(
    sentences_are_scored_by_themselves_and_thresholds_leave_out_what_is_below,
    |app: TestApp| async move {
        let key = site_with_key(&app, "paper", ClientMode::Judge).await;
        let text = format!("😀 {TALK} {ABUSE}");
        let mut asked = about(&text, &["TOXICITY", "THREAT"]);
        asked["spanAnnotations"] = json!(true);
        asked["clientToken"] = json!("mine");
        asked["requestedAttributes"]["THREAT"] = json!({ "scoreThreshold": 0.99 });
        let (status, found) = ask(&app, ANALYZE, &key, &asked).await;
        assert_eq!(status, 200, "{found}");
        assert_eq!(found["clientToken"], "mine");
        assert!(found["attributeScores"].get("THREAT").is_none(), "{found}");
        let spans = found["attributeScores"]["TOXICITY"]["spanScores"]
            .as_array()
            .unwrap();
        let units: Vec<u16> = text.encode_utf16().collect();
        let part = |span: &Value| {
            let place = |name: &str| usize::try_from(span[name].as_u64().unwrap()).unwrap();
            String::from_utf16(&units[place("begin")..place("end")]).unwrap()
        };
        let last = spans.last().unwrap();
        assert_eq!(part(last), ABUSE);
        let value = |span: &Value| span["score"]["value"].as_f64().unwrap();
        assert!(value(last) > value(&spans[0]), "{spans:?}");
    }
);

on_both_engines!(refusals_are_in_googles_form, |app: TestApp| async move {
    let key = site_with_key(&app, "paper", ClientMode::Judge).await;
    let mut french = about(TALK, &["TOXICITY"]);
    french["languages"] = json!(["fr"]);
    let mut threat = about("Das ist ein guter Artikel.", &["THREAT"]);
    threat["languages"] = json!(["de"]);
    let cases = [
        (french, "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"),
        (threat, "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"),
        (about(" ", &["TOXICITY"]), "COMMENT_EMPTY"),
        (
            about(&"a ".repeat(10_241), &["TOXICITY"]),
            "COMMENT_TOO_LONG",
        ),
        (about(TALK, &["UNSUBSTANTIAL"]), "ATTRIBUTE_NOT_SUPPORTED"),
    ];
    for (asked, kind) in cases {
        let (status, refused) = ask(&app, ANALYZE, &key, &asked).await;
        assert_eq!(status, 400, "{kind}: {refused}");
        let error = &refused["error"];
        assert_eq!(
            (&error["code"], &error["status"]),
            (&json!(400), &json!("INVALID_ARGUMENT"))
        );
        assert_eq!(error["details"][0]["errorType"], kind, "{refused}");
    }
    let mut dropped = about(TALK, &["TOXICITY", "THREAT", "UNSUBSTANTIAL"]);
    dropped["languages"] = json!(["de-AT"]);
    dropped["dropUnsupportedAttributes"] = json!(true);
    let (status, found) = ask(&app, ANALYZE, &key, &dropped).await;
    assert_eq!(status, 200, "{found}");
    let names: Vec<&String> = found["attributeScores"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(names, ["TOXICITY"]);
    for body in ["{", "[]", "{\"comment\": 3}"] {
        let request = app
            .request(Method::POST, &format!("{ANALYZE}?key={key}"))
            .body(body);
        let (status, refused) = answer(request).await;
        assert_eq!(
            (status.as_u16(), &refused["error"]["status"]),
            (400, &json!("INVALID_ARGUMENT"))
        );
    }
});

on_both_engines!(
    a_key_is_taken_from_where_clients_put_it_and_a_wrong_one_is_refused,
    |app: TestApp| async move {
        let key = site_with_key(&app, "paper", ClientMode::Judge).await;
        let asked = about(TALK, &["TOXICITY"]);
        for (name, value) in [
            ("x-goog-api-key", key.clone()),
            ("authorization", format!("Bearer {key}")),
        ] {
            let request = app.request(Method::POST, ANALYZE).header(name, value);
            assert_eq!(answer(request.json(&asked)).await.0, 200, "{name}");
        }
        let (status, refused) = answer(app.request(Method::POST, ANALYZE).json(&asked)).await;
        assert_eq!(
            (status.as_u16(), &refused["error"]["status"]),
            (403, &json!("PERMISSION_DENIED"))
        );
        for path in [ANALYZE, SUGGEST] {
            let (status, refused) = ask(&app, path, "0123456789ab", &asked).await;
            assert_eq!(status, 400);
            assert_eq!(refused["error"]["details"][0]["reason"], "API_KEY_INVALID");
        }
    }
);

on_both_engines!(
    what_is_suggested_of_spam_is_a_label_and_of_abuse_is_none_for_spam,
    |app: TestApp| async move {
        let key = site_with_key(&app, "paper", ClientMode::Judge).await;
        let site = app.app.directory.site("paper").unwrap().slug.clone();
        let suggest = |text: &str, name: &str, value: f64| {
            json!({ "comment": { "text": text }, "clientToken": "mine",
                    "attributeScores": { name: { "summaryScore": { "value": value } } } })
        };
        let (status, taken) = ask(&app, SUGGEST, &key, &suggest(SPAM, "SPAM", 1.0)).await;
        assert_eq!(
            (status.as_u16(), &taken["clientToken"]),
            (200, &json!("mine"))
        );
        ask(&app, SUGGEST, &key, &suggest(ABUSE, "TOXICITY", 1.0)).await;
        let counts = app
            .app
            .store
            .count_samples(hamlet::bayes::Question::Spam, &[site])
            .await
            .unwrap();
        let spam: Vec<_> = counts
            .iter()
            .map(|count| (count.label, count.count))
            .collect();
        assert_eq!(spam, [(hamlet::bayes::Label::Spam, 1)]);
        let (status, _) = ask(&app, SUGGEST, &key, &suggest(ABUSE, "TOXICITY", 7.0)).await;
        assert_eq!(status, 400);
    }
);

on_both_engines!(
    the_discovery_document_leads_to_this_service,
    |app: TestApp| async move {
        let (status, document) = answer(app.get("/$discovery/rest?version=v1alpha1")).await;
        assert_eq!(status, 200);
        assert_eq!(document["rootUrl"], "http://hamlet.test/");
        let methods = &document["resources"]["comments"]["methods"];
        for (name, path) in [("analyze", ANALYZE), ("suggestscore", SUGGEST)] {
            assert_eq!(methods[name]["path"].as_str(), path.strip_prefix('/'));
        }
        assert_eq!(answer(app.get("/$discovery/rest?version=v2")).await.0, 404);
    }
);
