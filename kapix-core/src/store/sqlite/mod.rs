//! A store in one SQLite file: what is committed is there when the process, or the machine, comes back.
//!
//! | file | what it holds |
//! |---|---|
//! | `schema.sql`, `open` | the tables, and what a file must be to be opened |
//! | `place` | where a file must not be: on a network file system |
//! | `connection` | connections that are opened when they are needed, again in each process |
//! | `commit` | one transaction for the commits of all threads that wait |
//! | `records` | records, and the parts that are taken out of them |
//! | `nodes` | the subtrees of the log |
//! | `failure` | what SQLite says, as an error of the house |

mod commit;
mod connection;
mod failure;
mod nodes;
mod open;
mod place;
mod records;
#[expect(clippy::module_inception, reason = "the file holds what the folder is named after")]
mod sqlite;
#[cfg(test)]
mod tests;

pub use open::Durability;
pub(crate) use sqlite::SqliteStore;
#[cfg(test)]
pub(crate) use tests::on_a_file;
