//! Rows as boxes: one set of numbers an axis, texts numbered.

use super::cover::uncovered;
use super::ranges::Bounds;
use super::steps::Steps;
use super::tree::{Tree, meets};
use crate::expression::{Cell, CellTest, EVERY, Grid, Intervals, Range, Scalar};
use crate::policy::document::HitPolicy;
use crate::policy::load::Policy;
use crate::policy::table::{Passes, Row, Table, Test};
use std::collections::{BTreeMap, BTreeSet};

/// The values of a column.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) grid: Grid,
    pub(super) domain: Intervals,
    /// Of a column of texts, the symbols in ascending order, which is that of their numbers here; the number behind them is any other text.
    pub(super) symbols: Option<Vec<u32>>,
    /// The numbers between which the values lie.
    range: Range,
    /// The least and the greatest number that a value of the column can be stated as.
    pub(super) limits: Range,
}

/// A table as boxes.
#[derive(Debug)]
pub(super) struct Boxes {
    pub(super) axes: Vec<Axis>,
    /// The box of each row; none for a row with a cell that is computed.
    pub(super) rows: Vec<Option<Vec<Intervals>>>,
    /// Around each row with a computed cell, the box of its other cells.
    around: BTreeMap<usize, Vec<Intervals>>,
    bounds: Bounds,
}

impl Boxes {
    pub(super) fn of(policy: &Policy, table: &Table) -> Self {
        let bounds = Bounds::of(policy);
        let axes: Vec<Axis> = (0..table.columns.len()).map(|column| axis(table, column, &bounds)).collect();
        let (mut rows, mut around) = (Vec::new(), BTreeMap::new());
        for (number, row) in table.rows.iter().enumerate() {
            let (sides, is_whole) = sides(table, row, &axes, &bounds);
            if is_whole {
                rows.push(Some(sides));
            } else {
                rows.push(None);
                around.insert(number, sides);
            }
        }
        Self { axes, rows, around, bounds }
    }

    /// Returns a box that a row does not leave: its own, or that of its cells which are not computed.
    pub(super) fn around(&self, row: usize) -> Option<&Vec<Intervals>> {
        self.rows.get(row)?.as_ref().or_else(|| self.around.get(&row))
    }

    /// Returns whether every value of its column passes a cell, so that the row does not rest on it.
    pub(super) fn is_idle(&self, table: &Table, test: &Test) -> bool {
        let Some(axis) = self.axes.get(usize::from(test.column)) else { return false };
        axis.passing(table, test, &self.bounds).is_some_and(|set| set.and(&axis.domain) == axis.domain)
    }

    /// Returns boxes of a region that none of these rows covers, a number of them at most; fewer where the steps do not last.
    pub(super) fn uncovered(
        &self,
        region: &[Intervals],
        rows: &[usize],
        most: usize,
        steps: &mut Steps<'_>,
    ) -> Vec<Vec<Intervals>> {
        if !steps.spend(rows.len()) {
            return Vec::new();
        }
        let boxes = rows.iter().filter_map(|row| Some(&**self.rows.get(*row)?.as_ref()?));
        let active: Vec<&[Intervals]> = boxes.filter(|it| meets(it, region)).collect();
        uncovered(&self.axes, region, &active, most, steps)
    }

    /// Returns boxes of a region in which no row with a computed cell may match, a number of them at most; fewer where the steps do
    /// not last.
    pub(super) fn untouched(
        &self,
        region: &[Intervals],
        most: usize,
        steps: &mut Steps<'_>,
    ) -> Vec<Vec<Intervals>> {
        if !steps.spend(self.around.len()) {
            return Vec::new();
        }
        let active: Vec<&[Intervals]> =
            self.around.values().map(|it| &**it).filter(|it| meets(it, region)).collect();
        uncovered(&self.axes, region, &active, most, steps)
    }

    /// Returns the boxes of rows in a tree, by their places in an order.
    pub(super) fn tree(&self, order: &[usize]) -> Tree<'_> {
        let boxes =
            order.iter().enumerate().filter_map(|(at, row)| Some((at, &**self.rows.get(*row)?.as_ref()?)));
        Tree::of(self.axes.len(), boxes)
    }
}

impl Policy {
    /// Returns which cells of a table every value of their column passes.
    pub(in crate::policy) fn idle_tests<'t>(&self, table: &'t Table) -> impl Fn(&Test) -> bool + use<'t> {
        let boxes = Boxes::of(self, table);
        move |test: &Test| boxes.is_idle(table, test)
    }
}

