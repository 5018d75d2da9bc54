//! The maximum of the log-likelihood.

use super::collinear::first_dependency;
use super::evaluate::{Pass, Sums};
use super::report::SeparationKind;
use super::separation;
use crate::error::{Cause, Error, Result};
use crate::numeric::{Cholesky, dot, ln, logit, sqrt};
use ndarray::Array2;

/// The last step moves the log-odds by less than this, in weighted root mean square; it is a Newton step with fresh
/// information, so what it leaves is of the order of its square, and the information is good to this share.
const STEP_MAX: f64 = 1e-9;

/// Where rounding stops the steps above [`STEP_MAX`], steps below this that no longer shrink end the search.
const STEP_ROUNDING: f64 = 1e-5;

/// A factor of older information serves while each step is at most this share of the one before: a pass with
/// information costs about six without it, and five of those gain three digits.
const CONTRACTION_MAX: f64 = 0.25;

/// Halvings of a step that lowers the log-likelihood.
const HALVINGS_MAX: u32 = 40;

/// A standardised coefficient that still moves by this after [`SEPARATION_ITERATIONS`] may be on its way to infinity.
const DIVERGING_MIN: f64 = 0.05;

/// Newton steps after which separation is looked for: an ordinary fit needs five or six.
const SEPARATION_ITERATIONS: u32 = 5;

/// Rows of a first sample: at least this, and [`SAMPLE_ROWS_A_COEFFICIENT`]; used where the rows are four times more.
const SAMPLE_ROWS_MIN: usize = 16_384;

/// Sampling changes the information by about 2 sqrt(coefficients/rows), so full steps contract by 0.1.
const SAMPLE_ROWS_A_COEFFICIENT: usize = 400;

/// A place to start from, in standardised columns.
#[derive(Clone, Debug)]
pub struct Start {
    /// Penalised information near the maximum, of which a factor serves the first steps.
    pub information: Array2<f64>,
    /// Coefficients, intercept first.
    pub theta: Vec<f64>,
}

/// What a search may do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Steps.
    pub(super) iterations: u32,
    /// Penalty 1/2 l2 sum b^2 on the slopes of the columns as given.
    pub(super) l2: f64,
    /// Whether the information at the end is computed afresh: needed for standard errors only.
    pub(super) want_information: bool,
}

/// The end of a search, in standardised columns.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    pub(super) converged: bool,
    /// Largest component of the penalised gradient.
    pub(super) gradient_norm: f64,
    /// Penalised; afresh if that was asked for.
    pub(super) information: Array2<f64>,
    pub(super) iterations: u32,
    /// Not penalised.
    pub(super) log_likelihood: f64,
    /// The kind of separation found and its direction.
    pub(super) separation: Option<(SeparationKind, Vec<f64>)>,
    pub(super) theta: Vec<f64>,
}

/// Returns the maximum of the penalised log-likelihood, from `start` or from a fit of a systematic sample.
pub(super) fn maximise(pass: Pass<'_, '_>, limits: Limits, start: Option<Start>) -> Result<Solution> {
    let start = match start {
        Some(start) => Some(start),
        None => sampled(pass, limits)?,
    };
    if let Some(start) = start {
        let solution = Search::new(pass, limits, Some(start))?.run()?;
        if solution.converged {
            return Ok(solution);
        }
    }
    Search::new(pass, limits, None)?.run()
}

/// Returns the fit of every n-th row, with its information scaled up; `None` where rows are few or it fails.
fn sampled(pass: Pass<'_, '_>, limits: Limits) -> Result<Option<Start>> {
    let order = pass.kept.len() + 1;
    let stride = pass.data.rows() / SAMPLE_ROWS_MIN.max(SAMPLE_ROWS_A_COEFFICIENT * order);
    if stride < 4 {
        return Ok(None);
    }
    let sample = pass.data.sample(pass.kept, stride);
    if sample.totals[1] <= 0.0 || sample.totals[1] >= sample.totals[0] {
        return Ok(None);
    }
    let kept: Vec<usize> = (0..sample.columns.len()).collect();
    let scale = pass.data.totals[0] / sample.totals[0];
    let small = Pass { data: &sample, kept: &kept, run: pass.run };
    let limits = Limits { l2: limits.l2 / scale, ..limits };
    match Search::new(small, limits, None)?.run() {
        Ok(solution) if solution.converged => {
            let information = solution.information.mapv_into(|x| x * scale);
            Ok(Some(Start { information, theta: solution.theta }))
        }
        Err(error) if error.cause == Cause::Cancelled => Err(error),
        _ => Ok(None),
    }
}

