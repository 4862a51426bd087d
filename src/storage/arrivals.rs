//! Taking comments in: a batch of arrivals in one transaction, so that many share one sync.
//!
//! Each statement serves the whole batch. The policy is asked inside the transaction, because it
//! needs what only the database knows: counts, and earlier approvals.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::{
    Result, Store,
    counters::{self, Counted},
    engine::Engine,
    rows,
    subscriptions::{self, Approved},
};
use crate::domain::{
    comment::{CommentId, Status},
    evidence::{Evidence, Verdict},
    timestamp::Timestamp,
};

/// A comment on its way in. The values are what is stored: the email is sealed, the network cut.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are those of `Comment`")]
pub struct NewComment {
    pub id: String,
    pub site: String,
    pub page: String,
    pub page_title: Option<String>,
    pub parent: Option<String>,
    pub name: String,
    pub email_sealed: String,
    pub email_index: String,
    pub website: Option<String>,
    pub text: String,
    pub network: Option<String>,
    pub network_key: Option<String>,
    pub wants_replies: i64,
    pub created_at: i64,
}

/// A request's key, and a hash of what it asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Idempotency {
    /// The client's key, hashed.
    pub key: String,
    /// A hash of the request's body.
    pub request_hash: String,
    /// Until when the answer is remembered.
    pub expires_at: Timestamp,
}

/// A token that may be used once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SingleUse {
    /// The token's identifier.
    pub token: String,
    /// When the token itself is no longer good, so that its use may be forgotten.
    pub expires_at: Timestamp,
}

/// One arrival: the comment and what must be looked up or kept with it.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The comment.
    pub comment: NewComment,
    /// What to count; the counts reach the policy in the same order.
    pub counted: Vec<Counted>,
    /// Whether the author's earlier approvals matter to the policy.
    pub ask_trust: bool,
    /// The request's idempotency key.
    pub idempotency: Option<Idempotency>,
    /// A proof of work to be spent.
    pub proof: Option<SingleUse>,
}

/// What the database knows about an arrival.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    /// The counts of [`Arrival::counted`], this arrival included.
    pub counts: Vec<i64>,
    /// Approved comments of the same address on the site; 0 unless asked for.
    pub approved_before: i64,
}

/// What the policy says.
#[derive(Debug, Clone)]
pub enum Ruling {
    /// Keep it.
    Admit {
        /// Publish, hold or spam.
        verdict: Verdict,
        /// Probability of spam; none when it could not be judged.
        score: Option<f64>,
        /// Why.
        evidence: Evidence,
    },
    /// Too many from this sender: it is not kept, and the client is told when to come back.
    Refuse {
        /// How long to wait.
        retry_after: Duration,
    },
}

/// What became of an arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// Stored, or stored before under the same idempotency key.
    Stored {
        /// Its identifier.
        id: CommentId,
        /// Its verdict.
        verdict: Verdict,
        /// Whether this answer repeats an earlier one.
        repeated: bool,
    },
    /// The idempotency key was used for another request.
    KeyReused,
    /// The proof of work was used before.
    ProofSpent,
    /// There is no public comment with the parent's id on the page.
    NoParent,
    /// Refused by the policy.
    Refused {
        /// How long to wait.
        retry_after: Duration,
    },
}

/// Judges the batch's n-th arrival by what the database knows.
pub type Judge = Arc<dyn Fn(usize, &Signals) -> Ruling + Send + Sync>;

impl Store {
    /// Takes a batch in; the answer has an [`Admission`] for each arrival, in order, once all of
    /// them are durable.
    ///
    /// # Errors
    /// [`super::StoreError`]; then nothing of the batch is stored.
    pub async fn admit(
        &self,
        batch: Vec<Arrival>,
        now: Timestamp,
        judge: Judge,
    ) -> Result<Vec<Admission>> {
        let engine = self.engine;
        self.write(move |connection| {
            Box::pin(async move {
                let mut intake = Intake::new(connection, engine, batch, now);
                intake.answer_repetitions().await?;
                intake.refuse_orphans().await?;
                intake.spend_proofs().await?;
                intake.judge(&judge).await?;
                intake.claim_keys().await?;
                intake.store().await?;
                Ok(intake.admissions())
            })
        })
        .await
    }
}

/// A batch on its way through one transaction. `outcome[n]` is set once the n-th is settled.
struct Intake<'c> {
    connection: &'c mut AnyConnection,
    engine: Engine,
    batch: Vec<Arrival>,
    outcome: Vec<Option<Admission>>,
    ruled: Vec<Option<Ruled>>,
    now: Timestamp,
}

