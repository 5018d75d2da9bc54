//! Between which numbers every value of a policy lies, by the ranges of its inputs.

use crate::expression::{EVERY, Program, Range, Ranges, Scalar};
use crate::policy::input::Place;
use crate::policy::load::{Policy, Step};

/// The bounds of all values.
#[derive(Debug)]
pub(super) struct Bounds {
    slots: Vec<Range>,
    lists: Vec<(Range, f64)>,
}

impl Bounds {
    pub(super) fn of(policy: &Policy) -> Self {
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
        for step in &policy.steps {
            if let Step::Derive { slot, expression } = step {
                let range = all.of_program(&expression.program, EVERY);
                all.put(*slot, range);
            }
        }
        all
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
