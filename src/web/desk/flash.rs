//! What a form did, as the page that it leads to says so: carried in that page's address, completed from
//! the database. Anyone can write such an address; so it names comments and batches, never people.

use std::collections::BTreeSet;

use url::form_urlencoded::Serializer;

use super::words::decided;
use crate::{
    domain::decision::{BatchId, Decision, Outcome, Wish},
    review::{
        batches::{self, TakenBack},
        changes::{self, LastChanges},
    },
    storage::Result,
    web::{desk::prelude::*, query::Parameters},
};

/// Most comments named among those left alone: the page's address carries them.
const MAX_LEFT: usize = 20;

/// What a form did, carried through the redirect that follows it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Flash {
    /// The decision's word, `undo`, `nothing` (to undo), `note`, `answer`, `edit`, `unedit` or `erased`.
    pub did: String,
    /// How many comments.
    pub count: usize,
    /// How many were left alone: they changed meanwhile, or are not there.
    pub late: usize,
    /// `id:version` of the one comment that was decided about, to take it back.
    pub undo: String,
    /// Those left alone, the first of them.
    pub left: Vec<CommentId>,
    /// What was decided together.
    pub batch: Option<BatchId>,
    /// How many were not come to, because the service failed in the midst.
    pub broken: usize,
    /// Of how many comments the batch's decision stands.
    pub standing: i64,
    /// Whether it was this person who changed what was left alone.
    pub own: bool,
    /// Who else did.
    pub names: BTreeSet<String>,
}

impl Flash {
    /// Reads what [`Flash::carry`] wrote. It only words a message and fills a form that a person would
    /// have to send.
    #[must_use]
    pub fn read(carried: &Parameters) -> Option<Self> {
        let known = |did: &&str| {
            [
                "undo", "note", "nothing", "answer", "edit", "unedit", "erased",
            ]
            .contains(did)
                || Decision::parse(did).is_some()
        };
        let did = carried.get("did").filter(known)?;
        let number = |name: &str| carried.get(name).and_then(|raw| raw.parse().ok());
        let left = carried.get("left").unwrap_or_default().split(',');
        Some(Self {
            did: did.to_owned(),
            count: number("n").unwrap_or(0),
            late: number("late").unwrap_or(0),
            undo: carried.get("undo").unwrap_or_default().to_owned(),
            left: left.filter_map(CommentId::parse).take(MAX_LEFT).collect(),
            batch: carried.get("batch").and_then(BatchId::parse),
            broken: number("broken").unwrap_or(0),
            ..Self::default()
        })
    }

    /// Reads and completes what an address carries, if it carries anything.
    ///
    /// # Errors
    /// [`crate::storage::StoreError`].
    pub async fn open(
        app: &App,
        principal: &Principal,
        carried: &Parameters,
    ) -> Result<Option<Self>> {
        match Self::read(carried) {
            Some(flash) => Ok(Some(flash.complete(app, principal).await?)),
            None => Ok(None),
        }
    }

    /// What became of one form's wishes. What the same person had carried out already, with a form that
    /// was sent twice, counts as done.
    #[must_use]
    pub fn of(
        did: &str,
        principal: &Principal,
        wishes: &[Wish],
        outcomes: &[Outcome],
        changes: &LastChanges,
    ) -> Self {
        let mut flash = Self {
            did: did.to_owned(),
            ..Self::default()
        };
        for (wish, outcome) in wishes.iter().zip(outcomes) {
            match outcome {
                Outcome::Done(comment, _) => flash.done(comment.id, comment.version),
                Outcome::Stale(comment)
                    if changes::is_repetition(principal, wish, outcome, changes) =>
                {
                    flash.done(comment.id, comment.version);
                }
                _ => flash.leave(wish.id),
            }
        }
        if flash.count != 1 || did == "undo" {
            flash.undo.clear();
        }
        flash
    }

    /// What became of taking a batch back.
    #[must_use]
    pub fn of_batch(id: BatchId, taken: TakenBack) -> Self {
        Self {
            did: "undo".to_owned(),
            count: taken.back,
            late: taken.changed,
            left: taken.named,
            batch: (taken.left > 0).then_some(id),
            broken: taken.left,
            ..Self::default()
        }
    }

    /// Adds what became of more wishes of the same form.
    pub fn add(&mut self, more: Self) {
        self.count += more.count;
        self.late += more.late;
        self.left.extend(more.left);
        self.left.truncate(MAX_LEFT);
    }

