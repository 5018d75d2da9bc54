//! All 2^(n - 1) partitions, judged one by one in exact integers; of the kernel nothing is used but its names.

use crate::fitting::optimal::{Cells, Constraints, Counts, Moments, Objective, PValueTest, Problem, Trend};
use crate::numeric::{beta_cdf, ln, sqrt};
use core::ops::Range;

/// Pre-bins in whole numbers of `unit`-ths.
#[derive(Clone, Debug)]
pub(super) enum Data {
    /// Goods and bads of each pre-bin, and of the rows outside.
    Binary { cells: Vec<(i64, i64)>, outside: (i64, i64), objective: Objective },
    /// Weight and value of each row of each pre-bin.
    Continuous { rows: Vec<Vec<(i64, i64)>> },
}

/// A problem in whole numbers: sizes in `unit`-ths, the least difference of rates as numerator and denominator.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) data: Data,
    pub(super) unit: i64,
    pub(super) trend: Trend,
    pub(super) fixed: Vec<bool>,
    pub(super) bins: Range<usize>,
    pub(super) size_min: i64,
    pub(super) size_max: i64,
    pub(super) goods_min: i64,
    pub(super) bads_min: i64,
    pub(super) difference: (i64, i64),
    pub(super) p_value: Option<(f64, PValueTest)>,
}

/// The largest objective, and the fewest bins that reach it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Best {
    pub(super) value: f64,
    pub(super) bins: usize,
}

/// Where values of partitions count as equal: 1e-12 of their size, and 1e-15 because the forms here cancel.
pub(super) fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()) + 1e-15
}

pub(super) fn float(whole: i64) -> f64 {
    f64::from(i32::try_from(whole).unwrap())
}

fn plain(trend: Trend) -> Case {
    let data = Data::Continuous { rows: Vec::new() };
    let (size_max, difference) = (i64::from(i32::MAX), (0, 1));
    let bins = 1..usize::MAX;
    Case {
        data,
        unit: 1,
        trend,
        fixed: Vec::new(),
        bins,
        size_min: 0,
        size_max,
        goods_min: 0,
        bads_min: 0,
        difference,
        p_value: None,
    }
}

impl Case {
    pub(super) fn binary(cells: Vec<(i64, i64)>, objective: Objective, trend: Trend) -> Self {
        Self { data: Data::Binary { cells, outside: (0, 0), objective }, ..plain(trend) }
    }

    pub(super) fn continuous(rows: Vec<Vec<(i64, i64)>>, trend: Trend) -> Self {
        Self { data: Data::Continuous { rows }, ..plain(trend) }
    }

    pub(super) fn count(&self) -> usize {
        match &self.data {
            Data::Binary { cells, .. } => cells.len(),
            Data::Continuous { rows } => rows.len(),
        }
    }

