//! Records in their tables.

use super::failure::failure;
use super::nodes::signed;
use super::sqlite::document;
use crate::audit::{Part, Record, Removal, SealedPart};
use crate::canonical::Hash;
use crate::engine::Unsealed;
use crate::error::{Cause, Error, Result};
use crate::store::{Held, KeyScope, Query, StoredAnswer, StoredEvent, StoredLeaf};
use crate::time::Instant;
use core::fmt::Write as _;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The columns of a record, as [`held`] reads them.
const COLUMNS: &str = "record.seq, audit_id, leaf, entity_id, features, features_salt, found, found_salt, \
                       request, request_salt, response, response_salt, \"rows\", rows_salt";

/// Writes a record.
pub(super) fn insert(connection: &Connection, tenant: &str, record: &Record, own: &Unsealed) -> Result<()> {
    let run = |sql: &str, values: &[&dyn ToSql]| {
        connection.prepare_cached(sql).and_then(|mut it| it.execute(values)).map_err(failure)
    };
    let seq = signed(record.seq)?;
    run(
        "INSERT INTO record (seq, tenant, audit_id, request_id, leaf) VALUES (?1, ?2, ?3, ?4, CAST(?5 AS TEXT))",
        params![seq, tenant, record.audit_id, own.request_id(), record.leaf],
    )?;
    let part = |part| record.parts.get(&part).map(|it: &SealedPart| &*it.body);
    let salt = |part| record.parts.get(&part).map(|it: &SealedPart| it.salt);
    run(
        "INSERT INTO body (seq, features, features_salt, found, found_salt, request, request_salt, response,
             response_salt, \"rows\", rows_salt)
         VALUES (?1, CAST(?2 AS TEXT), ?3, CAST(?4 AS TEXT), ?5, CAST(?6 AS TEXT), ?7, CAST(?8 AS TEXT), ?9,
             CAST(?10 AS TEXT), ?11)",
        params![
            seq,
            part(Part::Features),
            salt(Part::Features),
            part(Part::Found),
            salt(Part::Found),
            part(Part::Request),
            salt(Part::Request),
            part(Part::Response),
            salt(Part::Response),
            part(Part::Rows),
            salt(Part::Rows),
        ],
    )?;
    if let Some(entity_id) = &own.entity_id {
        run(
            "INSERT INTO subject (seq, tenant, entity_id) VALUES (?1, ?2, ?3)",
            params![seq, tenant, entity_id],
        )?;
    }
    Ok(())
}

/// Returns whether a record about a person has this number or a later one.
pub(super) fn is_later(connection: &Connection, tenant: &str, entity_id: &str, seen: u64) -> Result<bool> {
    let sql = "SELECT count(*) FROM subject WHERE tenant = ?1 AND entity_id = ?2 AND seq >= ?3";
    let mut statement = connection.prepare_cached(sql).map_err(failure)?;
    let later = statement.query_row(params![tenant, entity_id, signed(seen)?], |row| row.get::<_, i64>(0));
    Ok(later.map_err(failure)? > 0)
}

/// Takes parts out of records, and the answers that hold them; what is gone already stays so. Where the person is forgotten,
/// the records are about nobody.
pub(super) fn remove(connection: &Connection, tenant: &str, removal: &Removal, forgets: bool) -> Result<()> {
    let run = |sql: &str, values: &[&dyn ToSql]| {
        connection.prepare_cached(sql).and_then(|mut it| it.execute(values)).map_err(failure)
    };
    let own = "(SELECT seq FROM record WHERE audit_id = ?1 AND tenant = ?2)";
    for (audit_id, parts) in &removal.parts {
        let key = params![audit_id, tenant];
        for part in parts {
            let part = part.as_str();
            let sql = format!("UPDATE body SET \"{part}\" = NULL, {part}_salt = NULL WHERE seq = {own}");
            run(&sql, key)?;
        }
        if parts.contains(&Part::Response) || parts.contains(&Part::Features) {
            run("DELETE FROM answer WHERE audit_id = ?1 AND tenant = ?2", key)?;
            run("DELETE FROM event WHERE audit_id = ?1 AND tenant = ?2", key)?;
        }
        if forgets {
            run(&format!("DELETE FROM subject WHERE seq = {own}"), key)?;
        }
    }
    Ok(())
}

/// Returns the record with this id, or of the call with this id.
pub(super) fn get(connection: &Connection, tenant: &str, id: &str) -> Result<Option<Held>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM record LEFT JOIN body USING (seq) LEFT JOIN subject USING (seq)
         WHERE (audit_id = ?2 OR request_id = ?2) AND record.tenant = ?1"
    );
    let mut statement = connection.prepare_cached(&sql).map_err(failure)?;
    statement.query_row(params![tenant, id], held).optional().map_err(failure)
}

