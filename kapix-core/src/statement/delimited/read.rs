//! The steps of reading: text, layout, survey, rows, balances.

use super::balances::{self, Chain};
use super::breaks;
use super::encoding::decode;
use super::fees;
use super::flags::Says;
use super::found::{Building, Found};
use super::ids;
use super::layout::{self, Layout};
use super::parts::{Part, parts};
use super::preamble::{self, Preamble};
use super::records::{Marks, Records, check_lines, quotes};
use super::rivals::{self, Tried};
use super::survey::Choices;
use super::walk::{Body, Form};
use super::whole;
use crate::error::{Cause, Error, Result};
use crate::limits::Limits;
use crate::statement::profile::{ColumnRole, Format, Profile, Quotes};
use crate::statement::reading::{
    Choice, ColumnReading, LeftOutReason, LeftOutRows, Proof, Reading, ReadingFinding, ReadingFindingKind,
};
use crate::statement::request::TransactionsReadRequest;
use std::collections::BTreeMap;

/// Bytes of a part of a text, which one thread reads by itself.
const PART_BYTES: usize = 1 << 19;

/// Returns the accounts of a delimited text, read on so many threads; 0 takes all.
pub(crate) fn read(
    document: &[u8],
    request: &TransactionsReadRequest,
    limits: &Limits,
    threads: usize,
) -> Result<ColumnReading> {
    read_in_parts(document, request, limits, (PART_BYTES, threads))
}

/// Returns the accounts of a delimited text whose parts are of so many bytes each.
pub(super) fn read_in_parts(
    document: &[u8],
    request: &TransactionsReadRequest,
    limits: &Limits,
    (part_bytes, threads): (usize, usize),
) -> Result<ColumnReading> {
    refuse_parts_of_json(&request.profile)?;
    let decoded = decode(document, request.profile.encoding)?;
    let text: &str = &decoded.text;
    check_lines(text, limits)?;
    let layout = layout::find(text, &request.profile, limits)?;
    let (quotes, occur) = quotes(text, layout.separator, request.profile.quotes, limits)?;
    // Without a quote nobody looks for one again.
    let marks = Marks { separator: layout.separator, quotes: if occur { quotes } else { Quotes::None } };
    let source = Source { text, marks, request, limits, part_bytes, threads };
    let mut read = rivals::decide(layout, |layout| source.read(layout))?;
    let Reading { profile, proof, .. } = &mut read.reading;
    profile.encoding = Some(decoded.encoding);
    proof.choices.insert("encoding", decoded.choice);
    profile.quotes = Some(quotes);
    proof.choices.insert("quotes", stated_or_found(request.profile.quotes.is_some(), 0));
    Ok(read)
}

/// A text, and how it is read whatever its columns hold.
struct Source<'t> {
    text: &'t str,
    marks: Marks,
    request: &'t TransactionsReadRequest,
    limits: &'t Limits,
    part_bytes: usize,
    threads: usize,
}

