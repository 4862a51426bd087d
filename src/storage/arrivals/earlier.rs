//! Earlier comments of an arrival's author, and with its text. PostgreSQL finds them by its indexes; SQLite has none for
//! them, and is asked about those that memory names ([`Lately`]).

use std::collections::HashMap;

use serde::Serialize;
use sqlx::any::AnyRow;

use crate::{
    domain::arrival::{Arrival, Signals},
    storage::{
        arrivals::{Intake, Result},
        chains,
        engine::Engine,
        lately::{Lately, Trait},
        sql::{Conn, get, to_rows, values},
    },
};

/// Repetitions of a text that are counted; more make no difference.
const TEXTS_AT_MOST: i64 = 10;

/// Comments that memory names of those with a text: some are gone by now, or have another.
const NAMED: usize = 20;

/// Earlier approvals that are counted; no site asks for more.
const APPROVALS_AT_MOST: i64 = 1000;

impl Intake {
    /// Earlier comments of the same address, with the same text, and approvals, by place. Most have
    /// none of these.
    pub(super) async fn earlier(&self, on: &mut Conn<'_>) -> Result<HashMap<usize, Signals>> {
        let Some(lately) = &self.lately else {
            let asked: Vec<Question<'_>> = self.open().map(question).collect();
            return self.look_up_all(on, &asked).await;
        };
        lately.fill(on, &self.lookback).await?;
        let asked: Vec<Question<'_>> = self
            .open()
            .map(question)
            .filter(Question::is_apart)
            .collect();
        let mut known = self.look_up_apart(on, &asked).await?;
        for (place, emails, texts) in self.look_up_named(on, lately).await? {
            let signals = known.entry(place).or_default();
            signals.email += emails;
            signals.same_text += texts.min(TEXTS_AT_MOST);
        }
        Ok(known)
    }

