//! Tables whose rows count together: where a row matches in one version and no row that gives the same in the other.

use super::both::{Both, PARTS_OF_PAIR, Part, TOLD_MAX};
use super::boxes::{Boxes, common};
use super::cover;
use super::pairs::Decides;
use super::steps::Steps;
use crate::expression::Intervals;
use std::collections::BTreeMap;

/// Operations that a row takes which is kept for a part.
const HELD: usize = 4;

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
    steps: &mut Steps<'_>,
) -> (Vec<Part>, bool) {
    // What both have with the same cells gives the same everywhere: first the rows at the beginning and at the end.
    let is_same = |left: usize, right: usize| same(both, boxes, left, right);
    let same = |(left, right): &(&usize, &usize)| is_same(**left, **right);
    let ahead = one.iter().zip(other).take_while(same).count();
    let most = one.len().min(other.len()) - ahead;
    let behind = one.iter().rev().zip(other.iter().rev()).take(most).take_while(same).count();
    let inner = |rows: &[usize]| rows.get(ahead..rows.len() - behind).unwrap_or_default().to_vec();
    let (rows, others) = (inner(one), inner(other));
    // Rows with the same box, or with the same cells where they are computed, in their order.
    let mut alike: BTreeMap<Alike<'_>, Vec<usize>> = BTreeMap::new();
    for (at, row) in others.iter().enumerate() {
        alike.entry(key(both, boxes, *row)).or_default().push(at);
    }
    let (mut own, mut shared) = (Vec::new(), Vec::new());
    let mut left: Vec<Option<usize>> = others.iter().copied().map(Some).collect();
    for row in rows {
        let among = alike.get(&key(both, boxes, row)).map(Vec::as_slice).unwrap_or_default();
        let is_wanted = |at: &&usize| {
            steps.spend(1);
            left.get(**at).copied().flatten().is_some_and(|it| is_same(row, it))
        };
        match among.iter().find(is_wanted).and_then(|at| left.get_mut(*at)?.take()) {
            Some(other) => shared.push((row, other)),
            None => own.push(row),
        }
    }
    let others: Vec<usize> = left.into_iter().flatten().collect();
    let is_known = own.iter().chain(&others).all(|row| boxes.rows.get(*row).is_some_and(Option::is_some));
    let mut search = Search {
        both,
        boxes,
        steps,
        is_open: false,
        is_told: true,
        seen: BTreeMap::new(),
        found: Vec::new(),
        more: Vec::new(),
    };
    let domain: Vec<Intervals> = boxes.axes.iter().map(|axis| axis.domain.clone()).collect();
    search.turned(&shared, (one, other));
    search.part(domain, 0, &own, &others);
    // Where rows with other cells give the same, their place among those that both have was not looked at; the rows at the beginning
    // and at the end stand before and behind all others in both.
    let is_open = search.is_open && !shared.is_empty();
    let mut found = search.found;
    found.append(&mut search.more);
    let is_told = search.is_told && found.len() < TOLD_MAX;
    found.truncate(TOLD_MAX);
    (found, is_known && !is_open && !search.steps.are_spent() && is_told)
}

/// The ends of a box, or the cells of a row with computed ones: what rows that give the same everywhere have in common.
type Alike<'r> = (Vec<Vec<(u64, u64)>>, Option<&'r Vec<String>>);

fn key<'b>(both: &'b Both<'_>, boxes: &Boxes, row: usize) -> Alike<'b> {
    // Either zero is one number.
    let bits = |it: f64| (it + 0.0).to_bits();
    let side = |side: &Intervals| side.ranges().iter().map(|(low, high)| (bits(*low), bits(*high))).collect();
    match boxes.rows.get(row).and_then(Option::as_ref) {
        Some(sides) => (sides.iter().map(side).collect(), None),
        None => (Vec::new(), both.rule(row).map(|it| &it.when)),
    }
}

/// Returns whether rows of both versions have the same cells and give the same.
fn same(both: &Both<'_>, boxes: &Boxes, left: usize, right: usize) -> bool {
    let sides = |row: usize| boxes.rows.get(row).and_then(Option::as_ref);
    let cells = |row| both.rule(row).map(|it| &it.when);
    both.then(left) == both.then(right)
        && match (sides(left), sides(right)) {
            (Some(first), Some(second)) => first == second,
            (None, None) => cells(left) == cells(right),
            _ => false,
        }
}

