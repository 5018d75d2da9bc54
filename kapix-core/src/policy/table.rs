//! A decision table: rows of cells, and how the rows that match become a result.

use super::document::{CollectBy, Ground, HitPolicy, Outcome, OutputBody, RuleBody, TableBody, ThenBody};
use super::index::Index;
use super::input::Absent;
use super::load::{Loader, SlotInfo};
use crate::error::{Cause, escape_segment};
use crate::expression::{Cell, CellTest, Expression, Program, Scalar, Slot, Unknown, Values};
use crate::json_value::JsonValue;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// Rows of a table, and columns: analysis goes as deep as there are columns.
const ROWS_MAX: usize = 100_000;
const COLUMNS_MAX: usize = 500;

/// A table that was proved.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) body: TableBody,
    pub(super) columns: Vec<Expression>,
    pub(super) outputs: Vec<Output>,
    pub(super) rows: Vec<Row>,
    /// The cells of all rows that test something.
    pub(super) tests: Vec<Test>,
    /// Cells that are more than one interval.
    pub(super) cells: Vec<Cell>,
    pub(super) thens: Vec<Then>,
    pub(super) index: Index,
    /// What each column rests on.
    pub(super) rests_on: Vec<BTreeSet<Option<usize>>>,
}

/// Where the values of an output go.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) scalar: Scalar,
    pub(super) to: OutputPlace,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum OutputPlace {
    Slot(u16),
    Joined(u16, CollectBy),
    List(u16),
}

#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) tests: Range<u32>,
    pub(super) then: u32,
    /// Place of its value in the order of priorities, 0 first.
    pub(super) priority: u32,
}

/// A cell of a row that tests something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Test {
    pub(super) column: u16,
    pub(super) passes: Passes,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Passes {
    Between(f64, f64),
    Cell(u32),
}

/// What rows give; rows that give the same share it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Then {
    pub(super) outcome: Option<Outcome>,
    pub(super) reason: Option<Arc<str>>,
    pub(super) queue: Option<Arc<str>>,
    pub(super) outputs: Vec<Option<OutputValue>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum OutputValue {
    Constant(f64),
    Program(Program),
}

/// Whether a row matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    No,
    Yes,
    /// It hangs on values that are unknown, for these causes.
    Maybe(Unknown),
}

impl Then {
    /// Returns whether a row that gives this could refuse, refer, price, limit or add.
    pub(super) fn could_harm(&self) -> bool {
        !matches!(self.outcome, None | Some(Outcome::Approve)) || self.outputs.iter().any(Option::is_some)
    }
}

impl Table {
    /// Returns the name of a row.
    pub(super) fn row_name(&self, row: usize) -> String {
        let stated = self.body.rules.get(row).and_then(|rule| rule.id.clone());
        stated.unwrap_or_else(|| format!("rule_{}", row + 1))
    }

    /// Returns the cells of a row that test something.
    #[inline]
    pub(super) fn tests_of(&self, row: &Row) -> &[Test] {
        self.tests.get(row.tests.start as usize..row.tests.end as usize).unwrap_or_default()
    }

    /// Returns whether a row matches these values of the columns.
    #[inline]
    pub(super) fn matches(&self, row: &Row, columns: &[Slot], values: &Values<'_>) -> Match {
        let mut unknown = Unknown::default();
        for test in self.tests_of(row) {
            let Some(value) = columns.get(usize::from(test.column)) else { return Match::No };
            match test.passes {
                Passes::Between(low, high) => {
                    if low <= value.raw() && value.raw() <= high {
                        continue;
                    }
                    match value.unknown() {
                        Some(causes) => unknown = unknown.with(causes),
                        None => return Match::No,
                    }
                }
                Passes::Cell(cell) => {
                    let Some(cell) = self.cells.get(cell as usize) else { return Match::No };
                    let passes = cell.passes(*value, values);
                    match passes.truth() {
                        Some(false) => return Match::No,
                        Some(true) => {}
                        None => unknown = unknown.with(passes.unknown().unwrap_or_default()),
                    }
                }
            }
        }
        if unknown.is_empty() { Match::Yes } else { Match::Maybe(unknown) }
    }

