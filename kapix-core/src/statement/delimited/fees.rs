//! A column of fees beside the amounts. Nothing reads it: the balances show whether the amounts hold the fees already.

use super::amounts;
use super::cut::Cut;
use super::flags::Says;
use super::found::Building;
use super::layout::{Layout, currency_in};
use super::place;
use super::rows::Rows;
use super::words::folded;
use crate::error::{Cause, Result};
use crate::money::Currency;
use crate::statement::profile::ColumnRole;
use crate::statement::reading::{ReadingFinding, ReadingFindingKind};

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
    let folded = folded(name);
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

/// Returns the finding of fees of which no balance shows whether the amounts hold them; refuses those that they do not.
pub(super) fn check(
    accounts: &[Building],
    stated_opening: Option<i64>,
    layout: &Layout,
) -> Result<Option<ReadingFinding>> {
    let mut open = Vec::new();
    for account in accounts.iter().filter(|it| !it.fees.is_empty()) {
        let rows = account.rows.len();
        let opening = stated_opening.or(account.ends()[0].map(|(_, balance)| balance));
        let (mut first, mut alone) = (None, 0_usize);
        let before = open.len();
        for fee in &account.fees {
            let row = if account.newest_first { rows - 1 - fee.row } else { fee.row };
            let earlier = row.checked_sub(1).map_or(opening, |row| account.rows.balance(row));
            let amount = account.rows.amounts.get(row).copied().unwrap_or_default();
            let change = account
                .rows
                .balance(row)
                .zip(earlier)
                .map(|(own, before)| i128::from(own) - i128::from(before));
            let rest = change.map(|change| i128::from(amount) - change);
            match rest {
                Some(0) => alone += 1,
                None if row == 0 => first = Some(fee.line),
                Some(rest) if fee.minor.is_some_and(|fee| rest == i128::from(fee)) => {
                    return Err(beside(fee.line, layout));
                }
                _ => open.push(fee.line),
            }
        }
        // What is before the first row is not known: the other rows show what holds of it.
        open.extend(first.filter(|_| alone == 0 || open.len() > before));
    }
    open.sort_unstable();
    Ok((!open.is_empty()).then(|| ReadingFindingKind::FeesNotRead.at(open)))
}

#[cold]
fn beside(line: u64, layout: &Layout) -> crate::error::Error {
    let fees = layout.flags.iter().filter(|(_, says)| *says == Says::Fee);
    let names: Vec<&str> = fees.filter_map(|(at, _)| layout.header.get(*at).map(String::as_str)).collect();
    let message = format!(
        "the balances show that the fee in the column `{}` went out beside the amount, and no column of fees is read; give \
         each fee a row of its own, or add it to the amount",
        names.join("`, `")
    );
    place(Cause::TransactionCsv, line, Some(ColumnRole::Amount), &message)
}
