//! What the lines before the header say of the account: its id and currency, the days that the document covers, and the
//! balances at its ends. What can be meant in two ways is not read.

use super::amounts::{self, Mark};
use super::dates::{self, Stamp};
use super::hidden::{self, Holds};
use super::kinds::{self, Said};
use super::layout::Layout;
use super::place;
use super::records::{Record, Records};
use super::sections::{currency_said, mark_said, title};
use super::survey::Choices;
use super::units;
use super::words::{self, Label};
use crate::domain::{AccountKind, Period};
use crate::error::{Cause, Result};
use crate::id::Id;
use crate::money::Currency;
use crate::statement::profile::{ColumnRole, DateOrder};
use crate::statement::reading::{LeftOutReason, LeftOutRows};
use crate::time::Date;

/// Names of the days that a document covers, folded.
const PERIOD: &[&str] = &[
    "period",
    "period from",
    "statement period",
    "statement period from",
    "statement from",
    "statement date range",
    "date range",
    "periode",
    "periode du",
    "zeitraum",
    "periodo",
    "periodo de",
    "kipindi",
];
/// What may stand between the two days.
const BETWEEN: &[&str] = &[
    " - ",
    " \u{2013} ",
    " \u{2014} ",
    " to ",
    " until ",
    " au ",
    " bis ",
    " al ",
    " hasta ",
    " a ",
    " hadi ",
];

/// What the lines before the header say.
#[derive(Default)]
pub(super) struct Preamble {
    pub(super) account_id: Option<Id>,
    /// Titles of an account by its kind.
    pub(super) titles: Vec<String>,
    /// What the account is, and the line that says it.
    pub(super) kind: Option<(AccountKind, u64)>,
    /// The first line that names a loan or a card, which may be the account or another one.
    pub(super) kind_open: Option<u64>,
    /// The currencies that lines name, each with its line.
    pub(super) currencies: Vec<(Currency, u64)>,
    /// Marks of several currencies that lines name, such as `$`, each with its line.
    pub(super) marks: Vec<(&'static Mark, u64)>,
    /// Lines that name a day and an amount and may be rows.
    pub(super) hidden: Vec<u64>,
    /// The currencies that stand beside balances, such as `₦50,000.00`.
    pub(super) beside: Vec<(Currency, u64)>,
    periods: Vec<[Stamp; 2]>,
    openings: Vec<Balance>,
    closings: Vec<Balance>,
}

/// A balance as it is written.
struct Balance {
    line: u64,
    text: String,
}

/// Passes the lines before the header and the header itself, and returns what they say.
pub(super) fn pass(
    records: &mut Records<'_>,
    layout: &Layout,
    left_out: &mut LeftOutRows,
) -> Result<Preamble> {
    let mut preamble = Preamble::default();
    if layout.header_line == 0 {
        return Ok(preamble);
    }
    while let Some(record) = records.next() {
        if record.line >= layout.header_line {
            left_out.push(record.line, LeftOutReason::Header);
            break;
        }
        left_out.push(record.line, LeftOutReason::Preamble);
        preamble.refuse(record, layout)?;
        preamble.read(record);
    }
    Ok(preamble)
}

/// Returns what a line such as `Currency,KES` or `Account number: 123` names, and its value.
pub(super) fn named_value(record: Record<'_>) -> Option<(ColumnRole, &str)> {
    let (name, value) = name_and_value(record)?;
    Some((words::column(&words::name(name))?.0, value))
}

/// Returns the name and the value of a line such as `Currency,KES` or `Account number: 123`.
pub(super) fn name_and_value(record: Record<'_>) -> Option<(&str, &str)> {
    let mut cells = record.cells().filter(|cell| !cell.is_empty());
    let first = cells.next()?;
    match first.split_once(':') {
        Some((name, value)) if !value.trim().is_empty() => Some((name, value.trim())),
        _ => Some((first, cells.next()?)),
    }
}

/// Returns the name of a line, which goes up to the amount or the day (to the first digit, or to a sign or a currency
/// before it), and what follows.
pub(super) fn named_amount(text: &str) -> Option<(&str, &str)> {
    let digit = text.find(|char: char| char.is_ascii_digit())?;
    let before = text.get(..digit)?.trim_end_matches(['-', '+', '(', '\u{2212}', ' ']);
    let last = before.rsplit([' ', ':']).next().unwrap_or_default();
    let before = if amounts::currency_named(last).is_some() {
        before.strip_suffix(last).unwrap_or(before)
    } else {
        before
    };
    Some((before, text.get(before.len()..)?.trim()))
}

impl Preamble {
    /// Refuses a line that is a row, or that says that amounts are in another unit.
    fn refuse(&mut self, record: Record<'_>, layout: &Layout) -> Result<()> {
        layout.refuse_unit(record.line, units::of_line(record))?;
        match hidden::of(record) {
            Some(Holds::Row | Holds::Memo) => {
                let message = "the line before the header holds a day and an amount, as a row does; split the document there, or \
                               put the header first";
                return Err(place(Cause::TransactionCsv, record.line, None, message));
            }
            Some(Holds::Money) => self.hidden.push(record.line),
            None => {}
        }
        Ok(())
    }