/// A search under way.
struct Search<'p, 'a> {
    pass: Pass<'p, 'a>,
    limits: Limits,
    /// Penalty of each standardised coefficient, 0 of the intercept.
    penalty: Vec<f64>,
    theta: Vec<f64>,
    sums: Sums,
    /// The information that `factor` is of.
    information: Array2<f64>,
    factor: Cholesky,
    /// Whether the information is that of `theta`.
    is_fresh: bool,
    /// Whether each step computes its information: far from the maximum an older one would not serve.
    is_newton: bool,
    iterations: u32,
}

/// What a step led to.
enum Move {
    Made,
    /// No part of the step raises the log-likelihood.
    Blocked,
}

impl<'p, 'a> Search<'p, 'a> {
    fn new(pass: Pass<'p, 'a>, limits: Limits, start: Option<Start>) -> Result<Self> {
        let scale = |at: &usize| pass.data.columns.get(*at).map_or(1.0, |column| column.scale);
        let penalty: Vec<f64> = core::iter::once(0.0)
            .chain(pass.kept.iter().map(|at| limits.l2 / (scale(at) * scale(at))))
            .collect();
        if let Some(Start { information, theta }) = start
            && let Some(factor) = Cholesky::factor(&information)
        {
            let sums = pass.evaluate(&theta, false)?;
            return Ok(Self {
                pass,
                limits,
                penalty,
                theta,
                sums,
                information,
                factor,
                is_fresh: false,
                is_newton: false,
                iterations: 0,
            });
        }
        let mut theta = vec![0.0; pass.kept.len() + 1];
        if let Some(intercept) = theta.first_mut() {
            *intercept = logit(pass.data.totals[1] / pass.data.totals[0]);
        }
        let mut sums = pass.evaluate(&theta, true)?;
        let information = penalised(sums.information.take(), &penalty)?;
        if let Some((column, others)) = first_dependency(&information) {
            return Err(collinear(&pass, column, &others));
        }
        let factor = Cholesky::factor(&information).ok_or_else(not_definite)?;
        Ok(Self {
            pass,
            limits,
            penalty,
            theta,
            sums,
            information,
            factor,
            is_fresh: true,
            is_newton: true,
            iterations: 0,
        })
    }

    fn run(mut self) -> Result<Solution> {
        let mut before = f64::INFINITY;
        let mut fresh_before = f64::INFINITY;
        loop {
            let gradient = self.gradient();
            let step = self.factor.solve(&gradient).ok_or_else(not_definite)?;
            let length = self.length(&gradient, &step);
            let size = step.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
            let is_still = length <= STEP_ROUNDING && self.is_fresh && length >= 0.5 * fresh_before;
            if (length <= STEP_MAX || is_still) && size < DIVERGING_MIN {
                if self.is_fresh || !self.limits.want_information {
                    return self.finish(&step);
                }
                if self.refresh()? {
                    continue;
                }
            }
            if !self.is_fresh && length > CONTRACTION_MAX * before {
                before = f64::INFINITY;
                if !self.refresh()? {
                    return self.stop();
                }
                continue;
            }
            if self.is_fresh {
                fresh_before = length;
                if self.iterations >= SEPARATION_ITERATIONS
                    && size > DIVERGING_MIN
                    && let Some(found) = separation::along(&self.pass, &[&step, &self.theta])?
                {
                    return self.end(false, Some(found));
                }
            }
            if self.iterations >= self.limits.iterations {
                return self.stop();
            }
            match self.step(&step)? {
                Move::Made => before = length,
                Move::Blocked if self.is_fresh => return self.stop(),
                Move::Blocked => {
                    before = f64::INFINITY;
                    if !self.refresh()? {
                        return self.stop();
                    }
                }
            }
        }
    }

    /// Takes the step, halved until the penalised log-likelihood does not fall.
    fn step(&mut self, step: &[f64]) -> Result<Move> {
        /// Share of the log-likelihood that is rounding: sums of rounded terms, in chunks.
        const ROUNDING: f64 = 1e-12;
        self.iterations += 1;
        let now = self.objective(&self.theta, &self.sums);
        let mut scale = 1.0;
        for _ in 0..HALVINGS_MAX {
            let theta: Vec<f64> = self.theta.iter().zip(step).map(|(x, step)| x + scale * step).collect();
            let sums = self.pass.evaluate(&theta, self.is_newton)?;
            if self.objective(&theta, &sums) >= now - ROUNDING * now.abs() {
                self.theta = theta;
                self.sums = sums;
                self.is_fresh = false;
                return Ok(if self.is_newton && !self.adopt()? { Move::Blocked } else { Move::Made });
            }
            scale /= 2.0;
        }
        Ok(Move::Blocked)
    }

