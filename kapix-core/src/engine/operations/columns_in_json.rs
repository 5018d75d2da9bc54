//! Columns that came as JSON, in the layout of a frame.

use super::Call;
use crate::domain::{Column, Frame, Truths, Values};
use crate::error::{Cause, Error, Result, escape_segment};
use crate::json::Scalar;
use crate::limits::{self, Limits};
use std::collections::{BTreeMap, BTreeSet};

impl Call<'_, '_> {
    /// Runs `work` on the columns beside the request or, when none came beside it, on those in it. `categorical` says
    /// which columns of a request are text when they hold nothing but nulls.
    pub(super) fn with_frame<T>(
        &self,
        columns: Option<&BTreeMap<String, Vec<Scalar>>>,
        categorical: impl Fn(&str) -> bool,
        work: impl FnOnce(&Frame<'_>) -> Result<T>,
    ) -> Result<T> {
        self.framed(columns, &|value, name| read_as(value, || categorical(name)), work)
    }

    /// As [`Self::with_frame`], for an operation that tells truth values from texts: a column of a request holds the
    /// ones or the others.
    pub(super) fn with_typed_frame<T>(
        &self,
        columns: Option<&BTreeMap<String, Vec<Scalar>>>,
        categorical: impl Fn(&str) -> bool,
        work: impl FnOnce(&Frame<'_>) -> Result<T>,
    ) -> Result<T> {
        let read = |value: Option<&Scalar>, name: &str| match value {
            Some(Scalar::Bool(_)) => Held::Truths,
            other => read_as(other, || categorical(name)),
        };
        self.framed(columns, &read, work)
    }

    /// Runs `work` on the columns; `read` says what a value of a column is, and what a column without any is.
    fn framed<T>(
        &self,
        columns: Option<&BTreeMap<String, Vec<Scalar>>>,
        read: &dyn Fn(Option<&Scalar>, &str) -> Held,
        work: impl FnOnce(&Frame<'_>) -> Result<T>,
    ) -> Result<T> {
        match (self.frame, columns) {
            (Some(frame), None) => work(frame),
            (Some(_), Some(_)) => {
                let message = "columns came beside the request; `columns` must not be in it too";
                Err(Error::new(Cause::DataExclusive, message).at("/columns"))
            }
            (None, None) => {
                let message = "give `columns`, or call by columns";
                Err(Error::new(Cause::OperationColumnsMissing, message).at("/columns"))
            }
            (None, Some(columns)) => {
                let owned: Vec<Owned<'_>> = columns
                    .iter()
                    .map(|(name, values)| Owned::new(name, values, self.limits(), read))
                    .collect::<Result<_>>()?;
                let frame = Frame::new(owned.iter().map(Owned::column).collect(), self.limits())?;
                work(&frame).map_err(|error| at_the_row(error, &owned))
            }
        }
    }
}

/// What a column of several types holds.
struct Mixed {
    name: String,
    /// The first row of another type than the first value.
    row: usize,
}

/// Returns an error about a column of several types with the place of the first row that does not belong.
fn at_the_row(error: Error, owned: &[Owned<'_>]) -> Error {
    let place = |own: &Owned<'_>| format!("/columns/{}", escape_segment(own.name));
    let is_meant =
        |own: &&Owned<'_>| own.mixed.is_some() && matches!(&*error.fields, [field] if *field == place(own));
    let found = owned.iter().find(is_meant).filter(|_| error.cause == Cause::FrameColumnType);
    match found.and_then(|own| Some((own, own.mixed.as_ref()?.row))) {
        Some((own, row)) => Error { fields: vec![format!("{}/{row}", place(own))], ..error },
        None => error,
    }
}

/// What a column of a request is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Numbers,
    Text,
    Truths,
}

impl Held {
    /// Returns the values, and one of them, as messages say it.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Numbers => ("numbers", "a number"),
            Self::Text => ("text", "text"),
            Self::Truths => ("booleans", "a boolean"),
        }
    }
}

/// Returns what a value is where truth values are categories; `categorical` says it of a column without any.
fn read_as(value: Option<&Scalar>, categorical: impl Fn() -> bool) -> Held {
    let is_text = value.map_or_else(categorical, |value| matches!(value, Scalar::Text(_) | Scalar::Bool(_)));
    if is_text { Held::Text } else { Held::Numbers }
}

/// A column that came as JSON, in the layout of a frame.
struct Owned<'r> {
    name: &'r str,
    rows: usize,
    held: Held,
    numbers: Vec<f64>,
    codes: Vec<i32>,
    categories: Vec<&'r str>,
    truths: Truths,
    /// Why nobody reads the column.
    mixed: Option<Mixed>,
}

impl<'r> Owned<'r> {
    /// Returns the column.
    fn new(
        name: &'r str,
        values: &'r [Scalar],
        limits: &Limits,
        read: &dyn Fn(Option<&Scalar>, &str) -> Held,
    ) -> Result<Self> {
        let place = || format!("/columns/{}", escape_segment(name));
        limits::check("rows", limits.rows, values.len()).map_err(|error| error.at(place()))?;
        let held = read(values.iter().find(|value| **value != Scalar::Null), name);
        let mut owned = Self {
            name,
            rows: values.len(),
            held,
            numbers: Vec::new(),
            codes: Vec::new(),
            categories: Vec::new(),
            truths: Truths::default(),
            mixed: None,
        };
        let other = |value: &Scalar| Some(read(Some(value), name)).filter(|it| *it != held);
        let mut found = values.iter().enumerate().filter(|(_, value)| **value != Scalar::Null);
        if let Some((row, other)) = found.find_map(|(row, value)| Some((row, other(value)?))) {
            let name = format!("{}, and {} in row `{row}`", held.words().0, other.words().1);
            owned.mixed = Some(Mixed { name, row });
            return Ok(owned);
        }
        match held {
            Held::Text => owned.code(values),
            Held::Truths => {
                let code = |value: &Scalar| if let Scalar::Bool(it) = value { i32::from(*it) } else { -1 };
                owned.truths = Truths::of_codes(values.iter().map(code));
            }
            Held::Numbers => {
                let number =
                    |value: &Scalar| if let Scalar::Number(number) = value { *number } else { f64::NAN };
                owned.numbers = values.iter().map(number).collect();
            }
        }
        Ok(owned)
    }

    /// Takes texts in as codes.
    fn code(&mut self, values: &'r [Scalar]) {
        let text = |value: &'r Scalar| match value {
            Scalar::Text(text) => Some(text.as_str()),
            Scalar::Bool(true) => Some("true"),
            Scalar::Bool(false) => Some("false"),
            Scalar::Null | Scalar::Number(_) => None,
        };
        self.categories = values.iter().filter_map(text).collect::<BTreeSet<_>>().into_iter().collect();
        let code = |value| {
            let place = text(value).and_then(|text| self.categories.binary_search(&text).ok());
            place.and_then(|place| i32::try_from(place).ok()).unwrap_or(-1)
        };
        self.codes = values.iter().map(code).collect();
    }

    fn column(&self) -> (String, Column<'_>) {
        let column = match (&self.mixed, self.held) {
            (Some(Mixed { name, .. }), _) => {
                Column { values: Values::Other { name: name.clone(), rows: self.rows }, validity: None }
            }
            (None, Held::Text) => Column::dictionary(&self.codes, self.categories.clone()),
            (None, Held::Numbers) => Column::float(&self.numbers),
            (None, Held::Truths) => self.truths.column(),
        };
        (self.name.to_owned(), column)
    }
}
