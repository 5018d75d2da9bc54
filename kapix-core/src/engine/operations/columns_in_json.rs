//! Columns that came as JSON, in the layout of a frame.

use super::Call;
use crate::domain::{Column, Frame, Values};
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
                    .map(|(name, values)| Owned::new(name, values, self.limits(), categorical(name)))
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
    rows: usize,
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

/// A column that came as JSON, in the layout of a frame.
struct Owned<'r> {
    name: &'r str,
    text: bool,
    numbers: Vec<f64>,
    codes: Vec<i32>,
    categories: Vec<&'r str>,
    /// Why nobody reads the column.
    mixed: Option<Mixed>,
}

impl<'r> Owned<'r> {
    /// Returns the column; one that holds nothing but nulls is text where the card reads a category.
    fn new(name: &'r str, values: &'r [Scalar], limits: &Limits, categorical: bool) -> Result<Self> {
        let place = || format!("/columns/{}", escape_segment(name));
        limits::check("rows", limits.rows, values.len()).map_err(|error| error.at(place()))?;
        let first = values.iter().find(|value| **value != Scalar::Null);
        let text = first.map_or(categorical, is_text);
        let mut owned =
            Self { name, text, numbers: Vec::new(), codes: Vec::new(), categories: Vec::new(), mixed: None };
        if let Some(row) = values.iter().position(|value| *value != Scalar::Null && is_text(value) != text) {
            let (own, other) = if text { ("text", "a number") } else { ("numbers", "text") };
            let name = format!("{own}, and {other} in row `{row}`");
            owned.mixed = Some(Mixed { name, row, rows: values.len() });
            return Ok(owned);
        }
        if text {
            let text = |value: &'r Scalar| match value {
                Scalar::Text(text) => Some(text.as_str()),
                Scalar::Bool(true) => Some("true"),
                Scalar::Bool(false) => Some("false"),
                Scalar::Null | Scalar::Number(_) => None,
            };
            owned.categories = values.iter().filter_map(text).collect::<BTreeSet<_>>().into_iter().collect();
            let code = |value| {
                let place = text(value).and_then(|text| owned.categories.binary_search(&text).ok());
                place.and_then(|place| i32::try_from(place).ok()).unwrap_or(-1)
            };
            owned.codes = values.iter().map(code).collect();
            return Ok(owned);
        }
        let number = |value: &Scalar| if let Scalar::Number(number) = value { *number } else { f64::NAN };
        owned.numbers = values.iter().map(number).collect();
        Ok(owned)
    }

    fn column(&self) -> (String, Column<'_>) {
        let column = if let Some(Mixed { name, rows, .. }) = &self.mixed {
            Column { values: Values::Other { name: name.clone(), rows: *rows }, validity: None }
        } else if self.text {
            Column::dictionary(&self.codes, self.categories.clone())
        } else {
            Column::float(&self.numbers)
        };
        (self.name.to_owned(), column)
    }
}

fn is_text(value: &Scalar) -> bool {
    matches!(value, Scalar::Text(_) | Scalar::Bool(_))
}
