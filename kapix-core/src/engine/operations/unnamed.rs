//! Accounts that no document names. Two documents of one id are uploads of one account; where the id is only that of a
//! document without a name, their rows or balances must show it.

use crate::domain::{Account, Data, SourceKey};
use crate::error::{Cause, Error, Result};
use crate::time::Date;
use std::collections::BTreeMap;

/// The id that reading gives to an account which nothing names, alone or before a hyphen and a number.
const UNNAMED: &str = "account";

/// Refuses accounts of one such id of which neither rows nor balances show that they are one.
pub(super) fn check(data: &Data) -> Result<()> {
    let sources = [
        (SourceKey::Bank, &data.bank),
        (SourceKey::MobileMoney, &data.mobile_money),
        (SourceKey::TransactionHistory, &data.transaction_history),
    ];
    for (key, source) in sources {
        let Some(source) = source else { continue };
        let mut all: BTreeMap<&str, Vec<(usize, Upload<'_>)>> = BTreeMap::new();
        for (index, account) in source.accounts.iter().enumerate().filter(|(_, it)| is_unnamed(it)) {
            all.entry(account.account_id.as_str()).or_default().push((index, Upload::of(account)));
        }
        for mut uploads in all.into_values().filter(|uploads| uploads.len() > 1) {
            uploads.sort_by_key(|(_, upload)| upload.days);
            for (at, (index, upload)) in uploads.iter().enumerate().skip(1) {
                if !uploads.iter().take(at).any(|(_, earlier)| earlier.is_one_with(upload)) {
                    let pointer = format!("/data/{}/accounts/{index}/account_id", key.as_str());
                    return Err(clash().at(pointer));
                }
            }
        }
    }
    Ok(())
}

fn clash() -> Error {
    let message = "two documents that name no account have one id, and no rows or balances show that they are of one \
        account; state `account_id` when reading them: one for the documents of one account, another for another account";
    Error::new(Cause::StatementUnstated, message)
}

fn is_unnamed(account: &Account) -> bool {
    let id = account.account_id.as_str();
    let number = id.strip_prefix(UNNAMED).and_then(|rest| rest.strip_prefix('-'));
    id == UNNAMED
        || number
            .is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
}

/// What an upload shows.
struct Upload<'a> {
    account: &'a Account,
    /// Its first and last day; `None` without rows.
    days: Option<(Date, Date)>,
}

impl<'a> Upload<'a> {
    fn of(account: &'a Account) -> Self {
        let days = account.transactions.iter().map(|row| row.at.date(account.utc_offset));
        let days = days.clone().min().zip(days.max());
        Self { account, days }
    }

    /// Returns whether two uploads share at least half of the rows of the days that both have, or the later one begins with
    /// the balance with which the earlier ends.
    fn is_one_with(&self, later: &Self) -> bool {
        let (Some((first, last)), Some((from, to))) = (self.days, later.days) else { return false };
        let (from, to) = (first.max(from), last.min(to));
        let ([_, end], [start, _]) = (self.ends(), later.ends());
        let meet = end.is_some() && end == start;
        // Two documents may meet within a day.
        if from > to || (from == to && meet) {
            return meet;
        }
        let (own, others) = (self.rows(from, to), later.rows(from, to));
        let shared: usize =
            own.iter().map(|(row, count)| others.get(row).map_or(0, |it| *it.min(count))).sum();
        let of = |rows: &BTreeMap<(Date, i64), usize>| rows.values().sum::<usize>();
        shared > 0 && shared * 2 >= of(&own).min(of(&others))
    }

    /// Returns how often each day and amount occurs in some days.
    fn rows(&self, from: Date, to: Date) -> BTreeMap<(Date, i64), usize> {
        let mut rows = BTreeMap::new();
        for row in &self.account.transactions {
            let day = row.at.date(self.account.utc_offset);
            if from <= day && day <= to {
                *rows.entry((day, row.amount_minor)).or_default() += 1;
            }
        }
        rows
    }

    /// Returns the balances before the first row and after the last one.
    fn ends(&self) -> [Option<i64>; 2] {
        let it = self.account;
        let first = it.transactions.first().and_then(|row| row.balance_minor?.checked_sub(row.amount_minor));
        let last = it.transactions.last().and_then(|row| row.balance_minor);
        [it.opening_balance_minor.or(first), it.closing_balance_minor.or(last)]
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::error::Cause;
    use serde_json::{Value, json};

    fn account(id: &str, rows: &[(&str, i64, Option<i64>)]) -> Value {
        let rows: Vec<Value> = rows
            .iter()
            .map(|(at, amount, balance)| json!({"at": at, "amount_minor": amount, "balance_minor": balance}))
            .collect();
        json!({"account_id": id, "currency": "KES", "kind": "current", "transactions": rows})
    }

    fn checked(accounts: &[Value]) -> Result<(), (Cause, String)> {
        let data = serde_json::from_value(json!({"bank": {"accounts": accounts}})).unwrap();
        check(&data).map_err(|error| (error.cause, error.fields.concat()))
    }

    #[test]
    fn two_documents_without_a_name_are_one_account_only_where_rows_or_balances_show_it() {
        let refused = Err((Cause::StatementUnstated, "/data/bank/accounts/1/account_id".to_owned()));
        let salary =
            [("2026-01-01", 500, Some(500)), ("2026-02-01", 500, Some(1_000)), ("2026-03-01", -5, Some(995))];
        let other = [("2026-01-05", 3, None), ("2026-03-05", 3, None)];
        for id in ["account", "account-2", "account-1-1"] {
            assert_eq!(checked(&[account(id, &salary), account(id, &other)]), refused, "{id}");
            assert_eq!(checked(&[account(id, &salary), account(id, &salary)]), Ok(()));
            assert_eq!(checked(&[account(id, &salary), account(id, &salary[1..])]), Ok(()));
            // The one goes on where the other ends.
            assert_eq!(checked(&[account(id, &salary[2..]), account(id, &salary[..2])]), Ok(()));
            // They meet within a day.
            let rest = [("2026-03-01", -15, Some(980)), ("2026-03-09", -1, Some(979))];
            assert_eq!(checked(&[account(id, &salary), account(id, &rest)]), Ok(()));
            let apart = [("2026-03-01", -15, Some(981)), ("2026-03-09", -1, Some(980))];
            assert_eq!(checked(&[account(id, &salary), account(id, &apart)]), refused);
            let gap = [("2026-04-01", 1, Some(7))];
            assert_eq!(checked(&[account(id, &salary), account(id, &gap)]), refused);
        }
        // A name that someone gave is taken as it is.
        for id in ["accounts", "account-x", "account-", "main"] {
            assert_eq!(checked(&[account(id, &salary), account(id, &other)]), Ok(()), "{id}");
        }
    }
}
