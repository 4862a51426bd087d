//! The latest comments of the installation as sketches, and which of them are near copies of one another. Bounded in
//! number and in time; the same whichever way they came here, as far as their order is.

use std::{
    array,
    collections::{HashMap, VecDeque},
    time::Duration,
};

use crate::{
    domain::{
        campaign::{CampaignId, MEMBERS, Membership},
        comment::CommentId,
        timestamp::Timestamp,
    },
    text::sketch::{KEYS, Sketch},
};

/// How alike a copy is to one before it at least.
const NEAR: f32 = 0.5;

/// Members of a campaign up to which each newcomer notes the others too: the first ones may have been on their way
/// when they were noted.
const FEW: usize = 6;

/// Texts with one key that are compared at most, the latest of them.
const COMPARED: usize = 8;

/// A comment that is compared with those before it.
#[derive(Debug, Clone)]
pub struct Newcomer {
    /// The comment.
    pub id: CommentId,
    /// What it answers: who quotes makes no copy.
    pub parent: Option<CommentId>,
    /// Its text.
    pub sketch: Sketch,
}

/// The comments, in the order in which they came here.
#[derive(Debug)]
pub struct Window {
    comments: VecDeque<Kept>,
    /// The number of the earliest; each one after it has the next.
    first: u32,
    /// By the keys of sketches, the latest comment with each.
    latest: [HashMap<u32, u32>; KEYS],
    numbers: HashMap<CommentId, u32>,
    campaigns: HashMap<CampaignId, VecDeque<CommentId>>,
    at_most: usize,
    lasts: Duration,
}

#[derive(Debug)]
struct Kept {
    id: CommentId,
    sketch: Sketch,
    /// For each key, the comment before with the same.
    before: [u32; KEYS],
    campaign: Option<CampaignId>,
}

impl Window {
    /// A window over so many comments that came within so long.
    #[must_use]
    pub fn new(at_most: usize, lasts: Duration) -> Self {
        Self {
            comments: VecDeque::new(),
            first: 1,
            latest: array::from_fn(|_| HashMap::new()),
            numbers: HashMap::new(),
            campaigns: HashMap::new(),
            at_most,
            lasts,
        }
    }

    /// Whether a comment is in it.
    #[must_use]
    pub fn has(&self, id: CommentId) -> bool {
        self.numbers.contains_key(&id)
    }

    /// The campaign that a comment would join, and those who are in it.
    #[must_use]
    pub fn find(&self, newcomer: &Newcomer) -> Option<Membership> {
        self.membership(&self.near(newcomer))
    }

    fn membership(&self, near: &[u32]) -> Option<Membership> {
        let campaign = self.campaign(near)?;
        let mut others: Vec<CommentId> = near.iter().map(|number| self.kept(*number).id).collect();
        let known = self.campaigns.get(&campaign).into_iter().flatten();
        for id in known.rev().take(MEMBERS) {
            if !others.contains(id) {
                others.push(*id);
            }
        }
        others.truncate(MEMBERS);
        let is_noted = |id: &CommentId| {
            let campaign_of = |number| self.kept(number).campaign;
            others.len() > FEW
                && self.numbers.get(id).copied().and_then(campaign_of) == Some(campaign)
        };
        let unnoted = others.iter().copied().filter(|id| !is_noted(id)).collect();
        Some(Membership {
            campaign,
            others,
            unnoted,
        })
    }

    /// Takes a comment in, and returns what [`Window::find`] does. One that is in it already changes nothing.
    pub fn take_in(&mut self, newcomer: Newcomer, now: Timestamp) -> Option<Membership> {
        if self.at_most == 0 || self.has(newcomer.id) {
            return None;
        }
        self.forget(now);
        let near = self.near(&newcomer);
        let joined = self.membership(&near);
        let number = self.next();
        let before = array::from_fn(|key| {
            let latest = &mut self.latest[key];
            latest
                .insert(newcomer.sketch.keys[key], number)
                .unwrap_or(0)
        });
        self.numbers.insert(newcomer.id, number);
        self.comments.push_back(Kept {
            id: newcomer.id,
            sketch: newcomer.sketch,
            before,
            campaign: None,
        });
        if let Some(Membership { campaign, .. }) = joined {
            for member in near.into_iter().chain([number]) {
                self.join(member, campaign);
            }
        }
        joined
    }

    /// Takes a comment in whose campaign was found elsewhere.
    pub fn take_in_as(&mut self, newcomer: Newcomer, campaign: CampaignId, now: Timestamp) {
        let id = newcomer.id;
        if !self.has(id) {
            self.take_in(newcomer, now);
        }
        if let Some(number) = self.numbers.get(&id).copied() {
            self.join(number, campaign);
        }
    }

    /// Takes a comment out that came in lately and was not stored: it is no copy of anything, and must neither push
    /// those out that were stored nor be compared with in their place.
    pub fn take_back(&mut self, id: CommentId) {
        let Some(number) = self.numbers.remove(&id) else {
            return;
        };
        let kept = &mut self.comments[(number - self.first) as usize];
        let (keys, before) = (kept.sketch.keys, kept.before);
        if let Some(campaign) = kept.campaign.take() {
            self.leave(id, campaign);
        }
        for (at, (key, before)) in keys.into_iter().zip(before).enumerate() {
            if self.latest[at].get(&key) == Some(&number) {
                match self.present(at, before) {
                    Some(before) => self.latest[at].insert(key, before),
                    None => self.latest[at].remove(&key),
                };
            }
        }
        // One before others keeps its place, empty: their numbers count from it.
        while let Some(last) = self.comments.back()
            && !self.numbers.contains_key(&last.id)
        {
            self.comments.pop_back();
        }
    }

