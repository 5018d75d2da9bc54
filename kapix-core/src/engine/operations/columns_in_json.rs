//! Columns that came as JSON, in the layout of a frame.

use super::Call;
use crate::domain::{Column, Frame};
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
}

impl<'r> Owned<'r> {
    /// Returns the column; one that holds nothing but nulls is text where the card reads a category.
    fn new(name: &'r str, values: &'r [Scalar], limits: &Limits, categorical: bool) -> Result<Self> {
        let place = || format!("/columns/{}", escape_segment(name));
        limits::check("rows", limits.rows, values.len()).map_err(|error| error.at(place()))?;
        let first = values.iter().find(|value| **value != Scalar::Null);
        let text = first.map_or(categorical, |value| matches!(value, Scalar::Text(_) | Scalar::Bool(_)));
        let mut owned = Self { name, text, numbers: Vec::new(), codes: Vec::new(), categories: Vec::new() };
        if text {
            let text = |value: &'r Scalar| match value {
                Scalar::Text(text) => Some(text.as_str()),
                Scalar::Bool(true) => Some("true"),
                Scalar::Bool(false) => Some("false"),
                Scalar::Null | Scalar::Number(_) => None,
            };
            owned.categories = values.iter().filter_map(text).collect::<BTreeSet<_>>().into_iter().collect();
            for (row, value) in values.iter().enumerate() {
                owned.codes.push(match value {
                    Scalar::Null => -1,
                    Scalar::Number(_) => return Err(mixed().at(format!("{}/{row}", place()))),
                    _ => text(value)
                        .and_then(|text| owned.categories.binary_search(&text).ok())
                        .and_then(|code| i32::try_from(code).ok())
                        .unwrap_or(-1),
                });
            }
            return Ok(owned);
        }
        for (row, value) in values.iter().enumerate() {
            owned.numbers.push(match value {
                Scalar::Null => f64::NAN,
                Scalar::Number(number) => *number,
                Scalar::Text(_) | Scalar::Bool(_) => return Err(mixed().at(format!("{}/{row}", place()))),
            });
        }
        Ok(owned)
    }

    fn column(&self) -> (String, Column<'_>) {
        let column = if self.text {
            Column::dictionary(&self.codes, self.categories.clone())
        } else {
            Column::float(&self.numbers)
        };
        (self.name.to_owned(), column)
    }
}

fn mixed() -> Error {
    Error::new(Cause::FrameColumnType, "a column holds numbers or text, not both")
}
