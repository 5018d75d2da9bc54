//! Applicants as they are told: values by name, which are read again and run before anyone is shown them.

use crate::error::Result;
use crate::expression::Slot;
use crate::json_value::JsonValue;
use crate::policy::document::Outcome;
use crate::policy::input;
use crate::policy::load::{Policy, Step};
use crate::policy::run::Progress;
use crate::policy::state::State;
use crate::policy::table::{Match, Row};
use crate::policy::verdict::{PolicyDoubt, ReasonCode, Verdict};
use crate::time::{Instant, UtcOffset};
use std::collections::BTreeMap;

/// Values of inputs by name, and of results of steps by `STEP.RESULT`.
pub(super) type Applicant = BTreeMap<String, JsonValue>;

/// The instant of an applicant whose policy may decide at any time.
const AS_OF: &str = "2026-01-01T00:00:00Z";

/// The nearness of a run that comes to the step.
pub(super) const REACHED: u32 = 10_000;

/// What a table gives of an applicant, whatever the tables before it decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// No row matches.
    Nothing,
    /// These rows, in the order in which they count.
    Rows(Vec<usize>),
    /// These rows match and must not match together.
    Disagree(Vec<usize>),
    /// Something is unknown.
    Doubt,
}

/// How a run of the whole policy ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ended {
    pub(super) verdict: Verdict,
    /// Steps that it came to.
    pub(super) reached: usize,
}

impl Policy {
    /// Returns an instant at which the policy may decide.
    fn instant(&self) -> Result<Instant> {
        let plain = Instant::parse(AS_OF)?;
        let effective = self.body.effective;
        let last = effective
            .until
            .map(|it| Instant::from_epoch_microseconds(it.epoch_microseconds() - 1))
            .transpose()?;
        let plain = effective.from.map_or(plain, |from| plain.max(from));
        Ok(last.map_or(plain, |last| plain.min(last)))
    }

    /// Reads the inputs of an applicant; a value whose age counts is of the day of the run.
    fn read(&self, applicant: &Applicant, state: &mut State) -> Result<()> {
        let as_of = self.instant()?;
        let given = self.inputs.iter().filter_map(|input| {
            let value = applicant.get(&*input.name)?.clone();
            let value = if input.max_age_days.is_some() {
                let members = [("at", JsonValue::Text(as_of.to_string())), ("value", value)];
                JsonValue::Object(members.map(|(name, it)| (name.to_owned(), it)).into())
            } else {
                value
            };
            Some((input.name.to_string(), value))
        });
        self.begin(&given.collect(), as_of, None, state)
    }

    /// Returns whether the age of an input counts.
    pub(in crate::policy) fn ages(&self, name: &str) -> bool {
        self.inputs.iter().any(|input| &*input.name == name && input.max_age_days.is_some())
    }

    /// Returns an applicant with a date beside each value whose age counts, so that it runs as it stands at that instant.
    pub(crate) fn dated(
        &self,
        applicant: BTreeMap<String, JsonValue>,
        as_of: Option<Instant>,
    ) -> BTreeMap<String, JsonValue> {
        let Some(as_of) = as_of else { return applicant };
        let today = JsonValue::Text(as_of.date_at(UtcOffset::UTC).to_string());
        let dated = |(name, value): (String, JsonValue)| {
            if !self.ages(&name) || matches!(value, JsonValue::Object(_)) {
                return (name, value);
            }
            let members = [("at", today.clone()), ("value", value)];
            (name, JsonValue::Object(members.map(|(name, it)| (name.to_owned(), it)).into()))
        };
        applicant.into_iter().map(dated).collect()
    }

    /// Returns how a run of the whole policy ends; none where the policy cannot take the applicant.
    pub(super) fn ended(&self, applicant: &Applicant) -> Option<Ended> {
        let mut state = State::default();
        self.read(applicant, &mut state).ok()?;
        let results = self.results_of(applicant);
        match self.run(&results, &mut state) {
            Progress::Done(verdict) => Some(Ended { verdict, reached: state.reached }),
            Progress::Need(_) => None,
        }
    }

