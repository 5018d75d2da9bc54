//! Tables whose rows count together: where a row matches in one version and no row that gives the same in the other.

use super::both::{Both, Part, TOLD_MAX};
use super::boxes::{Boxes, common};
use super::pairs::Decides;
use crate::expression::Intervals;
use std::collections::BTreeSet;

/// Parts that are looked at, and pairs of rows whose order is compared.
const BUDGET: usize = 200_000;

/// Pairs of rows of both versions that are compared, of those that differ.
const PAIRS_MAX: usize = 1_000_000;

/// Returns the rows that match in one version beyond those that give the same in the other.
fn left(both: &Both<'_>, one: &[usize], other: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let mut others = other.to_vec();
    let mut own = Vec::new();
    for row in one {
        match others.iter().position(|it| both.then(*it) == both.then(*row)) {
            Some(at) => {
                others.remove(at);
            }
            None => own.push(*row),
        }
    }
    (own, others)
}

/// Returns whether rows of both versions give the same in the same order.
fn are_same(both: &Both<'_>, one: &[usize], other: &[usize]) -> bool {
    let same = |(left, right): (&usize, &usize)| both.then(*left) == both.then(*right);
    one.len() == other.len() && one.iter().zip(other).all(same)
}

/// Returns whether these rows of both versions show a part: they are what is left of each, or stand in that order beside others.
pub(super) fn shows(both: &Both<'_>, part: &Part, one: &[usize], other: &[usize]) -> bool {
    let (own, others) = left(both, one, other);
    let (wanted, also) = (part.one.rows(), part.other.rows());
    let gives = |rows: &[usize], wanted: &[usize]| left(both, rows, wanted) == (Vec::new(), Vec::new());
    let stand = |rows: &[usize], wanted: &[usize]| {
        let mut rows = rows.iter();
        wanted.iter().all(|it| rows.any(|row| row == it))
    };
    let are_turned = own.is_empty() && others.is_empty() && !are_same(both, one, other);
    let is_left = !(own.is_empty() && others.is_empty()) && gives(&own, wanted) && gives(&others, also);
    is_left || are_turned && stand(one, wanted) && stand(other, also)
}

/// Compares two versions, and returns whether everything was compared.
pub(super) fn together(
    both: &Both<'_>,
    (one, other): (&[usize], &[usize]),
    boxes: &Boxes,
) -> (Vec<Part>, bool) {
    // What both have with the same cells gives the same everywhere: first the rows at the beginning and at the end.
    let is_same = |left: usize, right: usize| {
        let sides = |row: usize| boxes.rows.get(row).and_then(Option::as_ref);
        let cells = |row| both.rule(row).map(|it| &it.when);
        both.then(left) == both.then(right)
            && match (sides(left), sides(right)) {
                (Some(first), Some(second)) => first == second,
                (None, None) => cells(left) == cells(right),
                _ => false,
            }
    };
    let same = |(left, right): &(&usize, &usize)| is_same(**left, **right);
    let ahead = one.iter().zip(other).take_while(same).count();
    let most = one.len().min(other.len()) - ahead;
    let behind = one.iter().rev().zip(other.iter().rev()).take(most).take_while(same).count();
    let inner = |rows: &[usize]| rows.get(ahead..rows.len() - behind).unwrap_or_default().to_vec();
    let (rows, mut others) = (inner(one), inner(other));
    if rows.len().saturating_mul(others.len()) > PAIRS_MAX {
        return (Vec::new(), false);
    }
    let (mut own, mut shared) = (Vec::new(), Vec::new());
    for row in rows {
        match others.iter().position(|it| is_same(row, *it)) {
            Some(at) => shared.push((row, others.remove(at))),
            None => own.push(row),
        }
    }
    let is_known = own.iter().chain(&others).all(|row| boxes.rows.get(*row).is_some_and(Option::is_some));
    let mut search =
        Search { both, boxes, budget: BUDGET, is_open: false, seen: BTreeSet::new(), found: Vec::new() };
    let domain: Vec<Intervals> = search.boxes.axes.iter().map(|axis| axis.domain.clone()).collect();
    search.turned(&shared, (one, other));
    search.part(domain, 0, &own, &others);
    // Where rows with other cells give the same, their place among the others was not looked at.
    let is_open = search.is_open && shared.len() + ahead + behind > 0;
    let whole = is_known && !is_open && search.budget > 0 && search.found.len() < TOLD_MAX;
    (search.found, whole)
}

