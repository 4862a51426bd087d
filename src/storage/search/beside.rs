//! What waits for the index: a list looks at it itself, and leaves out what the index knows of it from before.

use std::collections::{BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use super::{
    blocks,
    waiting::{self, Key, LOOKED},
};
use crate::storage::{Result, sql::Conn};

/// The latest of what waits.
pub(super) struct Beside {
    /// Those that are there, on some sites.
    pub keys: Vec<Key>,
    /// In which block and at which place those are that the index has already, whatever their site.
    pub located: HashMap<Uuid, (i64, u16)>,
    /// Whether more waits than was looked at.
    pub is_part: bool,
}

impl Beside {
    /// Finds what waits, of it the comments on `sites`.
    pub async fn find(conn: &mut Conn<'_>, sites: &HashSet<&str>) -> Result<Self> {
        let mut notes = waiting::latest(conn, LOOKED + 1).await?;
        let is_part = notes.len() > LOOKED;
        notes.truncate(LOOKED);
        let comments = waiting::comments(&notes);
        let ids: Vec<Uuid> = comments.keys().copied().collect();
        let keys = comments.into_iter().filter_map(|(id, (site, _))| {
            let site = site.filter(|site| sites.contains(site.as_str()))?;
            Some(Key {
                site,
                id: id.to_string(),
            })
        });
        Ok(Self {
            keys: keys.collect(),
            located: blocks::locate(conn, &ids).await?,
            is_part,
        })
    }

    /// The places of the index that are left out.
    pub fn apart(&self) -> BTreeSet<(i64, usize)> {
        let places = self.located.values();
        places
            .map(|(block, place)| (*block, usize::from(*place)))
            .collect()
    }
}
