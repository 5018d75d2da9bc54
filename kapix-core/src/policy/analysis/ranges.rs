//! Between which numbers every value of a policy lies, by the ranges of its inputs.

use crate::expression::{EVERY, Program, Range, Ranges, Scalar};
use crate::policy::input::Place;
use crate::policy::load::{Policy, Step};
use crate::policy::table::OutputPlace;

/// The bounds of all values.
#[derive(Debug)]
pub(super) struct Bounds {
    slots: Vec<Range>,
    lists: Vec<(Range, f64)>,
}

impl Bounds {
    pub(super) fn of(policy: &Policy) -> Self {
        let mut all = Self::of_inputs(policy);
        policy.steps.iter().for_each(|step| all.derive(step));
        all
    }

    /// Returns them where some slots have one value, also of what tables give: which of their rows may match is looked at.
    pub(super) fn at(policy: &Policy, fixed: &[(u16, f64)]) -> Self {
        let mut all = Self::of_inputs(policy);
        for (slot, value) in fixed {
            all.put(*slot, (*value, *value));
        }
        for step in &policy.steps {
            all.derive(step);
            let Step::Table(table) = step else { continue };
            for (number, output) in table.outputs.iter().enumerate() {
                if let (OutputPlace::Slot(slot), Some(range)) = (output.to, all.of_output(table, number)) {
                    all.put(slot, range);
                }
            }
        }
        all
    }

    fn of_inputs(policy: &Policy) -> Self {
        let of_type = |scalar: Scalar| if scalar == Scalar::Boolean { (0.0, 1.0) } else { EVERY };
        let mut all = Self {
            slots: policy.slots.iter().map(|info| of_type(info.scalar)).collect(),
            lists: policy.lists.iter().map(|info| (of_type(info.scalar), f64::INFINITY)).collect(),
        };
        for input in policy.inputs.iter().filter(|it| !matches!(it.scalar, Scalar::Boolean | Scalar::Text)) {
            let range = (input.min, input.max);
            match input.place {
                Place::Slot(slot) => all.put(slot, range),
                Place::List(list) => {
                    if let Some(place) = all.lists.get_mut(usize::from(list)) {
                        *place = (range, super::boxes::number(input.items_max));
                    }
                }
                Place::Unread => {}
            }
        }
        all
    }

    fn derive(&mut self, step: &Step) {
        if let Step::Derive { slot, expression } = step {
            let range = self.of_program(&expression.program, EVERY);
            self.put(*slot, range);
        }
    }

    fn put(&mut self, slot: u16, range: Range) {
        if let Some(place) = self.slots.get_mut(usize::from(slot)) {
            *place = range;
        }
    }

    /// Returns the bounds of a program; of a cell, with those of its column.
    pub(super) fn of_program(&self, program: &Program, item: Range) -> Range {
        program.bounds(&Ranges { slots: &self.slots, lists: &self.lists, item })
    }
}