struct Ruled {
    verdict: Verdict,
    score: Option<f64>,
    evidence: Evidence,
}

#[derive(Serialize)]
struct CommentRow<'a> {
    #[serde(flatten)]
    comment: &'a NewComment,
    status: &'static str,
    score: Option<f64>,
    verdict: &'static str,
    evidence: &'a Evidence,
    model_version: Option<&'a str>,
}

impl<'c> Intake<'c> {
    fn new(
        connection: &'c mut AnyConnection,
        engine: Engine,
        batch: Vec<Arrival>,
        now: Timestamp,
    ) -> Self {
        let outcome = vec![None; batch.len()];
        let ruled = batch.iter().map(|_| None).collect();
        Self {
            connection,
            engine,
            batch,
            outcome,
            ruled,
            now,
        }
    }

    /// The arrivals that are not settled yet, with their places.
    fn open(&self) -> impl Iterator<Item = (usize, &Arrival)> {
        let unsettled = |(place, _): &(usize, &Arrival)| self.outcome[*place].is_none();
        self.batch.iter().enumerate().filter(unsettled)
    }

    fn admissions(self) -> Vec<Admission> {
        let refused = Admission::Refused {
            retry_after: Duration::from_secs(1),
        };
        let outcome = self.outcome.into_iter();
        outcome
            .map(|one| one.unwrap_or_else(|| refused.clone()))
            .collect()
    }

    /// Answers requests whose idempotency key was stored by an earlier transaction.
    async fn answer_repetitions(&mut self) -> Result<()> {
        let keyed: Vec<usize> = self
            .open()
            .filter(|(_, arrival)| arrival.idempotency.is_some())
            .map(|(place, _)| place)
            .collect();
        self.answer_stored_keys(&keyed).await
    }

    async fn answer_stored_keys(&mut self, places: &[usize]) -> Result<()> {
        if places.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = places
            .iter()
            .filter_map(|place| {
                let arrival = &self.batch[*place];
                let key = &arrival.idempotency.as_ref()?.key;
                Some(serde_json::json!({ "site": arrival.comment.site, "key": key }))
            })
            .collect();
        let text = "SELECT i.site, i.request_key, i.request_hash, i.comment_id, c.verdict \
                    FROM {rows:$1} \
                    JOIN idempotency i ON i.site = r.value->>'site' AND i.request_key = r.value->>'key' \
                    JOIN comments c ON c.site = i.site AND c.id = i.comment_id \
                    WHERE i.expires_at > $2";
        let found = sqlx::query(AssertSqlSafe(self.engine.dialect(text)))
            .bind(serde_json::Value::Array(keys).to_string())
            .bind(self.now.millis())
            .fetch_all(&mut *self.connection)
            .await?;
        for row in found {
            let site: String = row.try_get("site")?;
            let key: String = row.try_get("request_key")?;
            let hash: String = row.try_get("request_hash")?;
            let stored = Admission::Stored {
                id: rows::comment_id(&row, "comment_id")?,
                verdict: rows::verdict(&row)?,
                repeated: true,
            };
            for place in places {
                let arrival = &self.batch[*place];
                let Some(asked) = &arrival.idempotency else {
                    continue;
                };
                if arrival.comment.site != site || asked.key != key {
                    continue;
                }
                let same = asked.request_hash == hash;
                self.outcome[*place] = Some(if same {
                    stored.clone()
                } else {
                    Admission::KeyReused
                });
            }
        }
        Ok(())
    }

    /// Settles replies to what is not a public comment on the same page.
    async fn refuse_orphans(&mut self) -> Result<()> {
        let replies: Vec<(usize, serde_json::Value)> = self
            .open()
            .filter_map(|(place, arrival)| {
                let NewComment {
                    site, page, parent, ..
                } = &arrival.comment;
                let parent = parent.as_ref()?;
                Some((
                    place,
                    serde_json::json!({ "n": place, "site": site, "page": page, "id": parent }),
                ))
            })
            .collect();
        if replies.is_empty() {
            return Ok(());
        }
        let (places, wanted): (Vec<usize>, Vec<_>) = replies.into_iter().unzip();
        let text = "SELECT CAST(r.value->>'n' AS BIGINT) AS n FROM {rows:$1} \
                    JOIN comments c ON c.site = r.value->>'site' AND c.id = r.value->>'id' \
                    WHERE c.page = r.value->>'page' AND c.status = 'approved'";
        let found = sqlx::query(AssertSqlSafe(self.engine.dialect(text)))
            .bind(serde_json::Value::Array(wanted).to_string())
            .fetch_all(&mut *self.connection)
            .await?;
        let mut known = Vec::with_capacity(found.len());
        for row in found {
            known.push(row.try_get::<i64, _>("n")?);
        }
        for place in places {
            if !known.iter().any(|n| usize::try_from(*n) == Ok(place)) {
                self.outcome[place] = Some(Admission::NoParent);
            }
        }
        Ok(())
    }

