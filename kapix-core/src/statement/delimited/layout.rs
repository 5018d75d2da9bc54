//! Where the columns of a document are: its separator, its header, and what the header's names mean.

use super::amounts::{self, Mark};
use super::cut::AMOUNTS;
use super::dates;
use super::flags::{self, Says};
use super::names;
use super::neighbours;
use super::parts::Part;
use super::place;
use super::records::{Marks, Record, Records, quotes};
use super::rivals;
use super::sides::{self, SideForm};
use super::units;
use super::words;
use crate::error::{Cause, Error, Result};
use crate::limits::{self, Limits};
use crate::money::Currency;
use crate::statement::profile::{ColumnRole, Profile, Quotes, Separator};
use crate::statement::reading::LISTED_MAX;
use core::ops::RangeFrom;
use std::collections::BTreeMap;
use strum::VariantArray;

/// Records that are looked at for the header.
pub(super) const PREAMBLE_MAX: usize = 200;

/// Names of a header that a message lists.
pub(super) const NAMES_MAX: usize = 20;

/// The columns of a document.
#[derive(Clone)]
pub(super) struct Layout {
    pub(super) separator: Separator,
    /// Line of the header; 0 where there is none.
    pub(super) header_line: u64,
    /// The values of the header.
    pub(super) header: Vec<String>,
    /// Place of each column that is used.
    pub(super) places: Places,
    /// The currency in the names of the columns, such as `Amount (KES)`.
    pub(super) currency: Option<Currency>,
    /// A mark of several currencies in them, such as `Amount ($)`, and the column.
    pub(super) mark: Option<(&'static Mark, ColumnRole)>,
    /// The other columns that change what a row means.
    pub(super) flags: Vec<(usize, Says)>,
    /// The place of a column of types that states no directions.
    pub(super) left_type: Option<usize>,
    /// The place of a column of amounts beside those of debits and of credits: it is compared with them.
    pub(super) beside_amount: Option<usize>,
    /// The places of columns that may hold the amounts in place of the one that is read.
    pub(super) rivals: Vec<usize>,
}

/// Names of the columns of a statement of M-PESA, folded: each has one of them.
const MPESA: &[&[&str]] = &[
    &["receipt no", "receipt number", "receipt"],
    &["completion time"],
    &["paid in"],
    &["withdrawn", "paid out"],
];

/// The name of the column of days on the wire: where a document has it, the point stands before decimals.
const WIRE: &str = "at";

impl Layout {
    /// Returns whether the column of days has the name that it has on the wire. What amounts mean is not said by that.
    pub(super) fn is_wire(&self) -> bool {
        let name = self.places.of(ColumnRole::At).and_then(|place| self.header.get(place));
        name.is_some_and(|name| name == WIRE)
    }

    /// Returns whether the columns have the names of a statement of M-PESA.
    pub(super) fn is_mpesa(&self) -> bool {
        let names: Vec<String> = self.header.iter().map(|name| words::name(name)).collect();
        MPESA.iter().all(|known| names.iter().any(|name| known.contains(&&**name)))
    }

    /// Returns the name of a column as the header has it; its number where it has none.
    pub(super) fn name(&self, place: usize) -> String {
        let name = self.header.get(place).filter(|name| !name.is_empty());
        name.cloned().unwrap_or_else(|| (place + 1).to_string())
    }

    /// Returns the names of the columns that are not read, the first hundred.
    pub(super) fn not_read(&self) -> Vec<String> {
        let names = self.header.iter().zip(self.is_read());
        let names = names.filter(|(name, is_read)| !name.is_empty() && !is_read);
        names.map(|(name, _)| name.clone()).take(LISTED_MAX).collect()
    }

    /// Returns the places that nothing reads: those of the header, and those behind it.
    pub(super) fn unread(&self) -> (Vec<usize>, RangeFrom<usize>) {
        let is_read = self.is_read();
        let unread = is_read.iter().enumerate().filter(|(_, is_read)| !**is_read).map(|(at, _)| at);
        (unread.collect(), is_read.len()..)
    }

