//! The steps of a policy over a portfolio: each is answered by the columns `STEP.RESULT`, or by its operation over columns.

use super::PolicyReplayRequest;
use crate::domain::{Bitmap, Codes, Column, Frame, ResultColumn, ResultValues};
use crate::engine::operations::operate::Columnar;
use crate::engine::operations::{Call, Operation, instant};
use crate::engine::registry::ArtefactRef;
use crate::error::{Cause, Error, Result, escape_segment};
use crate::limits::Limits;
use crate::policy::{CallBody, Policy, REFERRED, StepBody};
use std::sync::Arc;

/// What operations answered over the columns of a portfolio, as further columns.
pub(super) struct Answers(Vec<(String, ResultColumn)>);

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
        let (mut answers, mut artefacts) = (Answers(Vec::new()), Vec::new());
        let calls = policy.body.steps.iter().filter_map(|step| match step {
            StepBody::Call(call) => Some(call),
            StepBody::Derive(_) | StepBody::Table(_) => None,
        });
        for (number, step) in calls.enumerate() {
            if has_columns(step, frame)? {
                continue;
            }
            let own = self.by_columns(call, (policy, number), step, (frame, &answers))?;
            let (columns, artefact) = own;
            answers.0.extend(columns);
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
    ) -> Result<(Vec<(String, ResultColumn)>, ArtefactRef)> {
        let operation = Operation::parse(&step.operation)?;
        let Some(twin) = operation.twin() else { return Err(missing(step, operation)) };
        let (limits, as_of) = (call.limits(), instant(self.as_of)?);
        let values = if step.values.is_empty() {
            Vec::new()
        } else {
            let whole = before.beside(frame, limits)?;
            let applications = policy.applications(&whole, as_of, self.as_of_column.as_deref())?;
            policy.values_of(number, &applications, frame.rows())
        };
        let mut named = Vec::new();
        for (tokens, values) in values {
            let [features, name] = &*tokens else { return Err(unplaced(step)) };
            if features != "features" {
                return Err(unplaced(step));
            }
            named.push((name.clone(), wide(values)));
        }
        let own = Answers(named);
        let inputs = own.beside(frame, limits)?;
        let asked = Columnar { as_of, arguments: &step.arguments, entity_type: self.entity_type };
        let place =
            |error: Error| Error { message: format!("step `{}`: {}", step.name, error.message), ..error };
        let (columns, referred, artefact) = twin(&asked, &inputs, call).map_err(place)?;
        let mut answered = Vec::new();
        for (result, wanted) in &step.results {
            let name = wanted.pointer.strip_prefix('/').unwrap_or_default();
            let Some(column) = columns.get(name) else {
                let message = format!(
                    "step `{}`: `{}` of its answer is no column of `{}` over columns; give `{}.{result}`",
                    step.name, wanted.pointer, step.operation, step.name
                );
                return Err(Error::new(Cause::FrameColumnMissing, message).at("/columns"));
            };
            answered.push((format!("{}.{result}", step.name), wide(column.clone())));
        }
        answered.push((format!("{}.{REFERRED}", step.name), flags(&referred)));
        Ok((answered, artefact))
    }
}

impl Answers {
    /// Returns the frame with these columns beside its own; one of the same name stands in its place.
    pub(super) fn beside<'f>(&'f self, frame: &'f Frame<'_>, limits: &Limits) -> Result<Frame<'f>> {
        let is_own = |name: &str| self.0.iter().any(|(own, _)| own == name);
        let others = frame.columns().filter(|(name, _)| !is_own(name));
        let mut columns: Vec<(String, Column<'f>)> =
            others.map(|(name, column)| (name.to_owned(), column.view())).collect();
        columns.extend(self.0.iter().map(|(name, column)| (name.clone(), view(column))));
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

fn missing(step: &CallBody, operation: Operation) -> Error {
    let message = format!(
        "`{}` does not answer columns: give the results of step `{}` as columns `{}.RESULT` and `{}.{REFERRED}`",
        operation.as_str(),
        step.name,
        step.name,
        step.name
    );
    Error::new(Cause::FrameColumnMissing, message).at("/columns")
}

fn unplaced(step: &CallBody) -> Error {
    let message = format!(
        "step `{}` puts a value where columns have no place; give its results as columns `{}.RESULT` and `{}.{REFERRED}`",
        step.name, step.name, step.name
    );
    Error::new(Cause::FrameColumnMissing, message).at("/columns")
}

/// Returns a result column whose codes have 32 bits, as frames read them.
fn wide(column: ResultColumn) -> ResultColumn {
    let values = match column.values {
        ResultValues::Dictionary { codes: Codes::Narrow(codes), names } => {
            let codes = Codes::Wide(codes.into_iter().map(i32::from).collect());
            ResultValues::Dictionary { codes, names }
        }
        other => other,
    };
    ResultColumn { values, ..column }
}

/// Returns truth values as codes.
fn flags(flags: &[bool]) -> ResultColumn {
    let names: Vec<Arc<str>> = vec!["false".into(), "true".into()];
    let codes = Codes::Wide(flags.iter().map(|flag| i32::from(*flag)).collect());
    ResultColumn::new("", ResultValues::Dictionary { codes, names }, None)
}

/// Returns a result column as a column of a frame.
fn view(column: &ResultColumn) -> Column<'_> {
    let own = match &column.values {
        ResultValues::Float(values) => Column::float(values),
        ResultValues::Integer(values) => Column::integer(values),
        ResultValues::Integer32(values) => Column::integer32(values),
        ResultValues::Date(days) => Column::date(days),
        ResultValues::Instant(all) => Column::instant(all),
        ResultValues::Dictionary { codes: Codes::Wide(codes), names } => {
            Column::dictionary(codes, names.iter().map(|name| &**name).collect())
        }
        ResultValues::Dictionary { .. } | ResultValues::Bool(_) | ResultValues::Text(_) => Column::float(&[]),
    };
    let validity = column.validity.as_deref().map(|bits| Bitmap { bits, offset: 0 });
    Column { validity, ..own }
}
