//! Which days an account covers, and where the data of an applicant end.

use super::cases::Tally;
use super::finding::FindingKind;
use super::ledger::{AccountLedger, Row};
use super::uploads::Uploads;
use crate::time::Date;

/// Days between two rows up to which they are one history, whatever their balances say.
pub(super) const STRETCH_DAYS: i32 = 45;

/// Rows that a stretch has at least to be a history of its own.
const STRETCH_ROWS_MIN: usize = 5;

/// Days before its first row and after its last that a stated period covers by itself.
const PERIOD_PROVES_DAYS: i32 = 7;

/// Days that the cover of an account may end before that of another.
const ENDS_EARLY_DAYS: i32 = 7;

/// The days that an account covers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cover {
    pub(super) days: Option<(Date, Date)>,
    /// It ends on the day on which the provider was read.
    pub(super) is_read_to_its_end: bool,
    /// First day of the latest stretch of rows; before it lie the isolated ones.
    pub(super) stretch: Option<Date>,
    /// Nothing shows the balances of the latest stretch: a break lies before it, no row of it states one, and the closing
    /// balance is not what the rows before the break lead to.
    pub(super) is_unproven: bool,
}

/// Where the data of an applicant end.
pub(super) struct End {
    /// The latest covered day of any account.
    pub(super) day: Date,
    /// Days from there to the day of `as_of`.
    pub(super) age_days: i32,
    /// The applicant did not choose it.
    pub(super) is_given: bool,
}

/// Returns the days that an account covers; `stretch` is the first row of the latest stretch of `rows`, which are in
/// ledger order, and `last_day` the day of `as_of`.
///
/// Days after the last row are covered if a stated closing balance is the balance after that row, up to the end of the
/// period, or up to the day on which the provider was read. A period by itself covers seven of them. Days before the first
/// row are covered from the beginning of the period if they are no more than seven, if the opening balance leads to the
/// first row's, or if a provider was read. Rows of 0 that state no balance show nothing, and no cover begins
/// with a row in doubt.
pub(super) fn cover(uploads: &Uploads<'_>, rows: &[Row], stretch: usize, last_day: Date) -> Cover {
    let account = uploads.account();
    let period = uploads.period().filter(|period| period.from <= last_day);
    let read_on = uploads.retrieved_at.map(|instant| instant.date_at(account.utc_offset));
    let tolerance = account.chain_tolerance_minor.unsigned_abs();
    let meets = |one: Option<i64>, other: Option<i64>| {
        one.zip(other).is_some_and(|(one, other)| one.abs_diff(other) <= tolerance)
    };
    let stated = |row: &Row| uploads.transaction(row.input).and_then(|row| row.balance_minor);
    let shows = |row: &&Row| row.amount_minor != 0 || stated(row).is_some();
    let current = rows.get(stretch..).unwrap_or_default();
    let read_on = read_on.filter(|day| !is_left_off(current, (*day).min(last_day)));
    let is_whole = stretch == 0;
    let stretch = current.first().map(|row| row.date);
    let first = current.iter().find(|row| !row.disputed && shows(row));
    let last = current.iter().rev().find(shows);
    let closes = last.is_some_and(|last| meets(uploads.closing_minor(), last.balance_minor));
    let is_unproven = !is_whole && !closes && !current.iter().any(|row| stated(row).is_some());
    let Some((first, last)) = first.zip(last) else {
        let Some(period) = period else {
            return Cover { stretch, is_unproven, ..Cover::default() };
        };
        let is_quiet = meets(uploads.opening_minor(), uploads.closing_minor());
        let days = if is_quiet || read_on.is_some() { i32::MAX } else { PERIOD_PROVES_DAYS - 1 };
        let covered = till(period.from, later(period.from, days).min(period.to), read_on, last_day);
        return Cover { stretch, is_unproven, ..covered };
    };
    let end = match period {
        Some(period) if closes || read_on.is_some() => period.to,
        Some(period) => period.to.min(later(last.date, PERIOD_PROVES_DAYS)),
        None => read_on.unwrap_or(last.date),
    };
    let before = stated(first).and_then(|balance| balance.checked_sub(first.amount_minor));
    let from = period.map(|period| period.from).filter(|from| {
        first.date.days_since(*from) <= PERIOD_PROVES_DAYS
            || (is_whole && (read_on.is_some() || meets(uploads.opening_minor(), before)))
    });
    let covered = till(from.unwrap_or(first.date).min(first.date), end, read_on, last_day);
    // Rows after the period, or after the reading, are covered too: the account must not drop out of the windows.
    let (from, to) = covered.days.unwrap_or((first.date, last.date));
    let days = Some((from.min(first.date), to.max(last.date)));
    Cover { days, stretch, is_unproven, ..covered }
}