    /// Returns the places of columns of free text, by their names.
    pub(super) fn texts(&self) -> Vec<usize> {
        let is_text = |name: &String| {
            let column = words::column(&words::name(name)).map(|(column, _)| column);
            matches!(column, Some(ColumnRole::Description | ColumnRole::Counterparty))
        };
        let names = self.header.iter().enumerate().filter(|(_, name)| is_text(name));
        names.map(|(at, _)| at).collect()
    }

    /// Returns whether each column up to the last one of the header, or that is stated, is read.
    fn is_read(&self) -> Vec<bool> {
        let flags = || self.flags.iter().filter(|(_, says)| says.is_read()).map(|(at, _)| *at);
        let used = || self.places.used().map(|(_, at)| at).chain(flags());
        let width = used().map(|at| at + 1).chain([self.header.len()]).max().unwrap_or_default();
        let mut is_read = vec![false; width];
        used().for_each(|at| is_read.get_mut(at).into_iter().for_each(|it| *it = true));
        is_read
    }
}

/// Place of each column in a record.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Places {
    own: [Option<usize>; ColumnRole::VARIANTS.len()],
    /// The column of days that those of a row without one are taken from that took no effect yet.
    pub(super) day_beside: Option<usize>,
    /// What a value of the column of types says.
    pub(super) side_form: SideForm,
}

impl Places {
    pub(super) fn of(&self, column: ColumnRole) -> Option<usize> {
        self.own.get(column as usize).copied().flatten()
    }

    pub(super) fn has(&self, column: ColumnRole) -> bool {
        self.of(column).is_some()
    }

    pub(super) fn set(&mut self, column: ColumnRole, place: Option<usize>) {
        if let Some(own) = self.own.get_mut(column as usize) {
            *own = place;
        }
    }

    pub(super) fn used(&self) -> impl Iterator<Item = (ColumnRole, usize)> {
        ColumnRole::VARIANTS.iter().filter_map(|column| Some((*column, self.of(*column)?)))
    }

    /// Returns whether one column of amounts in major units is read: it is where there is none of minor units, and not
    /// both of credits and of debits.
    pub(super) fn has_one_amount(&self) -> bool {
        let in_two = self.has(ColumnRole::Credit) && self.has(ColumnRole::Debit);
        self.has(ColumnRole::Amount) && !self.has(ColumnRole::AmountMinor) && !in_two
    }

    /// Leaves an amount beside a debit and a credit, and returns its place; the two where the amount alone is stated.
    fn leave_amount(&mut self, stated: &BTreeMap<ColumnRole, String>) -> Option<usize> {
        let both = [ColumnRole::Debit, ColumnRole::Credit];
        let is_beside = both.iter().all(|column| self.has(*column)) && !self.has(ColumnRole::AmountMinor);
        let amount = self.of(ColumnRole::Amount).filter(|_| is_beside)?;
        let [of_both, of_amount] =
            [both.iter().any(|it| stated.contains_key(it)), stated.contains_key(&ColumnRole::Amount)];
        if of_amount && !of_both {
            for column in both {
                self.set(column, None);
            }
            return None;
        }
        self.set(ColumnRole::Amount, None);
        Some(amount).filter(|_| !of_both)
    }

    /// A day, and an amount in one of its forms.
    fn suffice(&self) -> bool {
        let amounts = [ColumnRole::Amount, ColumnRole::AmountMinor, ColumnRole::Credit, ColumnRole::Debit];
        self.has(ColumnRole::At) && amounts.iter().any(|column| self.has(*column))
    }
}

/// Returns the layout: the separator under which the most columns have a known name.
pub(super) fn find(text: &str, profile: &Profile, limits: &Limits) -> Result<Layout> {
    let mut best: Option<Layout> = None;
    for separator in Separator::ALL {
        if profile.separator.is_some_and(|stated| stated != separator) {
            continue;
        }
        let Some(found) = under(text, separator, profile, limits)? else { continue };
        if best.as_ref().is_none_or(|best| found.places.used().count() > best.places.used().count()) {
            best = Some(found);
        }
    }
    if best.is_none() {
        // A quote that never closes may hide the header.
        quotes(text, profile.separator.unwrap_or(Separator::Comma), profile.quotes, limits)?;
    }
    if best.is_none()
        && let Some(error) = not_in_header(text, profile).or_else(|| names::lacking(text, profile))
    {
        return Err(error);
    }
    best.ok_or_else(|| {
        let message = "no line names a column of days and one of amounts (such as `Date` and `Amount`, or `Debit` and \
            `Credit`); state `profile.columns`, and `profile.header_line` (`0` without a header)";
        Error::new(Cause::StatementForm, message).at("/document")
    })
}

