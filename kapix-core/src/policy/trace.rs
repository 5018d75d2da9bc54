//! What became of every row of a run, for whoever asks: made of its values afterwards, so that a run pays nothing.

use super::load::{Policy, Step};
use super::run::text;
use super::state::State;
use super::table::{Match, Passes, Table};
use crate::expression::{Scalar, Slot};
use crate::json_value::JsonValue;
use crate::time::Date;
use serde::Serialize;

/// The rows of a table, as a run found them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TableTrace {
    /// The columns with their values; null for an unknown one.
    pub columns: Vec<ColumnTrace>,
    /// The rows.
    pub rules: Vec<RuleTrace>,
    /// Name of the table.
    pub table: String,
}

/// A column with its value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnTrace {
    /// The expression.
    pub column: String,
    /// Its value; null for an unknown one.
    pub value: JsonValue,
}

/// A row, as a run found it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleTrace {
    /// The cells that did not pass, or whose value is unknown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<CellTrace>,
    /// Name of the row.
    pub rule: String,
    /// Whether it matched.
    pub result: RuleResult,
}

/// Whether a row or a cell matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum RuleResult {
    /// It did not match.
    Failed,
    /// It matched.
    Matched,
    /// It hangs on what is unknown.
    Unknown,
}

/// A cell that did not pass, or whose value is unknown.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CellTrace {
    /// The cell.
    pub cell: String,
    /// The expression of its column.
    pub column: String,
    /// Whether it passed.
    pub result: RuleResult,
    /// The value of the column; null for an unknown one.
    pub value: JsonValue,
}

impl Policy {
    /// Returns what became of every row of the tables that a run reached.
    pub(crate) fn trace(&self, state: &State) -> Vec<TableTrace> {
        let reached = self.steps.iter().take(state.reached);
        let tables =
            reached.filter_map(|step| if let Step::Table(table) = step { Some(table) } else { None });
        tables.map(|table| self.table_trace(table, state)).collect()
    }

    fn table_trace(&self, table: &Table, state: &State) -> TableTrace {
        let values = state.values(&self.symbols);
        let columns: Vec<Slot> = table.columns.iter().map(|column| column.program.run(&values)).collect();
        let written = |column: usize| {
            let slot = columns.get(column).and_then(|slot| slot.value());
            let scalar = table.columns.get(column).map_or(Scalar::Number, |it| it.scalar);
            slot.map_or(JsonValue::Null, |value| self.written(scalar, value, state))
        };
        let column_text =
            |column: usize| table.columns.get(column).map(|it| it.text.to_string()).unwrap_or_default();
        let rules = table.rows.iter().enumerate().map(|(number, row)| {
            let tests = table.tests_of(row);
            let cells = tests.iter().filter_map(|test| {
                let column = usize::from(test.column);
                let value = columns.get(column)?;
                let passes = match test.passes {
                    Passes::Between(low, high) => match value.value() {
                        Some(value) => Slot::boolean(low <= value && value <= high),
                        None => *value,
                    },
                    Passes::Cell(cell) => table.cells.get(cell as usize)?.passes(*value, &values),
                };
                let result = match passes.truth() {
                    None => RuleResult::Unknown,
                    Some(false) => RuleResult::Failed,
                    Some(true) => return None,
                };
                let cell = table.body.rules.get(number).and_then(|rule| rule.when.get(column)).cloned();
                Some(CellTrace {
                    cell: cell.unwrap_or_default(),
                    column: column_text(column),
                    result,
                    value: written(column),
                })
            });
            let result = match table.matches(row, &columns, &values) {
                Match::Yes => RuleResult::Matched,
                Match::No => RuleResult::Failed,
                Match::Maybe(_) => RuleResult::Unknown,
            };
            RuleTrace { cells: cells.collect(), rule: table.row_name(number), result }
        });
        TableTrace {
            columns: (0..table.columns.len())
                .map(|column| ColumnTrace { column: column_text(column), value: written(column) })
                .collect(),
            rules: rules.collect(),
            table: table.body.name.clone(),
        }
    }

    /// Returns a value as it is written in JSON.
    pub(super) fn written(&self, scalar: Scalar, value: f64, state: &State) -> JsonValue {
        match scalar {
            Scalar::Boolean => JsonValue::Bool(value != 0.0),
            Scalar::Text => JsonValue::Text(text(value, &self.symbols, &state.texts).to_owned()),
            #[expect(clippy::cast_possible_truncation, reason = "dates lie within the calendar")]
            Scalar::Date => Date::from_epoch_days(value as i32)
                .map_or(JsonValue::Null, |date| JsonValue::Text(date.to_string())),
            _ => JsonValue::Number(value),
        }
    }

    /// Returns the name of a step: that of its table, its call or its value.
    pub(crate) fn step_name(&self, step: u32) -> &str {
        match self.body.steps.get(step as usize) {
            Some(super::StepBody::Call(call)) => &call.name,
            Some(super::StepBody::Derive(derive)) => &derive.name,
            Some(super::StepBody::Table(table)) => &table.name,
            None => "",
        }
    }

    /// Returns the name of a row of a step's table.
    pub(crate) fn rule_name(&self, step: u32, row: u32) -> String {
        match self.steps.get(step as usize) {
            Some(Step::Table(table)) => table.row_name(row as usize),
            _ => String::new(),
        }
    }
}
