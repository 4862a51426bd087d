//! Any body as a submission: it becomes fields within their limits, the same in every encoding, or an error
//! that says what is wrong and where.

use std::sync::LazyLock;

use actix_web::{
    HttpRequest,
    http::header::{CONTENT_TYPE, HeaderValue},
    test::TestRequest,
    web::Bytes,
};
use futures_util::FutureExt;
use hamlet::{
    domain::{
        comment::CommentId,
        email::EmailAddress,
        field::FieldError,
        origin::Origin,
        page::Page,
        site::{Policy, Site, SiteSlug},
        timestamp::Timestamp,
    },
    intake::submission::{Fields, Submission},
    web::{forms, problem::Problem},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

const FIELDS: [&str; 11] = [
    "page",
    "page_title",
    "parent",
    "name",
    "email",
    "website",
    "text",
    "notify_replies",
    "form_token",
    "proof",
    "subject",
];

/// A site that takes any page, and one that knows its own.
static SITES: LazyLock<[Site; 2]> = LazyLock::new(|| {
    let own = Origin::parse("https://example.org").expect("an origin");
    [Vec::new(), vec![own]].map(|origins| Site {
        slug: SiteSlug::parse("blog").expect("a slug"),
        name: "Blog".to_owned(),
        origins,
        policy: Policy::default(),
        created_at: Timestamp::from_millis(0),
    })
});

/// The first line is the media type, the rest the body.
pub fn check(data: &[u8]) {
    let end = data
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(data.len());
    let kind = HeaderValue::from_bytes(&data[..end])
        .unwrap_or(HeaderValue::from_static("application/json"));
    let body = data.get(end + 1..).unwrap_or_default();
    let json = kind.as_bytes().starts_with(b"application/json");
    match decode(kind, body) {
        Ok(fields) => {
            let object = body.trim_ascii_start().starts_with(b"{");
            assert!(object || !json, "fields without names");
            same_in_every_encoding(&fields);
            for site in &*SITES {
                match fields.clone().parse(site) {
                    Ok(submission) => within_limits(&submission, site),
                    Err(errors) => named(&errors, None),
                }
            }
        }
        Err(problem) => {
            assert!([400, 415, 422].contains(&problem.status), "{problem}");
            assert!(!problem.title.is_empty());
            assert_eq!(
                problem.status == 422,
                !problem.errors.is_empty(),
                "{problem}"
            );
            named(&problem.errors, Some(body));
        }
    }
}

fn decode(kind: HeaderValue, body: &[u8]) -> Result<Fields, Problem> {
    let request: HttpRequest = TestRequest::default()
        .insert_header((CONTENT_TYPE, kind))
        .to_http_request();
    let decoding = forms::decode(&request, Bytes::copy_from_slice(body));
    let decoded = decoding.now_or_never().expect("the body is all there")?;
    decoded.sure()
}

/// Every error names one of the fields; where there is no such field, what was sent has it.
fn named(errors: &[FieldError], body: Option<&[u8]>) {
    assert!(body.is_some() || !errors.is_empty());
    let sent: Option<Value> = body.and_then(|body| serde_json::from_slice(body).ok());
    for error in errors {
        assert!(
            !error.code.is_empty() && !error.message.is_empty(),
            "{error:?}"
        );
        let known = FIELDS.contains(&error.field.as_str());
        match (body, error.code) {
            (Some(_), "unknown_field") => {
                let there = sent
                    .as_ref()
                    .is_none_or(|sent| sent.get(&error.field).is_some());
                assert!(!known && there, "{error:?}");
            }
            (Some(_), "file") => {}
            (Some(_), "invalid") => assert!(known || error.field == "body", "{error:?}"),
            _ => assert!(known, "{error:?}"),
        }
    }
}

/// What was understood, sent again as JSON and as a form, is understood the same.
fn same_in_every_encoding(fields: &Fields) {
    let texts = [
        &fields.page,
        &fields.page_title,
        &fields.parent,
        &fields.name,
        &fields.email,
        &fields.website,
        &fields.text,
        &None,
        &fields.form_token,
        &fields.proof,
        &fields.subject,
    ];
    let given = FIELDS
        .iter()
        .zip(texts)
        .filter_map(|(name, value)| Some((*name, value.as_ref()?)));
    let mut object: serde_json::Map<String, Value> = given
        .clone()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let mut form: Vec<String> = given
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    if let Some(wants) = fields.notify_replies {
        object.insert("notify_replies".to_owned(), json!(wants));
        form.push(format!("notify_replies={wants}"));
    }
    for (kind, body) in [
        ("application/json", Value::Object(object).to_string()),
        ("application/x-www-form-urlencoded", form.join("&")),
    ] {
        let again = decode(HeaderValue::from_static(kind), body.as_bytes()).expect("fields");
        assert_eq!(format!("{again:?}"), format!("{fields:?}"), "as {kind}");
    }
}

fn within_limits(submission: &Submission, site: &Site) {
    let line = |text: &str, most: usize| {
        assert!(
            (1..=most).contains(&text.chars().count()),
            "{} characters",
            text.len()
        );
        assert!(
            text == text.trim() && !text.chars().any(char::is_control),
            "{text:?}"
        );
    };
    line(submission.name.as_str(), 100);
    if let Some(title) = &submission.page_title {
        line(title, 300);
    }
    let text = submission.text.as_str();
    assert!((1..=15_000).contains(&text.chars().count()));
    assert!(
        !text
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t'),
        "{text:?}"
    );
    let email = submission.email.expose();
    assert!(EmailAddress::parse("email", email).is_ok_and(|again| again == submission.email));
    if let Some(website) = &submission.website {
        let website = website.as_str();
        assert!(
            website.starts_with("http://") || website.starts_with("https://"),
            "{website}"
        );
        assert!(
            website.is_ascii() && !website.contains(['"', '<', '>', ' ']),
            "{website}"
        );
    }
    if let Some(parent) = submission.parent {
        assert_eq!(CommentId::parse(&parent.to_string()), Some(parent));
    }
    page(&submission.page, site);
}

/// A page leads to its site, has one spelling, and says nothing of the way to it.
fn page(page: &Page, site: &Site) {
    let spelling = page.as_str();
    assert!(
        spelling.is_ascii() && !spelling.contains(['#', '"', '<', '>', ' ']),
        "{spelling}"
    );
    let path = spelling.starts_with('/') && !spelling.starts_with("//");
    let elsewhere = site.origins.is_empty() && spelling.contains("://");
    assert!(path || elsewhere, "{spelling}");
    if spelling.len() <= 2_000 {
        let again = site.page(spelling).expect("what was taken is taken again");
        assert_eq!(again.as_str(), spelling);
    }
    if let Some(url) = page.url(&site.origins) {
        let at = url::Url::parse(&url)
            .ok()
            .and_then(|url| Origin::of(&url))
            .expect("a web address");
        assert!(
            site.origins.is_empty() || site.origins.contains(&at),
            "{url}"
        );
    }
}
