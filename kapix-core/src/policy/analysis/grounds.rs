//! Declines that rest on one ground alone, such as the score of a credit bureau, by the geometry of a table.
//!
//! Where a table declines at some scores whatever else is given, and at others does not, the score alone declines: also where two
//! rows complement each other, or a last row declines all that is left. The parts between the ends of cells along the columns of
//! the ground are looked at, each with all values of the other columns.

use super::applicant::{Applicant, Given};
use super::boxes::{Boxes, common};
use super::cover;
use super::steps::Steps;
use super::tree::meets;
use super::variables::Variable;
use super::witness::Claim;
use crate::expression::Intervals;
use crate::policy::document::{Ground, HitPolicy, Outcome};
use crate::policy::load::Policy;
use crate::policy::table::Table;
use std::collections::BTreeSet;

/// Parts along the columns of a ground, at most; and those of one row that are looked at.
const PARTS_MAX: usize = 500;
const ROW_PARTS_MAX: usize = 4;

/// Pairs of rows that are compared in one table, and applicants that are searched.
const PAIRS_MAX: usize = 20_000_000;
const SEARCHES_MAX: usize = 60;

/// A part of a table at which it does not decline, with the row that matches there.
type Escape = (Vec<Intervals>, Option<usize>);

impl Policy {
    /// Returns the rows of a table that decline on a ground alone: an applicant is declined by them, and is not at another score,
    /// and at these scores the table declines whatever else is given. Both are shown by runs.
    pub(in crate::policy) fn declines_alone(
        &self,
        step: usize,
        table: &Table,
        ground: Ground,
        steps: &mut Steps<'_>,
    ) -> BTreeSet<usize> {
        let only = BTreeSet::from([ground]);
        let rests_on = |column: usize| {
            let program = table.columns.get(column).map(|it| &it.program);
            let slots =
                program.iter().flat_map(|it| it.slots()).filter_map(|it| self.slots.get(usize::from(*it)));
            let lists =
                program.iter().flat_map(|it| it.lists()).filter_map(|it| self.lists.get(usize::from(*it)));
            slots.chain(lists).flat_map(|info| info.ground.iter().copied()).collect::<BTreeSet<Ground>>()
        };
        let scores: Vec<usize> =
            (0..table.columns.len()).filter(|column| rests_on(*column) == only).collect();
        if scores.is_empty() {
            return BTreeSet::new();
        }
        let mut alone = Alone {
            policy: self,
            step,
            table,
            boxes: Boxes::of(self, table),
            variables: self.variables(),
            order: table.in_order(),
            pairs: PAIRS_MAX,
            searches: SEARCHES_MAX,
            steps,
        };
        alone.rows(&scores)
    }
}

struct Alone<'p, 'r> {
    policy: &'p Policy,
    step: usize,
    table: &'p Table,
    boxes: Boxes,
    variables: Vec<Variable>,
    order: Vec<usize>,
    /// Pairs of rows that may still be compared, and applicants that may still be searched: without them nothing more is found.
    pairs: usize,
    searches: usize,
    steps: &'p mut Steps<'r>,
}

impl Alone<'_, '_> {
    fn rows(&mut self, scores: &[usize]) -> BTreeSet<usize> {
        let Some(parts) = self.parts(scores) else { return BTreeSet::new() };
        let (mut declining, mut others) = (Vec::new(), Vec::new());
        for part in parts {
            if self.escape(&part).is_none() { declining.push(part) } else { others.push(part) }
        }
        let rows: Vec<usize> = self.order.iter().copied().filter(|row| self.declines(*row)).collect();
        let is_alone = |it: &mut Self, row: usize| {
            declining.iter().any(|part| it.is_alone(row, part, (&others, scores)))
        };
        if others.is_empty() {
            return BTreeSet::new();
        }
        rows.into_iter().filter(|row| is_alone(self, *row)).collect()
    }

    fn declines(&self, row: usize) -> bool {
        is_decline(self.table, row)
    }

    /// Returns the parts between the ends of rows along the columns of the ground; none where they are too many.
    fn parts(&self, scores: &[usize]) -> Option<Vec<Vec<Intervals>>> {
        let domain: Vec<Intervals> = self.boxes.axes.iter().map(|axis| axis.domain.clone()).collect();
        let around: Vec<&Vec<Intervals>> =
            (0..self.table.rows.len()).filter_map(|row| self.boxes.around(row)).collect();
        let mut parts = vec![domain];
        for column in scores {
            let axis = self.boxes.axes.get(*column)?;
            let sides = around.iter().filter_map(|row| row.get(*column));
            let segments: Vec<Intervals> = cover::segments(&axis.domain, sides, axis.grid)
                .into_iter()
                .map(|(low, high)| Intervals::between(low, high, axis.grid))
                .collect();
            if segments.len().saturating_mul(parts.len()) > PARTS_MAX {
                return None;
            }
            let with = |part: &Vec<Intervals>, segment: &Intervals| {
                let mut part = part.clone();
                if let Some(side) = part.get_mut(*column) {
                    *side = segment.clone();
                }
                part
            };
            parts = parts
                .iter()
                .flat_map(|part| segments.iter().map(|it| with(part, it)).collect::<Vec<_>>())
                .collect();
        }
        Some(parts)
    }