impl Source<'_> {
    /// Returns what the text holds under a layout; without its column of accounts where that names other sides: only over all
    /// rows the balances chain.
    fn read(&self, layout: Layout) -> Result<Tried> {
        let account = layout.places.of(ColumnRole::Account);
        let is_stated = self.request.profile.columns.contains_key(&ColumnRole::Account);
        let Some(at) = account.filter(|_| !is_stated) else { return self.read_by(layout) };
        let mut other = layout.clone();
        let own = self.read_by(layout);
        if own.as_ref().is_ok_and(|tried| !whole::may_be_one(&tried.read.rows)) {
            return own;
        }
        other.places.set(ColumnRole::Account, None);
        other.flags.push((at, Says::Account));
        match self.read_by(other) {
            Ok(tried) if whole::are_whole(&tried.read.rows) => Ok(tried),
            _ => own,
        }
    }

    fn read_by(&self, mut layout: Layout) -> Result<Tried> {
        let Self { text, marks, request, limits, part_bytes, threads } = *self;
        let mut records = Records::new(Part { text, line: 1 }, marks);
        let mut left_out = LeftOutRows::default();
        let mut preamble = preamble::pass(&mut records, &layout, &mut left_out)?;
        check_kind(request, &preamble)?;
        let mut hidden = core::mem::take(&mut preamble.hidden);
        let parts = parts(records.rest(), marks, &layout.places, part_bytes);
        let body = Body { parts, marks, preamble, request, limits, threads };
        let (mut found, mut form) = body.read(&mut layout, left_out)?;
        found.check()?;
        let not_whole = body.not_whole(&found, &layout);
        if let Some(error) = not_whole.as_ref().filter(|_| !whole::may_chain(&found.accounts)) {
            return Err(error.clone());
        }
        let sides = body.sides(&layout);
        sides.check(&layout, form.choices.one_sign != Some(0))?;
        found.leave_unnamed();
        check_one(request, found.accounts.len())?;
        let mut accounts = core::mem::take(&mut found.accounts);
        let mut findings = Vec::new();
        if let [account] = accounts.as_slice() {
            findings.extend(breaks::check(account, &found.breaks));
        }
        hidden.append(&mut found.hidden);
        findings.extend(hidden_rows(hidden.iter().chain(&found.memos)));
        for line in whole::open_ends(&accounts) {
            found.states.doubt(line);
        }
        let [open, undone] = core::mem::take(&mut found.states).findings();
        findings.extend(open);
        let owed = body.preamble.kind_open.or(found.owed.line());
        findings.extend(kind_unknown(request, (&body.preamble, owed), &accounts));
        findings.extend(balances::oldest_first(&mut accounts));
        let opening = request.account.opening_balance_minor;
        fees::give_rows(&mut accounts, opening, &layout);
        let side = sides.name(&layout);
        let has_one = layout.places.has_one_amount();
        let mut chain =
            balances::sign(&mut accounts, &mut form.choices, has_one, &mut findings, side.as_deref())?;
        // Months that come the newest first break the chain between them.
        let is_broken = chain.plus < chain.checked;
        if is_broken || not_whole.is_some() || findings.iter().any(whole::may_settle) {
            let mut beginnings = found.beginnings();
            if findings.iter().any(|found| found.kind == ReadingFindingKind::SectionDoubtful) {
                beginnings.extend(whole::openings_between(&accounts));
            }
            if whole::chains(&mut accounts, &mut findings) && whole::goes_on(&accounts, &beginnings) {
                whole::settle(&mut findings, (&hidden, &found.in_another_form), &accounts)?;
                findings.extend(undone);
            } else {
                not_whole.map_or(Ok(()), Err)?;
            }
            chain = balances::chained(&accounts);
        }
        ids::leave_texts(&mut accounts, &layout);
        findings.extend(fees::check(&accounts, opening, &layout)?);
        found.accounts = accounts;
        Ok(finish(&body, found, (&form, &layout, chain), findings))
    }
}

/// Returns the finding of lines that hold money and became no row.
fn hidden_rows<'l>(lines: impl Iterator<Item = &'l u64>) -> Option<ReadingFinding> {
    let mut lines: Vec<u64> = lines.copied().collect();
    lines.sort_unstable();
    (!lines.is_empty()).then(|| ReadingFindingKind::HiddenRows.at(lines))
}

/// Returns the reading of what was found, with its proof.
fn finish(
    body: &Body<'_>,
    found: Found,
    (form, layout, chain): (&Form, &Layout, Chain),
    mut findings: Vec<ReadingFinding>,
) -> Tried {
    let request = body.request;
    let (accounts, left_out) = (found.accounts, found.left_out);
    let mut totals = found.totals.compared();
    let unread = unread_labels(&left_out, &accounts, chain);
    let is_one = accounts.len() == 1;
    let mut wrong = Vec::new();
    let accounts = accounts.into_iter().map(|it| {
        let known = body.known(&it, is_one, form, layout);
        balances::finish(it, &request.account, known, &mut totals, &mut wrong)
    });
    let (mut accounts, rows): (Vec<_>, Vec<_>) = accounts.unzip();
    for account in &mut accounts {
        account.doubt(unread);
    }
    findings.extend(totals.finding());
    findings.extend((!wrong.is_empty()).then(|| ReadingFindingKind::ClosingMismatch.at(wrong)));
    let mut proof =
        Proof { balances_chained: chain.plus, balances_checked: chain.checked, ..Proof::default() };
    proof.totals = totals.checks;
    proof.columns_not_read = layout.not_read();
    let mut profile = profile(layout, &form.choices, request, &mut proof.choices);
    if findings.iter().any(|found| found.kind == ReadingFindingKind::SignDoubtful) {
        // Stated for the next document, a sign that is doubtful here would be certain there.
        profile.sign = request.profile.sign;
    }
    let reading = Reading { accounts, findings, left_out, profile, proof };
    Tried {
        read: ColumnReading { reading, rows },
        is_proved: chain.proves(),
        has_rivals: found.rivals.against > 0,
    }
}

