//! Casting votes: a label, what it counts, and the lesson it teaches change in one transaction,
//! with the decision that caused them or with a bite of an upload.
//!
//! A site's row in `learning` is locked first. So revisions are given in the order in which their
//! transactions end, and whoever has read up to one has missed nothing before it.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use serde::Serialize;
use sqlx::any::AnyRow;

use crate::{
    bayes::{Label, Question},
    domain::{
        sample::{PROGRAM_A_DAY, PROGRAMS_AT_LEAST, Provenance, Source, Tally, Vote, contradicts},
        site::SiteSlug,
        timestamp::Timestamp,
    },
    storage::{
        Result, Store,
        learning::{LearningStep, Raised, raise},
        questions,
        samples::Lesson,
        sql::{Conn, get, list, sql, to_json, values},
    },
};

/// How far back a program's labels are counted against what a day allows.
const A_DAY: Duration = Duration::from_hours(24);

/// What is kept of a text that has, or had, a label.
struct Known {
    label: Option<Label>,
    /// Whether a person gave it.
    by_person: bool,
    /// Whether a program's label waits beside it.
    waits: bool,
    /// Whether some model in use may know the label: it counted at once, or was trained on.
    learnt: bool,
}

/// A row to write: the vote, and whether it counts at once.
#[derive(Serialize)]
struct NewRow<'a> {
    #[serde(flatten)]
    vote: &'a Vote,
    counted: i64,
}

#[derive(Serialize)]
struct NewLesson<'a> {
    sample: &'a str,
    unlearn: Option<Label>,
    learn: Option<Label>,
}

impl Store {
    /// Casts votes that are not part of something larger. All of it happens, or none of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn vote(
        &self,
        votes: Vec<Vote>,
        source: Source,
        now: Timestamp,
    ) -> Result<(Tally, Vec<LearningStep>)> {
        self.write(async |tx| cast(tx, votes, &source, now).await)
            .await
    }
}

/// Casts votes, question by question and site by site in the order of their slugs, so that instances cannot deadlock. Of
/// several votes about one text the last counts.
pub(super) async fn cast(
    tx: &mut Conn<'_>,
    votes: Vec<Vote>,
    source: &Source,
    now: Timestamp,
) -> Result<(Tally, Vec<LearningStep>)> {
    let mut polls: BTreeMap<(Question, SiteSlug), HashMap<String, Vote>> = BTreeMap::new();
    for vote in votes {
        let poll = polls.entry((vote.question, vote.site.clone())).or_default();
        poll.insert(vote.id.clone(), vote);
    }
    let (mut tally, mut steps) = (Tally::default(), Vec::new());
    for ((question, site), votes) in polls {
        let mut votes: Vec<Vote> = votes.into_values().collect();
        votes.sort_by(|a, b| a.id.cmp(&b.id));
        let mut poll = Poll {
            tx: &mut *tx,
            question,
            site,
            source,
            now,
        };
        let (one, step) = poll.cast(votes).await?;
        tally += one;
        steps.extend(step);
    }
    Ok((tally, steps))
}

/// The votes on one site about one question.
struct Poll<'c, 't> {
    tx: &'c mut Conn<'t>,
    question: Question,
    site: SiteSlug,
    source: &'c Source,
    now: Timestamp,
}

impl Poll<'_, '_> {
    async fn cast(&mut self, votes: Vec<Vote>) -> Result<(Tally, Option<LearningStep>)> {
        if self.changes_nothing(&votes).await? {
            return Ok((Tally::default(), None));
        }
        let Raised { state, trained } = raise(self.tx, self.question, &self.site).await?;
        let revision = state.revision;
        let (known, stored) = self.known(&votes, trained).await?;
        let mut room = self.room(trained).await?;
        let mut tally = Tally::default();
        let (mut written, mut lessons) = (Vec::new(), Vec::new());
        let scores = self.scores(&votes).await?;
        let mut waiting = Vec::new();
        for vote in &votes {
            let known = known.get(&vote.id);
            if self.has_to_wait(vote, known, scores.get(&vote.id)) {
                tally.over_cap += 1;
                waiting.push(vote);
                continue;
            }
            let before = known.and_then(|known| known.label);
            match (before, vote.label) {
                (before, now) if before == now && !known.is_some_and(|known| known.waits) => {
                    tally.unchanged += u64::from(now.is_some());
                    continue;
                }
                (_, None) => tally.withdrawn += 1,
                (None, Some(_)) if known.is_none() => tally.added += 1,
                (_, Some(_)) => tally.changed += 1,
            }
            let counted = vote.label.is_some_and(|label| {
                let room = &mut room[label.index()];
                *room -= 1;
                *room >= 0
            });
            tally.over_cap += u64::from(vote.label.is_some() && !counted);
            let learnt = known.is_some_and(|known| known.learnt);
            lessons.push(NewLesson {
                sample: &vote.id,
                unlearn: before.filter(|_| learnt),
                learn: vote.label.filter(|_| counted),
            });
            let counted = i64::from(counted);
            written.push(NewRow { vote, counted });
        }
        if !waiting.is_empty() {
            self.keep_waiting(&waiting, revision).await?;
        }
        if !written.is_empty() {
            self.write(&written, revision).await?;
            self.teach(&lessons, revision).await?;
        }
        let learnt = lessons.into_iter();
        let learnt = learnt.filter_map(|lesson| Some((lesson.sample.to_owned(), lesson.learn?)));
        let learnt: HashMap<String, Label> = learnt.collect();
        let lessons = (stored == 0).then(|| first_lessons(revision, votes, learnt));
        Ok((tally, Some(LearningStep { state, lessons })))
    }