    /// Spends proofs of work; who comes second with one is refused.
    async fn spend_proofs(&mut self) -> Result<()> {
        let proofs: Vec<(usize, SingleUse)> = self
            .open()
            .filter_map(|(place, arrival)| Some((place, arrival.proof.clone()?)))
            .collect();
        if proofs.is_empty() {
            return Ok(());
        }
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (place, proof) in &proofs {
            first.entry(&proof.token).or_insert(*place);
        }
        let mut spending: Vec<_> = proofs
            .iter()
            .filter(|(place, proof)| first.get(proof.token.as_str()) == Some(place))
            .map(|(_, proof)| serde_json::json!({ "token": proof.token, "until": proof.expires_at.millis() }))
            .collect();
        spending.sort_by_key(|row| row["token"].as_str().map(str::to_owned));
        let text = "INSERT INTO spent (token, expires_at) \
                    SELECT r.value->>'token', CAST(r.value->>'until' AS BIGINT) \
                    FROM {rows:$1} WHERE true ON CONFLICT DO NOTHING RETURNING token";
        let spent = sqlx::query(AssertSqlSafe(self.engine.dialect(text)))
            .bind(serde_json::Value::Array(spending).to_string())
            .fetch_all(&mut *self.connection)
            .await?;
        let mut good: Vec<String> = Vec::with_capacity(spent.len());
        for row in spent {
            good.push(row.try_get("token")?);
        }
        for (place, proof) in &proofs {
            let is_first = first.get(proof.token.as_str()) == Some(place);
            if !is_first || !good.contains(&proof.token) {
                self.outcome[*place] = Some(Admission::ProofSpent);
            }
        }
        Ok(())
    }

    /// Counts, looks up trust, and asks the policy about each open arrival.
    async fn judge(&mut self, judge: &Judge) -> Result<()> {
        let counts = self.raise_counters().await?;
        let mut trust = self.approvals().await?;
        let places: Vec<usize> = self.open().map(|(place, _)| place).collect();
        for (place, counts) in places.into_iter().zip(counts) {
            let signals = Signals {
                counts,
                approved_before: trust.remove(&place).unwrap_or(0),
            };
            match judge(place, &signals) {
                Ruling::Admit {
                    verdict,
                    score,
                    evidence,
                } => {
                    self.ruled[place] = Some(Ruled {
                        verdict,
                        score,
                        evidence,
                    });
                }
                Ruling::Refuse { retry_after } => {
                    self.outcome[place] = Some(Admission::Refused { retry_after });
                }
            }
        }
        Ok(())
    }

    /// Raises each counter once for the whole batch, then tells each arrival the count it saw: the
    /// total less those that came after it.
    async fn raise_counters(&mut self) -> Result<Vec<Vec<i64>>> {
        let open: Vec<Vec<Counted>> = self
            .open()
            .map(|(_, arrival)| arrival.counted.clone())
            .collect();
        let mut totals: HashMap<(&str, &str, &str), (&Counted, i64)> = HashMap::new();
        let mut order: Vec<Vec<i64>> = Vec::with_capacity(open.len());
        for counted in &open {
            let nth = counted.iter().map(|one| {
                let key = (one.site.as_str(), one.kind, one.counted.as_str());
                let total = &mut totals.entry(key).or_insert((one, 0)).1;
                *total += 1;
                *total
            });
            order.push(nth.collect());
        }
        let raises: Vec<(&Counted, i64)> = totals.values().copied().collect();
        let after = counters::raise(self.connection, self.engine, &raises, self.now).await?;
        let before: HashMap<_, i64> = raises
            .iter()
            .zip(after)
            .map(|((one, by), after)| {
                (
                    (one.site.as_str(), one.kind, one.counted.as_str()),
                    after - by,
                )
            })
            .collect();
        let seen = |(counted, nth): (&Vec<Counted>, Vec<i64>)| {
            let each = counted.iter().zip(nth).map(|(one, nth)| {
                let key = (one.site.as_str(), one.kind, one.counted.as_str());
                before.get(&key).copied().unwrap_or(0) + nth
            });
            each.collect()
        };
        Ok(open.iter().zip(order).map(seen).collect())
    }