    /// Returns a part of a region at which the table does not decline for certain; none where it declines everywhere.
    fn escape(&mut self, region: &[Intervals]) -> Option<Escape> {
        let rows = self.order.len();
        self.pairs = self.pairs.saturating_sub(rows.saturating_mul(rows));
        if self.pairs == 0 {
            return Some((region.to_vec(), None));
        }
        let hit = self.table.body.hit;
        let is_ordered = matches!(hit, HitPolicy::First | HitPolicy::Priority);
        let counts_all = !is_ordered && !matches!(hit, HitPolicy::Unique | HitPolicy::Any);
        let order = self.order.clone();
        let mut before = Vec::new();
        for row in &order {
            let Some(around) = self.boxes.around(*row).cloned() else { continue };
            let part = common(region, &around);
            let is_empty = part.iter().any(Intervals::is_empty);
            if self.declines(*row) {
                // Two rows that decline and exclude each other refer where both match.
                let disagrees = |other: &usize| {
                    let then = |row: usize| self.table.rows.get(row).map(|it| it.then);
                    let is_other = hit == HitPolicy::Unique || then(*other) != then(*row);
                    is_other && self.boxes.around(*other).is_some_and(|it| meets(it, &part))
                };
                if !is_ordered && !counts_all && !is_empty && before.iter().any(disagrees) {
                    return Some((part, Some(*row)));
                }
                before.push(*row);
            } else if !is_empty && !counts_all {
                let covers: &[usize] = if is_ordered { &before } else { &[] };
                let left = self.boxes.uncovered(&part, covers, 1, self.steps).into_iter().next();
                if left.is_some() || self.steps.are_spent() {
                    return Some((left.unwrap_or(part), Some(*row)));
                }
            }
        }
        let left = self.boxes.uncovered(region, &before, 1, self.steps).into_iter().next();
        // What was not looked at declines nothing.
        let left = left.or_else(|| self.steps.are_spent().then(|| region.to_vec()))?;
        Some((left, None))
    }

    /// Returns whether a row declines an applicant of a part whom the table does not decline at another score.
    fn is_alone(
        &mut self,
        row: usize,
        part: &[Intervals],
        (others, scores): (&[Vec<Intervals>], &[usize]),
    ) -> bool {
        let Some(region) = self.boxes.rows.get(row).and_then(Option::as_ref).map(|it| common(part, it))
        else {
            return false;
        };
        if region.iter().any(Intervals::is_empty) {
            return false;
        }
        let is_ordered = matches!(self.table.body.hit, HitPolicy::First | HitPolicy::Priority);
        let before = self.order.iter().copied().take_while(|it| is_ordered && *it != row).collect::<Vec<_>>();
        let decided = self.boxes.uncovered(&region, &before, ROW_PARTS_MAX, self.steps);
        decided.iter().any(|decided| {
            let at_other_scores = |other: &Vec<Intervals>| {
                let sides = decided.iter().zip(other).enumerate();
                sides
                    .map(|(column, (own, other))| if scores.contains(&column) { other } else { own }.clone())
                    .collect::<Vec<_>>()
            };
            others.iter().any(|other| {
                let Some((left, matches)) = self.escape(&at_other_scores(other)) else { return false };
                if self.searches == 0 || self.pairs == 0 {
                    return false;
                }
                self.searches -= 1;
                self.is_shown(decided, &[row], true) && self.is_shown(&left, matches.as_slice(), false)
            })
        })
    }

    /// Returns whether an applicant of a part is found whom the table declines, or does not.
    fn is_shown(&mut self, part: &[Intervals], matches: &[usize], declines: bool) -> bool {
        let (policy, step, table) = (self.policy, self.step, self.table);
        let claim = Claim { policy, step, table, boxes: &self.boxes, variables: &self.variables, matches };
        let rank = |applicant: &Applicant| {
            let is_declined = match policy.table_gives(step, applicant) {
                Some(Given::Rows(rows)) => rows.iter().any(|row| is_decline(table, *row)),
                Some(Given::Nothing | Given::Disagree(_)) => false,
                Some(Given::Doubt) | None => return 0,
            };
            u32::from(is_declined == declines)
        };
        claim.witness(part, 1, &rank, self.steps).is_some()
    }
}

fn is_decline(table: &Table, row: usize) -> bool {
    let row = u32::try_from(row).unwrap_or(u32::MAX);
    table.then(row).is_some_and(|then| then.outcome == Some(Outcome::Decline))
}
