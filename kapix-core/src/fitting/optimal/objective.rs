//! What a bin adds to the objective, in forms that keep relative accuracy when the bin hardly differs from the whole:
//! otherwise a tie between partitions of a weak characteristic would be decided by rounding.

use super::problem::{Counts, Moments, Objective};
use crate::numeric::{ln, ln_1p, sqrt};

/// Returns what the bin adds to the objective of a binary target.
pub(super) fn of_counts(objective: Objective, bin: Counts, totals: Counts) -> f64 {
    if objective == Objective::LogLikelihood {
        return log_likelihood(bin);
    }
    // J. B. S. Haldane, 1956, and F. J. Anscombe, 1956: 1/2 to both cells where one is empty.
    let added = if bin.goods <= 0.0 || bin.bads <= 0.0 { 0.5 } else { 0.0 };
    let (goods, bads) = (bin.goods + added, bin.bads + added);
    let (p, q) = (goods / totals.goods, bads / totals.bads);
    // p - q, exact up to its division while the products are integers below 2^53.
    let difference = (goods * totals.bads - bads * totals.goods) / (totals.goods * totals.bads);
    match objective {
        Objective::Iv => {
            let ratio = difference / q;
            difference * if ratio.abs() < 0.5 { ln_1p(ratio) } else { ln(p / q) }
        }
        Objective::Hellinger => {
            let root = difference / (sqrt(p) + sqrt(q));
            0.5 * root * root
        }
        Objective::JensenShannon | Objective::LogLikelihood => {
            let (d, m) = (difference / (p + q), 0.5 * (p + q));
            if d.abs() < 0.5 {
                // With p = m (1 + d), q = m (1 - d): m/2 ((1 + d) ln(1 + d) + (1 - d) ln(1 - d)).
                0.5 * m * (ln_1p(-d * d) + d * (ln_1p(d) - ln_1p(-d)))
            } else {
                0.5 * (p * ln(p / m) + q * ln(q / m))
            }
        }
    }
}

/// Returns the binomial log-likelihood of a bin at its own rate, in nats, at most 0.
pub(super) fn log_likelihood(bin: Counts) -> f64 {
    let weight = bin.goods + bin.bads;
    let term = |part: f64, rest: f64| {
        if part <= 0.0 {
            0.0
        } else if part > rest {
            part * ln_1p(-rest / weight)
        } else {
            part * ln(part / weight)
        }
    };
    term(bin.goods, bin.bads) + term(bin.bads, bin.goods)
}

/// Returns the square of the sum by the weight: with moments about the common mean, the reduction of the sum of squares.
pub(super) fn of_moments(bin: Moments) -> f64 {
    bin.sum * (bin.sum / bin.weight)
}
