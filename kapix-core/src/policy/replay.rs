//! A policy over a portfolio: what it decides of every row, and how often each row of its tables and each reason did it.

use super::columns::{Applications, Results};
use super::document::Outcome;
use super::load::{Call, Policy, Step};
use super::state::State;
use super::step::{Answers, Taken};
use super::table::Table;
use super::verdict::{Because, MatchedRule, PolicyDoubt, ReasonCode};
use crate::domain::{self, ResultColumn, ResultValues};
use crate::error::{Cause, Result};
use crate::json_value::JsonValue;
use crate::parallel;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use strum::VariantArray;

/// Rows of one job.
const JOB_ROWS: usize = 16_384;

/// What a policy decides of every row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Replay {
    /// The outcome of each row; none of one that could not be decided.
    pub outcomes: Vec<Option<Outcome>>,
    /// The granted amount of each row in minor units, NaN where none is.
    pub amounts: Vec<f64>,
    /// The first reason of each outcome, as a number of `reason_names`; -1 of an approval.
    pub reasons: Vec<i32>,
    /// The codes of the policy, then those of the engine.
    pub reason_names: Vec<Arc<str>>,
    /// The row of a table that made each outcome, as a number of `rule_names`; -1 where none did.
    pub rules: Vec<i32>,
    /// `TABLE.ROW` of each row of each table.
    pub rule_names: Vec<Arc<str>>,
    /// Why rows could not be decided.
    pub refused: Vec<(usize, Cause)>,
    /// What the reasons count, by their number.
    pub causes: BTreeMap<usize, CauseCount>,
    /// How many rows of the portfolio matched each row of each table, by step.
    pub hits: BTreeMap<usize, Vec<u64>>,
}

/// How often a reason was one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CauseCount {
    /// Rows by what it asked for: approve, refer, decline.
    pub rows: [u64; 3],
    /// Rows by the input that is missing or cannot be used, each by what it asked for.
    pub inputs: [BTreeMap<Arc<str>, u64>; 3],
}

/// What a job adds up.
#[derive(Debug, Default)]
struct Tally {
    refused: Vec<(usize, Cause)>,
    causes: BTreeMap<usize, CauseCount>,
    hits: BTreeMap<usize, Vec<u64>>,
}

/// What a job writes.
struct Output<'o> {
    outcomes: &'o mut [Option<Outcome>],
    amounts: &'o mut [f64],
    reasons: &'o mut [i32],
    rules: &'o mut [i32],
}

impl Policy {
    /// Decides every application. `check` ends it early, `progress` is told how many rows are done.
    pub(crate) fn replay(
        &self,
        applications: &Applications<'_, '_, '_>,
        rows: usize,
        threads: usize,
        done: &(dyn Fn(usize) -> Result<()> + Sync),
    ) -> Result<Replay> {
        let codes = Codes::new(self);
        let mut replay = Replay {
            outcomes: vec![None; rows],
            amounts: vec![f64::NAN; rows],
            reasons: vec![-1; rows],
            reason_names: codes.names.clone(),
            rules: vec![-1; rows],
            rule_names: self.rule_names(),
            refused: Vec::new(),
            causes: BTreeMap::new(),
            hits: self.no_hits(),
        };
        let total = Mutex::new(Tally::default());
        let jobs = replay
            .outcomes
            .chunks_mut(JOB_ROWS)
            .zip(replay.amounts.chunks_mut(JOB_ROWS))
            .zip(replay.reasons.chunks_mut(JOB_ROWS))
            .zip(replay.rules.chunks_mut(JOB_ROWS))
            .map(|(((outcomes, amounts), reasons), rules)| Output { outcomes, amounts, reasons, rules });
        parallel::run(jobs, threads, |number, mut output| {
            let mut tally = Tally { hits: self.no_hits(), ..Tally::default() };
            let mut state = applications.state();
            let count = output.outcomes.len();
            for place in 0..count {
                let row = number * JOB_ROWS + place;
                if let Err(cause) = applications.begin(row, &mut state) {
                    tally.refused.push((row, cause));
                    continue;
                }
                // Columns answer every step: one that is still needed would leave the application undecided.
                if self.walk(&mut applications.results(row), &mut state).is_some() {
                    state.because.push(Because::doubt(PolicyDoubt::StepRefused, None));
                }
                let (outcome, amount) = self.settle(&mut state);
                output.put(
                    place,
                    (outcome, amount),
                    (self.rule_of(outcome, &codes, &state), codes.reason(outcome, &state)),
                );
                tally.count(&codes, &state);
            }
            total.lock().unwrap_or_else(PoisonError::into_inner).add(tally);
            done(count)
        })?;
        let total = total.into_inner().unwrap_or_else(PoisonError::into_inner);
        replay.refused = total.refused;
        replay.refused.sort_unstable_by_key(|(row, _)| *row);
        replay.causes = total.causes;
        for (step, hits) in total.hits {
            replay.hits.insert(step, hits);
        }
        Ok(replay)
    }

