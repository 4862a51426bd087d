//! Taking texts out of what was learnt. A text and its lessons go; a model in the registry that was
//! trained on it keeps, beside its file, a sum of what it has to forget, in which no single text is
//! left to be told apart. Sites start over from there, without what their lessons added up to before; a training run
//! under way begins again.

use std::collections::{BTreeMap, HashMap};

use sqlx::any::AnyRow;

use crate::{
    bayes::{Label, Question, lessons::Lessons},
    domain::{
        sample::{StoredSample, Vote},
        site::SiteSlug,
    },
    storage::{
        Result, StoreError, learning, questions,
        sql::{Conn, get, list, sql, values},
    },
};

/// Which text, in which question.
type Key = (Question, SiteSlug, String);

fn key(vote: &Vote) -> Key {
    (vote.question, vote.site.clone(), vote.id.clone())
}

/// What each of some texts takes from a sum of lessons when it is forgotten. It is made before the transaction
/// that forgets them: reading the features of a text takes longer than all that the database does, and other
/// writers wait for it.
#[derive(Default)]
pub(super) struct Prepared {
    texts: HashMap<Key, (Vote, [Lessons; 2])>,
}

impl Prepared {
    pub(super) fn of(samples: &[StoredSample]) -> Self {
        let texts = samples.iter().filter(|sample| !sample.vote.held_out);
        let texts = texts.map(|StoredSample { vote, .. }| {
            let forgotten = [Label::Ham, Label::Spam].map(|label| {
                let mut lessons = Lessons::default();
                lessons.unlearn(vote.question, &vote.document(), label);
                lessons
            });
            (key(vote), (vote.clone(), forgotten))
        });
        Self {
            texts: texts.collect(),
        }
    }

    /// Forgets in a sum that a text was learnt as `label`. One that came after this was made, or that another
    /// text has replaced since, has its features read now.
    fn forget(&self, vote: &Vote, label: Label, sum: &mut Lessons) {
        match self.texts.get(&key(vote)) {
            Some((read, forgotten)) if read.document() == vote.document() => {
                sum.merge(&forgotten[label.index()]);
            }
            _ => sum.unlearn(vote.question, &vote.document(), label),
        }
    }
}

/// Forgets samples, question by question and site by site in the order of their slugs.
pub(super) async fn forget(
    tx: &mut Conn<'_>,
    samples: Vec<StoredSample>,
    prepared: &Prepared,
) -> Result<()> {
    let mut learnt: BTreeMap<(Question, SiteSlug), Vec<StoredSample>> = BTreeMap::new();
    for sample in samples {
        let of = (sample.vote.question, sample.vote.site.clone());
        learnt.entry(of).or_default().push(sample);
    }
    for ((question, site), samples) in learnt {
        learning::raise(tx, question, &site).await?;
        let mut from = Taught {
            tx: &mut *tx,
            question,
            site: &site,
            samples: &samples,
        };
        from.unteach_models(prepared).await?;
        from.remove().await?;
    }
    Ok(())
}

/// What a site was taught in answer to a question, and the texts that are to be forgotten.
struct Taught<'c, 't> {
    tx: &'c mut Conn<'t>,
    question: Question,
    site: &'c SiteSlug,
    samples: &'c [StoredSample],
}

impl Taught<'_, '_> {
    async fn unteach_models(&mut self, prepared: &Prepared) -> Result<()> {
        const SUM: StoreError = StoreError::Corrupt("sum of what is forgotten");
        let text = "SELECT f.model, f.forgotten, m.revision FROM model_files f \
                    JOIN models m ON m.site = f.site AND m.id = f.model \
                    WHERE f.site = $1 AND m.question = $2";
        let values = values![self.site, self.question.as_str()];
        for model in self.tx.all(text, values).await? {
            let known = self.known_at(get(&model, "revision")?).await?;
            let mut sum = match get::<Option<Vec<u8>>>(&model, "forgotten")? {
                Some(bytes) => Lessons::from_bytes(&bytes).map_err(|_| SUM)?,
                None => Lessons::default(),
            };
            for sample in self.samples.iter().filter(|sample| !sample.vote.held_out) {
                if let Some(label) = known.get(&sample.vote.id) {
                    prepared.forget(&sample.vote, *label, &mut sum);
                }
            }
            let bytes = sum.to_bytes().map_err(|_| SUM)?;
            let text = "UPDATE model_files SET forgotten = $3 WHERE site = $1 AND model = $2";
            let model: String = get(&model, "model")?;
            self.tx.run(text, values![self.site, model, bytes]).await?;
        }
        Ok(())
    }

