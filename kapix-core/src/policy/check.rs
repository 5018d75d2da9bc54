//! What a policy is checked for beyond what it must be to load: its own cases, and the rules of a jurisdiction.

use super::analysis::{STEPS_MAX, Steps};
use super::document::{Ground, Outcome, TestBody};
use super::load::{Call, Policy, Step};
use super::run::Progress;
use super::state::State;
use super::step::{StepResult, StepResults};
use super::table::{Passes, Table};
use super::verdict::{ReasonCode, Verdict};
use crate::error::Result;
use crate::expression::{CellTest, Program};
use crate::fitting::Run;
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
    /// The row, `TABLE.ROW`; `offer.limit` for the limit of the offer.
    pub rule: String,
}

/// The place of a finding that is about the limit of the offer.
pub(super) const OFFER_LIMIT: &str = "offer.limit";

/// Kenya, Banking (Credit Reference Bureau) Regulations 2020: no refusal on a credit score alone.
const BUREAU_ALONE: &str = "a row declines on the score of a credit bureau alone: the law of Kenya forbids it; add what else it rests on";
const BUREAU_LIMIT: &str = "a request above the limit is declined, and the limit rests on the score of a credit bureau alone: the law of Kenya forbids it; refer such a request, or let the limit rest on more";
/// Kenya, Data Protection Act 2019, section 35: decisions by automated means alone.
const OWN_ALONE: &str = "a row declines on the lender's own score alone: the notice must say that the decision was automated and how to have it reviewed";

impl Policy {
    /// Runs the cases of the policy; returns CANCELLED where the caller asked to stop.
    pub(crate) fn run_tests(&self, as_of: Instant, run: &Run<'_>) -> Result<Vec<TestResult>> {
        let result = |case: &TestBody| {
            (run.check)()?;
            Ok(self.run_test(case, case.as_of.unwrap_or(as_of)))
        };
        self.body.tests.iter().map(result).collect()
    }

    pub(super) fn run_test(&self, case: &TestBody, as_of: Instant) -> TestResult {
        let name = case.name.clone();
        if let Some(message) = self.unknown_name(case) {
            return TestResult { differs: Some(message), name, outcome: None, passed: false };
        }
        match self.verdict_of(case, as_of) {
            Err(error) => TestResult { differs: Some(error.message), name, outcome: None, passed: false },
            Ok(verdict) => {
                let differs = differs(case, &verdict);
                let passed = differs.is_none();
                TestResult { differs, name, outcome: Some(verdict.outcome), passed }
            }
        }
    }

    /// Returns what is said of a name in a case that the policy does not have: the case would show nothing of it.
    fn unknown_name(&self, case: &TestBody) -> Option<String> {
        let has_result = |given: &str| {
            let of = |call: &Call| given.strip_prefix(&*call.body.name)?.strip_prefix('.');
            self.calls().any(|call| of(call).is_some_and(|it| call.body.results.contains_key(it)))
        };
        let no_input = case.inputs.keys().find(|given| !self.body.inputs.contains_key(*given));
        let no_result = case.results.keys().find(|given| !has_result(given));
        let told = |given: &str, part: &str, what: &str, near: Option<&str>| {
            let place = format!("/{part}/{}", crate::error::escape_segment(given));
            let meant = near.map(|it| format!(": did you mean `{it}`?")).unwrap_or_default();
            format!("`{place}` of the case names no {what} of the policy{meant}")
        };
        if let Some(given) = no_input {
            return Some(told(given, "inputs", "input", near(given, self.body.inputs.keys())));
        }
        let given = no_result?;
        let of = |call: &Call| -> Vec<String> {
            call.body.results.keys().map(|name| format!("{}.{name}", call.body.name)).collect()
        };
        let results: Vec<String> = self.calls().flat_map(of).collect();
        Some(told(given, "results", "result of a step", near(given, results.iter())))
    }

    fn verdict_of(&self, case: &TestBody, as_of: Instant) -> Result<Verdict> {
        let mut state = State::default();
        self.begin(&case.inputs, as_of, None, &mut state)?;
        let results = self.results_of(&case.results);
        Ok(match self.run(&results, &mut state) {
            Progress::Done(verdict) => verdict,
            // There is a result for every step.
            Progress::Need(_) => self.verdict(&mut state),
        })
    }

    /// Returns the results of the steps that are stated by `STEP.RESULT`; a step without them gave none.
    pub(super) fn results_of(&self, stated: &BTreeMap<String, JsonValue>) -> StepResults {
        let calls = (0..).zip(&self.steps).filter_map(|(number, step)| match step {
            Step::Call(call) => Some((number, call)),
            Step::Derive { .. } | Step::Table(_) => None,
        });
        let result = |call: &Call| {
            let mut answer = JsonValue::Object(BTreeMap::new());
            let mut is_stated = false;
            for ((name, _), result) in call.body.results.iter().zip(&call.results) {
                if let Some(value) = stated.get(&format!("{}.{name}", call.body.name)) {
                    answer.put(&result.pointer, value.clone());
                    is_stated = true;
                }
            }
            if is_stated { StepResult::Answer { answer, referred: false } } else { StepResult::Refused }
        };
        calls.map(|(number, call)| (number, result(call))).collect()
    }