    /// Returns the number of the row of a table that made an outcome.
    fn rule_of(&self, outcome: Outcome, codes: &Codes, state: &State) -> Option<usize> {
        let hit = if outcome == Outcome::Approve {
            state.matched.iter().copied().find(|hit| self.approves(*hit))?
        } else {
            let first = state.because.iter().find(|it| it.outcome == outcome)?;
            let (step, row) = first.step.zip(first.rows.first())?;
            MatchedRule { step, row: *row }
        };
        Some(codes.first.get(&(hit.step as usize))? + hit.row as usize)
    }

    fn approves(&self, hit: MatchedRule) -> bool {
        let Some(Step::Table(table)) = self.steps.get(hit.step as usize) else { return false };
        table.then(hit.row).is_some_and(|then| then.outcome == Some(Outcome::Approve))
    }

    fn tables(&self) -> impl Iterator<Item = (usize, &Table)> {
        self.steps.iter().enumerate().filter_map(|(number, step)| match step {
            Step::Table(table) => Some((number, table)),
            Step::Call(_) | Step::Derive { .. } => None,
        })
    }

    fn rule_names(&self) -> Vec<Arc<str>> {
        let names = self.tables().flat_map(|(_, table)| {
            let name = move |row| format!("{}.{}", table.body.name, table.row_name(row)).into();
            (0..table.rows.len()).map(name)
        });
        names.collect()
    }

    /// Returns the values that enter the request of a step, by their place in it, one for each application; none where a run
    /// does not come to the step.
    pub(crate) fn values_of(
        &self,
        call: usize,
        applications: &Applications<'_, '_, '_>,
        rows: usize,
    ) -> Vec<(Vec<String>, ResultColumn)> {
        let Some(step) = self.calls().nth(call) else { return Vec::new() };
        let mut columns: Vec<Vec<JsonValue>> =
            step.values.iter().map(|_| vec![JsonValue::Null; rows]).collect();
        let mut state = applications.state();
        for row in 0..rows {
            if applications.begin(row, &mut state).is_err() {
                continue;
            }
            let mut before = UpTo { results: applications.results(row), until: &step.body.name };
            let Some(need) = self.walk(&mut before, &mut state) else { continue };
            for (column, (_, value)) in columns.iter_mut().zip(need.values) {
                if let Some(place) = column.get_mut(row) {
                    *place = value;
                }
            }
        }
        step.values
            .iter()
            .map(|(tokens, _)| tokens.clone())
            .zip(columns.iter().map(|it| column_of(it)))
            .collect()
    }

    fn no_hits(&self) -> BTreeMap<usize, Vec<u64>> {
        self.tables().map(|(number, table)| (number, vec![0; table.rows.len()])).collect()
    }
}

impl Output<'_> {
    fn put(
        &mut self,
        place: usize,
        (outcome, amount): (Outcome, Option<f64>),
        (rule, reason): (Option<usize>, Option<usize>),
    ) {
        let number = |it: Option<usize>| it.and_then(|it| i32::try_from(it).ok()).unwrap_or(-1);
        if let Some(it) = self.outcomes.get_mut(place) {
            *it = Some(outcome);
        }
        if let (Some(it), Some(amount)) = (self.amounts.get_mut(place), amount) {
            *it = amount;
        }
        if let Some(it) = self.reasons.get_mut(place) {
            *it = number(reason);
        }
        if let Some(it) = self.rules.get_mut(place) {
            *it = number(rule);
        }
    }
}

