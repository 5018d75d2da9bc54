//! From records to the rows of accounts. A record with a day and an amount is a transaction; any other has a reason why
//! it is left out, or is an error.

use super::amounts;
use super::breaks::{Break, DAYS_OF_TEXTS};
use super::cut::Cut;
use super::dates::{self, Stamp};
use super::effect;
use super::found::Found;
use super::gaps::Gap;
use super::hidden::{self, Holds};
use super::ids;
use super::layout::{Layout, is_another_header};
use super::place;
use super::preamble::Preamble;
use super::survey::Choices;
use super::words::{self, Label};
use crate::domain::{Direction, TransactionStatus};
use crate::error::{Cause, Error, Result};
use crate::id::{ID_BYTES_MAX, Id};
use crate::limits::{self, Limits, WIRE_MAX};
use crate::money::Currency;
use crate::statement::aggregator::category;
use crate::statement::columns::{Row, RowColumns};
use crate::statement::profile::{ColumnRole, DebitSign, Sign};
use crate::statement::reading::LeftOutReason;
use crate::statement::request::StatedAccount;
use crate::time::{At, UtcOffset};
use core::ops::RangeFrom;

/// Reads records into accounts.
pub(super) struct Rows<'a> {
    pub(super) layout: &'a Layout,
    pub(super) choices: Choices,
    pub(super) stated: &'a StatedAccount,
    pub(super) preamble: &'a Preamble,
    pub(super) limits: &'a Limits,
    /// Currency of a row whose column names none.
    pub(super) currency: Option<Currency>,
    pub(super) found: Found,
    /// Offset of the account's days, and of times that state none.
    pub(super) offset: UtcOffset,
    /// The last day that stood alone, and what it is.
    pub(super) last_day: Option<(Stamp, At)>,
    /// About so many rows come.
    pub(super) ahead: usize,
    /// Memory for them.
    pub(super) spare: RowColumns,
    /// The places that nothing reads.
    pub(super) unread: (Vec<usize>, RangeFrom<usize>),
    /// Those of them that hold free text.
    pub(super) texts: Vec<usize>,
}