    async fn look_up_all(
        &self,
        on: &mut Conn<'_>,
        asked: &[Question<'_>],
    ) -> Result<HashMap<usize, Signals>> {
        let text = format!(
            "SELECT * FROM (SELECT CAST(r.value->>'n' AS BIGINT) AS n, \
                (SELECT COUNT(*) FROM (SELECT 1 FROM comments c WHERE {{site_of:c}} = r.value->>'site' \
                    AND c.email_index = r.value->>'email' AND c.created_at > $4 LIMIT $5) AS e) AS emails, \
                (SELECT COUNT(*) FROM (SELECT 1 FROM comments c WHERE {{site_of:c}} = r.value->>'site' \
                    AND c.fingerprint = CAST(r.value->>'text' AS BIGINT) AND c.created_at > $2 \
                    LIMIT $3) AS t) + {JUDGED} AS texts, {} AS approvals \
             FROM {{rows:$1}}) AS known WHERE emails + texts + approvals > 0",
            approvals(on.engine)
        );
        let values = values![
            serde_json::to_string(asked).unwrap_or_default(),
            self.lookback.texts_since,
            TEXTS_AT_MOST,
            self.lookback.emails_since,
            self.lookback.emails_at_most
        ];
        on.all(text, values).await?.iter().map(signals).collect()
    }

    /// What memory does not know of: texts that programs had judged, and approvals.
    async fn look_up_apart(
        &self,
        on: &mut Conn<'_>,
        asked: &[Question<'_>],
    ) -> Result<HashMap<usize, Signals>> {
        if asked.is_empty() {
            return Ok(HashMap::new());
        }
        let text = format!(
            "SELECT * FROM (SELECT CAST(r.value->>'n' AS BIGINT) AS n, 0 AS emails, \
                {JUDGED} AS texts, {} AS approvals \
             FROM {{rows:$1}}) AS known WHERE texts + approvals > 0",
            approvals(on.engine)
        );
        let values = values![
            serde_json::to_string(asked).unwrap_or_default(),
            self.lookback.texts_since,
            TEXTS_AT_MOST
        ];
        on.all(text, values).await?.iter().map(signals).collect()
    }

    /// Of the comments that memory names, those that are there and have the author or the text: how many, by place.
    async fn look_up_named(
        &self,
        on: &mut Conn<'_>,
        lately: &Lately,
    ) -> Result<Vec<(usize, i64, i64)>> {
        let mut named = Vec::new();
        let emails_at_most = usize::try_from(self.lookback.emails_at_most).unwrap_or(usize::MAX);
        for (n, arrival) in self.open() {
            let comment = &arrival.comment;
            let site = &comment.site;
            let (email, text) = (comment.email_index.0.as_str(), comment.fingerprint);
            let author = Trait::Author(email);
            for id in lately.find(site, &author, self.lookback.emails_since, emails_at_most) {
                named.push(serde_json::json!({ "n": n, "site": site, "id": id, "email": email }));
            }
            let Some(text) = text else { continue };
            for id in lately.find(site, &Trait::Text(text), self.lookback.texts_since, NAMED) {
                named.push(serde_json::json!({ "n": n, "site": site, "id": id, "text": text }));
            }
        }
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let text = "SELECT CAST(r.value->>'n' AS BIGINT) AS n, COUNT(r.value->>'email') AS emails, \
                        COUNT(r.value->>'text') AS texts \
                    FROM {rows:$1} CROSS JOIN comments c \
                    WHERE c.site = r.value->>'site' AND c.id = r.value->>'id' \
                    AND (c.email_index = r.value->>'email' OR c.fingerprint = CAST(r.value->>'text' AS BIGINT)) \
                    GROUP BY r.value->>'n'";
        let found = on.all(text, values![to_rows(named)]).await?;
        let read = |row: &AnyRow| Ok((place(row)?, get(row, "emails")?, get(row, "texts")?));
        found.iter().map(read).collect()
    }
}

/// Texts that were judged for a program and not kept.
const JUDGED: &str = "CASE WHEN CAST(r.value->>'client' AS BIGINT) = 1 THEN \
        (SELECT COUNT(*) FROM (SELECT 1 FROM judgements j WHERE {site_of:j} = r.value->>'site' \
            AND j.fingerprint = CAST(r.value->>'text' AS BIGINT) AND j.queued = 0 \
            AND j.created_at > $2 LIMIT $3) AS seen) ELSE 0 END";

/// Approvals in the author's chain; none while another comment in it waits or is spam.
fn approvals(engine: Engine) -> String {
    let in_chain = chains::are_in(engine, "r.value->>'site'", "r.value->>'chain'");
    format!(
        "CASE WHEN CAST(r.value->>'trust' AS BIGINT) = 1 THEN \
            (SELECT COUNT(*) FROM (SELECT 1 FROM comments c WHERE {in_chain} \
                AND c.email_index = r.value->>'email' AND c.status = 'approved' \
                AND c.decided_at IS NOT NULL LIMIT {APPROVALS_AT_MOST}) AS a) \
            * (1 - (SELECT COUNT(*) FROM (SELECT 1 FROM comments c WHERE {in_chain} \
                AND c.email_index = r.value->>'email' AND c.status IN ('pending', 'spam') LIMIT 1) AS w)) \
            ELSE 0 END"
    )
}

fn place(row: &AnyRow) -> Result<usize> {
    Ok(usize::try_from(get::<i64>(row, "n")?).unwrap_or(usize::MAX))
}

fn signals(row: &AnyRow) -> Result<(usize, Signals)> {
    let signals = Signals {
        email: get(row, "emails")?,
        same_text: get(row, "texts")?,
        approved_before: get(row, "approvals")?,
        ..Signals::default()
    };
    Ok((place(row)?, signals))
}

/// What is asked about one arrival.
#[derive(Serialize)]
struct Question<'a> {
    n: usize,
    site: &'a str,
    email: &'a str,
    text: Option<i64>,
    trust: i64,
    chain: Option<&'a str>,
    /// 1: texts that were judged and not kept count as repetitions too.
    client: i64,
}

impl Question<'_> {
    /// Whether anything is asked that memory does not know of.
    const fn is_apart(&self) -> bool {
        self.trust == 1 || self.client == 1
    }
}

fn question((n, arrival): (usize, &Arrival)) -> Question<'_> {
    let comment = &arrival.comment;
    Question {
        n,
        site: comment.site.as_str(),
        email: &comment.email_index.0,
        text: comment.fingerprint,
        trust: arrival.ask_trust.into(),
        chain: comment.author_chain.as_deref(),
        client: arrival.client.is_some().into(),
    }
}
