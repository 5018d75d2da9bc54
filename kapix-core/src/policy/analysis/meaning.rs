//! What a name stands for, through everything that it rests on: two versions may use one name for different things.

use crate::canonical::{self, Hash};
use crate::expression::{CellTest, Program};
use crate::policy::load::{Policy, Step};
use crate::policy::table::{OutputValue, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The hash of what each name stands for; none where it cannot be told.
pub(super) struct Meanings(BTreeMap<Arc<str>, Option<Hash>>);

impl Meanings {
    pub(super) fn of(policy: &Policy) -> Self {
        let mut all = Self(BTreeMap::new());
        for input in &policy.inputs {
            // Which values it may have is told beside; what a value is, is its type with the currency.
            let is_list = policy.body.inputs.get(&*input.name).is_some_and(|it| it.list);
            let hash = canonical::hash(&("input", format!("{:?}", input.scalar), is_list)).ok();
            all.0.insert(Arc::clone(&input.name), hash);
        }
        for (step, body) in policy.steps.iter().zip(&policy.body.steps) {
            match step {
                Step::Derive { slot, expression } => {
                    let below = all.below(policy, &[&expression.program]);
                    let hash = canonical::hash(&("derive", &*expression.text, below)).ok();
                    let name = policy.slots.get(usize::from(*slot)).map(|it| Arc::clone(&it.name));
                    all.0.extend(name.map(|name| (name, hash)));
                }
                Step::Call(call) => {
                    let values: Vec<&Program> = call.values.iter().map(|(_, it)| &it.program).collect();
                    let below = all.below(policy, &values);
                    for (name, result) in call.body.results.keys().zip(&call.results) {
                        let hash =
                            canonical::hash(&(body, name, format!("{:?}", result.scalar), &below)).ok();
                        all.0.insert(format!("{}.{name}", call.body.name).into(), hash);
                    }
                }
                Step::Table(table) => {
                    let below = all.below(policy, &table.programs());
                    for (name, output) in table.body.outputs.keys().zip(&table.outputs) {
                        let hash =
                            canonical::hash(&(body, name, format!("{:?}", output.scalar), &below)).ok();
                        all.0.insert(format!("{}.{name}", table.body.name).into(), hash);
                    }
                }
            }
        }
        all
    }

    /// Returns the names with what they stand for on which programs rest.
    fn below(&self, policy: &Policy, programs: &[&Program]) -> Vec<(String, Option<Hash>)> {
        let names = names_of(policy, programs);
        names.into_iter().map(|name| (name.to_owned(), self.0.get(name).copied().flatten())).collect()
    }

    /// Returns the names that stand for something else in another version.
    pub(super) fn changed<'n>(&self, other: &Self, names: BTreeSet<&'n str>) -> Vec<&'n str> {
        let known = |all: &Self, name: &str| all.0.get(name).copied().flatten();
        names
            .into_iter()
            .filter(|name| known(self, name).is_none_or(|own| known(other, name) != Some(own)))
            .collect()
    }
}

/// Returns the names that programs read.
pub(super) fn names_of<'p>(policy: &'p Policy, programs: &[&Program]) -> BTreeSet<&'p str> {
    let slots = programs.iter().flat_map(|it| it.slots()).filter_map(|it| policy.slots.get(usize::from(*it)));
    let lists = programs.iter().flat_map(|it| it.lists()).filter_map(|it| policy.lists.get(usize::from(*it)));
    slots.chain(lists).map(|info| &*info.name).collect()
}

impl Table {
    /// Returns everything that the table computes: columns, cells and outputs.
    pub(super) fn programs(&self) -> Vec<&Program> {
        let cells = self.cells.iter().filter_map(|cell| match &cell.test {
            CellTest::Program(program) => Some(program),
            _ => None,
        });
        let outputs = self.thens.iter().flat_map(|then| &then.outputs).filter_map(|value| match value {
            Some(OutputValue::Program(program)) => Some(program),
            _ => None,
        });
        self.columns.iter().map(|it| &it.program).chain(cells).chain(outputs).collect()
    }
}
