//! What is found of a table.

use super::applicant::{Applicant, Given, REACHED};
use super::boxes::{Boxes, common};
use super::cells::cells;
use super::steps::{STEPS_MAX, Steps};
use super::tree::{Tree, meets};
use super::variables::Variable;
use super::witness::Claim;
use crate::error::Result;
use crate::expression::{Grid, Intervals};
use crate::fitting::Run;
use crate::json_value::JsonValue;
use crate::policy::load::Policy;
use crate::policy::state::State;
use crate::policy::table::Table;
use crate::policy::{HitPolicy, Outcome};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;
use strum::{EnumMessage, IntoStaticStr, VariantArray};

/// Findings of one kind that are told of a table.
const TOLD_MAX: usize = 20;

/// Corners of a row, each at the high end of one column, that are looked at before all rows before it are.
const CORNERS_MAX: usize = 4;

/// What was found of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TableAnalysis {
    /// What was found.
    pub findings: Vec<RuleFinding>,
    /// Rows with computed cells: they are not analysed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_analysed: Vec<String>,
    /// Name of the table.
    pub table: String,
    /// Kinds of findings that were not looked for to the end, since 20 of each are told and a policy is looked at in a bounded number
    /// of steps: there may be more of them than are told here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<RuleFindingKind>,
    /// Whether everything was looked at.
    pub whole: bool,
}

/// What is wrong with rows.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumMessage,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum RuleFindingKind {
    /// No row matches there: the application is referred if no other table decides it.
    #[strum(message = "Add a row, or leave it to the referral.")]
    Gap,
    /// Rows of a table with `hit: unique` match together, or rows of `hit: any` that give different things: such an
    /// application is referred.
    #[strum(message = "Let the cells of the rows exclude each other.")]
    Conflict,
    /// Rows before it cover a row wholly, so it never decides.
    #[strum(message = "Remove the row, or move it up.")]
    Shadowed,
    /// No value that its inputs can have passes the cells of a row.
    #[strum(message = "Check its cells beside the ranges of the inputs.")]
    Unreachable,
    /// Two rows have the same cells.
    #[strum(message = "Remove one of them.")]
    Duplicate,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum RuleFindingLevel {
    /// The policy is not valid: a conflict with an applicant who shows it, and whose run comes to the table.
    Error,
    /// It may be meant so: a gap, at which the table gives nothing and the policy never approves on its account.
    Info,
    /// It is probably a mistake, or a conflict that no applicant was found to come to.
    Warning,
}

/// One finding.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleFinding {
    /// What it is.
    pub kind: RuleFindingKind,
    /// How much it matters.
    pub level: RuleFindingLevel,
    /// What the policy, run whole, decides of the witness.
    pub outcome: Option<Outcome>,
    /// The columns and where it is, as cells. The empty text is a cell that no value passes: of a row that is unreachable, it stands at
    /// the columns which no value of the inputs can reach.
    pub region: BTreeMap<String, String>,
    /// The rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Values of inputs and of results of steps at which it is so, proved by a run; null where none were found. A value whose age
    /// counts has the date of `as_of`, where the request states one.
    #[serialize_always]
    pub witness: Option<BTreeMap<String, JsonValue>>,
}

impl Policy {
    /// Returns what is wrong with the tables of a policy although it loads, or CANCELLED.
    pub(crate) fn analyse(&self, run: &Run<'_>) -> Result<Vec<TableAnalysis>> {
        self.analyse_within(&mut Steps::new(run, STEPS_MAX))
    }

    /// Returns it as far as these steps last, which all tables share.
    pub(in crate::policy) fn analyse_within(&self, steps: &mut Steps<'_>) -> Result<Vec<TableAnalysis>> {
        let variables = self.variables();
        let tables: Vec<_> = self.numbered_tables().collect();
        let mut found = Vec::new();
        for (number, (step, table)) in tables.iter().enumerate() {
            let total = tables.len() * LOOKS.len();
            let boxes = Boxes::of(self, table);
            let order = table.in_order();
            let findings = Vec::new();
            let mut finder = Finder {
                policy: self,
                step: *step,
                table,
                tree: boxes.tree(&order),
                boxes: &boxes,
                order,
                variables: &variables,
                findings,
                unfinished: Vec::new(),
                steps,
            };
            for (at, kind) in LOOKS.into_iter().enumerate() {
                finder.steps.at(number * LOOKS.len() + at, total)?;
                finder.look(kind);
            }
            found.push(finder.analysis());
        }
        let total = tables.len() * LOOKS.len();
        steps.at(total, total)?;
        Ok(found)
    }
}