    /// Returns the first row that could refuse or limit and would not match because this input is missing.
    pub(super) fn passed_over(&self, input: usize, absent: &Absent, loader: &Loader<'_>) -> Option<String> {
        let place = loader.inputs.get(input).map(|it| it.place);
        let passes = |test: &Test| {
            let Absent::Value(value, _) = absent else { return false };
            // A value that is computed of the input may be anything.
            let column = self.columns.get(usize::from(test.column));
            let is_the_input = column.is_some_and(|column| {
                matches!(place, Some(super::input::Place::Slot(slot)) if column.program.is_slot(slot))
            });
            let passes = match test.passes {
                Passes::Between(low, high) => low <= value.raw() && value.raw() <= high,
                Passes::Cell(cell) => self.cells.get(cell as usize).is_some_and(|cell| {
                    let values = Values { slots: &[], lists: &[], symbols: &loader.symbols, texts: &[] };
                    !matches!(cell.test, CellTest::Program(_))
                        && cell.passes(*value, &values).value() == Some(1.0)
                }),
            };
            is_the_input && passes
        };
        let reads = |test: &Test| {
            let of_column =
                self.rests_on.get(usize::from(test.column)).is_some_and(|it| it.contains(&Some(input)));
            let of_cell = match test.passes {
                Passes::Cell(cell) => self.cells.get(cell as usize).is_some_and(|cell| match &cell.test {
                    CellTest::Program(program) => {
                        loader.rests_on(program.slots(), program.lists()).1.contains(&Some(input))
                    }
                    _ => false,
                }),
                Passes::Between(..) => false,
            };
            of_column || of_cell
        };
        // To pass a row over may let another one give its values, or be the only one: only where a table gives outcomes alone,
        // and its rows do not exclude each other, can it not improve the result.
        let is_alone = matches!(self.body.hit, HitPolicy::Unique | HitPolicy::Any | HitPolicy::Priority);
        let all_harm = matches!(absent, Absent::Skip) && (is_alone || !self.outputs.is_empty());
        self.rows.iter().enumerate().find_map(|(number, row)| {
            let harms = all_harm || self.thens.get(row.then as usize).is_some_and(Then::could_harm);
            let passed = harms && self.tests_of(row).iter().any(|test| reads(test) && !passes(test));
            passed.then(|| format!("{}.{}", self.body.name, self.row_name(number)))
        })
    }

    /// Returns the table of a document, and keeps what is wrong with it.
    pub(super) fn load(body: &TableBody, loader: &mut Loader<'_>, field: &str) -> Option<Self> {
        loader.name(&body.name, &format!("{field}/name"));
        let mut columns = Vec::new();
        for (number, text) in body.columns.iter().enumerate() {
            columns.extend(loader.expression(text, &format!("{field}/columns/{number}")));
        }
        if body.rules.is_empty() || body.rules.len() > ROWS_MAX {
            let message = format!("a table must have `1` to `{ROWS_MAX}` rows; got `{}`", body.rules.len());
            loader.wrong(Cause::LimitExceeded, &format!("{field}/rules"), &message);
        }
        if body.columns.len() > COLUMNS_MAX {
            let message =
                format!("a table must have at most `{COLUMNS_MAX}` columns; got `{}`", body.columns.len());
            loader.wrong(Cause::LimitExceeded, &format!("{field}/columns"), &message);
        }
        if columns.len() != body.columns.len() {
            return None;
        }
        let rests_on: Vec<_> =
            columns.iter().map(|it| loader.rests_on(it.program.slots(), it.program.lists()).1).collect();
        let mut build = Build {
            body,
            field,
            table: Self {
                body: body.clone(),
                columns,
                outputs: Vec::new(),
                rows: Vec::new(),
                tests: Vec::new(),
                cells: Vec::new(),
                thens: Vec::new(),
                index: Index::default(),
                rests_on,
            },
            scalars: Vec::new(),
            numbers: BTreeMap::new(),
            ground: BTreeSet::new(),
            from: BTreeSet::new(),
            texts: vec![Some(BTreeSet::new()); body.outputs.len()],
        };
        build.output_types(loader);
        let mut names = BTreeSet::new();
        for (number, rule) in body.rules.iter().enumerate() {
            let field = format!("{field}/rules/{number}");
            if !names.insert(build.table.row_name(number)) {
                loader.wrong(Cause::PolicyName, &format!("{field}/id"), "two rows of the table have this id");
            }
            build.row(rule, loader, &field);
        }
        // Outputs get their names behind the rows: no row reads the result of its own table.
        build.outputs(loader);
        let mut table = build.table;
        table.index = Index::new(table.columns.len(), &table.rows, &table.tests, &table.cells);
        loader.costs(table.tests.len().saturating_add(table.rows.len()));
        Some(table)
    }
}