/// Returns whether an account that moved often has no row for so long before the day of reading that rows may be left out.
fn is_left_off(rows: &[Row], read_on: Date) -> bool {
    let moved = || rows.iter().rev().filter(|row| row.amount_minor != 0);
    let Some(last) = moved().next().map(|row| row.date) else { return false };
    let is_before = |row: &&Row| last.days_since(row.date) <= STRETCH_DAYS;
    read_on.days_since(last) > STRETCH_DAYS && moved().take_while(is_before).count() >= STRETCH_ROWS_MIN
}

/// Returns the cover up to a day, no further than the provider was read and than `last_day`.
fn till(from: Date, end: Date, read_on: Option<Date>, last_day: Date) -> Cover {
    let to = read_on.map_or(end, |read_on| end.min(read_on)).min(last_day);
    let is_read_to_its_end = read_on.is_some_and(|read_on| read_on.min(last_day) == to);
    Cover { days: (from <= to).then_some((from, to)), is_read_to_its_end, ..Cover::default() }
}

fn later(day: Date, days: i32) -> Date {
    day.epoch_days().checked_add(days).and_then(|days| Date::from_epoch_days(days).ok()).unwrap_or(Date::MAX)
}

/// Returns where the data of all accounts end; `None` where none covers a day.
pub(super) fn end(accounts: &[AccountLedger], covers: &[Cover]) -> Option<End> {
    let ends =
        || covers.iter().zip(accounts).filter_map(|(cover, account)| Some((cover.days?.1, cover, account)));
    let day = ends().map(|(end, ..)| end).max()?;
    let latest = || ends().filter(|(end, ..)| *end == day);
    Some(End {
        day,
        age_days: latest().map(|(.., account)| account.last_day.days_since(day)).min()?,
        is_given: day == day.last_of_month() || latest().any(|(_, cover, _)| cover.is_read_to_its_end),
    })
}

/// Returns the case of an account whose cover ends early.
pub(super) fn ends_early(cover: Cover, end: Date) -> Option<(Date, i32)> {
    let (_, own) = cover.days?;
    let days = end.days_since(own);
    (days > ENDS_EARLY_DAYS).then_some((own, days))
}

/// Marks the rows of earlier stretches that are too short to be a history, and returns them. Rows of 0 are none of them.
/// `stretches` are the first rows of all stretches but the earliest.
pub(super) fn isolated(rows: &mut [Row], stretches: &[usize]) -> Tally {
    let mut tally = Tally::new(FindingKind::IsolatedRows);
    let mut start = 0;
    for &next in stretches {
        let stretch = rows.get_mut(start..next).unwrap_or_default();
        start = next;
        let moved = || stretch.iter().filter(|row| row.amount_minor != 0);
        if moved().count() >= STRETCH_ROWS_MIN {
            continue;
        }
        for row in stretch.iter_mut().filter(|row| row.amount_minor != 0) {
            row.disputed = true;
            tally.disputed(&[row.input], row.amount_minor, row.date, row.date);
        }
    }
    tally
}
