//! A connection that is opened when it is first needed, and opened anew in a process that was forked: what SQLite holds
//! is of the process that opened it.

use super::open::{Durability, open};
use crate::error::{Cause, Error, Result};
use crate::fork;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// A place for a connection.
#[derive(Debug)]
pub(super) struct Lazy {
    path: PathBuf,
    durability: Durability,
    /// The connection, and the process that opened it.
    open: Option<(u32, Connection)>,
    /// Which file was opened.
    file: Option<(u64, u64)>,
}

impl Drop for Lazy {
    /// Closes the connection of this process, and leaves an inherited one as it is.
    fn drop(&mut self) {
        let _held = fork::hold();
        self.close();
    }
}

impl Lazy {
    /// Closes the connection; it is opened again when it is needed next.
    pub(super) fn close(&mut self) {
        if let Some((owner, connection)) = self.open.take()
            && owner != std::process::id()
        {
            core::mem::forget(connection);
        }
    }

    /// Returns a place without a connection.
    pub(super) fn new(path: &Path, durability: Durability) -> Self {
        Self { path: path.to_owned(), durability, open: None, file: None }
    }

    /// Returns the connection of this process.
    pub(super) fn get(&mut self) -> Result<&mut Connection> {
        let process = std::process::id();
        // The connection of the parent is left as it is: to close it would end what the parent does with the file.
        if let Some((_, inherited)) = self.open.take_if(|(owner, _)| *owner != process) {
            core::mem::forget(inherited);
        }
        let found = identity(&self.path);
        if self.open.is_some() && self.file != found {
            let message = "the file of the store was taken away or replaced while it was open";
            return Err(Error::new(Cause::StoreUnavailable, message));
        }
        match &mut self.open {
            Some((_, connection)) => Ok(connection),
            place @ None => {
                let connection = open(&self.path, self.durability)?;
                self.file = identity(&self.path);
                Ok(&mut place.insert((process, connection)).1)
            }
        }
    }
}

/// Returns what tells the file at a path from another one.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;

    std::fs::metadata(path).ok().map(|it| (it.dev(), it.ino()))
}

/// Elsewhere a file that is open cannot be taken away.
#[cfg(not(unix))]
fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}
