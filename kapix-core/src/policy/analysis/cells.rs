//! Parts of a table as cells: sets of numbers and texts in the language of policies.

use super::boxes::{Axis, number};
use crate::expression::{Grid, Intervals, Scalar, is_whole, same};
use crate::policy::load::Policy;
use crate::policy::table::Table;
use crate::time::Date;
use std::collections::BTreeMap;

/// Returns a region by its columns, as cells.
pub(super) fn cells(
    policy: &Policy,
    table: &Table,
    axes: &[Axis],
    region: &[Intervals],
) -> BTreeMap<String, String> {
    let cells = table.columns.iter().zip(region).zip(axes).map(|((column, side), axis)| {
        let written = match &axis.symbols {
            Some(symbols) => texts(policy, symbols, side),
            None => ranges(side, axis, column.scalar),
        };
        (column.text.to_string(), written)
    });
    cells.collect()
}

/// Returns a set as a cell. On the grid of floats an open end is the next number inside: the end itself is the shorter one.
fn ranges(side: &Intervals, axis: &Axis, scalar: Scalar) -> String {
    if *side == axis.domain {
        return "-".to_owned();
    }
    let is_float = axis.grid == Grid::Floats;
    let open = |end: f64, outside: f64| {
        let is_open = is_float && outside.is_finite() && plain(outside).len() < plain(end).len();
        if is_open { (outside, true) } else { (end, false) }
    };
    let written = |(low, high): &(f64, f64)| {
        if same(*low, *high) {
            return value(*low, scalar);
        }
        let (from, is_above) = open(*low, low.next_down());
        let (to, is_below) = open(*high, high.next_up());
        let (from, to) = (value(from, scalar), value(to, scalar));
        // Behind the end of all values nothing can be stated.
        match (*low > axis.limits.0, *high < axis.limits.1) {
            (true, true) => {
                format!(
                    "{}{from}..{to}{}",
                    if is_above { "(" } else { "[" },
                    if is_below { ")" } else { "]" }
                )
            }
            (true, false) => format!("{} {from}", if is_above { ">" } else { ">=" }),
            (false, true) => format!("{} {to}", if is_below { "<" } else { "<=" }),
            (false, false) => "-".to_owned(),
        }
    };
    side.ranges().iter().map(written).collect::<Vec<_>>().join(", ")
}

/// Returns a number as a constant of its type.
fn value(value: f64, scalar: Scalar) -> String {
    match scalar {
        Scalar::Boolean => if same(value, 0.0) { "false" } else { "true" }.to_owned(),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "days beyond the calendar are written as numbers"
        )]
        Scalar::Date if is_whole(value) && value.abs() < 1e8 => Date::from_epoch_days(value as i32)
            .map_or_else(|_| plain(value), |date| format!("date(\"{date}\")")),
        Scalar::Days => span(value, 'D'),
        Scalar::Months => span(value, 'M'),
        _ => plain(value),
    }
}

fn span(value: f64, unit: char) -> String {
    format!("duration(\"{}P{}{unit}\")", if value < 0.0 { "-" } else { "" }, value.abs())
}

fn plain(value: f64) -> String {
    value.to_string()
}

fn texts(policy: &Policy, symbols: &[u32], side: &Intervals) -> String {
    let listed = |is_wanted: &dyn Fn(usize) -> bool| -> Vec<String> {
        let wanted = symbols.iter().enumerate().filter(|(at, _)| is_wanted(*at));
        let named = wanted.filter_map(|(_, symbol)| policy.symbols.text(*symbol));
        named.map(|text| format!("{text:?}")).collect()
    };
    if side.contains(number(symbols.len())) {
        let left = listed(&|at| !side.contains(number(at)));
        return if left.is_empty() { "-".to_owned() } else { format!("not({})", left.join(", ")) };
    }
    listed(&|at| side.contains(number(at))).join(", ")
}
