//! The balances of an account, row by row: carried, compared with the stated ones, and filled in.

use super::account::Period;
use super::cases::Tally;
use super::cover::STRETCH_DAYS;
use super::finding::FindingKind;
use super::ledger::Row;
use super::validate::on_wire;
use crate::time::Date;

/// What the walk saw.
pub(super) struct Walk {
    /// Balance before the first row, in minor units.
    pub(super) opening_minor: Option<i64>,
    /// Days with rows.
    pub(super) days: u32,
    /// Days whose balances chain from the close of the day before.
    pub(super) days_chained: u32,
    /// Stated balances that are not the balance before plus the amount: expected and stated.
    pub(super) breaks: Tally,
    /// The first stated balance, if it does not follow from the stated opening balance.
    pub(super) opening: Tally,
    /// The first row of each stretch but the earliest: rows whose neighbours lie at most [`STRETCH_DAYS`] apart, or further
    /// where the balances stated on both sides chain.
    pub(super) stretches: Vec<usize>,
}

/// Returns the first row of the latest stretch.
pub(super) fn latest(stretches: &[usize]) -> usize {
    stretches.last().copied().unwrap_or_default()
}

/// Returns whether a row shows that the account was in use on its day: it moved money or states a balance, and is not in
/// doubt. Rows hold stated balances only until they are walked.
pub(super) fn is_evidence(row: &Row) -> bool {
    !row.disputed && (row.amount_minor != 0 || row.balance_minor.is_some())
}

/// A carried balance beyond +-(2^53 - 1) minor units, at this row of the request.
pub(super) struct Overflow {
    pub(super) input: u32,
}

/// Walks the rows, which are in ledger order and hold stated balances only, and fills in the carried ones.
///
/// A day chains if each of its stated balances lies within the tolerance of the carried one. A day that states
/// none chains if the next stated balance does; before any stated balance nothing can be checked.
/// `attested` are days for which a provider answered: no gap within them parts the rows.
pub(super) fn walk(
    rows: &mut [Row],
    stated_opening: Option<i64>,
    tolerance: i64,
    attested: Option<Period>,
) -> Result<Walk, Overflow> {
    let mut walk = Walk {
        opening_minor: stated_opening,
        days: 0,
        days_chained: 0,
        breaks: Tally::new(FindingKind::ChainBreak),
        opening: Tally::new(FindingKind::OpeningBalanceMismatch),
        stretches: Vec::new(),
    };
    let mut carried = stated_opening;
    let mut opening_unchecked = stated_opening.is_some();
    let mut pending = 0;
    // Pending rows since the last stated balance, in minor units.
    let mut held = 0_i64;
    // The first row after each wide gap since the last stated balance.
    let mut gaps: Vec<usize> = Vec::new();
    let (mut before, mut place, mut is_anchored) = (None, 0, false);
    // The balance that rows without doubt carry: only they bridge a gap.
    let mut sure = stated_opening;
    for day in rows.chunk_by_mut(|a, b| a.date == b.date) {
        let start = place;
        place += day.len();
        if let Some(row) = day.iter().find(|row| is_evidence(row)) {
            let is_attested =
                |from: Date| attested.is_some_and(|period| period.from <= from && row.date <= period.to);
            let parts = |before: Date| row.date.days_since(before) > STRETCH_DAYS && !is_attested(before);
            if before.is_some_and(parts) {
                // Without a row that states a balance before the gap nothing can chain across it.
                if is_anchored { &mut gaps } else { &mut walk.stretches }.push(start);
            }
            before = Some(row.date);
        }
        let (mut stated_any, mut all_met) = (false, true);
        for row in day {
            if row.disputed && row.balance_minor.is_none() {
                held = held.saturating_add(row.amount_minor);
            }
            let expected = carried.map(|balance| add(balance, row.amount_minor, row)).transpose()?;
            match bridge(row, &mut sure, &mut is_anchored, tolerance) {
                Some(true) => gaps.clear(),
                Some(false) => walk.stretches.append(&mut gaps),
                None => {}
            }
            if let Some(stated) = row.balance_minor {
                let met = meets(expected, stated, held, tolerance);
                held = 0;
                if let Some(expected) = expected.filter(|_| !met) {
                    let tally = if opening_unchecked { &mut walk.opening } else { &mut walk.breaks };
                    tally.case(&[row.input], &[expected, stated], row.date, row.date);
                }
                if !stated_any && met {
                    walk.days_chained += pending;
                }
                pending = 0;
                opening_unchecked = false;
                stated_any = true;
                all_met &= met;
            }
            carried = row.balance_minor.or(expected);
            row.balance_minor = carried;
        }
        walk.days += 1;
        walk.days_chained += u32::from(stated_any && all_met);
        pending += u32::from(!stated_any && carried.is_some());
    }
    walk.stretches.append(&mut gaps);
    if walk.opening_minor.is_none() {
        walk.opening_minor = fill_back(rows)?;
    }
    Ok(walk)
}

/// Takes the balances of the latest stretch from its first row that states one, at place `anchor`, or forgets them: before
/// that row nothing shows what a break that nothing bridges left of the balance before it.
pub(super) fn restart(rows: &mut [Row], anchor: Option<usize>) -> Result<(), Overflow> {
    let (unknown, known) = rows.split_at_mut(anchor.unwrap_or(rows.len()));
    for row in unknown {
        row.balance_minor = None;
    }
    if !known.is_empty() {
        fill_back(rows)?;
    }
    Ok(())
}

/// Carries the balance of the rows without doubt over a row, and returns whether it leads to the one that the row states.
fn bridge(row: &Row, sure: &mut Option<i64>, is_anchored: &mut bool, tolerance: i64) -> Option<bool> {
    if row.disputed {
        return None;
    }
    let follows = sure.map(|balance| balance.saturating_add(row.amount_minor));
    *sure = row.balance_minor.or(follows);
    let stated = row.balance_minor?;
    *is_anchored = true;
    Some(follows.is_some_and(|it| it.abs_diff(stated) <= tolerance.unsigned_abs()))
}

/// Returns whether a stated balance follows from the one before it, if that is known. It may hold the pending rows since
/// then, whose sum is `held`, or leave them out.
fn meets(expected: Option<i64>, stated: i64, held: i64, tolerance: i64) -> bool {
    let near = |expected: i64| expected.abs_diff(stated) <= tolerance.unsigned_abs();
    expected.is_none_or(|expected| near(expected) || near(expected.saturating_sub(held)))
}

/// Carries the first stated balance back to the rows before it and returns the balance before the first row.
fn fill_back(rows: &mut [Row]) -> Result<Option<i64>, Overflow> {
    let stated = rows.iter().position(|row| row.balance_minor.is_some());
    let mut after = None;
    for row in rows.iter_mut().take(stated.map_or(0, |at| at + 1)).rev() {
        row.balance_minor = row.balance_minor.or(after);
        after = row.balance_minor.map(|balance| add(balance, -row.amount_minor, row)).transpose()?;
    }
    Ok(after)
}

fn add(balance: i64, amount: i64, row: &Row) -> Result<i64, Overflow> {
    balance.checked_add(amount).filter(|&sum| on_wire(sum)).ok_or(Overflow { input: row.input })
}
