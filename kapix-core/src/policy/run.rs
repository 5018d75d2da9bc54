//! One run: steps in their order, until a knock-out, a need, or the end.

use super::document::{HitPolicy, Outcome};
use super::hit::TableResult;
use super::input::{self, About, Absent, Place};
use super::load::{Policy, Step};
use super::state::{Found, State};
use super::step::{Answered, Answers, CallNeed, StepResults};
use super::table::{Match, OutputPlace, OutputValue, Row, Table};
use super::verdict::{Because, MatchedRule, PolicyDoubt, ReasonCode, Verdict};
use crate::error::{Cause, Error, Result};
use crate::expression::{Slot, Symbols, Unknown};
use crate::id::Id;
use crate::json_value::JsonValue;
use crate::time::Instant;
use smallvec::{SmallVec, smallvec};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How a run ends.
#[derive(Debug)]
pub(crate) enum Progress {
    /// The result of another operation is needed; the run starts again with it.
    Need(CallNeed),
    /// It is decided.
    Done(Verdict),
}

impl Policy {
    /// Puts the inputs of an application into a run; pointers of errors start at them.
    pub(crate) fn begin(
        &self,
        inputs: &BTreeMap<String, JsonValue>,
        as_of: Instant,
        entity_id: Option<&Id>,
        state: &mut State,
    ) -> Result<()> {
        if !self.is_effective(as_of) {
            return Err(not_effective());
        }
        state.clear(self.slots.len(), self.lists.len());
        input::read_all(&self.inputs, inputs, About { as_of, entity_id }, &self.symbols, state)
    }

    /// Returns whether the policy may decide at this instant.
    pub(super) fn is_effective(&self, as_of: Instant) -> bool {
        let effective = self.body.effective;
        effective.from.is_none_or(|from| as_of >= from) && effective.until.is_none_or(|until| as_of < until)
    }

    /// Runs the steps over what [`Policy::begin`] read, with the results of steps so far.
    pub(crate) fn run(&self, results: &StepResults, state: &mut State) -> Progress {
        match self.walk(&mut Answered(results), state) {
            Some(need) => Progress::Need(need),
            None => Progress::Done(self.verdict(state)),
        }
    }

    /// Runs the steps, and returns what one of them needs that has no result yet.
    pub(super) fn walk(&self, answers: &mut impl Answers, state: &mut State) -> Option<CallNeed> {
        state.forget_steps();
        for (number, step) in self.steps.iter().enumerate() {
            state.reached = number + 1;
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            match step {
                Step::Derive { slot, expression } => {
                    let value = expression.program.run(&state.values(&self.symbols));
                    state.set(*slot, value);
                }
                Step::Call(call) => {
                    let need = self.call(call, number, answers, state);
                    if need.is_some() {
                        return need;
                    }
                }
                Step::Table(table) => {
                    self.table(table, number, state);
                    let is_knocked_out = state.because.iter().any(|it| it.outcome == Outcome::Decline);
                    if is_knocked_out && !self.body.all_reasons {
                        break;
                    }
                }
            }
        }
        None
    }

    pub(super) fn table(&self, table: &Table, number: u32, state: &mut State) {
        // Moved by its pointer, so that the run can be written meanwhile.
        let mut found = state.found.take().unwrap_or_default();
        let causes = self.find(table, &mut found, state);
        match table.result(&mut found.yes, &found.maybe) {
            TableResult::Known => {
                self.known(table, number, &found.yes, state);
                if let (HitPolicy::First | HitPolicy::Priority, [first]) = (table.body.hit, &found.yes[..]) {
                    self.other_knock_outs(table, (number, *first), &found, state);
                }
            }
            TableResult::Disagree => {
                let doubt = Because::doubt(PolicyDoubt::RowsDisagree, Some(number));
                state.because.push(Because { rows: SmallVec::from_slice(&found.yes), ..doubt });
                table.without(Unknown::CONFLICT, state);
            }
            TableResult::Unknown => {
                let (slots, lists) = table.behind(&found.maybe, &found.columns);
                let lacks = self.lacking(&slots, &lists, state);
                self.doubt(&Hangs { causes, step: Some(number), rows: &found.maybe, lacks }, state);
                table.without(causes, state);
            }
        }
        state.found = Some(found);
    }

