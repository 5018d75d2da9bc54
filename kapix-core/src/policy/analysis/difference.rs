//! What two versions of a policy decide differently, by the geometry of their tables, without data.
//!
//! The rows of a table of both versions become one table with the inputs of both, so that they lie on the same axes. Where a row
//! of the first decides beside a row of the second, and they give different things, there is a difference.

use super::boxes::{Boxes, common};
use super::find::cells;
use super::witness::Claim;
use crate::expression::Intervals;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::policy::document::{
    HitPolicy, InputBody, OnMissing, Outcome, PolicyBody, RuleBody, StepBody, TableBody, ThenBody,
};
use crate::policy::load::{Policy, Step};
use crate::policy::table::Table;
use serde::Serialize;
use serde_with::skip_serializing_none;
use std::collections::BTreeMap;

/// Differences that are told of a table, and pairs of rows that are compared.
const TOLD_MAX: usize = 50;
const PAIRS_MAX: usize = 1_000_000;

/// Where a table of two versions gives different things.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TableDifference {
    /// The parts where it does, 50 at most.
    pub differences: Vec<RuleDifference>,
    /// Name of the table.
    pub table: String,
    /// Whether everything was compared.
    pub whole: bool,
}

/// A part of a table where two versions give different things.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleDifference {
    /// What the first version gives; absent where no row of it matches.
    pub gives: Option<RuleGives>,
    /// What the second version gives.
    pub other_gives: Option<RuleGives>,
    /// The columns and where it is, as cells.
    pub region: BTreeMap<String, String>,
    /// Values of inputs and of results of steps at which it is so; null where none were found.
    pub witness: Option<BTreeMap<String, JsonValue>>,
}

/// What a row gives.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleGives {
    /// The outcome.
    pub outcome: Option<Outcome>,
    /// Its outputs, as the document states them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, JsonValue>,
    /// The reason.
    pub reason: Option<String>,
    /// Name of the row.
    pub rule: String,
}

/// What two versions have otherwise than by rows that can be compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DocumentDifference {
    /// Where, as JSON pointer into the body.
    pub field: String,
    /// What differs.
    pub message: String,
}

/// The differences of two versions.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PolicyDifference {
    pub documents: Vec<DocumentDifference>,
    pub tables: Vec<TableDifference>,
}

impl Policy {
    /// Returns where another version decides differently.
    pub(crate) fn difference(&self, other: &Self, limits: &Limits) -> PolicyDifference {
        let mut found = PolicyDifference::default();
        documents(&self.body, &other.body, &mut found.documents);
        for (step, table) in tables(&self.body) {
            let Some((_, same)) = tables(&other.body).find(|(_, it)| it.name == table.name) else { continue };
            if table == same {
                continue;
            }
            match Both::of((&self.body, step, table), (&other.body, same), limits) {
                Ok(both) => found.tables.push(both.differences()),
                Err(message) => {
                    let field = format!("/steps/{step}/table");
                    found.documents.push(DocumentDifference { field, message });
                }
            }
        }
        found.documents.sort();
        found
    }
}

fn tables(body: &PolicyBody) -> impl Iterator<Item = (usize, &TableBody)> {
    body.steps.iter().enumerate().filter_map(|(number, step)| match step {
        StepBody::Table(table) => Some((number, table)),
        StepBody::Call(_) | StepBody::Derive(_) => None,
    })
}

const fn name(step: &StepBody) -> &String {
    match step {
        StepBody::Call(call) => &call.name,
        StepBody::Derive(derive) => &derive.name,
        StepBody::Table(table) => &table.name,
    }
}

