//! The rows of accounts as result columns.

use crate::domain::{Codes, Direction, ResultColumn, ResultColumns, ResultValues, TransactionStatus};
use crate::statement::{AccountRead, RowColumns, Validity, Written};
use crate::time::At;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Returns every row as columns, in the order of the accounts.
pub(super) fn columns(accounts: &[AccountRead], rows: Vec<RowColumns>) -> ResultColumns {
    let names = accounts.iter().map(|it| Arc::from(it.account.account_id.as_str())).collect();
    let (mut owners, mut all) = (Vec::new(), RowColumns::default());
    for (index, mut rows) in rows.into_iter().enumerate() {
        owners.extend(core::iter::repeat_n(code(Some(index)), rows.len()));
        all.append(&mut rows);
    }
    let category = named("category", &all.category, all.len());
    let line = |line: u64| i64::try_from(line).unwrap_or(i64::MAX);
    ResultColumns::from_iter([
        ResultColumn::new("account", ResultValues::Dictionary { codes: Codes::Wide(owners), names }, None),
        ResultColumn::new("amount_minor", ResultValues::Integer(all.amounts), None),
        at(&all.at),
        ResultColumn::new("balance_minor", ResultValues::Integer(all.balances), all.with_balance.bits()),
        category,
        all.counterparty.column("counterparty"),
        all.description.column("description"),
        all.id.column("id"),
        ResultColumn::new("line", ResultValues::Integer(all.lines.into_iter().map(line).collect()), None),
        all.pending_id.column("pending_id"),
        coded("status", &all.statuses, &STATUSES),
        coded("type", &all.directions, &DIRECTIONS),
    ])
}

const STATUSES: [(TransactionStatus, &str); 3] = [
    (TransactionStatus::Posted, "posted"),
    (TransactionStatus::Pending, "pending"),
    (TransactionStatus::Failed, "failed"),
];
const DIRECTIONS: [(Option<Direction>, &str); 2] =
    [(Some(Direction::Credit), "credit"), (Some(Direction::Debit), "debit")];

/// Returns the column of days or of instants; of text where the document has both.
fn at(rows: &[At]) -> ResultColumn {
    let date = |at: &At| match at {
        At::Date(date) => Some(date.epoch_days()),
        At::Instant(_) => None,
    };
    let instant = |at: &At| match at {
        At::Date(_) => None,
        At::Instant(instant) => Some(instant.epoch_microseconds()),
    };
    let dates = rows.iter().map(date).collect::<Option<_>>().map(ResultValues::Date);
    let values = dates.or_else(|| rows.iter().map(instant).collect::<Option<_>>().map(ResultValues::Instant));
    let text = || ResultValues::Text(rows.iter().map(At::to_string).collect());
    ResultColumn::new("at", values.unwrap_or_else(text), None)
}

/// Returns a column of the values that a list names, their names in the order in which they occur.
fn coded<T: PartialEq>(column: &'static str, rows: &[T], list: &[(T, &str)]) -> ResultColumn {
    if let Some((_, name)) = list.iter().find(|(value, _)| rows.iter().all(|own| own == value)) {
        return dictionary(column, vec![code(Some(0)); rows.len()], vec![Arc::from(*name)]);
    }
    let first = |(value, name)| Some((rows.iter().position(|own| own == value)?, value, name));
    let known = list.iter().map(|(value, name)| (value, *name)).filter_map(first);
    let mut known: Vec<(usize, &T, &str)> = known.collect();
    known.sort_unstable_by_key(|(first, ..)| *first);
    if known.is_empty() {
        return dictionary(column, vec![NONE; rows.len()], Vec::new());
    }
    let codes = rows.iter().map(|row| code(known.iter().position(|(_, value, _)| *value == row)));
    dictionary(column, codes.collect(), known.iter().map(|(.., name)| Arc::from(*name)).collect())
}

/// Returns a column of texts of which few differ, their names in the order in which they occur.
fn named(name: &'static str, texts: &Written, rows: usize) -> ResultColumn {
    if texts.is_void() {
        return dictionary(name, vec![NONE; rows], Vec::new());
    }
    let mut names = Vec::new();
    let mut known: BTreeMap<&str, i32> = BTreeMap::new();
    let mut last: Option<(&str, i32)> = None;
    let codes = (0..rows).map(|row| {
        let Some(text) = texts.get(row) else { return NONE };
        let same = last.filter(|(own, _)| *own == text).map(|(_, code)| code);
        let code = same.unwrap_or_else(|| {
            *known.entry(text).or_insert_with(|| {
                names.push(Arc::from(text));
                code(Some(names.len() - 1))
            })
        });
        last = Some((text, code));
        code
    });
    let codes = codes.collect();
    dictionary(name, codes, names)
}

fn dictionary(name: &'static str, codes: Vec<i32>, names: Vec<Arc<str>>) -> ResultColumn {
    let mut validity = Validity::default();
    if codes.contains(&NONE) {
        for code in &codes {
            validity.push(*code != NONE);
        }
    }
    ResultColumn::new(name, ResultValues::Dictionary { codes: Codes::Wide(codes), names }, validity.bits())
}

/// The code of a row without a value.
const NONE: i32 = -1;

fn code(place: Option<usize>) -> i32 {
    place.and_then(|place| i32::try_from(place).ok()).unwrap_or(NONE)
}
