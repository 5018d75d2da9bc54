//! What a file must be to be opened as a store, and how it is made.

use super::failure::failure;
use super::place;
use crate::error::{Cause, Error, Result};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::Path;
use std::time::Duration;

/// The schema of this engine; it reads no later one.
pub(super) const SCHEMA: u32 = 1;
/// "KAPX": what marks a file as a store of Kapix.
const APPLICATION: i64 = 0x4b41_5058;
/// How long a call waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);

/// When a commit is on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Before its call returns: a sync for each call.
    Decision,
    /// Before its call returns: one sync for the calls of all threads that wait meanwhile, at most 1,024.
    #[default]
    Group,
    /// When the operating system writes it: a crash of the process loses nothing, one of the machine the last moments.
    Os,
}

/// Opens a connection to the store in a file, which is made if there is none.
pub(super) fn open(path: &Path, durability: Durability) -> Result<Connection> {
    place::check(path)?;
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(failure)?;
    connection.busy_timeout(BUSY).map_err(failure)?;
    // Before the file is changed in any way.
    let is_new = check(&connection)?;
    let synchronous = if durability == Durability::Os { "NORMAL" } else { "FULL" };
    for (name, value) in [
        ("journal_mode", "WAL"),
        ("synchronous", synchronous),
        ("foreign_keys", "ON"),
        ("secure_delete", "ON"),
        ("trusted_schema", "OFF"),
        ("cell_size_check", "ON"),
    ] {
        connection.pragma_update(None, name, value).map_err(failure)?;
    }
    if is_new {
        make(&mut connection)?;
    }
    Ok(connection)
}

/// Returns whether a file is empty; refuses one that is no store, or one of a later schema.
fn check(connection: &Connection) -> Result<bool> {
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(failure);
    let (application, version) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    let refusal = |message: String| Err(Error::new(Cause::StoreSchema, message));
    match (application, version) {
        (APPLICATION, version) if version == i64::from(SCHEMA) => {
            if number("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'")? > 0 {
                return refusal(
                    "the store has a trigger, and no engine made one: somebody else did".to_owned(),
                );
            }
            Ok(false)
        }
        (APPLICATION, _) => refusal(format!(
            "the store has schema `{version}`; this engine reads `{SCHEMA}`: use the engine that wrote it"
        )),
        (0, 0) if number("SELECT count(*) FROM sqlite_schema")? == 0 => Ok(true),
        _ => refusal("the file is a database of another application, no store of Kapix".to_owned()),
    }
}

/// Makes the tables, unless another process has made them meanwhile.
fn make(connection: &mut Connection) -> Result<()> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failure)?;
    if check(&transaction)? {
        transaction.execute_batch(include_str!("schema.sql")).map_err(failure)?;
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(failure)?;
        transaction.pragma_update(None, "user_version", SCHEMA).map_err(failure)?;
    }
    transaction.commit().map_err(failure)
}