    /// Computes the information where the search stands; false if it has no factor.
    fn refresh(&mut self) -> Result<bool> {
        self.sums = self.pass.evaluate(&self.theta, true)?;
        self.adopt()
    }

    /// Factors the information of the last pass; false if it has no factor.
    fn adopt(&mut self) -> Result<bool> {
        let information = penalised(self.sums.information.take(), &self.penalty)?;
        let Some(factor) = Cholesky::factor(&information) else { return Ok(false) };
        self.information = information;
        self.factor = factor;
        self.is_fresh = true;
        Ok(true)
    }

    /// Takes the last step and returns the maximum.
    fn finish(mut self, step: &[f64]) -> Result<Solution> {
        self.theta.iter_mut().zip(step).for_each(|(x, step)| *x += step);
        self.sums = self.pass.evaluate(&self.theta, false)?;
        self.iterations += 1;
        self.end(true, None)
    }

    /// Returns where the search stopped without a maximum, and separation if that is why.
    fn stop(self) -> Result<Solution> {
        let step = self.factor.solve(&self.gradient());
        let directions: Vec<&[f64]> = step.as_deref().into_iter().chain([self.theta.as_slice()]).collect();
        let found = separation::along(&self.pass, &directions)?;
        self.end(false, found)
    }

    #[expect(clippy::unnecessary_wraps, reason = "it ends functions that return a result")]
    fn end(self, converged: bool, separation: Option<(SeparationKind, Vec<f64>)>) -> Result<Solution> {
        Ok(Solution {
            converged,
            gradient_norm: self.gradient().iter().fold(0.0, |norm: f64, x| norm.max(x.abs())),
            information: self.information,
            iterations: self.iterations,
            log_likelihood: self.sums.log_likelihood,
            separation,
            theta: self.theta,
        })
    }

    /// Returns the weighted root mean square of what the step adds to the log-odds.
    fn length(&self, gradient: &[f64], step: &[f64]) -> f64 {
        let curvature = self.information.get((0, 0)).copied().unwrap_or(f64::NAN);
        sqrt(dot(gradient, step).unwrap_or(f64::NAN).max(0.0) / curvature)
    }

    fn gradient(&self) -> Vec<f64> {
        let terms = self.sums.gradient.iter().zip(&self.penalty).zip(&self.theta);
        terms.map(|((gradient, penalty), theta)| gradient - penalty * theta).collect()
    }

    fn objective(&self, theta: &[f64], sums: &Sums) -> f64 {
        let terms = theta.iter().zip(&self.penalty);
        sums.log_likelihood - 0.5 * terms.fold(0.0, |sum, (theta, penalty)| sum + penalty * theta * theta)
    }
}

/// Returns the log-likelihood of the intercept alone.
pub(super) fn null_log_likelihood(pass: Pass<'_, '_>, limits: Limits) -> Result<f64> {
    let [total, bads] = pass.data.totals;
    if pass.data.offset.is_none() {
        return Ok(bads * ln(bads / total) + (total - bads) * ln((total - bads) / total));
    }
    let null = Pass { kept: &[], ..pass };
    Ok(maximise(null, Limits { want_information: false, ..limits }, None)?.log_likelihood)
}

fn penalised(information: Option<Array2<f64>>, penalty: &[f64]) -> Result<Array2<f64>> {
    let mut information = information.ok_or_else(not_definite)?;
    for (value, penalty) in information.diag_mut().iter_mut().zip(penalty) {
        *value += penalty;
    }
    Ok(information)
}

fn collinear(pass: &Pass<'_, '_>, column: usize, others: &[usize]) -> Error {
    let name = |order: usize| {
        let column = order.checked_sub(1).and_then(|at| pass.kept.get(at));
        column.and_then(|&at| pass.data.columns.get(at)).map_or("intercept", |column| column.name)
    };
    let column = name(column);
    let message = if others.iter().all(|&order| order == 0) {
        format!("characteristic `{column}` is constant; leave it out")
    } else {
        let others: Vec<&str> = others.iter().filter(|&&order| order > 0).map(|&order| name(order)).collect();
        format!("characteristic `{column}` is a linear function of `{}`; leave one out", others.join("`, `"))
    };
    Error::new(Cause::FittingCollinear, message)
}

fn not_definite() -> Error {
    Error::new(Cause::FittingCollinear, "the information matrix is not positive definite")
}