/// Keeps what two documents state differently beside the rows of tables.
fn documents(one: &PolicyBody, other: &PolicyBody, found: &mut Vec<DocumentDifference>) {
    let mut differ = |field: String, message: &str| {
        found.push(DocumentDifference { field, message: message.to_owned() });
    };
    let compare = |one: Option<&str>, other: Option<&str>| match (one, other) {
        (Some(_), None) => "only the first version has it",
        (None, Some(_)) => "only the second version has it",
        _ => "the versions state it differently",
    };
    let names = |body: &PolicyBody| body.inputs.keys().cloned().collect::<Vec<_>>();
    for input in
        names(one).into_iter().chain(names(other).into_iter().filter(|it| !one.inputs.contains_key(it)))
    {
        let (left, right) = (one.inputs.get(&input), other.inputs.get(&input));
        if left != right {
            let message = compare(left.map(|_| ""), right.map(|_| ""));
            differ(format!("/inputs/{}", crate::error::escape_segment(&input)), message);
        }
    }
    for (number, step) in one.steps.iter().enumerate() {
        match other.steps.iter().find(|it| name(it) == name(step)) {
            None => differ(format!("/steps/{number}"), "only the first version has it"),
            Some(same) if matches!(step, StepBody::Table(_)) && matches!(same, StepBody::Table(_)) => {}
            Some(same) if same != step => {
                differ(format!("/steps/{number}"), "the versions state it differently");
            }
            Some(_) => {}
        }
    }
    for (number, step) in other.steps.iter().enumerate() {
        if !one.steps.iter().any(|it| name(it) == name(step)) {
            differ(format!("/steps/{number}"), "only the second version has it");
        }
    }
    let parts = [
        ("/offer", one.offer != other.offer),
        ("/reasons", one.reasons != other.reasons),
        ("/effective", one.effective != other.effective),
        ("/override", one.overriding != other.overriding),
        ("/jurisdiction", one.jurisdiction != other.jurisdiction),
        ("/all_reasons", one.all_reasons != other.all_reasons),
    ];
    for (field, differs) in parts {
        if differs {
            differ(field.to_owned(), "the versions state it differently");
        }
    }
}

/// A table of two versions as one: the rows of the first, then those of the second.
struct Both {
    policy: Policy,
    step: usize,
    rows: usize,
    /// The rows of both, as their documents have them.
    rules: Vec<RuleBody>,
}

impl Both {
    fn of(
        (body, step, table): (&PolicyBody, usize, &TableBody),
        (other, same): (&PolicyBody, &TableBody),
        limits: &Limits,
    ) -> Result<Self, String> {
        let single = |hit| matches!(hit, HitPolicy::First | HitPolicy::Unique | HitPolicy::Any);
        if !single(table.hit) || !single(same.hit) {
            return Err("the rows differ; what all rows together give is compared only over data".to_owned());
        }
        let before = |body: &PolicyBody, name_of: &str| {
            body.steps.iter().take_while(|it| name(it) != name_of).cloned().collect::<Vec<_>>()
        };
        let (own, others) = (before(body, &table.name), before(other, &same.name));
        let reads =
            |columns: &[String], step: &StepBody| columns.iter().any(|it| it.contains(name(step).as_str()));
        let moved = own.iter().find(|step| {
            reads(&table.columns, step) && others.iter().any(|it| name(it) == name(step) && it != *step)
        });
        if let Some(step) = moved {
            return Err(format!("its columns read `{}`, which the versions compute differently", name(step)));
        }
        let place = |column: &String| same.columns.iter().position(|it| it == column);
        let places: Option<Vec<usize>> = table.columns.iter().map(place).collect();
        let (Some(places), true) = (places, table.columns.len() == same.columns.len()) else {
            return Err("the versions have other columns".to_owned());
        };
        let turned = same.rules.iter().map(|rule| RuleBody {
            when: places.iter().filter_map(|place| rule.when.get(*place).cloned()).collect(),
            ..rule.clone()
        });
        let rules: Vec<RuleBody> = table.rules.iter().cloned().chain(turned).collect();
        let named = |(number, rule): (usize, &RuleBody)| RuleBody {
            id: Some(format!("row_{number}")),
            then: ThenBody { outcome: Some(Outcome::Approve), ..ThenBody::default() },
            ..rule.clone()
        };
        let whole = TableBody {
            hit: HitPolicy::First,
            outputs: BTreeMap::new(),
            rules: rules.iter().enumerate().map(named).collect(),
            ..table.clone()
        };
        let mut inputs = body.inputs.clone();
        for (name, input) in &other.inputs {
            let joined = match inputs.get(name) {
                None => input.clone(),
                Some(own)
                    if own.kind != input.kind || own.list != input.list || own.currency != input.currency =>
                {
                    return Err(format!("the versions state another type of the input `{name}`"));
                }
                Some(own) => wider(own, input),
            };
            inputs.insert(name.clone(), joined);
        }
        for input in inputs.values_mut() {
            input.on_missing = OnMissing::Refer;
        }
        let mut steps = own;
        steps.push(StepBody::Table(whole));
        let reasons = other.reasons.iter().chain(&body.reasons).map(|(code, it)| (code.clone(), it.clone()));
        let whole = PolicyBody {
            inputs,
            reasons: reasons.collect(),
            steps,
            offer: None,
            overriding: None,
            tests: Vec::new(),
            ..body.clone()
        };
        let policy = Policy::load(whole, limits).map_err(|error| {
            format!("the rows of both versions do not stand beside each other: {}", error.message)
        })?;
        Ok(Self { policy, step, rows: table.rules.len(), rules })
    }

