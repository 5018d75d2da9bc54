//! The settings and the report of a regression.

use crate::error::{Cause, Error, Result};
use serde::{Deserialize, Serialize};

/// How a logistic regression is fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegressionSettings {
    /// Most Newton steps, 1..=10000; default 100.
    pub iterations_max: i64,
    /// Weight of the penalty 1/2 l2 sum b^2 on the slopes, not the intercept, in squared units of the log-odds;
    /// at least 0, default 1: the prior that slopes on weights of evidence are normal with standard deviation 1, beside
    /// the -1 that independent characteristics have; 0 is maximum likelihood. The same fit as scikit-learn's `C = 1/l2`.
    pub l2: f64,
    /// Whether each characteristic gets a likelihood-ratio test by a fit without it; default false.
    /// Only with l2 = 0, so state that too.
    pub likelihood_ratio: bool,
}

impl Default for RegressionSettings {
    fn default() -> Self {
        Self { l2: 1.0, ..Self::maximum_likelihood() }
    }
}

impl RegressionSettings {
    /// Returns the settings without a penalty.
    ///
    /// ```
    /// use kapix_core::fitting::RegressionSettings;
    ///
    /// assert_eq!(RegressionSettings::default().l2, 1.0);
    /// assert_eq!(RegressionSettings::maximum_likelihood().l2, 0.0);
    /// ```
    pub const fn maximum_likelihood() -> Self {
        Self { iterations_max: 100, l2: 0.0, likelihood_ratio: false }
    }

    /// Returns an error unless each setting is in its range.
    pub(crate) fn check(&self) -> Result<()> {
        let refuse = |message: String| Err(Error::new(Cause::ValueOutOfRange, message));
        if !(1..=10_000).contains(&self.iterations_max) {
            let message = format!("iterations_max must be in 1..=10000; got `{}`", self.iterations_max);
            return refuse(message).map_err(|error| error.at("/iterations_max"));
        }
        if !(0.0..=1e12).contains(&self.l2) {
            let message = format!("l2 must be in 0..=1e12; got `{}`", self.l2);
            return refuse(message).map_err(|error| error.at("/l2"));
        }
        if self.likelihood_ratio && self.l2 > 0.0 {
            let message = "likelihood_ratio must be false where l2 is above 0".to_owned();
            return refuse(message).map_err(|error| error.at("/likelihood_ratio"));
        }
        Ok(())
    }
}

/// A fitted logistic regression of bad = 1: log-odds of bad = intercept + sum of coefficient times value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Regression {
    /// Akaike's criterion 2k - 2 log-likelihood, k coefficients with the intercept.
    pub aic: f64,
    /// Schwarz's criterion k ln(weight) - 2 log-likelihood.
    pub bic: f64,
    /// The coefficients, intercept first.
    pub coefficients: Vec<Coefficient>,
    /// Whether the maximum was found.
    pub converged: bool,
    /// Covariance of the coefficients in their order: the inverse of the information X'WX, with l2 > 0 of the penalised
    /// information X'WX + l2 I (slopes), the normal approximation of the posterior under that prior. Null where no maximum
    /// exists.
    pub covariance: Option<Vec<Vec<f64>>>,
    /// Largest component of the gradient of the penalised log-likelihood, by standardised columns.
    pub gradient_norm: f64,
    /// Steps taken.
    pub iterations: u32,
    /// Weight of the penalty.
    pub l2: f64,
    /// Log-likelihood at the end, without the penalty.
    pub log_likelihood: f64,
    /// McFadden's R2, 1 - log-likelihood/null log-likelihood.
    pub mcfadden_r2: f64,
    /// Likelihood-ratio test against the intercept alone; null with l2 > 0 or where no maximum exists.
    pub model_test: Option<ChiSquareTest>,
    /// Log-likelihood of the intercept alone.
    pub null_log_likelihood: f64,
    /// Rows.
    pub rows: usize,
    /// Whether a hyperplane separates good and bad.
    pub separation: Separation,
    /// Sum of the weights of the rows.
    pub weight: f64,
}

/// One coefficient.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coefficient {
    /// Name of the characteristic, or `intercept`.
    pub characteristic: String,
    /// Log-odds of bad by unit of the column.
    pub estimate: f64,
    /// Likelihood-ratio test against the model without the characteristic, where asked for.
    pub likelihood_ratio: Option<ChiSquareTest>,
    /// Lower end of the 95 % interval by Wald.
    #[serialize_always]
    pub lower_95: Option<f64>,
    /// Two-sided p-value of `z`, 0..=1.
    #[serialize_always]
    pub p_value: Option<f64>,
    /// Standard error; null where no maximum exists.
    #[serialize_always]
    pub standard_error: Option<f64>,
    /// Upper end of the 95 % interval by Wald.
    #[serialize_always]
    pub upper_95: Option<f64>,
    /// Wald's statistic estimate/standard error.
    #[serialize_always]
    pub z: Option<f64>,
}

/// A statistic that is chi-square if the smaller model holds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChiSquareTest {
    /// Degrees of freedom.
    pub degrees: usize,
    /// Probability of a larger statistic, 0..=1.
    pub p_value: f64,
    /// Twice the difference of the log-likelihoods, at least 0.
    pub statistic: f64,
}

/// Whether a hyperplane separates good and bad: A. Albert, J. A. Anderson, Biometrika 71, 1984.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Separation {
    /// The characteristics that take part.
    pub characteristics: Vec<String>,
    /// How far.
    pub kind: SeparationKind,
}

/// How far a hyperplane separates good and bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SeparationKind {
    /// Not at all: the maximum exists.
    None,
    /// But for rows on the hyperplane: some coefficient is infinite.
    Quasi,
    /// Without exception: the log-likelihood rises to 0.
    Complete,
}
