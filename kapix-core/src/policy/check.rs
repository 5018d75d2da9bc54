//! What a policy is checked for beyond what it must be to load: its own cases, and the rules of a jurisdiction.

use super::document::{Ground, Outcome, TestBody};
use super::input::{Input, Place};
use super::load::{Policy, Step};
use super::run::Progress;
use super::state::State;
use super::step::StepResult;
use super::table::{Passes, Table, Test};
use super::verdict::{ReasonCode, Verdict};
use crate::error::Result;
use crate::json_value::JsonValue;
use crate::time::Instant;
use serde::Serialize;
use serde_with::skip_serializing_none;
use std::collections::{BTreeMap, BTreeSet};

/// What became of a case of a policy.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TestResult {
    /// What differs from what the case expects; absent where nothing does.
    pub differs: Option<String>,
    /// Its name.
    pub name: String,
    /// The outcome, where the case could be run.
    pub outcome: Option<Outcome>,
    /// Whether it came out as expected.
    pub passed: bool,
}

/// A row that a jurisdiction asks about.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JurisdictionFinding {
    /// What it asks for.
    pub message: &'static str,
    /// Whether the policy may not be used so.
    pub rejected: bool,
    /// The row, `TABLE.ROW`.
    pub rule: String,
}

/// Kenya, Banking (Credit Reference Bureau) Regulations 2020: no refusal on a credit score alone.
const BUREAU_ALONE: &str = "a row declines on the score of a credit bureau alone: the law of Kenya forbids it; add what else it rests on";
/// Kenya, Data Protection Act 2019, section 35: decisions by automated means alone.
const OWN_ALONE: &str = "a row declines on the lender's own score alone: the notice must say that the decision was automated and how to have it reviewed";

impl Policy {
    /// Runs the cases of the policy.
    pub(crate) fn run_tests(&self, as_of: Instant) -> Vec<TestResult> {
        self.body.tests.iter().map(|case| self.run_test(case, case.as_of.unwrap_or(as_of))).collect()
    }

    pub(super) fn run_test(&self, case: &TestBody, as_of: Instant) -> TestResult {
        let name = case.name.clone();
        match self.verdict_of(case, as_of) {
            Err(error) => TestResult { differs: Some(error.message), name, outcome: None, passed: false },
            Ok(verdict) => {
                let differs = differs(case, &verdict);
                let passed = differs.is_none();
                TestResult { differs, name, outcome: Some(verdict.outcome), passed }
            }
        }
    }

    fn verdict_of(&self, case: &TestBody, as_of: Instant) -> Result<Verdict> {
        let mut state = State::default();
        self.begin(&case.inputs, as_of, None, &mut state)?;
        let results = self.results_of(case);
        Ok(match self.run(&results, &mut state) {
            Progress::Done(verdict) => verdict,
            // There is a result for every step.
            Progress::Need(_) => self.verdict(&mut state),
        })
    }

    /// Returns the results of the steps that a case states; a step without them gave none.
    fn results_of(&self, case: &TestBody) -> Vec<StepResult> {
        let calls =
            self.steps.iter().filter_map(|step| if let Step::Call(call) = step { Some(call) } else { None });
        calls
            .map(|call| {
                let mut answer = JsonValue::Object(BTreeMap::new());
                let mut is_stated = false;
                for ((name, _), result) in call.body.results.iter().zip(&call.results) {
                    if let Some(value) = case.results.get(&format!("{}.{name}", call.body.name)) {
                        answer.put(&result.pointer, value.clone());
                        is_stated = true;
                    }
                }
                if is_stated { StepResult::Answer { answer, referred: false } } else { StepResult::Refused }
            })
            .collect()
    }

    /// Returns the rows that decline on the grounds that the jurisdiction of the policy asks about.
    pub(crate) fn jurisdiction_findings(&self) -> Vec<JurisdictionFinding> {
        if self.body.jurisdiction.as_deref() != Some("KE") {
            return Vec::new();
        }
        let tables = self
            .steps
            .iter()
            .filter_map(|step| if let Step::Table(table) = step { Some(table) } else { None });
        tables.flat_map(|table| self.alone(table)).collect()
    }

