//! The two readings of a ledger with disputed rows: cautiously, and the other way round.

use super::balances;
use super::cover::Cover;
use super::ledger::{AccountLedger, Row};
use super::uploads::Uploads;
use super::validate::on_wire;

/// How disputed rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Credits out, debits in.
    Cautious,
    /// Credits in, debits out.
    Other,
}

impl Reading {
    fn takes(self, row: &Row) -> bool {
        !row.disputed || row.amount_minor == 0 || (row.amount_minor < 0) == (self == Self::Cautious)
    }

    /// Returns the accounts with the rows that this reading takes. Balances that no row states are carried anew.
    pub(super) fn of(
        self,
        accounts: &[AccountLedger],
        (uploads, covers): (&[Uploads<'_>], &[Cover]),
    ) -> Vec<AccountLedger> {
        let of = uploads.iter().zip(covers);
        accounts.iter().zip(of).map(|(account, of)| self.account(account, of)).collect()
    }

    fn account(self, account: &AccountLedger, (uploads, cover): (&Uploads<'_>, &Cover)) -> AccountLedger {
        let mut read = account.clone();
        read.balance_disputed &= self == Self::Cautious;
        if account.rows.iter().all(|row| !row.disputed) {
            return read;
        }
        let stated = |row: &Row| uploads.transaction(row.input).and_then(|row| row.balance_minor);
        let changes = self.changes(account, (uploads, cover), stated);
        // Where no opening balance is stated it was led back over every row: over those too that a reading leaves out.
        let first = account.rows.iter().position(|row| stated(row).is_some());
        let taken = self
            .left_out(account.rows.get(..=first.unwrap_or_default()).unwrap_or_default(), |row| {
                !account.balance_disputed && cover.stretch.is_some_and(|first| first <= row.date)
            });
        let opening = account.opening_minor.filter(|_| uploads.opening_minor().is_none() && first.is_some());
        read.opening_minor = opening.map(|minor| minor.saturating_add(taken)).or(account.opening_minor);
        for (row, change) in read.rows.iter_mut().zip(changes) {
            row.balance_minor = stated(row).map(|balance| balance.saturating_add(change));
        }
        read.rows.retain(|row| self.takes(row));
        let latest = read.rows.partition_point(|row| cover.stretch.is_some_and(|first| row.date < first));
        let anchor = read.rows.iter().skip(latest).position(|row| row.balance_minor.is_some());
        // Amounts were within the wire's range with all rows in; where they are not without some, no balance is known.
        let is_known = read.opening_minor.is_none_or(on_wire)
            && read.rows.iter().filter_map(|row| row.balance_minor).all(on_wire);
        let is_whole = account.rows.first().is_none_or(|row| Some(row.date) == cover.stretch);
        let mut fill = || {
            balances::walk(&mut read.rows, read.opening_minor, 0, None)?;
            let rows = read.rows.get_mut(latest..).unwrap_or_default();
            if is_whole || anchor.is_none() && !cover.is_unproven {
                Ok(())
            } else {
                balances::restart(rows, anchor)
            }
        };
        if !is_known || fill().is_err() {
            read.opening_minor = None;
            read.rows.iter_mut().for_each(|row| row.balance_minor = None);
        }
        read
    }

    /// Returns the sum of the disputed rows that the balance after them leaves out in this reading.
    fn left_out(self, rows: &[Row], counts: impl Fn(&Row) -> bool) -> i64 {
        let is_side = |row: &&Row| (row.amount_minor < 0) == (self == Self::Cautious);
        let disputed = rows.iter().filter(|row| row.disputed && counts(row)).filter(is_side);
        disputed.fold(0, |sum, row| sum.saturating_add(row.amount_minor))
    }

    /// Returns what this reading adds to the balance that each row states.
    ///
    /// The rows since the balance before say whether a stated balance holds the disputed ones of them. Where they do not,
    /// both are possible, and each reading takes the one that agrees with it. Disputed rows of an earlier stretch change no
    /// later balance, and a copy of an account has balances of its own.
    fn changes(
        self,
        account: &AccountLedger,
        (uploads, cover): (&Uploads<'_>, &Cover),
        stated: impl Fn(&Row) -> Option<i64>,
    ) -> Vec<i64> {
        let tolerance = uploads.account().chain_tolerance_minor.unsigned_abs();
        let counts = |row: &Row| {
            row.disputed && !account.balance_disputed && cover.stretch.is_some_and(|first| first <= row.date)
        };
        let mut before = uploads.opening_minor();
        let (mut sum, mut credits, mut debits, mut change) = (0_i64, 0_i64, 0_i64, 0_i64);
        let mut changes = Vec::with_capacity(account.rows.len());
        for row in &account.rows {
            sum = sum.saturating_add(row.amount_minor);
            if counts(row) {
                let side = if row.amount_minor > 0 { &mut credits } else { &mut debits };
                *side = side.saturating_add(row.amount_minor);
            }
            if let Some(stated) = stated(row) {
                let near = |sum: i64| {
                    before.is_some_and(|before| before.saturating_add(sum).abs_diff(stated) <= tolerance)
                };
                let held = match (near(sum), near(sum.saturating_sub(credits).saturating_sub(debits))) {
                    (true, _) => Some(true),
                    (false, true) => Some(false),
                    (false, false) => None,
                };
                change = change.saturating_add(self.change(credits, debits, held));
                before = Some(stated);
                (sum, credits, debits) = (0, 0, 0);
            }
            changes.push(change);
        }
        changes
    }

    /// Returns what this reading adds to a balance that holds disputed rows or leaves them out; `None`: nobody knows.
    fn change(self, credits: i64, debits: i64, held: Option<bool>) -> i64 {
        let (taken, left) = if self == Self::Cautious { (debits, credits) } else { (credits, debits) };
        match held {
            Some(true) => left.saturating_neg(),
            Some(false) => taken,
            None => taken.saturating_sub(left),
        }
    }
}