    /// The comment of this number or, where it was taken back, the latest before it with the same key.
    fn present(&self, key: usize, mut number: u32) -> Option<u32> {
        while number >= self.first {
            let kept = self.kept(number);
            if self.has(kept.id) {
                return Some(number);
            }
            number = kept.before[key];
        }
        None
    }

    fn next(&self) -> u32 {
        self.first + u32::try_from(self.comments.len()).unwrap_or_default()
    }

    fn kept(&self, number: u32) -> &Kept {
        &self.comments[(number - self.first) as usize]
    }

    /// The comments that a text is a near copy of, the earliest first.
    fn near(&self, newcomer: &Newcomer) -> Vec<u32> {
        let mut compared = Vec::new();
        for key in 0..KEYS {
            let mut at = self.latest[key].get(&newcomer.sketch.keys[key]).copied();
            for _ in 0..COMPARED {
                let Some(number) = at.filter(|number| *number >= self.first) else {
                    break;
                };
                compared.push(number);
                at = Some(self.kept(number).before[key]);
            }
        }
        compared.sort_unstable();
        compared.dedup();
        compared.retain(|number| {
            let kept = self.kept(*number);
            self.has(kept.id) && kept.sketch.likeness(&newcomer.sketch) >= NEAR
        });
        let quoted = newcomer.parent.and_then(|id| self.numbers.get(&id));
        if let Some(quoted) = quoted {
            let campaign = self.kept(*quoted).campaign;
            compared.retain(|number| {
                number != quoted && (campaign.is_none() || self.kept(*number).campaign != campaign)
            });
        }
        compared
    }

    /// The campaign of some near copies: the least of those that they are in, so that two which began at two
    /// instances grow together. If they are in none, one begins.
    fn campaign(&self, near: &[u32]) -> Option<CampaignId> {
        let known = near.iter().filter_map(|number| self.kept(*number).campaign);
        let begins = || Some(CampaignId::of(self.kept(*near.first()?).id));
        known.min().or_else(begins)
    }

    fn join(&mut self, number: u32, campaign: CampaignId) {
        let kept = &mut self.comments[(number - self.first) as usize];
        if kept.campaign.is_none_or(|joined| joined > campaign) {
            let id = kept.id;
            if let Some(left) = kept.campaign.replace(campaign) {
                self.leave(id, left);
            }
            self.campaigns.entry(campaign).or_default().push_back(id);
        }
    }

    fn leave(&mut self, id: CommentId, campaign: CampaignId) {
        let Some(members) = self.campaigns.get_mut(&campaign) else {
            return;
        };
        if members.front() == Some(&id) {
            members.pop_front();
        } else {
            members.retain(|member| *member != id);
        }
        if members.is_empty() {
            self.campaigns.remove(&campaign);
        }
    }

    /// Forgets what is too long ago, and the earliest where there are too many.
    fn forget(&mut self, now: Timestamp) {
        let since = now.minus(self.lasts).millis();
        while let Some(earliest) = self.comments.front()
            && (self.comments.len() >= self.at_most || earliest.id.made_at() < since)
            && let Some(gone) = self.comments.pop_front()
        {
            for (latest, key) in self.latest.iter_mut().zip(gone.sketch.keys) {
                if latest.get(&key) == Some(&self.first) {
                    latest.remove(&key);
                }
            }
            self.numbers.remove(&gone.id);
            if let Some(campaign) = gone.campaign {
                self.leave(gone.id, campaign);
            }
            self.first += 1;
        }
        // Numbers are used up after four thousand million comments: then all of it begins anew.
        if self.first > u32::MAX / 2 {
            *self = Self::new(self.at_most, self.lasts);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Document, views::with_features};

    fn now() -> Timestamp {
        Timestamp::from_millis(CommentId::generate().made_at())
    }

    fn newcomer() -> Newcomer {
        let document = Document {
            text: "Every cent came back within four days; write to her on telegram before they close the case.",
            ..Document::default()
        };
        Newcomer {
            id: CommentId::generate(),
            parent: None,
            sketch: with_features(&document, |features| Sketch::of(features)).expect("a sketch"),
        }
    }

    #[test]
    fn what_was_not_stored_is_found_by_nobody_in_whichever_order_it_is_taken_back() {
        for backwards in [false, true] {
            let mut window = Window::new(100, Duration::from_hours(24));
            let first = newcomer();
            assert!(window.take_in(first.clone(), now()).is_none());
            let mut refused: Vec<_> = (0..40).map(|_| newcomer()).collect();
            for one in &refused {
                assert!(window.take_in(one.clone(), now()).is_some());
            }
            if backwards {
                refused.reverse();
            }
            for one in &refused {
                window.take_back(one.id);
            }
            assert_eq!(window.comments.len(), 1);
            let found = window.take_in(newcomer(), now()).expect("a copy");
            assert_eq!(found.others, [first.id]);
        }
    }

    #[test]
    fn what_was_not_stored_keeps_no_place_but_before_others() {
        let mut window = Window::new(100, Duration::from_hours(24));
        let [first, refused, last] = [newcomer(), newcomer(), newcomer()];
        for one in [&first, &refused, &last] {
            window.take_in(one.clone(), now());
        }
        window.take_back(refused.id);
        let found = window.find(&newcomer()).expect("a copy");
        assert_eq!(found.others, [first.id, last.id]);
    }
}
