//! What balances prove that chain over all rows of an account: its rows are of one account, all of them took effect, and none
//! is hidden between them.

use super::found::{self, Building};
use crate::domain::TransactionStatus;
use crate::error::Result;
use crate::statement::columns::RowColumns;
use crate::statement::reading::{ReadingFinding, ReadingFindingKind};
use crate::time::UtcOffset;

/// Steps from one balance to another before they prove anything: one may be chance.
const STEPS_MIN: usize = 2;

/// Places where rows of two accounts meet that are looked at.
const MEETS_MAX: usize = 64;

/// Rows about the one where another account may begin, on either side.
const NEAR: usize = 3;

/// Returns whether every row that is booked and moved money states a balance: without one no chain goes over all rows.
pub(super) fn may_chain(accounts: &[Building]) -> bool {
    let is_passed = |rows: &RowColumns, row: usize| rows.balance(row).is_some() || may_state_none(rows, row);
    accounts.iter().all(|it| (0..it.rows.len()).all(|row| is_passed(&it.rows, row)))
}

/// Returns whether a row moved nothing: it took no effect, or its amount is 0.
fn may_state_none(rows: &RowColumns, row: usize) -> bool {
    rows.statuses.get(row) != Some(&TransactionStatus::Posted) || rows.amounts.get(row) == Some(&0)
}

/// Returns the lines of rows without a balance before the first one that states one, or behind the last, where every row between
/// does: payments that are not booked yet stand so, and nothing shows whether they took effect.
pub(super) fn open_ends(accounts: &[Building]) -> Vec<u64> {
    let mut lines = Vec::new();
    for rows in accounts.iter().map(|it| &it.rows) {
        let moved: Vec<usize> = (0..rows.len()).filter(|row| !may_state_none(rows, *row)).collect();
        let states = |row: &&usize| rows.balance(**row).is_some();
        let (first, last) =
            (moved.iter().position(|row| states(&row)), moved.iter().rposition(|row| states(&row)));
        let Some((first, last)) = first.zip(last) else { continue };
        let between = moved.get(first..=last).unwrap_or_default();
        if between.len() > STEPS_MIN && between.iter().all(|row| states(&row)) {
            let ends = moved.iter().take(first).chain(moved.iter().skip(last + 1));
            lines.extend(ends.filter_map(|row| rows.lines.get(*row)));
        }
    }
    lines
}

/// Returns whether several accounts may be one: every row states a balance, those of the accounts do not chain, and where the rows
/// of one meet those of another in the document most do, in either direction.
pub(super) fn may_be_one(accounts: &[RowColumns]) -> bool {
    let states = |rows: &RowColumns| {
        (0..rows.len()).all(|row| rows.balance(row).is_some() || may_state_none(rows, row))
    };
    if accounts.len() < 2 || are_whole(accounts) || !accounts.iter().all(states) {
        return false;
    }
    let of = |(at, rows): (usize, &RowColumns)| {
        let moves = rows.lines.iter().zip(rows.moves());
        moves
            .filter_map(move |(line, (amount, balance))| Some((*line, at, amount, balance?)))
            .collect::<Vec<_>>()
    };
    let mut rows: Vec<(u64, usize, i64, i64)> = accounts.iter().enumerate().flat_map(of).collect();
    rows.sort_unstable();
    let meets = rows.windows(2).filter_map(|pair| match pair {
        [(_, one, before, first), (_, other, amount, second)] if one != other => {
            let change = i128::from(*second) - i128::from(*first);
            Some(change == i128::from(*amount) || change == -i128::from(*before))
        }
        _ => None,
    });
    let (mut all, mut chained) = (0_usize, 0_usize);
    for chains in meets.take(MEETS_MAX) {
        all += 1;
        chained += usize::from(chains);
    }
    chained * 2 >= all
}

/// Returns whether the balances of each account chain over all its rows.
pub(super) fn are_whole(accounts: &[RowColumns]) -> bool {
    accounts.iter().all(|rows| is_chain(rows, 0..rows.len()))
}

