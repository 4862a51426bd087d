//! How much a key asked: this month's total, and a table by month and blog.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Call, Refusal, plain, recognise};
use crate::{
    storage::judgements::{Usage, month_of},
    web::prelude::*,
};

/// Blogs in one answer at most, and unless fewer are asked for.
const LIMIT: usize = 500;

/// How many texts were judged this month. There is no limit.
#[utoipa::path(responses(
    (status = 200, description = "`limit`, `usage`, `percentage`, `throttled`; or `invalid`.",
     content((Object = "application/json"), (String = "text/plain"))),
))]
#[post("/1.2/usage-limit")]
async fn usage_limit(app: Shared, call: Call) -> Result<HttpResponse, Refusal> {
    answer_usage(app, call).await
}

async fn answer_usage(app: Shared, call: Call) -> Result<HttpResponse, Refusal> {
    let (_, site) = recognise(&app, &call).await?;
    let month = month_of(app.now());
    let usage = app.store.client_usage(&site.slug).await?;
    let this_month = usage.iter().filter(|usage| usage.month == month);
    let asked: i64 = this_month.map(|usage| usage.spam + usage.ham).sum();
    Ok(object(
        &json!({ "limit": "none", "usage": asked, "percentage": "0.00", "throttled": false }),
    ))
}

/// What each blog asked and reported, by month; counts are strings, as clients expect. Parameters:
/// `month`, `filter`, `order`, `limit`, `offset`, `format=csv`.
#[utoipa::path(responses(
    (status = 200, description = "Lists by month, with `limit`, `offset`, `total`; or CSV; or `invalid`.",
     content((Object = "application/json"), (String = "text/csv"), (String = "text/plain"))),
))]
#[post("/1.2/key-sites")]
async fn key_sites(app: Shared, call: Call) -> Result<HttpResponse, Refusal> {
    answer_sites(app, call).await
}

async fn answer_sites(app: Shared, call: Call) -> Result<HttpResponse, Refusal> {
    let (_, site) = recognise(&app, &call).await?;
    let month = call.get("month").map(str::to_owned);
    let month = month.unwrap_or_else(|| month_of(app.now()));
    let wanted = call.get("filter").unwrap_or_default().to_lowercase();
    let mut usage = app.store.client_usage(&site.slug).await?;
    usage.retain(|usage| usage.month == month && usage.blog.contains(&wanted));
    let order = call.get("order").unwrap_or("total");
    usage.sort_by_key(|usage| (std::cmp::Reverse(rank(usage, order)), usage.blog.clone()));
    let number = |name| call.get(name).and_then(|raw| raw.parse::<usize>().ok());
    let limit = number("limit").unwrap_or(LIMIT).clamp(1, LIMIT);
    let offset = number("offset").unwrap_or(0);
    let total = usage.len();
    let page: Vec<Usage> = usage.into_iter().skip(offset).take(limit).collect();
    if call.get("format") == Some("csv") {
        return Ok(csv(&page)?);
    }
    let mut lists: BTreeMap<String, Value> = BTreeMap::new();
    lists.insert(month, page.iter().map(row).collect());
    for (name, number) in [("limit", limit), ("offset", offset), ("total", total)] {
        lists.insert(name.to_owned(), number.into());
    }
    Ok(object(&json!(lists)))
}

fn rank(usage: &Usage, order: &str) -> i64 {
    match order {
        "spam" => usage.spam,
        "ham" => usage.ham,
        "missed_spam" => usage.missed_spam,
        "false_positives" => usage.false_positives,
        _ => usage.spam + usage.ham,
    }
}

/// What is counted of each blog, by the names that clients know.
fn counts(usage: &Usage) -> [(&'static str, String); 5] {
    [
        ("api_calls", usage.spam + usage.ham),
        ("spam", usage.spam),
        ("ham", usage.ham),
        ("missed_spam", usage.missed_spam),
        ("false_positives", usage.false_positives),
    ]
    .map(|(name, count)| (name, count.to_string()))
}

fn row(usage: &Usage) -> Value {
    let mut row = json!({ "site": usage.blog, "is_revoked": false });
    for (name, count) in counts(usage) {
        row[name] = count.into();
    }
    row
}

fn csv(page: &[Usage]) -> Result<HttpResponse, Problem> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = counts(&Usage::default()).map(|(name, _)| name);
    let head = ["Active sites for month", "site"].into_iter().chain(names);
    let mut written = writer.write_record(head);
    for usage in page {
        let counts = counts(usage).map(|(_, count)| count);
        let row = [&usage.month, &usage.blog].into_iter().chain(&counts);
        written = written.and_then(|()| writer.write_record(row));
    }
    let table = written.ok().and_then(|()| writer.into_inner().ok());
    Ok(plain(StatusCode::OK)
        .content_type("text/csv; charset=utf-8")
        .body(table.ok_or_else(Problem::unavailable)?))
}

/// A JSON answer.
pub(super) fn object(value: &Value) -> HttpResponse {
    plain(StatusCode::OK)
        .content_type("application/json")
        .body(value.to_string())
}

/// Adds these routes.
pub(super) fn routes(config: &mut RouteTable<'_>) {
    config
        .service(usage_limit)
        .service(key_sites)
        .page(Method::GET, "/1.2/usage-limit", answer_usage)
        .page(Method::GET, "/1.2/key-sites", answer_sites);
}
