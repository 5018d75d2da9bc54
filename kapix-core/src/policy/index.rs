//! Which rows of a table match: for each column the rows as bits, by the part of its values in which a value lies. Parts end
//! where cells do, so that the bits are the answer. Where a long table would need too much memory, parts are coarser, and
//! where cells are code they say nothing: a row whose bit is set is then still asked.

use super::table::{Passes, Row, Test};
use crate::expression::{Cell, CellTest, Slot};

/// Bytes of the bits of a table at most.
const BYTES_MAX: usize = 16 << 20;

/// Parts of the values of a column at most.
const PARTS_MAX: usize = 256;

/// Parts that are faster looked through than searched.
const PARTS_FEW: usize = 16;

const WORD: usize = u64::BITS as usize;

/// The bits of a table.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The columns that a row tests.
    columns: Vec<Parts>,
    /// Whether a row matches where all its bits are set.
    is_exact: bool,
    /// Words of the bits of one part.
    words: usize,
    bits: Vec<u64>,
}

/// The parts of the values of one column.
#[derive(Debug)]
struct Parts {
    column: usize,
    /// The first value of each part but the lowest.
    bounds: Vec<f64>,
    /// Where the bits of the lowest part start.
    start: usize,
}

/// The rows that can match, in ascending order.
#[derive(Clone, Debug)]
pub(super) struct Candidates<'t> {
    index: &'t Index,
    starts: &'t [usize],
    rows: &'t [Row],
    word: usize,
    bits: u64,
}

impl Index {
    /// Returns the bits of these rows.
    pub(super) fn new(columns: usize, rows: &[Row], tests: &[Test], cells: &[Cell]) -> Self {
        let words = rows.len().div_ceil(WORD).max(1);
        let mut index = Self { columns: Vec::new(), is_exact: true, words, bits: Vec::new() };
        let parts_max = (BYTES_MAX / (words * size_of::<u64>() * columns.max(1))).clamp(2, PARTS_MAX);
        for column in 0..columns {
            index.add(column, parts_max, &Spans { column, rows, tests, cells });
        }
        index
    }

    fn add(&mut self, column: usize, parts_max: usize, spans: &Spans<'_>) {
        let mut bounds: Vec<f64> = Vec::new();
        let are_sets = spans.each(|_, (low, high)| {
            bounds.extend([low, high.next_up()].into_iter().filter(|it| it.is_finite()));
        });
        self.is_exact &= are_sets;
        bounds.sort_unstable_by(f64::total_cmp);
        bounds.dedup();
        // A cell that every number passes needs one: what is unknown is not looked up, and the row is asked.
        if bounds.is_empty() && !spans.is_tested() {
            return;
        }
        if bounds.len() >= parts_max {
            self.is_exact = false;
            let count = bounds.len();
            bounds =
                (1..parts_max).filter_map(|part| bounds.get(part * count / parts_max).copied()).collect();
        }
        let parts = Parts { column, bounds, start: self.bits.len() };
        self.bits.resize(self.bits.len() + (parts.bounds.len() + 1) * self.words, 0);
        spans.each(|row, (low, high)| {
            // Between two texts whose numbers follow each other lies nothing.
            if high < low {
                return;
            }
            for part in parts.of(low)..=parts.of(high) {
                if let Some(word) = self.bits.get_mut(parts.start + part * self.words + row / WORD) {
                    *word |= 1 << (row % WORD);
                }
            }
        });
        self.columns.push(parts);
    }

    /// Finds where the bits of these values start, and returns whether every row matches whose bits are set. An unknown value
    /// excludes no row.
    #[inline]
    pub(super) fn locate(&self, columns: &[Slot], starts: &mut Vec<usize>) -> bool {
        starts.clear();
        for parts in &self.columns {
            if let Some(value) = columns.get(parts.column).and_then(|slot| slot.value()) {
                starts.push(parts.start + parts.of(value) * self.words);
            }
        }
        self.is_exact && starts.len() == self.columns.len()
    }

    /// Returns the rows that can match where the bits start so.
    #[inline]
    pub(super) fn candidates<'t>(&'t self, starts: &'t [usize], rows: &'t [Row]) -> Candidates<'t> {
        let mut candidates = Candidates { index: self, starts, rows, word: 0, bits: 0 };
        candidates.bits = candidates.bits_of(0);
        candidates
    }
}