    /// Finds the rows that match, and those that may; returns why these may only.
    fn find(&self, table: &Table, found: &mut Found, state: &State) -> Unknown {
        let Found { columns, starts, are_matches, yes, maybe } = found;
        columns.clear();
        yes.clear();
        maybe.clear();
        let values = state.values(&self.symbols);
        columns.extend(table.columns.iter().map(|column| column.program.run(&values)));
        *are_matches = table.index.locate(columns, starts);
        let mut causes = Unknown::default();
        for (number, row) in table.index.candidates(starts, &table.rows) {
            let matches = if *are_matches { Match::Yes } else { table.matches(row, columns, &values) };
            match matches {
                Match::No => {}
                Match::Yes => {
                    yes.push(number);
                    if table.body.hit == HitPolicy::First {
                        break;
                    }
                }
                Match::Maybe(unknown) => {
                    if !(input::is_missing(unknown) && self.is_skipped(table, number, columns, state)) {
                        causes = causes.with(unknown);
                        maybe.push(number);
                    }
                }
            }
        }
        causes
    }

    /// Keeps the other rows that decline and hold, where the one that decides declines: each would decline without those before
    /// it. So they end at a row that may match and does not decline.
    fn other_knock_outs(&self, table: &Table, (step, first): (u32, u32), found: &Found, state: &mut State) {
        let declines = |row: u32| table.then(row).filter(|then| then.outcome == Some(Outcome::Decline));
        if declines(first).is_none() {
            return;
        }
        let is_first = table.body.hit == HitPolicy::First;
        let others = || {
            let candidates = table.index.candidates(&found.starts, &table.rows);
            let others = if is_first { candidates.after(first) } else { candidates };
            others.filter(|(number, _)| *number != first)
        };
        let matches = |row: &Row, state: &State| {
            if found.are_matches {
                return Match::Yes;
            }
            table.matches(row, &found.columns, &state.values(&self.symbols))
        };
        let place = |number: u32, row: &Row| (if is_first { 0 } else { row.priority }, number);
        let spares =
            |(number, row): &(u32, &Row)| declines(*number).is_none() && matches(row, state) != Match::No;
        let mut sparing = others().filter(spares).map(|(number, row)| place(number, row));
        let end = if is_first { sparing.next() } else { sparing.min() };
        for (number, row) in others() {
            let Some(reason) = declines(number).and_then(|then| then.reason.as_ref()) else { continue };
            if end.is_none_or(|end| place(number, row) < end) && matches(row, state) == Match::Yes {
                state.because.push(Because {
                    outcome: Outcome::Decline,
                    code: ReasonCode::Policy(Arc::clone(reason)),
                    rows: smallvec![number],
                    ..Because::doubt(PolicyDoubt::NoRowMatched, Some(step))
                });
            }
        }
    }

    /// Returns whether a row does not match since all that it lacks are missing inputs that may be passed over.
    fn is_skipped(&self, table: &Table, row: u32, columns: &[Slot], state: &State) -> bool {
        let (slots, lists) = table.behind(&[row], columns);
        let missing = self.missing_inputs(&slots, &lists, state);
        let skips = |number: &usize| {
            let input = self.inputs.get(*number);
            input.is_some_and(|input| matches!(input.absent, Absent::Skip) && input.is_missing(state))
        };
        !missing.is_empty() && missing.iter().all(skips)
    }

    /// Returns the numbers of the inputs without a value on which these slots and lists rest.
    fn missing_inputs(&self, slots: &BTreeSet<u16>, lists: &BTreeSet<u16>, state: &State) -> BTreeSet<usize> {
        let of_slots = slots.iter().filter_map(|slot| self.slots.get(usize::from(*slot)));
        let of_lists = lists.iter().filter_map(|list| self.lists.get(usize::from(*list)));
        let rests_on = of_slots.chain(of_lists).flat_map(|info| info.rests_on.iter().flatten().copied());
        rests_on.filter(|number| self.inputs.get(*number).is_some_and(|it| it.is_unknown(state))).collect()
    }