    fn table(&self) -> Option<&Table> {
        match self.policy.steps.get(self.step) {
            Some(Step::Table(table)) => Some(table),
            _ => None,
        }
    }

    fn differences(&self) -> TableDifference {
        let Some(table) = self.table() else {
            return TableDifference { differences: Vec::new(), table: String::new(), whole: false };
        };
        let mut boxes = Boxes::of(&self.policy, table);
        let mut found = Vec::new();
        let (own, others) = (0..self.rows, self.rows..self.rules.len());
        let is_analysed = boxes.rows.iter().all(Option::is_some);
        let mut pairs = 0;
        // Behind the last row of a version stands what no row of it matches.
        'pairs: for one in own.clone().map(Some).chain([None]) {
            for other in others.clone().map(Some).chain([None]) {
                pairs += 1;
                if found.len() >= TOLD_MAX || pairs > PAIRS_MAX || !boxes.is_whole() {
                    break 'pairs;
                }
                if self.gives(one) == self.gives(other) {
                    continue;
                }
                let domain: Vec<Intervals> = boxes.axes.iter().map(|axis| axis.domain.clone()).collect();
                let side = |row: Option<usize>| match row {
                    Some(row) => boxes.rows.get(row).cloned().flatten(),
                    None => Some(domain.clone()),
                };
                let (Some(left), Some(right)) = (side(one), side(other)) else { continue };
                let region = common(&left, &right);
                if region.iter().any(Intervals::is_empty) {
                    continue;
                }
                let mut before: Vec<usize> = own.clone().take_while(|row| Some(*row) != one).collect();
                before.extend(others.clone().take_while(|row| Some(*row) != other));
                // A computed row before them may decide there: what it covers is not known.
                if before.iter().any(|row| boxes.rows.get(*row).is_none_or(Option::is_none)) {
                    continue;
                }
                if let Some(part) = boxes.uncovered(&region, &before, 1).into_iter().next() {
                    let matches: Vec<usize> = one.into_iter().chain(other).collect();
                    let claim = Claim {
                        policy: &self.policy,
                        step: self.step,
                        table,
                        boxes: &boxes,
                        matches: &matches,
                    };
                    found.push(RuleDifference {
                        gives: self.told(one, 0),
                        other_gives: self.told(other, self.rows),
                        region: cells(&self.policy, table, &boxes.axes, &part),
                        witness: claim.witness(&part),
                    });
                }
            }
        }
        let whole = is_analysed && boxes.is_whole() && pairs <= PAIRS_MAX && found.len() < TOLD_MAX;
        TableDifference { differences: found, table: table.body.name.clone(), whole }
    }

    fn gives(&self, row: Option<usize>) -> Option<&ThenBody> {
        row.and_then(|row| self.rules.get(row)).map(|rule| &rule.then)
    }

    fn told(&self, row: Option<usize>, first: usize) -> Option<RuleGives> {
        let row = row?;
        let rule = self.rules.get(row)?;
        Some(RuleGives {
            outcome: rule.then.outcome,
            outputs: rule.then.outputs.clone(),
            reason: rule.then.reason.clone(),
            rule: rule.id.clone().unwrap_or_else(|| format!("rule_{}", row - first + 1)),
        })
    }
}

/// Returns an input with the values of both versions.
fn wider(one: &InputBody, other: &InputBody) -> InputBody {
    let least = |one: Option<f64>, other: Option<f64>| one.zip(other).map(|(one, other)| one.min(other));
    let most = |one: Option<f64>, other: Option<f64>| one.zip(other).map(|(one, other)| one.max(other));
    let values = one.values.as_ref().zip(other.values.as_ref()).map(|(one, other)| {
        let added = other.iter().filter(|it| !one.contains(it));
        one.iter().chain(added).cloned().collect()
    });
    InputBody { min: least(one.min, other.min), max: most(one.max, other.max), values, ..one.clone() }
}
