//! A regression with its statistics.
#![expect(
    clippy::indexing_slicing,
    reason = "theta and the matrices have one entry a kept column and the intercept"
)]

use super::design::{Design, Prepared};
use super::evaluate::Pass;
use super::newton::{self, Limits, Solution, Start};
use super::report::{ChiSquareTest, Coefficient, Regression, RegressionSettings};
use super::separation;
use crate::error::Result;
use crate::fitting::Run;
use crate::numeric::{Cholesky, chi_square_sf, count, ln, normal_cdf, sqrt};
use ndarray::Array2;

/// The 97.5 % point of the standard normal, to all digits of a double.
const NORMAL_975: f64 = 1.959_963_984_540_054;

/// A fitted model.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Intercept, then one slope a kept column, of the columns as given.
    pub coefficients: Vec<f64>,
    /// Covariance of the coefficients in their order; `None` where no maximum exists.
    pub covariance: Option<Array2<f64>>,
    /// The columns of the model.
    pub kept: Vec<usize>,
    /// What is reported of the fit.
    pub report: Regression,
    /// The maximum in standardised columns.
    pub standardised: Start,
}

/// Returns the fit of all columns.
///
/// Errors: those of [`Prepared::new`], settings out of range, and `fitting.collinear` with the names of the columns
/// where the columns are linearly dependent and l2 = 0. Separated data are no error: the report says so.
///
/// With one binary column the slope is the logarithm of the odds ratio. 3 of 10 owners and 6 of 10 tenants are bad, so it
/// is ln((6/4)/(3/7)) = ln 3.5:
///
/// ```
/// use kapix_core::fitting::{Design, Predictor, PredictorValues, RegressionSettings, Run, Target, fit};
///
/// let tenants = Predictor { name: "tenant", values: PredictorValues::Dense(&[0.0, 0.0, 1.0, 1.0]) };
/// let target = Target::Binary { bad: &[1, 0, 1, 0], weight: Some(&[3.0, 7.0, 6.0, 4.0]) };
/// let design = Design { predictors: vec![tenants], target, offset: None };
/// let run = Run { check: &|| Ok(()), progress: &|_, _| (), threads: 1 };
/// let fit = fit(&design, &RegressionSettings::maximum_likelihood(), &run)?;
/// assert!((fit.coefficients[0] - (3.0_f64 / 7.0).ln()).abs() < 1e-9);
/// assert!((fit.coefficients[1] - 3.5_f64.ln()).abs() < 1e-9);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn fit(design: &Design<'_>, settings: &RegressionSettings, run: &Run<'_>) -> Result<Fit> {
    settings.check()?;
    let data = Prepared::new(design, run)?;
    let kept: Vec<usize> = (0..design.predictors.len()).collect();
    fit_prepared(&data, &kept, settings, (run, None))
}

/// Returns the fit of the columns `kept`, with a place to start from if one is known.
///
/// ```
/// use kapix_core::fitting::{
///     Design, Predictor, PredictorValues, Prepared, RegressionSettings, Run, Target, fit_prepared,
/// };
///
/// let tenant = PredictorValues::Dense(&[0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
/// let employed = PredictorValues::Dense(&[0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0]);
/// let predictors = vec![
///     Predictor { name: "tenant", values: tenant },
///     Predictor { name: "employed", values: employed },
/// ];
/// let weight = Some(&[2.0, 3.0, 1.0, 4.0, 4.0, 1.0, 2.0, 3.0][..]);
/// let target = Target::Binary { bad: &[1, 0, 1, 0, 1, 0, 1, 0], weight };
/// let run = Run { check: &|| Ok(()), progress: &|_, _| (), threads: 1 };
/// let data = Prepared::new(&Design { predictors, target, offset: None }, &run)?;
/// let settings = RegressionSettings::maximum_likelihood();
/// let both = fit_prepared(&data, &[0, 1], &settings, (&run, None))?;
/// let tenants = fit_prepared(&data, &[0], &settings, (&run, None))?;
/// // Again 3 of 10 owners and 6 of 10 tenants are bad; a column less never raises the likelihood.
/// assert!((tenants.coefficients[1] - 3.5_f64.ln()).abs() < 1e-9);
/// assert!(tenants.report.log_likelihood < both.report.log_likelihood);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn fit_prepared(
    data: &Prepared<'_>,
    kept: &[usize],
    settings: &RegressionSettings,
    (run, start): (&Run<'_>, Option<Start>),
) -> Result<Fit> {
    let pass = Pass { data, kept, run };
    let limits = limits(settings, true);
    let solution = newton::maximise(pass, limits, start)?;
    let null = newton::null_log_likelihood(pass, limits)?;
    let mut fit = describe(data, kept, settings, (solution, null));
    if settings.likelihood_ratio && fit.report.converged {
        for at in 0..kept.len() {
            let test = log_likelihood_ratio(data, &fit, at, (settings, run))?;
            fit.report.coefficients[at + 1].likelihood_ratio = Some(test);
        }
    }
    Ok(fit)
}