    /// Puts an applicant into a run and computes what the steps before a step give, also behind a knock-out.
    pub(super) fn until(&self, step: usize, applicant: &Applicant, state: &mut State) -> Option<()> {
        self.read(applicant, state).ok()?;
        for call in
            self.steps.iter().filter_map(|it| if let Step::Call(call) = it { Some(call) } else { None })
        {
            for ((name, _), result) in call.body.results.iter().zip(&call.results) {
                let value = applicant.get(&format!("{}.{name}", call.body.name));
                let read = value.and_then(|value| {
                    input::read(result.scalar, value, &self.symbols, &mut state.texts).ok()
                });
                result.put(read, state);
            }
        }
        self.compute(step, state);
        Some(())
    }

    /// Computes what the steps before a step derive, and the tables before it.
    pub(super) fn compute(&self, until: usize, state: &mut State) {
        for (number, step) in self.steps.iter().enumerate().take(until) {
            match step {
                Step::Derive { slot, expression } => {
                    let value = expression.program.run(&state.values(&self.symbols));
                    state.set(*slot, value);
                }
                Step::Table(table) => {
                    state.forget_steps();
                    self.table(table, u32::try_from(number).unwrap_or(u32::MAX), state);
                }
                Step::Call(_) => {}
            }
        }
    }

    /// Returns the rows of a step's table that match an applicant.
    pub(super) fn matching(&self, step: usize, applicant: &Applicant) -> Vec<usize> {
        let mut state = State::default();
        let (Some(Step::Table(table)), Some(())) =
            (self.steps.get(step), self.until(step, applicant, &mut state))
        else {
            return Vec::new();
        };
        let values = state.values(&self.symbols);
        let columns: Vec<Slot> = table.columns.iter().map(|column| column.program.run(&values)).collect();
        let matches = |(_, row): &(usize, &Row)| table.matches(row, &columns, &values) == Match::Yes;
        table.rows.iter().enumerate().filter(matches).map(|(number, _)| number).collect()
    }

    /// Returns what the table of a step gives of an applicant.
    pub(super) fn table_gives(&self, step: usize, applicant: &Applicant) -> Option<Given> {
        let Some(Step::Table(table)) = self.steps.get(step) else { return None };
        let mut state = State::default();
        self.until(step, applicant, &mut state)?;
        state.forget_steps();
        self.table(table, u32::try_from(step).unwrap_or(u32::MAX), &mut state);
        let rows: Vec<usize> = state.matched.iter().map(|it| it.row as usize).collect();
        if !rows.is_empty() {
            return Some(Given::Rows(rows));
        }
        let doubt = state.because.first();
        Some(match doubt {
            None => Given::Nothing,
            Some(doubt) if doubt.code == ReasonCode::Doubt(PolicyDoubt::RowsDisagree) => {
                Given::Disagree(doubt.rows.iter().map(|it| *it as usize).collect())
            }
            Some(_) => Given::Doubt,
        })
    }
}

impl Ended {
    /// Returns the outcome.
    pub(super) const fn outcome(&self) -> Outcome {
        self.verdict.outcome
    }

    /// Returns how near a run comes to a step, and with how few reasons before it: the more, the nearer.
    pub(super) fn nearness(&self, step: usize) -> u32 {
        if self.reached > step {
            return REACHED;
        }
        let reached = u32::try_from(self.reached).unwrap_or(u32::MAX).min(90);
        1 + reached * 100 + 99_u32.saturating_sub(self.reasons())
    }

    /// Returns the number of reasons.
    pub(super) fn reasons(&self) -> u32 {
        u32::try_from(self.verdict.because.len()).unwrap_or(u32::MAX)
    }

    /// Returns whether two runs tell the applicant the same: outcome, reasons and terms.
    pub(super) fn tells(&self, other: &Self) -> bool {
        let told = |it: &Self| {
            let codes: Vec<_> = it
                .verdict
                .because
                .iter()
                .map(|one| (one.outcome, one.code.clone(), one.queue.clone()))
                .collect();
            (it.verdict.outcome, codes, it.verdict.terms.clone())
        };
        told(self) == told(other)
    }
}
