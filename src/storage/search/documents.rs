//! Who is at which place of a block: the comments in the order of their ids, the site and the status of each.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::domain::comment::Status;

/// Comments whose ids are in one row.
pub(super) const CHUNK: usize = 224;

/// Stands for a comment that is gone. Its id is nowhere any more; its place stays empty until the block is written anew.
pub(super) const GONE: u8 = 255;

/// A status as one byte, never another one.
pub(super) const fn byte(status: Status) -> u8 {
    match status {
        Status::Pending => 0,
        Status::Approved => 1,
        Status::Spam => 2,
        Status::Rejected => 3,
        Status::Trash => 4,
    }
}

/// The status that a byte is of.
pub(super) const fn status(byte: u8) -> Option<Status> {
    Some(match byte {
        0 => Status::Pending,
        1 => Status::Approved,
        2 => Status::Spam,
        3 => Status::Rejected,
        4 => Status::Trash,
        _ => return None,
    })
}

/// The sites and statuses of a block's comments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Documents {
    pub sites: Vec<String>,
    /// For each comment the place of its site in `sites`.
    site_of: Vec<u16>,
    pub statuses: Vec<u8>,
}

impl Documents {
    pub fn push(&mut self, site: &str, status: u8, known: &mut HashMap<String, u16>) {
        let next = u16::try_from(known.len()).unwrap_or(u16::MAX);
        let site = *known.entry(site.to_owned()).or_insert_with(|| {
            self.sites.push(site.to_owned());
            next
        });
        self.site_of.push(site);
        self.statuses.push(status);
    }

    pub fn len(&self) -> usize {
        self.statuses.len()
    }

    /// How many are not gone.
    pub fn live(&self) -> usize {
        self.statuses
            .iter()
            .filter(|status| **status != GONE)
            .count()
    }

    pub fn site(&self, place: usize) -> Option<&str> {
        let site = self.site_of.get(place)?;
        self.sites.get(usize::from(*site)).map(String::as_str)
    }

    /// Whether the comment at a place is on one of some sites.
    pub fn are_on(&self, sites: &HashSet<&str>) -> impl Fn(usize) -> bool + '_ {
        let names = self.sites.iter();
        let seen: Vec<bool> = names.map(|site| sites.contains(site.as_str())).collect();
        move |place| {
            let site = self.site_of.get(place);
            site.is_some_and(|site| seen.get(usize::from(*site)).copied().unwrap_or(false))
        }
    }

    /// How many on some sites are not gone.
    pub fn live_on(&self, sites: &HashSet<&str>) -> usize {
        if self.sites.iter().all(|site| sites.contains(site.as_str())) {
            return self.live();
        }
        let is_on = self.are_on(sites);
        let there = self.statuses.iter().enumerate();
        there
            .filter(|(place, status)| **status != GONE && is_on(*place))
            .count()
    }

    /// Takes a comment's place from it. A site that has no comment left here is forgotten.
    pub fn remove(&mut self, places: &[u16]) {
        for place in places {
            if let Some(status) = self.statuses.get_mut(usize::from(*place)) {
                *status = GONE;
            }
        }
        let mut used = vec![false; self.sites.len()];
        for (site, status) in self.site_of.iter().zip(&self.statuses) {
            if *status != GONE
                && let Some(used) = used.get_mut(usize::from(*site))
            {
                *used = true;
            }
        }
        for (name, _) in self.sites.iter_mut().zip(used).filter(|(_, used)| !used) {
            name.clear();
        }
    }

    /// As it is kept: how many comments and sites; the sites' names, each after its length; two bytes a comment for
    /// its site where there are several; a byte a comment for its status.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.len() * 3 + 16);
        out.extend(u32::try_from(self.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend(
            u32::try_from(self.sites.len())
                .unwrap_or(u32::MAX)
                .to_le_bytes(),
        );
        for site in &self.sites {
            out.push(u8::try_from(site.len()).unwrap_or(u8::MAX));
            out.extend_from_slice(site.as_bytes());
        }
        if self.sites.len() > 1 {
            out.extend(self.site_of.iter().flat_map(|site| site.to_le_bytes()));
        }
        out.extend_from_slice(&self.statuses);
        out
    }

    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (documents, rest) = bytes.split_first_chunk::<4>()?;
        let (count, mut rest) = rest.split_first_chunk::<4>()?;
        let documents = u32::from_le_bytes(*documents) as usize;
        let mut sites = Vec::new();
        for _ in 0..u32::from_le_bytes(*count) {
            let (length, after) = rest.split_first()?;
            let (site, after) = after.split_at_checked(usize::from(*length))?;
            sites.push(std::str::from_utf8(site).ok()?.to_owned());
            rest = after;
        }
        let site_of = if sites.len() > 1 {
            let (pairs, after) = rest.split_at_checked(documents * 2)?;
            rest = after;
            pairs
                .chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect()
        } else {
            vec![0; documents.min(super::places::MOST)]
        };
        (rest.len() == documents).then(|| Self {
            sites,
            site_of,
            statuses: rest.to_vec(),
        })
    }
}

/// Ids of comments in a row, from a place on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    pub start: usize,
    pub ids: Vec<Uuid>,
}

impl Chunk {
    pub fn of(ids: &[Uuid]) -> Vec<Self> {
        let chunk = |(at, ids): (usize, &[Uuid])| Self {
            start: at * CHUNK,
            ids: ids.to_vec(),
        };
        ids.chunks(CHUNK).enumerate().map(chunk).collect()
    }

    /// Takes out the ids at some places of the block.
    pub fn forget(&mut self, is_gone: impl Fn(usize) -> bool) {
        let there = self.ids.iter_mut().zip(self.start..);
        let gone = there.filter(|(_, place)| is_gone(*place));
        gone.for_each(|(id, _)| *id = Uuid::nil());
    }

    /// The first of its comments that is there.
    pub fn first(&self) -> Uuid {
        self.ids
            .iter()
            .find(|id| !id.is_nil())
            .copied()
            .unwrap_or_default()
    }

    pub fn encode(&self) -> Vec<u8> {
        self.ids.iter().flat_map(|id| *id.as_bytes()).collect()
    }

    pub fn decode(start: usize, bytes: &[u8]) -> Self {
        let ids = bytes
            .chunks_exact(16)
            .filter_map(|id| Uuid::from_slice(id).ok());
        Self {
            start,
            ids: ids.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_come_back_as_they_were_and_a_site_without_comments_is_forgotten() {
        for sites in [vec!["blog"], vec!["blog", "shop", "blog"]] {
            let (mut documents, mut known) = (Documents::default(), HashMap::new());
            for (at, site) in sites.iter().enumerate() {
                documents.push(site, byte(Status::ALL[at]), &mut known);
            }
            let read = Documents::decode(&documents.encode()).unwrap();
            assert_eq!(read, documents);
            assert_eq!(
                (0..sites.len())
                    .map(|at| read.site(at).unwrap())
                    .collect::<Vec<_>>(),
                sites
            );
        }
        let (mut documents, mut known) = (Documents::default(), HashMap::new());
        documents.push("blog", 0, &mut known);
        documents.push("shop", 1, &mut known);
        documents.remove(&[0]);
        assert_eq!((documents.live(), documents.site(1)), (1, Some("shop")));
        assert!(!documents.encode().windows(4).any(|bytes| bytes == b"blog"));
        assert_eq!(Documents::decode(&[1, 2, 3]), None);
    }

    #[test]
    fn a_status_is_one_byte_and_back() {
        for status in Status::ALL {
            assert_eq!(super::status(byte(*status)), Some(*status));
        }
    }
}
