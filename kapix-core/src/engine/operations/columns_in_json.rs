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
                work(&Frame::new(owned.iter().map(Owned::column).collect(), self.limits())?)
            }
        }
    }
}

/// A column that came as JSON, in the layout of a frame.
struct Owned<'r> {
    name: &'r str,
    text: bool,
    numbers: Vec<f64>,
    codes: Vec<i32>,
    categories: Vec<&'r str>,
    /// What the column holds, and its rows, where that is not of one type: nobody reads it.
    mixed: Option<(String, usize)>,
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
            owned.mixed = Some((format!("{own}, and {other} in row `{row}`"), values.len()));
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
        let column = if let Some((name, rows)) = &self.mixed {
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