/// A table while its document is read.
struct Build<'b> {
    body: &'b TableBody,
    field: &'b str,
    table: Table,
    /// Names and types of the outputs.
    scalars: Vec<(&'b String, &'b OutputBody, Option<Scalar>)>,
    /// What rows give, by what it was compiled to: however it is written, the same has one number.
    numbers: BTreeMap<String, u32>,
    ground: BTreeSet<Ground>,
    from: BTreeSet<Option<usize>>,
    /// The texts that rows give of each output; none where one may give any.
    texts: Vec<Option<BTreeSet<u32>>>,
}

impl Build<'_> {
    fn output_types(&mut self, loader: &mut Loader<'_>) {
        for (name, output) in &self.body.outputs {
            let field = format!("{}/outputs/{}", self.field, escape_segment(name));
            let scalar = loader.scalar(output.kind, output.currency, &field);
            if output.aggregate.is_some() && self.body.hit != HitPolicy::Collect {
                loader.wrong(Cause::PolicyTable, &field, "only a table with `hit: collect` has aggregates");
            }
            let adds = matches!(output.aggregate, Some(CollectBy::Sum));
            let orders = matches!(output.aggregate, Some(CollectBy::Min | CollectBy::Max));
            let fits = scalar.is_none_or(|scalar| match scalar {
                Scalar::Boolean | Scalar::Text => !adds && !orders,
                Scalar::Date => !adds,
                _ => true,
            });
            if !fits {
                loader.wrong(Cause::PolicyTable, &field, "values of this type cannot be joined so");
            }
            self.scalars.push((name, output, scalar));
        }
    }

    fn row(&mut self, rule: &RuleBody, loader: &mut Loader<'_>, field: &str) {
        if rule.when.len() != self.body.columns.len() {
            let message = format!(
                "a row must have a cell for each of the `{}` columns; got `{}`",
                self.body.columns.len(),
                rule.when.len()
            );
            loader.wrong(Cause::PolicyTable, &format!("{field}/when"), &message);
            return;
        }
        let start = self.table.tests.len();
        for (column, text) in rule.when.iter().enumerate() {
            let field = format!("{field}/when/{column}");
            self.cell(column, text, loader, &field);
        }
        let then = self.then(&rule.then, loader, &format!("{field}/then"));
        let priority = self.priority(&rule.then, loader, field);
        let end = u32::try_from(self.table.tests.len()).unwrap_or(u32::MAX);
        let tests = u32::try_from(start).unwrap_or(u32::MAX)..end;
        self.table.rows.push(Row { tests, then, priority });
    }

    fn cell(&mut self, column: usize, text: &str, loader: &mut Loader<'_>, field: &str) {
        let Some(expression) = self.table.columns.get(column) else { return };
        if loader.reads_broken(text) {
            return;
        }
        let compiled = Cell::compile(text, expression, &loader.scope, &mut loader.symbols);
        let Some(cell) = loader.keep(compiled, field) else { return };
        let passes = match &cell.test {
            CellTest::Any => return,
            CellTest::Intervals(set) => match set.ranges() {
                [] => {
                    loader.wrong(Cause::PolicyTable, field, "no value passes the cell");
                    return;
                }
                [(low, high)] => Passes::Between(*low, *high),
                _ => self.stored(cell),
            },
            CellTest::Texts { .. } => self.stored(cell),
            CellTest::Program(program) => {
                loader.costs(program.steps(loader.items_max()));
                let (ground, from) = loader.rests_on(program.slots(), program.lists());
                self.ground.extend(ground);
                self.from.extend(from);
                self.stored(cell)
            }
        };
        let column = u16::try_from(column).unwrap_or(u16::MAX);
        self.table.tests.push(Test { column, passes });
    }

    fn stored(&mut self, cell: Cell) -> Passes {
        self.table.cells.push(cell);
        Passes::Cell(u32::try_from(self.table.cells.len() - 1).unwrap_or(u32::MAX))
    }

    /// Returns the number of what a row gives.
    fn then(&mut self, body: &ThenBody, loader: &mut Loader<'_>, field: &str) -> u32 {
        if matches!(body.outcome, Some(Outcome::Decline | Outcome::Refer)) || body.reason.is_some() {
            loader.reason(body.reason.as_ref(), &format!("{field}/reason"));
        }
        if body.queue.is_some() && body.outcome != Some(Outcome::Refer) {
            loader.wrong(Cause::PolicyTable, &format!("{field}/queue"), "only a referral has a queue");
        }
        if body.outcome.is_none() && body.outputs.is_empty() {
            loader.wrong(Cause::PolicyTable, field, "a row must give an outcome or the value of an output");
        }
        for name in body.outputs.keys() {
            if !self.body.outputs.contains_key(name) {
                let field = format!("{field}/outputs/{}", escape_segment(name));
                loader.wrong(Cause::PolicyName, &field, "the table has no such output");
            }
        }
        let mut outputs = Vec::new();
        for ((name, _, scalar), texts) in self.scalars.iter().zip(&mut self.texts) {
            let field = format!("{field}/outputs/{}", escape_segment(name));
            let value = body.outputs.get(*name).zip(*scalar);
            outputs.push(value.and_then(|(value, scalar)| {
                let found = output_value(value, scalar, loader, &field)?;
                self.ground.extend(found.ground);
                self.from.extend(found.from);
                match (texts.as_mut(), found.texts) {
                    (Some(all), Some(more)) => all.extend(more.iter()),
                    _ => *texts = None,
                }
                Some(found.value)
            }));
        }
        let then = Then {
            outcome: body.outcome,
            reason: body.reason.as_deref().map(Into::into),
            queue: body.queue.as_deref().map(Into::into),
            outputs,
        };
        let next = u32::try_from(self.table.thens.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(format!("{then:?}")).or_insert(next);
        if number == next {
            self.table.thens.push(then);
        }
        number
    }

    /// Returns the place of what a row gives in the order of priorities.
    fn priority(&self, body: &ThenBody, loader: &mut Loader<'_>, field: &str) -> u32 {
        if !matches!(self.body.hit, HitPolicy::Priority | HitPolicy::OutputOrder) {
            return 0;
        }
        let by_output = self.scalars.iter().find_map(|(name, output, _)| {
            output.priority.as_ref().map(|order| (body.outputs.get(*name), order))
        });
        let place = match by_output {
            Some((value, order)) => value.and_then(|value| order.iter().position(|it| it == value)),
            None => body.outcome.map(|outcome| match outcome {
                Outcome::Decline => 0,
                Outcome::Refer => 1,
                Outcome::Approve => 2,
            }),
        };
        if place.is_none() {
            let message =
                "a row of this hit policy must give a value of the `priority` of its output, or an outcome";
            loader.wrong(Cause::PolicyTable, &format!("{field}/then"), message);
        }
        place.and_then(|place| u32::try_from(place).ok()).unwrap_or(u32::MAX)
    }

    /// Gives the outputs their names.
    fn outputs(&mut self, loader: &mut Loader<'_>) {
        for column in &self.table.columns {
            let (ground, from) = loader.rests_on(column.program.slots(), column.program.lists());
            self.ground.extend(ground);
            self.from.extend(from);
        }
        let is_many =
            matches!(self.body.hit, HitPolicy::Collect | HitPolicy::RuleOrder | HitPolicy::OutputOrder);
        let texts = core::mem::take(&mut self.texts);
        for ((name, output, scalar), texts) in core::mem::take(&mut self.scalars).into_iter().zip(texts) {
            let Some(scalar) = scalar else { continue };
            let texts = texts.filter(|all| scalar == Scalar::Text && !all.is_empty());
            let texts = texts.map(|all| all.into_iter().collect());
            let joined = output.aggregate.filter(|_| is_many);
            let info = SlotInfo {
                name: format!("{}.{name}", self.body.name).into(),
                scalar: if joined == Some(CollectBy::Count) { Scalar::Integer } else { scalar },
                ground: self.ground.clone(),
                rests_on: self.from.clone(),
            };
            let to = match joined {
                Some(by) => OutputPlace::Joined(loader.slot(info, None), by),
                None if is_many => OutputPlace::List(loader.list(info, texts)),
                None => OutputPlace::Slot(loader.slot(info, texts)),
            };
            self.table.outputs.push(Output { scalar, to });
        }
    }
}

