//! The rows of a table of two versions beside each other.

use super::page::{Grid, Line, Page, Tone, code, words};
use super::policy::Options;
use super::words::{many, row};
use crate::policy::RuleBody;
use crate::policy::table::Table;

/// Rows of both versions up to which they are laid beside each other by what they have in common.
const ALIGNED_MAX: usize = 1_000;

/// Tells the rows that differ, and returns how many of them are left out.
pub(super) fn compare_rows(
    (one, two): (&Table, &Table),
    names: &[Line],
    options: &Options<'_>,
    page: &mut Page,
) -> u64 {
    let pairs = aligned(one, two);
    let is_same = |pair: &(Option<usize>, Option<usize>)| match (rule(one, pair.0), rule(two, pair.1)) {
        (Some(first), Some(second)) => first == second,
        _ => false,
    };
    let same = pairs.iter().filter(|pair| is_same(pair)).count();
    let differ: Vec<&(Option<usize>, Option<usize>)> = pairs.iter().filter(|pair| !is_same(pair)).collect();
    let rows = differ.iter().take(options.rows_max).map(|(first, second)| {
        let name = match (first, second) {
            (Some(at), _) => one.row_name(*at),
            (None, Some(at)) => two.row_name(*at),
            (None, None) => String::new(),
        };
        let tone = match (first, second) {
            (Some(_), Some(_)) => Tone::Doubtful,
            _ => Tone::Plain,
        };
        (tone, vec![code(&name), said(one, *first), said(two, *second)])
    });
    page.table(Grid {
        caption: words("Rows of ").code(&one.body.name).words(format!(
            " that differ; {} the same",
            if same == 1 { "1 row is".to_owned() } else { format!("{} are", many(same, "row", "rows")) }
        )),
        head: [&[words("Row")], names].concat(),
        rows: rows.collect(),
    });
    let left_out = differ.len().saturating_sub(options.rows_max);
    if left_out > 0 {
        page.note(
            Tone::Doubtful,
            words(format!("{} that differ are not shown.", many(left_out, "row", "rows"))),
        );
    }
    u64::try_from(left_out).unwrap_or(u64::MAX)
}

fn rule(table: &Table, at: Option<usize>) -> Option<&RuleBody> {
    table.body.rules.get(at?)
}

fn said(table: &Table, at: Option<usize>) -> Line {
    match at.and_then(|at| Some((at, table.body.rules.get(at)?))) {
        None => words("not there"),
        Some((at, rule)) => {
            let sentence = row(table, at, rule);
            match &rule.note {
                Some(note) => sentence.words(" – ").quote(note),
                None => sentence,
            }
        }
    }
}

/// Returns the rows of both versions in pairs: rows of one name, or of the same content where they have none, in an order that
/// both keep.
fn aligned(one: &Table, two: &Table) -> Vec<(Option<usize>, Option<usize>)> {
    let (left, right) = (&one.body.rules, &two.body.rules);
    let alike = |first: &RuleBody, second: &RuleBody| match (&first.id, &second.id) {
        (Some(first), Some(second)) => first == second,
        (None, None) => first == second,
        _ => false,
    };
    // Equal rows at the beginning and at the end stand beside each other; the rest is compared.
    let ahead = left.iter().zip(right).take_while(|(first, second)| first == second).count();
    let most = left.len().min(right.len()) - ahead;
    let behind = left
        .iter()
        .rev()
        .zip(right.iter().rev())
        .take(most)
        .take_while(|(first, second)| first == second)
        .count();
    let (inner_left, inner_right) = (ahead..left.len() - behind, ahead..right.len() - behind);
    let mut pairs: Vec<(Option<usize>, Option<usize>)> = (0..ahead).map(|at| (Some(at), Some(at))).collect();
    if inner_left.len().max(inner_right.len()) <= ALIGNED_MAX {
        let both = |first: usize, second: usize| left.get(first).zip(right.get(second));
        let is_alike =
            |first, second| both(first, second).is_some_and(|(first, second)| alike(first, second));
        // Rows without a name may be the same row with other cells.
        let may_pair = |first, second| {
            both(first, second).is_some_and(|(one, two)| one.id.is_none() && two.id.is_none())
        };
        pairs.extend(common(inner_left, inner_right, &is_alike, &may_pair));
    } else {
        let count = inner_left.len().max(inner_right.len());
        pairs.extend((0..count).map(|at| {
            let of = |range: &core::ops::Range<usize>| Some(range.start + at).filter(|it| *it < range.end);
            (of(&inner_left), of(&inner_right))
        }));
    }
    pairs.extend((0..behind).map(|at| (Some(left.len() - behind + at), Some(right.len() - behind + at))));
    pairs
}

/// Returns the longest pairing of two sequences that keeps both orders. What stands between two pairs without a partner is paired
/// in its order where it may be.
fn common(
    left: core::ops::Range<usize>,
    right: core::ops::Range<usize>,
    alike: &dyn Fn(usize, usize) -> bool,
    may_pair: &dyn Fn(usize, usize) -> bool,
) -> Vec<(Option<usize>, Option<usize>)> {
    let (rows, columns) = (left.len(), right.len());
    let mut longest = vec![vec![0_u16; columns + 1]; rows + 1];
    let at = |longest: &[Vec<u16>], row: usize, column: usize| {
        longest.get(row).and_then(|it| it.get(column)).copied().unwrap_or(0)
    };
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            let length = if alike(left.start + row, right.start + column) {
                at(&longest, row + 1, column + 1) + 1
            } else {
                at(&longest, row + 1, column).max(at(&longest, row, column + 1))
            };
            if let Some(place) = longest.get_mut(row).and_then(|it| it.get_mut(column)) {
                *place = length;
            }
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut pairs = Vec::new();
    let (mut alone_left, mut alone_right) = (Vec::new(), Vec::new());
    while row < rows || column < columns {
        let is_pair = row < rows && column < columns && alike(left.start + row, right.start + column);
        if is_pair {
            flush(&mut pairs, &mut alone_left, &mut alone_right, may_pair);
            pairs.push((Some(left.start + row), Some(right.start + column)));
            row += 1;
            column += 1;
        } else if column >= columns
            || row < rows && at(&longest, row + 1, column) >= at(&longest, row, column + 1)
        {
            alone_left.push(left.start + row);
            row += 1;
        } else {
            alone_right.push(right.start + column);
            column += 1;
        }
    }
    flush(&mut pairs, &mut alone_left, &mut alone_right, may_pair);
    pairs
}

/// Moves what is alone so far behind the pairs.
fn flush(
    pairs: &mut Vec<(Option<usize>, Option<usize>)>,
    left: &mut Vec<usize>,
    right: &mut Vec<usize>,
    may_pair: &dyn Fn(usize, usize) -> bool,
) {
    let mut right = right.drain(..).peekable();
    for first in left.drain(..) {
        pairs.push((Some(first), right.next_if(|second| may_pair(first, *second))));
    }
    pairs.extend(right.map(|second| (None, Some(second))));
}
