//! What two versions of a policy decide differently, by the geometry of their tables, without data.

use super::both::Both;
use super::meaning::{Meanings, names_of};
use super::steps::{STEPS_MAX, Steps};
use crate::error::Result;
use crate::fitting::Run;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::policy::document::{HitPolicy, Outcome, PolicyBody, StepBody};
use crate::policy::load::{Policy, Step};
use crate::policy::table::Table;
use serde::Serialize;
use serde_with::skip_serializing_none;
use std::collections::{BTreeMap, BTreeSet};

/// Where a table of two versions gives different things.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TableDifference {
    /// The parts where it does, 50 at most. Of tables whose rows count together, one part for each set of rows that match in one
    /// version and not in the other.
    pub differences: Vec<RuleDifference>,
    /// Name of the table.
    pub table: String,
    /// Whether everything was compared: then the versions give the same elsewhere, for all known values of the columns.
    pub whole: bool,
}

/// A part of a table where two versions give different things.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleDifference {
    /// Whether the versions, run whole, tell the witness different things: outcome, reasons or terms. False: what differs here was
    /// not found to change what any applicant is told.
    pub differs: Option<bool>,
    /// What the first version gives; absent where no row of it matches, or none beside what both give.
    pub gives: Option<RuleGives>,
    /// What the second version gives.
    pub other_gives: Option<RuleGives>,
    /// What the second version, run whole, decides of the witness.
    pub other_outcome: Option<Outcome>,
    /// What the first version, run whole, decides of the witness.
    pub outcome: Option<Outcome>,
    /// The columns and where it is, as cells.
    pub region: BTreeMap<String, String>,
    /// Values of inputs and of results of steps at which it is so, proved by a run of both versions; absent where none were found.
    pub witness: Option<BTreeMap<String, JsonValue>>,
}

/// What a row gives, or rows together.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleGives {
    /// The outcome: the worst of several rows, and `refer` of rows that disagree.
    pub outcome: Option<Outcome>,
    /// Its outputs, as the document states them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, JsonValue>,
    /// The reason of a row; `ROWS_DISAGREE` of rows that disagree.
    pub reason: Option<String>,
    /// Name of the row; absent where it is several.
    pub rule: Option<String>,
    /// Names of the rows, where it is several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
}

/// What two versions have otherwise than by rows that can be compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DocumentDifference {
    /// Where, as JSON pointer into the body.
    pub field: String,
    /// What differs.
    pub message: String,
}

/// The differences of two versions.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PolicyDifference {
    pub documents: Vec<DocumentDifference>,
    pub tables: Vec<TableDifference>,
}

impl Policy {
    /// Returns where another version decides differently, or CANCELLED.
    pub(crate) fn difference(
        &self,
        other: &Self,
        limits: &Limits,
        run: &Run<'_>,
    ) -> Result<PolicyDifference> {
        self.difference_within(other, limits, &mut Steps::new(run, STEPS_MAX))
    }

    /// Returns it as far as these steps last, which all tables share.
    pub(in crate::policy) fn difference_within(
        &self,
        other: &Self,
        limits: &Limits,
        steps: &mut Steps<'_>,
    ) -> Result<PolicyDifference> {
        let mut found = PolicyDifference::default();
        documents(&self.body, &other.body, &mut found.documents);
        let (meanings, others) = (Meanings::of(self), Meanings::of(other));
        let meant = (&meanings, &others);
        let by_name: BTreeMap<&str, (usize, &Table)> = other
            .numbered_tables()
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .map(|(place, table)| (&*table.body.name, (place, table)))
            .collect();
        let changed = self.numbered_tables().filter_map(|(step, table)| {
            let (place, same) = *by_name.get(&*table.body.name)?;
            (table.body != same.body).then_some(((step, table), (place, same)))
        });
        let changed: Vec<_> = changed.collect();
        for (number, (one, same)) in changed.iter().enumerate() {
            steps.at(number, changed.len())?;
            let comparison = Comparison { one: self, other, limits, meant };
            found.tables.extend(comparison.table(*one, *same, &mut found.documents, steps));
        }
        steps.at(changed.len(), changed.len())?;
        found.documents.sort();
        Ok(found)
    }

    pub(super) fn numbered_tables(&self) -> impl Iterator<Item = (usize, &Table)> {
        self.steps.iter().enumerate().filter_map(|(number, step)| match step {
            Step::Table(table) => Some((number, table)),
            Step::Call(_) | Step::Derive { .. } => None,
        })
    }
}

/// Two versions that are compared.
struct Comparison<'c> {
    one: &'c Policy,
    other: &'c Policy,
    limits: &'c Limits,
    meant: (&'c Meanings, &'c Meanings),
}