    /// Earlier approvals, by place, for the arrivals whose policy asks.
    async fn approvals(&mut self) -> Result<HashMap<usize, i64>> {
        let asked: Vec<_> = self
            .open()
            .filter(|(_, arrival)| arrival.ask_trust)
            .map(|(place, arrival)| {
                let NewComment {
                    site, email_index, ..
                } = &arrival.comment;
                serde_json::json!({ "n": place, "site": site, "email": email_index })
            })
            .collect();
        if asked.is_empty() {
            return Ok(HashMap::new());
        }
        let text = "SELECT CAST(r.value->>'n' AS BIGINT) AS n, COUNT(*) AS approved FROM {rows:$1} \
                    JOIN comments c ON c.site = r.value->>'site' AND c.email_index = r.value->>'email' \
                    AND c.status = 'approved' GROUP BY 1";
        let found = sqlx::query(AssertSqlSafe(self.engine.dialect(text)))
            .bind(serde_json::Value::Array(asked).to_string())
            .fetch_all(&mut *self.connection)
            .await?;
        let mut approvals = HashMap::new();
        for row in found {
            let place: i64 = row.try_get("n")?;
            approvals.insert(
                usize::try_from(place).unwrap_or(usize::MAX),
                row.try_get("approved")?,
            );
        }
        Ok(approvals)
    }

    /// Claims idempotency keys. Who loses the race for one answers with the winner's comment.
    async fn claim_keys(&mut self) -> Result<()> {
        let keyed: Vec<(usize, Idempotency, String, String)> = self
            .open()
            .filter_map(|(place, arrival)| {
                let NewComment { id, site, .. } = &arrival.comment;
                Some((
                    place,
                    arrival.idempotency.clone()?,
                    site.clone(),
                    id.clone(),
                ))
            })
            .collect();
        if keyed.is_empty() {
            return Ok(());
        }
        let mut claims: Vec<_> = keyed
            .iter()
            .map(|(_, asked, site, id)| {
                serde_json::json!({ "site": site, "key": asked.key, "hash": asked.request_hash,
                                    "id": id, "until": asked.expires_at.millis() })
            })
            .collect();
        claims.sort_by_key(|row| row["key"].as_str().map(str::to_owned));
        let text = "INSERT INTO idempotency (site, request_key, request_hash, comment_id, expires_at) \
                    SELECT r.value->>'site', r.value->>'key', r.value->>'hash', r.value->>'id', \
                           CAST(r.value->>'until' AS BIGINT) \
                    FROM {rows:$1} WHERE true \
                    ON CONFLICT (site, request_key) DO UPDATE SET \
                        request_hash = excluded.request_hash, comment_id = excluded.comment_id, \
                        expires_at = excluded.expires_at \
                    WHERE idempotency.expires_at <= $2 \
                    RETURNING comment_id";
        // PostgreSQL refuses to update one row twice in a statement: a key goes in once.
        let mut seen = std::collections::HashSet::new();
        claims.retain(|row| seen.insert((row["site"].to_string(), row["key"].to_string())));
        let claimed = sqlx::query(AssertSqlSafe(self.engine.dialect(text)))
            .bind(serde_json::Value::Array(claims).to_string())
            .bind(self.now.millis())
            .fetch_all(&mut *self.connection)
            .await?;
        let mut won: Vec<String> = Vec::with_capacity(claimed.len());
        for row in claimed {
            won.push(row.try_get("comment_id")?);
        }
        let lost: Vec<usize> = keyed
            .iter()
            .filter(|(_, _, _, id)| !won.contains(id))
            .map(|(place, ..)| *place)
            .collect();
        self.settle_lost_claims(&keyed, &won, &lost).await
    }

    /// A lost claim is answered from the same batch's winner, else from the database.
    async fn settle_lost_claims(
        &mut self,
        keyed: &[(usize, Idempotency, String, String)],
        won: &[String],
        lost: &[usize],
    ) -> Result<()> {
        let mut elsewhere = Vec::new();
        for place in lost {
            let Some((_, asked, site, _)) = keyed.iter().find(|(at, ..)| at == place) else {
                continue;
            };
            let winner = keyed.iter().find(|(_, other, other_site, id)| {
                other.key == asked.key && other_site == site && won.contains(id)
            });
            let Some((winner_place, winning, _, id)) = winner else {
                elsewhere.push(*place);
                continue;
            };
            let verdict = self.ruled[*winner_place]
                .as_ref()
                .map(|ruled| ruled.verdict);
            let stored = CommentId::parse(id)
                .zip(verdict)
                .map(|(id, verdict)| Admission::Stored {
                    id,
                    verdict,
                    repeated: true,
                });
            let same = winning.request_hash == asked.request_hash;
            self.outcome[*place] = if same {
                stored
            } else {
                Some(Admission::KeyReused)
            };
        }
        self.answer_stored_keys(&elsewhere).await
    }