fn under(text: &str, separator: Separator, profile: &Profile, limits: &Limits) -> Result<Option<Layout>> {
    let quotes = profile.quotes.unwrap_or(Quotes::Double);
    let mut records = Records::new(Part { text, line: 1 }, Marks { separator, quotes });
    if profile.header_line == Some(0) {
        return without_header(records, separator, profile, limits);
    }
    for _ in 0..PREAMBLE_MAX {
        let Some(record) = records.next() else { break };
        if profile.header_line.is_some_and(|line| line != record.line) {
            if profile.header_line.is_some_and(|line| line < record.line) {
                break;
            }
            continue;
        }
        if record.len() > usize::try_from(limits.document_columns).unwrap_or(usize::MAX) {
            return limits::check("document_columns", limits.document_columns, record.len())
                .map(|()| None)
                .map_err(|error| place(error.cause, record.line, None, &error.message));
        }
        let header: Vec<String> = record.cells().map(str::to_owned).collect();
        let (header_line, stated) = (record.line, &profile.columns);
        let rest = Records::new(records.rest(), Marks { separator, quotes });
        let known = neighbours::without_empty(&header, rest, stated);
        let (mut places, currency) = named(known.as_ref().unwrap_or(&header), header_line, stated)?;
        let mark = mark_of(&header, &places);
        if places.suffice() {
            let beside_amount = places.leave_amount(&profile.columns);
            let flags = flags::of(&header, &places);
            let is_stated = profile.columns.contains_key(&ColumnRole::Amount);
            let rivals = rivals::of(&header, &places, is_stated);
            let left_type = None;
            return Ok(Some(Layout {
                separator,
                header_line,
                header,
                places,
                currency,
                mark,
                flags,
                left_type,
                beside_amount,
                rivals,
            }));
        }
    }
    Ok(None)
}

/// Returns the error of a stated column that the header has not. The header is the stated line, else the line with the most
/// names that are known or stated, two at least: no other line may be shown.
fn not_in_header(text: &str, profile: &Profile) -> Option<Error> {
    let stated: Vec<(ColumnRole, &str, String)> =
        profile.columns.iter().map(|(column, name)| (*column, &**name, words::name(name))).collect();
    let mut best: (usize, Option<(u64, Vec<String>)>) = (1, None);
    for separator in Separator::ALL {
        let is_other = profile.separator.is_some_and(|own| own != separator);
        if is_other || stated.is_empty() || profile.header_line == Some(0) {
            continue;
        }
        let quotes = profile.quotes.unwrap_or(Quotes::Double);
        let mut records = Records::new(Part { text, line: 1 }, Marks { separator, quotes });
        for _ in 0..PREAMBLE_MAX {
            let Some(record) = records.next() else { break };
            let is_stated = profile.header_line == Some(record.line);
            let is_name = |name: &&str| {
                let name = words::name(name);
                stated.iter().any(|(_, _, own)| *own == name) || words::column(&name).is_some()
            };
            let known = record.cells().filter(is_name).count() + if is_stated { 2 } else { 0 };
            if known > best.0 && (is_stated || profile.header_line.is_none()) {
                best = (known, Some((record.line, record.cells().map(str::to_owned).collect())));
            }
        }
    }
    let (line, header) = best.1?;
    let has = |name: &str| header.iter().any(|own| words::name(own) == name);
    let absent = stated.into_iter().find(|(_, _, name)| !has(name));
    absent.map(|(column, name, folded_name)| {
        let mut names: Vec<&String> = header.iter().filter(|own| !own.is_empty()).collect();
        names.sort_by_cached_key(|own| {
            let own = words::name(own);
            let is_part = own.contains(&folded_name) || folded_name.contains(&own);
            (!is_part, strsim::damerau_levenshtein(&own, &folded_name))
        });
        let mut listed: Vec<String> =
            names.iter().take(NAMES_MAX).map(|own| format!("`{own}`")).collect();
        listed.extend((names.len() > NAMES_MAX).then(|| format!("{} more", names.len() - NAMES_MAX)));
        let message = format!(
            "`profile.columns` states `{name}` for `{}`, which the header in line `{line}` does not have; it has {}",
            column.as_str(),
            listed.join(", ")
        );
        Error::new(Cause::StatementForm, message).at(format!("/profile/columns/{}", column.as_str()))
    })
}