/// Returns the likelihood-ratio test of one column of the fit, by a fit without it.
pub(super) fn log_likelihood_ratio(
    data: &Prepared<'_>,
    full: &Fit,
    at: usize,
    (settings, run): (&RegressionSettings, &Run<'_>),
) -> Result<ChiSquareTest> {
    let mut kept = full.kept.clone();
    kept.remove(at);
    let start = without(&full.standardised, at + 1);
    let pass = Pass { data, kept: &kept, run };
    let solution = newton::maximise(pass, limits(settings, false), start)?;
    Ok(test(full.report.log_likelihood, solution.log_likelihood, 1))
}

/// Returns the deviance -2 log-likelihood of the model of the columns `kept`, and its standardised coefficients.
pub(in crate::fitting) fn deviance(
    data: &Prepared<'_>,
    kept: &[usize],
    settings: &RegressionSettings,
    run: &Run<'_>,
) -> Result<(f64, Vec<f64>)> {
    let solution = newton::maximise(Pass { data, kept, run }, limits(settings, false), None)?;
    Ok((-2.0 * solution.log_likelihood, solution.theta))
}

/// Returns the weighted correlations of the columns `kept`, 0 beside a constant column.
pub(in crate::fitting) fn correlations(
    data: &Prepared<'_>,
    kept: &[usize],
    run: &Run<'_>,
) -> Result<Array2<f64>> {
    // At log-odds 0 every weight p(1 - p) is 1/4: the information is a quarter of the Gram matrix.
    let plain = Prepared { offset: None, ..data.clone() };
    let sums = Pass { data: &plain, kept, run }.evaluate(&vec![0.0; kept.len() + 1], true)?;
    let gram = |row: usize, col: usize| {
        sums.information.as_ref().and_then(|gram| gram.get((row + 1, col + 1)).copied()).unwrap_or(0.0)
    };
    let n = kept.len();
    let entry = |(row, col): (usize, usize)| {
        let size = sqrt(gram(row, row)) * sqrt(gram(col, col));
        if row == col {
            1.0
        } else if size > 0.0 {
            (gram(row, col) / size).clamp(-1.0, 1.0)
        } else {
            0.0
        }
    };
    Ok(Array2::from_shape_fn((n, n), entry))
}

/// Returns the maximum of the quadratic approximation without one coefficient, and its information.
///
/// J. F. Lawless, K. Singhal, Efficient screening of nonnormal regression models, Biometrics 34, 1978, pages 318-327.
pub(in crate::fitting) fn without(start: &Start, place: usize) -> Option<Start> {
    let n = start.theta.len();
    let factor = Cholesky::factor(&start.information)?;
    let mut unit = vec![0.0; n];
    *unit.get_mut(place)? = 1.0;
    let covariances = factor.solve(&unit)?;
    let shift = start.theta[place] / covariances[place];
    let moved = start.theta.iter().zip(&covariances).map(|(theta, covariance)| theta - covariance * shift);
    let theta: Vec<f64> = moved.enumerate().filter(|(at, _)| *at != place).map(|(_, x)| x).collect();
    let rows: Vec<usize> = (0..n).filter(|&row| row != place).collect();
    Some(Start { information: submatrix(&start.information, &rows), theta })
}

/// Returns the rows and columns `kept` of a square matrix.
pub(in crate::fitting) fn submatrix(matrix: &Array2<f64>, kept: &[usize]) -> Array2<f64> {
    Array2::from_shape_fn((kept.len(), kept.len()), |(row, col)| matrix[[kept[row], kept[col]]])
}

fn limits(settings: &RegressionSettings, want_information: bool) -> Limits {
    let iterations = u32::try_from(settings.iterations_max).unwrap_or(u32::MAX);
    Limits { iterations, l2: settings.l2, want_information }
}

fn test(larger: f64, smaller: f64, degrees: usize) -> ChiSquareTest {
    let statistic = (2.0 * (larger - smaller)).max(0.0);
    let p_value = if degrees == 0 { 1.0 } else { chi_square_sf(statistic, count(degrees)) };
    ChiSquareTest { degrees, p_value, statistic }
}

fn describe(
    data: &Prepared<'_>,
    kept: &[usize],
    settings: &RegressionSettings,
    (solution, null): (Solution, f64),
) -> Fit {
    let (coefficients, covariance) = unstandardise(data, kept, &solution);
    let names = kept.iter().map(|&at| data.columns[at].name);
    let table = core::iter::once("intercept").chain(names).enumerate().map(|(at, name)| {
        let variance = covariance.as_ref().and_then(|covariance| covariance.get((at, at)).copied());
        coefficient(name, coefficients[at], variance.map(sqrt))
    });
    let order = count(kept.len() + 1);
    let log_likelihood = solution.log_likelihood;
    let is_likelihood = settings.l2 <= 0.0 && solution.converged;
    let report = Regression {
        aic: 2.0 * order - 2.0 * log_likelihood,
        bic: order * ln(data.totals[0]) - 2.0 * log_likelihood,
        coefficients: table.collect(),
        converged: solution.converged,
        covariance: covariance
            .as_ref()
            .map(|matrix| matrix.rows().into_iter().map(|row| row.to_vec()).collect()),
        gradient_norm: solution.gradient_norm,
        iterations: solution.iterations,
        l2: settings.l2,
        log_likelihood,
        mcfadden_r2: 1.0 - log_likelihood / null,
        model_test: is_likelihood.then(|| test(log_likelihood, null, kept.len())),
        null_log_likelihood: null,
        rows: data.rows(),
        separation: separation::describe(data, kept, solution.separation.as_ref()),
        weight: data.totals[0],
    };
    let standardised = Start { information: solution.information, theta: solution.theta };
    Fit { coefficients, covariance, kept: kept.to_vec(), report, standardised }
}

fn coefficient(name: &str, estimate: f64, standard_error: Option<f64>) -> Coefficient {
    let z = standard_error.map(|error| estimate / error);
    Coefficient {
        characteristic: name.to_owned(),
        estimate,
        likelihood_ratio: None,
        lower_95: standard_error.map(|error| estimate - NORMAL_975 * error),
        p_value: z.map(|z| 2.0 * normal_cdf(-z.abs())),
        standard_error,
        upper_95: standard_error.map(|error| estimate + NORMAL_975 * error),
        z,
    }
}

/// Returns coefficients and covariance for the columns as given: b = theta/scale, and the intercept takes the means.
fn unstandardise(
    data: &Prepared<'_>,
    kept: &[usize],
    solution: &Solution,
) -> (Vec<f64>, Option<Array2<f64>>) {
    let n = kept.len() + 1;
    let shift = |at: usize| (data.columns[kept[at - 1]].mean, data.columns[kept[at - 1]].scale);
    let mut coefficients = solution.theta.clone();
    for at in 1..n {
        let (mean, scale) = shift(at);
        coefficients[at] /= scale;
        coefficients[0] -= coefficients[at] * mean;
    }
    let factor = if solution.converged { Cholesky::factor(&solution.information) } else { None };
    let covariance = factor.map(|factor| {
        // T C T', T the matrix that turns theta into coefficients: first the rows, then the columns.
        let mut data = factor.inverse();
        for is_column in [false, true] {
            for other in 0..n {
                let place = |at: usize| if is_column { [other, at] } else { [at, other] };
                for at in 1..n {
                    let (mean, scale) = shift(at);
                    data[place(at)] /= scale;
                    data[place(0)] -= mean * data[place(at)];
                }
            }
        }
        for row in 0..n {
            for col in 0..row {
                data[[col, row]] = data[[row, col]];
            }
        }
        data
    });
    (coefficients, covariance)
}