    /// Returns the rows that decline on the grounds that the jurisdiction of the policy asks about, or CANCELLED.
    pub(crate) fn jurisdiction_findings(&self, run: &Run<'_>) -> Result<Vec<JurisdictionFinding>> {
        if self.body.jurisdiction.as_deref() != Some("KE") {
            return Ok(Vec::new());
        }
        let mut steps = Steps::new(run, STEPS_MAX);
        let tables = self.steps.iter().enumerate().filter_map(|(number, step)| match step {
            Step::Table(table) => Some((number, table)),
            Step::Call(_) | Step::Derive { .. } => None,
        });
        let mut found = Vec::new();
        for (step, table) in tables {
            found.extend(self.alone(step, table, &mut steps));
            steps.check()?;
        }
        found.extend(self.limit_alone(&mut steps));
        steps.check()?;
        Ok(found)
    }

    fn alone(&self, step: usize, table: &Table, steps: &mut Steps<'_>) -> Vec<JurisdictionFinding> {
        let is_idle = self.idle_tests(table);
        let mut of_bureau = self.declines_alone(step, table, Ground::BureauScore, steps);
        let mut of_own = self.declines_alone(step, table, Ground::OwnScore, steps);
        of_bureau.extend(self.declines_at_scores(table, Ground::BureauScore, steps));
        of_own.extend(self.declines_at_scores(table, Ground::OwnScore, steps));
        for (number, row) in table.rows.iter().enumerate() {
            let declines =
                table.thens.get(row.then as usize).is_some_and(|it| it.outcome == Some(Outcome::Decline));
            let tests = table.tests_of(row).iter().filter(|test| !is_idle(test));
            let grounds: BTreeSet<Ground> =
                tests.flat_map(|test| self.grounds(table, usize::from(test.column), test.passes)).collect();
            let only = |ground| declines && grounds.len() == 1 && grounds.contains(&ground);
            if only(Ground::BureauScore) {
                of_bureau.insert(number);
            } else if only(Ground::OwnScore) {
                of_own.insert(number);
            }
        }
        let rule = |row: usize| format!("{}.{}", table.body.name, table.row_name(row));
        let rejected = of_bureau.iter().map(|row| JurisdictionFinding {
            message: BUREAU_ALONE,
            rejected: true,
            rule: rule(*row),
        });
        let told = of_own.difference(&of_bureau).map(|row| JurisdictionFinding {
            message: OWN_ALONE,
            rejected: false,
            rule: rule(*row),
        });
        let mut findings: Vec<(usize, JurisdictionFinding)> = of_bureau
            .iter()
            .copied()
            .zip(rejected)
            .chain(of_own.difference(&of_bureau).copied().zip(told))
            .collect();
        findings.sort_by_key(|(row, _)| *row);
        findings.into_iter().map(|(_, finding)| finding).collect()
    }

    /// Returns the limit of an offer that rests on the score of a bureau alone and declines what lies above it.
    fn limit_alone(&self, steps: &mut Steps<'_>) -> Option<JurisdictionFinding> {
        let offer = self.offer.as_ref().filter(|offer| offer.above.0 == Outcome::Decline)?;
        let program = &offer.limit.as_ref()?.program;
        let grounds: BTreeSet<Ground> = self.grounds_of(program).collect();
        let is_alone = grounds == BTreeSet::from([Ground::BureauScore])
            || self.limits_at_scores(Ground::BureauScore, steps);
        is_alone.then(|| JurisdictionFinding {
            message: BUREAU_LIMIT,
            rejected: true,
            rule: OFFER_LIMIT.to_owned(),
        })
    }

    fn grounds(&self, table: &Table, column: usize, passes: Passes) -> Vec<Ground> {
        let of_column = table.columns.get(column).map(|it| &it.program);
        let of_cell = match passes {
            Passes::Cell(cell) => table.cells.get(cell as usize).and_then(|cell| match &cell.test {
                CellTest::Program(program) => Some(program),
                _ => None,
            }),
            Passes::Between(..) => None,
        };
        // The requested amount has no ground: what it is compared with has, however they are written together.
        of_column.into_iter().chain(of_cell).flat_map(|program| self.grounds_of(program)).collect()
    }

    fn grounds_of<'p>(&'p self, program: &'p Program) -> impl Iterator<Item = Ground> + 'p {
        let slots = program.slots().iter().filter_map(|slot| self.slots.get(usize::from(*slot)));
        let lists = program.lists().iter().filter_map(|list| self.lists.get(usize::from(*list)));
        slots.chain(lists).flat_map(|info| info.ground.iter().copied())
    }
}

/// Edits within which a name is taken for a misspelt one.
const EDITS_MAX: usize = 2;

/// Returns the name that is nearest to one, within two edits.
fn near<'n>(given: &str, names: impl Iterator<Item = &'n String>) -> Option<&'n str> {
    // A letter has four bytes at most.
    let is_close = |name: &&String| name.len().abs_diff(given.len()) <= 4 * EDITS_MAX;
    let found = names.filter(is_close).map(|name| (strsim::damerau_levenshtein(given, name), name));
    found.filter(|(edits, _)| *edits <= EDITS_MAX).min().map(|(_, name)| name.as_str())
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