/// Returns the lines of opening balances between rows: another account may begin there.
pub(super) fn openings_between(accounts: &[Building]) -> impl Iterator<Item = u64> {
    let between = |account: &Building| {
        let rows = account.rows.len();
        let edges =
            account.edges.iter().filter(move |it| it.is_opening && (1..rows).contains(&it.rows_before));
        edges.map(|it| it.line).collect::<Vec<u64>>()
    };
    accounts.iter().flat_map(between)
}

/// Returns whether the balances of each account chain over all its rows. Where they do only with its parts in the order of
/// their days, as months that come the newest first, the rows are put in that order, which is told.
pub(super) fn chains(accounts: &mut [Building], findings: &mut Vec<ReadingFinding>) -> bool {
    let mut are_whole = !accounts.is_empty();
    for account in accounts {
        if is_chain(&account.rows, 0..account.rows.len()) {
            continue;
        }
        let orders = [by_days(&account.rows), with_days_turned(account)];
        let mut orders = orders.into_iter().flatten();
        let Some(order) = orders.find(|order| is_chain(&account.rows, order.iter().copied())) else {
            are_whole = false;
            continue;
        };
        let line = account.rows.lines.first().copied().unwrap_or_default();
        if findings.iter().all(|found| found.kind != ReadingFindingKind::NewestFirst) {
            findings.push(ReadingFindingKind::NewestFirst.at(vec![line]));
        }
        put_in_order(account, &order);
    }
    are_whole
}

/// Returns whether an account with balances that chain goes on where another one may begin: two accounts may follow one another
/// where the first is empty, so a balance of 0 shows nothing.
pub(super) fn goes_on(accounts: &[Building], beginnings: &[u64]) -> bool {
    beginnings.is_empty() || accounts.iter().all(|account| does_go_on(account, beginnings))
}

fn does_go_on(account: &Building, beginnings: &[u64]) -> bool {
    let rows = &account.rows;
    let is_empty = |row: usize| rows.balance(row) == Some(0);
    beginnings.iter().all(|begins| {
        // In the order of time the other account begins wherever rows before its line meet rows behind it.
        let mut meets = rows.lines.windows(2).zip(1..).filter_map(|(pair, row)| match pair {
            [before, next] if (before < begins) != (next < begins) => Some(row),
            _ => None,
        });
        // A name may be missing in the row where it begins, and a title may stand a row early or late.
        meets.all(|row: usize| !(row.saturating_sub(NEAR)..row + NEAR).any(is_empty))
    })
}

/// Returns whether such balances settle a finding.
pub(super) fn may_settle(found: &ReadingFinding) -> bool {
    use ReadingFindingKind::{HiddenRows, SectionDoubtful, StateUnknown};
    matches!(found.kind, HiddenRows | SectionDoubtful | StateUnknown)
}

/// Takes out the findings of what such balances prove, but for lines behind the last row that no closing balance follows. One
/// in another form than rows have is refused there.
pub(super) fn settle(
    findings: &mut Vec<ReadingFinding>,
    found: (&[u64], &[u64]),
    accounts: &[Building],
) -> Result<()> {
    let (hidden, in_another_form) = found;
    findings.retain(|found| !may_settle(found));
    let last = accounts.iter().filter_map(|it| it.rows.lines.iter().max()).max().copied().unwrap_or_default();
    let is_closed = accounts.iter().all(|it| it.ends()[1].is_some());
    let is_behind = |line: &u64| *line > last && !is_closed;
    if let Some(line) = in_another_form.iter().copied().find(is_behind) {
        return Err(found::in_another_form(line));
    }
    let behind: Vec<u64> = hidden.iter().copied().filter(is_behind).collect();
    findings.extend((!behind.is_empty()).then(|| ReadingFindingKind::HiddenRows.at(behind)));
    Ok(())
}

