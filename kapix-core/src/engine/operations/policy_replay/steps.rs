//! The steps of a policy over a portfolio: each is answered by the columns `STEP.RESULT`, or by its operation over columns.

use super::PolicyReplayRequest;
use crate::audit::ArtefactRef;
use crate::domain::{Bitmap, Codes, Column, Frame, ResultColumn, ResultValues, Truths, Values};
use crate::engine::operations::operate::Columnar;
use crate::engine::operations::{Call, Operation, instant};
use crate::error::{Cause, Error, Result, escape_segment};
use crate::limits::Limits;
use crate::policy::{CallBody, Policy, REFERRED, StepBody};
use std::collections::BTreeSet;

/// What operations answered over the columns of a portfolio, as further columns.
#[derive(Default)]
pub(super) struct Answers {
    columns: Vec<Answered>,
    /// Names of the columns that the operations read.
    pub(super) read: BTreeSet<String>,
}

/// A result column that is read as one of a frame.
struct Answered {
    name: String,
    column: ResultColumn,
    /// Truth values, which a result holds one a byte.
    truths: Truths,
}

impl PolicyReplayRequest {
    /// Answers the steps of a policy that have no columns.
    ///
    /// Error `frame.column_missing` for a step whose results have no columns and whose operation has none to answer by.
    pub(super) fn answers(
        &self,
        call: &Call<'_, '_>,
        policy: &Policy,
        frame: &Frame<'_>,
    ) -> Result<(Answers, Vec<ArtefactRef>)> {
        let (mut answers, mut artefacts) = (Answers::default(), Vec::new());
        let calls = policy.body.steps.iter().filter_map(|step| match step {
            StepBody::Call(call) => Some(call),
            StepBody::Derive(_) | StepBody::Table(_) => None,
        });
        for (number, step) in calls.enumerate() {
            if has_columns(step, frame)? {
                continue;
            }
            let (own, artefact) = self.by_columns(call, (policy, number), step, (frame, &answers))?;
            answers.columns.extend(own.columns);
            answers.read.extend(own.read);
            artefacts.push(artefact);
        }
        Ok((answers, artefacts))
    }

    /// Asks the operation of a step over the columns of the portfolio and the values that enter its request.
    fn by_columns(
        &self,
        call: &Call<'_, '_>,
        (policy, number): (&Policy, usize),
        step: &CallBody,
        (frame, before): (&Frame<'_>, &Answers),
    ) -> Result<(Answers, ArtefactRef)> {
        let operation = Operation::parse(&step.operation)?;
        let Some(twin) = operation.twin() else { return Err(missing(step, operation)) };
        let (limits, as_of) = (call.limits(), instant(self.as_of)?);
        let values = if step.values.is_empty() {
            Vec::new()
        } else {
            let whole = before.beside(frame, limits)?;
            let applications =
                policy.applications(&whole, (as_of, self.as_of_column.as_deref()), call.limits())?;
            policy.values_of(number, &applications, frame.rows())
        };
        let mut own = Answers::default();
        for (tokens, values) in values {
            let [features, name] = &*tokens else { return Err(unplaced(step)) };
            if features != "features" {
                return Err(unplaced(step));
            }
            own.columns.push(Answered::new(name.clone(), values));
        }
        let inputs = own.beside(frame, limits)?;
        let asked = Columnar { as_of, arguments: &step.arguments, entity_type: self.entity_type };
        let answer = twin(&asked, &inputs, call).map_err(|error| of_step(step, error))?;
        let is_given = |name: &String| !own.columns.iter().any(|it| it.name == *name);
        let read = answer.read.into_iter().filter(is_given).collect();
        let mut answers = Answers { columns: Vec::new(), read };
        for (result, wanted) in &step.results {
            let name = wanted.pointer.strip_prefix('/').unwrap_or_default();
            let Some(column) = answer.columns.get(name) else {
                let message = format!(
                    "step `{}`: `{}` of its answer is no column of `{}` over columns; give {}",
                    step.name,
                    wanted.pointer,
                    step.operation,
                    columns_of(step)
                );
                return Err(Error::new(Cause::FrameColumnMissing, message).at("/columns"));
            };
            answers.columns.push(Answered::new(format!("{}.{result}", step.name), column.clone()));
        }
        let referred = ResultColumn::new("", ResultValues::Bool(answer.referred), None);
        answers.columns.push(Answered::new(format!("{}.{REFERRED}", step.name), referred));
        Ok((answers, answer.artefact))
    }
}

impl Answers {
    /// Returns the frame with these columns beside its own; one of the same name stands in its place.
    pub(super) fn beside<'f>(&'f self, frame: &'f Frame<'_>, limits: &Limits) -> Result<Frame<'f>> {
        let is_own = |name: &str| self.columns.iter().any(|own| own.name == name);
        let others = frame.columns().filter(|(name, _)| !is_own(name));
        let mut columns: Vec<(String, Column<'f>)> =
            others.map(|(name, column)| (name.to_owned(), column.view())).collect();
        columns.extend(self.columns.iter().map(|it| (it.name.clone(), it.view())));
        Frame::new(columns, limits)
    }
}