    fn done(&mut self, id: CommentId, version: i64) {
        self.count += 1;
        self.undo = format!("{id}:{version}");
    }

    fn leave(&mut self, id: CommentId) {
        self.late += 1;
        if self.left.len() < MAX_LEFT {
            self.left.push(id);
        }
    }

    /// Looks up who changed what was left alone, and what of the batch can be taken back.
    ///
    /// # Errors
    /// [`crate::storage::StoreError`].
    async fn complete(mut self, app: &App, principal: &Principal) -> Result<Self> {
        let changes = changes::of(app, principal, &self.left).await?;
        self.own = !self.left.is_empty();
        for id in &self.left {
            match changes.get(id) {
                Some(last) if last.by_id == principal.actor.id => {}
                Some(last) => {
                    self.own = false;
                    self.names.insert(last.by.clone());
                }
                None => self.own = false,
            }
        }
        if let Some(id) = self.batch {
            let batch = batches::find(app, principal, id).await?;
            self.standing = batch.map_or(0, |batch| batch.standing);
        }
        Ok(self)
    }

    /// The address to go on to, with the message in it.
    #[must_use]
    pub fn carry(&self, back: &str) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("did", &self.did);
        query.append_pair("n", &self.count.to_string());
        for (name, number) in [("late", self.late), ("broken", self.broken)] {
            if number > 0 {
                query.append_pair(name, &number.to_string());
            }
        }
        let left: Vec<String> = self.left.iter().map(ToString::to_string).collect();
        let batch = self.batch.map(|id| id.to_string()).unwrap_or_default();
        let texts = [
            ("undo", &self.undo),
            ("left", &left.join(",")),
            ("batch", &batch),
        ];
        for (name, text) in texts {
            if !text.is_empty() {
                query.append_pair(name, text);
            }
        }
        let join = if back.contains('?') { '&' } else { '?' };
        format!("{back}{join}{}", query.finish())
    }

    /// The message.
    #[must_use]
    pub fn message(&self, words: &Words) -> String {
        match self.did.as_str() {
            "note" => return words.say("flash-noted").to_string(),
            "nothing" => return words.say("flash-nothing-to-undo").to_string(),
            "answer" => return words.say("flash-answered").to_string(),
            "edit" => return words.say("flash-edited").to_string(),
            "unedit" => return words.say("flash-unedited").to_string(),
            "erased" => return words.say("flash-erased").to_string(),
            _ => {}
        }
        let decided = Decision::parse(&self.did).map(decided);
        let name = match &decided {
            _ if self.count == 0 => "flash-unchanged",
            Some(decided) => decided,
            None => "js-taken-back",
        };
        let broken = match (self.broken, self.did.as_str()) {
            (0, _) => String::new(),
            (left, "undo") => words.count("flash-broken-undo", left),
            _ => words.say("flash-broken").to_string(),
        };
        let parts = [
            words.count(name, self.count),
            self.left_in_words(words),
            broken,
        ];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }

    fn left_in_words(&self, words: &Words) -> String {
        if self.late == 0 {
            return String::new();
        }
        if self.own {
            return words.count("flash-left-own", self.late);
        }
        if self.names.is_empty() {
            return words.count("flash-left", self.late);
        }
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let (number, who) = (words.number(self.late), names.join(", "));
        words.fill(
            "flash-left-by",
            &[("count", &self.late), ("number", &number), ("who", &who)],
        )
    }

    /// What the button says that takes the batch back.
    #[must_use]
    pub fn undo_in_words(&self, words: &Words) -> String {
        let standing = usize::try_from(self.standing).unwrap_or_default();
        match self.did.as_str() {
            "undo" => words.say("flash-undo-rest").to_string(),
            _ => words.count("flash-undo-all", standing),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_carried_is_read_again() {
        let flash = Flash {
            did: "spam".to_owned(),
            count: 3,
            late: 1,
            left: vec![CommentId::generate()],
            batch: Some(BatchId::generate()),
            ..Flash::default()
        };
        let address = flash.carry("/desk?status=spam");
        let (_, query) = address.split_once('?').expect("a query");
        let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
        let carried = Parameters::try_from(pairs.collect::<Vec<_>>()).expect("parameters");
        let read = Flash::read(&carried);
        assert_eq!(read, Some(flash));
    }
}