/// Returns whether each balance is the one before and the amount, over rows in an order. A row that moved nothing may state none,
/// or the one before.
fn is_chain(rows: &RowColumns, order: impl Iterator<Item = usize>) -> bool {
    let (mut before, mut steps) = (None, 0);
    for row in order {
        let (Some(amount), Some(status)) = (rows.amounts.get(row), rows.statuses.get(row)) else {
            return false;
        };
        let is_posted = *status == TransactionStatus::Posted;
        let Some(balance) = rows.balance(row) else {
            if may_state_none(rows, row) {
                continue;
            }
            return false;
        };
        if let Some(before) = before.replace(balance) {
            let change = i128::from(balance) - i128::from(before);
            if change != i128::from(*amount) && (is_posted || change != 0) {
                return false;
            }
            steps += usize::from(change != 0);
        }
    }
    steps >= STEPS_MIN
}

/// Returns the rows with the parts in the order of their days; a part ends where the days go back. `None` where there is one part,
/// or where two cover one another.
fn by_days(rows: &RowColumns) -> Option<Vec<usize>> {
    let days: Vec<i32> = rows.at.iter().map(|at| at.date(UtcOffset::UTC).epoch_days()).collect();
    let goes_back = |row: &usize| days.get(row - 1) > days.get(*row);
    let starts: Vec<usize> = [0].into_iter().chain((1..days.len()).filter(goes_back)).collect();
    let ends = starts.iter().skip(1).copied().chain([days.len()]);
    let mut parts: Vec<(i32, i32, core::ops::Range<usize>)> = Vec::with_capacity(starts.len());
    for (from, to) in starts.iter().copied().zip(ends) {
        parts.push((*days.get(from)?, *days.get(to.checked_sub(1)?)?, from..to));
    }
    parts.sort_by_key(|(first, _, rows)| (*first, rows.start));
    let is_apart = parts.windows(2).all(|pair| match pair {
        [(_, last, _), (first, ..)] => last <= first,
        _ => true,
    });
    (parts.len() > 1 && is_apart).then(|| parts.into_iter().flat_map(|(.., rows)| rows).collect())
}

/// Returns the rows of a document that had the newest day first with those of each day the other way round: they may go up within
/// a day. `None` for any other document.
fn with_days_turned(account: &Building) -> Option<Vec<usize>> {
    if !account.newest_first {
        return None;
    }
    let at = &account.rows.at;
    let days: Vec<i32> = at.iter().map(|at| at.date(UtcOffset::UTC).epoch_days()).collect();
    let mut order = Vec::with_capacity(days.len());
    for day in days.chunk_by(|one, other| one == other) {
        let first = order.len();
        order.extend((first..first + day.len()).rev());
    }
    Some(order)
}

/// Puts the rows of an account in an order, and what stands between them with the rows of its part.
fn put_in_order(account: &mut Building, order: &[usize]) {
    let count = account.rows.len();
    let mut places = vec![0; count];
    let mut rows = RowColumns::default();
    for (place, row) in order.iter().enumerate() {
        let line = account.rows.lines.get(*row).copied().unwrap_or_default();
        if let Some((row, own)) = account.rows.get(*row).zip(places.get_mut(*row)) {
            *own = place;
            rows.push(&row, line);
        }
    }
    let newest_first = core::mem::take(&mut account.newest_first);
    let of = |rows_before: usize| if newest_first { count - rows_before } else { rows_before };
    let behind = |at: usize| at.checked_sub(1).and_then(|row| places.get(row)).map_or(0, |place| place + 1);
    let before = |at: usize| places.get(at).copied().unwrap_or(count);
    for edge in &mut account.edges {
        let at = of(edge.rows_before);
        edge.rows_before = if edge.is_opening { before(at) } else { behind(at) };
        edge.is_opening = if edge.is_by_place { edge.rows_before == 0 } else { edge.is_opening };
    }
    account.edges.sort_by_key(|edge| edge.rows_before);
    account.gaps.iter_mut().for_each(|gap| gap.rows_before = behind(of(gap.rows_before)));
    for fee in &mut account.fees {
        fee.row = before(if newest_first { count - 1 - fee.row } else { fee.row });
    }
    account.rows = rows;
}
