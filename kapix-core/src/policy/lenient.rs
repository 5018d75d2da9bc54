//! What a policy may do without an input: `skip` and `value` must gain nothing.
//!
//! Whoever hides such an input is approved only where every value of it would be approved too, for the same amount and on the
//! same terms. Under `skip`, rows that read the input may only approve, and the columns between it and a cell hide neither an
//! error of arithmetic nor the doubt about another input. Under `value`, only rows that refuse read the input, they match with
//! the value whenever they match with another, and nothing that is granted is computed with it. So no value of the
//! input is refused where its absence is not. A property test compares with every value.

use super::document::Outcome;
use super::input::{Absent, Place};
use super::load::{Loader, Step};
use super::offer::Offer;
use super::table::{OutputValue, Passes, Row, Table, Test};
use crate::error::Cause;
use crate::expression::{CellTest, Expression, Program};
use std::collections::{BTreeMap, BTreeSet};

/// An input that may be missing, and the values that are derived.
struct Lenient<'l, 's> {
    loader: &'l Loader<'l>,
    number: usize,
    name: &'l str,
    place: Place,
    derived: &'l BTreeMap<u16, &'s Expression>,
}

impl Loader<'_> {
    /// Keeps a mistake for each input that an application could gain by not having it.
    pub(super) fn refuse_gains(&mut self, steps: &[Step], offer: Option<&Offer>) {
        let derived = steps.iter().filter_map(|step| match step {
            Step::Derive { slot, expression } => Some((*slot, expression)),
            Step::Call(_) | Step::Table(_) => None,
        });
        let derived: BTreeMap<u16, &Expression> = derived.collect();
        let mut wrong = Vec::new();
        for (number, input) in self.inputs.iter().enumerate() {
            let lenient =
                Lenient { loader: self, number, name: &input.name, place: input.place, derived: &derived };
            let why = match &input.absent {
                Absent::Refer | Absent::Decline(_) => continue,
                Absent::Skip => lenient.gains_skipped(steps),
                Absent::Value(..) => lenient.gains_with_value(steps, offer),
            };
            let passed = steps.iter().find_map(|step| match step {
                Step::Table(table) => table.passed_over(number, &input.absent, self),
                Step::Call(_) | Step::Derive { .. } => None,
            });
            let passed = passed.map(|row| {
                let name = &input.name;
                if matches!(input.absent, Absent::Value(..)) {
                    return format!(
                        "the value that stands for a missing `{name}` must pass the cells of every row that declines, refers or gives the value of an output: it does not pass those of the row `{row}`, and whoever hides `{name}` would escape that row"
                    );
                }
                format!("`{name}` may be passed over only by rows that approve and give nothing else, in a table without outputs whose rows need not exclude each other: the row `{row}` could then not match because of what is missing")
            });
            wrong.extend(passed.or(why).map(|why| (format!("/inputs/{}/on_missing", input.name), why)));
        }
        for (field, why) in wrong {
            self.wrong(Cause::PolicyMissing, &field, &why);
        }
    }
}

impl Lenient<'_, '_> {
    /// Returns how an application could gain where the input is passed over.
    fn gains_skipped(&self, steps: &[Step]) -> Option<String> {
        let clear = self.clear();
        self.rows(steps).find_map(|(table, row, name)| {
            let hides = |test: &&Test| {
                let column = table.columns.get(usize::from(test.column));
                !column.is_some_and(|column| self.is_clear(&column.program, &clear))
                    || cell(table, test).is_some_and(|cell| !self.tells(cell, &clear))
            };
            let test = self.tests(table, row).find(hides)?;
            let column = table.columns.get(usize::from(test.column)).map(|it| it.text.to_string());
            Some(format!(
                "`{}` may be passed over only where it is tested as it is: `{}` of the row `{name}` may have no value for some value of it, and to hide it would hide that",
                self.name,
                column.unwrap_or_default()
            ))
        })
    }

    /// Returns how an application could gain where the input has a value of the policy instead.
    fn gains_with_value(&self, steps: &[Step], offer: Option<&Offer>) -> Option<String> {
        let name = self.name;
        let asked = steps.iter().find_map(|step| match step {
            Step::Call(call) => {
                call.values.iter().any(|(_, it)| self.reads(&it.program)).then_some(&call.body.name)
            }
            Step::Derive { .. } | Step::Table(_) => None,
        });
        if let Some(step) = asked {
            return Some(format!(
                "the step `{step}` must not be asked about a value that stands for a missing `{name}`"
            ));
        }
        let granted = offer.is_some_and(|offer| {
            let own = matches!(self.place, Place::Slot(slot) if slot == offer.requested);
            let mut stated = offer.limit.iter().chain(offer.terms.iter().map(|(_, it)| it));
            own || stated.any(|it| self.reads(&it.program))
        });
        if granted {
            return Some(format!(
                "a value that stands for a missing `{name}` must not enter the amount, the limit or the terms of the offer"
            ));
        }
        let priced = self.outputs(steps).map(|row| {
            format!("a value that stands for a missing `{name}` must not enter what the row `{row}` gives")
        });
        priced.or_else(|| {
            let (.., row) = self.rows(steps).find(|(table, row, _)| self.grants(table, row))?;
            Some(format!(
                "only rows that decline or refer may hang on a value that stands for a missing `{name}`: the row `{row}` approves, or gives the value of an output"
            ))
        })
    }