impl Rows<'_> {
    /// Reads a record.
    pub(super) fn read(&mut self, record: &Cut<'_>) -> Result<()> {
        if record.is_behind_blank {
            self.found.open_break(record.line - 1, DAYS_OF_TEXTS);
        }
        if hidden::is_in_quotes(**record) {
            self.found.hidden.push(record.line);
        }
        if record.is_blank() {
            self.found.open_break(record.line, DAYS_OF_TEXTS);
            self.found.left_out.push(record.line, LeftOutReason::Blank);
            return Ok(());
        }
        match record.stamp {
            Some(stamp) => self.dated(record, &stamp),
            None => self.undated(record, self.cell(record, ColumnRole::At)),
        }
    }

    fn dated(&mut self, record: &Cut<'_>, stamp: &Stamp) -> Result<()> {
        self.check_width(record)?;
        self.check_unit(record)?;
        let currency = self.currency_of(record)?;
        let amount = self.amount(record, currency)?;
        let balance_minor = self.money(record, self.balance(), currency)?;
        self.check_same(record, ColumnRole::Balance, balance_minor, currency)?;
        let balance_minor = self.balance_of(record, balance_minor)?;
        let label = self.label(record, amount, balance_minor);
        if label.is_some() {
            self.found.open_break(record.line, 0);
        }
        if let Some(label) = label {
            return self.labelled(record, label, currency);
        }
        let Some(amount_minor) = amount else {
            self.see_names(record);
            let account = self.account(record, currency)?;
            account.gaps.push(Gap { rows_before: account.rows.len(), balance_minor });
            self.found.left_out.push(record.line, LeftOutReason::NoAmount);
            return Ok(());
        };
        self.compare_rivals(record, amount_minor, currency);
        let row = self.row(record, stamp, (amount_minor, balance_minor), currency)?;
        self.check_account(record)?;
        self.see_names(record);
        if row.status == TransactionStatus::Posted {
            self.found.states.see(record, self.layout, amount_minor);
            let mut texts = [row.description, row.counterparty].into_iter().flatten();
            if amount_minor > 0 && texts.any(effect::tells_of_money_in) {
                self.found.states.doubt(record.line);
            }
        }
        let (rows, most) = (self.found.rows + 1, self.limits.rows);
        let fee = self.fee(record, currency, 0);
        let account = self.account(record, currency)?;
        limits::check("rows", most, rows)
            .map_err(|error| place(error.cause, record.line, None, &error.message))?;
        account.fees.extend(fee.map(|it| it.behind(account.rows.len())));
        account.rows.push(&row, record.line);
        if let Some((line, days)) = self.found.open_break.take() {
            self.found.breaks.push(Break { line, rows_before: self.found.rows, days });
        }
        self.found.rows += 1;
        self.found.totals.row(amount_minor);
        Ok(())
    }

    /// Returns what a record with a day is when it is no transaction. One of the wire with an amount in
    /// minor units always is.
    fn label(&self, record: &Cut<'_>, amount: Option<i64>, balance_minor: Option<i64>) -> Option<Label> {
        if amount.is_some() && self.layout.is_wire() && self.layout.places.has(ColumnRole::AmountMinor) {
            return None;
        }
        // A balance brought forward may be written as an amount too.
        if amount.is_none_or(|amount| amount == 0) || amount == balance_minor {
            let label =
                if amount.is_none_or(|amount| amount == 0) { words::label } else { words::whole_label };
            let label = record.cells().find_map(label).filter(|label| *label != Label::Total);
            let begins = |cell: &str| words::begins_with_balance(cell).then_some(Label::Opening);
            let is_first = amount.is_some() && self.found.rows == 0;
            return label.or_else(|| record.cells().find_map(begins).filter(|_| is_first));
        }
        let label = words::whole_label(self.cell(record, ColumnRole::Description));
        // What states a balance beside another amount moved it, unless it is a limit.
        label.filter(|label| balance_minor.is_none() || *label == Label::Limit)
    }

    /// Keeps what a record states that is no transaction.
    fn labelled(&mut self, record: &Cut<'_>, label: Label, currency: Currency) -> Result<()> {
        match label {
            Label::Total => self.total(record, currency),
            Label::Limit => {
                self.found.left_out.push(record.line, LeftOutReason::Note);
                Ok(())
            }
            _ => self.edge(record, label, currency),
        }
    }

    /// A record without a day: a note, a total, a balance at an end, the header again, or text of the row above.
    fn undated(&mut self, record: &Cut<'_>, day: &str) -> Result<()> {
        let is_header = !self.layout.header.is_empty()
            && record.len() == self.layout.header.len()
            && record.cells().eq(self.layout.header.iter().map(String::as_str));
        let money = [ColumnRole::Amount, ColumnRole::AmountMinor, ColumnRole::Debit, ColumnRole::Credit];
        let stated = |column: &ColumnRole| !amounts::is_empty(self.cell(record, *column));
        let amount =
            money.iter().find(|column| stated(column) && amounts::cut(self.cell(record, **column)).is_some());
        let whole = || record.cells().find_map(words::whole_label);
        let label = record.cells().find(|cell| !cell.is_empty()).and_then(words::label);
        let label = label.or_else(|| if amount.is_some() { whole() } else { None });
        if label.is_some() || is_header {
            self.found.open_break(record.line, 0);
        }
        let reason = if is_header {
            LeftOutReason::Header
        } else if is_another_header(**record) {
            let message = "the line names columns as a header does, but others than those read so far; split the document \
                           where its form changes";
            return Err(place(Cause::TransactionCsv, record.line, None, message));
        } else if let Some(label) = label {
            let currency = self.currency_of(record)?;
            return self.labelled(record, label, currency);
        } else if amount.is_some() {
            let expected = "a day, such as `2026-03-28`, `28/03/2026` or `28 Mar 2026`";
            let message = if day.is_empty() {
                format!("the row has an amount and no day; it must have {expected}")
            } else {
                format!("the value must be {expected}; got `{}` bytes", day.len())
            };
            return Err(place(Cause::TransactionCsv, record.line, Some(ColumnRole::At), &message));
        } else {
            self.layout.refuse_units(record)?;
            self.section(record)?;
            let continues = self.continues(record)?;
            match hidden::of(**record) {
                Some(Holds::Row | Holds::Memo) if !continues => self.found.in_another_form.push(record.line),
                Some(Holds::Memo) => self.found.memos.push(record.line),
                Some(_) => self.found.hidden.push(record.line),
                None if hidden::may_be_row(**record) => self.found.hidden.push(record.line),
                None => {}
            }
            self.found.open_break(record.line, if continues { DAYS_OF_TEXTS } else { 0 });
            if continues { LeftOutReason::Continuation } else { LeftOutReason::Note }
        };
        self.found.left_out.push(record.line, reason);
        Ok(())
    }

    /// Joins the text of a record that has nothing else to the row above.
    fn continues(&mut self, record: &Cut<'_>) -> Result<bool> {
        let Some(own) = self.layout.places.of(ColumnRole::Description) else { return Ok(false) };
        let text = record.cell(own);
        let alone = record.cells().enumerate().all(|(at, cell)| at == own || cell.is_empty());
        if !alone || text.is_empty() || record.len() != self.layout.header.len() {
            return Ok(false);
        }
        let last = self.found.accounts.get_mut(self.found.last);
        let Some(bytes) = last.and_then(|it| it.rows.extend_description(text)) else { return Ok(false) };
        limits::check("string_bytes", self.limits.string_bytes, bytes).map_err(|error| {
            place(error.cause, record.line, Some(ColumnRole::Description), &error.message)
        })?;
        Ok(true)
    }

    pub(super) fn cell<'r>(&self, record: &Cut<'r>, column: ColumnRole) -> &'r str {
        self.layout.places.of(column).map(|place| record.cell(place)).unwrap_or_default()
    }

    fn balance(&self) -> ColumnRole {
        let has_minor = self.layout.places.has(ColumnRole::BalanceMinor);
        if has_minor { ColumnRole::BalanceMinor } else { ColumnRole::Balance }
    }

    fn check_width(&self, record: &Cut<'_>) -> Result<()> {
        let width = self.layout.header.len();
        let fits = width == 0 || record.len() == width;
        if fits || (record.len() > width && record.cells().skip(width).all(str::is_empty)) {
            return Ok(());
        }
        let message =
            format!("a row must have as many values as the header, `{width}`; got `{}`", record.len());
        Err(place(Cause::TransactionCsv, record.line, None, &message))
    }

    fn currency_of(&self, record: &Cut<'_>) -> Result<Currency> {
        let currency = self.currency_stated(record)?;
        let header = self.layout.mark.map(|(mark, column)| (mark, self.layout.header_line, Some(column)));
        let before = self.preamble.marks.iter().map(|(mark, line)| (*mark, *line, None));
        match header.into_iter().chain(before).find(|(mark, ..)| !mark.is_of(currency)) {
            None => Ok(currency),
            Some((mark, line, column)) => {
                let message =
                    format!("the mark `{}` is of another currency; the rows are in {currency}", mark.text);
                Err(place(Cause::MoneyCurrencyMixed, line, column, &message))
            }
        }
    }

    fn currency_stated(&self, record: &Cut<'_>) -> Result<Currency> {
        let text = self.cell(record, ColumnRole::Currency);
        if text.is_empty() {
            return self.currency.ok_or_else(|| {
                let message = "the document names no currency; state `account.currency`";
                Error::new(Cause::StatementUnstated, message).at("/account/currency")
            });
        }
        let own = amounts::currency_of_number(text)
            .map_or_else(|| amounts::currency_of_cell(text), Ok)
            .map_err(|error| place(error.cause, record.line, Some(ColumnRole::Currency), &error.message))?;
        match self.stated.currency.or(self.layout.currency) {
            Some(stated) if stated != own => {
                let by =
                    if self.stated.currency.is_some() { "the request states" } else { "the header names" };
                let message = format!("the row is in {own}; {by} {stated}");
                Err(place(Cause::MoneyCurrencyMixed, record.line, Some(ColumnRole::Currency), &message))
            }
            _ => Ok(own),
        }
    }

    /// Returns the amount of a row, a credit above zero; `None` where it states none.
    fn amount(&mut self, record: &Cut<'_>, currency: Currency) -> Result<Option<i64>> {
        let places = &self.layout.places;
        let is_turned = self.choices.sign.0 == Sign::DebitPositive;
        let turned = |amount: i64| if is_turned { -amount } else { amount };
        if places.has(ColumnRole::AmountMinor) {
            let minor = self.money(record, ColumnRole::AmountMinor, currency)?;
            self.check_same(record, ColumnRole::Amount, minor, currency)?;
            return Ok(minor.map(turned));
        }
        if places.has_one_amount() {
            let Some(written) = self.money(record, ColumnRole::Amount, currency)? else { return Ok(None) };
            let sign = record.amount(ColumnRole::Amount).and_then(|it| it.negative);
            if !self.choices.sign_by_type {
                let is_debit = self.choices.bare_is_debit && sign.is_none();
                return Ok(Some(if is_debit { -written } else { turned(written) }));
            }
            return match record.direction {
                Some(Direction::Credit) => Ok(Some(written)),
                Some(Direction::Debit) => Ok(Some(-written)),
                None if written == 0 || sign.is_some() => Ok(Some(written)),
                None => {
                    let message = "the amounts of credits and debits have no sign: the type must say credit or debit, or the amount have a sign";
                    Err(place(Cause::TransactionCsv, record.line, Some(ColumnRole::Type), message))
                }
            };
        }
        let credit = self.money(record, ColumnRole::Credit, currency)?;
        let debit = self.money(record, ColumnRole::Debit, currency)?;
        let debit =
            debit.map(|debit| if self.choices.debit_sign.0 == DebitSign::Positive { -debit } else { debit });
        match (credit, debit) {
            (Some(credit), Some(debit)) if credit != 0 && debit != 0 => {
                let message = "a row must have a credit or a debit, not both";
                Err(place(Cause::TransactionCsv, record.line, Some(ColumnRole::Debit), message))
            }
            (None, None) => Ok(None),
            (credit, debit) => {
                let amount = credit.unwrap_or_default() + debit.unwrap_or_default();
                self.compare_beside(record, amount, currency);
                Ok(Some(amount))
            }
        }
    }

    /// Compares the amount of a row with that of a column beside those of debits and credits.
    fn compare_beside(&mut self, record: &Cut<'_>, amount: i64, currency: Currency) {
        let own = self.layout.beside_amount.and_then(|at| self.beside(record, at, currency));
        if let Some(own) = own {
            self.found.beside.see(amount, own, record.line);
        }
    }

    /// Compares the amount of a row with those of other columns that may hold it.
    fn compare_rivals(&mut self, record: &Cut<'_>, amount: i64, currency: Currency) {
        for at in &self.layout.rivals {
            if let Some(own) = self.beside(record, *at, currency) {
                self.found.rivals.see(amount, own, record.line);
            }
        }
    }

    /// Returns the amount of a column that is not read.
    fn beside(&self, record: &Cut<'_>, at: usize, currency: Currency) -> Option<i64> {
        amounts::cut(record.cell(at))?.minor(self.choices.decimal_mark.0, currency).ok()
    }

    /// Refuses a row whose column in major units states another value than the one in minor units, whatever the signs.
    fn check_same(
        &self,
        record: &Cut<'_>,
        column: ColumnRole,
        minor: Option<i64>,
        currency: Currency,
    ) -> Result<()> {
        let places = &self.layout.places;
        let is_amount = column == ColumnRole::Amount;
        let minor_column = if is_amount { ColumnRole::AmountMinor } else { ColumnRole::BalanceMinor };
        if !places.has(minor_column) || !places.has(column) {
            return Ok(());
        }
        match self.money(record, column, currency)? {
            Some(major) if minor.map(i64::abs) != Some(major.abs()) => {
                let name = minor_column.as_str();
                let message = format!(
                    "the value and that of `{name}` contradict each other; state in `profile.columns` which is right"
                );
                Err(place(Cause::TransactionCsv, record.line, Some(column), &message))
            }
            _ => Ok(()),
        }
    }

    /// Returns an amount with the sign that is written; `None` where there is none.
    fn money(&self, record: &Cut<'_>, column: ColumnRole, currency: Currency) -> Result<Option<i64>> {
        let text = self.cell(record, column);
        if amounts::is_empty(text) {
            return Ok(None);
        }
        let refuse = |cause: Cause, message: &str| place(cause, record.line, Some(column), message);
        if matches!(column, ColumnRole::AmountMinor | ColumnRole::BalanceMinor) {
            let minor = text.parse::<i64>().ok().filter(|minor| (-WIRE_MAX..=WIRE_MAX).contains(minor));
            return minor.map(Some).ok_or_else(|| {
                let message =
                    format!("the value must be an integer within `+-{WIRE_MAX}`; got `{}` bytes", text.len());
                refuse(Cause::TransactionCsv, &message)
            });
        }
        let Some(written) = record.amount(column) else {
            let what = if text.starts_with('=') { "a formula, which is never evaluated," } else { "a text" };
            let message = format!("the value must be an amount; got {what} of `{}` bytes", text.len());
            return Err(refuse(Cause::TransactionCsv, &message));
        };
        if let Some(other) = written.currency.filter(|other| *other != currency) {
            let message = format!("the amount is in {other}; the row is in {currency}");
            return Err(refuse(Cause::MoneyCurrencyMixed, &message));
        }
        if let Some(mark) = written.mark.filter(|mark| !mark.is_of(currency)) {
            let message = format!("the amount has the mark `{}`; the row is in {currency}", mark.text);
            return Err(refuse(Cause::MoneyCurrencyMixed, &message));
        }
        let minor = written
            .minor(self.choices.decimal_mark.0, currency)
            .map_err(|error| refuse(error.cause, &error.message))?;
        Ok(Some(if written.negative == Some(true) { -minor } else { minor }))
    }

    /// Returns an amount of a row that is no transaction, whose columns may hold text.
    pub(super) fn money_if_any(
        &self,
        record: &Cut<'_>,
        column: ColumnRole,
        currency: Currency,
    ) -> Result<Option<i64>> {
        let is_amount = record.amount(column).is_some();
        if is_amount { self.money(record, column, currency) } else { Ok(None) }
    }

    /// Returns the row of a record with an amount, and perhaps with a balance.
    fn row<'r>(
        &mut self,
        record: &Cut<'r>,
        stamp: &Stamp,
        (amount_minor, balance_minor): (i64, Option<i64>),
        currency: Currency,
    ) -> Result<Row<'r>> {
        let refuse =
            |column: ColumnRole, error: &Error| place(error.cause, record.line, Some(column), &error.message);
        let direction = record.direction;
        let contradicts = match direction {
            Some(Direction::Credit) => amount_minor < 0,
            Some(Direction::Debit) => amount_minor > 0,
            None => false,
        };
        if contradicts {
            let message =
                "the sign of the amount contradicts its type; state `profile.sign`, or leave the type out";
            return Err(place(Cause::TransactionSign, record.line, Some(ColumnRole::Type), message));
        }
        let at = self.at(record, stamp)?;
        let id = |column: ColumnRole| match self.cell(record, column) {
            text if text.len() > ID_BYTES_MAX || ids::is_placeholder(text) => Ok(None),
            text => Id::check(text).map(|()| Some(text)).map_err(|error| refuse(column, &error)),
        };
        Ok(Row {
            amount_minor,
            at,
            balance_minor,
            category: self
                .text(record, ColumnRole::Category)?
                .and_then(category)
                .or_else(|| self.reverses(record)),
            counterparty: self.text(record, ColumnRole::Counterparty)?,
            description: self.text(record, ColumnRole::Description)?,
            id: id(ColumnRole::Id)?,
            pending_id: id(ColumnRole::PendingId)?,
            status: self.status(record, amount_minor, currency),
            direction,
        })
    }

    fn at(&mut self, record: &Cut<'_>, stamp: &Stamp) -> Result<At> {
        let has_times = self.layout.places.has(ColumnRole::Time);
        if let Some((_, at)) = self.last_day.filter(|(last, _)| last == stamp && !has_times) {
            return Ok(at);
        }
        let refuse = |column: ColumnRole, cause: Cause, message: &str| {
            place(cause, record.line, Some(column), message)
        };
        let clock = match self.cell(record, ColumnRole::Time) {
            "" => None,
            text => Some(dates::clock(text).map(|(clock, _)| clock).ok_or_else(|| {
                let message = "the value must be a time of day, such as `14:05` or `2:05 PM`";
                refuse(ColumnRole::Time, Cause::TransactionCsv, message)
            })?),
        };
        let at = stamp.at(self.choices.date_order.0, clock, self.offset);
        let mut at = at.map_err(|error| refuse(ColumnRole::At, Cause::TransactionCsv, &error.message))?;
        let is_other = stamp.offset.is_some_and(|own| own != self.offset);
        if is_other
            && self.stated.utc_offset.is_none()
            && let Some(own) =
                stamp.date(self.choices.date_order.0).filter(|own| at.date(self.offset) != *own)
        {
            // Its day is that of its own zone, whatever the zone of the account.
            at = At::Date(own);
        }
        self.last_day = Some((*stamp, at));
        Ok(at)
    }

    fn text<'r>(&self, record: &Cut<'r>, column: ColumnRole) -> Result<Option<&'r str>> {
        let text = self.cell(record, column);
        if text.is_empty() {
            return Ok(None);
        }
        limits::check("string_bytes", self.limits.string_bytes, text.len())
            .map_err(|error| place(error.cause, record.line, Some(column), &error.message))?;
        Ok(Some(text))
    }
}