/// Returns the next records that a query asks for.
pub(super) fn page(connection: &Connection, tenant: &str, query: &Query) -> Result<Vec<Held>> {
    let mut sql = format!(
        "SELECT {COLUMNS} FROM record LEFT JOIN body USING (seq) LEFT JOIN subject USING (seq)
         WHERE record.tenant = ?1 AND record.seq >= ?2"
    );
    let (from, most) = (signed(query.from_seq)?, i64::try_from(query.most).unwrap_or(i64::MAX));
    let since = query.since.map(|it| it.to_string());
    let until = query.until.map(|it| it.to_string());
    let mut values: Vec<&dyn ToSql> = vec![&tenant, &from];
    // Instants are compared as the wire sorts them: by their second, then as text of a fraction that may be absent.
    let asked: [(&str, Option<&dyn ToSql>); 4] = [
        ("entity_id =", query.entity_id.as_ref().map(|it| it as &dyn ToSql)),
        ("operation =", query.operation.as_ref().map(|it| it as &dyn ToSql)),
        ("rtrim(recorded_at, 'Z') >=", since.as_ref().map(|it| it as &dyn ToSql)),
        ("rtrim(recorded_at, 'Z') <", until.as_ref().map(|it| it as &dyn ToSql)),
    ];
    for (condition, value) in asked {
        let Some(value) = value else { continue };
        values.push(value);
        let number = values.len();
        let value = if condition.starts_with("rtrim") {
            format!("rtrim(?{number}, 'Z')")
        } else {
            format!("?{number}")
        };
        let _ = write!(sql, " AND {condition} {value}");
    }
    values.push(&most);
    // Writing to a text does not fail.
    let _ = write!(sql, " ORDER BY record.seq LIMIT ?{}", values.len());
    let mut statement = connection.prepare_cached(&sql).map_err(failure)?;
    let rows = statement.query_map(&*values, held).map_err(failure)?;
    rows.collect::<rusqlite::Result<_>>().map_err(failure)
}

/// Returns the next leaves of the log.
pub(super) fn leaves(connection: &Connection, from: u64, most: usize) -> Result<Vec<StoredLeaf>> {
    let sql = "SELECT seq, leaf, audit_id, request_id FROM record WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
    let mut statement = connection.prepare_cached(sql).map_err(failure)?;
    let rows = statement.query_map(params![signed(from)?, i64::try_from(most).unwrap_or(i64::MAX)], |row| {
        Ok(StoredLeaf {
            ids: [row.get(2)?, row.get(3)?],
            leaf: row.get::<_, String>(1)?.into_bytes(),
            seq: u64::try_from(row.get::<_, i64>(0)?).unwrap_or(u64::MAX),
        })
    });
    rows.map_err(failure)?.collect::<rusqlite::Result<_>>().map_err(failure)
}

/// Returns the next answers under keys.
pub(super) fn answers(
    connection: &Connection,
    tenant: &str,
    after: Option<&KeyScope>,
    most: usize,
) -> Result<Vec<StoredAnswer>> {
    let sql = "SELECT operation, key, body, answer, audit_id FROM answer
               WHERE tenant = ?1 AND (operation, key) > (?2, ?3) ORDER BY operation, key LIMIT ?4";
    let mut statement = connection.prepare_cached(sql).map_err(failure)?;
    let (operation, key) = after.map_or(("", ""), |it| (&it.operation, &it.key));
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![tenant, operation, key, most], |row| {
        Ok(StoredAnswer {
            answer: row.get::<_, String>(3)?.into_bytes(),
            audit_id: row.get(4)?,
            body: Hash::from_bytes(row.get(2)?),
            scope: KeyScope { key: row.get(1)?, operation: row.get(0)?, tenant: tenant.to_owned() },
        })
    });
    rows.map_err(failure)?.collect::<rusqlite::Result<_>>().map_err(failure)
}

/// Returns the next events.
pub(super) fn events(
    connection: &Connection,
    tenant: &str,
    from: u64,
    most: usize,
) -> Result<Vec<StoredEvent>> {
    let sql = "SELECT number, audit_id, entity_id, occurred_at, type, data FROM event
               WHERE tenant = ?1 AND number >= ?2 ORDER BY number LIMIT ?3";
    let mut statement = connection.prepare_cached(sql).map_err(failure)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![tenant, signed(from)?, most]).map_err(failure)?;
    let mut events = Vec::new();
    while let Some(row) = rows.next().map_err(failure)? {
        events.push(event(row).map_err(failure)??);
    }
    Ok(events)
}

fn event(row: &Row<'_>) -> rusqlite::Result<Result<StoredEvent>> {
    let (occurred_at, data): (String, String) = (row.get(3)?, row.get(5)?);
    let (number, kind) = (row.get::<_, i64>(0)?, row.get(4)?);
    let (audit_id, entity_id) = (row.get(1)?, row.get(2)?);
    let damaged = |_| Error::new(Cause::StoreCorrupt, "an event of the store is not of its form");
    Ok(document(&data).and_then(|data| {
        let occurred_at = Instant::parse(&occurred_at).map_err(damaged)?;
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        Ok(StoredEvent { audit_id, data, entity_id, kind, number, occurred_at })
    }))
}

fn held(row: &Row<'_>) -> rusqlite::Result<Held> {
    let mut parts = BTreeMap::new();
    for (number, part) in Part::ALL.iter().enumerate() {
        let at = 4 + 2 * number;
        let (body, salt): (Option<String>, Option<[u8; 16]>) = (row.get(at)?, row.get(at + 1)?);
        if let (Some(body), Some(salt)) = (body, salt) {
            parts.insert(*part, SealedPart { body: body.into_bytes().into(), salt });
        }
    }
    let record = Record {
        audit_id: row.get(1)?,
        leaf: row.get::<_, String>(2)?.into_bytes(),
        parts,
        seq: u64::try_from(row.get::<_, i64>(0)?).unwrap_or(u64::MAX),
    };
    Ok(Held { entity_id: row.get(3)?, record: Arc::new(record) })
}
