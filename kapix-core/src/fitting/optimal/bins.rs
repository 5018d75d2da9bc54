//! Every run of pre-bins that may be a bin, with its rate and what it adds to the objective.
#![expect(clippy::indexing_slicing, reason = "ids and ends come from the table itself")]

use super::objective::{log_likelihood, of_counts, of_moments};
use super::problem::{Cells, Constraints, Counts, Moments, Problem};
use super::significance::{counts_p_value, moments_p_value};
use crate::numeric::{ln, sqrt, sum};
use core::ops::Range;

/// A weight meets a limit from which it differs by this factor: limits are often a share of a total, rounded.
const SIZE_SLACK: f64 = 1e-12;
/// Rates closer than this are equal, and so are means closer than this times the standard deviation. Different rates of
/// counts differ by at least 4/N^2, so up to a million rows the comparison is exact.
const RATE_SLACK: f64 = 1e-12;
/// What moving the moments to the common mean leaves in a mean, as a share of the common mean: a few roundings.
const MEAN_SLACK: f64 = 16.0 * f64::EPSILON;

/// One possible bin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bin {
    /// Index of its first pre-bin.
    pub(super) start: usize,
    /// Index of its last pre-bin.
    pub(super) end: usize,
    /// Bad rate or mean.
    pub(super) rate: f64,
    /// What it adds to the objective.
    pub(super) value: f64,
}

/// The contents of the bins, by id.
#[derive(Debug)]
enum Contents {
    Counts(Vec<Counts>),
    Moments(Vec<Moments>),
}

/// The possible bins of a problem. The id of a bin is its place in the order of starts, then ends.
#[derive(Debug)]
pub(super) struct Bins {
    pub(super) table: Vec<Bin>,
    /// Number of pre-bins.
    pub(super) count: usize,
    /// Differences of rates up to this are rounding.
    pub(super) slack: f64,
    contents: Contents,
    /// Id of the first bin that starts at a pre-bin or later, one entry more than pre-bins.
    starts: Vec<usize>,
    /// Ids of the bins that end at a pre-bin, by rate, then by start.
    by_end: Vec<Vec<usize>>,
}

impl Bins {
    /// Returns the bins that keep every limit on a single bin.
    ///
    /// The cells of a bin are added up from its start, never subtracted from longer sums: with whole counts sums are exact,
    /// with weights their relative error is at most that of 500 additions, 6e-14.
    pub(super) fn new(problem: &Problem<'_>) -> Self {
        let limits = &problem.constraints;
        match problem.cells {
            Cells::Binary { cells, objective, totals } => {
                let mut found = Found::default();
                let add = |a: Counts, b: &Counts| Counts { goods: a.goods + b.goods, bads: a.bads + b.bads };
                found.search(problem.fixed, cells, add, |bin| {
                    let weight = bin.goods + bin.bads;
                    let enough = limits.goods_are_enough(bin.goods) && limits.bads_are_enough(bin.bads);
                    let fit = limits.fit(weight).and(enough);
                    (fit, bin.bads / weight, move || of_counts(objective, bin, totals))
                });
                let slack = RATE_SLACK;
                found.table(cells.len(), slack, Contents::Counts)
            }
            Cells::Continuous { cells } => {
                let (centred, slack) = centred(cells);
                let mut found = Found::default();
                found.search(problem.fixed, &centred, plus, |bin| {
                    let mean = bin.sum / bin.weight;
                    (
                        limits.fit(bin.weight),
                        mean,
                        move || if mean.abs() <= slack { 0.0 } else { of_moments(bin) },
                    )
                });
                found.table(cells.len(), slack, Contents::Moments)
            }
        }
    }

    /// Returns the ids of the bins that start at a pre-bin, by end; none beyond the last one.
    pub(super) fn starting_at(&self, start: usize) -> Range<usize> {
        match (self.starts.get(start), self.starts.get(start + 1)) {
            (Some(first), Some(next)) => *first..*next,
            _ => 0..0,
        }
    }

    /// Returns the ids of the bins that end at a pre-bin, by rate.
    pub(super) fn ending_at(&self, end: usize) -> &[usize] {
        &self.by_end[end]
    }

    /// Returns the ids of the bins with these ends, `None` if one is no bin of the table.
    pub(super) fn ids(&self, ends: &[usize]) -> Option<Vec<usize>> {
        let starts = core::iter::once(0).chain(ends.iter().map(|end| end + 1));
        let id =
            |(start, end): (usize, &usize)| self.starting_at(start).find(|id| self.table[*id].end == *end);
        starts.zip(ends).map(id).collect()
    }

    /// Returns the rate of a bin.
    pub(super) fn rate(&self, id: usize) -> f64 {
        self.table[id].rate
    }

