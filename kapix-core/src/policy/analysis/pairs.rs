//! What can decide by one version of a table in which one row decides, and where: a row, rows that disagree, or nothing.

use super::both::Both;
use super::boxes::{Boxes, common};
use super::steps::Steps;
use super::tree::Tree;
use crate::expression::Intervals;
use crate::policy::document::HitPolicy;
use std::collections::BTreeMap;

/// Conflicts of a version.
const CONFLICTS_MAX: usize = 1_000;

/// A version: its rows in the order in which they come before each other, and their boxes by their places in it.
pub(super) struct Ordered<'o> {
    pub(super) order: &'o [usize],
    pub(super) tree: Tree<'o>,
    /// The places of rows with computed cells: what they cover is not known.
    unknown: Vec<usize>,
}

impl<'o> Ordered<'o> {
    pub(super) fn of(order: &'o [usize], boxes: &'o Boxes) -> Self {
        let is_unknown = |row: &usize| boxes.rows.get(*row).is_none_or(Option::is_none);
        let unknown = order.iter().enumerate().filter(|(_, row)| is_unknown(row)).map(|(place, _)| place);
        Self { order, tree: boxes.tree(order), unknown: unknown.collect() }
    }

    fn then<'b>(&self, both: &'b Both<'_>, place: usize) -> Option<&'b crate::policy::ThenBody> {
        self.order.get(place).and_then(|row| both.then(*row))
    }
}

/// What decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decides {
    Nothing,
    Rows(Vec<usize>),
    Disagree(Vec<usize>),
    /// The first of these rows, which declines; the others decline too and are told beside it.
    Declines(Vec<usize>),
}

impl Decides {
    pub(super) fn rows(&self) -> &[usize] {
        match self {
            Self::Nothing => &[],
            Self::Rows(rows) | Self::Disagree(rows) | Self::Declines(rows) => rows,
        }
    }
}

/// What decides in a region, but for what some rows cover.
pub(super) struct Choice {
    pub(super) decides: Decides,
    pub(super) region: Vec<Intervals>,
    without: Without,
}

/// Which rows of a version must not match.
#[derive(Clone, Copy)]
enum Without {
    Nobody,
    All,
    /// Those before a place of the order.
    Before(usize),
    /// All but the one at a place.
    Others(usize),
    /// Those before a place, and those that give something else.
    Unlike(usize),
}

/// For each row of a version, by its number, the place in the order of the other version of a row with the same cells.
pub(super) struct Twins(Vec<Option<usize>>);

impl Twins {
    /// Returns them, of the rows of one version in the order of the other.
    pub(super) fn of(both: &Both<'_>, rows: &[usize], order: &[usize]) -> Self {
        let cells = |row: usize| both.rule(row).map(|rule| &rule.when);
        // Of rows with the same cells the first counts.
        let places: BTreeMap<_, usize> =
            order.iter().enumerate().rev().map(|(place, row)| (cells(*row), place)).collect();
        let mut twins = vec![None; rows.iter().max().map_or(0, |most| most + 1)];
        for row in rows {
            if let Some(twin) = twins.get_mut(*row) {
                *twin = places.get(&cells(*row)).copied();
            }
        }
        Self(twins)
    }

    fn place(&self, choice: &Choice) -> Option<usize> {
        match &choice.decides {
            Decides::Rows(rows) => self.0.get(*rows.first()?).copied().flatten(),
            _ => None,
        }
    }

    /// Returns whether a row with the cells of the one that decides by one version must not match by the other: then both decide so
    /// nowhere.
    pub(super) fn excludes(&self, own: &Choice, other: &Choice, both: &Both<'_>, of: &Ordered<'_>) -> bool {
        self.place(own).is_some_and(|place| other.is_without(place, both, of))
    }
}

impl Choice {
    /// Returns whether the row at a place must not match.
    fn is_without(&self, place: usize, both: &Both<'_>, of: &Ordered<'_>) -> bool {
        match self.without {
            Without::Nobody => false,
            Without::All => true,
            Without::Before(at) => place < at,
            Without::Others(at) => place != at,
            Without::Unlike(at) => place < at || of.then(both, place) != of.then(both, at),
        }
    }

    /// Returns the rows that must not match and meet a region; none where that is not known of all of them, or the steps did not
    /// last.
    pub(super) fn without(
        &self,
        both: &Both<'_>,
        of: &Ordered<'_>,
        region: &[Intervals],
        steps: &mut Steps<'_>,
    ) -> Option<Vec<usize>> {
        // A computed row among them may decide there: what it covers is not known.
        if of.unknown.iter().any(|place| self.is_without(*place, both, of)) {
            return None;
        }
        let until = match self.without {
            Without::Nobody => return Some(Vec::new()),
            Without::Before(at) => at,
            Without::All | Without::Others(_) | Without::Unlike(_) => of.order.len(),
        };
        let places = of.tree.all_meeting(region, 0..until, steps)?;
        let places = places.into_iter().filter(|place| self.is_without(*place, both, of));
        Some(places.filter_map(|place| of.order.get(place).copied()).collect())
    }
}

/// Returns everything that can decide by a version whose rows come in an order, and whether nothing was left out.
pub(super) fn options(
    both: &Both<'_>,
    hit: HitPolicy,
    of: &Ordered<'_>,
    boxes: &Boxes,
    steps: &mut Steps<'_>,
) -> (Vec<Choice>, bool) {
    let sides = |row: usize| boxes.rows.get(row).and_then(Option::as_ref);
    let mut found = Vec::new();
    for (place, row) in of.order.iter().enumerate() {
        let Some(region) = sides(*row) else { continue };
        let without = match hit {
            HitPolicy::Unique => Without::Others(place),
            // Of rows that give the same, the first one is told.
            HitPolicy::Any => Without::Unlike(place),
            _ => Without::Before(place),
        };
        found.push(Choice { decides: Decides::Rows(vec![*row]), region: region.clone(), without });
    }
    let mut is_all = true;
    if matches!(hit, HitPolicy::Unique | HitPolicy::Any) {
        let mut conflicts = 0;
        for (place, one) in of.order.iter().enumerate() {
            let Some(left) = sides(*one) else { continue };
            let Some(others) = of.tree.all_meeting(left, place + 1..of.order.len(), steps) else {
                is_all = false;
                break;
            };
            for other in others.into_iter().filter_map(|place| of.order.get(place).copied()) {
                if hit == HitPolicy::Any && both.then(*one) == both.then(other) {
                    continue;
                }
                conflicts += 1;
                if conflicts > CONFLICTS_MAX + 1 {
                    is_all = false;
                    break;
                }
                let Some(right) = sides(other) else { continue };
                let (decides, region) = (Decides::Disagree(vec![*one, other]), common(left, right));
                found.push(Choice { decides, region, without: Without::Nobody });
            }
            if !is_all {
                break;
            }
        }
    }
    let domain = boxes.axes.iter().map(|axis| axis.domain.clone()).collect();
    found.push(Choice { decides: Decides::Nothing, region: domain, without: Without::All });
    (found, is_all)
}
