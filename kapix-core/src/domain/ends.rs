//! The balances that uploads state before their first and after their last row, against the rows.

use super::account::TransactionStatus;
use super::build::order_days;
use super::finding::{Finding, FindingKind};
use super::ledger::{AccountLedger, Row};
use super::order::Orderer;
use super::pending;
use super::uploads::{Ends, Uploads};
use crate::time::Date;

/// A balance that is known: after all rows, and after those without the pending ones since the last stated balance.
#[derive(Clone, Copy)]
struct Known {
    minor: i64,
    held_minor: i64,
}

/// A known balance and the stated one that it contradicts, in minor units.
type Contradiction = (i64, i64);

/// Returns the stated ends that contradict the rows of their own document, or those of the uploads before.
///
/// Rows after `as_of` belong to a document too, and so to its closing balance; `has_later` says whether the ledger left some
/// out. The opening balance of the upload that begins first is compared where the ledger is walked.
pub(super) fn mismatches(
    orderer: &mut Orderer,
    uploads: &Uploads<'_>,
    ledger: &AccountLedger,
    has_later: bool,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let tolerance = uploads.account().chain_tolerance_minor;
    let first = uploads.first_begun();
    for (upload, ends) in uploads.ends().enumerate() {
        if ends.opening_minor.is_none() && ends.closing_minor.is_none() {
            continue;
        }
        let finding = |kind, (known, stated): Contradiction, row: Option<&Row>| Finding {
            pointer: uploads.pointer(upload).to_owned(),
            amounts_minor: vec![known, stated],
            rows: row.map(|row| uploads.place(row.input).1).into_iter().collect(),
            ..Finding::of_applicant(kind, 1, row.map(|row| (row.date, row.date)))
        };
        let of_document =
            (uploads.len() > 1 || has_later).then(|| document(orderer, uploads, (upload, &ends)));
        let rows = of_document.as_deref().unwrap_or(&ledger.rows);
        let after = known(uploads, ends.opening_minor, rows).last().copied().zip(ends.closing_minor);
        let closing = after.and_then(|(known, stated)| contradiction(&[known], stated, tolerance));
        found.extend(closing.map(|it| finding(FindingKind::ClosingBalanceMismatch, it, rows.last())));
        let Some(stated) = ends.opening_minor.filter(|_| first != Some(upload)) else { continue };
        let seam = ends.begins.map(|begins| before(uploads, ledger, begins)).unwrap_or_default();
        let opening = own_opening(uploads, stated, rows).or_else(|| contradiction(&seam, stated, tolerance));
        found.extend(opening.map(|it| finding(FindingKind::OpeningBalanceMismatch, it, rows.first())));
    }
    found
}

/// Returns the rows of one upload, those after `as_of` too, as a ledger orders them.
fn document(orderer: &mut Orderer, uploads: &Uploads<'_>, (upload, ends): (usize, &Ends)) -> Vec<Row> {
    let offset = uploads.account().utc_offset;
    let own = uploads
        .transactions()
        .filter(|(input, row)| uploads.place(*input).0 == upload && row.status != TransactionStatus::Failed);
    let row = |(input, transaction): (u32, &super::account::Transaction)| Row {
        input,
        date: transaction.at.date(offset),
        amount_minor: transaction.amount_minor,
        balance_minor: transaction.balance_minor,
        counterparty: None,
        income: false,
        transfer: false,
        disputed: false,
    };
    let mut rows: Vec<Row> = own.map(row).collect();
    rows.sort_by_key(|row| row.date);
    pending::settle(uploads, &mut rows);
    order_days(orderer, &mut rows, ends.opening_minor, uploads.account().chain_tolerance_minor);
    rows
}

/// Returns the balance before the first of some rows and after each, from the first that is known on.
fn known(uploads: &Uploads<'_>, opening_minor: Option<i64>, rows: &[Row]) -> Vec<Known> {
    let mut now = opening_minor.map(|minor| Known { minor, held_minor: 0 });
    let mut all: Vec<Known> = now.into_iter().collect();
    for row in rows {
        let stated = uploads.transaction(row.input).and_then(|row| row.balance_minor);
        let held = if row.disputed { row.amount_minor } else { 0 };
        now = stated.map(|minor| Known { minor, held_minor: 0 }).or(now.map(|now| Known {
            minor: now.minor.saturating_add(row.amount_minor),
            held_minor: now.held_minor.saturating_add(held),
        }));
        all.extend(now);
    }
    all
}

/// Returns the opening balance of a document and the first one that it states, if the latter does not follow.
fn own_opening(uploads: &Uploads<'_>, opening_minor: i64, rows: &[Row]) -> Option<Contradiction> {
    let stated = |row: &Row| uploads.transaction(row.input).and_then(|row| row.balance_minor);
    let (mut minor, mut held_minor) = (opening_minor, 0_i64);
    for row in rows {
        minor = minor.saturating_add(row.amount_minor);
        if let Some(stated) = stated(row) {
            let tolerance = uploads.account().chain_tolerance_minor;
            return contradiction(&[Known { minor, held_minor }], stated, tolerance);
        }
        held_minor = held_minor.saturating_add(if row.disputed { row.amount_minor } else { 0 });
    }
    None
}

/// Returns the balances of the ledger that an upload may begin with, the latest first: those of its first day, and the one
/// before that day.
fn before(uploads: &Uploads<'_>, ledger: &AccountLedger, begins: Date) -> Vec<Known> {
    if ledger.last_day < begins {
        return Vec::new();
    }
    let until = ledger.rows.partition_point(|row| row.date <= begins);
    let earlier = ledger.rows.partition_point(|row| row.date < begins);
    let all = known(uploads, ledger.opening_minor, ledger.rows.get(..until).unwrap_or_default());
    all.into_iter().rev().take(until - earlier + 1).collect()
}

/// Returns the latest of some balances and the stated one, if the latter is none of them, with or without what is pending.
fn contradiction(known: &[Known], stated: i64, tolerance: i64) -> Option<Contradiction> {
    let near = |minor: i64| minor.abs_diff(stated) <= tolerance.unsigned_abs();
    let meets = |it: &Known| near(it.minor) || near(it.minor.saturating_sub(it.held_minor));
    let latest = known.first()?;
    (!known.iter().any(meets)).then_some((latest.minor, stated))
}
