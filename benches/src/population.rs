//! A made population of applicants: correlated columns, some of which tell, with outcomes.
//!
//! Ten hidden traits; five of them move the odds. A column follows one trait by a share of its own; every fourth is
//! whole, every fourth an amount, every third has missing values.

/// Hidden traits.
const TRAITS: usize = 10;
/// Missing values in a hundred, where a column has any.
const MISSING: u64 = 5;

/// Columns one after the other, and the outcome of every row.
#[derive(Debug)]
pub struct Population {
    rows: usize,
    values: Vec<f64>,
    /// 1 is bad.
    pub bad: Vec<f64>,
}

impl Population {
    /// Returns a population, always the same one for the same arguments; `special` codes in a column, each in 2 % of
    /// the rows.
    pub fn new(rows: usize, columns: usize, seed: u64, special: u32) -> Self {
        let mut random = Random(seed);
        let traits: Vec<Vec<f32>> =
            (0..TRAITS).map(|_| (0..rows).map(|_| random.normal_single()).collect()).collect();
        let mut bad = Vec::with_capacity(rows);
        for row in 0..rows {
            let told: f64 =
                traits.iter().take(5).filter_map(|own| own.get(row)).map(|own| f64::from(*own)).sum();
            bad.push(if told * 0.45 + random.normal() > 1.9 { 1.0 } else { 0.0 });
        }
        let codes: Vec<f64> = Self::special_codes(special).collect();
        let mut values = Vec::with_capacity(rows * columns);
        for column in 0..columns {
            let share = 0.25 + 0.15 * f64::from(u8::try_from(column % 5).unwrap_or_default());
            let rest = 1.0 - 0.5 * share;
            for own in traits.iter().skip(column % TRAITS).take(1).flatten() {
                let x = share * f64::from(*own) + rest * random.normal();
                let value = match column % 4 {
                    1 => (20.0 + 8.0 * x).round(),
                    2 => (100_000.0 * (2.0 + x) * (2.0 + x)).round() / 100.0,
                    _ => x,
                };
                let chance = random.next() >> 32;
                let is_missing = column % 3 == 1 && chance % 100 < MISSING;
                let code = usize::try_from(chance / 128 % 50).ok().and_then(|at| codes.get(at));
                values.push(if is_missing { f64::NAN } else { code.copied().unwrap_or(value) });
            }
        }
        Self { rows, values, bad }
    }

    /// Returns the first special codes: -9, -8, ..
    pub fn special_codes(count: u32) -> impl Iterator<Item = f64> {
        (0..count).map(|code| f64::from(code) - 9.0)
    }

    /// Returns the columns in order.
    pub fn columns(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks(self.rows)
    }

    /// Returns the number of values of so many columns.
    pub fn values_of(&self, columns: usize) -> f64 {
        f64::from(u32::try_from(self.rows * columns).unwrap_or(u32::MAX))
    }
}

/// The multiplier of Knuth's MMIX.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0
    }

    /// Returns a nearly normal number of mean 0 and variance 1: the sum of four uniform ones.
    fn normal(&mut self) -> f64 {
        let mut sum = -2.0;
        for _ in 0..4 {
            sum += f64::from(u32::try_from(self.next() >> 32).unwrap_or_default()) / 4_294_967_296.0;
        }
        sum * 1.732_050_807_568_877_2
    }

    fn normal_single(&mut self) -> f32 {
        #[expect(clippy::cast_possible_truncation, reason = "a made number may round")]
        let own = self.normal() as f32;
        own
    }
}
