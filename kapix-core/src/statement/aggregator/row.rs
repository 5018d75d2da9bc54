//! One row of an aggregator's answer as a transaction.

use super::decimal;
use super::document::{Form, Members, Node};
use super::moment;
use super::pointer::Pointer;
use super::preset::Map;
use crate::domain::{Direction, Transaction, TransactionStatus};
use crate::error::{Cause, Error, Result};
use crate::id::Id;
use crate::money::Currency;
use crate::statement::Sign;
use crate::time::UtcOffset;
use core::hash::{Hash, Hasher};
use std::hash::DefaultHasher;

/// How rows are read: the pointers, and what the request or the preset says beside them.
pub(super) struct RowReader<'m> {
    pub(super) map: &'m Map,
    /// What the sign of an amount means.
    pub(super) sign: Sign,
    /// Currency that the request states, and that of rows without one.
    pub(super) currency: Option<Currency>,
    pub(super) currency_default: Option<Currency>,
    /// Offset of times that state none.
    pub(super) offset: Option<UtcOffset>,
    /// The most elements of an array.
    pub(super) rows: u64,
}

/// A row that was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RowRead {
    pub(super) account: Option<Id>,
    pub(super) currency: Currency,
    /// Whether it states a status.
    pub(super) has_status: bool,
    pub(super) transaction: Transaction,
}

impl RowRead {
    /// Returns a hash of the content, the same on every machine.
    pub(super) fn content(&self) -> u64 {
        let it = &self.transaction;
        let mut hasher = DefaultHasher::new();
        (it.amount_minor, it.at, it.balance_minor, &it.category, &it.counterparty).hash(&mut hasher);
        (&it.description, &it.pending_id).hash(&mut hasher);
        hasher.finish()
    }
}

/// Returns an error with its place, where it has none.
fn placed(place: &str, error: Error) -> Error {
    if error.fields.is_empty() { error.at(place) } else { error }
}

