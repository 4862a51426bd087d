//! What operators did, for operators.

use serde_json::Value;

use crate::{
    storage::acts::Act,
    web::{
        prelude::*,
        query::{next_cursor, read_page},
    },
};

/// Which acts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// From 1 to 100; 25 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The `next_cursor` of the answer before.
    cursor: Option<String>,
}

/// What somebody did. No address, no text and no secret is in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorsAct)]
struct ActView {
    /// Identifier; grows with time.
    id: String,
    /// When.
    at: Timestamp,
    /// Who.
    actor: ActorView,
    /// What: `token.add`, `site.change`, …
    action: String,
    /// To what: an identifier or a slug; empty where nothing is named.
    target: String,
    /// More about it, by its kind.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    detail: Value,
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorsActBy)]
struct ActorView {
    /// The identifier of a moderator or a token, or `command line`.
    id: String,
    /// Their name then.
    name: String,
    /// The door: `session`, `token` or `command`.
    via: String,
}

impl From<Act> for ActView {
    fn from(act: Act) -> Self {
        Self {
            id: act.id,
            at: act.at,
            actor: ActorView {
                id: act.actor_id,
                name: act.actor_name,
                via: act.via,
            },
            action: act.action,
            target: act.target,
            detail: act.detail,
        }
    }
}

/// Acts, latest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorsActs)]
struct ActList {
    /// The acts.
    acts: Vec<ActView>,
    /// Where the list goes on, if it does.
    next_cursor: Option<String>,
}

/// What operators did: tokens, people, sites and their policies, rules, keys, webhooks, models, looks at
/// a person's data and erasures; on the desk, over this interface and from the command line. Kept for
/// `privacy.audit_days`.
#[utoipa::path(params(Wanted), responses((status = 200, body = ActList)))]
#[get("/api/v1/audit")]
async fn list_acts(
    app: Shared,
    _operator: Operator,
    Query(wanted): Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let (limit, cursor) = (wanted.limit.as_deref(), wanted.cursor.as_deref());
    let (limit, before) = read_page(&app, Vec::new(), limit, cursor)?;
    let found = app.store.acts(before, limit).await?;
    let next_cursor = next_cursor(&app, &found, limit, |act| &act.id);
    Ok(private().json(ActList {
        acts: found.into_iter().map(ActView::from).collect(),
        next_cursor,
    }))
}

/// Adds these routes.
pub fn routes(config: &mut RouteTable<'_>) {
    config.service(list_acts);
}
