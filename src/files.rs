//! Files that are there whole or not at all, and their owner's alone: each is written beside its place,
//! synced and moved there, so that a crash leaves the old file or the new one.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::{Builder, NamedTempFile};

/// A file being written as `NAME.` and eight random characters and `.part`, mode 0600, in the folder where
/// it will be; gone unless it is kept.
#[derive(Debug)]
pub struct WholeFile {
    part: NamedTempFile,
    place: PathBuf,
}

impl WholeFile {
    /// Begins a file that will be at `place`.
    ///
    /// # Errors
    /// When `place` names no file, or nothing can be written in its folder.
    pub fn begin(place: &Path) -> io::Result<Self> {
        let name = place.file_name();
        let name = name.ok_or_else(|| io::Error::other("this is not a file's name"))?;
        let mut prefix = name.to_owned();
        prefix.push(".");
        let mut part = Builder::new();
        part.prefix(&prefix).rand_bytes(8).suffix(".part");
        Ok(Self {
            part: part.tempfile_in(folder_of(place))?,
            place: place.to_owned(),
        })
    }

    /// Puts it in its place, where it lasts from now on; a file that was there is replaced.
    ///
    /// # Errors
    /// When that fails; then what was there before is there still.
    pub fn keep(self) -> io::Result<()> {
        self.part.as_file().sync_all()?;
        self.part.persist(&self.place)?;
        sync_folder(&self.place)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.part.flush()
    }
}

/// Writes a file whole.
///
/// # Errors
/// When that fails; then what was there before is there still.
pub fn write(place: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = WholeFile::begin(place)?;
    file.write_all(bytes)?;
    file.keep()
}

/// Moves a finished file to its place, where it lasts from now on.
///
/// # Errors
/// When that fails.
pub fn put(part: &Path, place: &Path) -> io::Result<()> {
    File::open(part)?.sync_all()?;
    fs::rename(part, place)?;
    sync_folder(place)
}

/// The file's name with an ending of its own.
#[must_use]
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Syncs the folder of a file that was made or moved there: only then its being there lasts.
///
/// # Errors
/// When that fails.
pub fn sync_folder(place: &Path) -> io::Result<()> {
    File::open(folder_of(place))?.sync_all()
}

fn folder_of(place: &Path) -> &Path {
    let folder = place.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_whole_private_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("figures.json");
        let names = || fs::read_dir(folder.path()).unwrap().count();
        let mut begun = WholeFile::begin(&place).unwrap();
        begun.write_all(b"half").unwrap();
        assert!(!place.exists());
        drop(begun);
        assert_eq!(names(), 0);
        for bytes in [b"one", b"two"] {
            write(&place, bytes).unwrap();
            assert_eq!(fs::read(&place).unwrap(), bytes);
        }
        assert_eq!(names(), 1);
        let mode = fs::metadata(&place).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(write(Path::new("/"), b"").is_err());
    }
}
