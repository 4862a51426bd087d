//! What keeps an arrival out before it is judged: a reply to nothing, a proof of work spent before.

use std::collections::HashMap;

use crate::{
    domain::arrival::{Admission, NewComment, SingleUse},
    storage::{
        arrivals::{Intake, Result},
        sql::{Conn, get, to_rows, values},
    },
};

impl Intake {
    /// Settles replies to what is not a public comment on the same page. A program's replies are its
    /// own matter: what they answer was looked up, and may be public there and not here.
    pub(super) async fn refuse_orphans(&mut self, tx: &mut Conn<'_>) -> Result<()> {
        let replies: Vec<(usize, serde_json::Value)> = self
            .open()
            .filter(|(_, arrival)| arrival.client.is_none())
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
        let found = tx.all(text, values![to_rows(wanted)]).await?;
        let mut known = Vec::with_capacity(found.len());
        for row in found {
            known.push(get::<i64>(&row, "n")?);
        }
        for place in places {
            if !known.iter().any(|n| usize::try_from(*n) == Ok(place)) {
                self.outcome[place] = Some(Admission::NoParent);
            }
        }
        Ok(())
    }

    /// Spends proofs of work; who comes second with one is refused.
    pub(super) async fn spend_proofs(&mut self, tx: &mut Conn<'_>) -> Result<()> {
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
        let spent = tx.all(text, values![to_rows(spending)]).await?;
        let mut good: Vec<String> = Vec::with_capacity(spent.len());
        for row in spent {
            good.push(get(&row, "token")?);
        }
        for (place, proof) in &proofs {
            let is_first = first.get(proof.token.as_str()) == Some(place);
            if !is_first || !good.contains(&proof.token) {
                self.outcome[*place] = Some(Admission::ProofSpent);
            }
        }
        Ok(())
    }
}
