//! Reading single columns of a frame: outcomes, weights, dates, and values that a request names.

use super::request::{ScorecardDevelopRequest, ScorecardEvaluateRequest, TargetKind};
use crate::domain::{Column, Frame, Values};
use crate::error::{Cause, Error, Result, escape_segment};
use crate::json::Scalar;
use crate::time::{Date, Instant, UtcOffset};

/// The outcome of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    Bad,
    Good,
    Value(f64),
}

/// The column of a target, and its good and bad values.
#[derive(Clone, Copy)]
pub(super) struct TargetValues<'r> {
    target: &'r str,
    bad: &'r [Scalar],
    good: &'r [Scalar],
    kind: TargetKind,
}

impl<'r> From<&'r ScorecardDevelopRequest> for TargetValues<'r> {
    fn from(request: &'r ScorecardDevelopRequest) -> Self {
        Self { target: &request.target, bad: &request.bad, good: &request.good, kind: request.target_kind }
    }
}

impl<'r> From<&'r ScorecardEvaluateRequest> for TargetValues<'r> {
    fn from(request: &'r ScorecardEvaluateRequest) -> Self {
        Self { target: &request.target, bad: &request.bad, good: &request.good, kind: TargetKind::Binary }
    }
}

/// The outcome of each row.
pub(super) enum OutcomeColumn<'f, 'a> {
    Classes { column: &'f Column<'a>, bad: Matcher, good: Option<Matcher> },
    Numbers(&'f Column<'a>),
}

impl<'f, 'a> OutcomeColumn<'f, 'a> {
    /// Reads the target; a binary one that has a third value needs `good`.
    pub(super) fn read(frame: &'f Frame<'a>, values: impl Into<TargetValues<'f>>) -> Result<Self> {
        let values: TargetValues<'f> = values.into();
        let column = find(frame, values.target, "/target")?;
        finite(column, values.target)?;
        if values.kind == TargetKind::Continuous {
            if column.is_text() {
                let message = "a continuous target needs numbers; the column holds text";
                return Err(Error::new(Cause::FittingTarget, message).at("/target"));
            }
            return Ok(Self::Numbers(column));
        }
        let bad = if values.bad.is_empty() {
            let text = |text: &str| Scalar::Text(text.to_owned());
            Matcher::new(column, &[Scalar::Number(1.0), Scalar::Bool(true), text("1"), text("bad")])
        } else {
            Matcher::new(column, values.bad)
        };
        let good = (!values.good.is_empty()).then(|| Matcher::new(column, values.good));
        if good.is_none() {
            check_two_values(column, &bad)?;
        }
        Ok(Self::Classes { column, bad, good })
    }

    /// Returns the outcome of a row; `None` when it is not known.
    pub(super) fn of(&self, row: usize) -> Option<Outcome> {
        match self {
            Self::Numbers(column) => column.number(row).map(Outcome::Value),
            Self::Classes { column, bad, good } => {
                if bad.matches(column, row) {
                    return Some(Outcome::Bad);
                }
                let known = match good {
                    Some(good) => good.matches(column, row),
                    None => column.number(row).is_some() || column.text(row).is_some(),
                };
                known.then_some(Outcome::Good)
            }
        }
    }
}

/// All rows that are not bad and hold a value must hold the same one.
fn check_two_values(column: &Column<'_>, bad: &Matcher) -> Result<()> {
    let mut number = None;
    let mut code = None;
    let mut third = |row: &usize| match (column.number(*row), column.code(*row)) {
        _ if bad.matches(column, *row) => false,
        (Some(own), _) => (*number.get_or_insert(own) - own).abs() > 0.0,
        (None, Some(own)) => *code.get_or_insert(own) != own,
        (None, None) => false,
    };
    if (0..column.len()).any(|row| third(&row)) {
        if !(0..column.len()).any(|row| bad.matches(column, row)) {
            let message =
                "no row of the target holds a bad value: name them in `bad`; default 1, `1`, `bad` and true";
            return Err(Error::new(Cause::FittingTarget, message).at("/target"));
        }
        let message = "the target has more than two values: name the bad ones in `bad` and the good ones in `good`; rows with others are left out";
        return Err(Error::new(Cause::FittingTarget, message).at("/target"));
    }
    Ok(())
}

/// Which rows of a column hold one of some values.
pub(super) struct Matcher {
    numbers: Vec<f64>,
    /// By dictionary code.
    codes: Vec<bool>,
    missing: bool,
}