    /// The labels that samples had at a revision: the present one, or the one that the first change
    /// since then took back.
    async fn known_at(&mut self, revision: i64) -> Result<BTreeMap<String, Label>> {
        let text = "SELECT s.id, CASE WHEN s.revision <= $2 THEN s.label ELSE \
                        (SELECT l.unlearn FROM {of}lessons l WHERE l.site = s.site AND l.sample = s.id \
                         AND l.revision > $2 ORDER BY l.revision LIMIT 1) END AS label \
                    FROM {of}samples s WHERE s.site = $1 AND s.id IN {list:$3}";
        let query = sql(
            questions::of(self.question, text),
            values![self.site, revision, ids(self.samples)],
        );
        let read = |row: &AnyRow| Ok((get(row, "id")?, get(row, "label")?));
        let table = questions::samples(self.question);
        let known = self.tx.gather(table, query, read).await?;
        let labelled = |(id, label): (String, Option<Label>)| Some((id, label?));
        Ok(known.rows.into_iter().filter_map(labelled).collect())
    }

    /// Removes the texts and their lessons; what was made of them begins anew.
    async fn remove(&mut self) -> Result<()> {
        for text in [
            "DELETE FROM {of}lessons WHERE site = $1 AND sample IN {list:$2}",
            "DELETE FROM {of}samples WHERE site = $1 AND id IN {list:$2}",
        ] {
            let text = questions::of(self.question, text);
            self.tx
                .run(text, values![self.site, ids(self.samples)])
                .await?;
        }
        for text in [
            "UPDATE {of}learning SET epoch = epoch + 1 WHERE site = $1",
            "DELETE FROM {of}learnt_sums WHERE site = $1",
        ] {
            let text = questions::of(self.question, text);
            self.tx.run(text, values![self.site]).await?;
        }
        let text = "UPDATE models SET state = 'queued', phase = 'waiting' \
                    WHERE site = $1 AND state = 'training' AND question = $2";
        let values = values![self.site, self.question.as_str()];
        self.tx.run(text, values).await?;
        Ok(())
    }
}

fn ids(samples: &[StoredSample]) -> String {
    list(samples.iter().map(|sample| &sample.vote.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::Provenance;

    fn sample(id: &str, text: &str) -> StoredSample {
        let vote = Vote {
            question: Question::Spam,
            site: SiteSlug::parse("blog").unwrap(),
            id: id.to_owned(),
            label: Some(Label::Spam),
            held_out: false,
            text: text.to_owned(),
            name: None,
            email_domain: None,
            website: None,
            email_index: None,
        };
        StoredSample {
            vote,
            provenance: Provenance::Decision,
            source: String::new(),
        }
    }

    #[test]
    fn what_was_prepared_takes_away_what_was_learnt_and_a_text_that_changed_since_is_read_again() {
        let prepared = Prepared::of(&[sample("a", "cheap watches"), sample("b", "before")]);
        for now in [
            sample("a", "cheap watches"),
            sample("b", "after"),
            sample("c", "late"),
        ] {
            let mut sum = Lessons::default();
            sum.learn(&now.vote.document(), Label::Spam);
            assert!(!sum.is_empty());
            prepared.forget(&now.vote, Label::Spam, &mut sum);
            assert!(sum.is_empty(), "{}", now.vote.id);
        }
    }
}
