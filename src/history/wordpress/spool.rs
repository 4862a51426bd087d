//! What was fetched so far, in a file of its owner's alone, and how far that was, in one beside it that is written whole
//! after each page. A page that was cut off in the midst is not counted and is written again.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::files;

/// How long what was fetched is gone on with: later there is too much that is missing in it.
const KEPT: Duration = Duration::from_hours(24);

/// Where a listing goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FetchPlace {
    /// Which of the listings.
    pub listing: usize,
    /// The page to ask for, from 1.
    pub page: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct State {
    /// Whose comments these are.
    root: String,
    place: FetchPlace,
    /// Bytes of the file that count.
    length: u64,
    comments: u64,
}

pub(super) struct Spool {
    file: File,
    path: PathBuf,
    state_path: PathBuf,
    state: State,
}

impl Spool {
    /// Opens the file of one site in a folder.
    pub(super) fn open(folder: &Path, root: &str) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let name = BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(root)[..9]);
        let path = folder.join(format!("wordpress-{name}.json"));
        let state_path = folder.join(format!("wordpress-{name}.state"));
        let known = fs::read(&state_path).ok();
        let known: Option<State> = known.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let begun = State {
            root: root.to_owned(),
            place: FetchPlace {
                listing: 0,
                page: 1,
            },
            length: 0,
            comments: 0,
        };
        let is_fresh = || {
            let written = fs::metadata(&state_path).and_then(|data| data.modified());
            written.is_ok_and(|at| at.elapsed().is_ok_and(|age| age < KEPT))
        };
        let state = known
            .filter(|state| state.root == root && path.exists() && is_fresh())
            .unwrap_or(begun);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path)?;
        file.set_len(state.length)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self {
            file,
            path,
            state_path,
            state,
        })
    }

    pub(super) fn file(&self) -> &Path {
        &self.path
    }

    pub(super) const fn place(&self) -> FetchPlace {
        self.state.place
    }

    pub(super) const fn comments(&self) -> u64 {
        self.state.comments
    }

    /// Adds a page; the last of its listing leads to the next one.
    pub(super) fn add(&mut self, comments: &[Value], is_last: bool) -> io::Result<()> {
        let mut page = serde_json::to_vec(comments)?;
        page.push(b'\n');
        self.file.write_all(&page)?;
        self.file.sync_data()?;
        self.state.length += page.len() as u64;
        self.state.comments += comments.len() as u64;
        self.state.place = match self.state.place {
            FetchPlace { listing, .. } if is_last => FetchPlace {
                listing: listing + 1,
                page: 1,
            },
            FetchPlace { listing, page } => FetchPlace {
                listing,
                page: page + 1,
            },
        };
        files::write(&self.state_path, &serde_json::to_vec(&self.state)?)
    }

    pub(super) fn delete(self) -> io::Result<()> {
        fs::remove_file(&self.state_path)?;
        fs::remove_file(&self.path)
    }
}