impl Table {
    /// Returns the rows in the order in which they come before each other.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        if matches!(self.body.hit, HitPolicy::Priority | HitPolicy::OutputOrder) {
            order.sort_by_key(|row| (self.rows.get(*row).map_or(u32::MAX, |it| it.priority), *row));
        }
        order
    }
}

/// Returns what two boxes have in common.
pub(super) fn common(one: &[Intervals], other: &[Intervals]) -> Vec<Intervals> {
    one.iter().zip(other).map(|(one, other)| one.and(other)).collect()
}

impl Axis {
    /// Returns the set that passes a cell of a row; none for a computed one.
    fn passing(&self, table: &Table, test: &Test, bounds: &Bounds) -> Option<Intervals> {
        match test.passes {
            Passes::Between(low, high) => Some(Intervals::between(low, high, self.grid)),
            Passes::Cell(cell) => self.set(table.cells.get(cell as usize)?, bounds),
        }
    }

    /// Returns the set that passes a cell; none for a computed one that some values pass.
    fn set(&self, cell: &Cell, bounds: &Bounds) -> Option<Intervals> {
        match (&cell.test, &self.symbols) {
            (CellTest::Any, _) => Some(self.domain.clone()),
            (CellTest::Intervals(set), _) => Some(set.clone()),
            (CellTest::Texts { symbols, others }, Some(own)) => {
                let mut numbers: Vec<f64> =
                    symbols.iter().filter_map(|it| own.binary_search(it).ok()).map(number).collect();
                numbers.sort_by(f64::total_cmp);
                let set = Intervals::joined(numbers.into_iter().map(|it| (it, it)), Grid::Whole);
                Some(if *others { set.complement(Grid::Whole) } else { set })
            }
            (CellTest::Program(program), _) => match bounds.of_program(program, self.range) {
                (low, _) if low > 0.0 => Some(self.domain.clone()),
                (_, high) if high <= 0.0 => Some(Intervals::default()),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Returns the number of a text on its axis.
#[expect(clippy::cast_precision_loss, reason = "a policy has fewer than 2^53 texts")]
pub(super) fn number(at: usize) -> f64 {
    at as f64
}

/// Returns the box of a row, and whether it is that of all its cells: what a computed cell asks may be known by the bounds of
/// what it reads.
fn sides(table: &Table, row: &Row, axes: &[Axis], bounds: &Bounds) -> (Vec<Intervals>, bool) {
    let mut sides: Vec<Intervals> = axes.iter().map(|axis| axis.domain.clone()).collect();
    let mut is_whole = true;
    for test in table.tests_of(row) {
        let column = usize::from(test.column);
        let (Some(axis), Some(side)) = (axes.get(column), sides.get_mut(column)) else { continue };
        match axis.passing(table, test, bounds) {
            Some(set) => *side = side.and(&set),
            None => is_whole = false,
        }
    }
    (sides, is_whole)
}

fn axis(table: &Table, column: usize, bounds: &Bounds) -> Axis {
    let expression = table.columns.get(column);
    let scalar = expression.map_or(Scalar::Number, |it| it.scalar);
    let range = expression.map_or(EVERY, |it| bounds.of_program(&it.program, EVERY));
    let limits = scalar.limits();
    if scalar == Scalar::Text {
        let mut symbols: BTreeSet<u32> = BTreeSet::new();
        for cell in &table.cells {
            if let CellTest::Texts { symbols: of_cell, .. } = &cell.test {
                symbols.extend(of_cell);
            }
        }
        let stated = expression.and_then(|it| it.values.clone());
        let others = stated.is_none();
        symbols.extend(stated.iter().flat_map(|it| it.iter()));
        if let Some(stated) = &stated {
            let stated: BTreeSet<u32> = stated.iter().copied().collect();
            symbols.retain(|it| stated.contains(it));
        }
        let count = symbols.len() + usize::from(others);
        let domain = Intervals::between(0.0, number(count) - 1.0, Grid::Whole);
        let symbols = Some(symbols.into_iter().collect());
        return Axis { grid: Grid::Whole, domain, symbols, range, limits };
    }
    let grid = if scalar.is_whole() { Grid::Whole } else { Grid::Floats };
    let domain = Intervals::between(range.0.max(limits.0), range.1.min(limits.1), grid);
    Axis { grid, domain, symbols: None, range, limits }
}