impl Tally {
    /// Counts the rows that matched and the reasons of one application.
    fn count(&mut self, codes: &Codes, state: &State) {
        for hit in &state.matched {
            let hits = self.hits.get_mut(&(hit.step as usize));
            if let Some(count) = hits.and_then(|hits| hits.get_mut(hit.row as usize)) {
                *count += 1;
            }
        }
        for (number, because) in state.because.iter().enumerate() {
            let Some(code) = codes.number(&because.code) else { continue };
            let count = self.causes.entry(code).or_default();
            // A row counts once for a reason and what it asks for, and once for an input.
            let before = || state.because.iter().take(number).filter(|it| it.code == because.code);
            if before().all(|it| it.outcome != because.outcome)
                && let Some(rows) = count.rows.get_mut(because.outcome as usize)
            {
                *rows += 1;
            }
            for input in &because.inputs {
                let is_told = before().any(|it| it.outcome == because.outcome && it.inputs.contains(input));
                if let Some(inputs) = count.inputs.get_mut(because.outcome as usize)
                    && !is_told
                {
                    *inputs.entry(Arc::clone(input)).or_default() += 1;
                }
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.refused.extend(other.refused);
        for (code, count) in other.causes {
            let own = self.causes.entry(code).or_default();
            own.rows.iter_mut().zip(count.rows).for_each(|(own, other)| *own += other);
            for (own, inputs) in own.inputs.iter_mut().zip(count.inputs) {
                for (input, rows) in inputs {
                    *own.entry(input).or_default() += rows;
                }
            }
        }
        for (step, hits) in other.hits {
            let own = self.hits.entry(step).or_insert_with(|| vec![0; hits.len()]);
            own.iter_mut().zip(hits).for_each(|(own, other)| *own += other);
        }
    }
}

/// The results of the steps before one.
struct UpTo<'c, 'f, 'a> {
    results: Results<'c, 'f, 'a>,
    until: &'c str,
}

impl Answers for UpTo<'_, '_, '_> {
    fn take(&mut self, step: (u32, &Call), policy: &Policy, state: &mut State) -> Option<Taken> {
        if *step.1.body.name == *self.until { None } else { self.results.take(step, policy, state) }
    }
}

/// Returns JSON values of one type as a column: numbers, truth values, or codes of texts.
fn column_of(values: &[JsonValue]) -> ResultColumn {
    let is_number = |value: &JsonValue| matches!(value, JsonValue::Number(_) | JsonValue::Null);
    if values.iter().all(is_number) {
        let number = |value: &JsonValue| if let JsonValue::Number(it) = value { *it } else { f64::NAN };
        return ResultColumn::new("", ResultValues::Float(values.iter().map(number).collect()), None);
    }
    if values.iter().all(|value| matches!(value, JsonValue::Bool(_) | JsonValue::Null)) {
        let mut valid = vec![0_u8; values.len().div_ceil(8)];
        let known = values.iter().enumerate().filter(|(_, value)| **value != JsonValue::Null);
        for (row, _) in known {
            if let Some(byte) = valid.get_mut(row / 8) {
                *byte |= 1 << (row % 8);
            }
        }
        let truths = values.iter().map(|value| *value == JsonValue::Bool(true)).collect();
        return ResultColumn::new("", ResultValues::Bool(truths), Some(valid));
    }
    let mut places: BTreeMap<Arc<str>, i32> = BTreeMap::new();
    let mut names: Vec<Arc<str>> = Vec::new();
    let code = |value: &JsonValue| {
        let JsonValue::Text(text) = value else { return -1 };
        let text: Arc<str> = text.as_str().into();
        let next = i32::try_from(names.len()).unwrap_or(-1);
        *places.entry(text).or_insert_with_key(|text| {
            names.push(Arc::clone(text));
            next
        })
    };
    let codes = domain::Codes::Wide(values.iter().map(code).collect());
    ResultColumn::new("", ResultValues::Dictionary { codes, names }, None)
}

/// The codes of reasons, numbered, and the number of the first row of each table.
struct Codes {
    first: BTreeMap<usize, usize>,
    names: Vec<Arc<str>>,
    numbers: BTreeMap<Arc<str>, usize>,
    doubts: usize,
}

impl Codes {
    fn new(policy: &Policy) -> Self {
        let mut names: Vec<Arc<str>> =
            policy.body.reasons.keys().map(|code| Arc::from(code.as_str())).collect();
        let numbers = names.iter().cloned().zip(0..).collect();
        let doubts = names.len();
        names.extend(PolicyDoubt::VARIANTS.iter().map(|doubt| Arc::from(<&str>::from(*doubt))));
        let mut rows = 0;
        let first = policy.tables().map(|(step, table)| {
            rows += table.rows.len();
            (step, rows - table.rows.len())
        });
        let first = first.collect();
        Self { first, names, numbers, doubts }
    }

    /// Returns the number of the first reason for an outcome.
    fn reason(&self, outcome: Outcome, state: &State) -> Option<usize> {
        state.because.iter().find(|it| it.outcome == outcome).and_then(|it| self.number(&it.code))
    }

    fn number(&self, code: &ReasonCode) -> Option<usize> {
        match code {
            ReasonCode::Policy(code) => self.numbers.get(code).copied(),
            ReasonCode::Doubt(doubt) => Some(self.doubts + *doubt as usize),
        }
    }
}