struct Finder<'f, 'r> {
    policy: &'f Policy,
    step: usize,
    table: &'f Table,
    boxes: &'f Boxes,
    /// The rows in the order in which they come before each other, and their boxes by their places in it.
    order: Vec<usize>,
    tree: Tree<'f>,
    variables: &'f [Variable],
    findings: Vec<RuleFinding>,
    unfinished: Vec<RuleFindingKind>,
    steps: &'f mut Steps<'r>,
}

/// What is looked for, in this order.
const LOOKS: [RuleFindingKind; 5] = [
    RuleFindingKind::Unreachable,
    RuleFindingKind::Duplicate,
    RuleFindingKind::Shadowed,
    RuleFindingKind::Conflict,
    RuleFindingKind::Gap,
];

impl<'f> Finder<'f, '_> {
    fn look(&mut self, kind: RuleFindingKind) {
        match kind {
            RuleFindingKind::Unreachable => self.unreachable(),
            RuleFindingKind::Duplicate => self.duplicates(),
            RuleFindingKind::Shadowed => self.shadowed(),
            RuleFindingKind::Conflict => self.conflicts(),
            RuleFindingKind::Gap => self.gaps(),
        }
        self.ends(kind);
    }

    /// Keeps a kind that is looked for by steps, where they did not last.
    fn ends(&mut self, kind: RuleFindingKind) {
        let hit = self.table.body.hit;
        let is_looked_for = match kind {
            RuleFindingKind::Shadowed => matches!(hit, HitPolicy::First | HitPolicy::Priority),
            RuleFindingKind::Conflict => matches!(hit, HitPolicy::Unique | HitPolicy::Any),
            RuleFindingKind::Gap => true,
            RuleFindingKind::Duplicate | RuleFindingKind::Unreachable => false,
        };
        if is_looked_for && self.steps.are_spent() {
            self.leaves(kind);
        }
    }

    /// Keeps that there may be more of a kind than are told.
    fn leaves(&mut self, kind: RuleFindingKind) {
        if !self.unfinished.contains(&kind) {
            self.unfinished.push(kind);
        }
    }

    fn analysis(self) -> TableAnalysis {
        let computed = (0..self.table.rows.len()).filter(|row| self.row(*row).is_none());
        TableAnalysis {
            not_analysed: computed.map(|row| self.table.row_name(row)).collect(),
            table: self.table.body.name.clone(),
            whole: self.unfinished.is_empty(),
            unfinished: self.unfinished,
            findings: self.findings,
        }
    }

    fn row(&self, row: usize) -> Option<&'f Vec<Intervals>> {
        self.boxes.rows.get(row)?.as_ref()
    }

    fn is_empty(&self, row: usize) -> bool {
        self.row(row).is_some_and(|sides| sides.iter().any(Intervals::is_empty))
    }

    fn told(&self, kind: RuleFindingKind) -> usize {
        self.findings.iter().filter(|it| it.kind == kind).count()
    }

    fn keep(&mut self, kind: RuleFindingKind, rows: &[usize], region: &[Intervals], matches: &[usize]) {
        let is_somewhere = region.iter().all(|side| !side.is_empty());
        let witness = if is_somewhere { self.witness(kind, region, matches) } else { None };
        let ended = witness.as_ref().and_then(|witness| self.policy.ended(witness));
        let is_reached = ended.as_ref().is_some_and(|ended| ended.nearness(self.step) == REACHED);
        let level = match kind {
            RuleFindingKind::Conflict if is_reached => RuleFindingLevel::Error,
            RuleFindingKind::Gap => RuleFindingLevel::Info,
            _ => RuleFindingLevel::Warning,
        };
        let finding = RuleFinding {
            kind,
            level,
            outcome: ended.map(|ended| ended.outcome()),
            region: cells(self.policy, self.table, &self.boxes.axes, region),
            rules: rows.iter().map(|row| self.table.row_name(*row)).collect(),
            witness,
        };
        self.findings.push(finding);
    }

    /// Returns an applicant whom a run shows, where possible one whose run comes to the table.
    fn witness(
        &mut self,
        kind: RuleFindingKind,
        region: &[Intervals],
        matches: &[usize],
    ) -> Option<Applicant> {
        let (policy, step, table) = (self.policy, self.step, self.table);
        let claim = Claim { policy, step, table, boxes: self.boxes, variables: self.variables, matches };
        let is_so = |applicant: &Applicant| match kind {
            RuleFindingKind::Gap => policy.table_gives(step, applicant) == Some(Given::Nothing),
            RuleFindingKind::Conflict => matches!(
                policy.table_gives(step, applicant),
                Some(Given::Disagree(rows)) if matches.iter().all(|row| rows.contains(row))
            ),
            _ => {
                let matching = policy.matching(step, applicant);
                matches.iter().all(|row| matching.contains(row))
            }
        };
        let rank = |applicant: &Applicant| {
            let ended = if is_so(applicant) { policy.ended(applicant) } else { None };
            ended.map_or(0, |ended| ended.nearness(step))
        };
        let found = claim.witness(region, REACHED, &rank, self.steps);
        if found.is_none() && self.steps.are_searched() {
            self.leaves(kind);
        }
        found.map(|(applicant, _)| applicant)
    }

    fn unreachable(&mut self) {
        for row in 0..self.table.rows.len() {
            if self.is_empty(row) {
                if self.told(RuleFindingKind::Unreachable) >= TOLD_MAX {
                    return self.leaves(RuleFindingKind::Unreachable);
                }
                let region = self.row(row).cloned().unwrap_or_default();
                self.keep(RuleFindingKind::Unreachable, &[row], &region, &[]);
            }
        }
    }

    fn duplicates(&mut self) {
        let mut seen: BTreeMap<&[String], usize> = BTreeMap::new();
        let mut twice = Vec::new();
        for (row, rule) in self.table.body.rules.iter().enumerate() {
            if let Some(first) = seen.get(&rule.when[..]) {
                twice.push((*first, row));
            } else {
                seen.insert(&rule.when, row);
            }
        }
        for (first, second) in twice {
            let region = self.row(second).cloned().unwrap_or_default();
            if !self.is_empty(second) {
                if self.told(RuleFindingKind::Duplicate) >= TOLD_MAX {
                    return self.leaves(RuleFindingKind::Duplicate);
                }
                self.keep(RuleFindingKind::Duplicate, &[first, second], &region, &[first, second]);
            }
        }
    }

    /// Finds rows that rows before them cover: by the first that matches, or by one of a higher priority.
    fn shadowed(&mut self) {
        if !matches!(self.table.body.hit, HitPolicy::First | HitPolicy::Priority) {
            return;
        }
        let mut places: Vec<(usize, usize)> =
            self.order.iter().enumerate().map(|(place, row)| (*row, place)).collect();
        places.sort_unstable();
        for (row, place) in places {
            let Some(region) = self.row(row).filter(|_| !self.is_empty(row)).cloned() else { continue };
            if self.steps.are_spent() {
                return;
            }
            if self.told(RuleFindingKind::Shadowed) >= TOLD_MAX {
                return self.leaves(RuleFindingKind::Shadowed);
            }
            if self.has_free_corner(&region, place) {
                continue;
            }
            let Some(before) = self.tree.all_meeting(&region, 0..place, self.steps) else { return };
            let mut before: Vec<usize> =
                before.iter().filter_map(|it| self.order.get(*it).copied()).collect();
            before.sort_unstable();
            let is_covered = !before.is_empty()
                && self.boxes.uncovered(&region, &before, 1, self.steps).is_empty()
                && !self.steps.are_spent();
            if is_covered {
                let mut rows = vec![row];
                rows.extend(before.iter().take(TOLD_MAX));
                self.keep(RuleFindingKind::Shadowed, &rows, &region, &[row]);
            }
        }
    }

    /// Returns whether no row before a place holds one of the corners of a region: then they do not cover it.
    fn has_free_corner(&mut self, region: &[Intervals], place: usize) -> bool {
        let free = |finder: &mut Self, corner: Vec<Intervals>| {
            let mut is_free = true;
            let is_whole = finder.tree.meeting(&corner, 0..place, finder.steps, &mut |_, _| {
                is_free = false;
                false
            });
            is_free && is_whole
        };
        // Which axes are at their high end: none, all, and each of the first alone.
        let some = (0..region.len().min(CORNERS_MAX)).map(|axis| move |at: usize| at == axis);
        let corner = |is_high: &dyn Fn(usize) -> bool| -> Vec<Intervals> {
            let at = |(axis, side): (usize, &Intervals)| {
                let end = side.ranges().first().zip(side.ranges().last());
                let end = end.map(|(first, last)| if is_high(axis) { last.1 } else { first.0 });
                end.map_or_else(Intervals::default, |end| Intervals::between(end, end, Grid::Floats))
            };
            region.iter().enumerate().map(at).collect()
        };
        free(self, corner(&|_| false))
            || free(self, corner(&|_| true))
            || region.len() > 1 && some.into_iter().any(|is_high| free(self, corner(&is_high)))
    }

    fn conflicts(&mut self) {
        let is_unique = self.table.body.hit == HitPolicy::Unique;
        if !is_unique && self.table.body.hit != HitPolicy::Any {
            return;
        }
        let then = |row: usize| self.table.rows.get(row).map(|it| it.then);
        let rows = self.table.rows.len();
        let mut found: Vec<(usize, usize)> = Vec::new();
        for one in 0..rows {
            let Some(left) = self.row(one) else { continue };
            let mut others: Vec<usize> = Vec::new();
            // Rows of these hit policies stand in the order of their numbers.
            let is_whole = self.tree.meeting(left, one + 1..rows, self.steps, &mut |other, _| {
                if is_unique || then(one) != then(other) {
                    others.push(other);
                }
                true
            });
            others.sort_unstable();
            found.extend(others.into_iter().map(|other| (one, other)).take(TOLD_MAX + 1 - found.len()));
            if found.len() > TOLD_MAX {
                self.leaves(RuleFindingKind::Conflict);
                break;
            }
            if !is_whole {
                break;
            }
        }
        for (one, other) in found.into_iter().take(TOLD_MAX) {
            let (Some(left), Some(right)) = (self.row(one), self.row(other)) else { continue };
            let region = common(left, right);
            self.keep(RuleFindingKind::Conflict, &[one, other], &region, &[one, other]);
        }
    }

    fn gaps(&mut self) {
        let domain: Vec<Intervals> = self.boxes.axes.iter().map(|axis| axis.domain.clone()).collect();
        let rows: Vec<usize> = (0..self.table.rows.len()).collect();
        let mut regions = self.boxes.uncovered(&domain, &rows, TOLD_MAX + 1, self.steps);
        if regions.len() > TOLD_MAX {
            self.leaves(RuleFindingKind::Gap);
            regions.truncate(TOLD_MAX);
        }
        for region in regions {
            let mut certain = self.boxes.untouched(&region, TOLD_MAX + 1, self.steps);
            if certain.len() > TOLD_MAX {
                self.leaves(RuleFindingKind::Gap);
                certain.truncate(TOLD_MAX);
            }
            let is_all = certain.contains(&region);
            for part in &certain {
                self.keep(RuleFindingKind::Gap, &[], part, &[]);
            }
            // Where a row that is not analysed may match too, only an applicant shows what none matches.
            let shown = if is_all { None } else { self.witness(RuleFindingKind::Gap, &region, &[]) };
            let point = shown.and_then(|applicant| self.point(&applicant));
            if let Some(point) = point.filter(|point| !certain.iter().any(|part| meets(part, point))) {
                self.keep(RuleFindingKind::Gap, &[], &point, &[]);
            }
        }
    }

    /// Returns the values of the columns for an applicant, as a region.
    fn point(&self, applicant: &Applicant) -> Option<Vec<Intervals>> {
        let mut state = State::default();
        self.policy.until(self.step, applicant, &mut state)?;
        let values = state.values(&self.policy.symbols);
        let sides = self.table.columns.iter().zip(&self.boxes.axes).map(|(column, axis)| {
            let place = axis.place(column.program.run(&values).value()?);
            Some(Intervals::between(place, place, axis.grid))
        });
        sides.collect()
    }
}