struct Search<'s, 'v> {
    both: &'s Both<'v>,
    boxes: &'s Boxes,
    budget: usize,
    /// Whether rows with other cells give the same somewhere.
    is_open: bool,
    seen: BTreeSet<(Vec<usize>, Vec<usize>)>,
    found: Vec<Part>,
}

impl Search<'_, '_> {
    /// Finds rows of both versions that match together and come in another order.
    fn turned(&mut self, shared: &[(usize, usize)], (one, other): (&[usize], &[usize])) {
        let place = |order: &[usize], row: usize| order.iter().position(|it| *it == row);
        let places: Vec<_> =
            shared.iter().map(|(left, right)| (place(one, *left), place(other, *right))).collect();
        for (at, (first, (_, here))) in shared.iter().zip(&places).enumerate() {
            for (second, (_, there)) in shared.iter().zip(&places).skip(at + 1) {
                self.budget = self.budget.saturating_sub(1);
                if self.budget == 0 || self.found.len() >= TOLD_MAX {
                    return;
                }
                if here <= there || self.both.then(first.0) == self.both.then(second.0) {
                    continue;
                }
                let sides = |row: usize| self.boxes.rows.get(row).and_then(Option::as_ref);
                let (Some(left), Some(right)) = (sides(first.0), sides(second.0)) else { continue };
                let region = common(left, right);
                if !region.iter().any(Intervals::is_empty) {
                    let rows = |one, other| Decides::Rows(vec![one, other]);
                    let (one, other) = (rows(first.0, second.0), rows(second.1, first.1));
                    self.found.push(Part { one, other, region, is_turned: true });
                }
            }
        }
    }

    /// Goes through the parts between the ends of rows, axis by axis, until the rows that are left cover what is left.
    fn part(&mut self, region: Vec<Intervals>, depth: usize, one: &[usize], other: &[usize]) {
        if self.budget == 0 || self.found.len() >= TOLD_MAX || one.is_empty() && other.is_empty() {
            return;
        }
        self.budget -= 1;
        let boxes = self.boxes;
        let sides = |row: &usize| boxes.rows.get(*row).and_then(Option::as_ref);
        let (Some(side), Some(axis)) = (region.get(depth), boxes.axes.get(depth)) else {
            self.keep(region, one, other);
            return;
        };
        let active: Vec<&Vec<Intervals>> = one.iter().chain(other).filter_map(sides).collect();
        for segment in super::boxes::segments(side, &active, depth, axis.grid) {
            let Some((start, _)) = segment.ranges().first().copied() else { continue };
            let inside = |rows: &[usize]| -> Vec<usize> {
                let holds = |row: &&usize| {
                    sides(row).and_then(|it| it.get(depth)).is_some_and(|it| it.contains(start))
                };
                rows.iter().filter(holds).copied().collect()
            };
            let (one, other) = (inside(one), inside(other));
            let mut part = region.clone();
            if let Some(place) = part.get_mut(depth) {
                *place = segment;
            }
            self.part(part, depth + 1, &one, &other);
        }
    }

    fn keep(&mut self, region: Vec<Intervals>, one: &[usize], other: &[usize]) {
        let (mut own, mut others) = left(self.both, one, other);
        self.is_open |= own.len() < one.len() || others.len() < other.len();
        let is_turned = own.is_empty() && others.is_empty();
        if is_turned {
            if are_same(self.both, one, other) {
                return;
            }
            (own, others) = (one.to_vec(), other.to_vec());
        }
        if self.seen.insert((own.clone(), others.clone())) {
            let decides =
                |rows: Vec<usize>| if rows.is_empty() { Decides::Nothing } else { Decides::Rows(rows) };
            self.found.push(Part { one: decides(own), other: decides(others), region, is_turned });
        }
    }
}