    fn read(&mut self, record: Record<'_>) {
        self.titles.extend(title(record));
        match kinds::of(record) {
            Some(Said::Kind(kind)) => self.kind = self.kind.or(Some((kind, record.line))),
            Some(Said::Open) => self.kind_open = self.kind_open.or(Some(record.line)),
            None => {}
        }
        match named_value(record) {
            Some((ColumnRole::Currency, value)) => {
                let named = amounts::currency_named(value).or_else(|| amounts::currency_of_number(value));
                self.currencies.extend(named.map(|own| (own, record.line)));
                // A letter may be the beginning of any word.
                let mark = amounts::mark_of_several(value).filter(|mark| !mark.is_word());
                let mark = mark.or_else(|| amounts::mark_of_word(value));
                self.marks.extend(mark.map(|own| (own, record.line)));
            }
            Some((ColumnRole::Account, value)) => {
                self.account_id = self.account_id.take().or_else(|| Id::parse(value).ok());
                let codes = record.cells().skip(1).filter_map(|cell| Currency::parse(cell).ok());
                self.currencies.extend(codes.map(|own| (own, record.line)));
            }
            _ => {
                self.currencies.extend(currency_said(record).map(|own| (own, record.line)));
                self.marks.extend(mark_said(record).map(|own| (own, record.line)));
            }
        }
        let cells: Vec<&str> = record.cells().filter(|cell| !cell.is_empty()).collect();
        let text = cells.join(" ");
        let Some((before, value)) = named_amount(&text) else { return };
        let name = words::name(before);
        if PERIOD.contains(&&*name) {
            self.periods.extend(days(value));
        } else if let Some((_, month)) = before.trim_end().rsplit_once([' ', ':'])
            && dates::month(month).is_some()
            && let Some((name, _)) = name.rsplit_once(' ')
            && PERIOD.contains(&name)
        {
            // The first day begins with its month: `Sep 17, 2025 - Oct 9, 2025`.
            self.periods.extend(days(&format!("{month} {value}")));
        }
        let balance = || Balance { line: record.line, text: value.to_owned() };
        let label = words::whole_label(before);
        let is_balance = label.is_some_and(|label| label != Label::Total)
            || words::column(&name).is_some_and(|(column, _)| column == ColumnRole::Balance);
        if is_balance && let Some(written) = amounts::cut(value) {
            self.beside.extend(written.currency.map(|own| (own, record.line)));
        }
        match label {
            Some(Label::Opening) => self.openings.push(balance()),
            Some(Label::Closing) => self.closings.push(balance()),
            _ => {}
        }
    }

    /// Returns the currency beside the balances of these lines, where all have one.
    pub(super) fn currency_beside(&self) -> Option<Currency> {
        let (first, _) = *self.beside.first()?;
        self.beside.iter().all(|(own, _)| *own == first).then_some(first)
    }

    /// Returns the days that the document covers, where one reading of them holds the days of all rows: that of the rows, since a
    /// document has one order of day and month, and where rows have none either.
    pub(super) fn period(
        &self,
        days: impl Iterator<Item = Date> + Clone,
        order: DateOrder,
    ) -> Option<Period> {
        let [period] = self.periods.as_slice() else { return None };
        let (first, last) = (days.clone().min()?, days.max()?);
        let read = |own: DateOrder| {
            if own != order && matches!(order, DateOrder::Dmy | DateOrder::Mdy) {
                return None;
            }
            let [from, to] = period.map(|stamp| stamp.date(own));
            let (from, to) = (from?, to?);
            (from <= first && last <= to).then_some(Period { from, to })
        };
        let [day_first, month_first] = [read(DateOrder::Dmy), read(DateOrder::Mdy)];
        match (day_first, month_first) {
            (Some(one), Some(other)) => (one == other).then_some(one),
            (one, other) => one.or(other),
        }
    }

    /// Returns line and balance before the first row, and those after the last one, where one line names it.
    pub(super) fn ends(&self, choices: &Choices, currency: Currency) -> [Option<(u64, i64)>; 2] {
        [&self.openings, &self.closings].map(|balances| {
            let [Balance { line, text }] = balances.as_slice() else { return None };
            let written = amounts::cut(text)?;
            let mark = written.mark.is_none_or(|mark| mark.is_of(currency));
            if written.currency.is_some_and(|own| own != currency) || !mark {
                return None;
            }
            let minor = written.minor(choices.decimal_mark.0, currency).ok()?;
            Some((*line, if written.negative == Some(true) { -minor } else { minor }))
        })
    }
}

/// Returns the two days of a text such as `01/01/2026 - 31/03/2026`.
fn days(text: &str) -> Option<[Stamp; 2]> {
    let of = |text: &str| dates::cut(text.trim()).filter(|it| it.clock.is_none());
    let parts = BETWEEN.iter().find_map(|between| text.split_once(between));
    let (from, to) = parts.or_else(|| text.split_once(' '))?;
    Some([of(from)?, of(to)?])
}