    /// Hands the problem as the kernel reads it to `ask`.
    pub(super) fn with_problem<T>(&self, ask: impl FnOnce(&Problem<'_>) -> T) -> T {
        let part = |whole: i64| float(whole) / float(self.unit);
        let constraints = Constraints {
            bads_min: part(self.bads_min),
            bins_max: self.bins.end,
            bins_min: self.bins.start,
            goods_min: part(self.goods_min),
            p_value_max: self.p_value.map(|(max, _)| max),
            p_value_test: self.p_value.map_or(PValueTest::ZTest, |(_, test)| test),
            rate_difference_min: float(self.difference.0) / float(self.difference.1),
            size_max: part(self.size_max),
            size_min: part(self.size_min),
        };
        let (fixed, trend) = (self.fixed.as_slice(), self.trend);
        match &self.data {
            Data::Binary { cells, outside, objective } => {
                let counts = |cell: &(i64, i64)| Counts { goods: part(cell.0), bads: part(cell.1) };
                let all = cells.iter().fold(*outside, |all, cell| (all.0 + cell.0, all.1 + cell.1));
                let cells: Vec<Counts> = cells.iter().map(counts).collect();
                let (objective, totals) = (*objective, counts(&all));
                let cells = Cells::Binary { cells: &cells, objective, totals };
                ask(&Problem { cells, constraints, fixed, trend })
            }
            Data::Continuous { rows } => {
                let moments = |rows: &Vec<(i64, i64)>| Moments {
                    weight: part(rows.iter().map(|row| row.0).sum()),
                    sum: part(rows.iter().map(|row| row.0 * row.1).sum()),
                    sum_of_squares: part(rows.iter().map(|row| row.0 * row.1 * row.1).sum()),
                };
                let cells: Vec<Moments> = rows.iter().map(moments).collect();
                ask(&Problem { cells: Cells::Continuous { cells: &cells }, constraints, fixed, trend })
            }
        }
    }

    /// Returns the best of all partitions, `None` where none is allowed.
    pub(super) fn brute_force(&self) -> Option<Best> {
        let count = self.count();
        let partitions = (0_u32..1 << (count - 1)).map(|cuts| {
            let inner = (0..count - 1).filter(|cut| cuts >> cut & 1 == 1);
            inner.chain([count - 1]).collect::<Vec<usize>>()
        });
        let judged = partitions.filter(|ends| self.allows(ends)).map(|ends| (self.value(&ends), ends.len()));
        let judged: Vec<(f64, usize)> = judged.collect();
        let value = judged.iter().map(|found| found.0).max_by(f64::total_cmp)?;
        let bins = judged.iter().filter(|found| same(found.0, value)).map(|found| found.1).min()?;
        Some(Best { value, bins })
    }

    /// Returns whether the partition keeps every limit and the trend.
    pub(super) fn allows(&self, ends: &[usize]) -> bool {
        let bins = ranges(ends);
        let rates: Vec<(i128, i128)> = bins.iter().map(|bin| self.rate(bin)).collect();
        self.bins.start <= bins.len()
            && bins.len() <= self.bins.end
            && (0..self.count() - 1).all(|cut| !self.fixed.get(cut).unwrap_or(&false) || ends.contains(&cut))
            && bins.iter().all(|bin| self.fits(bin))
            && bins.windows(2).all(|pair| self.are_distinct(&pair[0], &pair[1]))
            && has_trend(&rates, self.trend)
    }

    pub(super) fn value(&self, ends: &[usize]) -> f64 {
        ranges(ends).iter().map(|bin| self.value_of(bin)).sum()
    }

    fn counts(&self, bin: &Range<usize>) -> (i64, i64) {
        let Data::Binary { cells, .. } = &self.data else { panic!("the target is continuous") };
        cells[bin.clone()].iter().fold((0, 0), |all, cell| (all.0 + cell.0, all.1 + cell.1))
    }

    fn rows(&self, bin: &Range<usize>) -> Vec<(f64, f64)> {
        let Data::Continuous { rows } = &self.data else { panic!("the target is binary") };
        let all = rows[bin.clone()].iter().flatten();
        all.map(|(weight, value)| (float(*weight) / float(self.unit), float(*value))).collect()
    }

    /// Returns the rate or mean as numerator and denominator.
    fn rate(&self, bin: &Range<usize>) -> (i128, i128) {
        let (over, under) = match &self.data {
            Data::Binary { .. } => {
                let (goods, bads) = self.counts(bin);
                (bads, goods + bads)
            }
            Data::Continuous { rows } => {
                let rows = rows[bin.clone()].iter().flatten();
                rows.fold((0, 0), |(over, under), (weight, value)| (over + weight * value, under + weight))
            }
        };
        (over.into(), under.into())
    }

    fn fits(&self, bin: &Range<usize>) -> bool {
        let size = i64::try_from(self.rate(bin).1).unwrap();
        let outcomes = match self.data {
            Data::Binary { .. } => {
                let (goods, bads) = self.counts(bin);
                goods >= self.goods_min && bads >= self.bads_min
            }
            Data::Continuous { .. } => true,
        };
        size > 0 && size >= self.size_min && size <= self.size_max && outcomes
    }

    fn are_distinct(&self, first: &Range<usize>, second: &Range<usize>) -> bool {
        let ((over1, under1), (over2, under2)) = (self.rate(first), self.rate(second));
        let (numerator, denominator) = (i128::from(self.difference.0), i128::from(self.difference.1));
        let far = (over1 * under2 - over2 * under1).abs() * denominator >= numerator * under1 * under2;
        far && self.p_value.is_none_or(|(max, test)| self.p_value(first, second, test) <= max)
    }

    fn p_value(&self, first: &Range<usize>, second: &Range<usize>, test: PValueTest) -> f64 {
        let Data::Binary { .. } = self.data else { return welch(&self.rows(first), &self.rows(second)) };
        let ((goods1, bads1), (goods2, bads2)) = (self.counts(first), self.counts(second));
        if test == PValueTest::Fisher {
            let [a, b, c, d] = [bads1, goods1, bads2, goods2].map(|n| (2 * n + self.unit) / (2 * self.unit));
            return fisher(a, b, c, d);
        }
        let table = [[goods1, bads1], [goods2, bads2]].map(|row| row.map(|n| float(n) / float(self.unit)));
        let rows = table.map(|row| row[0] + row[1]);
        let columns = [table[0][0] + table[1][0], table[0][1] + table[1][1]];
        if rows.iter().chain(&columns).any(|total| *total <= 0.0) {
            return 1.0;
        }
        let mut statistic = 0.0;
        for (row, of_row) in table.iter().zip(rows) {
            for (observed, of_column) in row.iter().zip(columns) {
                let expected = of_row * of_column / (rows[0] + rows[1]);
                statistic += (observed - expected) * (observed - expected) / expected;
            }
        }
        libm::erfc(sqrt(statistic / 2.0))
    }

    fn value_of(&self, bin: &Range<usize>) -> f64 {
        let Data::Binary { cells, outside, objective } = &self.data else {
            let all = self.rows(&(0..self.count()));
            let rows = self.rows(bin);
            let difference = mean(&rows) - mean(&all);
            return rows.iter().map(|row| row.0).sum::<f64>() * difference * difference;
        };
        let unit = float(self.unit);
        let (goods, bads) = self.counts(bin);
        let (goods, bads) = (float(goods) / unit, float(bads) / unit);
        if *objective == Objective::LogLikelihood {
            let term = |part: f64| if part > 0.0 { part * ln(part / (goods + bads)) } else { 0.0 };
            return term(goods) + term(bads);
        }
        let all = self.counts(&(0..cells.len()));
        let added = if goods > 0.0 && bads > 0.0 { 0.0 } else { 0.5 };
        let p = (goods + added) / (float(all.0 + outside.0) / unit);
        let q = (bads + added) / (float(all.1 + outside.1) / unit);
        match objective {
            Objective::Iv => (p - q) * ln(p / q),
            Objective::JensenShannon => (p * ln(2.0 * p / (p + q)) + q * ln(2.0 * q / (p + q))) / 2.0,
            _ => (p + q) / 2.0 - sqrt(p * q),
        }
    }
}

fn ranges(ends: &[usize]) -> Vec<Range<usize>> {
    let starts = [0].into_iter().chain(ends.iter().map(|end| end + 1));
    starts.zip(ends).map(|(start, end)| start..end + 1).collect()
}

fn has_trend(rates: &[(i128, i128)], trend: Trend) -> bool {
    let rises = |pair: &[(i128, i128)]| pair[1].0 * pair[0].1 >= pair[0].0 * pair[1].1;
    let falls = |pair: &[(i128, i128)]| pair[1].0 * pair[0].1 <= pair[0].0 * pair[1].1;
    let bend = |three: &[(i128, i128)]| {
        let [first, second, third] = [three[0], three[1], three[2]];
        third.0 * first.1 * second.1 - 2 * second.0 * first.1 * third.1 + first.0 * second.1 * third.1
    };
    let turns =
        |turn: usize, before: &dyn Fn(&[(i128, i128)]) -> bool, after: &dyn Fn(&[(i128, i128)]) -> bool| {
            rates[..=turn].windows(2).all(before) && rates[turn..].windows(2).all(after)
        };
    match trend {
        Trend::None | Trend::Auto => true,
        Trend::Ascending => rates.windows(2).all(rises),
        Trend::Descending => rates.windows(2).all(falls),
        Trend::Peak => (0..rates.len()).any(|turn| turns(turn, &rises, &falls)),
        Trend::Valley => (0..rates.len()).any(|turn| turns(turn, &falls, &rises)),
        Trend::Concave => rates.windows(3).all(|three| bend(three) <= 0),
        Trend::Convex => rates.windows(3).all(|three| bend(three) >= 0),
    }
}

fn mean(rows: &[(f64, f64)]) -> f64 {
    rows.iter().map(|row| row.0 * row.1).sum::<f64>() / rows.iter().map(|row| row.0).sum::<f64>()
}

/// Returns Welch's two-sided p-value from the rows.
fn welch(first: &[(f64, f64)], second: &[(f64, f64)]) -> f64 {
    let describe = |rows: &[(f64, f64)]| {
        let (n, mean) = (rows.iter().map(|row| row.0).sum::<f64>(), mean(rows));
        let squares: f64 = rows.iter().map(|row| row.0 * (row.1 - mean) * (row.1 - mean)).sum();
        (n, mean, squares / (n - 1.0) / n)
    };
    let ((n1, mean1, v1), (n2, mean2, v2)) = (describe(first), describe(second));
    // The means are fractions with denominators below 1e3.
    if n1 <= 1.0 || n2 <= 1.0 || (mean1 - mean2).abs() < 1e-9 {
        return 1.0;
    }
    let t_squared = (mean1 - mean2) * (mean1 - mean2) / (v1 + v2);
    if t_squared > 1e20 {
        return 0.0;
    }
    let degrees = (v1 + v2) * (v1 + v2) / (v1 * v1 / (n1 - 1.0) + v2 * v2 / (n2 - 1.0));
    beta_cdf(degrees / (degrees + t_squared), degrees / 2.0, 0.5)
}

/// Returns Fisher's two-sided p-value of the table a b / c d in exact integers, for up to 120 rows.
pub(super) fn fisher(a: i64, b: i64, c: i64, d: i64) -> f64 {
    let ways = |first: i64| choose(a + b, first) * choose(c + d, a + c - first);
    let all: u128 = (0..=a + c).map(ways).sum();
    let tail: u128 = (0..=a + c).map(ways).filter(|ways_of| *ways_of <= ways(a)).sum();
    wide(tail) / wide(all)
}

/// Returns the number of subsets, 0 where there are none.
fn choose(n: i64, k: i64) -> u128 {
    if k < 0 || k > n {
        return 0;
    }
    (0..u128::try_from(k).unwrap()).fold(1, |ways, i| ways * (u128::try_from(n).unwrap() - i) / (i + 1))
}

fn wide(x: u128) -> f64 {
    let word = |shift: u32| f64::from(u32::try_from(x >> shift & u128::from(u32::MAX)).unwrap());
    [96, 64, 32, 0].into_iter().fold(0.0, |all, shift| all * 4_294_967_296.0 + word(shift))
}