impl Matcher {
    /// Returns the matcher of a column: text and booleans are looked for in text, numbers among numbers, null
    /// among missing rows.
    pub(super) fn new(column: &Column<'_>, values: &[Scalar]) -> Self {
        let is = |category: &str| {
            values.iter().any(|value| match value {
                Scalar::Text(text) => text == category,
                Scalar::Bool(it) => category == if *it { "true" } else { "false" },
                Scalar::Null | Scalar::Number(_) => false,
            })
        };
        let number = |value: &Scalar| if let Scalar::Number(it) = value { Some(*it) } else { None };
        let codes = match &column.values {
            Values::Dictionary { categories, .. } => categories.iter().map(|category| is(category)).collect(),
            _ => Vec::new(),
        };
        Self {
            numbers: values.iter().filter_map(number).collect(),
            codes,
            missing: values.contains(&Scalar::Null),
        }
    }

    /// Returns whether the row holds one of the values.
    pub(super) fn matches(&self, column: &Column<'_>, row: usize) -> bool {
        match (column.number(row), column.code(row)) {
            (Some(own), _) => self.numbers.iter().any(|it| (it - own).abs() <= 0.0),
            (None, Some(code)) => self.codes.get(code).copied().unwrap_or_default(),
            (None, None) => self.missing,
        }
    }
}

/// Returns the column of this name, or the error at the pointer that named it.
pub(super) fn find<'f, 'a>(frame: &'f Frame<'a>, name: &str, pointer: &str) -> Result<&'f Column<'a>> {
    frame.column(name).ok_or_else(|| {
        let message = format!("no column has this name of `{}` bytes", name.len());
        Error::new(Cause::FrameColumnMissing, message).at(pointer)
    })
}

/// Returns the weight of every row.
pub(super) fn weights(frame: &Frame<'_>, name: &str) -> Result<Vec<f64>> {
    let column = find(frame, name, "/weight")?;
    let weight = |row: usize| match column.number(row) {
        Some(weight) if weight > 0.0 && weight.is_finite() => Ok(weight),
        Some(weight) => {
            let message = format!("a weight must be finite and above `0`; row `{row}` has `{weight}`");
            Err(Error::new(Cause::FittingWeight, message).at("/weight"))
        }
        None => {
            let message = format!("row `{row}` has no weight");
            Err(Error::new(Cause::FittingWeight, message).at("/weight"))
        }
    };
    (0..frame.rows()).map(weight).collect()
}

/// Returns the day of every row; `None` where it is missing.
pub(super) fn dates(column: &Column<'_>, name: &str) -> Result<Vec<Option<Date>>> {
    let place = |error: Error| error.at(format!("/columns/{}", escape_segment(name)));
    let categories = match &column.values {
        Values::Dictionary { categories, .. } => categories,
        Values::Date(days) => {
            let day = |row: usize| days.get(row).map(|day| Date::from_epoch_days(*day)).transpose();
            return days_of(column, day).map_err(place);
        }
        Values::Instant(instants) => {
            let day = |row: usize| {
                let instant =
                    instants.get(row).map(|it| Instant::from_epoch_microseconds(*it)).transpose()?;
                Ok(instant.map(|instant| instant.date_at(UtcOffset::UTC)))
            };
            return days_of(column, day).map_err(place);
        }
        _ => {
            let got = column.kind_name();
            let message = format!("observation dates are text `YYYY-MM-DD`; the column holds {got}");
            return Err(place(Error::new(Cause::FrameColumnType, message)));
        }
    };
    let known: Vec<Result<Date>> = categories.iter().map(|text| Date::parse(text)).collect();
    let of = |row: usize| match column.code(row).and_then(|code| known.get(code)) {
        None => Ok(None),
        Some(Ok(date)) => Ok(Some(*date)),
        Some(Err(error)) => Err(place(error.clone())),
    };
    (0..column.len()).map(of).collect()
}

/// Returns what `day` returns of each row that holds a value.
fn days_of(column: &Column<'_>, day: impl Fn(usize) -> Result<Option<Date>>) -> Result<Vec<Option<Date>>> {
    (0..column.len()).map(|row| if column.is_missing(row) { Ok(None) } else { day(row) }).collect()
}

/// Returns an error when a column of numbers holds an infinity.
pub(super) fn finite(column: &Column<'_>, name: &str) -> Result<()> {
    let infinite = |row: &usize| column.number(*row).is_some_and(f64::is_infinite);
    match (0..column.len()).find(infinite) {
        None => Ok(()),
        Some(row) => {
            let message = format!("row `{row}` holds an infinity; missing is NaN or null");
            Err(Error::new(Cause::FrameInfinity, message).at(format!("/columns/{}", escape_segment(name))))
        }
    }
}
