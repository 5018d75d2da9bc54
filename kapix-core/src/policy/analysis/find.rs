//! What is found of a table.

use super::applicant::{Applicant, Given, REACHED};
use super::boxes::{Boxes, common, meets};
use super::cells::cells;
use super::variables::Variable;
use super::witness::Claim;
use crate::expression::Intervals;
use crate::json_value::JsonValue;
use crate::policy::load::{Policy, Step};
use crate::policy::state::State;
use crate::policy::table::Table;
use crate::policy::{HitPolicy, Outcome};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;
use strum::{EnumMessage, IntoStaticStr, VariantArray};

/// Findings of one kind that are told of a table.
const TOLD_MAX: usize = 20;

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
    /// The policy is not valid: a conflict with an applicant who shows it.
    Error,
    /// It may be meant so: a gap, at which the table gives nothing and the policy never approves on its account.
    Info,
    /// It is probably a mistake, or a conflict of which no applicant was found.
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
    /// The columns and where it is, as cells.
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
    /// Returns what is wrong with the tables of a policy although it loads.
    pub(crate) fn analyse(&self) -> Vec<TableAnalysis> {
        let variables = self.variables();
        let tables = self.steps.iter().enumerate().filter_map(|(number, step)| match step {
            Step::Table(table) => Some((number, table)),
            Step::Call(_) | Step::Derive { .. } => None,
        });
        tables.map(|(number, table)| Finder::new(self, number, table, &variables).analysis()).collect()
    }
}

struct Finder<'p> {
    policy: &'p Policy,
    step: usize,
    table: &'p Table,
    boxes: Boxes,
    variables: &'p [Variable],
    findings: Vec<RuleFinding>,
}

impl<'p> Finder<'p> {
    fn new(policy: &'p Policy, step: usize, table: &'p Table, variables: &'p [Variable]) -> Self {
        Self { policy, step, table, boxes: Boxes::of(policy, table), variables, findings: Vec::new() }
    }

    fn analysis(mut self) -> TableAnalysis {
        self.unreachable();
        self.duplicates();
        self.shadowed();
        self.conflicts();
        self.gaps();
        let computed = (0..self.table.rows.len()).filter(|row| self.row(*row).is_none());
        TableAnalysis {
            not_analysed: computed.map(|row| self.table.row_name(row)).collect(),
            table: self.table.body.name.clone(),
            whole: self.boxes.is_whole(),
            findings: self.findings,
        }
    }

    fn row(&self, row: usize) -> Option<&Vec<Intervals>> {
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
        let outcome =
            witness.as_ref().and_then(|witness| self.policy.ended(witness)).map(|ended| ended.outcome());
        let level = match kind {
            RuleFindingKind::Conflict if witness.is_some() => RuleFindingLevel::Error,
            RuleFindingKind::Gap => RuleFindingLevel::Info,
            _ => RuleFindingLevel::Warning,
        };
        let finding = RuleFinding {
            kind,
            level,
            outcome,
            region: cells(self.policy, self.table, &self.boxes.axes, region),
            rules: rows.iter().map(|row| self.table.row_name(*row)).collect(),
            witness,
        };
        self.findings.push(finding);
    }

    /// Returns an applicant whom a run shows, where possible one whose run comes to the table.
    fn witness(&self, kind: RuleFindingKind, region: &[Intervals], matches: &[usize]) -> Option<Applicant> {
        let (policy, step, table) = (self.policy, self.step, self.table);
        let claim = Claim { policy, step, table, boxes: &self.boxes, variables: self.variables, matches };
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
        claim.witness(region, REACHED, &rank).map(|(applicant, _)| applicant)
    }

    fn unreachable(&mut self) {
        for row in 0..self.table.rows.len() {
            if self.is_empty(row) && self.told(RuleFindingKind::Unreachable) < TOLD_MAX {
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
        for (first, second) in twice.into_iter().take(TOLD_MAX) {
            let region = self.row(second).cloned().unwrap_or_default();
            if !self.is_empty(second) {
                self.keep(RuleFindingKind::Duplicate, &[first, second], &region, &[first, second]);
            }
        }
    }

    /// Finds rows that rows before them cover: by the first that matches, or by one of a higher priority.
    fn shadowed(&mut self) {
        if !matches!(self.table.body.hit, HitPolicy::First | HitPolicy::Priority) {
            return;
        }
        let priority = |row: usize| self.table.rows.get(row).map_or(u32::MAX, |it| it.priority);
        for row in 0..self.table.rows.len() {
            let Some(region) = self.row(row).cloned() else { continue };
            if self.is_empty(row)
                || !self.boxes.is_whole()
                || self.told(RuleFindingKind::Shadowed) >= TOLD_MAX
            {
                continue;
            }
            let before: Vec<usize> = (0..self.table.rows.len())
                .filter(|other| (priority(*other), *other) < (priority(row), row))
                .filter(|other| self.row(*other).is_some_and(|it| meets(it, &region)))
                .collect();
            if !before.is_empty()
                && self.boxes.uncovered(&region, &before, 1).is_empty()
                && self.boxes.is_whole()
            {
                let mut rows = vec![row];
                rows.extend(before.iter().take(TOLD_MAX));
                self.keep(RuleFindingKind::Shadowed, &rows, &region, &[row]);
            }
        }
    }

    fn conflicts(&mut self) {
        let gives_same = |one: usize, other: usize| {
            self.table.rows.get(one).map(|it| it.then) == self.table.rows.get(other).map(|it| it.then)
        };
        let mut found = Vec::new();
        let is_unique = self.table.body.hit == HitPolicy::Unique;
        if !is_unique && self.table.body.hit != HitPolicy::Any {
            return;
        }
        'rows: for one in 0..self.table.rows.len() {
            for other in one + 1..self.table.rows.len() {
                let (Some(left), Some(right)) = (self.row(one), self.row(other)) else { continue };
                if meets(left, right) && (is_unique || !gives_same(one, other)) {
                    found.push((one, other, common(left, right)));
                    if found.len() >= TOLD_MAX {
                        break 'rows;
                    }
                }
            }
        }
        for (one, other, region) in found {
            self.keep(RuleFindingKind::Conflict, &[one, other], &region, &[one, other]);
        }
    }

    fn gaps(&mut self) {
        let domain: Vec<Intervals> = self.boxes.axes.iter().map(|axis| axis.domain.clone()).collect();
        let rows: Vec<usize> = (0..self.table.rows.len()).collect();
        for region in self.boxes.uncovered(&domain, &rows, TOLD_MAX) {
            let certain = self.boxes.untouched(&region, TOLD_MAX);
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
