//! Logistic fits with up to three coefficients over cells, by Newton's method: what calibration needs, where the
//! regression of a card has columns by the dozen.

use super::cells::Cell;
use crate::numeric::{Cholesky, Sum, exp, ln_1p, times};
use ndarray::Array2;

/// A maximum of the likelihood.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::fitting) struct LogitFit<const K: usize> {
    /// In the order of the features.
    pub(in crate::fitting) coefficients: [f64; K],
    /// Log-likelihood in nats.
    pub(in crate::fitting) log_likelihood: f64,
    /// Standard error of each coefficient: by the information matrix, or by the sandwich where rows are weighted.
    pub(in crate::fitting) standard_errors: [f64; K],
}

/// The features and the offset of one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::fitting) struct Term<const K: usize> {
    /// Factors of the coefficients.
    pub(in crate::fitting) features: [f64; K],
    /// Part of the log-odds of bad that is not fitted.
    pub(in crate::fitting) offset: f64,
}

/// Most steps: a maximum takes about 7; one that lies at infinity, because the features separate goods from bads, is
/// left about one e-fold a step.
const STEPS_MAX: u32 = 25;

/// A step whose expected gain is below this share of the weight of all rows is the last one: the error behind it is
/// of the order of its square.
const GAIN_MIN: f64 = 1e-17;

/// Most that a step may change the log-odds of a cell: far from the maximum the parabola through a nearly certain PD
/// leaps to where the likelihood is flat on the other side, and no step leads back.
const LOG_ODDS_STEP_MAX: f64 = 8.0;

/// Returns the coefficients b that maximise the likelihood of logit P(bad) = offset + sum of b_j feature_j, or `None`
/// if none do: no information, or a maximum at infinity.
///
/// `terms` has one entry a cell. With `robust` the covariance is H^-1 M H^-1, M the sum over rows of w^2 (y - p)^2 f f':
/// P. J. Huber, The behavior of maximum likelihood estimates under nonstandard conditions, Proc. Fifth Berkeley
/// Symposium 1, 1967, pages 221-233; without it H^-1, H the information matrix.
pub(in crate::fitting) fn fit<const K: usize>(
    cells: &[Cell],
    terms: &[Term<K>],
    robust: bool,
) -> Option<LogitFit<K>> {
    let size: f64 = cells.iter().map(Cell::size).sum();
    let mut coefficients = [0.0; K];
    let mut state = State::at(cells, terms, &coefficients);
    for _ in 0..STEPS_MAX {
        let factor = Cholesky::factor(&Array2::from(state.information.to_vec()))?;
        let step = factor.solve(&state.gradient)?;
        let gain: f64 = step.iter().zip(&state.gradient).map(|(step, slope)| step * slope).sum();
        if !gain.is_finite() {
            return None;
        }
        let is_last = gain <= GAIN_MIN * size;
        let reach = terms.iter().map(|term| dot(&term.features, &step).abs()).fold(0.0, f64::max);
        let mut share = if reach > LOG_ODDS_STEP_MAX { LOG_ODDS_STEP_MAX / reach } else { 1.0 };
        loop {
            let mut next = coefficients;
            for (value, step) in next.iter_mut().zip(&step) {
                *value += share * step;
            }
            let reached = State::at(cells, terms, &next);
            if is_last || reached.log_likelihood >= state.log_likelihood {
                coefficients = next;
                state = reached;
                break;
            }
            share /= 2.0;
            // 2^-40: the direction ascends, so only rounding can be left.
            if share < 1e-12 {
                break;
            }
        }
        if is_last || share < 1e-12 {
            let standard_errors = state.standard_errors(robust)?;
            let log_likelihood = state.log_likelihood;
            return Some(LogitFit { coefficients, log_likelihood, standard_errors });
        }
    }
    None
}

fn dot(features: &[f64], coefficients: &[f64]) -> f64 {
    features.iter().zip(coefficients).map(|(feature, coefficient)| feature * coefficient).sum()
}

/// Returns ln(1 + e^x) without overflow.
pub(super) fn softplus(x: f64) -> f64 {
    x.max(0.0) + ln_1p(exp(-x.abs()))
}

/// The likelihood and its derivatives at one point.
struct State<const K: usize> {
    gradient: [f64; K],
    information: [[f64; K]; K],
    log_likelihood: f64,
    scatter: [[f64; K]; K],
}

impl<const K: usize> State<K> {
    #[expect(clippy::indexing_slicing, reason = "a term has as many features as there are coefficients")]
    fn at(cells: &[Cell], terms: &[Term<K>], coefficients: &[f64; K]) -> Self {
        let mut log_likelihood = Sum::default();
        let mut state = Self {
            gradient: [0.0; K],
            information: [[0.0; K]; K],
            log_likelihood: 0.0,
            scatter: [[0.0; K]; K],
        };
        for (cell, term) in cells.iter().zip(terms) {
            let log_odds = term.offset + dot(&term.features, coefficients);
            let odds = exp(-log_odds.abs());
            let (near, far) = (1.0 / (1.0 + odds), odds / (1.0 + odds));
            let (pd, good) = if log_odds < 0.0 { (far, near) } else { (near, far) };
            let log_near = -ln_1p(odds);
            let log_far = log_near - log_odds.abs();
            let (log_pd, log_good) = if log_odds < 0.0 { (log_far, log_near) } else { (log_near, log_far) };
            log_likelihood.add(cell.bads * log_pd + cell.goods * log_good);
            let score = cell.bads * good - cell.goods * pd;
            let weight = cell.size() * pd * good;
            let scatter = cell.bads_squared * good * good + cell.goods_squared * pd * pd;
            for (j, f) in term.features.iter().enumerate() {
                state.gradient[j] += score * f;
                for (k, g) in term.features.iter().enumerate().take(j + 1) {
                    state.information[j][k] += weight * f * g;
                    state.scatter[j][k] += scatter * f * g;
                }
            }
        }
        for matrix in [&mut state.information, &mut state.scatter] {
            mirror(matrix);
        }
        state.log_likelihood = log_likelihood.value();
        state
    }

    fn standard_errors(&self, robust: bool) -> Option<[f64; K]> {
        let inverse = Cholesky::factor(&Array2::from(self.information.to_vec()))?.inverse();
        let scatter = Array2::from(self.scatter.to_vec());
        let mut errors = [0.0; K];
        for (j, error) in errors.iter_mut().enumerate() {
            let variance = if robust {
                let row = inverse.row(j).to_vec();
                let pushed = times(&scatter, &row)?;
                row.iter().zip(&pushed).map(|(a, b)| a * b).sum()
            } else {
                *inverse.get((j, j))?
            };
            *error = crate::numeric::sqrt(variance);
        }
        Some(errors)
    }
}

/// Copies the lower triangle to the upper one.
#[expect(clippy::indexing_slicing, reason = "both indices are below the order of the matrix")]
fn mirror<const K: usize>(matrix: &mut [[f64; K]; K]) {
    let lower = *matrix;
    for (j, row) in matrix.iter_mut().enumerate() {
        for (k, entry) in row.iter_mut().enumerate().skip(j + 1) {
            *entry = lower[k][j];
        }
    }
}