    /// Returns -2 ln L of a partition in nats, and its weight: binomial at the rates of the bins, or with normal errors about
    /// their means, N ln(residual sum of squares).
    pub(super) fn misfit(&self, ids: &[usize]) -> (f64, f64) {
        match &self.contents {
            Contents::Counts(counts) => {
                let weight = sum(ids.iter().map(|id| counts[*id].goods + counts[*id].bads));
                (-2.0 * sum(ids.iter().map(|id| log_likelihood(counts[*id]))), weight)
            }
            Contents::Moments(moments) => {
                let weight = sum(ids.iter().map(|id| moments[*id].weight));
                let squares = sum(ids.iter().map(|id| moments[*id].sum_of_squares));
                let explained = sum(ids.iter().map(|id| of_moments(moments[*id])));
                // A perfect fit leaves rounding; its logarithm is kept finite and the same for all perfect fits.
                let residual = (squares - explained).max(squares * RATE_SLACK).max(f64::MIN_POSITIVE);
                (weight * ln(residual), weight)
            }
        }
    }

    /// Returns the p-value of two neighbouring bins.
    pub(super) fn p_value(&self, limits: &Constraints, first: usize, second: usize) -> f64 {
        match &self.contents {
            Contents::Counts(counts) => counts_p_value(limits.p_value_test, counts[first], counts[second]),
            Contents::Moments(moments) => moments_p_value(moments[first], moments[second]),
        }
    }
}

/// Whether a bin of some weight keeps the limits on size.
#[derive(Clone, Copy, PartialEq)]
enum Fit {
    Small,
    Fits,
    Large,
}

impl Fit {
    fn and(self, other: bool) -> Self {
        if self == Self::Fits && !other { Self::Small } else { self }
    }
}

impl Constraints {
    fn fit(&self, weight: f64) -> Fit {
        if weight > self.size_max * (1.0 + SIZE_SLACK) {
            Fit::Large
        } else if weight > 0.0 && weight >= self.size_min * (1.0 - SIZE_SLACK) {
            Fit::Fits
        } else {
            Fit::Small
        }
    }

    fn goods_are_enough(&self, goods: f64) -> bool {
        goods >= self.goods_min * (1.0 - SIZE_SLACK)
    }

    fn bads_are_enough(&self, bads: f64) -> bool {
        bads >= self.bads_min * (1.0 - SIZE_SLACK)
    }
}

/// Bins as the search meets them.
struct Found<C> {
    table: Vec<Bin>,
    contents: Vec<C>,
    starts: Vec<usize>,
}

impl<C> Default for Found<C> {
    fn default() -> Self {
        Self { table: Vec::new(), contents: Vec::new(), starts: vec![0] }
    }
}

impl<C: Copy + Default> Found<C> {
    /// Adds every bin that fits and spans no fixed cut; `look` returns fit, rate and, at need, value.
    fn search<V: FnOnce() -> f64>(
        &mut self,
        fixed: &[bool],
        cells: &[C],
        add: impl Fn(C, &C) -> C,
        look: impl Fn(C) -> (Fit, f64, V),
    ) {
        for start in 0..cells.len() {
            let mut content = C::default();
            for (end, cell) in cells.iter().enumerate().skip(start) {
                content = add(content, cell);
                let (fit, rate, value) = look(content);
                if fit == Fit::Fits {
                    self.table.push(Bin { start, end, rate, value: value() });
                    self.contents.push(content);
                }
                if fit == Fit::Large || fixed.get(end).is_some_and(|fixed| *fixed) {
                    break;
                }
            }
            self.starts.push(self.table.len());
        }
    }

    fn table(self, count: usize, slack: f64, contents: impl Fn(Vec<C>) -> Contents) -> Bins {
        let Self { table, contents: found, starts } = self;
        let mut by_end = vec![Vec::new(); count];
        for (id, bin) in table.iter().enumerate() {
            by_end[bin.end].push(id);
        }
        for ids in &mut by_end {
            ids.sort_by(|a, b| table[*a].rate.total_cmp(&table[*b].rate).then(a.cmp(b)));
        }
        Bins { table, count, slack, contents: contents(found), starts, by_end }
    }
}

fn plus(a: Moments, b: &Moments) -> Moments {
    Moments {
        weight: a.weight + b.weight,
        sum: a.sum + b.sum,
        sum_of_squares: a.sum_of_squares + b.sum_of_squares,
    }
}

/// Returns the cells with moments about the mean of them all, and how far apart equal means may come out.
fn centred(cells: &[Moments]) -> (Vec<Moments>, f64) {
    let weight = sum(cells.iter().map(|cell| cell.weight));
    let mean = sum(cells.iter().map(|cell| cell.sum)) / weight;
    let centre = |cell: &Moments| {
        let centred_sum = cell.sum - mean * cell.weight;
        // sum w (y - M)^2 = sum w y^2 - M (sum w y + sum w (y - M))
        let squares = cell.sum_of_squares - mean * (cell.sum + centred_sum);
        Moments { weight: cell.weight, sum: centred_sum, sum_of_squares: squares.max(0.0) }
    };
    let cells: Vec<Moments> = cells.iter().map(centre).collect();
    let squares = sum(cells.iter().map(|cell| cell.sum_of_squares));
    let deviation = sqrt((squares / weight).max(0.0));
    (cells, RATE_SLACK * deviation + MEAN_SLACK * mean.abs())
}