    /// Whether the votes only take labels back, and there are none: most decisions say nothing about abuse.
    async fn changes_nothing(&mut self, votes: &[Vote]) -> Result<bool> {
        if self.question == Question::Spam || votes.iter().any(|vote| vote.label.is_some()) {
            return Ok(false);
        }
        Ok(self.known(votes, 0).await?.0.is_empty())
    }

    /// A statement about the question's tables.
    fn about(&self, text: &str) -> Cow<'static, str> {
        questions::of(self.question, text)
    }

    /// What is kept of the texts, as far as it can be read, and of how many there is anything.
    async fn known(
        &mut self,
        votes: &[Vote],
        trained: i64,
    ) -> Result<(HashMap<String, Known>, usize)> {
        let text = "SELECT id, label, counted, revision, provenance, waits FROM {of}samples \
                    WHERE site = $1 AND id IN {list:$2}";
        let query = sql(
            self.about(text),
            values![self.site, list(votes.iter().map(|vote| &vote.id))],
        );
        let read = |row: &AnyRow| {
            let counted = get::<i64>(row, "counted")? != 0;
            let learnt = counted || get::<i64>(row, "revision")? <= trained;
            let label = get(row, "label")?;
            let provenance: String = get(row, "provenance")?;
            let known = Known {
                label,
                by_person: provenance != Provenance::Feedback.as_str(),
                waits: get::<Option<String>>(row, "waits")?.is_some(),
                learnt,
            };
            Ok((get(row, "id")?, known))
        };
        // One that is damaged is taken for new: the vote puts it right.
        let table = questions::samples(self.question);
        let known = self.tx.gather(table, query, read).await?;
        Ok((known.rows.into_iter().collect(), known.seen))
    }

    /// How many labels of each class from this source still count at once.
    async fn room(&mut self, trained: i64) -> Result<[i64; 2]> {
        let text = "SELECT label, COUNT(*) AS count FROM {of}samples WHERE site = $1 AND provenance = $2 \
                    AND source = $3 AND label IS NOT NULL AND counted = 1 AND revision > $4 \
                    GROUP BY label";
        let query = sql(
            self.about(text),
            values![self.site, self.source.provenance, self.source.name, trained],
        );
        let read = |row: &AnyRow| {
            let label = get::<Label>(row, "label")?;
            Ok((label, get::<i64>(row, "count")?))
        };
        let mut room = [self.source.cap; 2];
        let table = questions::samples(self.question);
        for (label, count) in self.tx.gather(table, query, read).await?.rows {
            room[label.index()] -= count;
        }
        if self.source.provenance == Provenance::Feedback {
            self.leave_the_people_more(&mut room).await?;
        }
        Ok(room)
    }

    /// Of a program's labels no more count in a day than a hand gives, and of all programs' together no
    /// more than people gave this site.
    async fn leave_the_people_more(&mut self, room: &mut [i64; 2]) -> Result<()> {
        let text = "SELECT label, \
                CAST(SUM(CASE WHEN provenance <> 'feedback' THEN 1 ELSE 0 END) AS BIGINT) AS people, \
                CAST(SUM(CASE WHEN provenance = 'feedback' AND counted = 1 THEN 1 ELSE 0 END) AS BIGINT) \
                    AS programs, \
                CAST(SUM(CASE WHEN provenance = 'feedback' AND counted = 1 AND source = $2 \
                    AND labelled_at > $3 THEN 1 ELSE 0 END) AS BIGINT) AS today \
             FROM {of}samples WHERE site = $1 AND label IS NOT NULL GROUP BY label";
        let query = sql(
            self.about(text),
            values![self.site, self.source.name, self.now.minus(A_DAY)],
        );
        let read = |row: &AnyRow| {
            let label = get::<Label>(row, "label")?;
            let share = get::<i64>(row, "people")?.max(PROGRAMS_AT_LEAST);
            let share = share - get::<i64>(row, "programs")?;
            let today = PROGRAM_A_DAY - get::<i64>(row, "today")?;
            Ok((label, share.min(today)))
        };
        let mut left = [PROGRAMS_AT_LEAST.min(PROGRAM_A_DAY); 2];
        let table = questions::samples(self.question);
        for (label, share) in self.tx.gather(table, query, read).await?.rows {
            left[label.index()] = share;
        }
        for (room, left) in room.iter_mut().zip(left) {
            *room = left.min(*room);
        }
        Ok(())
    }

    /// The scores of spam that comments among the voted on had on arrival; asked for programs' votes alone.
    async fn scores(&mut self, votes: &[Vote]) -> Result<HashMap<String, f64>> {
        if self.source.provenance != Provenance::Feedback || self.question != Question::Spam {
            return Ok(HashMap::new());
        }
        let text = "SELECT id, score FROM comments WHERE site = $1 AND score IS NOT NULL \
                    AND id IN {list:$2}";
        let query = sql(
            text,
            values![self.site, list(votes.iter().map(|vote| &vote.id))],
        );
        let read = |row: &AnyRow| Ok((get(row, "id")?, get(row, "score")?));
        let scores = self.tx.gather("comments", query, read).await?;
        Ok(scores.rows.into_iter().collect())
    }

    /// Whether a program's vote contradicts a person, or what a model was all but certain of.
    fn has_to_wait(&self, vote: &Vote, known: Option<&Known>, score: Option<&f64>) -> bool {
        let Some(label) = vote.label else {
            return false;
        };
        if self.source.provenance != Provenance::Feedback {
            return false;
        }
        let said = known
            .filter(|known| known.by_person)
            .and_then(|known| known.label);
        match said {
            Some(said) => said != label,
            None => self.source.waits || score.is_some_and(|score| contradicts(label, *score)),
        }
    }

    /// Keeps labels that wait beside what the texts are: nothing is learnt from them, and none changes.
    async fn keep_waiting(&mut self, votes: &[&Vote], revision: i64) -> Result<()> {
        let text = "INSERT INTO {of}samples (site, id, label, provenance, source, counted, held_out, \
                        text, name, email_domain, website, email_index, revision, labelled_at, waits) \
                    SELECT $2, r.value->>'id', NULL, $3, $4, 0, \
                        CAST(r.value->>'held_out' AS BIGINT), r.value->>'text', r.value->>'name', \
                        r.value->>'email_domain', r.value->>'website', r.value->>'email_index', \
                        $5, $6, r.value->>'label' \
                    FROM {rows:$1} WHERE true \
                    ON CONFLICT (site, id) DO UPDATE SET waits = excluded.waits";
        self.tx
            .run(
                questions::of(self.question, text),
                values![
                    to_json(votes),
                    self.site,
                    self.source.provenance,
                    self.source.name,
                    revision,
                    self.now
                ],
            )
            .await?;
        Ok(())
    }

    async fn write(&mut self, written: &[NewRow<'_>], revision: i64) -> Result<()> {
        let text = "INSERT INTO {of}samples (site, id, label, provenance, source, counted, held_out, \
                        text, name, email_domain, website, email_index, revision, labelled_at) \
                    SELECT $2, r.value->>'id', r.value->>'label', $3, $4, \
                        CAST(r.value->>'counted' AS BIGINT), CAST(r.value->>'held_out' AS BIGINT), \
                        r.value->>'text', r.value->>'name', r.value->>'email_domain', \
                        r.value->>'website', r.value->>'email_index', $5, $6 \
                    FROM {rows:$1} WHERE true \
                    ON CONFLICT (site, id) DO UPDATE SET label = excluded.label, \
                        provenance = excluded.provenance, source = excluded.source, \
                        counted = excluded.counted, revision = excluded.revision, waits = NULL, \
                        labelled_at = excluded.labelled_at";
        self.tx
            .run(
                questions::of(self.question, text),
                values![
                    to_json(written),
                    self.site,
                    self.source.provenance,
                    self.source.name,
                    revision,
                    self.now
                ],
            )
            .await?;
        Ok(())
    }

    async fn teach(&mut self, lessons: &[NewLesson<'_>], revision: i64) -> Result<()> {
        let text = "INSERT INTO {of}lessons (site, revision, sample, unlearn, learn) \
                    SELECT $2, $3, r.value->>'sample', r.value->>'unlearn', r.value->>'learn' \
                    FROM {rows:$1}";
        self.tx
            .run(
                questions::of(self.question, text),
                values![to_json(lessons), self.site, revision],
            )
            .await?;
        Ok(())
    }
}

/// What is learnt from votes about texts that had no label: those that counted, with what they say.
fn first_lessons(
    revision: i64,
    votes: Vec<Vote>,
    mut learnt: HashMap<String, Label>,
) -> Vec<Lesson> {
    let lesson = |vote: Vote| {
        let learn = learnt.remove(&vote.id)?;
        Some(Lesson {
            revision,
            unlearn: None,
            learn: Some(learn),
            vote,
        })
    };
    votes.into_iter().filter_map(lesson).collect()
}
