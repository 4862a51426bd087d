//! A file that somebody sent, in memory: what it is, and an import of it, tried or done.

use std::{
    io::{Cursor, Read, Write},
    sync::Arc,
};

use flate2::bufread::MultiGzDecoder;
use tempfile::NamedTempFile;
use tokio::task::spawn_blocking;
use xxhash_rust::xxh3::Xxh3Default;

use super::{
    History,
    import::{self, ImportError, Wanted},
    report::Report,
};
use crate::{
    domain::site::Site,
    interchange::{
        foreign::{Findings, ForeignFormat, ReadError},
        isso::Isso,
        readers,
    },
};

/// The largest file that is taken so, in bytes.
pub const MAX_BYTES: usize = 8 << 20;

/// What one may unpack to, in bytes.
const MAX_UNPACKED: u64 = 64 << 20;

/// A file's bytes, unpacked, and what they are.
#[derive(Clone)]
pub struct SentFile {
    bytes: Arc<[u8]>,
    /// Its name where it comes from.
    pub name: String,
    /// What it is.
    pub format: ForeignFormat,
    /// A database, where it can be opened.
    database: Option<Arc<NamedTempFile>>,
}

impl SentFile {
    /// Looks at a file; its format is found out where it is not given.
    ///
    /// # Errors
    /// [`ImportError::Read`] when it is none that can be read.
    pub async fn new(
        name: String,
        bytes: Vec<u8>,
        format: Option<ForeignFormat>,
    ) -> Result<Self, ImportError> {
        let looked = spawn_blocking(move || Self::look(name, bytes, format)).await;
        Ok(looked.map_err(|_| ImportError::Reader)??)
    }

    fn look(
        name: String,
        packed: Vec<u8>,
        format: Option<ForeignFormat>,
    ) -> Result<Self, ReadError> {
        let bytes: Arc<[u8]> = unpacked(packed)?.into();
        let format = match format {
            Some(format) => format,
            None => readers::guess(Cursor::new(Arc::clone(&bytes)))?,
        };
        let database = match format {
            ForeignFormat::Isso => {
                let mut file = NamedTempFile::new()?;
                file.write_all(&bytes)?;
                Some(Arc::new(file))
            }
            _ => None,
        };
        Ok(Self {
            bytes,
            name,
            format,
            database,
        })
    }

    /// What an import of this file into a site is known by.
    #[must_use]
    pub fn digest(&self, site: &Site) -> String {
        let mut hasher = Xxh3Default::new();
        for part in [
            site.slug.as_str().as_bytes(),
            self.format.system().as_bytes(),
            &self.bytes,
        ] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        format!("{:032x}", hasher.digest128())
    }

    /// Imports it, or says what would come.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn import(
        &self,
        history: &History,
        site: &Arc<Site>,
        dry_run: bool,
    ) -> Result<Report, ImportError> {
        let wanted = Wanted {
            format: self.format,
            dry_run,
            source: None,
            file: Some(self.name.clone()),
        };
        let file = self.clone();
        import::run_as(history, site, wanted, move || file.open()).await
    }

    fn open(&self) -> Result<Findings, ReadError> {
        match &self.database {
            Some(file) => Ok(Box::new(Isso::open(file.path())?)),
            None => readers::read(self.format, Cursor::new(Arc::clone(&self.bytes))),
        }
    }
}

fn unpacked(packed: Vec<u8>) -> Result<Vec<u8>, ReadError> {
    if !packed.starts_with(&[0x1F, 0x8B]) {
        return Ok(packed);
    }
    let mut bytes = Vec::new();
    let mut unpacking = MultiGzDecoder::new(&*packed).take(MAX_UNPACKED + 1);
    unpacking.read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_UNPACKED {
        let mib = MAX_UNPACKED >> 20;
        let problem = format!("it unpacks to more than {mib} MiB: import it with `hamlet import`");
        return Err(ReadError::broken("the file", &problem));
    }
    Ok(bytes)
}