/// Returns the layout by numbers of columns, where a record has a day at its place.
fn without_header(
    mut records: Records<'_>,
    separator: Separator,
    profile: &Profile,
    limits: &Limits,
) -> Result<Option<Layout>> {
    let places = numbered(&profile.columns, limits)?;
    let Some(day) = places.of(ColumnRole::At) else { return Ok(None) };
    for _ in 0..PREAMBLE_MAX {
        let Some(record) = records.next() else { break };
        if dates::cut(record.cell(day)).is_some() {
            return Ok(Some(Layout {
                separator,
                header_line: 0,
                header: Vec::new(),
                places,
                currency: None,
                mark: None,
                flags: Vec::new(),
                left_type: None,
                beside_amount: None,
                rivals: Vec::new(),
            }));
        }
    }
    Ok(None)
}

/// Returns the places of columns that are stated by their numbers.
fn numbered(columns: &BTreeMap<ColumnRole, String>, limits: &Limits) -> Result<Places> {
    let mut places = Places::default();
    for (column, number) in columns {
        let place = number
            .parse::<usize>()
            .ok()
            .filter(|it| (1..=limits.document_columns).contains(&u64::try_from(*it).unwrap_or(0)));
        let Some(place) = place else {
            let message = "without a header a column must be stated by its number, from `1`";
            let field = format!("/profile/columns/{}", column.as_str());
            return Err(Error::new(Cause::ValueOutOfRange, message).at(field));
        };
        places.set(*column, Some(place - 1));
    }
    if places.suffice() {
        return Ok(places);
    }
    let message =
        "without a header the numbers of `at` and of `amount`, or of `debit` and `credit`, must be stated";
    Err(Error::new(Cause::StatementUnstated, message).at("/profile/columns"))
}

/// Returns the places of the columns that a header names, and the currency in its names.
fn named(
    header: &[String],
    line: u64,
    stated: &BTreeMap<ColumnRole, String>,
) -> Result<(Places, Option<Currency>)> {
    let mut places = Places::default();
    let mut ranks = [usize::MAX; ColumnRole::VARIANTS.len()];
    let mut again = Vec::new();
    let names: Vec<String> = header.iter().map(|name| words::name(name)).collect();
    let mut taken = Vec::new();
    for (column, name) in stated {
        let name = words::name(name);
        let mut found = names.iter().enumerate().filter(|(_, own)| **own == name).map(|(place, _)| place);
        let (first, second) = (found.next(), found.next());
        if second.is_some() {
            return Err(twice(line, *column, first, second));
        }
        if first.is_none() {
            return Ok((Places::default(), None));
        }
        places.set(*column, first);
        taken.extend(first);
    }
    for (at, name) in names.iter().enumerate().filter(|(at, _)| !taken.contains(at)) {
        let written = header.get(at).map(String::as_str).unwrap_or_default();
        let known = words::column(name).or_else(|| without_currency(name, written));
        let Some((column, rank)) = known.filter(|(column, _)| !stated.contains_key(column)) else { continue };
        let Some(best) = ranks.get_mut(column as usize) else { continue };
        // A second currency is compared in each row.
        if rank == *best && column != ColumnRole::Currency {
            again.push((column, rank, at));
        }
        if rank < *best {
            *best = rank;
            places.set(column, Some(at));
        }
    }
    neighbours::leave_account_of_other(&names, stated, &mut places);
    neighbours::take_amount_in(&names, stated, &mut places);
    places.day_beside = neighbours::day_beside(&names, &places);
    if let Some(name) = stated.get(&ColumnRole::Type) {
        places.side_form = sides::form(&words::name(name));
    }
    refuse_units(header, line, &places)?;
    let is_best = |column: ColumnRole, rank: usize| ranks.get(column as usize) == Some(&rank);
    match again.into_iter().find(|(column, rank, _)| is_best(*column, *rank)) {
        Some((column, _, at)) if places.suffice() => Err(twice(line, column, places.of(column), Some(at))),
        _ if places.suffice() => Ok((places, one_currency(header, line, &places)?)),
        _ => Ok((places, None)),
    }
}