    /// Writes the comments that are still open, and the notices that they cause.
    async fn store(&mut self) -> Result<()> {
        let mut stored = Vec::new();
        let mut comments = Vec::new();
        let mut noticed: BTreeMap<&str, i64> = BTreeMap::new();
        let mut approved = Vec::new();
        for (place, arrival) in self.open() {
            let Some(ruled) = &self.ruled[place] else {
                continue;
            };
            comments.push(CommentRow {
                comment: &arrival.comment,
                status: Status::from(ruled.verdict).as_str(),
                score: ruled.score,
                verdict: ruled.verdict.as_str(),
                evidence: &ruled.evidence,
                model_version: ruled
                    .evidence
                    .model
                    .as_ref()
                    .map(|model| model.version.as_str()),
            });
            match ruled.verdict {
                Verdict::Hold => {
                    let at = arrival.comment.created_at;
                    let first = noticed.entry(&arrival.comment.site).or_insert(at);
                    *first = at.min(*first);
                }
                Verdict::Publish => approved.push(Approved::from(&arrival.comment)),
                Verdict::Spam => {}
            }
            stored.push((place, ruled.verdict));
        }
        if comments.is_empty() {
            return Ok(());
        }
        let json = serde_json::to_string(&comments).unwrap_or_default();
        let noticed = noticed
            .into_iter()
            .map(|(site, since)| serde_json::json!({ "site": site, "since": since }));
        let noticed = serde_json::Value::Array(noticed.collect()).to_string();
        drop(comments);
        self.insert_comments(json).await?;
        self.insert_notices(noticed).await?;
        subscriptions::on_approved(self.connection, self.engine, &approved, self.now).await?;
        for (place, verdict) in stored {
            let id = CommentId::parse(&self.batch[place].comment.id);
            self.outcome[place] = id.map(|id| Admission::Stored {
                id,
                verdict,
                repeated: false,
            });
        }
        Ok(())
    }

    async fn insert_comments(&mut self, comments: String) -> Result<()> {
        let text = "INSERT INTO comments (site, id, page, page_title, parent, name, email_sealed, \
                        email_index, website, text, status, score, verdict, evidence, model_version, \
                        version, network, network_key, wants_replies, created_at) \
                    SELECT r.value->>'site', r.value->>'id', r.value->>'page', r.value->>'page_title', \
                        r.value->>'parent', r.value->>'name', r.value->>'email_sealed', \
                        r.value->>'email_index', r.value->>'website', r.value->>'text', \
                        r.value->>'status', CAST(r.value->>'score' AS DOUBLE PRECISION), \
                        r.value->>'verdict', r.value->>'evidence', r.value->>'model_version', 1, \
                        r.value->>'network', r.value->>'network_key', \
                        CAST(r.value->>'wants_replies' AS BIGINT), CAST(r.value->>'created_at' AS BIGINT) \
                    FROM {rows:$1}";
        sqlx::query(AssertSqlSafe(self.engine.dialect(text)))
            .bind(comments)
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    /// Notes for every moderator of the sites, who wants mail, that something waits, and since when.
    async fn insert_notices(&mut self, sites: String) -> Result<()> {
        // The update locks a notice that is there, so that the mail which takes it away is written
        // before this batch, and a new notice made, or after it, and this batch is in it. A scope
        // is JSON; its slugs hold nothing that LIKE would read otherwise.
        let text = "INSERT INTO notices (site, moderator, since) \
                    SELECT r.value->>'site', m.id, CAST(r.value->>'since' AS BIGINT) \
                    FROM {rows:$1} CROSS JOIN moderators m \
                    WHERE m.email_index IS NOT NULL \
                    AND (m.scope = '\"all\"' OR m.scope LIKE '%\"' || (r.value->>'site') || '\"%') \
                    AND COALESCE( \
                        (SELECT p.mode FROM mail_preferences p \
                            WHERE p.moderator = m.id AND p.site = r.value->>'site'), \
                        (SELECT p.mode FROM mail_preferences p \
                            WHERE p.moderator = m.id AND p.site = ''), \
                        'each') <> 'none' \
                    ORDER BY 1, 2 \
                    ON CONFLICT (site, moderator) DO UPDATE SET since = \
                        CASE WHEN excluded.since < notices.since THEN excluded.since \
                             ELSE notices.since END";
        sqlx::query(AssertSqlSafe(self.engine.dialect(text)))
            .bind(sites)
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }
}