impl Parts {
    /// Returns the part in which a value lies.
    #[inline]
    fn of(&self, value: f64) -> usize {
        if self.bounds.len() <= PARTS_FEW {
            return self
                .bounds
                .iter()
                .fold(0, |part: usize, bound| part.wrapping_add(usize::from(*bound <= value)));
        }
        self.bounds.partition_point(|bound| *bound <= value)
    }
}

impl Candidates<'_> {
    /// Returns the rows of a word that can match.
    #[inline]
    fn bits_of(&self, word: usize) -> u64 {
        let all = match self.rows.len().saturating_sub(word * WORD) {
            0 => return 0,
            rest if rest >= WORD => u64::MAX,
            rest => (1 << rest) - 1,
        };
        let bits = |start: &usize| self.index.bits.get(start + word).copied().unwrap_or(u64::MAX);
        self.starts.iter().fold(all, |left, start| left & bits(start))
    }

    /// Skips the rows up to one.
    pub(super) fn after(mut self, row: u32) -> Self {
        let next = row as usize + 1;
        self.word = next / WORD;
        self.bits = self.bits_of(self.word) & (u64::MAX << (next % WORD));
        self
    }
}

impl<'t> Iterator for Candidates<'t> {
    type Item = (u32, &'t Row);

    #[expect(clippy::inline_always, reason = "a step of the innermost loop of every decision")]
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        while self.bits == 0 {
            self.word += 1;
            if self.word * WORD >= self.rows.len() {
                return None;
            }
            self.bits = self.bits_of(self.word);
        }
        let row = self.word * WORD + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some((u32::try_from(row).unwrap_or(u32::MAX), self.rows.get(row)?))
    }
}

/// The rows of a column with the values that pass their cells.
struct Spans<'t> {
    column: usize,
    rows: &'t [Row],
    tests: &'t [Test],
    cells: &'t [Cell],
}

