//! A column of fees beside the amounts: the balances show whether the amounts hold the fees already, or each is a row.

use super::amounts;
use super::cut::Cut;
use super::flags::Says;
use super::found::Building;
use super::layout::{Layout, currency_in};
use super::place;
use super::rows::Rows;
use super::words;
use crate::error::{Cause, Result};
use crate::money::Currency;
use crate::statement::columns::{Row, RowColumns};
use crate::statement::profile::ColumnRole;
use crate::statement::reading::{ReadingFinding, ReadingFindingKind};
use std::collections::BTreeMap;

/// Names of the columns, folded and without a currency.
const NAMES: &[&str] = &[
    "fee",
    "fees",
    "fee amount",
    "transaction fee",
    "transaction fees",
    "service fee",
    "service fees",
    "bank fee",
    "bank fees",
    "total fees",
    "charge",
    "charges",
    "charge amount",
    "transaction charge",
    "transaction charges",
    "transaction cost",
    "service charge",
    "service charges",
    "bank charge",
    "bank charges",
    "commission",
    "commissions",
    "tax",
    "taxes",
    "tax amount",
    "vat",
    "vat amount",
    "excise duty",
    "duty",
    "stamp duty",
    "levy",
    "levies",
    "e levy",
    "frais",
    "frais bancaires",
    "tva",
    "taxe",
    "taxes et frais",
    "gebuhr",
    "gebuhren",
    "gebuehr",
    "gebuehren",
    "taxa",
    "taxas",
    "tarifa",
    "tarifas",
    "comissao",
    "comissoes",
    "comision",
    "comisiones",
    "iva",
    "imposto",
    "impuesto",
    "ada",
    "makato",
];

/// The fees of a row.
pub(super) struct Fee {
    /// The number of the row in its account.
    pub(super) row: usize,
    line: u64,
    /// Their sum without a sign; `None` where a value could not be read.
    minor: Option<i64>,
}

impl Fee {
    /// Returns the fee behind so many rows more.
    pub(super) const fn behind(self, rows: usize) -> Self {
        Self { row: self.row + rows, ..self }
    }
}

/// Returns whether a name of a header is that of a column of fees.
pub(super) fn is_name(name: &str) -> bool {
    let folded = words::name(name);
    let bare = currency_in(name).and_then(|_| folded.rsplit_once(' ')).map_or(&*folded, |(rest, _)| rest);
    NAMES.contains(&bare)
}

impl Rows<'_> {
    /// Returns the fees beside the amount of the next row of an account; `None` where they are zero.
    pub(super) fn fee(&self, record: &Cut<'_>, currency: Currency, row: usize) -> Option<Fee> {
        let mut sum = None;
        for (at, _) in self.layout.flags.iter().filter(|(_, says)| *says == Says::Fee) {
            let text = record.cell(*at);
            let written = amounts::cut(text);
            let is_none =
                written.map_or_else(|| !text.bytes().any(|it| it.is_ascii_digit()), |it| it.is_zero());
            if is_none {
                continue;
            }
            let minor = written.and_then(|it| it.minor(self.choices.decimal_mark.0, currency).ok());
            sum = Some(sum.unwrap_or(Some(0_i64)).and_then(|sum| sum.checked_add(minor?)));
        }
        sum.map(|minor| Fee { row, line: record.line, minor })
    }
}

/// What the balances show of a fee.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// The amount holds it.
    Held,
    /// It went out beside the amount.
    Beside,
    /// It is of the first row, and no balance stands before that.
    First,
    /// Neither.
    Open,
}

/// Returns the place of a fee among the rows of its account, and what the balances show of it.
fn shown(account: &Building, fee: &Fee, stated_opening: Option<i64>) -> (usize, Shown) {
    let row = if account.newest_first { account.rows.len() - 1 - fee.row } else { fee.row };
    let opening = || stated_opening.or(account.ends()[0].map(|(_, balance)| balance));
    let earlier = row.checked_sub(1).map_or_else(opening, |row| account.rows.balance(row));
    let amount = account.rows.amounts.get(row).copied().unwrap_or_default();
    let change =
        account.rows.balance(row).zip(earlier).map(|(own, before)| i128::from(own) - i128::from(before));
    let shown = match change.map(|change| i128::from(amount) - change) {
        Some(0) => Shown::Held,
        Some(rest) if fee.minor.is_some_and(|fee| rest == i128::from(fee)) => Shown::Beside,
        None if row == 0 => Shown::First,
        _ => Shown::Open,
    };
    (row, shown)
}

