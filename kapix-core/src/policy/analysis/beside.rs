//! Reasons that are told beside that of the row which decides: where a row of `first` or `priority` declines, every other row of its
//! table that declines and holds is told too, so that versions in which the same row decides may tell other reasons.

use super::both::{Both, PARTS_OF_PAIR, Part};
use super::boxes::{Boxes, common};
use super::pairs::{Choice, Decides};
use super::steps::Steps;
use super::tree::Tree;
use crate::expression::Intervals;
use crate::policy::document::{HitPolicy, Outcome, ThenBody};
use std::collections::{BTreeMap, BTreeSet};

/// The rows of both versions that can be told beside another.
pub(super) struct Beside<'b> {
    one: Declines,
    other: Declines,
    /// Boxes around the rows that only one version has.
    near: Tree<'b>,
    /// Parts that are told of each row.
    told: BTreeMap<usize, usize>,
    /// Whether no part was left out.
    pub(super) is_whole: bool,
}

/// The rows of a version that decline, and those which the other version does not have with the same cells and reason.
struct Declines {
    all: Vec<usize>,
    own: Vec<usize>,
}

fn reason(then: Option<&ThenBody>) -> Option<&String> {
    then.filter(|then| then.outcome == Some(Outcome::Decline)).and_then(|then| then.reason.as_ref())
}

impl<'b> Beside<'b> {
    /// Returns them, of versions with these hit policies and rows.
    pub(super) fn of(
        both: &Both<'_>,
        hits: [HitPolicy; 2],
        (one, other): (&[usize], &[usize]),
        boxes: &'b Boxes,
    ) -> Self {
        let declining = |hit: HitPolicy, rows: &[usize]| -> Vec<usize> {
            let tells = matches!(hit, HitPolicy::First | HitPolicy::Priority);
            let declines = |row: &usize| tells && reason(both.then(*row)).is_some();
            rows.iter().copied().filter(declines).collect()
        };
        let [hit, other_hit] = hits;
        let (one, other) = (declining(hit, one), declining(other_hit, other));
        let key = |row: &usize| (reason(both.then(*row)), both.rule(*row).map(|rule| &rule.when));
        let beyond = |rows: &[usize], others: &[usize]| -> Vec<usize> {
            let others: BTreeSet<_> = others.iter().map(key).collect();
            rows.iter().copied().filter(|row| !others.contains(&key(row))).collect()
        };
        let (of_one, of_other) = (beyond(&one, &other), beyond(&other, &one));
        let own = of_one.iter().chain(&of_other);
        let around = own.filter_map(|row| Some((*row, &**boxes.around(*row)?)));
        Self {
            near: Tree::of(boxes.axes.len(), around),
            one: Declines { all: one, own: of_one },
            other: Declines { all: other, own: of_other },
            told: BTreeMap::new(),
            is_whole: true,
        }
    }

    /// Returns whether one of them may be told where this decides.
    pub(super) fn is_near(&self, choice: &Choice, steps: &mut Steps<'_>) -> bool {
        let mut is_near = false;
        self.near.meeting(&choice.region, 0..usize::MAX, steps, &mut |_, _| {
            is_near = true;
            false
        });
        is_near
    }

    /// Returns parts of a region in which the same decides by both versions, and other reasons are told beside it. `without` are the
    /// rows that do not match there.
    pub(super) fn parts(
        &mut self,
        both: &Both<'_>,
        (left, right): (&Choice, &Choice),
        (region, without): (&[Intervals], &[usize]),
        (boxes, steps): (&Boxes, &mut Steps<'_>),
    ) -> Vec<Part> {
        let (Decides::Rows(one), Decides::Rows(other)) = (&left.decides, &right.decides) else {
            return Vec::new();
        };
        let Some(decided) = reason(one.first().and_then(|row| both.then(*row))) else { return Vec::new() };
        let mut parts = Vec::new();
        for (rows, others, is_one) in
            [(&self.one.own, &self.other.all, true), (&self.other.own, &self.one.all, false)]
        {
            for row in rows {
                if !steps.spend(1) {
                    break;
                }
                let why = reason(both.then(*row));
                let Some(sides) = boxes.rows.get(*row).and_then(Option::as_ref) else { continue };
                let part = common(region, sides);
                if why == Some(decided) || part.iter().any(Intervals::is_empty) {
                    continue;
                }
                if !steps.spend(without.len() + others.len()) {
                    break;
                }
                let alike = others.iter().copied().filter(|it| reason(both.then(*it)) == why);
                let covering: Vec<usize> = without.iter().copied().chain(alike).collect();
                // A computed row among them may tell the same there: what it covers is not known.
                if covering.iter().any(|it| boxes.rows.get(*it).is_none_or(Option::is_none)) {
                    continue;
                }
                let Some(region) = boxes.uncovered(&part, &covering, 1, steps).into_iter().next() else {
                    continue;
                };
                let told = self.told.entry(*row).or_default();
                *told += 1;
                if *told > PARTS_OF_PAIR {
                    self.is_whole = false;
                    continue;
                }
                let with = |decides: &[usize], tells: bool| {
                    let more = tells.then_some(*row);
                    let rows: Vec<usize> = decides.iter().copied().chain(more).collect();
                    if tells { Decides::Declines(rows) } else { Decides::Rows(rows) }
                };
                let (one, other) = (with(one, is_one), with(other, !is_one));
                parts.push(Part { one, other, region, is_turned: false });
            }
        }
        parts
    }
}
