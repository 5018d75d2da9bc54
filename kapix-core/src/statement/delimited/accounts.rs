//! The account of a record: by the column of accounts, by what the request and the lines before the header say, or the one of the
//! document.

use super::cut::Cut;
use super::found::{Building, in_another_currency};
use super::place;
use super::rows::Rows;
use super::words;
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::limits;
use crate::money::Currency;
use crate::statement::profile::ColumnRole;

/// Id of an account that nothing names.
const ACCOUNT: &str = "account";

impl Rows<'_> {
    /// Refuses a row without an account behind one of a named account: whose it is stays open.
    pub(super) fn check_account(&self, record: &Cut<'_>) -> Result<()> {
        let is_open = self.layout.places.has(ColumnRole::Account)
            && self.cell(record, ColumnRole::Account).is_empty()
            && !self.found.accounts.is_empty()
            && self.found.places.get("") != Some(&self.found.last);
        if !is_open {
            return Ok(());
        }
        let message = "the value must be the account of the row: rows before name theirs";
        Err(place(Cause::TransactionCsv, record.line, Some(ColumnRole::Account), message))
    }

    /// Returns the account of a record.
    pub(super) fn account(&mut self, record: &Cut<'_>, currency: Currency) -> Result<&mut Building> {
        let named = self.cell(record, ColumnRole::Account);
        let is_last = self
            .found
            .accounts
            .get(self.found.last)
            .is_some_and(|it| named.is_empty() || it.id.as_str() == named);
        if !is_last {
            self.found.last = self.place_of(record, named, currency)?;
        }
        let last = self.found.last;
        let kind = match self.cell(record, ColumnRole::Kind) {
            "" => None,
            text => Some(words::kind(text).ok_or_else(|| {
                let message =
                    "the value must be a kind of account, such as `current`, `savings` or `mobile_money`";
                place(Cause::TransactionCsv, record.line, Some(ColumnRole::Kind), message)
            })?),
        };
        if let (Some(stated), Some(own)) = (self.stated.kind, kind)
            && stated != own
        {
            let (own, stated): (&str, &str) = (own.into(), stated.into());
            let message = format!("the row is of an account of kind `{own}`; the request states `{stated}`");
            return Err(place(Cause::TransactionCsv, record.line, Some(ColumnRole::Kind), &message));
        }
        let Some(account) = self.found.accounts.get_mut(last) else {
            return Err(Error::new(Cause::StatementForm, "a row has no account").at("/document"));
        };
        if account.currency != currency {
            return Err(in_another_currency(record.line, currency, account.currency));
        }
        if let (Some(own), Some(other)) = (account.kind, kind)
            && own != other
        {
            let message = "the row is of another kind of account than those of its account before; split the document by \
                account, or state the column that tells them apart as `account` in `profile.columns`";
            return Err(place(Cause::TransactionCsv, record.line, Some(ColumnRole::Kind), message));
        }
        account.kind = account.kind.or(kind);
        Ok(account)
    }

    /// Returns the place of the account of this name, which may be new.
    fn place_of(&mut self, record: &Cut<'_>, named: &str, currency: Currency) -> Result<usize> {
        if let Some(known) = self.found.places.get(named) {
            return Ok(*known);
        }
        let refuse =
            |cause: Cause, message: &str| place(cause, record.line, Some(ColumnRole::Account), message);
        let accounts = self.found.accounts.len();
        // Lines before the first row named no account: theirs is that of the row.
        let is_open = self.found.places.contains_key("") && self.found.rows == 0 && accounts == 1;
        if accounts > 0 && !is_open && self.stated.account_id.is_some() {
            let message = "the document has rows of several accounts; state no `account.account_id`";
            return Err(refuse(Cause::StatementForm, message));
        }
        limits::check("accounts", self.limits.accounts, accounts + 1)
            .map_err(|error| refuse(error.cause, &error.message))?;
        let own = || if named.is_empty() { Id::parse(ACCOUNT) } else { Id::parse(named) };
        let preamble = self.preamble.account_id.as_ref().filter(|_| named.is_empty());
        let id = match self.stated.account_id.as_ref().or(preamble) {
            Some(id) => id.clone(),
            None => own().map_err(|error| refuse(error.cause, &error.message))?,
        };
        if let Some(first) = self.found.accounts.first_mut().filter(|first| is_open && first.gaps.is_empty())
        {
            (first.id, first.currency) = (id, currency);
            self.found.places = [(named.to_owned(), 0)].into();
            return Ok(0);
        }
        self.found.places.insert(named.to_owned(), accounts);
        let mut rows = core::mem::take(&mut self.spare);
        if !self.layout.places.has(ColumnRole::Account) {
            rows.reserve(self.ahead);
        }
        self.found.accounts.push(Building {
            id,
            currency,
            kind: None,
            rows,
            edges: Vec::new(),
            gaps: Vec::new(),
            fees: Vec::new(),
            newest_first: false,
        });
        Ok(accounts)
    }
}