/// Gives each fee a row of its own in the accounts whose balances show that all of them went out beside the amounts.
pub(super) fn give_rows(accounts: &mut [Building], stated_opening: Option<i64>, layout: &Layout) {
    let name = names(layout).join(", ");
    for account in accounts.iter_mut().filter(|it| !it.fees.is_empty()) {
        let all = account.fees.iter().map(|fee| (shown(account, fee, stated_opening), fee.minor));
        let all: Vec<((usize, Shown), Option<i64>)> = all.collect();
        let are_beside = all.iter().any(|((_, shown), _)| *shown == Shown::Beside)
            && all
                .iter()
                .all(|((_, shown), minor)| matches!(shown, Shown::Beside | Shown::First) && minor.is_some());
        if !are_beside {
            continue;
        }
        let fees: BTreeMap<usize, i64> =
            all.into_iter().filter_map(|((row, _), minor)| Some((row, minor?))).collect();
        let mut rows = RowColumns::default();
        for at in 0..account.rows.len() {
            let Some(row) = account.rows.get(at) else { continue };
            let line = account.rows.lines.get(at).copied().unwrap_or_default();
            let Some(fee) = fees.get(&at) else {
                rows.push(&row, line);
                continue;
            };
            let before = row.balance_minor.and_then(|balance| balance.checked_add(*fee));
            rows.push(&Row { balance_minor: before, ..row }, line);
            let own = Row {
                amount_minor: -fee,
                category: None,
                description: Some(&name),
                direction: None,
                id: None,
                pending_id: None,
                ..row
            };
            rows.push(&own, line);
        }
        account.rows = rows;
        let places: Vec<usize> = account.fees.drain(..).map(|fee| fee.row).collect();
        let more = |before: usize| before + places.partition_point(|place| *place < before);
        account.edges.iter_mut().for_each(|it| it.rows_before = more(it.rows_before));
        account.gaps.iter_mut().for_each(|it| it.rows_before = more(it.rows_before));
    }
}

/// Returns the finding of fees of which no balance shows whether the amounts hold them; refuses those that they do not.
pub(super) fn check(
    accounts: &[Building],
    stated_opening: Option<i64>,
    layout: &Layout,
) -> Result<Option<ReadingFinding>> {
    let mut open = Vec::new();
    for account in accounts {
        let (mut first, mut held, before) = (None, 0_usize, open.len());
        for fee in &account.fees {
            match shown(account, fee, stated_opening).1 {
                Shown::Held => held += 1,
                Shown::First => first = Some(fee.line),
                Shown::Beside => return Err(beside(fee.line, layout)),
                Shown::Open => open.push(fee.line),
            }
        }
        // What is before the first row is not known: the other rows show what holds of it.
        open.extend(first.filter(|_| held == 0 || open.len() > before));
    }
    open.sort_unstable();
    Ok((!open.is_empty()).then(|| ReadingFindingKind::FeesNotRead.at(open)))
}

/// Returns the names of the columns of fees.
fn names(layout: &Layout) -> Vec<&str> {
    let fees = layout.flags.iter().filter(|(_, says)| *says == Says::Fee);
    fees.filter_map(|(at, _)| layout.header.get(*at).map(String::as_str)).collect()
}

#[cold]
fn beside(line: u64, layout: &Layout) -> crate::error::Error {
    let message = format!(
        "the balances show that the fee in the column `{}` went out beside the amount, and those of other rows are not \
         shown to; give each fee a row of its own, or add it to the amount",
        names(layout).join("`, `")
    );
    place(Cause::TransactionCsv, line, Some(ColumnRole::Amount), &message)
}
