//! The steps of reading: text, layout, survey, rows, balances.

use super::balances;
use super::encoding::decode;
use super::layout::{self, Layout};
use super::records::{Marks, Records, check_lines, quotes};
use super::rows::{Found, Rows};
use super::survey::{Choices, Survey};
use crate::error::{Cause, Error, Result};
use crate::limits::Limits;
use crate::statement::profile::{ColumnRole, Format, Profile};
use crate::statement::reading::{Choice, LeftOutRows, Proof, Reading, ReadingFindingKind};
use crate::statement::request::TransactionsReadRequest;
use std::collections::BTreeMap;

/// The name of the column of days on the wire: a document that has it is in the form of the wire.
const WIRE: &str = "at";

/// Returns the accounts of a delimited text.
pub(crate) fn read(document: &[u8], request: &TransactionsReadRequest, limits: &Limits) -> Result<Reading> {
    let decoded = decode(document, request.profile.encoding)?;
    let text: &str = &decoded.text;
    check_lines(text, limits)?;
    let mut layout = layout::find(text, &request.profile, limits)?;
    let quotes = quotes(text, layout.separator, request.profile.quotes, limits)?;
    let marks = Marks { separator: layout.separator, quotes };
    let mut records = Records::new(text, marks);
    layout::pass_preamble(&mut records, &layout, &mut LeftOutRows::default())?;
    let survey = Survey::take(&mut records, &layout.places, request.account.period)?;
    if let Some(line) = survey.foreign_type() {
        leave_type(&mut layout, request, line)?;
    }
    let wire = layout.places.of(ColumnRole::At).and_then(|place| layout.header.get(place));
    let is_wire = wire.is_some_and(|name| name == WIRE);
    let choices = survey.decide(&request.profile, &layout.places, is_wire)?;

    let mut records = Records::new(text, marks);
    let mut left_out = LeftOutRows::default();
    let preamble = layout::pass_preamble(&mut records, &layout, &mut left_out)?;
    let beside = survey.currency.map(|(currency, _)| currency);
    let currency = request.account.currency.or(layout.currency).or(preamble.currency).or(beside);
    let found = Found { left_out, ..Found::default() };
    let stated = &request.account;
    let mut rows = Rows { layout: &layout, choices, stated, preamble: &preamble, limits, currency, found };
    while let Some(record) = records.next()? {
        rows.read(record)?;
    }
    let (found, mut choices) = (rows.found, choices);
    found.check()?;
    let mut accounts = found.accounts;
    let mut totals = found.totals;
    let mut findings: Vec<_> = balances::oldest_first(&mut accounts).into_iter().collect();
    let chain = balances::sign(&mut accounts, &mut choices, layout.places.has_one_amount(), &mut findings)?;
    let mut wrong = Vec::new();
    let accounts: Vec<_> =
        accounts.into_iter().map(|it| balances::finish(it, stated, &mut totals, &mut wrong)).collect();
    findings.extend(totals.finding());
    findings.extend((!wrong.is_empty()).then(|| ReadingFindingKind::ClosingMismatch.at(wrong)));
    let mut proof =
        Proof { balances_chained: chain.plus, balances_checked: chain.checked, ..Proof::default() };
    proof.totals = totals.checks;
    let mut profile = profile(&layout, &choices, request, &mut proof.choices);
    profile.encoding = Some(decoded.encoding);
    proof.choices.insert("encoding", decoded.choice);
    profile.quotes = Some(quotes);
    proof.choices.insert("quotes", stated_or_found(request.profile.quotes.is_some(), 0));
    Ok(Reading { accounts, findings, left_out: found.left_out, profile, proof })
}

/// A column of types that states other things than directions is none, unless the request says that it is.
fn leave_type(layout: &mut Layout, request: &TransactionsReadRequest, line: u64) -> Result<()> {
    if request.profile.columns.contains_key(&ColumnRole::Type) {
        let message = "the value must say credit or debit; else state another column of `type`";
        return Err(place(Cause::TransactionCsv, line, Some(ColumnRole::Type), message));
    }
    let name = layout.places.of(ColumnRole::Type).and_then(|place| layout.header.get(place));
    if name.is_some_and(|name| name == ColumnRole::Type.as_str()) {
        let message = "the value must be `credit` or `debit`";
        return Err(place(Cause::TransactionCsv, line, Some(ColumnRole::Type), message));
    }
    layout.places.set(ColumnRole::Type, None);
    Ok(())
}

fn profile(
    layout: &Layout,
    choices: &Choices,
    request: &TransactionsReadRequest,
    how: &mut BTreeMap<&'static str, Choice>,
) -> Profile {
    let stated = &request.profile;
    let name = |place: usize| layout.header.get(place).cloned().unwrap_or_else(|| (place + 1).to_string());
    how.insert("columns", stated_or_found(!stated.columns.is_empty(), layout.header_line));
    how.insert("date_order", choices.date_order.1);
    how.insert("debit_sign", choices.debit_sign.1);
    how.insert("decimal_mark", choices.decimal_mark.1);
    how.insert("format", stated_or_found(stated.format.is_some(), 0));
    how.insert("header_line", stated_or_found(stated.header_line.is_some(), layout.header_line));
    how.insert("separator", stated_or_found(stated.separator.is_some(), layout.header_line));
    how.insert("sign", choices.sign.1);
    Profile {
        columns: layout.places.used().map(|(column, place)| (column, name(place))).collect(),
        date_order: Some(choices.date_order.0),
        debit_sign: Some(choices.debit_sign.0),
        decimal_mark: Some(choices.decimal_mark.0),
        format: Some(Format::Delimited),
        header_line: Some(layout.header_line),
        separator: Some(layout.separator),
        sign: Some(choices.sign.0),
        ..Profile::default()
    }
}

fn stated_or_found(is_stated: bool, line: u64) -> Choice {
    if is_stated { Choice::Stated } else { Choice::Found { line } }
}

/// Returns an error at a line, and at a column of it, of the document.
#[cold]
pub(super) fn place(cause: Cause, line: u64, column: Option<ColumnRole>, message: &str) -> Error {
    let field = column.map_or_else(String::new, |column| format!("/{}", column.as_str()));
    let name = column.map_or_else(String::new, |column| format!(", column `{}`", column.as_str()));
    Error::new(cause, format!("line `{line}`{name}: {message}")).at(format!("/document/{line}{field}"))
}
