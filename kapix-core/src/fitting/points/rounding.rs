//! The integers of one characteristic.
//!
//! Whole points that are the same for every slot move to the base, so what counts is the variance of the error over
//! the rows. Var(e) is the least of E\[(e + c)^2\] over shifts c, and for one shift the best integers are the nearest
//! ones to exact + c: that is rounding with one threshold for the fractional part. So the best of the thresholds, one
//! between each two fractional parts, has the least variance of all integers, and every threshold keeps the rank.

/// A smaller difference of variances is rounding of their sums, whose terms are at most 1.
const NOISE: f64 = 1e-12;

/// Integers of the slots of one characteristic, and their errors.
#[derive(Clone, Debug)]
pub(super) struct Rounded {
    /// Whole numbers, by slot.
    pub(super) points: Vec<f64>,
    /// Points minus exact part, by slot.
    pub(super) errors: Vec<f64>,
    /// Mean error over the development rows.
    pub(super) mean_error: f64,
    /// A fractional part from this on rounds up; in (0, 1].
    threshold: f64,
}

/// A threshold between two fractional parts.
struct Candidate {
    threshold: f64,
    /// The least fractional part that rounds up.
    least_up: f64,
    variance: f64,
}

impl Rounded {
    /// Returns the integers with the least variance of the error over the population, plain rounding among equals. Exact
    /// parts are within +-1,000,000; without population every slot counts the same.
    pub(super) fn best(exact: &[f64], population: &[f64]) -> Self {
        let shares = shares(population);
        let mut parts: Vec<(f64, f64)> = exact.iter().map(|it| it - it.floor()).zip(shares).collect();
        parts.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mean =
            |value: fn(f64) -> f64| -> f64 { parts.iter().map(|(part, share)| share * value(*part)).sum() };
        let (first, second) = (mean(|part| part), mean(|part| part * part));
        // Rounded down, the error of a slot is -part; rounded up, 1 - part.
        let mut up = (0.0, 0.0);
        let mut candidates =
            vec![Candidate { threshold: 1.0, least_up: f64::INFINITY, variance: second - first * first }];
        for (index, (part, share)) in parts.iter().enumerate() {
            up = (up.0 + share, up.1 + share * part);
            let next = parts.get(index + 1).map_or(0.0, |(part, _)| *part);
            if next < *part {
                let mean = up.0 - first;
                let variance = second - 2.0 * up.1 + up.0 - mean * mean;
                candidates.push(Candidate {
                    threshold: f64::midpoint(*part, next),
                    least_up: *part,
                    variance,
                });
            }
        }
        let plain = candidates.iter().rfind(|it| it.least_up >= 0.5);
        let (mut threshold, mut least) = (0.5, plain.map_or(f64::INFINITY, |it| it.variance));
        for it in &candidates {
            if it.variance < least - NOISE {
                (threshold, least) = (it.threshold, it.variance);
            }
        }
        Self::by(threshold, exact, population)
    }

    /// Returns the integers of other exact parts by the same threshold.
    pub(super) fn again(&self, exact: &[f64], population: &[f64]) -> Self {
        Self::by(self.threshold, exact, population)
    }

    /// Returns the integer of an exact part.
    pub(super) fn value_at(&self, exact: f64) -> f64 {
        by_threshold(self.threshold, exact)
    }

    fn by(threshold: f64, exact: &[f64], population: &[f64]) -> Self {
        let points: Vec<f64> = exact.iter().map(|it| by_threshold(threshold, *it)).collect();
        let errors: Vec<f64> = points.iter().zip(exact).map(|(points, exact)| points - exact).collect();
        let mean_error = errors.iter().zip(shares(population)).map(|(error, share)| error * share).sum();
        Self { points, errors, mean_error, threshold }
    }
}

fn by_threshold(threshold: f64, exact: f64) -> f64 {
    let floor = exact.floor();
    // Adding 0 makes -0 and 0 the same number.
    if exact - floor >= threshold { floor + 1.0 } else { floor + 0.0 }
}

fn shares(population: &[f64]) -> Vec<f64> {
    let total: f64 = population.iter().sum();
    if total > 0.0 {
        population.iter().map(|own| own / total).collect()
    } else {
        vec![1.0 / crate::numeric::count(population.len()); population.len()]
    }
}