impl<'t> Spans<'t> {
    /// Returns what a row tests in the column.
    fn test(&self, row: &Row) -> Option<&'t Test> {
        let tests = self.tests.get(row.tests.start as usize..row.tests.end as usize).unwrap_or_default();
        tests.iter().find(|test| usize::from(test.column) == self.column)
    }

    /// Returns whether a row tests the column.
    fn is_tested(&self) -> bool {
        self.rows.iter().any(|row| self.test(row).is_some())
    }

    /// Tells every interval of values that may pass a row, and returns whether each of them passes it.
    fn each(&self, mut tell: impl FnMut(usize, (f64, f64))) -> bool {
        const ALL: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
        let mut are_sets = true;
        for (number, row) in self.rows.iter().enumerate() {
            let Some(test) = self.test(row) else {
                tell(number, ALL);
                continue;
            };
            let cell = match test.passes {
                Passes::Between(low, high) => {
                    tell(number, (low, high));
                    continue;
                }
                Passes::Cell(cell) => self.cells.get(cell as usize).map(|cell| &cell.test),
            };
            match cell {
                Some(CellTest::Intervals(set)) => set.ranges().iter().for_each(|range| tell(number, *range)),
                Some(CellTest::Texts { symbols, others: false }) => {
                    symbols.iter().map(|it| f64::from(*it)).for_each(|it| tell(number, (it, it)));
                }
                Some(CellTest::Texts { symbols, others: true }) => {
                    let mut low = f64::NEG_INFINITY;
                    for symbol in symbols.iter().map(|it| f64::from(*it)) {
                        tell(number, (low, symbol - 1.0));
                        low = symbol + 1.0;
                    }
                    tell(number, (low, f64::INFINITY));
                }
                _ => {
                    are_sets = false;
                    tell(number, ALL);
                }
            }
        }
        are_sets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of two columns: intervals by number, and nothing tested in the other column of every third row.
    fn table(rows: usize) -> (Vec<Row>, Vec<Test>) {
        let (mut all, mut tests) = (Vec::new(), Vec::new());
        for row in 0..rows {
            let start = u32::try_from(tests.len()).unwrap_or(u32::MAX);
            let low = f64::from(u32::try_from(row * 7 % 101).unwrap_or(0));
            tests.push(Test { column: 0, passes: Passes::Between(low, low + 5.0) });
            if row % 3 != 0 {
                tests.push(Test { column: 1, passes: Passes::Between(f64::NEG_INFINITY, low * 2.0) });
            }
            let end = u32::try_from(tests.len()).unwrap_or(u32::MAX);
            all.push(Row { tests: start..end, then: 0, priority: 0 });
        }
        (all, tests)
    }

    fn passes(test: &Test, values: [Option<f64>; 2]) -> bool {
        let value = values.get(usize::from(test.column)).copied().flatten();
        value.is_none_or(
            |value| matches!(test.passes, Passes::Between(low, high) if low <= value && value <= high),
        )
    }

    #[test]
    fn every_row_that_matches_is_a_candidate() {
        for rows in [1, 2, 63, 64, 65, 1_000] {
            let (all, tests) = table(rows);
            let index = Index::new(2, &all, &tests, &[]);
            for step in 0..220 {
                let first = f64::from(step) / 2.0;
                for values in
                    [[Some(first), Some(first * 1.7)], [None, Some(first)], [Some(first), None], [None, None]]
                {
                    let slots = values.map(|value| value.map_or(Slot::number(f64::NAN), Slot::number));
                    let mut starts = Vec::new();
                    let are_matches = index.locate(&slots, &mut starts);
                    let found: Vec<u32> = index.candidates(&starts, &all).map(|(row, _)| row).collect();
                    let matches = (0_u32..).zip(&all).filter(|(_, row)| {
                        tests[row.tests.start as usize..row.tests.end as usize]
                            .iter()
                            .all(|it| passes(it, values))
                    });
                    let matches: Vec<u32> = matches.map(|(row, _)| row).collect();
                    assert!(matches.iter().all(|row| found.contains(row)), "{rows} rows, {values:?}");
                    assert!(are_matches || values.iter().any(Option::is_none));
                    if are_matches {
                        assert_eq!(found, matches);
                    }
                    assert!(found.is_sorted() && found.iter().all(|row| (*row as usize) < rows));
                    for after in [0, 62, 63, 64, 1_500] {
                        let rest: Vec<u32> =
                            index.candidates(&starts, &all).after(after).map(|(row, _)| row).collect();
                        let expected: Vec<u32> = found.iter().copied().filter(|row| *row > after).collect();
                        assert_eq!(rest, expected);
                    }
                }
            }
        }
    }

    #[test]
    fn a_cell_that_every_number_passes_needs_one() {
        let tests = [Test { column: 0, passes: Passes::Between(f64::NEG_INFINITY, f64::INFINITY) }];
        let rows = [Row { tests: 0..1, then: 0, priority: 0 }];
        let index = Index::new(1, &rows, &tests, &[]);
        let mut starts = Vec::new();
        assert!(index.locate(&[Slot::number(1.0)], &mut starts));
        assert!(!index.locate(&[Slot::number(f64::NAN)], &mut starts), "the row must be asked");
        assert_eq!(index.candidates(&starts, &rows).count(), 1);
    }

    #[test]
    fn a_long_table_has_coarse_parts_within_its_memory_and_loses_no_row() {
        let count = 100_000_u32;
        let tests: Vec<Test> = (0..count)
            .map(|row| Test { column: 0, passes: Passes::Between(f64::from(row), f64::from(row) + 0.5) })
            .collect();
        let all: Vec<Row> = (0..count).map(|row| Row { tests: row..row + 1, then: 0, priority: 0 }).collect();
        let index = Index::new(1, &all, &tests, &[]);
        assert!(index.bits.len() * size_of::<u64>() <= BYTES_MAX);
        let mut starts = Vec::new();
        for row in [0, 1, 77_777, count - 1] {
            assert!(!index.locate(&[Slot::number(f64::from(row))], &mut starts), "rows must still be asked");
            let found: Vec<u32> = index.candidates(&starts, &all).map(|(row, _)| row).collect();
            assert!(found.contains(&row) && found.len() < 2_000);
        }
    }

    #[test]
    fn texts_pass_by_their_own_parts() {
        let cell = |symbols: &[u32], others| Cell {
            text: "".into(),
            test: CellTest::Texts { symbols: symbols.into(), others },
        };
        let cells = [cell(&[1, 2], false), cell(&[1, 2], true), cell(&[5], false)];
        let tests: Vec<Test> = (0..3).map(|cell| Test { column: 0, passes: Passes::Cell(cell) }).collect();
        let all: Vec<Row> = (0..3).map(|row| Row { tests: row..row + 1, then: 0, priority: 0 }).collect();
        let index = Index::new(1, &all, &tests, &cells);
        let mut starts = Vec::new();
        for (symbol, rows) in
            [(0.0, vec![1]), (1.0, vec![0]), (2.0, vec![0]), (3.0, vec![1]), (5.0, vec![1, 2])]
        {
            assert!(index.locate(&[Slot::number(symbol)], &mut starts));
            let found: Vec<u32> = index.candidates(&starts, &all).map(|(row, _)| row).collect();
            assert_eq!(found, rows, "{symbol}");
        }
    }
}
