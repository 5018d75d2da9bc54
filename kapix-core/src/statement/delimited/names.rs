//! What the names of a header lack.

use super::layout::{NAMES_MAX, PREAMBLE_MAX};
use super::parts::Part;
use super::records::{Marks, Records};
use super::units;
use super::words;
use crate::error::{Cause, Error};
use crate::statement::profile::{ColumnRole, Profile, Quotes, Separator};

/// Columns of amounts: one of them, or the pair, is enough.
const AMOUNTS: [ColumnRole; 4] =
    [ColumnRole::Amount, ColumnRole::AmountMinor, ColumnRole::Credit, ColumnRole::Debit];

/// Returns the error of a line with a column of days and none of amounts, or the other way round, where no line has both: what it
/// lacks, and which names it has.
pub(super) fn lacking(text: &str, profile: &Profile) -> Option<Error> {
    let mut best: Option<(usize, u64, Vec<String>, bool)> = None;
    for separator in Separator::ALL {
        if profile.header_line == Some(0) || profile.separator.is_some_and(|own| own != separator) {
            continue;
        }
        let quotes = profile.quotes.unwrap_or(Quotes::Double);
        let mut records = Records::new(Part { text, line: 1 }, Marks { separator, quotes });
        for _ in 0..PREAMBLE_MAX {
            let Some(record) = records.next() else { break };
            if profile.header_line.is_some_and(|line| line != record.line) || record.len() < 2 {
                continue;
            }
            let names: Vec<String> = record.cells().map(str::to_owned).collect();
            let known = names.iter().filter_map(|name| role(&words::name(name), profile));
            let (mut has_day, mut has_amount, mut count) = (false, false, 0);
            for column in known {
                has_day |= column == ColumnRole::At;
                has_amount |= AMOUNTS.contains(&column);
                count += 1;
            }
            // A row may hold such a word; a header names more, or a column that is stated.
            let is_header = count > 1 || !profile.columns.is_empty();
            if has_day != has_amount && is_header && best.as_ref().is_none_or(|(most, ..)| count > *most) {
                best = Some((count, record.line, names, has_day));
            }
        }
    }
    let (_, line, names, has_day) = best?;
    if let Some((name, unit)) =
        names.iter().find_map(|name| Some((name, units::of(name)?))).filter(|_| has_day)
    {
        return Some(units::refused(line, name, unit));
    }
    let names: Vec<&String> = names.iter().filter(|name| !name.is_empty()).collect();
    let mut listed: Vec<String> = names.iter().take(NAMES_MAX).map(|name| format!("`{name}`")).collect();
    listed.extend((names.len() > NAMES_MAX).then(|| format!("{} more", names.len() - NAMES_MAX)));
    let (has, lacks, state) = if has_day {
        ("days", "amounts", "`amount`, or `debit` and `credit`")
    } else {
        ("amounts", "days", "`at`")
    };
    let message = format!(
        "line `{line}` names a column of {has} and none of {lacks}; state {state} in `profile.columns`: it has {}",
        listed.join(", ")
    );
    Some(Error::new(Cause::StatementForm, message).at("/document"))
}

fn role(name: &str, profile: &Profile) -> Option<ColumnRole> {
    let stated = profile.columns.iter().find(|(_, own)| words::name(own) == name).map(|(column, _)| *column);
    stated.or_else(|| words::column(name).map(|(column, _)| column))
}
