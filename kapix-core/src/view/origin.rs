//! Where the rows of a view stood in the request. Pointers into the accounts that the view made become pointers to the
//! request's own rows.

use crate::cashflow::SelectedRows;
use crate::domain::Finding;
use crate::error::Error;

/// Where the accounts that a view makes are found.
const ACCOUNTS: &str = "/data/transaction_history/accounts/";

/// The rows of the request that each account was made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Pointer to the rows in the request.
    pub(super) pointer: &'static str,
    /// By account, the row number of each of its transactions.
    pub(super) rows: Vec<Vec<u32>>,
}

impl Origin {
    /// Points a finding to the request's rows.
    pub(crate) fn finding(&self, finding: &mut Finding) {
        if let Some(account) = self.account(&finding.pointer) {
            for row in &mut finding.rows {
                *row = Self::row(account, *row);
            }
        }
        self.pointer.clone_into(&mut finding.pointer);
    }

    /// Returns the rows of all accounts as ranges of the request's rows.
    pub(crate) fn selected(&self, selected: &[SelectedRows]) -> Vec<SelectedRows> {
        let mut rows: Vec<u32> = Vec::new();
        for part in selected {
            let Some(account) = self.account(&part.pointer) else { continue };
            let numbers = part.rows.iter().flat_map(|(first, last)| *first..=*last);
            rows.extend(numbers.map(|row| Self::row(account, row)));
        }
        rows.sort_unstable();
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for row in rows {
            match ranges.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(row) => *last = row,
                _ => ranges.push((row, row)),
            }
        }
        if ranges.is_empty() {
            return Vec::new();
        }
        vec![SelectedRows { pointer: self.pointer.to_owned(), rows: ranges }]
    }

    /// Points an error to the request's rows.
    pub(crate) fn error(&self, mut error: Error) -> Error {
        for field in error.fields.iter_mut().chain(error.details.iter_mut().map(|detail| &mut detail.field)) {
            *field = self.field(field);
        }
        error
    }

    /// Returns the request's pointer for one into an account.
    pub(crate) fn field(&self, field: &str) -> String {
        let Some(account) = self.account(field) else { return self.pointer.to_owned() };
        let mut rest = field.strip_prefix(ACCOUNTS).unwrap_or_default().split('/').skip(1);
        let row = match (rest.next(), rest.next()) {
            (Some("transactions"), Some(row)) => row.parse().ok(),
            _ => None,
        };
        let Some(row) = row else { return self.pointer.to_owned() };
        let member = match rest.next() {
            Some("amount_minor") => "/amount",
            Some("at") => "/date_time",
            Some("balance_minor") => "/balance/amount",
            Some("id") => "/external_transaction_id",
            Some("type") => "/type",
            Some("description") => "/description",
            _ => "",
        };
        format!("{}/{}{member}", self.pointer, Self::row(account, row))
    }

    fn account(&self, pointer: &str) -> Option<&Vec<u32>> {
        let number = pointer.strip_prefix(ACCOUNTS)?.split('/').next()?;
        self.rows.get(number.parse::<usize>().ok()?)
    }

    fn row(account: &[u32], row: u32) -> u32 {
        usize::try_from(row).ok().and_then(|row| account.get(row)).copied().unwrap_or(row)
    }
}