impl Comparison<'_> {
    /// Compares a table of both versions; none where it cannot be, which is told beside it.
    fn table(
        &self,
        (step, table): (usize, &Table),
        (place, same): (usize, &Table),
        documents: &mut Vec<DocumentDifference>,
        steps: &mut Steps<'_>,
    ) -> Option<TableDifference> {
        let mut tell = |part: &str, message: String| {
            let field = format!("/steps/{step}/table{part}");
            documents.push(DocumentDifference { field, message });
        };
        if table.body.hit != same.body.hit {
            let comparable = is_single(table.body.hit) == is_single(same.body.hit);
            tell("/hit", if comparable { OTHER_HIT } else { ANOTHER_HIT }.to_owned());
            if !comparable {
                return None;
            }
        }
        let has_outputs = table.body.outputs != same.body.outputs;
        if has_outputs {
            tell("/outputs", STATED.to_owned());
        }
        let (meanings, others) = self.meant;
        let columns: Vec<_> = table.columns.iter().map(|it| &it.program).collect();
        let moved = meanings.changed(others, names_of(self.one, &columns));
        if let Some(name) = moved.first() {
            tell("", format!("its columns read `{name}`, which the versions compute differently"));
            return None;
        }
        let moved = meanings.changed(others, names_of(self.one, &table.programs()));
        if let Some(name) = moved.first() {
            tell(
                "",
                format!(
                    "its rows read `{name}`, which the versions compute differently: the rows are compared as they are written"
                ),
            );
        }
        let is_proved = !has_outputs && moved.is_empty();
        // The steps before a table and its rows become a policy of their own.
        let before = self.one.numbered_tables().take_while(|(at, _)| *at < step).map(|(_, it)| it.rows.len());
        let loaded = step + before.sum::<usize>() + table.rows.len() + same.rows.len();
        if !steps.spend(loaded.saturating_mul(LOADED)) {
            let (table, differences) = (table.body.name.clone(), Vec::new());
            return Some(TableDifference { differences, table, whole: false });
        }
        match Both::of((self.one, step, table), (self.other, place, same), self.limits) {
            Ok(both) => {
                let compared = both.differences(steps);
                Some(TableDifference { whole: compared.whole && is_proved, ..compared })
            }
            Err(message) => {
                tell("", message);
                None
            }
        }
    }
}

/// Operations that a row takes which becomes part of a policy.
const LOADED: usize = 100;

/// What is said of parts that both documents state.
const STATED: &str = "the versions state it differently";
const OTHER_HIT: &str =
    "the versions have another hit policy; rows are compared by it where all that they read is known";
const ANOTHER_HIT: &str =
    "in one version one row decides, in the other all rows count together: this is compared only over data";

/// Returns whether one row decides, and not all rows together.
pub(super) const fn is_single(hit: HitPolicy) -> bool {
    matches!(hit, HitPolicy::First | HitPolicy::Unique | HitPolicy::Any | HitPolicy::Priority)
}

/// Returns the name of a step.
pub(super) const fn step_name(step: &StepBody) -> &String {
    match step {
        StepBody::Call(call) => &call.name,
        StepBody::Derive(derive) => &derive.name,
        StepBody::Table(table) => &table.name,
    }
}

/// Returns the place of each step by its name.
fn places(body: &PolicyBody) -> BTreeMap<&String, usize> {
    body.steps.iter().enumerate().rev().map(|(place, step)| (step_name(step), place)).collect()
}

/// Keeps what two documents state differently beside the rows of tables.
fn documents(one: &PolicyBody, other: &PolicyBody, found: &mut Vec<DocumentDifference>) {
    let mut differ = |field: String, message: &str| {
        found.push(DocumentDifference { field, message: message.to_owned() });
    };
    let inputs: BTreeSet<&String> = one.inputs.keys().chain(other.inputs.keys()).collect();
    for input in inputs {
        let field = format!("/inputs/{}", crate::error::escape_segment(input));
        match (one.inputs.get(input), other.inputs.get(input)) {
            (Some(_), None) => differ(field, "only the first version has it"),
            (None, Some(_)) => differ(field, "only the second version has it"),
            (left, right) if left != right => differ(field, STATED),
            _ => {}
        }
    }
    let (own, others) = (places(one), places(other));
    for (number, step) in one.steps.iter().enumerate() {
        let same = others.get(step_name(step)).and_then(|at| other.steps.get(*at));
        match (step, same) {
            (_, None) => differ(format!("/steps/{number}"), "only the first version has it"),
            (StepBody::Table(_), Some(StepBody::Table(_))) => {}
            (_, Some(same)) if same != step => differ(format!("/steps/{number}"), STATED),
            _ => {}
        }
    }
    for (number, step) in other.steps.iter().enumerate() {
        if !own.contains_key(step_name(step)) {
            differ(format!("/steps/{number}"), "only the second version has it");
        }
    }
    let places: Vec<usize> =
        one.steps.iter().filter_map(|step| others.get(step_name(step)).copied()).collect();
    if !places.is_sorted() {
        differ(
            "/steps".to_owned(),
            "the steps come in another order: which table declines first may differ, and with it the reasons that are told",
        );
    }
    let parts = [
        ("/currency", one.currency != other.currency),
        ("/offer", one.offer != other.offer),
        ("/reasons", one.reasons != other.reasons),
        ("/effective", one.effective != other.effective),
        ("/override", one.overriding != other.overriding),
        ("/jurisdiction", one.jurisdiction != other.jurisdiction),
        ("/all_reasons", one.all_reasons != other.all_reasons),
    ];
    for (field, differs) in parts {
        if differs {
            differ(field.to_owned(), STATED);
        }
    }
}
