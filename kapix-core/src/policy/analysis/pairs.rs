//! What can decide by one version of a table in which one row decides, and where: a row, rows that disagree, or nothing.

use super::both::Both;
use super::boxes::{Boxes, common};
use crate::expression::Intervals;
use crate::policy::document::HitPolicy;
use std::collections::BTreeMap;

/// Pairs of rows that are looked at for a conflict, and conflicts.
const PAIRS_MAX: usize = 1_000_000;
const CONFLICTS_MAX: usize = 1_000;

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

/// For each row, the place in the order of the other version of a row with the same cells.
pub(super) struct Twins(BTreeMap<usize, usize>);

impl Twins {
    /// Returns them, of the rows of one version in the order of the other.
    pub(super) fn of(both: &Both<'_>, rows: &[usize], order: &[usize]) -> Self {
        let cells = |row: usize| both.rule(row).map(|rule| &rule.when);
        // Of rows with the same cells the first counts.
        let places: BTreeMap<_, usize> =
            order.iter().enumerate().rev().map(|(place, row)| (cells(*row), place)).collect();
        let twin = |row: &usize| Some((*row, *places.get(&cells(*row))?));
        Self(rows.iter().filter_map(twin).collect())
    }

    fn place(&self, choice: &Choice) -> Option<usize> {
        match &choice.decides {
            Decides::Rows(rows) => self.0.get(rows.first()?).copied(),
            _ => None,
        }
    }

    /// Returns whether a row with the cells of the one that decides by one version must not match by the other: then both decide so
    /// nowhere.
    pub(super) fn excludes(&self, own: &Choice, other: &Choice, both: &Both<'_>, order: &[usize]) -> bool {
        let Some(place) = self.place(own) else { return false };
        match other.without {
            Without::Nobody => false,
            Without::All => true,
            Without::Before(at) => place < at,
            Without::Others(at) => place != at,
            Without::Unlike(at) => {
                let then = |place: usize| order.get(place).and_then(|row| both.then(*row));
                place < at || then(place) != then(at)
            }
        }
    }
}

impl Choice {
    /// Returns the rows that must not match, of a version with this order.
    pub(super) fn without(&self, both: &Both<'_>, order: &[usize]) -> Vec<usize> {
        let places = order.iter().copied().enumerate();
        match self.without {
            Without::Nobody => Vec::new(),
            Without::All => order.to_vec(),
            Without::Before(place) => order.iter().copied().take(place).collect(),
            Without::Others(place) => places.filter(|(at, _)| *at != place).map(|(_, row)| row).collect(),
            Without::Unlike(place) => {
                let own = order.get(place).and_then(|row| both.then(*row));
                places.filter(|(at, row)| *at < place || both.then(*row) != own).map(|(_, row)| row).collect()
            }
        }
    }
}

/// Returns everything that can decide by a version whose rows come in an order, and whether nothing was left out.
pub(super) fn options(
    both: &Both<'_>,
    hit: HitPolicy,
    order: &[usize],
    boxes: &Boxes,
) -> (Vec<Choice>, bool) {
    let of = |row: usize| boxes.rows.get(row).and_then(Option::as_ref);
    let mut found = Vec::new();
    for (place, row) in order.iter().enumerate() {
        let Some(region) = of(*row) else { continue };
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
        let pairs = order
            .iter()
            .enumerate()
            .flat_map(|(place, one)| order.iter().skip(place + 1).map(move |other| (*one, *other)));
        let mut conflicts = 0;
        for (number, (one, other)) in pairs.enumerate() {
            if number > PAIRS_MAX || conflicts > CONFLICTS_MAX {
                is_all = false;
                break;
            }
            if hit == HitPolicy::Any && both.then(one) == both.then(other) {
                continue;
            }
            let (Some(left), Some(right)) = (of(one), of(other)) else { continue };
            let region = common(left, right);
            if !region.iter().any(Intervals::is_empty) {
                conflicts += 1;
                let decides = Decides::Disagree(vec![one, other]);
                found.push(Choice { decides, region, without: Without::Nobody });
            }
        }
    }
    let domain = boxes.axes.iter().map(|axis| axis.domain.clone()).collect();
    found.push(Choice { decides: Decides::Nothing, region: domain, without: Without::All });
    (found, is_all)
}