/// Refuses what the request states of one account where the document holds several.
fn check_one(request: &TransactionsReadRequest, accounts: usize) -> Result<()> {
    let stated = &request.account;
    let of_one = [
        ("closing_balance_minor", stated.closing_balance_minor.is_some()),
        ("opening_balance_minor", stated.opening_balance_minor.is_some()),
    ];
    let Some((name, _)) = of_one.iter().find(|(_, is_stated)| *is_stated && accounts > 1) else {
        return Ok(());
    };
    let message = format!("{name} is of one account; the document holds `{accounts}`");
    Err(Error::new(Cause::DataExclusive, message).at(format!("/account/{name}")))
}

/// Refuses a kind of account that a line before the header contradicts.
fn check_kind(request: &TransactionsReadRequest, preamble: &Preamble) -> Result<()> {
    let (Some(stated), Some((own, line))) = (request.account.kind, preamble.kind) else { return Ok(()) };
    if own == stated {
        return Ok(());
    }
    let (own, stated): (&str, &str) = (own.into(), stated.into());
    let message = format!("the line names an account of kind `{own}`; the request states `{stated}`");
    Err(place(Cause::TransactionCsv, line, Some(ColumnRole::Kind), &message))
}

/// Returns the finding of a line before the header, or a row, that names a loan or a card where nothing says what the account is.
fn kind_unknown(
    request: &TransactionsReadRequest,
    (preamble, owed): (&Preamble, Option<u64>),
    accounts: &[Building],
) -> Option<ReadingFinding> {
    let is_known = request.account.kind.is_some()
        || preamble.kind.is_some()
        || accounts.iter().all(|account| account.kind.is_some());
    let line = owed.filter(|_| !is_known)?;
    Some(ReadingFindingKind::KindUnknown.at(vec![line]))
}

/// Returns how many lines of balances and totals could not be read, unless the balances of all rows chain.
fn unread_labels(left_out: &LeftOutRows, accounts: &[Building], chain: Chain) -> u64 {
    let count = |all: usize| u64::try_from(all).unwrap_or(u64::MAX);
    let without = left_out.counts.get(&LeftOutReason::NoAmount).copied().unwrap_or_default();
    let gaps = count(accounts.iter().map(|it| it.gaps.len()).sum());
    let rows = count(accounts.iter().map(|it| it.rows.len().saturating_sub(1)).sum());
    let is_proved = chain.checked > 0 && chain.plus == chain.checked && chain.checked >= rows;
    if is_proved { 0 } else { without.saturating_sub(gaps) }
}

/// Refuses what a profile states of an aggregator's answer: nothing of it would be done.
fn refuse_parts_of_json(profile: &Profile) -> Result<()> {
    let stated = [
        ("preset", profile.preset.is_some()),
        ("pointers", profile.pointers.is_some()),
        ("categories", profile.categories.is_some()),
    ];
    let Some((name, _)) = stated.into_iter().find(|(_, is_stated)| *is_stated) else { return Ok(()) };
    let message = format!(
        "`profile.{name}` is of an aggregator's answer in JSON, and the document is delimited text, whose form is found: \
         leave it out"
    );
    Err(Error::new(Cause::StatementForm, message).at(format!("/profile/{name}")))
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
        // Where nothing depends on the order, stating one for the next document would be a guess.
        date_order: (choices.date_order.1 != Choice::Default).then_some(choices.date_order.0),
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
