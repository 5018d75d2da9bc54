//! The two readings of a ledger with disputed rows: cautiously, and the other way round.

use super::balances;
use super::ledger::{AccountLedger, Row};
use super::uploads::Uploads;

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
    pub(super) fn of(self, accounts: &[AccountLedger], uploads: &[Uploads<'_>]) -> Vec<AccountLedger> {
        accounts.iter().zip(uploads).map(|(account, uploads)| self.account(account, uploads)).collect()
    }

    fn account(self, account: &AccountLedger, uploads: &Uploads<'_>) -> AccountLedger {
        let mut read = account.clone();
        read.balance_disputed &= self == Self::Cautious;
        if account.rows.iter().all(|row| self.takes(row)) {
            return read;
        }
        read.rows.retain(|row| self.takes(row));
        for row in &mut read.rows {
            row.balance_minor = uploads.transaction(row.input).and_then(|row| row.balance_minor);
        }
        // Amounts were within the wire's range with all rows in; where they are not without some, no balance is known.
        if balances::walk(&mut read.rows, account.opening_minor, 0, None).is_err() {
            read.opening_minor = None;
            read.rows.iter_mut().for_each(|row| row.balance_minor = None);
        }
        read
    }
}