    /// Returns what slots and lists without a value lack.
    pub(super) fn lacking(&self, slots: &BTreeSet<u16>, lists: &BTreeSet<u16>, state: &State) -> Lacking {
        let of_slots = slots.iter().filter_map(|slot| self.slots.get(usize::from(*slot)));
        let of_lists = lists.iter().filter_map(|list| self.lists.get(usize::from(*list)));
        Lacking {
            inputs: self.missing_inputs(slots, lists, state).into_iter().collect(),
            rests_on_steps: of_slots.chain(of_lists).any(|info| info.rests_on.contains(&None)),
        }
    }

    /// Returns the reasons of the inputs that a doubt lacks, where each of them is missing and asks for a decline, and no result of
    /// a step is unknown beside them.
    fn declined(&self, hangs: &Hangs<'_>, state: &State) -> Option<Vec<Arc<str>>> {
        let code = |number: &usize| {
            let input = self.inputs.get(*number)?;
            match &input.absent {
                Absent::Decline(code) if input.is_missing(state) => Some(Arc::clone(code)),
                _ => None,
            }
        };
        let codes = hangs.lacks.inputs.iter().map(code).collect::<Option<Vec<_>>>()?;
        let before = hangs.step.map_or(self.steps.len(), |step| step as usize);
        let lacks_result = |step: &Step| match step {
            Step::Call(call) => call.results.iter().any(|it| state.get(it.slot).unknown().is_some()),
            Step::Derive { .. } | Step::Table(_) => false,
        };
        let of_steps = hangs.lacks.rests_on_steps && self.steps.iter().take(before).any(lacks_result);
        (input::is_missing(hangs.causes) && !of_steps && !codes.is_empty()).then_some(codes)
    }

    /// Keeps that a result hangs on what is unknown: a decline where every missing input asks for it, else a referral.
    pub(super) fn doubt(&self, hangs: &Hangs<'_>, state: &mut State) {
        let Hangs { causes, step, rows, lacks: Lacking { inputs, .. } } = hangs;
        let (causes, step) = (*causes, *step);
        let named = |numbers: &[usize]| -> Vec<Arc<str>> {
            numbers
                .iter()
                .filter_map(|number| self.inputs.get(*number))
                .map(|it| Arc::clone(&it.name))
                .collect()
        };
        if let Some(declines) = self.declined(hangs, state) {
            for (code, input) in declines.into_iter().zip(inputs) {
                state.because.push(Because {
                    outcome: Outcome::Decline,
                    code: ReasonCode::Policy(code),
                    step,
                    rows: SmallVec::from_slice(rows),
                    inputs: named(&[*input]),
                    queue: None,
                });
            }
            return;
        }
        for (cause, doubt) in DOUBTS {
            if causes.has(cause) {
                let of_cause: Vec<usize> = inputs
                    .iter()
                    .copied()
                    .filter(|number| self.inputs.get(*number).is_some_and(|it| it.lacks(cause, state)))
                    .collect();
                state.because.push(Because {
                    rows: SmallVec::from_slice(rows),
                    inputs: named(&of_cause),
                    ..Because::doubt(doubt, step)
                });
            }
        }
    }

    /// Takes what the rows give that match.
    fn known(&self, table: &Table, number: u32, rows: &[u32], state: &mut State) {
        for row in rows {
            state.matched.push(MatchedRule { step: number, row: *row });
            let Some(then) = table.then(*row) else { continue };
            match (then.outcome, &then.reason) {
                (Some(Outcome::Approve), _) => state.approvals += 1,
                (Some(outcome), Some(reason)) => state.because.push(Because {
                    outcome,
                    code: ReasonCode::Policy(Arc::clone(reason)),
                    step: Some(number),
                    rows: smallvec![*row],
                    inputs: Vec::new(),
                    queue: then.queue.clone(),
                }),
                _ => {}
            }
        }
        let mut given = core::mem::take(&mut state.given);
        // Most tables give one row, and most rows constants.
        let only = if let [row] = rows { table.then(*row) } else { None };
        for (place, output) in table.outputs.iter().enumerate() {
            if let (Some(OutputValue::Constant(value)), OutputPlace::Slot(slot)) =
                (only.and_then(|then| then.outputs.get(place)?.as_ref()), output.to)
            {
                state.set(slot, Slot::number(*value));
                continue;
            }
            let of_rows = rows.iter().filter_map(|row| table.then(*row)?.outputs.get(place)?.as_ref());
            given.clear();
            given.extend(of_rows.map(|value| match value {
                OutputValue::Constant(value) => Slot::number(*value),
                OutputValue::Program(program) => program.run(&state.values(&self.symbols)),
            }));
            let causes =
                given.iter().filter_map(|slot| slot.unknown()).fold(Unknown::default(), Unknown::with);
            if !causes.is_empty() {
                let programs = rows.iter().filter_map(|row| table.then(*row)?.outputs.get(place)?.as_ref());
                let (mut slots, mut lists) = (BTreeSet::new(), BTreeSet::new());
                for value in programs {
                    if let OutputValue::Program(program) = value {
                        slots.extend(program.slots());
                        lists.extend(program.lists());
                    }
                }
                let lacks = self.lacking(&slots, &lists, state);
                self.doubt(&Hangs { causes, step: Some(number), rows, lacks }, state);
            }
            output.put(&given, rows.len(), state);
        }
        state.given = given;
    }
}

