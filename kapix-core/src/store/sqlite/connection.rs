//! A connection that is opened when it is first needed, and opened anew in a process that was forked: what SQLite holds
//! is of the process that opened it.

use super::open::{Durability, open};
use crate::error::Result;
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
        Self { path: path.to_owned(), durability, open: None }
    }

    /// Returns the connection of this process.
    pub(super) fn get(&mut self) -> Result<&mut Connection> {
        let process = std::process::id();
        // The connection of the parent is left as it is: to close it would end what the parent does with the file.
        if let Some((_, inherited)) = self.open.take_if(|(owner, _)| *owner != process) {
            core::mem::forget(inherited);
        }
        match &mut self.open {
            Some((_, connection)) => Ok(connection),
            place @ None => Ok(&mut place.insert((process, open(&self.path, self.durability)?)).1),
        }
    }
}