struct Search<'s, 'v, 'r> {
    both: &'s Both<'v>,
    boxes: &'s Boxes,
    steps: &'s mut Steps<'r>,
    /// Whether rows with other cells give the same somewhere.
    is_open: bool,
    /// Whether no part was left out.
    is_told: bool,
    /// Parts of the same rows.
    seen: BTreeMap<(Vec<usize>, Vec<usize>), usize>,
    found: Vec<Part>,
    /// Further parts of rows that are told: one part of them goes before.
    more: Vec<Part>,
}

impl Search<'_, '_, '_> {
    /// Finds rows of both versions that match together and come in another order.
    fn turned(&mut self, shared: &[(usize, usize)], (one, other): (&[usize], &[usize])) {
        let places = |order: &[usize]| -> BTreeMap<usize, usize> {
            order.iter().enumerate().map(|(place, row)| (*row, place)).collect()
        };
        let (one, other) = (places(one), places(other));
        let placed: Vec<(Option<usize>, Option<usize>)> =
            shared.iter().map(|(left, right)| (one.get(left).copied(), other.get(right).copied())).collect();
        if placed.is_sorted_by_key(|it| it.1) {
            return;
        }
        for (at, (first, (_, here))) in shared.iter().zip(&placed).enumerate() {
            for (second, (_, there)) in shared.iter().zip(&placed).skip(at + 1) {
                if !self.steps.spend(1) || self.found.len() >= TOLD_MAX {
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
        let count = one.len() + other.len();
        if self.found.len() >= TOLD_MAX || count == 0 || !self.steps.spend(1 + count) {
            return;
        }
        let boxes = self.boxes;
        let side_of =
            |row: &usize| boxes.rows.get(*row).and_then(Option::as_ref).and_then(|it| it.get(depth));
        let (Some(side), Some(axis)) = (region.get(depth), boxes.axes.get(depth)) else {
            self.keep(region, one, other);
            return;
        };
        let segments = cover::segments(side, one.iter().chain(other).filter_map(side_of), axis.grid);
        let mut inside: Vec<(Vec<usize>, Vec<usize>)> = vec![(Vec::new(), Vec::new()); segments.len()];
        for (rows, is_one) in [(one, true), (other, false)] {
            for row in rows {
                for (from, to) in side_of(row).into_iter().flat_map(|it| cover::held(&segments, it)) {
                    if !self.steps.spend(HELD * (to - from)) {
                        return;
                    }
                    let parts = inside.get_mut(from..to).into_iter().flatten();
                    parts.for_each(|part| if is_one { part.0.push(*row) } else { part.1.push(*row) });
                }
            }
        }
        for ((low, high), (one, other)) in segments.iter().zip(inside) {
            let mut part = region.clone();
            if let Some(place) = part.get_mut(depth) {
                *place = Intervals::between(*low, *high, axis.grid);
            }
            self.part(part, depth + 1, &one, &other);
        }
    }

    fn keep(&mut self, region: Vec<Intervals>, one: &[usize], other: &[usize]) {
        if !self.steps.spend(one.len().saturating_mul(other.len())) {
            return;
        }
        let (mut own, mut others) = left(self.both, one, other);
        self.is_open |= own.len() < one.len() || others.len() < other.len();
        let is_turned = own.is_empty() && others.is_empty();
        if is_turned {
            if are_same(self.both, one, other) {
                return;
            }
            (own, others) = (one.to_vec(), other.to_vec());
        }
        let count = self.seen.entry((own.clone(), others.clone())).or_default();
        *count += 1;
        if *count > PARTS_OF_PAIR {
            self.is_told = false;
            return;
        }
        let decides = |rows: Vec<usize>| if rows.is_empty() { Decides::Nothing } else { Decides::Rows(rows) };
        let parts = if *count == 1 { &mut self.found } else { &mut self.more };
        parts.push(Part { one: decides(own), other: decides(others), region, is_turned });
    }
}