#[cold]
pub(super) fn not_effective() -> Error {
    let message = "as_of lies outside the time in which the policy is effective";
    Error::new(Cause::PolicyNotEffective, message)
}

/// What a result hangs on.
pub(super) struct Hangs<'h> {
    pub(super) causes: Unknown,
    pub(super) step: Option<u32>,
    /// Rows that may match.
    pub(super) rows: &'h [u32],
    pub(super) lacks: Lacking,
}

/// What unknown values lack.
pub(super) struct Lacking {
    /// Numbers of the inputs without a value.
    inputs: Vec<usize>,
    /// Whether they rest on results of steps too.
    rests_on_steps: bool,
}

/// The doubts by the cause of an unknown value: every cause has one, so that nothing unknown passes in silence.
const DOUBTS: [(Unknown, PolicyDoubt); 10] = [
    (Unknown::MISSING, PolicyDoubt::MissingInput),
    (Unknown::STALE, PolicyDoubt::InputStale),
    (Unknown::INVALID, PolicyDoubt::InputOutOfRange),
    (Unknown::MISMATCH, PolicyDoubt::InputMismatch),
    (Unknown::DIVISION_BY_ZERO, PolicyDoubt::DivisionByZero),
    (Unknown::OVERFLOW, PolicyDoubt::Overflow),
    (Unknown::UNDEFINED, PolicyDoubt::NoValue),
    (Unknown::STEP, PolicyDoubt::StepRefused),
    (Unknown::NO_ROW, PolicyDoubt::NoRowMatched),
    (Unknown::CONFLICT, PolicyDoubt::RowsDisagree),
];

/// Returns the text of a number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "numbers of texts are whole")]
pub(super) fn text<'t>(value: f64, symbols: &'t Symbols, texts: &'t [String]) -> &'t str {
    let number = value as u32;
    symbols
        .text(number)
        .or_else(|| texts.get((number as usize).checked_sub(symbols.count())?).map(String::as_str))
        .unwrap_or_default()
}

impl input::Input {
    fn found(&self, state: &State) -> Option<Unknown> {
        match self.place {
            Place::Slot(slot) => state.get(slot).unknown(),
            Place::List(list) => {
                let list = state.lists.get(usize::from(list));
                list.and_then(|list| match list {
                    Ok(items) => {
                        let causes = items.iter().filter_map(|it| it.unknown());
                        causes.reduce(Unknown::with)
                    }
                    Err(unknown) => Some(*unknown),
                })
            }
            Place::Unread => None,
        }
    }

    fn is_unknown(&self, state: &State) -> bool {
        self.found(state).is_some()
    }

    /// Returns whether it has no value only because that is absent or too old.
    fn is_missing(&self, state: &State) -> bool {
        self.found(state).is_some_and(input::is_missing)
    }

    fn lacks(&self, cause: Unknown, state: &State) -> bool {
        self.found(state).is_some_and(|unknown| unknown.has(cause))
    }
}

impl Because {
    /// Returns a referral for a doubt.
    pub(super) fn doubt(doubt: PolicyDoubt, step: Option<u32>) -> Self {
        Self {
            outcome: Outcome::Refer,
            code: ReasonCode::Doubt(doubt),
            step,
            rows: SmallVec::new(),
            inputs: Vec::new(),
            queue: None,
        }
    }
}
