//! Figures as a table for people and as JSON for machines.

use serde_json::{Value, json};

/// The unit of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Microseconds of CPU time; less is better.
    Microseconds,
    /// Millions of rows in a second of one core's CPU time; more is better.
    MillionRows,
    /// How many times as fast in wall time; more is better.
    Times,
}

/// One figure, its target, and what ran beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What ran.
    pub name: &'static str,
    /// What the figure includes.
    pub includes: &'static str,
    /// Unit of figure, target and what ran beside.
    pub unit: Unit,
    /// The figure.
    pub value: f64,
    /// The figure that is aimed at.
    pub target: Option<f64>,
    /// Limits and peers of the same run: name and their figure.
    pub beside: Vec<(&'static str, f64)>,
}

impl Unit {
    /// Returns the unit as it is printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Microseconds => "us",
            Self::MillionRows => "M rows/s",
            Self::Times => "times",
        }
    }

    /// Returns how many times the work of `other` a call takes: above 1 is slower.
    fn times(self, value: f64, other: f64) -> f64 {
        match self {
            Self::Microseconds => value / other,
            Self::MillionRows | Self::Times => other / value,
        }
    }
}

impl Figure {
    /// Returns the figure in two lines or more, at most 96 columns wide.
    pub fn lines(&self) -> Vec<String> {
        let unit = self.unit.as_str();
        let target = self.target.map_or(String::new(), |target| {
            let share = self.unit.times(self.value, target);
            let verdict = if share <= 1.0 { "met" } else { "missed" };
            format!("{target:>9.1} {share:>7.2} {verdict}")
        });
        let mut lines = vec![
            format!("{:<36}{:>9.3} {unit:<9}{target}", self.name, self.value),
            format!("    {}", self.includes),
        ];
        lines.extend(self.beside.iter().map(|(name, value)| {
            let times = self.unit.times(self.value, *value);
            format!("    {:<32}{value:>9.3} {unit:<9}{times:>16.1} x", format!("beside: {name}"))
        }));
        lines
    }

    /// Returns the figure for machines.
    pub fn json(&self) -> Value {
        let beside = self.beside.iter().map(|(name, value)| {
            json!({"name": name, "value": value, "times": self.unit.times(self.value, *value)})
        });
        json!({
            "name": self.name,
            "includes": self.includes,
            "unit": self.unit.as_str(),
            "value": self.value,
            "target": self.target,
            "times_target": self.target.map(|target| self.unit.times(self.value, target)),
            "beside": beside.collect::<Vec<_>>(),
        })
    }
}

/// Returns the heading of the table.
pub fn heading() -> String {
    format!("{:<36}{:>9} {:<9}{:>9} {:>7}", "case", "figure", "unit", "target", "times")
}
