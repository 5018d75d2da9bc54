//! One transaction for the commits of all threads that wait: each is done whole or not at all, and all of them are on the
//! disk after one sync.

use super::failure::failure;
use super::nodes::Log;
use super::records;
use crate::audit::{Record, leaf_hash};
use crate::canonical::{self, Hash};
use crate::engine::Unsealed;
use crate::error::Result;
use crate::store::memory::stored_events;
use crate::store::{Commit, Committed, KeyScope, RowKey, StoredEvent, Write};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

/// Does these commits, in their order, and returns what became of each. An error of the store is that of all of them: none
/// was done.
pub(super) fn run(connection: &mut Connection, batch: Vec<Commit>) -> Result<Vec<Result<Committed>>> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failure)?;
    let mut log = Log::read(&transaction)?;
    let outcomes =
        batch.into_iter().map(|commit| one(&transaction, &mut log, commit)).collect::<Result<Vec<_>>>()?;
    transaction.commit().map_err(failure)?;
    Ok(outcomes)
}

/// Everything of a commit that can be refused, before anything is written.
struct Prepared {
    record: Option<(Record, Unsealed)>,
    key: Option<Keyed>,
    values: Vec<(RowKey, Option<Vec<u8>>)>,
    events: Vec<StoredEvent>,
}

/// An answer under its key.
struct Keyed {
    scope: KeyScope,
    body: Hash,
    answer: Vec<u8>,
    audit_id: Option<String>,
}

/// Does one commit: the outer error is the store's and ends the transaction, the inner one is the commit's own.
fn one(transaction: &Transaction<'_>, log: &mut Log, commit: Commit) -> Result<Result<Committed>> {
    for (key, read) in &commit.reads {
        if version(transaction, &commit.tenant, key)? != *read {
            return Ok(Ok(Committed::Moved));
        }
    }
    if let Some((scope, _, _)) = &commit.key
        && answer_of(transaction, scope)?.is_some()
    {
        return Ok(Ok(Committed::Taken));
    }
    let tenant = commit.tenant.clone();
    if let Some((entity_id, seen)) = &commit.forgets
        && records::is_later(transaction, &commit.tenant, entity_id, *seen)?
    {
        return Ok(Ok(Committed::Moved));
    }
    let forgets = commit.forgets.is_some();
    let prepared = match prepare(commit, log.size()) {
        Ok(prepared) => prepared,
        Err(own) => return Ok(Err(own)),
    };
    write(transaction, log, (&tenant, forgets), prepared)?;
    Ok(Ok(Committed::All))
}

fn prepare(commit: Commit, seq: u64) -> Result<Prepared> {
    let Commit { writes, record, key, events, .. } = commit;
    let value = |write: Write| Ok((write.key, write.value.as_ref().map(canonical::to_vec).transpose()?));
    let events = stored_events(record.as_ref(), &events)?;
    Ok(Prepared {
        events,
        record: match record {
            Some(own) => Some((own.clone().seal(seq)?, own)),
            None => None,
        },
        key: match key {
            Some((scope, body, answer)) => {
                let audit_id = answer.audit_id().map(ToOwned::to_owned);
                Some(Keyed { scope, body, audit_id, answer: answer.to_json()? })
            }
            None => None,
        },
        values: writes.into_iter().map(value).collect::<Result<_>>()?,
    })
}

fn write(
    transaction: &Transaction<'_>,
    log: &mut Log,
    (tenant, forgets): (&str, bool),
    prepared: Prepared,
) -> Result<()> {
    let Prepared { record, key, values, events } = prepared;
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
        transaction.prepare_cached(sql).and_then(|mut it| it.execute(values)).map_err(failure)
    };
    if let Some((record, own)) = record {
        records::insert(transaction, tenant, &record, &own)?;
        log.append(transaction, leaf_hash(&record.leaf))?;
        if let Some(removal) = own.removal() {
            records::remove(transaction, tenant, removal, forgets)?;
        }
    }
    for (key, value) in values {
        run(
            "DELETE FROM state WHERE tenant = ?1 AND name = ?2 AND key = ?3",
            params![tenant, key.table, key.key],
        )?;
        if let Some(value) = value {
            run(
                "INSERT INTO state (tenant, name, key, value) VALUES (?1, ?2, ?3, CAST(?4 AS TEXT))",
                params![tenant, key.table, key.key, value],
            )?;
        }
    }
    if let Some(Keyed { scope, body, answer, audit_id }) = key {
        run(
            "INSERT INTO answer (tenant, operation, key, body, answer, audit_id)
             VALUES (?1, ?2, ?3, ?4, CAST(?5 AS TEXT), ?6)",
            params![scope.tenant, scope.operation, scope.key, body.as_bytes(), answer, audit_id],
        )?;
    }
    for event in events {
        let data = canonical::to_vec(&event.data)?;
        run(
            "INSERT INTO event (tenant, audit_id, entity_id, occurred_at, type, data)
             VALUES (?1, ?2, ?3, ?4, ?5, CAST(?6 AS TEXT))",
            params![tenant, event.audit_id, event.entity_id, event.occurred_at.to_string(), event.kind, data],
        )?;
    }
    Ok(())
}

fn version(connection: &Connection, tenant: &str, key: &RowKey) -> Result<u64> {
    let sql = "SELECT version FROM state WHERE tenant = ?1 AND name = ?2 AND key = ?3";
    let mut statement = connection.prepare_cached(sql).map_err(failure)?;
    let version: Option<i64> = statement
        .query_row(params![tenant, key.table, key.key], |row| row.get(0))
        .optional()
        .map_err(failure)?;
    Ok(version.and_then(|it| u64::try_from(it).ok()).unwrap_or(0))
}

/// Returns what is stored under a key: the hash of the body, and the answer in JSON.
pub(super) fn answer_of(connection: &Connection, scope: &KeyScope) -> Result<Option<(Hash, String)>> {
    let sql = "SELECT body, answer FROM answer WHERE tenant = ?1 AND operation = ?2 AND key = ?3";
    let mut statement = connection.prepare_cached(sql).map_err(failure)?;
    let found = statement
        .query_row(params![scope.tenant, scope.operation, scope.key], |row| {
            Ok((Hash::from_bytes(row.get(0)?), row.get(1)?))
        })
        .optional();
    found.map_err(failure)
}
