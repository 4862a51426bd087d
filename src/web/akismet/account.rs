//! What WordPress's settings page asks: the account behind a key, its figures, and goodbye.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Call, Refusal, recognise, usage::object, word};
use crate::{storage::judgements::Usage, web::prelude::*};

/// The time that a person needs for one spam comment, in seconds: an estimate.
const SECONDS_EACH: i64 = 5;

/// The account behind a key: always active, nothing to pay.
#[utoipa::path(responses(
    (status = 200, description = "`account_id`, `account_type`, `account_name`, `status`, `next_billing_date`, `limit_reached`.",
     content((Object = "application/json"), (String = "text/plain"))),
))]
#[post("/1.1/get-subscription")]
async fn get_subscription(app: Shared, call: Call) -> Result<HttpResponse, Refusal> {
    let (key, site) = recognise(&app, &call).await?;
    Ok(object(&json!({
        "account_id": key.id,
        "account_type": "hamlet",
        "account_name": site.name,
        "status": "active",
        "next_billing_date": false,
        "limit_reached": false,
    })))
}

/// What a key's blogs asked and reported: in all, and by month (`breakdown`).
#[utoipa::path(responses(
    (status = 200, description = "`spam`, `ham`, `missed_spam`, `false_positives`, `accuracy`, `time_saved`, `breakdown`.",
     content((Object = "application/json"), (String = "text/plain"))),
))]
#[post("/1.1/get-stats")]
async fn get_stats(app: Shared, call: Call) -> Result<HttpResponse, Refusal> {
    let (_, site) = recognise(&app, &call).await?;
    let usage = app.store.client_usage(&site.slug).await?;
    let months = match call.get("from") {
        Some("6-months") => 6,
        Some("60-days") => 2,
        _ => usize::MAX,
    };
    let mut by_month: BTreeMap<&str, Vec<&Usage>> = BTreeMap::new();
    for one in &usage {
        by_month.entry(&one.month).or_default().push(one);
    }
    let kept: Vec<(&str, Vec<&Usage>)> = by_month.into_iter().rev().take(months).collect();
    let all: Vec<&Usage> = kept.iter().flat_map(|(_, month)| month.clone()).collect();
    let mut stats = figures(&all);
    let breakdown: BTreeMap<String, Value> = kept
        .iter()
        .map(|(month, usage)| (format!("{month}-01"), figures(usage)))
        .collect();
    stats["breakdown"] = json!(breakdown);
    Ok(object(&stats))
}

fn figures(usage: &[&Usage]) -> Value {
    let sum = |of: fn(&Usage) -> i64| usage.iter().map(|usage| of(usage)).sum::<i64>();
    let (spam, ham) = (sum(|usage| usage.spam), sum(|usage| usage.ham));
    let (missed, wrong) = (
        sum(|usage| usage.missed_spam),
        sum(|usage| usage.false_positives),
    );
    #[expect(clippy::cast_precision_loss, reason = "a percentage")]
    let accuracy = if spam + ham == 0 {
        100.0
    } else {
        100.0 * (1.0 - (missed + wrong) as f64 / (spam + ham) as f64)
    };
    json!({
        "spam": spam.to_string(),
        "ham": ham.to_string(),
        "missed_spam": missed.to_string(),
        "false_positives": wrong.to_string(),
        "accuracy": format!("{accuracy:.2}"),
        "time_saved": spam * SECONDS_EACH,
    })
}

/// A program says that it will not ask again. The key stays good: a person revokes keys.
#[utoipa::path(responses(
    (status = 200, description = "`deactivated`.", body = String, content_type = "text/plain"),
))]
#[post("/1.1/deactivate")]
async fn deactivate(app: Shared, call: Call) -> Result<HttpResponse, Refusal> {
    recognise(&app, &call).await?;
    Ok(word("deactivated"))
}

/// Where WordPress exchanges another service's token for a key; keys are made here by operators.
#[utoipa::path(responses(
    (status = 200, description = "`invalid`.", body = String, content_type = "text/plain"),
))]
#[post("/1.1/token")]
async fn token(_call: Call) -> HttpResponse {
    super::invalid("Make a key with: hamlet client add")
}

/// Adds these routes.
pub(super) fn routes(config: &mut RouteTable<'_>) {
    config
        .service(get_subscription)
        .service(get_stats)
        .service(deactivate)
        .service(token);
}