/// Returns whether a step has columns for all its results; some without the others are an error.
fn has_columns(step: &CallBody, frame: &Frame<'_>) -> Result<bool> {
    let names: Vec<String> = step
        .results
        .keys()
        .map(String::as_str)
        .chain([REFERRED])
        .map(|result| format!("{}.{result}", step.name))
        .collect();
    let lacking: Vec<&String> = names.iter().filter(|name| frame.column(name).is_none()).collect();
    match lacking.first() {
        None => Ok(true),
        Some(_) if lacking.len() == names.len() => Ok(false),
        Some(name) => {
            let message = format!("step `{}` has some of its columns; this one is missing", step.name);
            Err(Error::new(Cause::FrameColumnMissing, message)
                .at(format!("/columns/{}", escape_segment(name))))
        }
    }
}

/// Returns the columns that stand for the answers of a step.
fn columns_of(step: &CallBody) -> String {
    let names: Vec<String> = step.results.keys().map(|result| format!("`{}.{result}`", step.name)).collect();
    format!("the columns {} and `{}.{REFERRED}`", names.join(", "), step.name)
}

/// Returns an error of a step with its name, and with the columns that suffice where others are missing.
fn of_step(step: &CallBody, error: Error) -> Error {
    let instead = if error.cause == Cause::FrameColumnMissing {
        format!("; {} suffice in their place", columns_of(step))
    } else {
        String::new()
    };
    Error { message: format!("step `{}`: {}{instead}", step.name, error.message), ..error }
}

fn missing(step: &CallBody, operation: Operation) -> Error {
    let message = format!(
        "`{}` does not answer columns: give the results of step `{}` as {}",
        operation.as_str(),
        step.name,
        columns_of(step)
    );
    Error::new(Cause::FrameColumnMissing, message).at("/columns")
}

fn unplaced(step: &CallBody) -> Error {
    let message = format!(
        "step `{}` puts a value where columns have no place; give its results as {}",
        step.name,
        columns_of(step)
    );
    Error::new(Cause::FrameColumnMissing, message).at("/columns")
}

impl Answered {
    /// Returns a column whose codes have 32 bits, and its truth values one each, as frames read them.
    fn new(name: String, column: ResultColumn) -> Self {
        let truths = match &column.values {
            ResultValues::Bool(values) => Truths::of_codes(values.iter().map(|it| i32::from(*it))),
            _ => Truths::default(),
        };
        let values = match column.values {
            ResultValues::Dictionary { codes: Codes::Narrow(codes), names } => {
                let codes = Codes::Wide(codes.into_iter().map(i32::from).collect());
                ResultValues::Dictionary { codes, names }
            }
            other => other,
        };
        Self { name, column: ResultColumn { values, ..column }, truths }
    }

    /// Returns the column as one of a frame.
    fn view(&self) -> Column<'_> {
        let own = match &self.column.values {
            ResultValues::Float(values) => Column::float(values),
            ResultValues::Integer(values) => Column::integer(values),
            ResultValues::Integer32(values) => Column::integer32(values),
            ResultValues::Date(days) => Column::date(days),
            ResultValues::Instant(all) => Column::instant(all),
            ResultValues::Bool(_) => self.truths.column(),
            ResultValues::Dictionary { codes: Codes::Wide(codes), names } => {
                Column::dictionary(codes, names.iter().map(|name| &**name).collect())
            }
            ResultValues::Dictionary { .. } | ResultValues::Text(_) => {
                let (name, rows) = ("text".to_owned(), self.column.len());
                Column { values: Values::Other { name, rows }, validity: None }
            }
        };
        let validity = self.column.validity.as_deref().map(|bits| Bitmap { bits, offset: 0 });
        Column { validity, ..own }
    }
}