impl RowReader<'_> {
    /// Returns the row, or `None` where it states no amount; places of errors start at the row.
    pub(super) fn read(&self, row: Node<'_>) -> Result<Option<RowRead>> {
        let members = members(row)?;
        let account = self.id(&self.map.account_id, &members)?;
        let currency = self.currency(&members)?;
        let Some((amount_minor, direction)) = self.amount(&members, currency)? else { return Ok(None) };
        let (pointer, time) = self.required(&self.map.time, &members, "time")?;
        let at = moment::at(time, self.offset).map_err(|error| placed(&pointer, error))?;
        let status = self.status(&members)?;
        let transaction = Transaction {
            amount_minor,
            at,
            balance_minor: self.balance(&members, currency)?,
            category: self.category(&members)?,
            counterparty: self.words(&self.map.counterparty, &members)?,
            description: self.words(&self.map.description, &members)?,
            id: self.id(&self.map.id, &members)?,
            pending_id: self.id(&self.map.pending_id, &members)?,
            status: status.unwrap_or(TransactionStatus::Posted),
            direction,
        };
        Ok(Some(RowRead { account, currency, has_status: status.is_some(), transaction }))
    }

    /// Returns the id of a row, and of nothing else in it.
    pub(super) fn id_of(&self, row: Node<'_>) -> Result<Id> {
        let members = members(row)?;
        if let Some(id) = self.id(&self.map.id, &members)? {
            return Ok(id);
        }
        self.required(&self.map.id, &members, "id").and_then(|(pointer, _)| {
            Err(Error::new(Cause::IdInvalid, "an id must have at least `1` byte").at(pointer))
        })
    }

    /// Returns whether a row has a time, an amount and every mark of its preset.
    pub(super) fn fits(&self, row: Node<'_>) -> Result<bool> {
        let members = row.members()?;
        let has = |pointers: &[Pointer]| Ok::<bool, Error>(self.find(pointers, &members)?.is_some());
        let map = self.map;
        let mut fits = has(&map.time)? && (has(&map.amount)? || has(&map.credit)? || has(&map.debit)?);
        for mark in &map.marks {
            fits = fits && mark.of(&members, self.rows)?.is_some();
        }
        Ok(fits)
    }

    /// Returns the value of the first pointer that leads to one.
    fn find<'p, 'a>(
        &self,
        pointers: &'p [Pointer],
        members: &Members<'a>,
    ) -> Result<Option<(&'p Pointer, Node<'a>)>> {
        for pointer in pointers {
            if let Some(node) = pointer.of(members, self.rows)? {
                return Ok(Some((pointer, node)));
            }
        }
        Ok(None)
    }

    fn required<'a>(
        &self,
        pointers: &[Pointer],
        members: &Members<'a>,
        name: &str,
    ) -> Result<(String, Node<'a>)> {
        if let Some((pointer, node)) = self.find(pointers, members)? {
            return Ok((pointer.text(), node));
        }
        let place = pointers.first().map(Pointer::text).unwrap_or_default();
        Err(Error::new(Cause::JsonShape, format!("a row must have its {name}")).at(place))
    }

    /// Returns the text of a value; empty text is none.
    fn words(&self, pointers: &[Pointer], members: &Members<'_>) -> Result<Option<String>> {
        let Some((pointer, node)) = self.find(pointers, members)? else { return Ok(None) };
        let Some(text) = node.word()? else {
            let message = format!("expected text; got {}", node.form().name());
            return Err(Error::new(Cause::JsonShape, message).at(pointer.text()));
        };
        Ok(Some(text.into_owned()).filter(|text| !text.is_empty()))
    }

    fn id(&self, pointers: &[Pointer], members: &Members<'_>) -> Result<Option<Id>> {
        let Some(text) = self.words(pointers, members)? else { return Ok(None) };
        Id::parse(&text).map(Some).map_err(|error| match self.find(pointers, members) {
            Ok(Some((pointer, _))) => error.at(pointer.text()),
            _ => error,
        })
    }

    fn currency(&self, members: &Members<'_>) -> Result<Currency> {
        let Some((pointer, node)) = self.find(&self.map.currency, members)? else {
            return self.currency.or(self.currency_default).ok_or_else(|| {
                let message = "the document states no currency here; state `account.currency`, such as `KES`";
                let place = self.map.currency.first().map(Pointer::text).unwrap_or_default();
                Error::new(Cause::StatementUnstated, message).at(place)
            });
        };
        let text = node.word()?.unwrap_or_default().to_ascii_uppercase();
        let found = Currency::parse(&text).map_err(|error| error.at(pointer.text()))?;
        match self.currency {
            Some(stated) if stated != found => {
                let message = format!("the row is in {found}; `account.currency` states {stated}");
                Err(Error::new(Cause::MoneyCurrencyMixed, message).at(pointer.text()))
            }
            _ => Ok(found),
        }
    }

    /// Returns the amount, a credit above zero, and the direction where the row states one.
    fn amount(&self, members: &Members<'_>, currency: Currency) -> Result<Option<(i64, Option<Direction>)>> {
        if self.map.amount.is_empty() {
            return Ok(self.sides(members, currency)?.map(|amount| (amount, None)));
        }
        let (pointer, node) = self.required(&self.map.amount, members, "amount")?;
        let wrong = |message: &str| Err(Error::new(Cause::TransactionSign, message).at(pointer.as_str()));
        let stated =
            decimal::minor(node, self.map.unit, currency).map_err(|error| placed(&pointer, error))?;
        let Some(stated) = stated else {
            return Err(Error::new(Cause::MoneySyntax, "an amount must not be empty").at(pointer));
        };
        let direction = self.direction(members)?;
        let amount = match (self.map.is_signed, self.sign, direction) {
            (true, Sign::CreditPositive, _) | (false, _, Some(Direction::Credit)) => stated,
            (true, Sign::DebitPositive, _) => -stated,
            (false, _, Some(Direction::Debit)) => -stated.abs(),
            (false, _, None) => {
                let place = self.map.direction.first().map(Pointer::text).unwrap_or_default();
                let message = "a row must say whether it is a credit or a debit";
                return Err(Error::new(Cause::JsonShape, message).at(place));
            }
        };
        match direction {
            Some(Direction::Credit) if amount < 0 => wrong("the amount of a credit must not be money out"),
            Some(Direction::Debit) if amount > 0 => wrong("the amount of a debit must not be money in"),
            _ => Ok(Some((amount, direction))),
        }
    }

    /// Returns the amount of two columns, money in and money out, of which one has a value other than 0.
    fn sides(&self, members: &Members<'_>, currency: Currency) -> Result<Option<i64>> {
        let side = |pointers: &[Pointer]| -> Result<Option<(String, i64)>> {
            let Some((pointer, node)) = self.find(pointers, members)? else { return Ok(None) };
            let pointer = pointer.text();
            let amount =
                decimal::minor(node, self.map.unit, currency).map_err(|error| placed(&pointer, error))?;
            Ok(amount.map(|amount| (pointer, amount)))
        };
        let wrong =
            |message: &str, pointer: String| Err(Error::new(Cause::TransactionSign, message).at(pointer));
        match (side(&self.map.credit)?, side(&self.map.debit)?) {
            (None, None) => Ok(None),
            (Some((pointer, credit)), _) if credit < 0 => wrong("money in must not be below zero", pointer),
            (Some((_, credit)), Some((pointer, debit))) if credit != 0 && debit != 0 => {
                wrong("a row must have money in or money out, not both", pointer)
            }
            (credit, debit) => {
                let amount = |side: Option<(String, i64)>| side.map_or(0, |(_, amount)| amount);
                Ok(Some(amount(credit) - amount(debit).abs()))
            }
        }
    }

    fn direction(&self, members: &Members<'_>) -> Result<Option<Direction>> {
        let Some(word) = self.words(&self.map.direction, members)? else { return Ok(None) };
        let known = self.map.types.get(&word.to_lowercase()).copied();
        if known.is_none() && !self.map.is_signed {
            let place = self.find(&self.map.direction, members)?.map(|(pointer, _)| pointer.text());
            let message = format!("expected {}; add the word to `types`", list(self.map.types.keys()));
            return Err(Error::new(Cause::JsonShape, message).at(place.unwrap_or_default()));
        }
        Ok(known)
    }

    /// Returns the worst that a status of the row says; `None` where it states none.
    fn status(&self, members: &Members<'_>) -> Result<Option<TransactionStatus>> {
        let mut worst = None;
        for pointer in &self.map.status {
            let word = pointer.of(members, self.rows)?.map(Node::word).transpose()?.flatten();
            let Some(word) = word.filter(|word| !word.trim().is_empty()) else { continue };
            let Some(own) = self.map.statuses.get(&word.trim().to_lowercase()).copied() else {
                let message =
                    format!("expected {}; add the word to `statuses`", list(self.map.statuses.keys()));
                return Err(Error::new(Cause::JsonShape, message).at(pointer.text()));
            };
            worst = match (worst, own) {
                (Some(TransactionStatus::Failed), _) | (_, TransactionStatus::Failed) => {
                    Some(TransactionStatus::Failed)
                }
                (Some(TransactionStatus::Pending), _) => worst,
                _ => Some(own),
            };
        }
        Ok(worst)
    }

    fn balance(&self, members: &Members<'_>, currency: Currency) -> Result<Option<i64>> {
        let Some((pointer, node)) = self.find(&self.map.balance, members)? else { return Ok(None) };
        if let Some((pointer, node)) = self.find(&self.map.balance_currency, members)? {
            let text = node.word()?.unwrap_or_default().to_ascii_uppercase();
            if text != currency.as_str() {
                let message = format!("a balance must be in the currency of its row, {currency}");
                return Err(Error::new(Cause::MoneyCurrencyMixed, message).at(pointer.text()));
            }
        }
        decimal::minor(node, self.map.unit, currency).map_err(|error| placed(&pointer.text(), error))
    }

    /// Returns what the table says of the provider's words; a word that it does not know is no category.
    fn category(&self, members: &Members<'_>) -> Result<Option<String>> {
        for pointer in &self.map.category {
            let Some(node) = pointer.of(members, self.rows)? else { continue };
            let word = node.word()?.unwrap_or_default().to_lowercase();
            if let Some(category) = self.map.categories.get(&word) {
                return Ok(Some(category.clone()));
            }
        }
        Ok(None)
    }
}

fn members(row: Node<'_>) -> Result<Members<'_>> {
    match row.form() {
        Form::Object => row.members(),
        form => {
            let message = format!("a row must be an object; got {}", form.name());
            Err(Error::new(Cause::JsonShape, message))
        }
    }
}

fn list<'w>(words: impl Iterator<Item = &'w String>) -> String {
    let words: Vec<&str> = words.take(20).map(String::as_str).collect();
    format!("one of `{}`", words.join("`, `"))
}
