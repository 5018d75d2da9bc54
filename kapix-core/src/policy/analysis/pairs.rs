//! What can decide by one version of a table in which one row decides, and where: a row, rows that disagree, or nothing.

use super::both::Both;
use super::boxes::{Boxes, common};
use crate::expression::Intervals;
use crate::policy::document::HitPolicy;

/// Pairs of rows that are looked at for a conflict.
const CONFLICTS_MAX: usize = 200_000;

/// What decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decides {
    Nothing,
    Rows(Vec<usize>),
    Disagree(Vec<usize>),
}

impl Decides {
    pub(super) fn rows(&self) -> &[usize] {
        match self {
            Self::Nothing => &[],
            Self::Rows(rows) | Self::Disagree(rows) => rows,
        }
    }
}

/// What decides in a region, but for what some rows cover.
pub(super) struct Choice {
    pub(super) decides: Decides,
    pub(super) region: Vec<Intervals>,
    pub(super) without: Vec<usize>,
}

/// Returns everything that can decide by a version whose rows come in an order, and whether nothing was left out.
pub(super) fn options(
    both: &Both<'_>,
    hit: HitPolicy,
    order: &[usize],
    boxes: &Boxes,
) -> (Vec<Choice>, bool) {
    let of = |row: usize| boxes.rows.get(row).and_then(Option::as_ref);
    let same = |one: usize, other: usize| both.then(one) == both.then(other);
    let mut found = Vec::new();
    let mut is_all = true;
    for (place, row) in order.iter().enumerate() {
        let Some(region) = of(*row) else { continue };
        let before = order.iter().take(place);
        let without: Vec<usize> = match hit {
            HitPolicy::Unique => order.iter().filter(|it| *it != row).copied().collect(),
            // Of rows that give the same, the first one is told.
            HitPolicy::Any => {
                let others = order.iter().skip(place).filter(|it| !same(**it, *row));
                before.chain(others).copied().collect()
            }
            _ => before.copied().collect(),
        };
        found.push(Choice { decides: Decides::Rows(vec![*row]), region: region.clone(), without });
    }
    if matches!(hit, HitPolicy::Unique | HitPolicy::Any) {
        let mut pairs = 0;
        for (place, one) in order.iter().enumerate() {
            for other in order.iter().skip(place + 1) {
                pairs += 1;
                if pairs > CONFLICTS_MAX {
                    is_all = false;
                    break;
                }
                if hit == HitPolicy::Any && same(*one, *other) {
                    continue;
                }
                let (Some(left), Some(right)) = (of(*one), of(*other)) else { continue };
                let region = common(left, right);
                if !region.iter().any(Intervals::is_empty) {
                    let decides = Decides::Disagree(vec![*one, *other]);
                    found.push(Choice { decides, region, without: Vec::new() });
                }
            }
        }
    }
    let domain = boxes.axes.iter().map(|axis| axis.domain.clone()).collect();
    found.push(Choice { decides: Decides::Nothing, region: domain, without: order.to_vec() });
    (found, is_all)
}