/// A value of an output, what it rests on, and the texts that it can be, where they are known.
struct OfOutput {
    value: OutputValue,
    ground: BTreeSet<Ground>,
    from: BTreeSet<Option<usize>>,
    texts: Option<Arc<[u32]>>,
}

/// Returns the value of an output: a number or truth value as it is, a text as an expression.
fn output_value(value: &JsonValue, scalar: Scalar, loader: &mut Loader<'_>, field: &str) -> Option<OfOutput> {
    let constant = |value: f64, texts: Option<Arc<[u32]>>| OfOutput {
        // Either zero is one number.
        value: OutputValue::Constant(value + 0.0),
        ground: BTreeSet::new(),
        from: BTreeSet::new(),
        texts,
    };
    let JsonValue::Text(text) = value else {
        let read = super::input::read(scalar, value, &loader.symbols, &mut Vec::new());
        return loader.keep(read, field).map(|slot| constant(slot.raw(), None));
    };
    let expression = loader.expression(text, field)?;
    let literal = expression.constant(&loader.symbols);
    let is_literal_money = literal.is_some() && matches!(scalar, Scalar::Money(_));
    let is_number = scalar == Scalar::Number || is_literal_money;
    if expression.scalar != scalar && !(expression.scalar == Scalar::Integer && is_number) {
        loader.wrong(Cause::ExpressionType, field, &super::offer::unexpected(scalar, expression.scalar));
        return None;
    }
    let folded = || {
        let reads = !expression.program.slots().is_empty() || !expression.program.lists().is_empty();
        let values = Values { slots: &[], lists: &[], symbols: &loader.symbols, texts: &[] };
        if reads { None } else { expression.program.run(&values).value() }
    };
    if let Some(value) = literal.map_or_else(folded, |_| None) {
        return Some(constant(value, expression.values));
    }
    let Some(slot) = literal else {
        let (ground, from) = loader.rests_on(expression.program.slots(), expression.program.lists());
        let value = OutputValue::Program(expression.program);
        return Some(OfOutput { value, ground, from, texts: expression.values });
    };
    if slot.value().is_none() {
        loader.wrong(Cause::ExpressionType, field, "a constant must have a value");
    }
    slot.value().map(|value| constant(value, expression.values))
}