    /// Returns whether a row that grants something hangs on the input.
    fn grants(&self, table: &Table, row: &Row) -> bool {
        let then = table.thens.get(row.then as usize);
        let refuses = then.is_some_and(|then| {
            matches!(then.outcome, Some(Outcome::Decline | Outcome::Refer))
                && then.outputs.iter().all(Option::is_none)
        });
        // That a row which refuses matches with the value is looked at by [`Table::passed_over`].
        !refuses && !self.tests(table, row).all(|test| self.holds_always(table, test))
    }

    /// Returns whether a test holds for every value that the input may have.
    fn holds_always(&self, table: &Table, test: &Test) -> bool {
        let input = self.loader.inputs.get(self.number);
        let range = input.map_or((f64::NEG_INFINITY, f64::INFINITY), |input| (input.min, input.max));
        let holds = matches!(test.passes, Passes::Between(low, high) if low <= range.0 && range.1 <= high);
        self.is_own(table, test) && holds
    }

    fn is_own(&self, table: &Table, test: &Test) -> bool {
        let column = table.columns.get(usize::from(test.column));
        column.is_some_and(|it| matches!(self.place, Place::Slot(slot) if it.program.is_slot(slot)))
    }

    /// Returns the rows of all tables that read the input, with their names.
    fn rows<'t>(&self, steps: &'t [Step]) -> impl Iterator<Item = (&'t Table, &'t Row, String)> {
        let tables =
            steps.iter().filter_map(|step| if let Step::Table(table) = step { Some(table) } else { None });
        let rows = tables
            .flat_map(|table| table.rows.iter().enumerate().map(move |(number, row)| (table, number, row)));
        let reading = rows.filter(|(table, _, row)| self.tests(table, row).next().is_some());
        reading.map(|(table, number, row)| {
            (table, row, format!("{}.{}", table.body.name, table.row_name(number)))
        })
    }

    /// Returns the tests of a row that read the input, in their column or in themselves.
    fn tests<'t>(&self, table: &'t Table, row: &Row) -> impl Iterator<Item = &'t Test> {
        table.tests_of(row).iter().filter(|test| {
            let column = table.rests_on.get(usize::from(test.column));
            column.is_some_and(|it| it.contains(&Some(self.number)))
                || cell(table, test).is_some_and(|cell| self.reads(cell))
        })
    }

    /// Returns the first row that gives a value which is computed with the input.
    fn outputs(&self, steps: &[Step]) -> Option<String> {
        steps.iter().find_map(|step| {
            let Step::Table(table) = step else { return None };
            let gives = |value: &OutputValue| match value {
                OutputValue::Program(program) => self.reads(program),
                OutputValue::Constant(_) => false,
            };
            let mut rows = table.rows.iter().zip(0..);
            rows.find_map(|(row, number)| {
                let then = table.thens.get(row.then as usize)?;
                let own = then.outputs.iter().flatten().any(gives);
                own.then(|| format!("{}.{}", table.body.name, table.row_name(number)))
            })
        })
    }

    fn reads(&self, program: &Program) -> bool {
        self.loader.rests_on(program.slots(), program.lists()).1.contains(&Some(self.number))
    }

    /// Returns the slots of derived values that rest on the input, and hide nothing while it is missing.
    fn clear(&self) -> BTreeSet<u16> {
        let mut clear = BTreeSet::new();
        clear.extend(if let Place::Slot(slot) = self.place { Some(slot) } else { None });
        // A derived value reads those before it.
        for (slot, expression) in self.derived {
            if self.reads(&expression.program) && self.is_clear(&expression.program, &clear) {
                clear.insert(*slot);
            }
        }
        clear
    }

    /// Returns whether code hides nothing while the input is missing: it tells the causes of all that it reads, or reads the
    /// input alone and has a value for each of its values.
    fn is_clear(&self, program: &Program, clear: &BTreeSet<u16>) -> bool {
        let is_of_it_alone = match (program.slots(), program.lists()) {
            ([slot], []) => clear.contains(slot),
            ([], [list]) => matches!(self.place, Place::List(own) if own == *list),
            _ => false,
        };
        self.tells(program, clear) || is_of_it_alone && program.is_total()
    }

    /// Returns whether code tells the causes of all that it reads, of the input and of others.
    fn tells(&self, program: &Program, clear: &BTreeSet<u16>) -> bool {
        let of_others = |slot: &u16| !self.loader.rests_on(&[*slot], &[]).1.contains(&Some(self.number));
        program.tells_causes() && program.slots().iter().all(|it| clear.contains(it) || of_others(it))
    }
}

/// Returns the code of a test that is computed.
fn cell<'t>(table: &'t Table, test: &Test) -> Option<&'t Program> {
    let Passes::Cell(cell) = test.passes else { return None };
    match &table.cells.get(cell as usize)?.test {
        CellTest::Program(program) => Some(program),
        CellTest::Any | CellTest::Intervals(_) | CellTest::Texts { .. } => None,
    }
}