    fn alone(&self, table: &Table) -> Vec<JurisdictionFinding> {
        let mut findings = Vec::new();
        for (number, row) in table.rows.iter().enumerate() {
            let declines =
                table.thens.get(row.then as usize).is_some_and(|it| it.outcome == Some(Outcome::Decline));
            let grounds: BTreeSet<Ground> = table
                .tests_of(row)
                .iter()
                .filter(|test| !self.always_passes(table, test))
                .flat_map(|test| self.grounds(table, usize::from(test.column), test.passes))
                .collect();
            let only = |ground| declines && grounds.len() == 1 && grounds.contains(&ground);
            let rule = format!("{}.{}", table.body.name, table.row_name(number));
            if only(Ground::BureauScore) {
                findings.push(JurisdictionFinding { message: BUREAU_ALONE, rejected: true, rule });
            } else if only(Ground::OwnScore) {
                findings.push(JurisdictionFinding { message: OWN_ALONE, rejected: false, rule });
            }
        }
        findings
    }

    /// Returns whether every value that an input may have passes a cell, so that the row does not rest on it.
    fn always_passes(&self, table: &Table, test: &Test) -> bool {
        let column = table.columns.get(usize::from(test.column));
        let of_column = |input: &&Input| matches!(input.place, Place::Slot(slot) if column.is_some_and(|it| it.program.is_slot(slot)));
        let input = self.inputs.iter().find(of_column);
        let Passes::Between(low, high) = test.passes else { return false };
        input.is_some_and(|input| low <= input.min && input.max <= high)
    }

    fn grounds(&self, table: &Table, column: usize, passes: Passes) -> Vec<Ground> {
        let of_column = table.columns.get(column).map(|it| &it.program);
        let of_cell = match passes {
            Passes::Cell(cell) => table.cells.get(cell as usize).and_then(|cell| match &cell.test {
                crate::expression::CellTest::Program(program) => Some(program),
                _ => None,
            }),
            Passes::Between(..) => None,
        };
        let programs = of_column.into_iter().chain(of_cell);
        let infos = programs.flat_map(|program| {
            let slots = program.slots().iter().filter_map(|slot| self.slots.get(usize::from(*slot)));
            let lists = program.lists().iter().filter_map(|list| self.lists.get(usize::from(*list)));
            slots.chain(lists)
        });
        infos.flat_map(|info| info.ground.iter().copied()).collect()
    }
}

/// Returns what a verdict has other than a case expects.
fn differs(case: &TestBody, verdict: &Verdict) -> Option<String> {
    let expect = &case.expect;
    if let Some(outcome) = expect.outcome.filter(|outcome| *outcome != verdict.outcome) {
        return Some(format!(
            "expected the outcome `{}`, got `{}`",
            outcome.as_str(),
            verdict.outcome.as_str()
        ));
    }
    let code = |it: &ReasonCode| match it {
        ReasonCode::Policy(code) => code.to_string(),
        ReasonCode::Doubt(doubt) => <&str>::from(*doubt).to_owned(),
    };
    let codes: BTreeSet<String> = verdict.because.iter().map(|it| code(&it.code)).collect();
    if let Some(expected) = &expect.reasons {
        let expected: BTreeSet<String> = expected.iter().cloned().collect();
        if expected != codes {
            let listed = |codes: &BTreeSet<String>| codes.iter().cloned().collect::<Vec<_>>().join("`, `");
            return Some(format!("expected the reasons `{}`, got `{}`", listed(&expected), listed(&codes)));
        }
    }
    let stated = verdict.terms.as_ref().map(|terms| &terms.stated);
    for (name, value) in expect.terms.iter().flatten() {
        if stated.and_then(|stated| stated.get(name)) != Some(value) {
            return Some(format!("the term `{name}` differs"));
        }
    }
    None
}