/// Refuses columns of money that are in another unit than that of their currency by their names.
fn refuse_units(header: &[String], line: u64, places: &Places) -> Result<()> {
    let money = places.used().filter(|(column, _)| places.suffice() && AMOUNTS.contains(column));
    for (column, at) in money {
        let unit = header.get(at).and_then(|name| Some((name, units::of(name)?.0)));
        if let Some((name, unit)) = unit {
            return Err(units::refused(line, name, (unit, column)));
        }
    }
    Ok(())
}

/// Returns a mark of several currencies in the names of the columns of money.
fn mark_of(header: &[String], places: &Places) -> Option<(&'static Mark, ColumnRole)> {
    let mut money = places.used().filter(|(column, _)| AMOUNTS.contains(column));
    money.find_map(|(column, at)| Some((units::mark_in(header.get(at)?)?, column)))
}

/// Returns the currency in the names of the columns of money; an error where they name two.
fn one_currency(header: &[String], line: u64, places: &Places) -> Result<Option<Currency>> {
    let mut first: Option<(ColumnRole, Currency)> = None;
    for (column, at) in places.used().filter(|(column, _)| AMOUNTS.contains(column)) {
        let own = header.get(at).and_then(|name| {
            let first = || amounts::currency_named(units::first_mark(name)?);
            currency_in(name).or_else(first)
        });
        let Some(own) = own else { continue };
        let (other, currency) = *first.get_or_insert((column, own));
        if currency != own {
            let message = format!(
                "the column `{}` is in {currency} and the column `{}` in {own}; state in `profile.columns` those of one currency",
                other.as_str(),
                column.as_str()
            );
            return Err(place(Cause::MoneyCurrencyMixed, line, Some(column), &message));
        }
    }
    Ok(first.map(|(_, currency)| currency))
}

/// Returns what a name such as `Amount (KES)`, `Balance in KES` or `Credit KSh` means.
fn without_currency(folded: &str, name: &str) -> Option<(ColumnRole, usize)> {
    let has_currency = currency_in(name).is_some();
    if !has_currency && units::mark_behind(name).is_none() {
        return None;
    }
    let (rest, _) = folded.rsplit_once(' ')?;
    // `Money In (KES)` before `Balance in KES`.
    let column = words::column(rest).or_else(|| words::column(rest.strip_suffix(" in")?));
    // A letter that is a mark, as that of `Debit (N)`, may be any letter beside another name.
    column.filter(|(column, _)| has_currency || AMOUNTS.contains(column))
}

/// Returns the currency whose code, name or mark ends a name.
pub(super) fn currency_in(name: &str) -> Option<Currency> {
    amounts::currency_named(units::last_word(name)?)
}

/// Returns whether a record names a day and two more columns.
pub(super) fn is_another_header(record: Record<'_>) -> bool {
    let known: Vec<ColumnRole> =
        record.cells().filter_map(|cell| Some(words::column(&words::name(cell))?.0)).collect();
    known.len() >= 3 && known.contains(&ColumnRole::At)
}

#[cold]
fn twice(line: u64, column: ColumnRole, first: Option<usize>, second: Option<usize>) -> Error {
    let number = |place: Option<usize>| place.map_or(0, |place| place + 1);
    let message = format!(
        "columns `{}` and `{}` have the same name; state which holds `{}` in `profile.columns`",
        number(first),
        number(second),
        column.as_str()
    );
    place(Cause::StatementUnstated, line, Some(column), &message)
}
